// Owns the benchmark `store`: ingest into the sealed cache and its index, a page of 50 opened, searches, against plain
// unencrypted better-sqlite3 with FTS5 doing the same work in the same run (the floor: what sealing costs).

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { createSearch } from '../main/search/search.ts'
import { openStore } from '../main/store/store.ts'
import { createCipher } from '../main/vault/cipher.ts'
import { limits } from '../shared/limits.ts'
import { type ConversationEvent, makeId } from '../shared/model.ts'
import { sampleEvents } from './sample-messages.ts'

const READS = 2000
const queries = ['銅', '銅鑼', '銅鑼灣店', '收到', 'approve', 'PO', '合約第三版', 'stocktake']

/** Figures for `count` messages. */
export async function benchStore(count: number): Promise<Record<string, unknown>> {
  const conversationId = makeId('conversation', randomBytes(20))
  const self = makeId('user', randomBytes(20))
  const other = makeId('user', randomBytes(20))
  const events = sampleEvents(count, conversationId, other)
  const pages: ConversationEvent[][] = []
  for (let i = 0; i < count; i += limits.eventsPerPage) pages.push(events.slice(i, i + limits.eventsPerPage))
  const dir = mkdtempSync(join(tmpdir(), 'causeway-bench-'))
  try {
    const cipher = await createCipher()
    const opened = openStore({ file: join(dir, 'sealed.db'), cipher, rootKey: cipher.newKey(), self })
    if (!opened.ok) throw new Error(opened.error.code)
    const store = opened.value
    store.applyAccess([{ conversationId, kind: 'group', name: 'bench', memberIds: [self, other] }], [], '1')
    const search = createSearch(store)
    await search.indexed
    const ingestMs = timed(() => {
      for (const page of pages) {
        store.applyEvents(conversationId, page)
        search.add(conversationId, page)
      }
    })
    const page = sampled(READS, () =>
      store.readPage(conversationId, 1 + Math.ceil(Math.random() * count), 50, new Set()),
    )
    const find = sampled(READS, (i) => search.find(queries[i % queries.length] ?? '', undefined, undefined))
    search.close()
    store.close()
    const floor = plain(join(dir, 'plain.db'), pages)
    const ingest = Math.round((count / ingestMs) * 1000)
    return {
      messages: count,
      ingestPerSecond: ingest,
      floorIngestPerSecond: floor.ingestPerSecond,
      ingestRatioToFloor: round(ingest / floor.ingestPerSecond),
      pageOf50P50Ms: page.p50,
      pageOf50P99Ms: page.p99,
      floorPageOf50P99Ms: floor.page.p99,
      searchP50Ms: find.p50,
      searchP99Ms: find.p99,
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function plain(file: string, pages: readonly ConversationEvent[][]) {
  const db = new Database(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec('CREATE TABLE event (id INTEGER PRIMARY KEY, json TEXT NOT NULL)')
  db.exec("CREATE VIRTUAL TABLE term USING fts5(text, content = '', tokenize = 'trigram')")
  const addEvent = db.prepare('INSERT INTO event VALUES (?, ?)')
  const addTerm = db.prepare('INSERT INTO term (rowid, text) VALUES (?, ?)')
  const ms = timed(() => {
    for (const page of pages) {
      db.transaction(() => {
        for (const event of page) {
          addEvent.run(event.seq, JSON.stringify(event))
          addTerm.run(event.seq, String((event.content as { body: string }).body))
        }
      }).immediate()
    }
  })
  const count = pages.reduce((sum, page) => sum + page.length, 0)
  const read = db.prepare('SELECT json FROM event WHERE id < ? ORDER BY id DESC LIMIT 50')
  const page = sampled(READS, () =>
    read.all(1 + Math.ceil(Math.random() * count)).map((row) => JSON.parse((row as { json: string }).json)),
  )
  db.close()
  return { ingestPerSecond: Math.round((count / ms) * 1000), page }
}

function timed(run: () => void): number {
  const from = performance.now()
  run()
  return performance.now() - from
}

function sampled(count: number, run: (i: number) => unknown): { p50: number; p99: number } {
  const ms = Array.from({ length: count }, (_, i) => timed(() => void run(i))).sort((a, b) => a - b)
  const at = (share: number) => round(ms[Math.floor(ms.length * share)] ?? 0)
  return { p50: at(0.5), p99: at(0.99) }
}

const round = (value: number) => Math.round(value * 1000) / 1000
