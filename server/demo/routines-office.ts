/**
 * Routine posts of the head-office channels and groups: notices, tickets, deliveries, finance, contracts, small talk.
 * Roles come from each conversation's cast. Every post carries figures or choices so that weeks differ.
 */
import { splitScripts } from './script.ts'

const notices = splitScripts(`
hr: 【提提你】{zh+3} 截止：<年假結餘申報|緊急聯絡人更新|牙科索償|進修資助申請>。有問題搵 Ben。
any: <收到|Thanks|👍>
---
hr: <Wellness talk|Lunch & learn|First-aid refresher>: {en+4}, 13:00, {of room}. {n 12-30} seats. Sign up on the portal.
---
hr: 17 樓 <𨋢|洗手間|茶水間|會議室 17B> {zh+1} 上午維修，<請用 18 樓|預計兩個鐘|不便之處請見諒>。
---
hr: 本月生日：{n 2-5} 位同事 🎂 {zh+2} 四點切蛋糕，<17 樓茶水間|Lantau room>。
any: <Happy birthday!|生日快樂|有冇朱古力味>
---
raymond: 系統通知：{of app} {day+1} 晚上 {n 8-10} 點後維護約 {n 20-90} 分鐘。<如有影響請預先儲存|分店唔受影響|期間請勿登入>。
---
ben: Lost property: <a black umbrella|a grey scarf|reading glasses|a lunch bag|an Octopus card> left in {of room}, at reception until {en+5}.
any: <我嘅！|Mine, thanks|唔係我>
---
emma: Course places left: "<Writing clear emails|Difficult conversations|Excel beyond SUM|Presenting to the board>", {en+6}, {n 2-9} seats.
any: <報咗名|Signed up|有冇下一班？>
---
ben: {day+2} 會有<師傅洗冷氣|滅蟲|抹窗|消防檢查>，枱面嘅嘢請<收好|遮好|入櫃桶>。
`)

const bulletins = splitScripts(`
officer: 每週提示 #{n 21-59}：<客人來電要求改地址，一定要 call back|收到現金超過 HK$120,000 要先問合規|唔好將客人名單 download 去 USB|訂單指示要當日入紀錄>。
any: <收到|OK|明白>
---
officer: Training reminder: {n 3-16} colleagues still to finish "<AML refresher|Data privacy|Market misconduct|Cyber hygiene>". Closes {en+4}.
any: <Doing it now|今日做|Done ✅>
---
officer: 名單篩查系統更新咗 {n 120-980} 個新名，昨晚重跑，<零命中|1 個誤報已清|2 個誤報已清>。
---
officer: PCPD 本週新聞：<一間健身中心|一間網店|一間診所|一間物流公司>外洩 {n 1200-9800} 位客人資料，原因係<密碼太簡單|員工電腦冇鎖|第三方供應商>。大家引以為鑑。
any: <恐怖|收到|我哋有冇用佢？>
---
officer: Q: {of customer}想攞返自己張交易紀錄，前線俾得唔得？
  | A: 請佢填 DAR form，唔好即場影印。
---
officer: 檔案銷毀日：{day+5}，{n 4-18} 箱，<名單喺 DocuVault|有 hold 嘅唔好放入去|請部門主管簽>。
`)

const tickets = splitScripts(`
shop: {of product}個 label print 唔到，<printer 著緊紅燈|出白紙|歪咗>
desk: <捲紙可能裝反，試下反轉|熄機 10 秒再開|撳住 feed 掣 3 秒>
shop: <得喇 🙏|掂！|正常返>
---
user: {of app} 入唔到，<話我 password 錯|一直轉圈|白畫面|話冇權限>
desk: <試下無痕視窗|我 reset 咗，check email|你部機時間慢咗，我校返|清一清 cache>
user: <得咗，唔該|入到喇|Thanks!>
desk: <👍|🙂|Ticket closed>
---
user: {of printer}<塞紙|冇碳粉|印出嚟有條黑線|連唔到>
desk: <而家上嚟|叫咗供應商，{day+1} 到|遙控 restart 緊|我睇下條線>
desk +18: <搞掂|試下？|好返晒>
user: <多謝|印到喇|正>
---
english: {of app} <is very slow this morning|keeps signing me out|will not open attachments|shows yesterday's data>.
desk: <Could you try again now?|Known issue, patch tonight|Restarting the service now|I can see it, one minute>
english: <Works, thank you|Better now|All good>
---
desk: Status：{of app} <慢咗|間中斷線|已恢復>，<供應商睇緊|原因係更新|影響 {n 3-40} 人>，{hm+60} 再報。
desk +55: {of app} <正常返|已 fix|監察緊>，INC-{n 20100-20790}
---
shop: 我要幫新兼職開戶口，<{day+2} 返工|聽日第一日|下星期一開工>
desk: <收到 form 就開，一個鐘|開咗，密碼寄咗俾店長>
shop: <唔該|Thanks|收到>
---
user: {of room} 個 mon <冇聲|cast 唔到|得半邊畫面>，{hm+30} 有會
desk: <我上嚟|換條 HDMI 試下|撳 source 揀 2>
user: <得返|有聲喇|多謝救命>
---
english: Can I get access to the {of app} folder for {mon-1}? My manager is copied.
desk: <Granted, sign out and in|Waiting for approval|Done, ref REQ-{n 5100-5980}>
english: <Perfect|Thank you!|Got it>
---
shop: 掃描器 {n 1-9} 號<充唔到電|讀唔到碼|個 mon 裂咗>
desk: <寄部後備俾你|用住 {n 10-12} 號先|{day+1} 順車換>，單號 INC-{n 20100-20790}
shop: <OK|唔該|收到>
---
user: 收到封 email 話我「{of app} 密碼 {n 1-3} 日後過期」，真定假？
desk: <假，report 咗未？|假㗎，唔好撳|真，但係請由 portal 改>
user: <report 咗|刪咗|好彩有問>
---
user: 想裝 <Acrobat|Power BI|Teams plugin|字型>，<要 admin 權限|彈咗個框>
desk: 我 remote 入嚟，撳「允許」 👉 session {n 310000-989000}
user: <撳咗|見到你個 mouse 喇|OK>
desk +9: <裝好|搞掂，重開 app|好喇>
---
siyu: {of app} 已更新到 {n 2-6}.{n 0-9}.{n 1-20}，<修复了导出乱码|优化了搜索速度|修复登录超时|增加了繁体提示>。
desk: <收到|多謝思雨|測試過，OK>
---
user: 部 laptop <好熱|好慢|成日 blue screen|個 fan 好嘈>，用咗 {n 3-6} 年
desk: 機號尾四位？我<睇下保養|排你入更換名單|{day+1} 同你清塵>
user: {n 1000-9999}
desk: <有保養，換底板|排咗 {day+6}|下晝嚟攞後備機>
`)

const finance = splitScripts(`
tre: Cash position {en+0}: HKD {n 84-168}m, USD {n 6-19}m, CNH {n 8-41}m. <No funding need this week|Deposit maturing {en+2}|Payroll covered>.
boss: <Noted|Thanks|OK>
---
fin: 今日 payment run：{n 18-64} 張，HK\${hkd 420000-2860000}，<等 Winnie approve|bank file 已 upload|第二批 {hm+90}>。
boss: <Approved|批咗|Released>
---
fin: {of supplier} INV-{n 60100-89900} <欠 GRN|冇 PO 號|金額大過 PO {n 2-9}%>，<邊位跟？|請覆>
ops: <我 check|補咗 GRN|PO 改咗，睇多次>
fin: <match 到喇|收到|得>
---
fin: 三間店 {zh-1} 現金存款對好，<零差異|差 $\{n 1-40} 已解釋|旺角遲一日入數>。
---
fin: FX rate for {mon+0}: USD 7.{n 7800-7849}, CNH 1.0{n 70-95}, GBP 10.{n 10-45}. <Loaded in ERP|Please use these|Source in folder>.
---
ops: {of supplier}問<張 invoice 幾時俾錢|remittance advice|點解少咗 $\{n 120-880}>，個 PO 幾時 approve 到？
fin: <下個 run，{day+3}|今日出|扣咗 credit note CN-{n 310-990}>
ops: <OK 覆咗佢|Thanks|收到>
---
fin: Accrual check: {of supplier} HK\${hkd 8000-96000} for {mon-1}, <agree?|still open|reverse or keep?>
ops: <Agree|Keep it|可以 reverse>
---
boss: Flash sales for the week: HK$\{n 3-5}.{n 1-9}m, {n 92-112}% of budget. <Margin holding|Margin soft in gifts|Good mix>.
ops: <👍|多謝 Finance|Nice>
---
fin: 報銷：{n 9-38} 份，<3 份欠單|1 份超額|全部 OK>，{day+2} 過數。
---
tre: {of supplier} 改用 <FPS|TT|支票> 收款，<已 call back 核實|核實緊，未改|要兩個人 approve>。
boss: <OK|好，謹慎啲|Approved>
`)

const contracts = splitScripts(`
asker: 新 request：{of supplier} <續約|NDA|service agreement|價目附件>，<急，{day+4} 要|唔急|草稿已上載>。
counsel: <C-{n 2100-2285}，我跟|收到，{day+3} 覆你|用標準版就得>
asker: <多謝|Thanks|OK>
---
counsel: C-{n 2100-2285} {of supplier}：<對方簽咗|等對方蓋印|第二稿已回|待付款條款>。
asker: <收到|我追佢|👍>
---
asker: {of supplier} 想將<付款期|最低訂量|交貨條款>由 {n 30-45} 改做 {n 50-90}，OK?
counsel: <商業上你定，法律上冇問題|要加罰則|問埋 Finance 先>
---
counsel: Expiring within 60 days: {n 2-7} contracts. Next: {of supplier} on {en+25}. <Renew or let lapse?|Owners please reply>
asker: <Renew|續|我問下 team>
---
oliver: {of supplier}'s redline on <liability|IP|termination|confidentiality> is <acceptable|too broad|mostly fine>. <My note is in the file|Natalie to turn it|Let's talk>.
counsel: <On it|Will do|Done>
`)

const deliveries = splitScripts(`
sz: 今日出车：{n 6-22} 托 {of product}，车牌尾号 {n 102-989}，预计 {hm+240} 到葵涌。
wh: <Dock {n 1-6} ready|OK, dock {n 1-6}|Noted, thanks>
---
sz: <口岸排队|深圳湾大雾|查车>，ETA 推迟约 {n 30-150} 分钟，<司机已联系|抱歉|新时间 {hm+180}>。
lead: <收到|多謝通知|OK>
wh: <We can wait|Fine, team is on till eight|Noted>
---
wh: Received {n 8-26} pallets {of goods}, <all correct|{n 1-3} cartons damaged, photos in folder|short {n 1-4} cartons>. GRN {n 51000-58900}.
lead: <Thanks|我跟|👍>
---
lead: PO {n 4400-4870} {of supplier}：<出貨期 {day+9}|已付訂金|改咗數量，{n 200-900} 件|等樣板>。
---
shop: <聽日|{day+2}>車可唔可以加 {n 4-20} 箱{of product}？
wh: <Yes, space for it|Only half, truck is full|OK, added>
shop: <唔該|收到|Thanks>
---
lead: {of product}庫存 {n 90-480}，賣 {n 8-30} 件一日，<夠 {n 2-4} 星期|要落單|先觀察>。
shop: <加啲|夠|沙田賣快過人>
---
sz: 清关完成 ✅ 柜号尾 {n 1000-9999}，{n 8-20} 托，<明早提柜|今晚到仓|周末到>。
lead: <靚|收到|好快>
---
wh: {of carrier} truck is <early|{n 20-70} minutes late|at the wrong gate>, <unloading now|calling the driver|sorted>.
---
lead: 下星期貨量預測：{n 60-140} 托，<週三最多|比今星期多 {n 5-20}%|平穩>，Imran 人手夠唔夠？
wh: <Enough|Need {n 1-3} temps|Tight on Wednesday>
---
sz: {of supplier}的{of product}今天验货，抽 {n 20-80} 件，<合格|{n 1-3} 件色差|标签错一处，返工中>。
lead: <OK 放行|影張相俾我|返工完再驗>
---
shop: 收貨有 {n 1-5} 箱{of product}<外箱濕|封條甩|唔係我哋店>，<點處理？|影咗相>
lead: <先隔離|退返|寫 damage form>
wh: <Send it back with the driver|We'll swap {en+1}|My mistake, sorry>
---
lead: {of carrier} {月+0} 準時率 {n 86-98}%，<比上月好|要傾一傾|達標>。
`)

const chatter = splitScripts(`
a: 今日食乜？
b: <{of lunch}？|{of lunch}，行唔行？|我帶咗飯>
a: <好|行|十二點半樓下等>
---
a: {of lunch}今日<有位|排到出街|八折>，<快啲|行唔行|有冇人搭枱>
c: <預我|食咗喇|我要外賣>
---
a: 有冇人落樓買<咖啡|凍檸茶|下午茶>？我請<第一杯|…唔係，夾錢|兩杯>
b: <我要凍奶茶少甜|Latte 走糖|加我一杯>
c: <+1|我都要|熱嘅，唔該>
---
e: Anyone know a good <dentist|tailor|hiking trail|piano teacher|plumber> near <Tai Koo|Sha Tin|Kowloon Tong|Kennedy Town>?
a: <有，DM 你|My cousin is one!|我屋企附近有間>
e: <Brilliant, thanks|You're a star|Thank you!>
---
a: 尋晚<瞓得唔好|睇波睇到兩點|打機打到夜|執屋>，今日要 {n 2-4} 杯咖啡
b: <我都係|哈哈|後生就係好>
---
c: 讓出<嬰兒車|電飯煲|書枱|健身單車|兩盆植物>，<免費|$\{n 50-300}|請食 lunch 就得>，{n 8-9} 成新
b: <我要！|有冇相？|問下老婆先>
c: <DM 你|影咗|送到公司>
---
e: <Cake|Samosas|Dates|Shortbread> on the 17/F counter, <family recipe|help yourselves|first come>. 
a: <多謝！|好好味|攞咗兩件>
---
a: <街口間書店|隔離間茶餐廳|對面麵包舖|間舊戲院>執咗！😭
c: <吓|唔係啩|幫襯咗十年>
b: <聽講業主加租|又少一間|好可惜>
---
b: 星期六<行山|打波|飲茶|行街>，爭 {n 1-3} 個人，<有冇人？|新手都得>
a: <我得|要睇天|帶埋個仔得唔得>
---
a: 條𨋢又等咗 {n 6-14} 分鐘
c: <行樓梯啦|當運動|貨𨋢快啲>
b: <17 樓喎大佬|😂|我瞓得着>
---
e: Trying to learn one Cantonese word a day. Today: <「攰」|「掂」|「是但」|「執生」|「hea」>. Use it on me.
a: <哈哈你今日攰唔攰？|好掂！|今日 lunch 是但啦|你自己執生 😂>
`)

const rollout = splitScripts(`
it: 新 POS 版本 1.{n 0-4}.{n 1-19} 今晚推，<修 refund|修會員查詢|加快啟動>，{n 5-20} 分鐘。
ops: <OK|收到|收舖後先好推>
---
ops: 新機今日<hang 咗一次|好順|print 單慢>，{n 180-420} 單<冇錯|1 單要補|全部上咗>。
it: <睇緊 log|👍|下個版本改>
---
sys: Latency from the <CWB|MK|ST> counter: {n 12-48} ms, loss 0.{n 0-4}%. <Fine|Watching it|Better than last week>.
it: <Thanks|收到|正>
---
dev: 测试进度：{n 120-310} 个用例，通过 {n 94-99}%，<剩下是打印格式|阻塞 1 个|今晚重跑>。
it: <收到|辛苦|好進度>
---
winnie: Parallel run day {n 1-3}: difference HK\${n 0-24}. <Explained|Rounding|Checking>.
ops: <Thanks|收到|👍>
---
it: 培訓：{n 2-6} 位店員完成，仲有 {n 1-5} 位，<{day+2} 補堂|下星期再嚟>。
ops: <好|寫入更表|OK>
---
ops: 手提 POS {n 1-6} 號<電池唔耐用|mon 花咗|唔識轉中文>
it: <換部後備|寄部新|我過嚟睇>，{day+1}
`)

const campaign = splitScripts(`
mkt: 社交平台草稿 #{n 4-39}：{of product}，<兩張相|一條短片|三格漫畫>，{day+2} 出。
priya: <Approved|Lovely, go|Shorter headline please>
---
buy: {of product} 樣板到咗，<質地好|色差少少|盒邊要改>，成本 $\{n 18-96}。
priya: <Can I see it?|Great price|Bring it to {of room}>
---
priya: <Radio|Tram|MTR|Instagram> quote: HK\${hkd 18000-146000} for {n 2-4} weeks. <Worth it?|Too much?|I'd say yes>
ops: <試一個星期先|值|貴咗啲>
---
mkt: 會員回覆率 {n 11-29}%，<比上次高|年輕客多咗|沙田最高>。
ops: <好嘢|👏|叻>
---
mkt: 印刷品 {n 300-1800} 份 {day+5} 到，<三間店平分|銅鑼灣多啲|放葵涌先>。
buy: <OK|收到|我安排車>
`)

const limits = splitScripts(`
tre: 限額：HKD {n 48-72}%，USD {n 31-69}%，CNH {n 9-34}%。<冇 breach|正常|No exceptions>。
comp: <收到|Noted|OK>
---
tre: Deposit {n 10-45}m HKD, <1 week|2 weeks|1 month>, {n 3-4}.{n 10-95}%. <Within limit|Bank on list>.
comp: <No objection|OK|Noted>
stephen: <Approved|OK>
---
comp: {n 1-4} 個 alert，<全部誤報|1 個要補文件|已清>，ref AL-{n 7100-7980}。
tre: <補咗|收到|Thanks>
---
tre: FX: sold USD {n 1-6}.{n 1-9}m at 7.{n 7790-7849}, <confirmed|confirmation pending|value {en+2}>.
comp: <Recorded|OK|收到>
---
comp: 錄音線抽查 {n 6-14} 段，<冇問題|1 段開場白漏咗|全部有核對身份>。
tre: <Noted|提咗同事|👍>
`)

export const officePools: Readonly<Record<string, readonly string[]>> = {
  notices,
  bulletins,
  tickets,
  finance,
  contracts,
  deliveries,
  chatter,
  rollout,
  campaign,
  limits,
}
