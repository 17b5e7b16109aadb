/**
 * Hand-written threads of the direct conversations: people who know each other, talking work and a little life.
 * They fit any season; dates are slots. Notation: script.ts.
 */
import type { Thread } from './script.ts'

export const directThreads: readonly Thread[] = [
  {
    in: 'dm-karen-jason',
    script: `
karen: Jason，旺角部 tablet 可唔可以唔好成日 auto update？啱啱喺客人面前 update 咗十分鐘
jason: 死，對唔住。我改做凌晨三點先 update
karen: 客人好好笑，話「你部機都要食飯」
jason: 😂 改咗，三間店一齊生效
karen: 唔該晒，請你飲嘢`,
  },
  {
    in: 'dm-karen-jason',
    script: `
jason: Karen，有個唔急嘅請求：我想搵一個店舖同事試用新 inventory app，幫手鬧我哋
karen: Fai 啦，佢最識鬧
jason: 哈哈，幾多時間？
karen: 每個星期兩個鐘，由 IT cost centre 補返鐘數
jason: OK deal，我同 Raymond 講
karen: 你肯出錢我乜都肯 😆`,
  },
  {
    in: 'dm-karen-jason',
    script: `
karen: 點解我搵唔到上年個 stocktake file？
jason: 喺 DocuVault › Retail › 舊年度，你打「盤點」先有，打「stocktake」冇
karen: 吓，點解英文冇
jason: 因為個 file 名全部中文，而個 search 唔識翻譯 😅
karen: 搵到，你救咗我一個鐘`,
  },
  {
    in: 'dm-karen-jason',
    script: `
jason: 你個 2FA 又報警，話有人喺新加坡試登入
karen: 我喺新加坡呀！開會
jason: 哦哦，咁就冇事，不過你冇填 travel notice
karen: 🙇 唔記得。而家填
jason: 填完我解鎖，五分鐘。順便帶手信
karen: 咖央醬？
jason: 成交`,
  },
  {
    in: 'dm-karen-wing',
    script: `
wing: Karen，我想 {zh+9} 放半日，個仔開學禮……係畢業禮，幼稚園
karen: 梗係放啦！Kit 睇住？
wing: Kit 同 Yan 都喺度
karen: 影多啲相。佢大個你就知冇得再影 🥹
wing: 多謝你`,
  },
  {
    in: 'dm-karen-wing',
    script: `
karen: 你嗰間嘅轉換率跌咗兩星期，係咪有啲咩事？
wing: 對面新開咗間日本店，開張優惠七折，我哋人流跌咗一成
karen: 去睇過未？
wing: 去過，佢賣毛巾平，但係包裝同服務唔及我哋。我想用「即場刺繡名字」對佢
karen: 好主意，成本幾多？
wing: 部機租 $1,800 一個月，一條收 $38
karen: 試一個月，我批`,
  },
  {
    in: 'dm-karen-wing',
    script: `
wing: 刺繡第一個星期做咗 94 條毛巾 🎉
karen: 嘩！仲好過我估
wing: 好多人繡阿媽個名，有個阿叔繡「老婆大人」
karen: 哈哈哈 影低未
wing: 影咗，佢話可以放上 IG，release 都簽埋`,
  },
  {
    in: 'dm-karen-tony',
    script: `
tony: 家姐，今個月 commission 表我覺得 Fai 少咗兩單
karen: 邊兩單？
tony: {n 10400-10900} 同 {n 10910-10990}，都係 B2B，入咗去 house account
karen: 我同 Joyce 講，改返去佢名下，下期補
tony: 唔該晒，佢冇出聲但係我睇到佢唔開心
karen: 有你咁嘅店長好`,
  },
  {
    in: 'dm-karen-tony',
    script: `
tony: 琴晚有人喺閉路電視見到疑似高買，兩個人拍住上
karen: 人冇事吧？
tony: 冇，我叫同事唔好追。損失大約 $640，報咗警
karen: 啱，貨唔值得受傷。Footage 交俾警方之前話聲 Daniel
tony: 已經 cc 佢`,
  },
  {
    in: 'dm-karen-tony',
    script: `
karen: 你上星期個 visual 相我轉咗俾 Priya，佢話想攞嚟做三間店嘅範本
tony: 哇，其實係 Suki 砌嘅
karen: 咁你記得同佢講，仲要喺 meeting 當眾讚
tony: 一定。佢最近考緊 VM 課程
karen: 學費搵 Emma，有資助㗎`,
  },
  {
    in: 'dm-karen-victor',
    script: `
victor: How was the Sha Tin visit?
karen: 人手緊但係士氣好。後倉要執，貨架標籤有三成係手寫
victor: Get labels for all. And ask Imran how he did it at Kwai Chung.
karen: 我約咗佢下星期行一次
victor: 好。順便睇下兩間吉舖，影相留底。`,
  },
  {
    in: 'dm-karen-victor',
    script: `
victor: Who would you put on the leadership programme? One name only.
karen: 一個好難…… Wing
victor: Reason in one line.
karen: 佢哋店員流失率係全公司最低，而且兩個店長都係佢帶出嚟
victor: Done. 你同佢講，定係我講？
karen: 你講啦，佢會開心到瞓唔着`,
  },
  {
    in: 'dm-karen-daniel',
    script: `
daniel: Karen，想借三間店長 30 分鐘，傾下客人投訴紀錄點寫
karen: 可以，星期二朝早店長 call 最後半個鐘俾你
daniel: 多謝。重點係「寫事實，唔寫感受」，例如唔好寫「客人好煩」
karen: ……邊間店寫咗
daniel: 我唔點名 😌 但係寫咗五次
karen: 我知係邊個喇`,
  },
  {
    in: 'dm-karen-daniel',
    script: `
karen: 有個記者打去旺角店問價錢牌嗰件事，Tony 話「唔方便回應」就收線
daniel: Perfect answer. Did they leave a name?
karen: 有，電話都有，我 send 俾你同 Priya
daniel: 三間店提一提：傳媒查詢一律轉 Priya，唔好自己解釋，唔好影記者
karen: OK 而家出`,
  },
  {
    in: 'dm-karen-samuel',
    script: `
samuel: 你三間店退貨返倉嘅箱，標籤成日貼喺舊標籤上面，scanner 讀錯
karen: 明，我出個 photo guide 俾佢哋
samuel: Imran 影咗張「錯誤示範大全」，十二種死法 😂
karen: send 我，我想笑下先再改
samuel: 已 send，第七種係你銅鑼灣嘅`,
  },
  {
    in: 'dm-karen-samuel',
    script: `
karen: 點解成個月都冇保溫壺？客人日日問
samuel: 廠搬緊去越南，{月+1} 先有
karen: 有冇替代？
samuel: Peggy 搵到間台灣嘅，靚啲但係貴 $12
karen: 入 200 個試，沙田先
samuel: OK 今日落單`,
  },
  {
    in: 'dm-jason-arjun',
    script: `
arjun: Backup restore test done. Full ERP restore took 3 h 40, target is 4 h.
jason: Nice. Anything ugly?
arjun: One thing: the runbook still names the engineer before me. I rewrote it and had Cherry follow it blind.
jason: And?
arjun: She got stuck once, on step 9, because I wrote "obviously".
jason: Ban the word.
arjun: Obviously.`,
  },
  {
    in: 'dm-jason-arjun',
    script: `
jason: Raymond wants the DR drill on a Sunday. Are you around {en+8}-ish?
arjun: I can do that Sunday, not the one after, it's my daughter's dance recital.
jason: That one then. Breakfast is on Raymond.
arjun: In that case I'll bring the whole network team, which is me.`,
  },
  {
    in: 'dm-jason-arjun',
    script: `
arjun: Weird one. Someone at Mong Kok plugged a fish tank pump into the UPS.
jason: A fish tank? In a shop?
arjun: For the window display. Real goldfish. UPS load went from 40 to 55%.
jason: Please tell me the fish are on the asset register.
arjun: I've asked Tony to move the pump. The fish seem happy either way.`,
  },
  {
    in: 'dm-jason-cherry',
    script: `
cherry: Oliver 部 Mac 又話 storage full，我睇過，佢有 11,000 張 screenshot
jason: 佢個個 email 都 cap 圖
cherry: 教咗佢 print to PDF，佢好感動
jason: 你應該升職
cherry: 呢句 screenshot 咗 😏`,
  },
  {
    in: 'dm-jason-cherry',
    script: `
cherry: 老細，我想考 cloud cert，公司有冇資助？
jason: 有，每年 $8,000，pass 咗先 claim。Emma 有 form
cherry: 如果 fail 呢
jason: 我請你食飯當安慰，再考
cherry: 咁我兩樣都想要 😂
jason: 你 pass 咗飯照請`,
  },
  {
    in: 'dm-jason-cherry',
    script: `
jason: 聽日 Finance 換機我哋分工：你做 Alan 同 Rachel，我做 Joyce
cherry: 點解 Joyce 係你做？
jason: 因為嗰個 macro
cherry: ……願主保佑你
jason: 我帶咗兩個 backup 同埋一包薯片`,
  },
]
