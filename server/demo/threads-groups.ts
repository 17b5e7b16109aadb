/**
 * Hand-written threads of the groups: the POS roll-out, the anniversary campaign, the Sha Tin lease, treasury limits.
 * `part` keeps each project's story in order; dates are slots. Notation: script.ts.
 */
import type { Thread } from './script.ts'

export const groupThreads: readonly Thread[] = [
  {
    in: 'grp-pos',
    when: { part: [0, 0.12] },
    script: `
jason: 開咗呢個 group 方便跟進新 POS。次序：銅鑼灣 → 旺角 → 沙田，每間相隔四至五星期。
karen: 👍 最緊要唔好喺週末轉
wing: 點解我哋做白老鼠 😂
jason: 因為你哋店員最快手，有咩問題一日內會鬧到我哋知
wing: 呢句我當讚
winnie: Finance needs a parallel run of at least three days for the first store.
jason: Agreed, three days parallel for CWB, one day for the others.`,
  },
  {
    in: 'grp-pos',
    when: { part: [0.1, 0.25] },
    script: `
siyu: 会员接口联调完成，查询积分平均 120 毫秒。有一个问题：旧系统里约 400 个会员电话号码带空格，导入时会失败。
jason: 可唔可以自動清？
siyu: 可以，但有 11 个清理后重复了，需要业务确认。
karen: Send 俾我，我叫三間店店長核對，唔好自動合併
siyu: 好的，已加密发送。
karen +300: 對完，9 個係同一個人，2 個係兩母女共用電話，分開處理`,
  },
  {
    in: 'grp-pos',
    when: { part: [0.25, 0.36] },
    script: `
jason: 銅鑼灣尋晚 cut-over 完成 ✅ 22:58，比計劃早 40 分鐘
wing: 第一張單係 Kit 買嘅曲奇，$48，已裱起 😆
winnie: Trial Z-report matches the old one to the cent. 
arjun: No packet loss all night. I am almost bored.
karen: 多謝各位，我喺店睇住，開舖好順`,
  },
  {
    in: 'grp-pos',
    when: { part: [0.28, 0.45] },
    script: `
wing: 新機碰到問題：八折券 scan 完變咗八蚊……
siyu: 收到，请问优惠券号码开头是什么？
wing: CP8-
siyu: 明白了，"80" 被当成金额而不是折扣，马上修。
siyu +42: 已发布 1.0.3，请重启收银程序再试。
wing: 得返，八折就係八折。有兩張單已經多減咗，我寫返 adjustment
winnie: Send me the two numbers please.`,
  },
  {
    in: 'grp-pos',
    when: { part: [0.62, 0.72] },
    script: `
tony: 旺角轉機第一日報告：尋晚 19:12 至 19:52 斷線，排隊排到出街，手寫咗 46 張單
arjun: Root cause: the mall's router gave our new switch a duplicate address. Fixed and documented. It was my check to make and I missed it.
karen: 多謝你坦白。最緊要沙田唔好再發生。
siyu: 离线模式当时没有自动启动，这是软件的问题，我在修。
jason: 兩件事都加咗入 Sha Tin checklist。Tony，手寫單我同 Cherry 今晚過嚟幫手入
tony: 唔該晒，我叫埋外賣等你哋`,
  },
  {
    in: 'grp-pos',
    when: { part: [0.7, 0.82] },
    script: `
winnie: 46 handwritten slips from Mong Kok: total HK$21,884. System after entry says HK$21,864. Anyone?
cherry: 我對緊
cherry +15: 第 31 張，「7」睇錯咗做「5」，Suki 嘅 7 有條橫線……冇橫線 😅
tony: 我代 Suki 抗議 😂
winnie: Thank you, books agree.`,
  },
  {
    in: 'grp-anniversary',
    when: { part: [0, 0.12] },
    script: `
priya: Kick-off! Forty years of Harbour & Vale. Budget HK$1.2m, three stores, four weeks. I want it to feel like a thank-you, not a sale.
karen: 好鍾意呢個方向
ivy: 我整理咗舊相，80 年代銅鑼灣舖面嗰張勁正
wing: 我阿媽當年喺嗰間舖買過我嘅書包 😭
priya: Wing, can we film your mum?
wing: 佢會化足三個鐘妝先肯`,
  },
  {
    in: 'grp-anniversary',
    when: { part: [0.15, 0.35] },
    script: `
peggy: 包裝盒有兩個選擇：
  | A 內地印，$9.2/個，25 日
  | B 香港印，$5.2……打錯，$13.2/個，14 日
priya: A, if the colour proof is right. We have time.
ivy: 我可以飛去睇 proof
samuel: 高鐵啦，14 分鐘 😂
ivy: 車票都係公費 🙏`,
  },
  {
    in: 'grp-anniversary',
    when: { part: [0.35, 0.6] },
    script: `
ivy: Proof 返嚟喇，青綠色偏咗藍
priya: How far off?
ivy: 相影唔準，我 courier 返公司
priya +180: Got it. Too blue, you're right. Ask for 5% more yellow and one more proof.
ivy: 廠方話多一次 proof 冇問題，貨期唔變
karen: 好彩有你親自睇`,
  },
  {
    in: 'grp-anniversary',
    when: { part: [0.5, 0.8] },
    script: `
natalie: Slogan check: 「全城最抵」 needs evidence, "best value in town" the same. Can we live without it?
priya: Yes, it was a placeholder.
ivy: 改「多謝你，四十年」？
natalie: That one needs no evidence 🙂
wing: 我睇到有啲感動添`,
  },
  {
    in: 'grp-lease',
    when: { part: [0, 0.2] },
    script: `
natalie: I've set this group up for the Sha Tin renewal so that advice stays in one place. The current term has eleven months left; our option needs six months' notice.
victor: 業主口頭提過加 14%，癡線
stephen: We need the four-wall P&L before anyone replies.
maggie: 我整理緊商場近年執咗邊啲舖，有相
oliver: Please also dig out the original fit-out approval, reinstatement could cost us more than the rent.`,
  },
  {
    in: 'grp-lease',
    when: { part: [0.2, 0.5] },
    script: `
maggie: 人流數據：平日朝早 -11%，夜晚 +3%，星期日大約持平
karen: 會員嚟店頻率冇跌，即係熟客仲喺度，過路客少咗
victor: 如果搬去大圍新商場呢？
stephen: Fit-out HK$4.6m and six weeks closed. Doesn't pay back inside three years.
oliver: But it is a credible alternative, and credible alternatives are worth 3% of rent.
natalie: I'll ask the Tai Wai landlord for an offer letter then.`,
  },
  {
    in: 'grp-lease',
    when: { part: [0.55, 0.85] },
    script: `
natalie: Tai Wai offer letter received: 18% below our current rent, nine months' rent-free spread over three years.
victor: 好靚牌
karen: Maggie 同事會唔會介意搬？
maggie: 三個住大圍，佢哋舉腳贊成 😂 但係熟客多數住第一城
oliver: We don't show the letter. We mention that it exists.
stephen: 👌`,
  },
  {
    in: 'grp-surveillance',
    script: `
rachel: USD limit 到 78%，因為有一筆客戶付款提早咗
daniel: Amber level is 75%. Please file the amber note today.
rachel: 寫緊，下星期一有 USD 4m 收，會跌返去 60% 左右
eric: I'll hold new USD deals until then.
grace: Note received, thanks 🙏`,
  },
  {
    in: 'grp-surveillance',
    script: `
grace: 有一單戶口轉帳金額拆開咗四次，每次都係 HK$119,000，啱啱低過 120k 嘅 review 線
eric: 係供應商按櫃收錢，四個櫃
grace: 有冇 packing list？
rachel: 有，四張，櫃號唔同，放咗上 file
daniel: Documented and reasonable. Closed, no STR. Good spot though.
hailey: 學到嘢 📝`,
  },
  {
    in: 'grp-surveillance',
    script: `
eric: Bank A's rating went down a notch overnight. Still inside policy (A- or better) but I'd like to bring the limit from 80m to 50m.
stephen: Agree.
daniel: Agree. Compliance log updated.
rachel: 現時用緊 46m，所以即時夠用，到期唔續 20m
grace: OK`,
  },
  {
    in: 'grp-surveillance',
    script: `
rachel: 銀行 portal 今朝慢到死，USD cut-off 之前未必 release 到
eric: Phone the desk and get a fax authority ready. Yes, fax.
rachel: 部 fax 機喺邊 😂
eric: 貨𨋢旁邊嗰間房，咖啡色嗰部，同你差唔多大
rachel +30: 唔使 fax 喇，portal 返咗生，趕得切 release 咗`,
  },
]
