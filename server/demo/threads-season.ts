/**
 * Hand-written threads that belong to a season: typhoons, festivals, the financial year. Each appears only when the
 * months it names fall inside the demo's window, so the history never speaks of moon cakes in spring.
 */
import type { Thread } from './script.ts'

const typhoonMonths = [6, 7, 8, 9, 10]

export const seasonThreads: readonly Thread[] = [
  {
    in: 'general',
    when: { months: typhoonMonths },
    script: `
fiona: 【颱風安排】天文台表示今日稍後會考慮改發八號信號。
  | • 辦公室：八號預警一出，住得遠嘅同事可以即刻走，其餘於一小時內離開
  | • 分店：由店長同 Karen 決定關舖次序，確保同事有車返屋企
  | • 請帶走 laptop
  | Typhoon arrangements in English: https://intranet.harbourvale.example/hr/typhoon
karen: 三間店我同各店長已經開咗 call，準備好沙包同收起門口 display
stephen: Finance: payments are released, nothing left that can't wait.
raymond: VPN capacity doubled for tonight and tomorrow.
imran: Kwai Chung: last truck is in, doors shut by {hm+90}.
haoran: 深圳仓也已停止发车，大家注意安全。
victor: Safety first, everyone. 貨冇咗可以再嚟。
fiona +75: 預警已出，辦公室而家關閉，大家小心 🙏`,
  },
  {
    in: 'store-st',
    when: { months: typhoonMonths },
    script: `
maggie: 商場廣播話八號風球後一個鐘落閘
karen: 而家開始 closing，夜更同事唔使嚟。Iris 住元朗，叫佢先走
iris: 我架車仲有位，順路載 Bong
bong: 多謝大佬……多謝 Iris
maggie: 收銀對好，錢入夾萬，閘落咗，我最後走
karen: 到屋企報平安
maggie +50: 到咗 🏠
bong: 到咗
iris: 到埋`,
  },
  {
    in: 'store-mk',
    when: { months: typhoonMonths },
    script: `
tony: 落完嗰場黑雨，門口入咗少少水，冇浸到貨，吸咗水
karen: 地下兩層貨架升高未？
tony: 升咗，用膠板墊住
fai: 電掣位乾爽，影咗相
karen: 👍 小心電，地毯唔好用電風扇吹住先，叫清潔公司`,
  },
  {
    in: 'supply-chain',
    when: { months: typhoonMonths },
    script: `
haoran: 受台风影响，盐田港今天下午起暂停提柜，恢复时间待通知。
samuel: 我哋有兩個櫃喺碼頭，一個係易溶朱古力
haoran: 冷柜有供电，码头确认温度 16 度。
peggy: 好彩。免租期呢？
haoran: 码头公告免租顺延，我保存了公告截图。
samuel: 👍 等恢復即刻第一批提`,
  },
  {
    in: 'general',
    when: { months: [8, 9] },
    script: `
ben: 中秋月餅券 {zh+2} 起喺 HR 派發，每人兩張，可以換傳統雙黃白蓮蓉或者冰皮。
  | Mooncake vouchers: two each, collect from HR.
arjun: Is there an egg-free one?
ben: 有，冰皮 mango is egg-free. I'll set one aside for you.
yan: 分店點攞？
ben: 跟內部信件車送，店長簽收
grace: 多謝 HR 🥮`,
  },
  {
    in: 'store-cwb',
    when: { months: [8, 9] },
    script: `
wing: 中秋禮盒今日正式上架！開舖一個鐘賣咗 17 盒
karen: 好開始！邊款最好？
wing: 伯爵茶味月餅，竟然贏咗傳統雙黃
kit: 試食殺傷力大，有個阿叔試完三次先買
yan: 四次，我數住 😂
samuel: 補貨 {zh+1} 到，每店 60 盒`,
  },
  {
    in: 'supply-chain',
    when: { months: [8, 9] },
    script: `
peggy: 月餅食用期得 45 日，賣唔晒要喺節後三日內退，請各店每日報數
maggie: 沙田昨日賣 41，存 112
tony: 旺角賣 58，存 96
wing: 銅鑼灣賣 73，存 120，要加
samuel: 由沙田調 30 去銅鑼灣，節前一星期再調一次
maggie: OK，準備好`,
  },
  {
    in: 'general',
    when: { months: [11, 12] },
    script: `
ben: Christmas lunch is on {en+10}! Menu choice by {en+3}: turkey / 燒牛肉 / vegetarian Wellington. Plus a lucky draw, please bring one gift under HK$100.
priya: Vegetarian Wellington please 🌱
alan: 燒牛肉，兩份得唔得
ben: 一份 😂
emma: Turkey. Someone has to.
bong: 店舖點安排？
karen: 三間店分三日，每店包 lunch box 同 draw，我會到每間派禮物 🎅`,
  },
  {
    in: 'store-mk',
    when: { months: [11, 12] },
    script: `
suki: 聖誕花紙得返兩卷，今日包咗 74 份禮物，手指起枕 🎁
tony: 我調銅鑼灣 6 卷
wing: 得 4 卷，我都唔夠
samuel: 葵涌有 40 卷唔同色，銀色要唔要？
suki: 要！銀色仲靚
samuel: 今晚順車`,
  },
  {
    in: 'finance-close',
    when: { months: [12, 1] },
    script: `
stephen: Year-end reminders: capex must be delivered AND accepted by the 31st to count. A PO is not a delivery.
samuel: IT 嗰批 laptop 計唔計？貨到咗但係未驗收
alan: 未驗收就未計，我催緊 Raymond 簽紙
winnie: Also stock counts at all three stores within five days of year-end, auditors attend Mong Kok.
karen: 收到，Tony 已經知，會準備椅子俾 auditor`,
  },
  {
    in: 'general',
    when: { months: [1, 2] },
    script: `
fiona: 農曆新年安排：年廿八起辦公室提早三點收工，年初四正式啟市。分店除年初一外照常營業，當值同事有三倍人工及利是。
  | CNY office hours on the intranet.
yan: 多謝！我當年初二
maggie: 沙田店年初二當值名單已經滿額，真係從未試過 😂
victor: 祝大家身體健康，工作順利，龍馬精神 🧧
imran: Kung hei fat choy from the warehouse!
haoran: 祝大家新年快乐，万事如意！`,
  },
  {
    in: 'pantry',
    when: { months: [1, 2] },
    script: `
cherry: 利是封邊個有多？我爭廿個
peggy: 供應商送咗成箱，嚟攞
jason: 已婚人士本週避開我
arjun: As a married man, how much is normal? Asking for my wallet.
winnie: $20 for colleagues, and you'll be asked by people you've never met.
arjun: Understood. Working from home until March.`,
  },
  {
    in: 'general',
    when: { months: [3, 4] },
    script: `
fiona: 年度 performance review 開始，self-assessment {zh+8} 前交。寫具體例子，唔使寫到一篇論文。
emma: Clinic for anyone who finds writing about themselves awkward: {en+3}, 13:00, bring lunch.
alan: 我寫「我好勤力」得唔得
winnie: Add a number, Alan.
alan: 「我好勤力，100%」`,
  },
  {
    in: 'store-cwb',
    when: { months: [4, 5] },
    script: `
wing: 母親節花茶禮盒賣得勁快，得返 9 盒
karen: 昨日先 40 盒喎！
wing: 有間公司一次過買咗 22 盒派俾員工阿媽
samuel: 仲有三日，我調沙田 15 盒過嚟，葵涌清倉 48 盒
kit: 我都要留一盒俾阿媽 🙋`,
  },
  {
    in: 'pantry',
    when: { months: [6, 7, 8] },
    script: `
suki: 今日 34 度，行過旺角行人專用區溶咗一半
emma: I've started taking the tunnel from the MTR like a mole.
fai: 凍檸茶走甜多冰，多冰，再多冰
imran: Warehouse is 36 inside. I have bought everyone ice lollies on my own card.
samuel: 收據俾我，報得
imran: 48 lollies, HK$336 🍦`,
  },
  {
    in: 'pantry',
    when: { months: [5, 6] },
    script: `
bong: 沙田河睇龍舟有冇人去？我個表弟划第四隻
iris: 我去！有遮陰位
priya: Is it family-friendly?
bong: Yes! 早啲到有位坐
tony: 我負責帶糭，鹼水糭定鹹肉糭？
priya: Both. I'm a fast learner.`,
  },
]
