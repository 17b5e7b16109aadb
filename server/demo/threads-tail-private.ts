/**
 * The last screenful of each group and direct conversation, written by hand: it is what a visitor reads first.
 * It may be read at any hour and in any season, so dates are slots and nothing depends on the weather.
 */
import type { Tail } from './script.ts'

export const tails: readonly Tail[] = [
  {
    in: 'grp-pos',
    endedMinutesAgo: 12,
    unread: { karen: 2, jason: 2 },
    script: `
jason: 沙田 cut-over 計劃我放咗上 DocuVault，POS-07。重點：
  | - {zh+4} 收舖後 **21:45** 開始，目標 **00:30** 完
  | - 舊機保留兩星期唔拆
  | - rollback 決定時間：**23:30**，由 Karen 同我一齊 call
  * 👍 karen maggie arjun
  * 🙏 tony
karen: 23:30 OK。當晚我會喺沙田。
maggie: 三部收銀機嘅位置我畫咗，2 號機最近門口，排隊會經過茶嗰邊
  * 👀 arjun cherry
maggie: 我同 Iris 會留低，Bong 翌日早更所以唔留
arjun: Network side is ready. New switch is in, both uplinks tested, failover took 4 seconds.
siyu #offline: 离线模式的问题已修复：断网时新单会先存在本机，恢复后自动上传，不会重复入账。昨晚压测 3000 单，全部对得上。
  * 🎉 jason tony karen
  * 👏 arjun wing
jason: 多謝思雨，呢個係旺角嗰次最頭痛嘅位
tony ~offline: 旺角嗰晚我仲有陰影 😅 斷咗 40 分鐘，人手寫單寫到手軟
winnie +52 #zreport: From Finance: please make sure the Z-report from the old terminals is printed AND scanned before anything is switched off. We were missing one for Mong Kok.
jason >zreport: Added as step 3, nobody moves on before you've said OK on it.
karen >zreport: 我親自拎住張 Z-report 走，唔會唔見 😆
winnie >zreport: Perfect. I'll be online until midnight.
  * 🙏 jason karen
karen +66 #train: 培訓方面，沙田仲有邊個未上？
cherry >train: 得返兩位兼職，我 {zh+2} 下晝過去教，一個鐘
maggie >train: 嗰日有一位放假，可唔可以改 {zh+3}？
cherry >train: 可以，改咗
  * ✅ maggie
wing +40: 銅鑼灣用咗新機三星期，講句公道說話：埋單真係快咗。平均由 52 秒減到 **38 秒**。唯一問題係 refund 要撳五次。
siyu: refund 流程下个版本会减到两步，已经在测试了。
wing: 😍
  * 😂 siyu karen
arjun +25 #fw: One more thing: the receipt printers at Sha Tin need firmware \`2.14\` or the Chinese characters come out as boxes. I'll flash all six on {en+1}.
karen ~fw: 「𨋢」同「㗎」呢啲字都印到？
siyu +6: @karen 测试过了，香港字（𨋢、㗎、啲、嗰）都正常，附了一张样本收据。
arjun: @IT Sample looks great even to my untrained eye. Firmware goes on all six unless somebody objects.
  * 👍 cherry siyu`,
  },
  {
    in: 'grp-anniversary',
    endedMinutesAgo: 58,
    unread: { karen: 2 },
    script: `
priya: Key visual round 3 is in. Teal background, brass lettering, no more confetti. Link: https://assets.example.com/hv/anniversary/r3
karen: 靚好多！尤其係個海浪
  * ❤️ priya ivy peggy
wing #b: 我鍾意 B 版，A 版啲字喺櫥窗遠睇可能細咗
priya ~b: Going with B then. @ivy, can you check the Chinese line break in the headline?
ivy: 「海灣行・與你同行四十載」最好唔好喺「四」之後斷行，我同 designer 講咗
peggy +74 #cost: 禮盒成本出咗：
  | 小（茶＋曲奇）HK$86
  | 中（加蜂蜜、果醬）HK$142
  | 大（加骨瓷杯一對）HK$268
  | 如果包裝盒轉本地印，每個再平 HK$4，不過要多等一星期。
karen >cost: 中盒賣 $328 都仲有 margin。唔好為咗四蚊冒遲貨風險。
peggy >cost: 同意，照原定供應商落 PO
samuel >cost: PO 4902 出咗，首批 {zh+6} 到葵涌
  * ✅ peggy karen priya
natalie +61 #draw: I've looked at the lucky draw. With prizes drawn by chance we need a trade promotion competition licence before any publicity, so please don't post the draw mechanics yet. Everyone-gets-one offers are fine.
ivy >draw: 啊好彩未出 post 😅 Licence 要幾耐？
natalie >draw: Allow three weeks. I've started the form, need the prize list from you by {en+1}.
ivy >draw: 今日內俾你
priya >draw: Then week one = member gift, week three = draw. It actually flows better.
wing +38: 三間店嘅佈置日子定咗：銅鑼灣 {zh+8}，旺角 {zh+9}，沙田 {zh+9} 夜晚
karen: 好。人手我會 cover，每店加一個兼職兩晚
ivy +17: 會員 SMS 草稿，麻煩 @karen @wing 睇睇：
  | 【海灣行】四十週年慶！會員憑短訊到店即領花茶罐一份，送完即止。條款適用。取消接收回覆 U。
priya +5: Lovely. Short enough for one SMS? If so I'm happy.`,
  },
  {
    in: 'grp-lease',
    endedMinutesAgo: 88,
    unread: { karen: 2 },
    script: `
natalie: Landlord's second offer came in. Summary:
  | - 3 + 3 years, base rent up 9% (first offer was 14%)
  | - turnover rent 11% above breakpoint
  | - two months rent-free for fit-out
  | - they want the right to relocate us within the same floor on 6 months' notice
victor #rent: 9% 仲係貴。商場人流真係有返咁多咩？
maggie: 對面嗰兩個舖由今年年頭吉到而家，平日人流我自己數少咗大約 7%
karen: 有數據：沙田每平方呎生意跌 3.2%，但係會員生意升 5%。我哋留低係合理，但係唔值加 9%。
stephen ~rent: At 9% the store's four-wall margin falls to 11.4%. My walk-away is 5%, with a break option after year two.
oliver: The relocation clause is the real problem, not the rent. They could move us behind the lifts. I'd ask to delete it, and fall back to: equal or better frontage, landlord pays all costs, not in Q4.
maggie: 後面𨋢位嗰邊真係冇人行 😰
  * 💯 karen victor
natalie +120: Counter sent: 4% base, 10% turnover, break after year two, no relocation. They acknowledged and asked for a meeting on {en+3}, 10:30 at their office.
karen: 我同 Natalie 去，Victor 你得閒嗎？
victor: 我去，帶埋三年嘅 sales per sq ft 圖表。Stephen 可唔可以準備一頁紙？
stephen: You'll have it by {en+2}.
natalie: @oliver Reminder that our option notice must be served by the end of next month even if talks are still going. It's in my diary and Oliver's.
oliver +45: And please keep all of this in here, not in email with the agent copied. The agent acts for the landlord as well as for us in another building.
victor: 明白 👌
natalie +32: @channel One more: they are open to paying for the new shopfront signage if we commit before {en+5}. Worth roughly HK$180,000. I'd treat it as a sweetener only, not a reason to rush.`,
  },
  {
    in: 'grp-surveillance',
    endedMinutesAgo: 27,
    script: `
rachel: 今日限額：HKD 用咗 61%，USD 44%，CNH 18%。冇 breach。
grace: 收到。昨日 USD 有一單 18:12 先 confirm，係唔係 late confirmation？
rachel: 係，對手方系統 delay，佢哋有 email 解釋，我放咗入 file
grace: OK，記低，唔使 escalate
eric +80 #deposit: Proposed deposit: HKD 40m, 1 month, bank on approved list, 4.02%. Within counterparty limit (used 55% after this).
daniel >deposit: No objection from Compliance.
stephen >deposit: Approved.
  * ✅ eric rachel
eric >deposit: Done at 4.03%, ref TD-1186.
hailey +47: 想問 counterparty limit 嘅 55% 係點計？包唔包 accrued interest？
rachel: 包，principal + accrued，睇 policy 第 6 段。我個 spreadsheet 有條 formula，得閒同你行一次
hailey: 好呀唔該 Rachel！
  * 👍 rachel
daniel: Good question by the way. The regulator asked us exactly that two years ago.
grace +70: 每週 break 報告：共 3 項，全部 T+2 內清。最大 HK$12,400，係 FX rate 小數位問題。
eric: 小數位嗰個 IT 話下個 release 會修
rachel +38: 聽日有兩筆到期：
  | 1) TD-1142 HKD 25m
  | 2) FX forward USD 3m，交收前 11:00 要確認指示
  | 我同 Eric 都喺度，backup 係 Joyce。
daniel +10: Noted. Hailey will shadow the confirmation, please copy her.`,
  },
  {
    in: 'dm-karen-jason',
    endedMinutesAgo: 3,
    unread: { karen: 2 },
    script: `
karen: Jason，我部 laptop 今朝又彈 lock screen，撳兩次指紋先入到
jason: 係咪貼咗 privacy film 之後先有？
karen: 係喎，尋日先貼
jason: 你塊 film 蓋咗少少個感應器 😂 右下角剪走一粒米咁多就得
karen: ……得咗。我喺呢度做咗十五年都唔識
jason: 放心，你已經係今個月第三個
  * 😂 karen
karen +65: 講正經，沙田 cut-over 嗰晚你有幾多人？
jason: 我、Cherry、Arjun 喺場，思雨 remote。Raymond 話佢會訓喺沙發等電話，唔知真定假
karen: 我信佢會瞓着 😆
karen: 我最驚係 Z-report 同會員積分。旺角嗰次有 17 個會員積分遲咗兩日先入返，我個個親自打電話道歉
jason: 今次積分會即晚對數，思雨寫咗個 script，對唔啱唔會開舖。我 send 個 checklist 你睇
jason #list: https://intranet.harbourvale.example/it/pos-07/checklist
karen +12 ~list: 睇咗，好清楚。第 9 點可唔可以加「店長簽名」？出事時大家都知邊個 confirm 過
jason: 好主意，加咗。v3。
  * 🙏 karen
karen: 👍
karen +90: 另外新同事 Hailey 想睇店舖點用 POS，可唔可以安排佢 {zh+2} 跟 Cherry 去沙田？
jason: 冇問題，我同 Cherry 講
jason +4: Cherry 話 OK，不過個培訓改咗 {zh+3}，Hailey 得唔得？`,
  },
  {
    in: 'dm-karen-wing',
    endedMinutesAgo: 31,
    unread: { karen: 1 },
    script: `
wing: Karen，有件事想先同你講，Kit 收到第二間公司 offer
karen: 哎呀。佢講咗想走？
wing: 未，佢好老實嚟問我意見。人工多 12%，但係要返夜更多
karen: Kit 係我想下年升做 Assistant Manager 嘅人。你覺得佢重視啲咩？
wing: 佢想學嘢，尤其係採購嗰邊。錢反而其次
karen: 好，我同 Peggy 傾下可唔可以俾佢每星期半日跟住做 buying，順便我同 Fiona 睇個 salary band
karen: 你幫我約佢，我過嚟飲杯咖啡，唔好隔住電話傾
wing: 多謝你。{zh+1} 三點佢有空
karen: OK，block 咗
wing +110: 仲有櫥窗嗰個冷氣滴水，管理處話係樓上嘅喉，推嚟推去
karen: 影相、寫低日期時間，cc Natalie。佢一出信就有人理 😏
  * 😂 wing
wing: 哈哈收到
karen +14: 同三間店講聲，{day+1} closing 要早少少 👇
  ^ general: 系統維護通知
wing +6: 收到，我叫 Kit 10 點前 close 晒數
  * 👍 karen
wing +45: Kit 話聽日改三點半得唔得，早一個鐘有大單要包`,
  },
  {
    in: 'dm-karen-tony',
    endedMinutesAgo: 64,
    script: `
tony: 家姐，下個月更表出咗第一版，請睇
karen: 點解 Suki 連續三個星期六都返？
tony: 佢自己想要，佢話星期日要返教會
karen: 咁 OK，但係寫低係佢 request，HR 會問
tony: 寫咗喺 remarks
tony +9: 老婆，今晚返嚟食飯，唔使等門
tony: 對唔住，send 錯 😅
karen +38: 個斜台防滑貼搞掂未？
tony: 師傅報價 $2,800，連工包料，即日完成
karen: 俾佢做，invoice 寫清楚係 safety
tony: 好
tony +95: 另外嗰個 mystery shopper report 出咗，我哋 88 分，扣分位係「冇主動介紹會員」
karen: 學下沙田嗰句「要唔要而家攞返廿蚊？」
tony: 哈哈，聽講係 Iris 諗嘅，厲害
karen: 你 briefing 同大家試演一次，下星期我嚟做客人 😈
tony: 死喇，我同佢哋講有殺手嚟`,
  },
  {
    in: 'dm-karen-victor',
    endedMinutesAgo: 45,
    unread: { karen: 2 },
    script: `
victor: Karen, board paper for the store review is due {en+4}. Can you give me one page: Sha Tin lease, POS roll-out, anniversary.
karen: 可以，{zh+2} 下班前俾第一稿你
karen: 我諗住用紅黃綠，lease 黃、POS 綠、週年慶綠
victor: POS really green? Mong Kok lost 40 minutes.
karen: 公道講，係黃轉綠。銅鑼灣穩定咗三星期，離線模式修好，沙田當晚有 rollback 決定點。我寫清楚風險。
victor: Good. Say exactly that. 董事唔怕壞消息，怕嘅係驚喜。
karen: 明白 🙏
victor +130: Also, Fiona tells me about Kit. Do what you need to, within the band. 好嘅前線同事好難搵返。
karen: 多謝 Victor，我聽日同佢傾
victor +25: 沙田業主會議你主講，我負責扮難頂。
victor: And bring the footfall photos, the ones with the two empty units.`,
  },
  {
    in: 'dm-karen-daniel',
    endedMinutesAgo: 112,
    unread: { karen: 1 },
    script: `
daniel: Hi Karen，有個 PDPO 查閱資料要求關沙田店事，會員張生要佢過去兩年所有購買紀錄同 CCTV
karen: CCTV？佢去過邊日？
daniel: 佢話 {zh-6} 下晝，懷疑有人喺店入面偷拍佢
karen: 嚴重喎。CCTV 保留幾耐？
daniel: 30 日，所以仲有。但係要先鎖住唔好俾系統覆蓋，我已經叫 Raymond 做 hold
karen: 好，我叫美琪唔好同客人講細節，一律轉俾你
daniel: 對，我哋有 40 日時間回覆。片段入面其他客人要遮面先可以俾。
karen +55: 美琪話當日有同事見過個可疑男人，寫咗低喺 logbook
daniel: Excellent, please have her scan that page today. Original stays in the store safe.
karen: OK，我叫佢掃描
daniel +80: 收到 scan，字有啲草，但係時間好清楚，多謝。我寫埋 acknowledgement 俾客人，你想唔想睇一睇先？`,
  },
  {
    in: 'dm-karen-samuel',
    endedMinutesAgo: 19,
    unread: { karen: 1 },
    script: `
karen: Samuel，恭喜你個女！菠蘿包好好食 😋
samuel: 多謝多謝，佢自己都唔信
karen: 另外想問橄欖油個櫃，如果再遲，我要唔要改週年慶嘅 flyer？
samuel: 唔使住。最差情況用空運 100 箱，夠頭兩個星期
karen: HK$38,000 邊個出 😂
samuel: Larkfield。合約寫 delay 多過 10 日佢哋要分擔，我搵緊 Natalie 確認條 clause
karen: 好嘢
karen +72: 銅鑼灣蜂蜜禮盒賣得好快，可唔可以將 reorder point 由 20 調到 40？
samuel: 可以，三間都調？
karen: 銅鑼灣同沙田先，旺角平穩
samuel: 改咗，今晚 job 行完生效
samuel +35: Clause 確認咗，第 8.4 條，佢哋出一半運費。我寫緊信。`,
  },
  {
    in: 'dm-jason-arjun',
    endedMinutesAgo: 9,
    unread: { jason: 3 },
    script: `
arjun: The Causeway Bay stockroom AP is on its last legs. Third drop this week, and the log shows it overheating.
jason: It's above the steam press, right? Someone moved the press in last month.
arjun: That explains everything. 58 degrees at the ceiling.
jason: Can you move it to the other side of the beam? I'll clear it with Wing.
arjun: Yes, 20 m of cable and half an hour. {en+1} before opening?
jason: Wing says 09:00 is fine, Kit will let you in.
arjun: 👍
jason +85: Sha Tin: do we have a spare switch of the same model on site, or only in 18C?
arjun: Only 18C. I'll take it in my bag on the night, it fits.
jason: Please. After Mong Kok I want a spare of everything that has a plug.
arjun: Including you?
jason: Especially me 😄
  * 😂 arjun
arjun +50: Separate thing, the certificate for the inventory app expires in 19 days. Renewal is automated but it failed in staging this morning because of the new DNS provider. I have a fix, want to review it?
arjun: From the log:
  | \`\`\`
  | renew inventory.example.com: 19 days left
  | dns-01: NXDOMAIN for _acme-challenge.inventory.example.com
  | 3 of 3 tries failed, next in 12 h
  | \`\`\`
arjun: https://git.example.com/hv/infra/-/merge_requests/412`,
  },
  {
    in: 'dm-jason-cherry',
    endedMinutesAgo: 38,
    script: `
cherry: 老細，今個星期開咗 63 張 ticket，清咗 58，爭 5 張
jason: 勁。邊 5 張？
cherry: 兩張等零件（scanner、18 樓 MFP），一張等用戶覆，兩張係 ERP 權限等 Winnie approve
jason: Winnie 嗰兩張我去追。MFP 零件話幾時到？
cherry: {zh+3}
jason: OK
cherry +60: 尋日嗰個 phishing drill 結果出咗，全公司 11% click，上次係 19%
jason: 進步！邊個部門最好？
cherry: 沙田店零個 click 😮 Iris 仲 report 咗俾我哋，話「個 sender 好懶係我哋但係唔係」
jason: 俾個獎佢。最差？
cherry: ……我哋 IT 有一個
jason: 邊個
cherry: 你唔好知好過
jason: 係咪 Raymond
cherry: 我乜都冇講過 🤐
jason +45: 哈哈哈。Hailey {zh+3} 跟你去沙田，你帶佢睇埋 closing 流程
cherry: OK 👌 我約咗佢喺大圍站等`,
  },
]
