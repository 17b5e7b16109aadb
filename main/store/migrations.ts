// Owns the schema of the cache and its history. Always holds: a migration, once released, is never edited; each step
// runs in one transaction with the new version number; `schema.sql` beside this file is what they add up to (a test diffs it).

import type { Database } from 'better-sqlite3'

export interface Migration {
  readonly id: string
  readonly sql: string
}

export const migrations: readonly Migration[] = [
  {
    id: '0001-sealed-cache',
    sql: `
      -- One random data key per row, sealed by the root key. Key 1 seals what belongs to no single conversation.
      CREATE TABLE keyring (key_id INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
      -- Feed cursors and other single values.
      CREATE TABLE state (name TEXT PRIMARY KEY, version INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
      CREATE TABLE person (slot INTEGER PRIMARY KEY, version INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
      -- slot: this cache's own number of the conversation; its id stands in the sealed value only.
      CREATE TABLE conversation (
        slot INTEGER PRIMARY KEY,
        key_id INTEGER NOT NULL REFERENCES keyring (key_id),
        version INTEGER NOT NULL,
        sealed BLOB NOT NULL
      ) STRICT;
      -- id = slot * 2^32 + seq, so that a conversation's events lie together and in order.
      CREATE TABLE event (id INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
      CREATE TABLE outbox (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        slot INTEGER NOT NULL REFERENCES conversation (slot),
        version INTEGER NOT NULL,
        sealed BLOB NOT NULL
      ) STRICT;
    `,
  },
  {
    // With it come the ledger (a row of `state`) and the keyring sealed under contexts of its own (keyring.ts).
    id: '0002-segments-amendments-shards',
    sql: `
      -- Which key seals the events of a stretch of limits.segmentEvents seqs. id = slot * 2^32 + the stretch's number.
      CREATE TABLE segment (
        id INTEGER PRIMARY KEY,
        key_id INTEGER NOT NULL REFERENCES keyring (key_id)
      ) STRICT;
      -- What an edit or a deletion has made of the event of the same id.
      CREATE TABLE amendment (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
      -- One file of the search index: what it covers. Its bytes lie in a file of their own.
      CREATE TABLE shard (
        shard_id INTEGER PRIMARY KEY,
        key_id INTEGER NOT NULL REFERENCES keyring (key_id),
        sealed BLOB NOT NULL
      ) STRICT;
      -- Events of version 1 are sealed under the key of their conversation.
      INSERT INTO segment (id, key_id)
        SELECT DISTINCT (event.id >> 32 << 32) | ((event.id & 4294967295) >> 9), conversation.key_id
        FROM event JOIN conversation ON conversation.slot = event.id >> 32;
    `,
  },
  {
    // With it come amendments, outbox records and states that say more; records.ts reads those of before.
    id: '0003-files',
    sql: `
      -- A file whose parts lie in a folder of their own, under the key that seals its row.
      CREATE TABLE file (
        file_slot INTEGER PRIMARY KEY,
        key_id INTEGER NOT NULL REFERENCES keyring (key_id),
        version INTEGER NOT NULL,
        sealed BLOB NOT NULL
      ) STRICT;
    `,
  },
]

/** The schema as SQLite keeps it, in a fixed order, without SQLite's own tables: what `schema.sql` holds. */
export function schemaOf(db: Database): string {
  const statements = db
    .prepare(
      "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name",
    )
    .pluck()
    .all() as string[]
  return statements.map((sql) => `${sql.replace(/\n {6}/g, '\n')};\n`).join('')
}

export interface MigrateOptions {
  /** Stops earlier, for tests of stored older databases. */
  readonly upTo?: number
  /** By version: what SQL cannot do, run in the transaction of that step. */
  readonly after?: Readonly<Record<number, (db: Database) => void>>
}

/** Brings the database to the newest schema. Returns 'too-new' and touches nothing where a later version wrote it. */
export function migrate(
  db: Database,
  { upTo = migrations.length, after = {} }: MigrateOptions = {},
): 'ready' | 'too-new' {
  const version = db.pragma('user_version', { simple: true }) as number
  if (version > migrations.length) return 'too-new'
  for (let next = version; next < upTo; next++) {
    const step = migrations[next]
    if (!step) break
    db.transaction(() => {
      db.exec(step.sql)
      after[next + 1]?.(db)
      db.pragma(`user_version = ${next + 1}`)
    }).immediate()
  }
  return 'ready'
}
