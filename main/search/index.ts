// Owns the full-text index of the cached messages: contentless FTS5 in memory, filled from the store after unlock.
// Always holds: nothing of it touches the disk; a hit is confirmed against the opened message before it is shown, so that
// the index can be behind but never wrong; closing it leaves nothing.

import Database from 'better-sqlite3'
import { fold, matchExpression, type Term, tokens } from './query.ts'

export interface SearchEntry {
  readonly slot: number
  readonly seq: number
  readonly atMs: number
  readonly body: string
}

export interface Found {
  readonly slot: number
  readonly seq: number
  readonly atMs: number
}

export interface SearchIndex {
  add(entries: readonly SearchEntry[]): void
  removeConversation(slot: number): void
  /** Messages with all terms, newest first, after `cursor` (exclusive), at most `limit`. */
  find(terms: readonly Term[], options: { slot?: number; cursor?: Found; limit: number }): Found[]
  close(): void
}

const SEQ_SPAN = 2 ** 32

/** An empty index. */
export function createIndex(): SearchIndex {
  const db = new Database(':memory:')
  db.exec(`
    CREATE VIRTUAL TABLE term USING fts5(
      -- query.ts cuts the text and joins the tokens with blanks: whatever is no blank belongs to a token here.
      text, content = '', contentless_delete = 1,
      tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Cc Cf Cs Co Cn'"
    );
    CREATE TABLE message (id INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
  `)
  const addTerms = db.prepare('INSERT INTO term (rowid, text) VALUES (?, ?)')
  const addMessage = db.prepare('INSERT OR IGNORE INTO message (id, at) VALUES (?, ?)')
  const query = db.prepare(`
    SELECT message.id AS id, message.at AS at FROM term JOIN message ON message.id = term.rowid
    WHERE term MATCH @match AND message.id BETWEEN @low AND @high
      AND (message.at < @at OR (message.at = @at AND message.id < @id))
    ORDER BY message.at DESC, message.id DESC LIMIT @limit
  `)
  return {
    add(entries) {
      db.transaction(() => {
        for (const entry of entries) {
          const id = entry.slot * SEQ_SPAN + entry.seq
          if (addMessage.run(id, entry.atMs).changes === 0) continue
          addTerms.run(id, tokens(fold(entry.body).text).join(' '))
        }
      })()
    },
    removeConversation(slot) {
      const range = [slot * SEQ_SPAN, slot * SEQ_SPAN + SEQ_SPAN - 1]
      db.transaction(() => {
        db.prepare('DELETE FROM term WHERE rowid IN (SELECT id FROM message WHERE id BETWEEN ? AND ?)').run(range)
        db.prepare('DELETE FROM message WHERE id BETWEEN ? AND ?').run(range)
      })()
    },
    find(terms, { slot, cursor, limit }) {
      if (terms.length === 0) return []
      const rows = query.all({
        match: matchExpression(terms),
        low: slot === undefined ? 0 : slot * SEQ_SPAN,
        high: slot === undefined ? Number.MAX_SAFE_INTEGER : slot * SEQ_SPAN + SEQ_SPAN - 1,
        at: cursor?.atMs ?? Number.MAX_SAFE_INTEGER,
        id: cursor ? cursor.slot * SEQ_SPAN + cursor.seq : Number.MAX_SAFE_INTEGER,
        limit,
      }) as { id: number; at: number }[]
      return rows.map(({ id, at }) => ({ slot: Math.floor(id / SEQ_SPAN), seq: id % SEQ_SPAN, atMs: at }))
    },
    close: () => db.close(),
  }
}
