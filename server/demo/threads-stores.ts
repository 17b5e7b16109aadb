/**
 * Hand-written threads of the three store channels: stock, customers, repairs, people, promotions.
 * They fit any season; dates are slots. Notation: script.ts.
 */
import type { Thread } from './script.ts'

export const storeThreads: readonly Thread[] = [
  {
    in: 'store-cwb',
    script: `
wing: 盤點安排：{zh+3} 收舖後，21:45 開始，預計 00:30 完。
  | A 區：Kit　B 區：Yan　C 區同後倉：我
kit: Tablet 夠唔夠？上次得兩部
jason: 我送多一部過嚟，{zh+2} 下晝到
wing: 唔該 Jason。宵夜我請，想食乜下面報名
yan: 燒賣魚蛋 🙋‍♀️
kit: 雲吞麵
karen: 盤點差異超過 0.5% 要當晚 recount，唔好留到聽日，Finance 等住`,
  },
  {
    in: 'store-cwb',
    script: `
wing: 尋晚盤點完成 ✅ 00:12 收工。差異 0.21%，主要係香薰蠟燭少 6 個。
karen: 好好成績，辛苦晒！打的返屋企收得返
kit: 蠟燭少 6 個，我估係 tester 冇出 record
wing: 查咗，4 個係 tester，2 個真係唔見咗
karen: 2 個入 shrinkage，tester 以後要貼綠色貼紙`,
  },
  {
    in: 'store-cwb',
    script: `
yan: 價錢牌出錯 🚨 羊毛毯個牌寫 $288，系統係 $588，有客堅持要用 $288 買
wing: 幾多個客見到？
yan: 暫時一個，佢影咗相
karen: 賣俾佢，一張為限。我哋錯就要認。個牌即刻除。
yan: 除咗
natalie +9: 同意 Karen。除咗之後影張相同寫低時間，如果之後再有人 claim 我哋有紀錄。
wing: 查到係噚日換牌嗰陣 print 咗上季個 file，我已經刪咗個舊 file
karen: 三間店都檢查一次，今日內覆我`,
  },
  {
    in: 'store-cwb',
    script: `
kit: 有位婆婆喺店暈咗，已經扶咗佢坐低，叫咗白車
wing: 我喺後舖出緊嚟。佢清唔清醒？
kit: 清醒，話朝早冇食嘢。俾咗杯糖水佢
karen: 有冇通知家人？
kit: 打咗俾佢個仔，趕緊嚟
kit +22: 救護員到，量咗血壓話冇大礙，都係送去睇睇。個仔一齊上車。
karen: 做得好好，Kit。寫返個 incident report，唔急，飲啖水先`,
  },
  {
    in: 'store-cwb',
    script: `
priya: Hi team, the new window boards came back from Bluecap with the wrong blue. Don't put them up please.
wing: 已經掛咗一半 😭
priya: Leave the half that's up, nobody will see the difference from the tram. Reprint arrives {en+4}.
kit: 我見到分別喎，似咗銀行
priya: You have an excellent eye and I'm sorry 😂`,
  },
  {
    in: 'store-cwb',
    script: `
wing: 有間公司想訂 150 份中盒做員工禮物，{zh+12} 前送到鰂魚涌，要開月結
karen: 月結要過 credit check，Alan 幫手？
wing: 佢哋話可以畀 50% deposit
karen: 咁就簡單，deposit 到咗先落單，尾數貨到付。
samuel: 150 份冇問題，但係要預早 8 日落 PO
wing: 佢哋聽日簽單，我即刻交你`,
  },
  {
    in: 'store-mk',
    script: `
fai: 唔見咗一部手提 POS（2 號，機身有黃色貼紙），最後一次用大約半個鐘前，喺門口排隊嗰陣
tony: 搵咗邊度？
fai: 收銀、倉、廁所、垃圾桶都搵過
jason +3: 我已經 remote lock 咗部機，SIM 都停咗。入面冇存卡資料，但係要報 Compliance。
daniel: Noted. Tony, please write down who used it today and when. No need to guess, only what people remember.
tony: 收到，CCTV 我睇緊最近一個鐘
tony +38: 搵到喇 😮‍💨 有個細路執咗入咗個購物袋，媽咪返到屋企先發現，而家送返嚟
jason: 返到嚟唔好開機，交俾我 re-provision 先
daniel: Good outcome. I'll still record it as a near miss; it took us 50 minutes to notice.
tony: 明，以後每個鐘點一次機`,
  },
  {
    in: 'store-mk',
    script: `
suki: 收到一張懷疑假 $1000，驗鈔機嗶咗
tony: 唔好還返俾客，話要主管處理。我出嚟
suki: 個客走咗，話唔要貨
tony: 張鈔呢？
suki: 仲喺度
tony: 放入信封，寫日期時間同你個名，唔好再掂。我報警攞 case number。
karen +25: 你哋處理得啱。Suki 有冇事？
suki: 冇事，手震咗陣啫 😅`,
  },
  {
    in: 'store-mk',
    script: `
tony: 商場話 {zh+4} 朝早 8:00–11:00 停電檢查，我哋開唔到舖
karen: 11:30 先開，門口貼通告，網店「到店取貨」嗰三個鐘熄咗佢
tony: 雪櫃啲朱古力呢？
samuel: 我派冷藏車 7:30 過嚟停三個鐘，入車擺住
tony: 哇 VIP 待遇
samuel: 朱古力先係 VIP，你唔係 😂`,
  },
  {
    in: 'store-mk',
    script: `
fai: 有客問會員積分點解少咗 1,200 分
cherry: 會員號尾四位？唔好出全個
fai: 尾 7731
cherry: 佢上個月用咗 1,200 分換咗個保溫壺，銅鑼灣店，有簽收
fai: 客話唔係佢換
daniel: 停一停，唔好同客爭拗。留低客人想我哋幾時覆佢，我同 IT 查簽收紀錄。
daniel +120: 查到係佢先生用同一個電話號碼換嘅。客人已經知，冇投訴。`,
  },
  {
    in: 'store-mk',
    script: `
suki: 冷氣又唔凍，入面 28.5 度
tony: 師傅上星期先加完雪種喎
karen: 影溫度計，send 俾我，我直接搵 facility 主管
tony: 影咗
karen +70: 佢哋承認係壓縮機有問題，要換，HK$64,000。我批咗，{zh+1} 夜晚換
fai: 終於！我哋啲蠟燭已經開始打橫
suki: 真係打橫 📉`,
  },
  {
    in: 'store-st',
    script: `
maggie: 今日有學校嚟做工作體驗，四個中五同學，Iris 帶
iris: 得！我準備咗個小遊戲，估重量包茶
maggie: 記住佢哋唔可以掂收銀機
iris: 明白
iris +190: 佢哋勁過我，有個估到 102 克，實際 100 克 😂
karen: 請佢畢業嚟返工 👍`,
  },
  {
    in: 'store-st',
    script: `
bong: 後倉發現有老鼠屎 🐀
maggie: 邊個位？有冇食品喺附近？
bong: 左邊牆角，三呎外有燕麥，未拆
maggie: 燕麥全部移走隔離，我叫滅蟲公司今日嚟
samuel: 燕麥成批唔好賣，寫 quarantine label，我派人嚟檢查
maggie +150: 滅蟲公司嚟咗，話係由隔離舖個假天花入嚟，已經封咗窿同放咗餌
samuel: 燕麥檢查咗，包裝冇穿，但係保險起見銷毀 12 包，form 我寫
karen: 好，多謝你哋反應快。七日後再檢查一次`,
  },
  {
    in: 'store-st',
    script: `
iris: 有位客聽障，想問蜂蜜禮盒成份，我用手機打字同佢傾，佢好滿意
maggie: 好叻女！
iris: 佢話如果有張成份卡就好
peggy: 可以喎，我叫供應商俾中英成份表，做成 A5 卡
karen: 三間店都放，順便印埋致敏原 👍
peggy: {zh+7} 前印好`,
  },
  {
    in: 'store-st',
    script: `
maggie: 人手告急：Bong 扭親腳，醫生俾咗五日病假，週末得我同 Iris
karen: Bong 好返未？痛唔痛？
bong: 腫咗少少，冇斷 🙏 對唔住大家
karen: 對唔住咩啫，休息。旺角可唔可以借 Suki 星期六一日？
tony: 可以，Suki 自己住大圍，仲近
tony: 佢話 OK，仲話要帶蛋撻
maggie: 救命恩人 😭 多謝`,
  },
  {
    in: 'store-st',
    script: `
maggie: 收到一封客人手寫信，讚 Iris 幫佢搵咗停產嘅茶杯
  | 「關小姐打咗去三間店，最後喺旺角貨倉搵到最後一隻，我太太喊咗出嚟。」
iris: 😭😭
victor: This is what we are for. Thank you Iris. 封信我想裱起佢掛喺 17 樓。
fiona: 我提名佢做今季服務之星 ⭐`,
  },
]
