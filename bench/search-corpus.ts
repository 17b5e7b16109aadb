// Owns message text for the search benchmark: mixed Cantonese, Traditional, Simplified and English office talk whose
// characters and words are as unevenly spread as in real text, with a long tail of names, codes and rare characters.
// Always holds: the same seed gives the same messages; nothing of it is anybody's.

import type { ShardEntry } from '../main/search/shard.ts'
import { variantGroups } from '../main/search/variants.ts'
import { createRandom, type Random } from '../testing/random.ts'

/** By falling frequency, roughly as in Hong Kong office chat. */
const frequentHan = [
  ...'的是我你一有在不人了會個要好可以到大中上這來時們他為下日出年多生去天對開地用得也學能工報作公說分前後新過事',
  ...'本點請發業問今同明經心行方行市和成家面定都最見將自與現收那店文期長間電想手動部高當法理表老還進小門單先體感麼意',
  ...'外力港明加正金司利元名如外機重物度相開數員第位關打信知什量樣實主回西車樓場客戶貨件檔案合約簽份會議議題交付款項',
  ...'資料更新系統測試問題處理確認安排送倉庫銷售營運預算審批財務總經理助理同事收到麻煩唔該謝謝幾點早晚星期月底年度計劃',
  ...'目標完成進度延遲風險保險銀行轉賬發票價錢折扣優惠產品品質檢查維修供應商客人投訴退換訂單庫存盤點中環金鐘銅鑼灣旺角',
  ...'尖沙咀觀塘沙田荃灣九龍新界深圳廣州上海北京台灣澳門飛機票酒店食飯飲茶返放假病假培訓面試入職離職薪金強積嘅咗冇喺啲',
  ...'嚟嗰咁乜嘢點解邊度睇講做食行企坐瞓攞俾畀搵諗識得就先至仲都亦又再已曾未必須應該需希望覺認真實際特別非常比較越愈',
]

const frequentWords =
  '收到 唔該晒 唔該 麻煩你 請問 今日 明日 聽日 尋日 下晝 上晝 開會 會議 會議記錄 報告 報價 合約 第三版 客戶 客人 同事 老細 經理 店長 ' +
  '營業額 銅鑼灣店 旺角店 沙田分店 倉庫 出貨 入貨 盤點 庫存 訂單 發票 付款 轉賬 銀行 審批 簽名 檔案 附件 資料 更新 系統 測試 上線 ' +
  '問題 處理 跟進 確認 安排 改期 取消 延遲 風險 合規 私隱 培訓 面試 入職 離職 放假 請假 病假 加班 食飯 飲茶 得閒 幾點 喺邊度 點解 ' +
  '咁樣 冇問題 可以 唔可以 應該 需要 已經 仲未 未收到 收到未 睇咗 覆咗 搞掂 辛苦晒 多謝 早晨 晚安 聖誕快樂 新年快樂 恭喜發財 ' +
  '中環 金鐘 尖沙咀 觀塘 九龍灣 深水埗 荃灣 將軍澳 元朗 機場 深圳 廣州 上海 台北 澳門 𨋢 搭𨋢 冷氣 維修 保安 清潔 裝修 租約 ' +
  '預算 第二季 年度 計劃 目標 完成 進度 數據 分析 市場 推廣 優惠 折扣 產品 品質 投訴 退貨 換貨 供應商 保險 法律 證監會 審計'
const englishWords =
  'the to please is for and you ok can we of a in on it this be have will with thanks not i at team by are from confirm today ' +
  'tomorrow meeting update file report client approve PO invoice payment deadline draft review check noted delivery stock ' +
  'store warehouse budget forecast contract version signed pending urgent call email office Central Kowloon monday friday pm am ' +
  'schedule change request status issue system server login password reset backup deploy release test bug fix KPI Q1 Q2 Q3 GDP ' +
  'SFC PDPO HR IT CEO CFO VIP SKU ETA FYI ASAP café résumé Zürich follow up attached sales revenue margin discount supplier ' +
  'compliance audit policy training interview onboarding leave sick annual lunch dinner project milestone risk insurance legal'

const PUNCTUATION = ['，', '，', '，', '。', '、', '！', '？', '：', ' ', ' ', '\n', '「', '」', '…', '👍', '（', '）']
const SYLLABLES = [
  'ka',
  'lo',
  'mi',
  'ten',
  'shu',
  'wan',
  'rex',
  'pol',
  'dri',
  'ven',
  'sto',
  'cha',
  'ng',
  'ber',
  'tai',
  'yu',
]

const CONVERSATIONS = 400
const SENDERS = 500
const FIRST_MS = 1_700_000_000_000
const SPAN_MS = 400 * 24 * 3_600_000

/** `count` messages in the order of time, over 400 days. */
export function searchCorpus(count: number, seed: number): ShardEntry[] {
  const random = createRandom(seed)
  const write = writer(random)
  const seqs = new Map<number, number>()
  return Array.from({ length: count }, (_, i) => {
    const slot = 1 + zipf(random, CONVERSATIONS)
    const seq = (seqs.get(slot) ?? 0) + 1
    seqs.set(slot, seq)
    const hasFile = random.chance(0.04)
    return {
      slot,
      seq,
      atMs: FIRST_MS + Math.floor((i / count) * SPAN_MS),
      senderSlot: 1 + zipf(random, SENDERS),
      hasFile,
      text: hasFile ? `${write()}\n${write().slice(0, 12)} ${random.int(1000)}.pdf` : write(),
    }
  })
}

/** An index below `size`, the first by far the likeliest. */
function zipf(random: Random, size: number): number {
  return Math.floor(size ** random.next() * 1.000001) % size
}

function writer(random: Random): () => string {
  const rareHan = variantGroups.flatMap((line) => [...line]).filter((character) => /[\u4e00-\u9fa5]/.test(character))
  const han = [...new Set([...frequentHan, ...rareHan.filter((_, i) => i % 3 === 0)])]
  const simplified = new Map<string, string>()
  for (const group of variantGroups.flatMap((line) => line.split(' '))) {
    const [first = '', ...others] = group
    for (const other of others) simplified.set(other, first)
  }
  const chinese = [...frequentWords.split(' ')]
  while (chinese.length < 20_000) {
    chinese.push(Array.from({ length: 1 + random.int(3) }, () => han[zipf(random, han.length)]).join(''))
  }
  const english = [...englishWords.split(' ')]
  while (english.length < 12_000) {
    english.push(Array.from({ length: 2 + random.int(3) }, () => random.pick(SYLLABLES)).join(''))
  }
  const phrase = () => {
    const kind = random.next()
    if (kind < 0.66) return chinese[zipf(random, chinese.length)] ?? ''
    if (kind < 0.9) return ` ${english[zipf(random, english.length)]} `
    if (kind < 0.95) return ` ${random.pick(['PO', 'INV', 'HK$', 'A', 'SO-'])}${random.int(100_000)} `
    return `${random.int(24)}:${10 + random.int(50)}`
  }
  return () => {
    let text = ''
    const phrases = 1 + Math.floor(40 ** random.next())
    for (let i = 0; i < phrases; i++) text += phrase() + (random.chance(0.25) ? random.pick(PUNCTUATION) : '')
    if (random.chance(0.2)) text = [...text].map((character) => simplified.get(character) ?? character).join('')
    return text.replace(/ {2,}/g, ' ').trim() || '收到'
  }
}
