// Owns the tests of one shard: what it finds against a plain scan, its order and pages, removal, and its bytes.

import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { createRandom, type Random } from '../../testing/random.ts'
import { termsOf as entryTermsOf, WORD } from './entry-terms.ts'
import { foldText, tokens } from './fold.ts'
import { MARK } from './packed-part.ts'
import { findRanges, parseQuery } from './query.ts'
import { createShard, openShard, type Shard, type ShardEntry, type ShardQuery } from './shard.ts'
import { variantGroups } from './variants.ts'

const START_MS = 1_700_000_000_000
const termsOf = (query: string) => parseQuery(query, () => 0).terms
const seqsOf = (shard: Shard, query: string) =>
  shard.find({ terms: termsOf(query) }, undefined, 100_000).map(({ seq }) => seq)

const entry = (seq: number, text: string, more: Partial<ShardEntry> = {}): ShardEntry => ({
  slot: 1,
  seq,
  atMs: START_MS + seq * 1000,
  senderSlot: 1,
  hasFile: false,
  text,
  ...more,
})

const han = [...'中環金鐘開會議程報告嘅咗冇𨋢壞財務灣湾会议']
const words = ['GDP', 'report', 'Reporting', 'café', 'ＣＡＦＥ', 'IPO', 'Q3', '2026', 'naïve', 'annual']
const gaps = ['', '', '', '', ' ', '，', '。', '\n', '「', '👍', '—', '-']

function mixedText(random: Random, pieces: number): string {
  let text = ''
  for (let i = 1 + random.int(pieces); i > 0; i--) {
    text += random.chance(0.7)
      ? random.pick(han) + random.pick(gaps)
      : random.pick(words) + random.pick([' ', ' ', '，', ''])
  }
  return text
}

/** All pages of a query, joined. */
function findAll(shard: Shard, query: ShardQuery, limit: number) {
  const all = []
  for (let before: number | undefined; ; ) {
    const page = shard.find(query, before, limit)
    all.push(...page)
    before = page.at(-1)?.key
    if (page.length < limit) return all
  }
}

describe('finding', () => {
  test('[SCH50] whatever a term occurs in is found: growing, packed, and opened from bytes', () => {
    const random = createRandom(61)
    const entries = Array.from({ length: 600 }, (_, i) => entry(i + 1, mixedText(random, 12)))
    const growing = createShard()
    growing.add(entries)
    const packed = createShard()
    packed.add(entries.slice(0, 300))
    packed.serialize()
    packed.add(entries.slice(300))
    const opened = openShard(growing.serialize())
    const again = createShard()
    again.add(entries)
    let found = 0
    for (let i = 0; i < 400; i++) {
      const query = i % 3 === 0 ? `"${mixedText(random, 4)}"` : mixedText(random, 3)
      const terms = termsOf(query)
      if (terms.length === 0) continue
      const expected = entries.filter(({ text }) => findRanges(text, terms).length > 0).map(({ seq }) => seq)
      for (const shard of [again, packed, opened]) {
        const texts = new Map(entries.map(({ seq, text }) => [seq, text]))
        const confirmed = seqsOf(shard, query).filter((seq) => findRanges(texts.get(seq) ?? '', terms).length > 0)
        expect(confirmed, query).toEqual(expected.toReversed())
      }
      found += expected.length
    }
    expect(found).toBeGreaterThan(3000)
  })

  test('[SCH41] every letter and digit that is cut as one is found: a sample of all planes', () => {
    const random = createRandom(57)
    const characters = new Set<string>()
    while (characters.size < 3000) {
      const code = random.chance(0.5) ? random.int(0x3000) : random.int(0x33000)
      const character = String.fromCodePoint(code)
      if (character.isWellFormed() && tokens(foldText(character)).length > 0) characters.add(character)
    }
    const list = [...characters]
    const shard = createShard()
    shard.add(list.map((text, i) => entry(i + 1, text)))
    for (const [i, text] of list.entries()) {
      expect(seqsOf(shard, text), `U+${text.codePointAt(0)?.toString(16)}`).toContain(i + 1)
    }
  })

  test('[SCH51] two characters, or two words, that do not meet are not taken for a phrase', () => {
    const shard = createShard()
    shard.add([
      entry(1, '開會'),
      entry(2, '會開'),
      entry(3, '開。會'),
      entry(4, 'annual report'),
      entry(5, 'report annual'),
    ])
    expect(seqsOf(shard, '開會')).toEqual([1])
    expect(seqsOf(shard, '"annual report"')).toEqual([4])
    expect(seqsOf(shard, '開 會')).toEqual([3, 2, 1])
    expect(seqsOf(shard, '"開 會"')).toEqual([3, 2, 1])
    expect(seqsOf(shard, 'annual rep')).toEqual([5, 4])
    expect(seqsOf(shard, '開會 annual')).toEqual([])
  })

  test('[SCH52] newest first, in pages without gap or repeat, though many share a time and came in any order', () => {
    const random = createRandom(62)
    const entries = Array.from({ length: 500 }, (_, i) => entry(i + 1, '會議', { atMs: START_MS + random.int(40) }))
    const shard = createShard()
    for (let i = 0; i < entries.length; i += 37) {
      shard.add(entries.slice(i, i + 37))
      if (i % 111 === 0) shard.serialize()
    }
    for (const query of [{ terms: termsOf('會議') }, { terms: [] }]) {
      const hits = findAll(shard, query, 30)
      expect(new Set(hits.map(({ seq }) => seq)).size).toBe(500)
      expect(new Set(hits.map(({ key }) => key)).size).toBe(500)
      expect(hits.map(({ atMs }) => atMs)).toEqual(entries.map(({ atMs }) => atMs).sort((a, b) => b - a))
      expect(hits.map(({ key }) => key)).toEqual(hits.map(({ key }) => key).sort((a, b) => b - a))
      expect([shard.newestKey(), shard.oldestKey()]).toEqual([hits[0]?.key, hits.at(-1)?.key])
    }
  })

  test('[SCH53] times of any age are kept in order, and thousands of one moment get keys of their own, below 2^53', () => {
    const shard = createShard()
    const times = [0, 1, 8.64e15, 8.64e15 - 1, START_MS]
    shard.add(times.map((atMs, i) => entry(i + 1, '一', { atMs })))
    shard.add(Array.from({ length: 9000 }, (_, i) => entry(100 + i, '二', { atMs: START_MS })))
    shard.serialize()
    shard.add(Array.from({ length: 5000 }, (_, i) => entry(20_000 + i, '二', { atMs: START_MS })))
    expect(shard.find({ terms: termsOf('一') }, undefined, 9).map(({ atMs }) => atMs)).toEqual([
      8.64e15,
      8.64e15 - 1,
      START_MS,
      1,
      0,
    ])
    const hits = findAll(shard, { terms: termsOf('二') }, 1000)
    expect(new Set(hits.map(({ key }) => key)).size).toBe(14_000)
    expect(hits.every(({ atMs }) => atMs === START_MS)).toBe(true)
    expect(shard.newestKey()).toBeLessThan(2 ** 53)
    expect(shard.find({ terms: [], fromMs: START_MS, untilMs: START_MS + 1 }, undefined, 1e5)).toHaveLength(14_001)
  })
})

describe('against a plain model', () => {
  test('[SCH54] adding, replacing, removing, packing and opening, with every filter: what a scan of all entries finds', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const random = createRandom(seed)
      let shard = createShard()
      const model = new Map<string, ShardEntry>()
      const place = ({ slot, seq }: { slot: number; seq: number }) => `${slot}#${seq}`
      for (let step = 0; step < 60; step++) {
        const act = random.next()
        if (act < 0.5) {
          const added = new Map<string, ShardEntry>()
          for (let i = random.int(30); i >= 0; i--) {
            const made = entry(random.int(60), mixedText(random, 8), {
              slot: 1 + random.int(4),
              atMs: START_MS + random.int(2000),
              senderSlot: random.int(5),
              hasFile: random.chance(0.3),
            })
            added.set(place(made), made)
          }
          for (const [key, made] of added) model.set(key, made)
          shard.add([...added.values()])
        } else if (act < 0.65) {
          const [slot, from] = [1 + random.int(4), random.int(60)]
          const to = random.chance(0.3) ? Number.MAX_SAFE_INTEGER - 1 : from + random.int(8)
          const lost = [...model.values()].filter((one) => one.slot === slot && one.seq >= from && one.seq <= to)
          for (const one of lost) model.delete(place(one))
          expect(shard.remove(slot, from, to)).toBe(lost.length)
        } else if (act < 0.75) shard.serialize()
        else if (act < 0.8) shard = openShard(shard.serialize())
        expect(shard.entries).toBe(model.size)
        const spot = { slot: 1 + random.int(4), seq: random.int(60) }
        expect(shard.has(spot.slot, spot.seq)).toBe(model.has(place(spot)))

        const terms = random.chance(0.3) ? [] : termsOf(mixedText(random, 2))
        const query: ShardQuery = {
          terms,
          ...(random.chance(0.3) && { slots: new Set([1, 3]) }),
          ...(random.chance(0.3) && { senders: new Set([random.int(5)]) }),
          ...(random.chance(0.3) && { fromMs: START_MS + random.int(2000) }),
          ...(random.chance(0.3) && { untilMs: START_MS + random.int(2000) }),
          ...(random.chance(0.3) && { hasFile: random.chance(0.5) }),
        }
        const passing = [...model.values()].filter(
          (one) =>
            (query.slots?.has(one.slot) ?? true) &&
            (query.senders?.has(one.senderSlot) ?? true) &&
            one.atMs >= (query.fromMs ?? 0) &&
            one.atMs < (query.untilMs ?? Number.POSITIVE_INFINITY) &&
            (query.hasFile === undefined || one.hasFile === query.hasFile),
        )
        const hits = findAll(shard, query, 7)
        const names = new Set(hits.map(place))
        expect(names.size).toBe(hits.length)
        const allowed = new Set(passing.map(place))
        expect(hits.filter((hit) => !allowed.has(place(hit)) || model.get(place(hit))?.atMs !== hit.atMs)).toEqual([])
        const wanted = passing.filter(({ text }) => terms.length === 0 || findRanges(text, terms).length > 0)
        expect(wanted.filter((one) => !names.has(place(one)))).toEqual([])
        if (terms.length === 0) expect(hits).toHaveLength(passing.length)
      }
      shard.close()
    }
  })
})

describe('bytes', () => {
  const random = createRandom(63)
  const entries = Array.from({ length: 300 }, (_, i) => entry(i + 1, mixedText(random, 12)))
  const filled = () => {
    const shard = createShard()
    shard.add(entries)
    return shard
  }

  test('[SCH55] what was removed leaves nothing: the bytes are those of a shard that never had it', () => {
    const kept = createShard()
    kept.add(entries)
    const secret = Array.from({ length: 50 }, (_, i) =>
      entry(1000 + i, `secretword${i} 秘密檔案 ${mixedText(random, 9)}`),
    )
    const late = filled()
    late.add(secret)
    const early = filled()
    early.add(secret)
    early.serialize()
    for (const shard of [late, early]) {
      expect(shard.remove(1, 1000, 2000)).toBe(50)
      expect(Buffer.compare(shard.serialize(), kept.serialize())).toBe(0)
    }
    const edited = filled()
    edited.add([entry(7, 'secretword 秘密')])
    edited.serialize()
    edited.add([entries[6]!])
    const bytes = Buffer.from(edited.serialize())
    expect(bytes.includes(Buffer.from('secretword', 'utf16le'))).toBe(false)
    expect(seqsOf(edited, '秘密')).toEqual([])
  })

  test('[SCH60] the bytes tell what a shard holds, not how it came: in any batches, packed in between or not', () => {
    const texts = createRandom(71)
    // The last have nothing in common with the others: frequent lists are then taken over as they are, or made longer.
    const textAt = (i: number) => (i < 1000 ? mixedText(texts, 10) : `other${i}`)
    const made = Array.from({ length: 1300 }, (_, i) => entry(i + 1, textAt(i)))
    const whole = createShard()
    whole.add(made)
    const bytes = whole.serialize()
    for (let seed = 1; seed <= 6; seed++) {
      const order = createRandom(seed)
      const left = seed % 2 === 0 ? [...made] : made.toSorted((a, b) => (a.seq % 7) - (b.seq % 7) || a.seq - b.seq)
      const shard = createShard()
      while (left.length > 0) {
        shard.add(left.splice(0, 1 + order.int(200)))
        if (order.chance(0.3)) shard.serialize()
      }
      expect(Buffer.compare(shard.serialize(), bytes)).toBe(0)
    }
  })

  test('[SCH61] words of any script that begin alike are found, whole and by each beginning: growing and packed', () => {
    const pick = createRandom(72)
    const letters = [...'abz09ÿżяёкกხ𐐨']
    const made = Array.from({ length: 900 }, (_, i) =>
      entry(i + 1, Array.from({ length: 1 + pick.int(6) }, () => pick.pick(letters)).join('')),
    )
    const growing = createShard()
    growing.add(made)
    const packed = createShard()
    packed.add(made.slice(0, 500))
    packed.serialize()
    packed.add(made.slice(500))
    packed.serialize()
    for (const [i, { text }] of made.entries()) {
      if (i % 9 !== 0) continue
      const folded = foldText(text)
      const whole = made.filter((one) => foldText(one.text) === folded).map(({ seq }) => seq)
      const begun = made.filter((one) => foldText(one.text).startsWith(folded)).map(({ seq }) => seq)
      for (const shard of [growing, packed]) {
        expect(seqsOf(shard, `${text}`), text).toEqual(begun.toReversed())
        expect(seqsOf(shard, `"${text}"`), text).toEqual(whole.toReversed())
      }
    }
  })

  test('[SCH56] damaged, cut, lengthened, empty or foreign bytes are refused with an error that says so', () => {
    const bytes = filled().serialize()
    const refused = /^search shard: damaged bytes$/
    for (const bad of [0, 1, 31, 32, bytes.length - 1].map((length) => bytes.slice(0, length))) {
      expect(() => openShard(bad)).toThrow(refused)
    }
    expect(() => openShard(Uint8Array.from([...bytes, 0]))).toThrow(refused)
    expect(() => openShard(new Uint8Array(bytes.length))).toThrow(refused)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bad = bytes.slice()
        bad[at] = (bad[at] ?? 0) ^ flip
        expect(() => openShard(bad)).toThrow(refused)
      }),
    )
    expect(() => openShard(new Uint8Array(1024).fill(0x41))).toThrow(refused)
  })

  test('[SCH57] bytes given and taken stay the caller’s: neither side changes the other’s', () => {
    const shard = filled()
    const bytes = shard.serialize()
    const copy = bytes.slice()
    const within = new Uint8Array(bytes.length + 3)
    within.set(bytes, 3)
    const opened = openShard(within.subarray(3))
    within.fill(0)
    bytes.fill(0)
    expect(seqsOf(opened, '會議')).toEqual(seqsOf(shard, '會議'))
    const given = opened.serialize()
    opened.remove(1, 1, 100)
    opened.close()
    expect(Buffer.compare(given, copy)).toBe(0)
    expect(opened.find({ terms: [] }, undefined, 10)).toEqual([])
    expect(openShard(createShard().serialize()).newestKey()).toBeUndefined()
  })

  test('[SCH58] a message edited again and again, or a full shard, does not stay in the wide form', () => {
    const shard = createShard()
    for (let i = 0; i < 60; i++) shard.add(entries)
    expect(shard.entries).toBe(300)
    expect(shard.serialize().length).toBe(filled().serialize().length)
    const full = createShard()
    full.add(Array.from({ length: limits.shardMessages + 1 }, (_, i) => entry(i + 1, `第${i}封`)))
    expect(full.entries).toBe(limits.shardMessages + 1)
    expect(seqsOf(full, '第19999封')).toEqual([20_000])
    expect(full.remove(1, 1, 10_000)).toBe(10_000)
    expect(seqsOf(full, '第').length).toBe(limits.shardMessages - 9999)
  })

  test('[SCH59] the version in the bytes is raised when folding or terms change: older shards are then made anew', () => {
    const seen: unknown[] = [variantGroups]
    const { hashes, hashCount, words, wordCount, units } = entryTermsOf(
      'GDP 增長3.5%，搭𨋢落樓 Café\nannual-report 第3版。ｶﾞ한',
    )
    seen.push(...hashes.subarray(0, hashCount))
    for (let i = 0; i < wordCount * WORD; i += WORD)
      seen.push(String.fromCharCode(...units.slice(words[i], words[i + 1])))
    // A new version and a new sum go together.
    expect([crc32(JSON.stringify(seen)), MARK]).toEqual([2_584_111_222, 0x43775301])
  })
})
