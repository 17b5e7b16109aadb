/**
 * The last screenful of the open channels and of the archived one, written by hand.
 * It may be read at any hour and in any season, so dates are slots and nothing depends on the weather.
 */
import type { Tail } from './script.ts'

export const tails: readonly Tail[] = [
  {
    in: 'badminton',
    endedMinutesAgo: 140,
    script: `
priya #court: Court booked for {en+4}, 19:30 to 21:30, **Smithfield, court 3**. Who is in?
  * 🏸 arjun cherry
  * 👍 ben grace fai
arjun >court: Me. Bringing the tube of feathers that survived last week.
cherry >court: 我！負責執波兼影相
ben >court: 我遲到半個鐘，開完會過嚟
grace >court: 我第一次打，可以借拍嗎？
priya >court: Of course, I have three spare ones.
fai +70: 旺角收舖九點半，趕唔切 😭 幾時有星期日場？
priya: 我問緊。Sunday 10 am at Kowloon Park, would that suit the shops better?
fai: 朝早十點好正，打完返中更
  * 🎉 priya ben
ben +45: 提提大家：
  | 1. 著白底鞋，場地唔俾黑膠底
  | 2. 帶水，個水機壞咗
  | 3. 打唔到唔好鬧隊友
arjun: Rule 3 is clearly about me.
cherry: 係 😂
priya +30: Score so far this season: Arjun 2, everybody else 31. Still our most enthusiastic player.
  * 😂 cherry ben grace`,
  },
  {
    in: 'cantonese-corner',
    endedMinutesAgo: 75,
    script: `
emma: Question of the day: when do I say 唔該 and when 多謝?
suki #thanks: 唔該 = somebody does something for you (holds the door, serves you). 多謝 = somebody gives you something (a gift, a compliment, money).
  * 🙏 emma imran oliver
imran ~thanks: And if somebody holds the door and gives me a bun?
fai: 唔該晒，多謝晒 😂
oliver +50: My client said 「求其啦」 when I asked which clause he preferred. Dictionary says "casually". Is that rude?
suki: 佢即係話「是但」，whatever you like. Said to a lawyer… 少少冇禮貌 😅
oliver: I shall bill accordingly.
  * 😂 emma arjun suki
haoran +40: 我来香港两年了，还是分不清「埋」什么时候用：埋单、执埋、埋去……
fai: 「埋」係「連埋」或者「行近」。執埋 = 連呢樣都執，埋去 = 行近啲。埋單就……講慣咗
haoran: 懂了，谢谢！今晚试试「唔该埋单」
arjun +25: Is 𨋢 really the character for lift? My phone shows a box.
emma: It shows here. Causeway 1, phone 0.`,
  },
  {
    in: 'sz-hk-commute',
    endedMinutesAgo: 58,
    script: `
haoran: 今早莲塘口岸 7:40 人不多，十分钟过关。深圳湾那边听说要排半小时。
  * 🙏 siyu samuel peggy
siyu: 谢谢浩然！我明天也走莲塘。
samuel +35: 想問高鐵由福田返西九，學生票啲人多唔多？{day+1} 要帶成家人上去
haoran #train: 早上 8 点前的车票一般前一天晚上还有，建议：
  | - 先买去程，回程可以改签
  | - 带好回乡证，自助闸机很快
  | - 行李超过两件走人工通道
siyu >train: 补充：小孩身高不够要走人工通道。
samuel >train: 好詳細，唔該晒兩位
peggy >train: 我上次走人工，排咗四十分鐘，預鬆啲
samuel >train: 收到 🙏
imran +90: My cousin drives across on weekends. Parking at the port is full by 9:30, he says, take the bus from Sheung Shui.
siyu: 是的，周末千万别开车。
haoran +20: 下周三口岸系统升级，那天我在家办公，大家也尽量避开。
  * 👍 siyu imran`,
  },
  {
    in: 'green-office',
    endedMinutesAgo: 110,
    script: `
joyce: 上個月 17 同 18 樓用電量出咗，**少咗 9%** 🎉 主要係夜晚熄晒 mon
  * 🎉 natalie rachel ben emma alan
rachel: 好犀利！邊個諗嘅？
joyce: Alan 貼嗰張「你部 mon 都想瞓」
alan: 我畫咗成個 lunch 㗎
natalie +60: Legal has gone paperless for internal drafts. Printing is down from 4,200 to 900 pages a month.
ben: 咁 printer 係咪可以還返一部俾供應商？
natalie #printer: Yes please, the one by the boardroom. Nobody will notice.
emma >printer: I will notice. It was my lunch shelf.
ben >printer: 幫你買個架 😄
rachel >printer: 還咗一個月慳 $1,350
joyce +40: 下一步想試「自備杯」，樓下咖啡店肯減 $4。有冇人想幫手傾其他店？
emma: I'll take the bakery, they know me rather well by now.
  * ❤️ joyce natalie`,
  },
  {
    in: 'crm-move',
    endedMinutesAgo: 20_000,
    script: `
siyu: 第三次试迁移完成：会员 48,212 条，失败 0 条，耗时 52 分钟。
jason: 好快。同舊系統對數對到未？
siyu: 总数、积分总和、最近一年消费三项全部一致。核对脚本：
  | \`\`\`sql
  | SELECT store, COUNT(*) AS members, SUM(points) AS points
  | FROM member
  | GROUP BY store
  | ORDER BY store;
  | \`\`\`
winnie: Points liability agrees with the ledger as well. Finance signs off.
  * ✅ jason siyu
daniel: 舊系統嘅資料幾時刪？DPP2 要求唔可以留耐過需要。
jason: 建議唯讀留 30 日，之後連 backup 一齊銷毀，我出 certificate
daniel: 同意，寫入 data map。
priya +120: Campaign lists now come from the new CRM, opt-outs carried over, I checked twenty by hand.
karen: 三間店試咗一日，查會員快咗好多，同事好滿意 👏
arjun +90: Old server is read-only as of 18:00. It looks relieved.
  * 😂 jason karen
siyu +60: 正式迁移已完成，今天没有收到任何问题。
jason +180: 30 日到，舊資料同 backup 已銷毀，certificate 放咗上 DocuVault（CRM-19）。多謝各位，呢個 channel 可以收工 🎉
  * 🎉 karen siyu priya winnie daniel arjun
karen: 辛苦晒！`,
  },
]
