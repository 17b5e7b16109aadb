// Owns the caches to compare ours with: one schema in SQLite with FTS5, over plain better-sqlite3 (the floor: what sealing
// costs) and over keyed @signalapp/sqlcipher with its own tokenizer (the peer: the best encrypted messenger store).
// Always holds: durability is ours (WAL, synchronous=FULL, one transaction per page) and each choice of schema is the
// quicker one: the index keeps no text, hits come in the order of their row ids, which are the order of arrival.

import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import Better from 'better-sqlite3'
import type { ConversationEvent } from '../shared/model.ts'
import type { Contender } from './contender.ts'
import { requirePeer } from './peers.ts'

type Value = number | string
/** What both bindings can do. */
interface Driver {
  exec(sql: string): void
  prepare(sql: string): {
    run(...values: Value[]): void
    get(...values: Value[]): unknown
    all(...values: Value[]): unknown[]
  }
  close(): void
}

const pragmas = [
  'locking_mode = EXCLUSIVE',
  'journal_mode = WAL',
  'synchronous = FULL',
  'secure_delete = ON',
  'temp_store = MEMORY',
  'foreign_keys = ON',
  'journal_size_limit = 16777216',
  'cache_size = -32768',
]

/** Messages that a page of search results shows, as ours does. */
const HITS = 30

/** Unencrypted better-sqlite3; each Han character is made a word, so that short queries find what ours find. */
export function plainContender(dir: string, indexed: boolean): Contender {
  const spaced = (text: string) => text.replace(/\p{Script=Han}/gu, ' $& ')
  return contender({
    open(): Driver {
      const db = new Better(join(dir, 'plain.db'))
      return {
        exec: (sql) => void db.exec(sql),
        prepare: (sql) => db.prepare<Value[], unknown>(sql),
        close: () => void db.close(),
      }
    },
    tokenize: 'unicode61',
    indexed,
    folded: spaced,
  })
}

/** The peer's API, as far as it is used here (its own types lie where this program is not compiled). */
interface SignalDatabase {
  exec(sql: string): void
  initTokenizer(): void
  prepare(sql: string): {
    run(values: readonly Value[]): unknown
    get(values: readonly Value[]): unknown
    all(values: readonly Value[]): unknown[]
  }
  close(): void
}

/** @signalapp/sqlcipher under a random raw key, as Signal Desktop opens it. */
export function sqlcipherContender(dir: string, indexed: boolean): Contender {
  const key = randomBytes(32).toString('hex')
  const loaded = requirePeer('@signalapp/sqlcipher') as { default: new (file: string) => SignalDatabase }
  return contender({
    open(): Driver {
      const db = new loaded.default(join(dir, 'sqlcipher.db'))
      db.exec(`PRAGMA key = "x'${key}'"`)
      db.initTokenizer()
      return {
        exec: (sql) => db.exec(sql),
        prepare(sql) {
          const statement = db.prepare(sql)
          return {
            run: (...values) => void statement.run(values),
            get: (...values) => statement.get(values),
            all: (...values) => statement.all(values),
          }
        },
        close: () => db.close(),
      }
    },
    tokenize: 'signal_tokenizer',
    indexed,
    folded: (text) => text,
  })
}

interface ContenderParts {
  readonly open: () => Driver
  readonly tokenize: string
  readonly indexed: boolean
  /** What the tokenizer needs done to a text first. */
  readonly folded: (text: string) => string
}

function contender({ open, tokenize, indexed, folded }: ContenderParts): Contender {
  const connect = () => {
    const driver = open()
    for (const pragma of pragmas) driver.exec(`PRAGMA ${pragma}`)
    driver.exec(`
      CREATE TABLE IF NOT EXISTS message (
        id INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, seq INTEGER NOT NULL, json TEXT NOT NULL,
        UNIQUE (conversation, seq));
      CREATE VIRTUAL TABLE IF NOT EXISTS term USING fts5(
        text, content = '', contentless_delete = 1, tokenize = '${tokenize}')`)
    const { prepare } = driver
    return {
      begin: prepare('BEGIN IMMEDIATE'),
      commit: prepare('COMMIT'),
      add: prepare('INSERT INTO message (conversation, seq, json) VALUES (?, ?, ?)'),
      addTerm: prepare('INSERT INTO term (rowid, text) VALUES (last_insert_rowid(), ?)'),
      one: prepare('SELECT json FROM message WHERE conversation = ? AND seq = ?'),
      page: prepare('SELECT json FROM message WHERE conversation = ? AND seq < ? ORDER BY seq DESC LIMIT ?'),
      find: prepare(
        `SELECT json FROM term JOIN message ON message.id = term.rowid
         WHERE term MATCH ? ORDER BY term.rowid DESC LIMIT ${HITS}`,
      ),
      close: () => driver.close(),
    }
  }
  let db = connect()
  const opened = (row: unknown) => JSON.parse((row as { json: string }).json) as ConversationEvent
  return {
    ingest({ of, events }) {
      db.begin.run()
      for (const event of events) {
        const { seq, atMs, actorId, content } = event
        db.add.run(of, seq, JSON.stringify({ seq, atMs, actorId, content }))
        if (indexed) db.addTerm.run(folded(String(content.body)))
      }
      db.commit.run()
    },
    settle: async () => undefined,
    async reopen() {
      db.close()
      const from = performance.now()
      db = connect()
      db.page.all(0, Number.MAX_SAFE_INTEGER, 1)
      const openMs = performance.now() - from
      return { openMs, searchableMs: openMs }
    },
    message: (of, seq) => String(opened(db.one.get(of, seq)).content.body),
    page: (of, before, limit) => db.page.all(of, before, limit).map(opened).length,
    find: async (text) => db.find.all(`"${folded(text).trim()}" *`).map(opened).length,
    close: async () => db.close(),
  }
}
