/**
 * Routine posts of the shops: opening checks, daily takings, the shop floor, rosters.
 * Roles: mgr, staff, sup (manager or staff), area, it. Every post carries figures or choices so that days differ.
 */
import { splitScripts } from './script.ts'

const opening = splitScripts(`
sup: <早晨|早|各位早>！開舖 check 完 ✅ 收銀機 {n 3-4} 部正常，找續 HK$<4,000|5,000|6,000> 啱數，<冷氣 24 度|燈箱全著|地下乾爽>。
area: <收到|👍|Thanks!|早晨>
---
sup: Opening check OK. <Float counted|Float correct|Cash float fine>, {n 2-4} staff on floor, <music on|lights all good|no issues>. 今日重點：{of product}
---
sup: 開舖完成，{hm} 開閘。今日返工 {n 3-6} 人，<一位遲到十分鐘已通知|全部準時|有一位兼職 cover>。
mgr: <OK|收到|好>
---
sup: 早，昨晚收舖後<一切正常|冇異常|alarm 正常>。{of product}得返 {n 3-18} 件，今日會補架。
staff: <我補|等我嚟|收到>
---
sup: 開舖檢查：
  | ✔ 雪櫃 {n 3-5}°C
  | ✔ 找續 HK\${hkd 4000-6000}
  | ✔ <走火通道暢通|滅火筒有效|後門已鎖>
  | ✘ <燈泡壞 1 個，已報|地膠翹起少少，貼咗|冇>
---
sup: 早晨☀️ 雪櫃溫度 {n 3-5} 度，價錢牌已對 {n 20-45} 個，<錯 1 個已換|全部啱|有 2 個褪色重印>。
area: <辛苦|收到|👍>
---
sup: Store open {hm}. <Queue of|Already> {n 2-9} customers at the door 😄 Floor target today HK\${hkd 48000-92000}.
area: <加油！|Go team|👏>
---
sup: 開舖 OK，會員機同手提 POS 都 sync 咗，<充電 100%|充緊電|得 2 號機 82%>。今日主打 {of product}，目標 {n 12-40} 件。
---
sup: 各位早，今朝 briefing 講咗<會員優惠|退換貨程序|收銀禮貌|試食守則>，{n 3-6} 人簽咗名。開舖正常。
mgr: <好|Thanks|收到>
---
sup: 今早送貨 {n 8-30} 箱，<點齊|少 1 箱，已問葵涌|齊，外箱有少少濕>，{hm+15} 前上架完。
---
sup: 開咗舖。<今日門口有人影廣告|外面掘路，好嘈|商場抹緊窗>，開舖 check 冇問題，找續 HK\${hkd 4000-6000}
area: <收到|OK|👍>
---
sup: Opening photos uploaded（{n 6-14} 張）。櫥窗<乾淨|有手指印已抹|玻璃外面滴水，已抹>，<門口地毯換咗|地毯聽日換|花換咗新嘅>。
---
sup: 早晨，昨晚 count 咗{of product}，系統 {x=n 20-60}，實數一樣 👌 開舖準時。
area: <好嘢|👍|正>
---
sup: 開舖報告：人手 {n 3-6}，<病假 1|年假 1|冇人放假>，<試食準備好|包裝紙夠一日|膠袋得返 {n 80-200} 個>。
mgr: <收到|OK|Noted>
---
sup: Morning, tills open, Z counter reset, <one roll of receipt paper left|paper stocked|paper low, ordered>. Today: {of product} promo. 
---
sup: 今日開舖{n 2-4}人，<旅遊團|學校團|公司客>預約咗 {hm+180} 左右嚟，約 {n 12-36} 位。
area: <準備多啲找續|加油|OK>
`)

const takings = splitScripts(`
sup: 今日生意 HK\${hkd 46000-98000}，達標 {n 84-118}%，人流 {n 310-720}，平均單 HK\${n 148-236}。
area: <辛苦晒|收到|👍|早啲休息>
---
sup: Closing: HK\${hkd 46000-98000} / {n 180-420} transactions. Card {n 58-74}%, cash {n 9-18}%. Till <balanced|over $2|short $5, noted|spot on>.
---
sup: 收舖數 HK\${hkd 46000-98000} ✅ 現金啱數。賣得最好：{of product}（{n 14-52} 件）。
mgr: <收到|Thanks|好>
---
sup: 夜晚報數：營業額 {hkd 46000-98000}，會員單 {n 42-68}%，新會員 {n 6-24} 個。<雨天人少咗|收工前先旺返|下晝好靜>。
area: <OK|辛苦晒|收到>
---
sup: Takings {en+0}: HK\${hkd 46000-98000}. vs last week {n 1-14}% <up|down>. <Quiet afternoon|Strong evening|Lots of tourists|One big order>.
---
sup: 埋數：
  | 現金 HK\${hkd 5200-14800}
  | 卡 HK\${hkd 28000-61000}
  | 八達通／電子錢包 HK\${hkd 9000-24000}
  | 差異 <0|+$1|-$3|0|0>
area: <👍|收到|啱數，辛苦>
---
sup: 收工！今日 HK\${hkd 46000-98000}，{of product} <爆賣|斷咗貨|賣得好快>，聽日要補 {n 10-40} 件。
---
sup: Close done {hm}. HK\${hkd 46000-98000}, target {n 86-116}%. 入夾萬 HK\${hkd 5000-14000}，<封條已影相|雙人點數|封條號 {n 40100-49900}>。
---
sup: 今日數：{hkd 46000-98000}。退貨 {n 1-5} 單共 HK\${n 180-1400}，原因多數係<送禮唔啱|尺寸|重複買>。
mgr: <noted|收到|OK>
---
sup: 生意 HK\${hkd 46000-98000}（{n 88-117}%）。{hm-75} 左右<多人到要排隊|突然好旺|有團客>，<兩部機都開晒|大家都好幫手|冇投訴>。
area: <叻！|辛苦晒 🙏|👏>
---
sup: 收舖 check：<冷氣熄|燈熄|雪櫃門關好>、alarm 已 set、{n 2-3} 人離開。數 HK\${hkd 46000-98000}。
---
sup: 今晚{n 180-420}單，HK\${hkd 46000-98000}，人均買 {n 2-3}.{n 1-9} 件，<比上週好|同上週差唔多|比上週少少少>。
area: <好|收到|加油>
---
sup: Final {hkd 46000-98000}。<最大單|Top sale> HK\${hkd 2200-8800}，{of customer}買<送禮|公司用|自用>。
mgr: <勁|👏|Wow>
---
sup: 數齊，HK\${hkd 46000-98000}，cash bag 編號 {n 70100-79900}，聽朝 <護衛|銀行>嚟收。
---
sup: 今日 {n 310-720} 人入店，{n 17-26}% 有買，共 HK\${hkd 46000-98000}。夜更<順利|冇特別|有少少忙>。
area: <收到|Thanks!|辛苦>
---
sup: 埋咗數：HK\${hkd 46000-98000}。<優惠券|會員券>用咗 {n 8-46} 張，{of product} 送清。
---
sup: EOD: {hkd 46000-98000} HKD, ATV {n 148-236}, UPT 2.{n 1-9}. <Floor tidy|Stock room tidy|Window lights on timer>. 晚安 🌙
`)

const shopFloor = splitScripts(`
staff: {of product} 架上得返 {n 2-6} 件，後倉冇喇，幾時有？
samuel: {day+1} 車有 {n 12-48} 件，<撐一撐|要唔要同隔離店借？|OK？>
mgr: <撐得住|OK 等車|我同隔離店借 {n 4-8} 件先>
---
staff: {of customer}想訂 {n 6-40} 份{of product}，{day+5} 要，有冇得做？
mgr: <得，收三成訂|收訂先，我覆 Samuel|可以，影低張單>
staff: <收咗訂|OK|收到>
---
staff: 有客問 {of product} 有冇無糖版……
mgr: 冇，<介紹佢試有機燕麥|同佢講下季有|留低電話，有貨通知>
---
mgr: {of product}個價錢牌同系統差 $\{n 2-20}，<邊位換過牌？|今日內改好>
staff: <改咗，影咗相|我改，五分鐘|舊牌，已經掉咗>
area: <唔該|👍|三間店都 check 下>
---
staff: 收銀 {n 1-3} 號機 scan {of product} 冇反應，要入 code
it: <barcode 冇 sync，我推返|我睇下，兩分鐘|新 code 漏咗，補緊>
it +6: <得未？|試多次？|推咗，重新 scan>
staff: <得喇 🙏|得咗|掂>
---
staff: 試食碟用晒，問邊個攞？
mgr: <後倉左邊紙箱|我訂咗，聽日到|用住紙杯先>
---
priya: Could someone send me a photo of the {of goods} display before noon?
staff: <影咗 3 張|Sent!|等客人行開先影>
priya: <Lovely|Beautiful, thank you|Great, one shelf lower please>
---
staff: 個 display 架鬆咗粒螺絲，{of product}有少少斜
mgr: <除低貨先，我搵士巴拿|封住嗰格，師傅聽日嚟|唔好俾小朋友行近>
staff: <除咗|封咗|OK>
---
staff: 有客想退{of product}，冇單，但係有電子付款紀錄，收唔收？
mgr: 收，<對返日期同金額就得|要佢 show 電話紀錄|14 日內就得>
---
imran: Cage {n 210-690} for your store is short {n 1-4} cartons of {of goods}. They'll follow {en+1}.
mgr: <OK thanks Imran|Noted|收到，thanks>
---
staff: 今日有{n 2-4}位客問會員點改電話號碼
mgr: 要本人帶證件，<填 form M-3|喺手提 POS 改得|記住唔好影證件>
---
staff: 後倉 {n 2-6} 號燈唔著，執貨好暗
mgr: <報咗維修|我開單 FM-{n 3100-3900}|聽日師傅嚟>
---
staff: 執到<一條鎖匙|一把遮|一個水壺|一張八達通|一隻手套>，喺<門口|試食枱|收銀位>，寫咗 lost & found
mgr: <好|👍|影低相>
---
staff: {of customer}嚟攞預訂嘅{of product}，張單寫 {x=n 4-20} 份，但係得 {n 1-3} 份喺度
mgr: 其他喺<後倉第二格|樓上|隔離貨架，有張黃紙>
staff: <搵到|見到喇|有晒>
---
mgr: 今個月 {of product} 賣到 {n 90-260} 件，<超標|差少少到標|係三店最多>，大家再推多啲 👊
staff: <收到！|加油|得>
`)

const roster = splitScripts(`
mgr: 下星期更表出咗，<有問題今日內講|請 check|貼咗後倉同 HR Portal>：早 {n 2-3} 人、晚 {n 2-3} 人、<星期六加一個兼職|星期日加兩個>。
staff: <收到|OK 👍|睇咗>
---
staff: 想同人對調 {day+2} 早更，<要睇醫生|屋企有事|考試>
mgr: <我同你調|我問下兼職先|OK，寫入 HR Portal>
staff: <多謝|唔該晒|Thanks 🙏>
---
mgr: {day+3} 要多一個人返晚更，<當日送貨 {n 20-40} 箱|當日有公司客|商場有活動>，邊個得？
staff: <我得|預我|我可以，要過 {hm+30} 先到>
mgr: <好，寫咗|Thanks！|你救咗我>
---
staff: 我{day+1} 要遲 {n 15-45} 分鐘，<驗身|銀行|送細路返學>
mgr: <OK|冇問題|得，記低>
---
mgr: 兼職 <Mandy|阿 Ben|Joey|Chris> {day+2} 請假，<我自己頂|邊個想加鐘？|問緊隔離店>
area: <人手唔夠即刻話我知|OK|睇住鐘數上限>
---
mgr: 加班鐘 {月-1} 總數 {n 18-46} 個，<請自己對|有錯搵我|明天交 HR>
staff: <啱|對咗|我爭 1 個鐘>
`)

export const storePools: Readonly<Record<string, readonly string[]>> = { opening, takings, shopFloor, roster }
