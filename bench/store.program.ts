// Owns one contender's run of the benchmark `store`, in a process of its own; prints its figures as one JSON line.
// Always holds: what is read is checked for being there, and hits are counted, so that none is quick by finding nothing.
// Usage: store.program.ts sealed|plain|sqlcipher COUNT DIR indexed|alone

import { createRandom } from '../testing/random.ts'
import type { Contender } from './contender.ts'
import { cpuMs, folderBytes, mebibytes, perSecond, round, type Spread, sampled, spread } from './figures.ts'
import { type SampleCache, sampleCache } from './sample-messages.ts'
import { sealedContender } from './sealed-contender.ts'
import { plainContender, sqlcipherContender } from './sqlite-contender.ts'

const READS = 2000
const FINDS = 1000
const PAGE = 50
const queries = ['銅', '發票', '銅鑼灣店', '收到', 'approve', 'deli', '會議記錄', 'PO', '尖沙咀', '唔該晒']

/** What a contender reports; without an index there is no `find`. */
export interface ContenderFigures {
  readonly ingestPerSecond: number
  /** Until the last page was durable; what `ingestPerSecond` is below it went into finishing the index. */
  readonly storedPerSecond: number
  /** Processor time of all threads, and of the one that the app runs in. */
  readonly cpuUsPerMessage: number
  readonly mainCpuUsPerMessage: number
  /** Until a page was durable. */
  readonly pageStoredMs: Spread
  readonly diskMiB: number
  readonly memoryMiB: number
  readonly openMs: number
  readonly readMs: Spread
  readonly pageMs: Spread
  readonly searchableMs?: number
  readonly findMs?: Spread
  /** Hits on the first pages of all queries together: shows contenders that find less. */
  readonly hits?: number
}

const [kind = '', countText = '', dir = '', index = ''] = process.argv.slice(2)
const count = Number(countText)
const indexed = index === 'indexed'
const sample = sampleCache(count)
const contender = await makeContender()
console.log(JSON.stringify(await measure(contender, sample)))
await contender.close()

async function makeContender(): Promise<Contender> {
  if (kind === 'sealed') return sealedContender(dir, indexed, sample)
  if (kind === 'plain') return plainContender(dir, indexed)
  if (kind === 'sqlcipher') return sqlcipherContender(dir, indexed)
  throw new Error('usage: store.program.ts sealed|plain|sqlcipher COUNT DIR indexed|alone')
}

async function measure(c: Contender, { pages }: SampleCache): Promise<ContenderFigures> {
  globalThis.gc?.()
  const memoryBefore = process.memoryUsage().rss
  const cpuBefore = process.cpuUsage()
  const mainCpuBefore = process.threadCpuUsage()
  const from = performance.now()
  const pageMs: number[] = []
  for (const page of pages) {
    const pageFrom = performance.now()
    c.ingest(page)
    pageMs.push(performance.now() - pageFrom)
    // The app takes one page per turn of its loop; an index in a worker is served in between.
    await new Promise((resolve) => setImmediate(resolve))
  }
  const storedMs = performance.now() - from
  await c.settle()
  const allMs = performance.now() - from
  const mainCpu = process.threadCpuUsage(mainCpuBefore)
  const ingest = {
    ingestPerSecond: perSecond(count, allMs),
    storedPerSecond: perSecond(count, storedMs),
    cpuUsPerMessage: round((cpuMs(cpuBefore) * 1000) / count),
    mainCpuUsPerMessage: round((mainCpu.user + mainCpu.system) / count),
    pageStoredMs: spread(pageMs),
  }
  const { openMs, searchableMs } = await c.reopen()
  globalThis.gc?.()
  const sizes = {
    diskMiB: mebibytes(folderBytes(dir)),
    memoryMiB: mebibytes(process.memoryUsage().rss - memoryBefore),
  }
  const random = createRandom(3)
  // Any message with nearly equal chance: large conversations are read more often, and their pages are whole.
  const place = () => {
    const { of, events } = random.pick(pages)
    return { of, seq: random.pick(events).seq }
  }
  const readMs = await sampled(READS, () => {
    const { of, seq } = place()
    if (c.message(of, seq) === '') throw new Error('a message was not found')
  })
  const pagesMs = await sampled(READS, () => {
    const { of, seq } = place()
    if (c.page(of, seq + 1, PAGE) !== Math.min(PAGE, seq)) throw new Error('a page was not whole')
  })
  const opened = { openMs: round(openMs), readMs, pageMs: pagesMs }
  if (!indexed) return { ...ingest, ...sizes, ...opened }
  let hits = 0
  for (const query of queries) hits += await c.find(query)
  const findMs = await sampled(FINDS, (i) => c.find(queries[i % queries.length] ?? ''))
  return { ...ingest, ...sizes, ...opened, searchableMs: round(searchableMs), findMs, hits }
}
