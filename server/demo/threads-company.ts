/**
 * Hand-written threads of the company-wide channels: notices, compliance, small talk.
 * They fit any season; dates are slots. Notation: script.ts.
 */
import type { Thread } from './script.ts'

export const companyThreads: readonly Thread[] = [
  {
    in: 'general',
    when: { part: [0, 0.35] },
    script: `
fiona: Please welcome 彭曉晴 Hailey Pang, who joins us for two months as a Compliance intern, sitting at 18/F with Daniel's team.
  | 歡迎 Hailey！
hailey +6: 大家好，請多多指教 🙇
daniel: Welcome! 記得今日 lunch 我哋成隊食飯
jason: 你部 laptop 喺我枱面，隨時嚟攞，要即場改密碼
hailey: 多謝 Jason，而家過嚟
emma: Your induction plan is in the learning portal, day one is deliberately light 🙂
samuel: 歡迎歡迎，有空嚟葵涌倉參觀`,
  },
  {
    in: 'general',
    script: `
ben: 【辦公室搬位】18 樓 Finance 同 Treasury {zh+5} 起調位，平面圖喺 intranet。請於 {zh+4} 下班前將私人物品入箱，箱面寫名。
alan: 箱喺邊度攞？
ben: 貨𨋢口，藍色膠箱，每人兩個
joyce: 兩個唔夠 😂 我啲 file 都四個
ben: File 唔計，會有專車，寫「FIN-FILE」就得
stephen: Please lock the confidential cabinets before the movers arrive, keys to Winnie.
winnie: Will collect them at 5.`,
  },
  {
    in: 'general',
    script: `
victor: Town hall on {en+6}, 16:00, Lantau room and online. I'll talk about store performance, the new POS and where we want to be in three years. Send questions beforehand, anonymous is fine: https://forms.example.com/hv-townhall
grace: 會唔會有廣東話場？
victor: 有，{zh+7} 早上十點，同樣內容，廣東話。
yan: 店舖返緊更點睇？
karen: 錄影會放上 intranet，當日早更同事可以喺後舖一齊睇，我已經安排咗
emma: Subtitles will be in English and Traditional Chinese.
haoran: 深圳这边可以远程参加吗？
emma: 可以 Yes, the online link works from Shenzhen, we tested it last time.`,
  },
  {
    in: 'general',
    script: `
raymond: 昨日下午 3:10 至 3:42 總部上網中斷，原因係大廈工程整斷咗其中一條光纖，後備線路切換得慢咗。抱歉影響大家。已經同 carrier 改咗切換設定。
winnie: Thanks for explaining. Does it affect the payment run?
raymond: No, the bank files went at 2:45.
eric: Confirmed, bank acknowledged all three.`,
  },
  {
    in: 'general',
    script: `
ben: 提提大家強積金（MPF）轉換期去到 {zh+8}，想改基金組合嘅同事請自行喺供應商網站改，HR 唔可以代改。
bong: 我唔記得咗 login……
ben: 打供應商熱線，帶身份證號碼就可以 reset。千祈唔好喺度出身份證號碼 🙏
bong: 收到 😅`,
  },
  {
    in: 'general',
    script: `
fiona: We're opening two internal vacancies before advertising outside:
  | • Assistant Store Manager, Sha Tin
  | • Junior Buyer (1-year secondment from stores)
  | Speak to your manager first, then apply by {en+9}.
suki: Junior Buyer 要唔要有採購經驗？
peggy: 唔使，最緊要識客人鍾意咩同埋 Excel 唔驚 😄
suki: Excel 有少少驚，但係肯學
peggy: 咁就得啦，apply 啦`,
  },
  {
    in: 'general',
    script: `
ben: 捐血車 {zh+4} 會停喺大廈正門，朝十晚五，有興趣請填表揀時段，每位可放一個鐘有薪假。
cherry: 報咗名 11:30
arjun: Signed up. Do they have parking for my courage?
ben: They have biscuits, which is nearly the same.
priya: See you there at 12!
ben +240: 暫時 21 位報名，仲有下晝時段 ❤️`,
  },
  {
    in: 'compliance-bulletin',
    script: `
helen: The SFC has issued a circular on the supervision of remote working. Summary in one page attached on the intranet. What changes for us: managers record a monthly check of staff who work at home and handle client matters.
oliver: Does it cover Legal?
helen: Only staff in licensed functions, so Treasury dealing and the advisory desk.
eric: OK, Rachel 同我每月一次，用邊個 form？
grace: Form C-17，我已經 pre-fill 咗你哋個名
rachel: 正，唔該 🙏`,
  },
  {
    in: 'compliance-bulletin',
    script: `
daniel: 本月主題：內幕消息。簡單講三句：
  | 1. 聽到未公佈嘅大事（收購、業績、大客），唔好講俾無需要知嘅人聽，屋企人都唔得。
  | 2. 唔好買賣，唔好叫人買賣。
  | 3. 唔肯定就嚟問我。
kit: 如果喺店聽到兩個客傾收購呢？
daniel: 好問題。聽到都唔好用，亦唔好傳，嚟同我講一聲，我幫你記低。
kit: 明白
oliver: And please don't "just mention it" in the pantry channel.`,
  },
  {
    in: 'compliance-bulletin',
    script: `
grace: PCPD published new guidance on CCTV in retail premises. Two actions for stores:
  | (1) the notice at the entrance must say who to contact;
  | (2) screens must not be visible to customers.
wing: 銅鑼灣個 monitor 對住收銀位，客人見到少少
grace: 要轉個角度或者加塊擋板。今個星期搞得掂？
wing: 得，今晚收舖轉
tony: 旺角個 notice 係舊版，冇電話
grace: 我寄新貼紙俾三間店，中英對照，{zh+3} 到
maggie: 多謝 Grace`,
  },
  {
    in: 'compliance-bulletin',
    when: { part: [0.75, 1] },
    script: `
daniel: Phishing drill results are coming this week. No names, only departments.
alan: 個「公司派餐券」email 係咪 drill 嚟 😳
daniel: 我唔會 comment
alan: ……我 click 咗
jason: 你 click 完有冇入密碼？
alan: 冇，去到第二版覺得唔對路
jason: 咁都算半個好消息
daniel: 最緊要係之後有冇 report。撳錯唔緊要，唔講先緊要。`,
  },
  {
    in: 'compliance-bulletin',
    script: `
helen: Gifts & entertainment: anything above HK$500 from a supplier or client goes on the register within five working days, whether you accept it or not.
peggy: 供應商送試食樣板計唔計？
helen: Samples for evaluation are not gifts, but please log them as samples.
peggy: 咁一箱三十六支試食……
helen: 😄 one box is evaluation. Three boxes is a party.
samuel: 收到，我哋會控制派對規模`,
  },
  {
    in: 'compliance-bulletin',
    script: `
grace: 個人資料小提示：更表、病假紙、身份證副本唔好影相 send 群組。今個月見到兩次。
maggie: 有一次可能係我哋，病假紙……
grace: 係，已經幫手移除咗顯示，記錄仲喺度。以後直接交俾 Ben，用 HR Portal upload。
ben: HR Portal 手機版都 upload 到，影完相記得喺手機刪除
maggie: 明白，已經同 team 講`,
  },
  {
    in: 'pantry',
    script: `
ben: 有冇人要兩張音樂會飛？{zh+3} 晚，紅館，原價讓，老婆要開會去唔到 😢
joyce: 邊個演唱會？
ben: 唔係演唱會，係管弦樂
joyce: 哦…… 我諗諗
emma: I'd love one if it's still going!
natalie: 我要另一張！
ben: Sold! 老婆話多謝晒`,
  },
  {
    in: 'pantry',
    script: `
kit: 邊個識整雨傘？我把傘骨斷咗，係女朋友送嗰把 😰
cherry: 深水埗有個師傅，我哋 IT 成日同佢幫襯整嘢
kit: IT 都要整遮？
cherry: 整 trolley 呀 😂 不過佢乜都識
peggy: 北河街嗰間？佢逢三休息
kit: 收到，星期四去，唔該晒`,
  },
  {
    in: 'pantry',
    script: `
arjun: Serious question. What is the correct amount of evaporated milk in a nai cha?
jason: 呢條係信仰問題
alan: 三七
suki: 二八，仲要撞
winnie: I have seen friendships end over this.
arjun: I wrote down "it depends", very on-brand for IT.`,
  },
  {
    in: 'pantry',
    script: `
grace: 有冇人識好嘅獸醫？我隻貓成日嘔毛波
rachel: 灣仔嗰間 24 小時嗰啲貴，平時睇牙醫……唔係，獸醫我去太子
grace: 哈哈你隻貓睇牙醫？
rachel: 係呀，洗牙 $3,000，平過我自己冇幾多
karen: 我隻狗都未洗過牙 🐶
grace: 多謝！我 book 太子先`,
  },
  {
    in: 'pantry',
    script: `
jason: 18 樓部咖啡機壞咗，唔好再撳 flat white 粒掣，佢會噴
oliver: It got me. Blue shirt, now beige.
jason: Sorry Oliver! 師傅聽朝到
ben: 我貼咗張紙，大家去 17 樓飲住先
daniel: 17 樓嗰部排隊排到𨋢口……
priya: A perfect day to discover tea.`,
  },
  {
    in: 'pantry',
    script: `
iris: 尋晚煲劇煲到三點，瞓得三個鐘，而家企喺度都差啲瞓着
bong: 我證明，佢同個 mannequin 差啲分唔到
joyce: 睇緊邊套？
iris: 新嗰套法庭劇，第七集嗰個反轉真係嚇親
natalie: 唔好劇透！！我睇到第五集
iris: OK 我收聲 🤐`,
  },
  {
    in: 'pantry',
    script: `
emma: I finally ordered lunch entirely in Cantonese today. I asked for less ice and received no ice. Progress.
karen: 少冰 vs 走冰，好易撈亂 😄
fai: 叫「少甜少冰」就無敵
emma: siu tim siu bing, got it
imran: My order of choice is 凍檸茶走甜. Took me three years.
emma: Respect.`,
  },
]
