/**
 * The last screenful of each channel, written by hand: it is what a visitor reads first.
 * It may be read at any hour and in any season, so dates are slots and nothing depends on the weather.
 */
import type { Tail } from './script.ts'

export const tails: readonly Tail[] = [
  {
    in: 'general',
    endedMinutesAgo: 96,
    unread: { karen: 2, jason: 2 },
    script: `
emma: Hi all. The shortlist for the leadership programme is out; if you were nominated you'll have an email from me. Please confirm by {en+3}.
fiona +55: 各位同事，下個月起醫療卡網絡醫生名單有更新，最新名單已放上 intranet：
  | https://intranet.harbourvale.example/hr/medical-panel
  | 舊卡繼續有效，唔使換卡。
ivy: 請問牙科嗰部分有冇改？
fiona: 牙科不變，每年兩次洗牙照舊 🙂
victor +140: Last week was our best ordinary trading week of the year: group sales **up 6.4% on budget**, and complaints down by a third. Thank you, truly, to every shop team and to everyone behind them.
  | 
  | 上星期係今年平日生意最好嘅一週，全組達標 106.4%，投訴少咗三分一。多謝每一位前線同後勤同事。
  * 🎉 karen tony maggie wing kit suki priya
  * ❤️ fiona emma bong
  * 💪 jason cherry
tony: 多謝 Victor！旺角店上下一齊努力 💪
maggie: 沙田店都有份 👏
priya: Well done shops!!
ben +65 #drill: 【消防演習】{zh+2} 上午 11:15，17 及 18 樓。聽到警鐘請由後樓梯落地下，到對面公園集合點名。唔好搭𨋢，唔好返轉頭攞嘢。
  | Fire drill on **{en+2}, 11:15**. Floor wardens: Alan (17/F), Cherry (18/F).
alan >drill: 收到，我會帶反光衣
  * 😂 cherry joyce
oliver >drill: Will visitors in the boardroom be told in advance?
ben >drill: Yes, reception has a card for them and I'll be outside the boardroom myself.
cherry >drill: 18 樓我負責數人頭，請大家出現 🙏
stephen +48: Reminder that expense claims for last month must be in the system by noon on {en+1}. Late claims go to the next run, no exceptions this time please.
samuel: Noted, thanks Stephen
raymond +35: @channel 系統維護通知：{zh+1} 晚上 10:30 至凌晨 1:00，ERP 及 inventory app 會暫停。分店請喺 10:15 前完成 closing。有問題搵 IT helpdesk。
  * 👍 wing tony maggie samuel
fiona +20: 歡迎 Hailey（彭曉晴）正式加入 Compliance 做見習生，之前佢喺我哋度做過實習，好多人都認得佢。見到記得打個招呼！
  * 🎉 grace daniel ben
  * 👋 suki iris cherry emma`,
  },
  {
    in: 'compliance-bulletin',
    endedMinutesAgo: 71,
    unread: { karen: 3 },
    script: `
daniel #coi: 提提大家，{zh+3} 之前要完成「利益衝突申報」。未交嘅有 14 位，我會逐個搵你 😌
  | Annual conflict-of-interest declarations are due {en+3}.
priya >coi: Is a family member who owns shares in one of our suppliers declarable?
daniel >coi: Yes please, if it's more than 1% or if you're involved in choosing that supplier. When in doubt, declare. It takes two minutes.
priya >coi: Done, thanks.
  * ✅ daniel
grace +150: 本週監察小結：通訊抽查 60 段，2 段要跟進（都係用咗私人 app 傾客戶單）。再講一次：客戶指示只可以用公司核准嘅渠道，唔好叫客 WhatsApp 你。
eric: If the client insists on WhatsApp?
grace: 禮貌講返公司規定，請佢打錄音線或者電郵，然後入個 file note。Template 喺 DocuVault › Compliance › Client comms。
rachel: 收到，thanks Grace
helen +210: The SFC has a new circular on record keeping for electronic communications. In short, for us:
  | 1. **Messages about orders or advice are business records**, whatever the app.
  | 2. They must be **kept centrally, unaltered**, for the required period.
  | 3. Deleting one from your own screen does not delete the record, and should not be tried as a way to fix a mistake. Correct it with a new message.
  | 
  | Full note with examples: https://intranet.harbourvale.example/compliance/ecomms
  * 👀 hailey grace
  * 👍 natalie oliver eric karen
helen: 中文摘要聽日出，請各部門主管喺 team meeting 講一講。
natalie: Legal has reviewed the note, happy to take questions as well.
karen: 店舖同事只係傾更表同貨，係咪一樣要用 Causeway？
daniel: 係，因為入面成日有客人資料（電話、訂單）。用 Causeway 就得，唔使另外做嘢。
karen: 明，我同三間店講
hailey +62: 大家好！第一次喺度出 post，請多指教 🙇 培訓第二班改咗做 {zh+4} 下午三點，{of room}，仲有 9 個位，按下面報名：
  | https://learn.example.com/harbourvale/ecomms-2
emma: I've added it to the learning calendar too. It counts for 1 CPD hour.
daniel +9: @[Retail Operations] 店長優先報名第二班，第三班會錄影。`,
  },
  {
    in: 'it-helpdesk',
    endedMinutesAgo: 7,
    unread: { karen: 3, jason: 4 },
    script: `
joyce: BI dashboard 嘅 sales by store 今日冇更新，仲係顯示前日數
cherry +4: 睇緊。夜晚個 job fail 咗，re-run 緊，大概 20 分鐘。
joyce: 好，唔急，meeting 前有就得
cherry +24: 得返喇，refresh 一下 browser
joyce: 有晒，唔該 Cherry 🙏
imran +40: Handheld scanner #6 at Kwai Chung won't hold its charge, dies after about 20 minutes. We have a delivery of 14 pallets {en+1}.
jason: I'll send a spare over with the next van. Serial number of the bad one please? It may still be under warranty.
imran: HS-4471-0926
jason: Under warranty until next March. Swap raised, ref \`INC-20814\`. Keep the old cradle.
imran: Brilliant, thanks
  * 👍 jason
suki +33 #till: 旺角店 2 號收銀機 print 收據得一半，下面白晒
  | 試過換紙，一樣
cherry >till: 蓋個 roller 有冇卡住？可唔可以影張相
suki >till: 我唔識點打開個 roller……
jason >till: 左邊有粒灰色掣，撳住向上掀。小心手，thermal head 可能熱。
suki >till: 打開咗，入面有張貼紙痴住 😅 係個價錢牌
  * 😂 cherry jason fai tony
jason >till: 哈哈，又係佢。撕走佢用乾布抹一抹就得
suki >till: 得喇！唔該晒
  * ✅ jason cherry
alan +7: 我又入唔到 ERP，個密碼係 Harbour-2291，可唔可以幫我試下
cherry: 密碼唔好貼喺度呀 🙈 刪咗佢，我即刻幫你 reset
alan: 刪咗，sorry sorry
siyu +18 #erp: 各位好，今晚的 ERP 维护包含一个小更新：库存页面打开速度应该会快很多。如果明天早上发现数字不对，请截图发到这里，我会第一时间看。
maggie >erp: 收到，我哋聽朝開舖會對一次
jason >erp: 我收工前會再 check 一次 queue，清 print queue 嘅方法留低俾大家：
  | \`\`\`
  | net stop spooler
  | del /Q C:\\Windows\\System32\\spool\\PRINTERS\\*
  | net start spooler
  | \`\`\`
siyu >erp: 谢谢 Jason，我也记下来了。
wing +11: @jason 銅鑼灣後倉個 Wi-Fi 又慢返，盤點用嘅 tablet 入唔到 inventory app
jason: 我見到個 AP 掉咗，remote restart 緊，兩分鐘。如果再唔得 Arjun 過嚟換。
wing: 有返訊號喇 👍
  * 🙏 kit yan
cherry +6: 順便講：{zh+1} 起密碼最短要 14 個字。個 app 會提你，唔使怕，唔好寫喺便利貼貼喺 mon 就得 🙈
alan: 我塊 mon 尋日先清咗……
grace: 我聽到喇 👀
  * 😂 cherry joyce alan
maggie +3: @jason 可唔可以順手睇埋沙田二樓部 MFP？print 出嚟有條黑線`,
  },
  {
    in: 'store-cwb',
    endedMinutesAgo: 16,
    unread: { karen: 4 },
    script: `
yan: 新嗰批骨瓷茶杯到咗，24 箱，我點咗 23 箱冇問題，1 箱外箱凹咗，未敢拆
wing: 影咗相先拆，有爛即刻報 Samuel
yan: 拆咗，爛咗 2 隻。相入咗 damage form
samuel: @yan 收到，我同 Northmoor claim，爛嗰兩隻唔好掉住。
kit +50: 有位 Ms Wong 話上星期買嘅羊毛毯甩毛，想換。張單已經過咗 14 日，得唔得？
kit: Ms Wong 電話 5550 0142，佢話夜晚先方便聽
wing: 睇過實物，的確甩得好犀利。Karen 可唔可以 exception？
karen: 可以，換過一張，唔使佢補錢。舊嗰張寄返 Peggy 睇下係咪成批有事。
kit: 好，客人好開心，仲買多咗個香薰蠟燭 😄
  * ❤️ karen wing
  * 👏 yan
priya +75: Window change on {en+2} after closing. The vinyl arrives {en+1} by HarbourLink, please keep it flat, not rolled!
wing: OK Priya，我留 Kit 同你一齊搞
priya: Amazing. I'll bring the steamer and the egg tarts.
kit: Egg tarts 係重點 😂
wing +40: 聽日更表改少少：Yan 同 Kit 對調，Kit 早更，Yan 晚更。
  | 早：Kit、我
  | 晚：Yan、兼職 Mandy
yan: 收到
kit: OK 👍
wing +28: 生意更新：到而家 HK$68,420，人流 412，轉換率 21.6%。蜂蜜禮盒賣到得返 11 盒，想加單。
samuel: 葵涌有 60 盒，{zh+1} 朝早車可以帶 36 盒過嚟，夠唔夠？
wing: 夠晒，唔該
yan +9: 門口燈箱左邊有支光管閃下閃下，使唔使叫師傅？
wing: 我開咗維修單 FM-3318，師傅話聽日嚟`,
  },
  {
    in: 'store-mk',
    endedMinutesAgo: 43,
    unread: { karen: 1, jason: 2 },
    script: `
tony: 琴晚 closing 數啱，HK$91,730，過 target 4%。辛苦晒大家。
  * 💪 fai suki
  * 🎉 karen victor maggie
karen: 👏 旺角連續三日過 target
fai +66: 有個遊客想要 20 盒手工曲奇做手信，我哋得 13 盒。可唔可以同沙田借 7 盒？
tony: 我問問 Maggie
maggie: 有，你派人嚟攞定我哋順車送？
tony: 客人後日先走，順車得喇，唔該美琪
maggie: OK，寫 transfer note TN-0782
suki +38: 1 號試身……唔係，1 號櫃枱把剪刀唔見咗，有冇人執到？
fai: 喺收貨區，我開箱用完冇放返 🙇 Sorry
suki: 次次都係你 😂
tony +85: 有客投訴門口個斜台濕滑差啲跌親。我叫咗清潔即刻抹，放咗警告牌，影咗相。冇受傷，客人唔需要跟進，但係我留咗 incident report。
karen: 做得好。個斜台防滑貼幾時換過？
tony: 上年年尾，已經磨到差唔多冇晒
karen: 即刻叫 facility 換，今個禮拜內搞掂，錢由我 cost centre 出。
tony: 收到，已經 call，{zh+1} 開舖前做
cherry +44: 旺角店嘅價錢牌打印機新 driver 裝咗，Fai 試吓 print 一張大一張細？
fai #tag: 大嗰張 OK，細嗰張個價錢偏咗右，切咗個「0」，$108 變咗 $10 😱
cherry: 哇千祈唔好用住！我改返個 margin，等我 5 分鐘
fai +7: 再試過，啱晒喇
tony +13 ~tag: 好在有試。之前印咗嘅全部重新檢查一次，Suki 負責 A 至 D 架，Fai 負責 E 至 H。`,
  },
  {
    in: 'store-st',
    endedMinutesAgo: 128,
    script: `
iris: 商場話下星期二凌晨會熄冷氣機房做檢查，早上十點先開返，開舖頭半個鐘可能會焗
maggie: 朱古力同蠟燭收入後面雪櫃先，Bong 你記住
bong: 收到，我校咗鬧鐘
karen +52: 美琪，沙田會員登記率上個月係全公司最高 38%，有咩秘訣可以分享？
maggie: 其實係 @iris 諗嘅，埋單時唔問「有冇會員」，改問「要唔要而家攞返廿蚊？」
karen: 高招 😂 我叫銅鑼灣同旺角都試
iris: 嘻嘻 ☺️
imran +80: Your pallet left Kwai Chung at {hm+0}, two drops before you. Driver is Mr Fok, plate ends 418.
maggie: Thanks Imran, loading bay booked
bong +70: 到咗貨，21 箱全對。司機叔叔話後門個𨋢壞咗，要用客𨋢兜過去，商場保安唔係好高興
maggie: 我同管理處講咗，佢哋話𨋢今晚修好。
iris +46: 有位老人家漏低咗個環保袋喺收銀處，入面有藥同老花眼鏡。我寫咗 lost & found，暫時鎖喺經理房。
maggie: 好，佢係會員嗎？
iris: 係，用會員電話打咗俾佢屋企人，個女夜晚會嚟攞
karen: 做得好，記得核對身份先俾 👍
iris +150: 個女啱啱嚟咗攞，多謝咗我哋好多次，仲買咗兩盒花茶罐 😊
  * ❤️ karen maggie bong wing
maggie: 暖 ❤️`,
  },
  {
    in: 'finance-close',
    endedMinutesAgo: 34,
    unread: { karen: 3 },
    script: `
winnie: {mon-1} close: pack went to Stephen last night. Open items are down to four, list below.
  | 1) Freight accrual, Shenzhen lane (Joyce / Samuel)
  | 2) Sha Tin utilities, bill not received (Alan)
  | 3) Gift card breakage, need Legal's view (Natalie)
  | 4) Intercompany HKD 1,240 difference (Rachel)
rachel: 4) found it. Bank charge booked twice on our side, JV-5521 reverses it. Balance is now nil.
winnie: 👏
alan: 2) 中電話張單寄錯地址，補寄緊，我用上三個月平均 accrue HK$38,600 先
joyce +28: 1) 需要 Samuel 俾返 {月-1} 最後一個星期嘅 truck count，而家 ERP 得 9 架，但係 GRN 有 11 張
samuel: 有兩架係緊急加開，PO 後補，我而家 approve
samuel: Approved，PO 4877 同 4879
joyce: 見到喇，accrual 改做 HK$126,500
natalie +66 #cards: On 3): our terms say gift cards expire after 36 months but we extended twice during renovation. I would not release breakage on cards sold before the second extension. Memo to follow today.
stephen >cards: Agreed, be conservative. Winnie please keep the liability as is.
winnie >cards: Will do.
karen +95: 想問旺角嗰個 repair & maintenance 點解多咗成倍？我 forecast 冇咁多
joyce: 主要係冷氣壓縮機 HK$64,000，上個月 approve 嗰單
karen: 呀係，個 capex form 我寫咗做 capex 㗎喎？
joyce: 換部件唔改善功能，所以要入 opex。政策 4.3 段。
karen: 明白，咁我 forecast 加返
stephen +40: Good close, everyone. Two days faster than the month before. Let's hold WD5 from now on.
  * 💪 winnie alan joyce rachel
  * 🎉 karen eric
alan +12: 加班波鞋可以收返埋 😂
winnie +8: @Finance {en+2} 10:00 close retrospective, 30 minutes, {of room}. Bring one thing to stop doing.`,
  },
  {
    in: 'legal-contracts',
    endedMinutesAgo: 205,
    unread: { karen: 1 },
    script: `
peggy: Natalie，明朗貿易份 supply agreement 簽咗未？佢哋話收到我哋簽咗個版本先肯出貨
natalie: Their last turn came in yesterday evening. Two points open: (a) they want payment in 30 days instead of 45, (b) they struck out the recall clause entirely.
peggy: (a) 我可以接受 40 日，(b) 唔得㗎，食品一定要有 recall
natalie: Agreed. I'll put the recall clause back with a cap on costs, that usually settles it.
peggy: 好，唔該晒，趕 {zh+2} 裝櫃
natalie +130: Settled at 40 days, recall back in with a cap of HK$300,000. Signature copy is in DocuVault, C-2291. Samuel to sign for us.
samuel: 簽咗
natalie: 收到 countersigned copy 會再通知。
raymond +75: We need an NDA with Bluecap Printing before I can show them the POS receipt layout. Standard mutual is fine.
oliver: Use template NDA-M v7, no changes needed. If they mark it up, bounce it to Natalie.
raymond: Sent, thanks
helen +88: 提提：新嘅 DPA annex 由今個月起所有會掂到會員資料嘅 vendor 都要夾埋簽，包括 Bluecap（佢哋會見到會員編號）。
raymond: 啊，咁佢哋要簽埋 DPA？
helen: 如果 test data 全部係假嘅就唔使。用假資料啦 🙏
raymond: 用假資料，Siyu 有現成一套。
natalie +105: Weekly status:
  | - **Signed**: 明朗貿易 (C-2291), cleaning services CWB (C-2287)
  | - **With counterparty**: Tidewater Freight rates, Larkfield Foods renewal
  | - **With us**: Sha Tin lease (separate group), photography release forms
karen: Photography release 我等住用，週年慶影相 {zh+4}，趕唔趕得切？
natalie +14: @karen You'll have it by {en+2}, 中英對照 one-pager.`,
  },
  {
    in: 'supply-chain',
    endedMinutesAgo: 22,
    unread: { karen: 6 },
    script: `
haoran: 各位好，{zh+1} 深圳仓出两车：
  | 1）骨瓷茶杯 18 托，粤港牌尾号 207，预计 13:30 到葵涌
  | 2）包装材料 9 托，尾号 655，预计 15:00
  | 报关资料已发邮件。
imran: Dock 3 for the mugs, dock 5 for packaging. Can truck 2 come before 14:30? I lose two people at 15:00.
haoran: 我和司机确认一下。
haoran +16: 可以，提前到 14:00 左右。
imran: Perfect, thank you 🙏
  * 👌 haoran
peggy +58 #eta: Larkfield 話橄欖油嗰個櫃喺新加坡轉船 delay 咗，ETA 由 {zh+4} 推到 {zh+7}
karen >eta: 嗰批係週年慶用㗎喎，有冇 buffer？
peggy >eta: 店舖 + 倉加埋有 19 日存貨，夠，但係唔可以再遲
samuel >eta: 我問埋空運部分嘅價錢做 plan B，100 箱左右。
samuel +73 >eta: 空運 quote HK$21 一公斤，加埋大概 HK$38,000。暫時唔使用，後日再 review。
karen >eta: OK，多謝
maggie +36: 沙田 {n 3000-3999} 張 transfer 顯示已收貨，但係其實未到，邊個撳咗 receive？
imran: That was us by mistake, the label was on the wrong cage. Reversed now, sorry Maggie.
maggie: 冇事，見到 reverse 咗喇
alan +44: 東灣物流上個月張 invoice 同 PO 差 HK$3,180，佢話係等候費。有冇人簽過紙？
samuel: 冇簽就唔好俾。合約寫明要有我哋倉簽名。
imran: We signed for one wait only, 40 minutes on the 12th. I'll send you the slip.
alan: 咁計返得 HK$600，我叫佢出 credit note
haoran +25: 提醒：下周三口岸系统升级，预计通关会慢 2-3 小时，建议把周三的车改到周二晚上。
samuel: 好建議，改周二晚。Imran 你嗰邊夜更夠唔夠人？
imran: If it's before 22:00 yes. After that I need two more on overtime.
haoran +6: 争取 21:00 前到 👌
  * 👍 imran samuel
peggy +4 >eta: @karen Larkfield 啱啱覆，轉船改咗坐早一日嗰班，ETA 返到 {zh+6}，flyer 唔使改`,
  },
  {
    in: 'pantry',
    endedMinutesAgo: 52,
    unread: { karen: 6, jason: 1 },
    script: `
cherry: 17 樓雪櫃有盒寫住「唔好食」嘅嘢，已經成個月，有冇人認領？佢開始有生命喇
alan: 唔係我
joyce: 我驚驚，邊個夠膽打開
ben: 我做主，星期五清雪櫃，冇名冇日期嘅一律掉 🫡
cherry: 多謝英雄
kit +70: 執到一隻 AirPods 右耳，喺 18 樓𨋢口，放咗喺 reception
grace: 我嘅！！！尋日搵到想喊，瞓都瞓唔着 😭 多謝 Kit
kit: 請飲奶茶 😏
grace: 一定
priya +46 #court: Who is up for badminton next Thursday? I have a court at Smithfield for two hours and only three people.
arjun >court: In. I am terrible but enthusiastic.
jason >court: 我得！帶埋 Cherry
cherry >court: 我係負責執波㗎咋
  * 😂 jason priya
priya >court: All levels welcome 🏸 There is a channel too, *badminton*, open to everyone.
emma +88: Someone left a whole tray of pineapple buns by the coffee machine with no note. Is this a trap?
samuel: 我買㗎，女兒考到心儀學校，請大家食 🍍
karen: 恭喜晒 @samuel！！🎉
  * 🎉 cherry joyce grace ivy peggy alan
joyce: 恭喜恭喜
emma: Congratulations! Not a trap then. I've had two.
bong +35: 沙田同事表示遠水 😢
samuel: 下次過嚟帶蛋撻俾你哋
ivy +20: 聽日 lunch 食乜？
peggy: 兩餸飯嗰檔轉咗老闆，排骨好正
ivy: 蒸定炸？
peggy: 蒸，豆豉嗰隻，仲有例湯
alan +5: 講到我肚餓，聽日十二點半樓下等`,
  },
]
