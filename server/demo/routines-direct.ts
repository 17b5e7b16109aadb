/**
 * Routine exchanges of the direct conversations: quick questions, favours, status.
 * Roles: a and b are the two people either way round; first is who is named first in the conversation.
 */
import { splitScripts } from './script.ts'

const dmOffice = splitScripts(`
a: <得閒傾兩句？|有空 call？|5 分鐘？> 關於<{of supplier}|budget|{of room} 個會|新人>
b: <{hm+15} 得|而家得|{hm+45} call 你>
a: <好|OK|👍>
---
a: 份 <deck|report|memo|minutes> 睇咗未？第 {n 2-14} 頁<個數怪怪哋|要改|好好>
b: <睇緊|改咗，v{n 2-6}|尋晚睇咗，OK>
a: <Thanks|收到|辛苦>
---
a: {day+2} {of room} 幾點？
b: <{n 10-11} 點|下晝 {n 2-5} 點|未定，我 send invite>
a: <OK|見|收到>
---
a: Quick one: <headcount|cost centre|contact list|org chart> for {mon+0}, <latest version?|where is it?>
b: <In the folder, v{n 2-7}|Sending now|搵緊，{n 5-20} 分鐘>
a: <Got it|Thanks!|收到，唔該>
---
a: <食咗飯未|Lunch？|聽日 lunch？> {of lunch}
b: <好呀|開緊會，遲 {n 10-25} 分鐘|食咗 😅>
---
a: 你聽日<返公司|喺店|work from home>？想俾份<文件|樣板|手信>你
b: <返，{n 9-11} 點後|放低喺 reception|後日先返>
a: <好|OK，放你枱面|收到>
---
a: 剛才個會你講嘅 {n 2-9}% 係<毛利|增長|差異>？
b: <係，未計 promo|係，同上年比|唔係，係目標>
a: <明|清楚|OK thanks>
---
b: 我{day+3} 至 {day+5} 放假，<有事搵 backup|急就打電話|email 照睇>
a: <Enjoy!|好好休息|去邊玩？>
b: <日本 🍜|留港執屋|陪屋企人>
`)

const dmStore = splitScripts(`
second: 今日{of product}賣咗 {n 12-58} 件，<要加單|得返 {n 3-9} 件|聽日會斷貨>
first: <加 {n 12-36} 件|我搵 Samuel|叫葵涌補>
second: <收到|OK|👍>
---
first: 今個星期 {n 86-117}%，<你點睇？|同預算比差幾多？|睇咗未？>
second: <主要係週末|會員日拉高咗|同我估差唔多>
first: <收到|好|有咩要幫手出聲>
---
second: 有個兼職想轉全職，<做咗 {n 4-14} 個月|好勤力|識普通話>
first: <同 Ben 攞 form|我支持|下月有 headcount>
second: <好，多謝|收到>
---
first: {day+1} 我 {n 10-11} 點過嚟<行舖|食早餐傾|睇櫥窗>
second: <好，等你|當日盤點喎|OK，我早更>
---
second: {of customer}又嚟投訴<包裝|等得耐|價錢>，我<送咗張 $\{n 20-50} 券|道歉咗|換咗貨>
first: <處理得好|OK，記錄低|我覆佢電話>
---
second: 更表 {day+5} 嗰日爭一個人，<借人？|我自己頂|搵兼職？>
first: <借 {of shop}|唔好又自己頂|兼職得>
second: <收到|哈哈好|問緊>
---
first: 收銀差異今個月累計 $\{n 8-96}，<多過平時喎|睇下邊更多>
second: <我查|係換更嗰陣|知道>
---
second: 師傅嚟整<冷氣|燈箱|閘|水喉>，報價 $\{n 680-4800}，<批唔批？|等你覆>
first: <批|搵多個 quote|掂，cost centre {n 3100-3190}>
second: <OK|多謝|收到>
---
first: Mystery shopper 會喺 {月+0} 內嚟，<大家醒定啲|平常心|唔好估邊個>
second: <收到|又嚟 😂|知道>
---
second: 有{n 2-5}個同事想報 {of room} 嗰班收銀培訓
first: <好，{day+6} 有位|報啦|計加班鐘>
`)

const dmBoss = splitScripts(`
first: 上週三店合計 HK$\{n 3-4}.{n 1-9}m，{n 92-113}%。<沙田最好|旺角最好|銅鑼灣追返>
second: <Good|Noted, thanks|Why the dip on {en-2}?>
first: <落雨|有團客|做緊 promo>
---
second: Can you join {of room} at {hm+60}? <Ten minutes|Landlord call|Bring the numbers>
first: <得|Yes|我 online join>
---
second: {of shop}<個 P&L|人手|投訴數字>你點睇？
first: <我聽日俾分析你|比上季好 {n 2-9}%|主要係租金>
second: <OK|好|Thanks Karen>
---
first: 想申請 HK\${hkd 12000-98000} <換燈|補貨架|門口防滑|會員機>，quote 喺 folder
second: <Approved|OK, go|Two more quotes please>
---
second: Board asked about <shrinkage|turnover|member sales>. What's our number?
first: {n 0-2}.{n 1-9}%<，比行業好|，同上年一樣|，下季目標低啲>
second: <Perfect|Good|Put it in the pack>
`)

const dmGoods = splitScripts(`
first: {of product}幾時返貨？三間店得返 {n 9-60}
second: <{day+4} 到倉|過緊關|廠話 {n 5-12} 日>
first: <OK|撐得住|有冇得快啲？>
---
second: {of supplier} 新貨 {of product}，零售 $\{n 48-268}，<試唔試？|毛利 {n 38-56}%|有樣板>
first: <試 {n 50-200} 件|俾樣我睇|價錢高咗啲>
second: <安排|收到|傾低 {n 5-10}%>
---
second: 葵涌爆倉，可唔可以三間店各收多 {n 2-6} 托{of product}？
first: <沙田得|最多 {n 2-3} 托|星期尾先得>
second: <救命恩人|OK|收到>
---
first: {of shop}收錯 {n 2-9} 箱{of product}
second: <下次車收返|我叫 Imran 查|留低都得>
---
second: 運費 {月+0} {n 82-117}% of budget，<緊急車太多|正常|慳咗>
first: <我同店長講|好|少落啲急單>
`)

const dmEnglish = splitScripts(`
a: <Patch|Firmware|Backup|Switch> window {en+1}, {n 20-23}:00, about {n 20-80} minutes. <OK with you?|Any objection?>
b: <Go|Fine|After 22:00 please>
a: <Booked|Thanks|Done>
---
a: Disk on the {of app} host is at {n 78-93}%. <Old logs|Growing fast|Someone's exports>.
b: <Clean it|Add {n 50-200} GB|I'll ask the owner>
a: <Down to {n 41-66}%|Done|On it>
---
b: Ticket INC-{n 20100-20790} <is yours|needs a network eye|came back again>. User is {of customer}... <no, wrong paste, it's Alan|sorry, it's Ben|I mean Peggy>.
a: <Looking|Taking it|Ha, OK>
---
a: {n 2-9} alerts overnight, <all from the same AP|all noise|one real: {of app}>.
b: <Tune them?|Thanks|I'll raise it>
---
a: Lunch? {of lunch}. <My turn to pay|I can do {hm+30}|Raymond is joining>.
b: <Yes|In a meeting, ten minutes|Always>
---
a: Quote for {n 4-24} <cables|access points|docks|SSDs>: HK\${hkd 2400-68000}. <Approve?|Two vendors tried>
b: <Approved|Ask for 5% off|Needs Raymond>
---
b: How did the {of room} screen fix go?
a: <Cable. It's always the cable|Firmware {n 1-4}.{n 0-9}|Needs a part, {en+3}>
b: <Classic|👍|Thanks>
---
a: Uptime for {mon-1}: {n 99-99}.{n 70-99}%. <Best this year|One blip at Mong Kok|Carrier's fault>.
b: <Nice|Put it in the report|👏>
`)

const dmDevices = splitScripts(`
first: {of shop} 部 tablet <{n 1-6} 號|後備嗰部> <開唔到機|要更新|電池脹咗>
second: <寄返嚟|唔好充電！|我 remote 睇>，ref INC-{n 20100-20790}
first: <OK|收到|即刻>
---
first: {of app} 今日<慢|幾快|有冇更新過>？<店舖問|有人投訴>
second: <正常，{n 80-240} ms|昨晚更新咗|睇緊>
---
second: 下星期 {of shop}換 {n 1-4} 部<mon|scanner|router|UPS>，<{day+6}|收舖後>，得唔得？
first: <得|避開週末|問埋店長>
second: <OK 安排|收到|Thanks>
---
first: 邊個有 {of printer}嘅 <driver|PIN|用戶手冊>？
second: <folder 有|PIN 面交 😂|send 咗>
first: <攞到|Thanks|唔該>
---
second: 部 loan laptop LN-{n 11-48} 用完未？<有人排隊|{day+2} 要還>
first: <還緊|多兩日|尋日還咗俾 reception>
---
first: {of shop} Wi-Fi <斷咗 {n 2-9} 分鐘|好返晒|又慢>，{n 2-5} 部機受影響
second: <見到，AP restart|carrier 問題|夜晚換線>
first: <好返|OK|等你>
`)

const dmDesk = splitScripts(`
second: 今日 {n 9-22} 張 ticket，爭 {n 1-6} 張，<密碼最多|printer 最多|{of app} 最多>
first: <辛苦|OK|我做兩張>
---
second: <Winnie|Oliver|Fiona|Samuel> 張單可唔可以你打俾佢？<我講咗三次|佢唔睇 email|佢要講英文>
first: <得|我打|哈哈好>
---
first: 星期 report 做咗未？
second: <做緊，{n 15-40} 分鐘|send 咗|v{n 2-3} 喺 folder>
first: <正|Thanks|睇緊>
---
second: 後備機得返 {n 1-4} 部，<要買|等維修嗰 {n 2-5} 部|有人唔還>
first: <我追|開 PO|下個 budget>
---
second: 我去 {of shop}，{hm+150} 返，<{n 2-5} 單|換 scanner|培訓>
first: <好，小心車|幫我問候店長|OK>
second +140: 搞掂，<順便整埋 printer|食埋燒賣返|全部 close 咗>
---
first: Raymond 問 {月-1} <SLA|平均解決時間|滿意度>
second: {n 91-98}%<，高咗|，同上月一樣|，低咗因為轉機>
first: <好|我覆佢>
`)

export const directPools: Readonly<Record<string, readonly string[]>> = {
  dmOffice,
  dmStore,
  dmBoss,
  dmGoods,
  dmEnglish,
  dmDevices,
  dmDesk,
}
