/**
 * Hand-written threads of the head-office channels: IT support, finance, legal, supply chain.
 * They fit any season unless a thread says in which days of the month it belongs. Notation: script.ts.
 */
import type { Thread } from './script.ts'

export const officeThreads: readonly Thread[] = [
  {
    in: 'it-helpdesk',
    script: `
ben: VPN 連唔到，喺屋企試咗三次，話「certificate has expired」
cherry: 你部機係咪好耐冇返公司開？
ben: 放咗兩星期大假 🏖️
cherry: 明，張機器證書過咗期。用手機 hotspot 都續唔到，要行一次 portal：https://vpn.example.com/renew
ben +14: 續咗，入到喇
cherry: 以後放長假返嚟第一日最好返公司開一次機 😄`,
  },
  {
    in: 'it-helpdesk',
    script: `
emma: My second monitor flickers whenever the air con switches on. Not joking.
jason: I believe you. Which desk?
emma: 18-042, near the window.
arjun: That power strip shares a circuit with the fan unit. I'll move you to the UPS outlet.
arjun +35: Moved. Flicker gone?
emma: Gone. You're wizards.`,
  },
  {
    in: 'it-helpdesk',
    script: `
natalie: DocuVault 開 PDF 全部白色，只係我定係人人都係？
grace: 我都係
oliver: Same here, Mac.
jason: 全公司都係，今朝個 update 整壞咗 viewer。暫時可以撳「Download」用本機睇。
siyu: 已定位，是字体文件加载失败导致的，回滚中。
siyu +17: 已回滚，请刷新。
natalie: 好返晒，快靚正
oliver: All good, thank you Siyu.`,
  },
  {
    in: 'it-helpdesk',
    script: `
peggy: 收到個 email 話供應商改咗銀行戶口，叫我哋下次過數去新戶口，個 sender 地址睇落啱
jason: 唔好覆，唔好 click。Forward as attachment 俾 phishing@harbourvale.example
peggy: Forward 咗
jason +11: 假嘅。個 domain 係 larkfie1d，「l」變咗「1」。
alan: 好險，我啱啱想改 master data
winnie: Rule stays: bank detail changes only after a call back to a number we already have. No exceptions, however urgent it sounds.
peggy: 我打咗去 Larkfield，佢哋話冇改過，仲有第二個客都收到
jason: 我 block 咗個 domain，多謝 Peggy 夠醒 👏`,
  },
  {
    in: 'it-helpdesk',
    when: { part: [0.05, 0.4] },
    script: `
hailey: 想問 BI dashboard 權限點申請？Daniel 話我要睇 AML 嗰頁
cherry: HR Portal › IT request › BI，reason 寫清楚，Daniel approve 完自動開
hailey: 搵到喇，交咗
daniel: Approved
cherry: 15 分鐘後 sign out 再 sign in
hailey +21: 見到喇，多謝！`,
  },
  {
    in: 'it-helpdesk',
    script: `
maggie: 沙田三部收銀機全部 show「Terminal offline」，排緊長龍 🆘
jason: 即刻睇。可唔可以用手提 POS 收住先？
maggie: 用緊兩部，但係得一部有紙
arjun: Mall's fibre is down, I see the link flapping. Switching you to 4G now.
arjun +4: You're on 4G. Try a sale?
maggie: 得返！！
jason: 4G 慢少少但係穩定。商場話兩個鐘內修好，到時自動切返，你唔使做嘢。
maggie: 多謝救命 🙇‍♀️`,
  },
  {
    in: 'it-helpdesk',
    script: `
karen: 我部電話掉咗落海（真係），入面有公司 email 同 Causeway
jason: 😱 人冇事就好。幾時嘅事？
karen: 半個鐘前，喺西貢，釣魚
jason: Device revoke 咗，company profile 亦都 wipe 咗指令，部機就算有人撈返都開唔到。Desktop 唔受影響。
karen: 釣到條石斑，賠咗部電話
cherry: 條魚有冇 serial number？我要入 asset record 😂
jason: 新電話 {zh+1} 嚟 18 樓攞`,
  },
  {
    in: 'it-helpdesk',
    script: `
alan: 報銷系統話我「session conflict」，踢咗我出嚟四次
cherry: 你係咪開咗兩個 tab？
alan: ……六個
cherry: 留一個 🙂
alan: 得咗`,
  },
  {
    in: 'it-helpdesk',
    script: `
raymond: 下星期開始派新 laptop，先換五年以上嗰批（24 部）。名單 Jason 會 DM。
  | 換機時間大約 40 分鐘，檔案會自動 sync，桌面上嘅嘢請自己搬入 OneDrive。
joyce: 我有個 Excel macro 只係喺本機行到……
jason: 我知，你嗰部我親自同你搬，留埋舊機兩星期
joyce: 多謝 🙏🙏
stephen: Please avoid WD1 to WD5 for my team.
jason: Finance is scheduled from WD8.`,
  },
  {
    in: 'finance-close',
    when: { days: [1, 8] },
    script: `
winnie: {mon-1} close calendar:
  | WD1 cut-off AP 12:00, store cash-up by 15:00
  | WD2 accruals, stock adjustments
  | WD3 intercompany
  | WD4 review
  | WD5 group pack
  | Please shout early if something will slip.
alan: AP 有 37 張 invoice 未 match，主要係東灣物流
samuel: 我今日內 approve 晒啲 GRN
joyce: 三間店 cash-up 收齊，旺角差 $20，已解釋
winnie: What was it?
joyce: 找錯錢，客人返嚟攞咗，翌日入帳
winnie: 👍 fine, note it.`,
  },
  {
    in: 'finance-close',
    when: { days: [2, 12] },
    script: `
alan: 有單 invoice mismatch：Bluecap Printing INV-88213 係 HK$46,800，PO 係 HK$42,300，差 4,500
peggy: 加急費？我冇 approve 過喎
alan: 佢哋話係 Ivy 電話叫加急
peggy: 我問咗 Ivy，佢話只係問過可唔可以快啲，冇講可以加錢
stephen: Then we don't owe it. Alan, pay the PO amount and dispute the balance in writing.
alan: 已 email
alan +260: Bluecap 應承出 credit note 4,500，不過希望下次用 change order
peggy: 合理，我整張 form`,
  },
  {
    in: 'finance-close',
    when: { days: [3, 14] },
    script: `
joyce: 沙田水電同上個月比多 31%，係咪入錯？
karen: 可能係商場追收之前少收嘅，Maggie 話收過封信
joyce: 可唔可以 send 我封信？要分返去啱嘅 period
karen: 搵到，DocuVault › ST › Utilities，{月-2} 嗰封
joyce: 收到，其中 HK$11,300 係上季嘅，我入 prior period`,
  },
  {
    in: 'finance-close',
    script: `
stephen: First draft budget templates are out. Store sheets to Karen, cost centres to owners. Two rounds only this year.
karen: 我想先同三位店長傾完先填，可唔可以俾到 {zh+10}？
stephen: {en+9} please, Joyce needs a day to consolidate.
karen: OK 我盡量
samuel: Freight rate 假設用邊個？
joyce: 用現時合約價 +3%，USD 用 7.80
eric: 7.78–7.82 sensitivity 我另外俾你`,
  },
  {
    in: 'finance-close',
    script: `
rachel: 銀行月費收多咗 HK$6,200，查到係舊戶口冇 close 到
eric: 嗰個戶口上年已經叫佢 close㗎喎
rachel: 佢哋話欠一個簽名，封信寄咗去舊地址
stephen: Sign today, and ask for a refund of the charges since the instruction date.
rachel +320: 銀行應承退回五個月，約 HK$31,000 🎉
winnie: Best email of the week.`,
  },
  {
    in: 'finance-close',
    script: `
winnie: Auditors arrive {en+6} for the interim. Room 18C is booked for two weeks. PBC list is in the shared folder, 46 items, names in column D.
alan: 我有 19 項 😵
joyce: 我 14，可以分擔你 2 項
winnie: Anything about stores, ask Karen once, not five times please.
karen: 多謝 Winnie 體諒 😂
natalie: Contract copies they ask for go through me, some are confidential.`,
  },
  {
    in: 'legal-contracts',
    script: `
priya: We'd like to use customers' Instagram photos in store. Is a hashtag consent enough?
natalie: No. We need a clear yes from the person who took it, and from anyone recognisable. I'll give you a short message to send them, plus a one-page release.
priya: Can the yes be a reply in the app?
natalie: Yes, if the wording is complete and you keep the screenshot. 連日期。
priya: Great, thank you!
natalie +180: Template in DocuVault: C-2240, EN/繁.`,
  },
  {
    in: 'legal-contracts',
    script: `
fiona: 新同事合約想加「通訊工具使用」一條，講明公司訊息會保存，可以嗎？
natalie: 可以，同 Helen 夾一夾字眼，要清楚講保存目的、時間同查閱權。
helen: Draft sent. Plain language, six sentences, both languages.
oliver: I like it. One change: "may be reviewed" rather than "will be monitored", which is what we actually do.
fiona: 改好，{zh+5} 起新合約用
helen: 舊同事會收通知函，唔使重簽`,
  },
  {
    in: 'legal-contracts',
    script: `
samuel: Tidewater 想加燃油附加費 6%，話合約容許
natalie: Clause 12 lets them propose, not impose. They must show the index and give 30 days.
samuel: 佢哋封信冇 index
natalie: Then it's not valid notice. I'll draft the reply; you keep it friendly on the phone.
samuel: 我負責飲茶，你負責寫信 👍
natalie +300: They've withdrawn it for now and will come back with figures next quarter.`,
  },
  {
    in: 'legal-contracts',
    script: `
raymond: ERP support renewal is due in 60 days, the vendor wants a three-year term with 5% uplift per year.
oliver: What's our leverage?
raymond: Honestly little, but we could drop two modules that nobody uses.
winnie: Fixed assets and…?
raymond: Fixed assets stays! The CRM add-on and the old EDI.
oliver: Then offer two years flat without those modules. And I want a data return clause: our data, usable format, 30 days after exit.
raymond: Sent, will report back.`,
  },
  {
    in: 'legal-contracts',
    script: `
karen: 有間咖啡店想喺銅鑼灣店入面擺個 pop-up 角落，四個星期，分帳 20%
natalie: 要睇租約准唔准 sub-licence。我查一查。
natalie +95: 租約第 9 條：要業主書面同意，而且食品要另外牌照。時間要預六星期。
karen: 咁趕唔切下個月，改做再下個月
oliver: Also whose insurance pays if a customer is scalded. Theirs, please.
karen: 收到，我叫佢哋攞保單嚟`,
  },
  {
    in: 'supply-chain',
    script: `
haoran: 各位，盐田那边的骨瓷柜被海关抽检，原定明天的车要延后。
samuel: 抽檢大概幾多日？
haoran: 一般 2 到 3 个工作日，我已催报关行。
wing: 銅鑼灣得返 14 隻杯，頂到星期五
peggy: 旺角有 50，可以調 20 隻過去
tony: OK，我今日準備好
haoran +540: 好消息，今天下午放行了，{zh+1} 上午到葵涌。
samuel: 👏 多謝浩然`,
  },
  {
    in: 'supply-chain',
    script: `
imran: Forklift 2 failed its morning check, brake is soft. I've tagged it out.
samuel: Good call. Rental?
imran: Rental can be here {hm+120}, HK$1,450 a day.
samuel: Go ahead, two days.
alan: Please put the rental on PO so I don't chase it later 😄
imran: PO 4791, just for you Alan.`,
  },
  {
    in: 'supply-chain',
    script: `
peggy: Northmoor 話下季骨瓷要加 7%，因為燃氣費
samuel: 我哋全年量係佢頭五位，叫佢分兩期加
peggy: 試過，佢肯 4% + 條款改 60 日 MOQ 減半
karen: 零售價我唔想加，茶杯係引流
joyce: 4% 嘅話毛利由 52 跌到 50.1，仲得
samuel: 咁接受 4%，簽一年`,
  },
  {
    in: 'supply-chain',
    script: `
maggie: 收到嘅純棉毛巾有陣化學味，開咗三箱都係
peggy: Batch number？
maggie: T2-0614
imran: Same batch here, 22 cartons. I smell it now that you say it.
peggy: 全部停賣隔離，我叫供應商俾 test report，同時送樣本去 lab
samuel: 三間店 {zh+0} 收舖前下架，唔好等
tony: 旺角下架 38 條
wing: 銅鑼灣 27 條
peggy +1000: Lab 結果：安全，味係包裝膠袋傳落去。供應商會換袋，我哋洗過、晾過先賣。`,
  },
  {
    in: 'supply-chain',
    script: `
samuel: 葵涌倉 cycle count 準確度上個月 99.4%，係史上最高。Imran 同夜更 team 辛苦晒。
imran: Thank you! The new bin labels made the difference. And Ah Keung's cooking.
karen: 必須試下強哥手勢
imran: Friday curry, everyone who visits the warehouse gets one bowl.
haoran: 深圳同事也想来 😄`,
  },
  {
    in: 'supply-chain',
    script: `
ivy: 想問 tote bag 幾時到？會員活動 {zh+6} 開始
peggy: 供應商話 {zh+4} 出貨，不過佢次次都遲一日
ivy: 咁即係 {zh+5} 到倉，{zh+6} 先到店 😬
samuel: 我叫佢直送三間店，唔經葵涌
imran: Fine with me, just send me the paperwork so the stock goes in.
ivy: 好，多謝各位，我先鬆一口氣`,
  },
]
