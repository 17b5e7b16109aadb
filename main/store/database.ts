// Owns opening the cache database, and its transactions: pragmas, migrations, keyring and ledger joined.
// Always holds: a database of a newer version is left untouched; one that is damaged, sealed under another root key or an
// older copy of itself is told apart by its code and never overwritten; sealed values are opened with the key and context
// of their own row; every transaction moves the ledger.

import { closeSync, existsSync, mkdirSync, openSync, readSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { type Failure, fail } from '../../shared/result.ts'
import type { Cipher } from '../vault/cipher.ts'
import { CorruptRecord, storeFailure } from './failures.ts'
import { type Keyring, META_KEY, openKeyring, resealKeyring, rootKeyOf } from './keyring.ts'
import { createLedger, type Ledger, type LedgerRecord, SUM_BYTES } from './ledger.ts'
import { migrate, migrations, schemaOf } from './migrations.ts'
import { contexts } from './records.ts'

export type Outlives = 'power-cut' | 'kill'

export interface SealedDatabase {
  readonly db: Database.Database
  /** Seals a JSON value under the key `keyId`, bound to `context`. */
  seal(keyId: number, value: unknown, context: string): Uint8Array
  /** The JSON value; throws CorruptRecord where it does not open. */
  open(keyId: number, sealed: Uint8Array, context: string): unknown
  readonly metaKeyId: number
  /**
   * Runs `work` as one transaction; keys made in it stay, and keys destroyed in it go, only if it commits. It outlives a
   * power cut, or with `outlives: 'kill'` the end of the program alone: for what the server can give again.
   */
  transact<T>(work: () => T, outlives?: Outlives): T
  /** Tells the ledger that a row of this context is there now, or no longer; inside a transaction. */
  toggle(context: string): void
  /** Makes a new data key; call inside the transaction that first uses it. */
  addKey(): number
  /** Destroys a data key; call inside a transaction: what it sealed is unreadable from the commit on. */
  destroyKey(keyId: number): void
  /** 32 bytes that stand for `text` in this cache and in no other. */
  pseudonym(text: string): Uint8Array
  /** A copy of a data key, for whoever writes a search shard or a file; the caller zeroes it. */
  copyKey(keyId: number): Uint8Array | undefined
  keyIds(): IterableIterator<number>
  /** Data keys held. */
  keyCount(): number
  /** Seals the keyring under another root key, durably; records stay as they are. */
  rekey(rootKey: Uint8Array): void
  /** Transactions so far, over the life of this cache: rises for ever. */
  counter(): number
  /** The highest counter that a power cut cannot take back. */
  lastingCounter(): number
  /** The sum that the rows must have. */
  readonly ledgerSum: Uint8Array
  /** The sum of rows with these contexts, in any order. */
  sumOf(contexts: Iterable<string>): Uint8Array
  /** Takes the rows as they are for what they must be: a cache from before there was a ledger. */
  readonly trustsRows: boolean
  /** Takes these rows, of a cache from before there was a ledger, as what must be here from now on. */
  adopt(contexts: Iterable<string>): void
  /** The last run ended without close(), after it had written. */
  readonly wasUnclean: boolean
  /** Closes the file and zeroes every key in memory. */
  close(): void
}

export interface DatabaseParts {
  /** File of the database, or ':memory:'. */
  readonly file: string
  readonly cipher: Cipher
  /** Used to open the keyring; the caller zeroes it afterwards. */
  readonly rootKey: Uint8Array
  /** The root key before a rotation that a crash may have cut short: the keyring is then sealed anew under `rootKey`. */
  readonly previousRootKey?: Uint8Array
  /** The highest counter this cache is known to have had: below it the file is an older copy. */
  readonly anchor?: number
}

export type Opened =
  | { readonly ok: true; readonly value: SealedDatabase }
  /** `half` is there where the keyring opened in part, for rescuing what can be read; the caller closes it. */
  | { readonly ok: false; readonly error: Failure; readonly half?: SealedDatabase }

/**
 * Opens (creating) the database. Codes: store-too-new (file untouched), store-corrupt (damaged), store-other-key,
 * store-rolled-back, disk-full, profile-in-use, profile-not-writable.
 */
export function openDatabase(parts: DatabaseParts): Opened {
  const { file } = parts
  let db: Database.Database | undefined
  try {
    if (file !== ':memory:') {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
      if (writtenVersion(file) > migrations.length) return fail('store-too-new')
    }
    db = new Database(file)
    for (const pragma of pragmas) db.pragma(pragma)
    const opened = openSealed(db, parts)
    if (!opened.ok && !opened.half) db.close()
    return opened
  } catch (error) {
    db?.close()
    return { ok: false, error: storeFailure(error) }
  }
}

function openSealed(db: Database.Database, { cipher, rootKey, previousRootKey, anchor = 0 }: DatabaseParts): Opened {
  const version = db.pragma('user_version', { simple: true }) as number
  // Not ours, or tampered with: a trigger could hoard what a revocation destroys.
  if (schemaOf(db) !== schemaOfVersion(version))
    return fail('store-corrupt', 'The cache has another schema than its version.')
  const candidates = previousRootKey ? [rootKey, previousRootKey] : [rootKey]
  const root = version > 0 ? rootKeyOf(db, cipher, candidates) : rootKey
  if (!root) return fail('store-other-key')
  migrate(db, { after: { 2: (inner) => resealKeyring(inner, cipher, root) } })
  // What a revocation destroyed before the program was killed must not live on in the write-ahead log.
  db.pragma('wal_checkpoint(TRUNCATE)')
  const { keyring, damaged } = openKeyring(db, cipher, root)
  const sealed = sealedDatabase(db, cipher, keyring, { anchor, isBeforeLedger: version < 2 })
  if (damaged.length > 0) return { ...fail('store-corrupt', 'Keys of the cache do not open.'), half: sealed }
  if (sealed.counter() < anchor) return { ...fail('store-rolled-back'), half: sealed }
  if (root !== rootKey) sealed.rekey(rootKey)
  return { ok: true, value: sealed }
}

/**
 * The schema version of the database in `file`, 0 where there is none. Nothing is written: SQLite itself would fold the
 * write-ahead log of a newer version's crash into the file as soon as it is opened for writing.
 */
function writtenVersion(file: string): number {
  const hasLog = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
  if (!existsSync(file)) return 0
  if (!hasLog) {
    const header = Buffer.alloc(USER_VERSION_AT + 4)
    const fd = openSync(file, 'r')
    try {
      const isDatabase = readSync(fd, header) === header.length && header.toString('latin1').startsWith(MAGIC)
      return isDatabase ? header.readInt32BE(USER_VERSION_AT) : 0
    } finally {
      closeSync(fd)
    }
  }
  const db = new Database(file, { readonly: true })
  try {
    return db.pragma('user_version', { simple: true }) as number
  } finally {
    db.close()
    rmSync(`${file}-shm`, { force: true })
  }
}
/** Where the header of an SQLite database holds its user_version, big-endian (https://sqlite.org/fileformat2.html §1.3). */
const USER_VERSION_AT = 60
const MAGIC = 'SQLite format 3\0'

function schemaOfVersion(version: number): string {
  const db = new Database(':memory:')
  try {
    migrate(db, { upTo: version })
    return schemaOf(db)
  } finally {
    db.close()
  }
}

const pragmas = [
  // One process owns the file: no shared-memory file on disk, and a second opener is refused.
  'locking_mode = EXCLUSIVE',
  'journal_mode = WAL',
  // The outbox is the only copy of what a user typed: a commit survives a power cut unless it says otherwise.
  'synchronous = FULL',
  'secure_delete = ON',
  'temp_store = MEMORY',
  'foreign_keys = ON',
  'trusted_schema = OFF',
  'cell_size_check = ON',
  'journal_size_limit = 16777216',
  // Moved into the file ~0.8 MB at a time: SQLite's own 4 MB hold the event loop for several milliseconds at once.
  'wal_autocheckpoint = 200',
  // 32 MiB: a page of a million messages is found without reading the tree from disk each time.
  'cache_size = -32768',
]

const LEDGER = 'ledger'
const ledgerContext = (counter: number) => contexts.state(LEDGER, counter)

function sealedDatabase(
  db: Database.Database,
  cipher: Cipher,
  keyring: Keyring,
  past: { readonly anchor: number; readonly isBeforeLedger: boolean },
): SealedDatabase {
  const getLedger = db.prepare('SELECT version, sealed FROM state WHERE name = ?')
  const putLedger = db.prepare('INSERT OR REPLACE INTO state (name, version, sealed) VALUES (?, ?, ?)')
  const seal = (keyId: number, value: unknown, context: string) =>
    cipher.sealText(keyring.key(keyId), JSON.stringify(value), context)
  function open(keyId: number, sealed: Uint8Array, context: string): unknown {
    const plaintext = cipher.open(keyring.key(keyId), sealed, context)
    if (!plaintext) throw new CorruptRecord(context)
    return JSON.parse(Buffer.from(plaintext.buffer, plaintext.byteOffset, plaintext.byteLength).toString('utf8'))
  }
  const hashKey = () => cipher.keyedHash(keyring.key(META_KEY), 'causeway ledger v1')
  let pseudonymKey: Uint8Array | undefined

  let counter = past.anchor
  let ledger: Ledger | undefined
  let wasUnclean = false
  let isClean = false
  const isNew = keyring.size() === 0

  function putRecord(clean: boolean): void {
    if (!ledger) return
    const record: LedgerRecord = {
      sum: Buffer.from(ledger.sum).toString('base64'),
      nextKeyId: keyring.nextKeyId(),
      clean,
    }
    counter += 1
    putLedger.run(LEDGER, counter, seal(META_KEY, record, ledgerContext(counter)))
  }

  let outliving: Outlives = 'power-cut'
  let lasting = counter
  /** WAL at NORMAL is not synchronised by a commit; the next one at FULL takes what came before it along. */
  function setOutliving(next: Outlives): void {
    if (next === outliving) return
    db.pragma(`synchronous = ${next === 'kill' ? 'NORMAL' : 'FULL'}`)
    outliving = next
  }

  function transact<T>(work: () => T, outlives: Outlives = 'power-cut'): T {
    setOutliving(outlives)
    keyring.begin()
    const restore = ledger?.save()
    const counterBefore = counter
    try {
      const result = db
        .transaction(() => {
          const value = work()
          if (ledger?.isDirty || isClean) putRecord(false)
          return value
        })
        .immediate()
      keyring.commit()
      ledger?.settle()
      isClean = false
      if (outlives === 'power-cut') lasting = counter
      return result
    } catch (error) {
      keyring.rollback()
      restore?.()
      counter = counterBefore
      throw error
    }
  }

  function addKey(): number {
    const keyId = keyring.add()
    ledger?.toggle(contexts.keyring(keyId))
    return keyId
  }

  if (isNew) {
    transact(() => {
      keyring.add()
      ledger = createLedger(cipher, hashKey(), new Uint8Array(SUM_BYTES))
      ledger.toggle(contexts.keyring(META_KEY))
    })
  } else if (keyring.has(META_KEY)) {
    const row = getLedger.get(LEDGER) as { version: number; sealed: Uint8Array } | undefined
    if (row) {
      const record = open(META_KEY, row.sealed, ledgerContext(row.version)) as LedgerRecord
      counter = row.version
      lasting = counter
      ledger = createLedger(cipher, hashKey(), Buffer.from(record.sum, 'base64'))
      keyring.reserve(record.nextKeyId)
      wasUnclean = !record.clean
      isClean = record.clean
    } else {
      // Without a row the sum is that of nothing: any row that is here then is one too many.
      ledger = createLedger(cipher, hashKey(), new Uint8Array(SUM_BYTES))
    }
  }

  return {
    db,
    transact,
    metaKeyId: META_KEY,
    seal,
    open,
    toggle: (context) => ledger?.toggle(context),
    addKey,
    destroyKey(keyId) {
      keyring.destroy(keyId)
      ledger?.toggle(contexts.keyring(keyId))
    },
    pseudonym(text) {
      pseudonymKey ??= cipher.keyedHash(keyring.key(META_KEY), 'causeway pseudonym v1')
      return cipher.keyedHash(pseudonymKey, text)
    },
    copyKey: (keyId) => (keyring.has(keyId) ? Uint8Array.from(keyring.key(keyId)) : undefined),
    keyIds: () => keyring.ids(),
    keyCount: () => keyring.size(),
    rekey(rootKey) {
      transact(() => keyring.rekey(rootKey))
      db.pragma('wal_checkpoint(TRUNCATE)')
    },
    counter: () => counter,
    lastingCounter: () => lasting,
    get ledgerSum() {
      return ledger?.sum ?? new Uint8Array(SUM_BYTES)
    },
    sumOf(contexts) {
      const other = createLedger(cipher, hashKey(), new Uint8Array(SUM_BYTES))
      for (const context of contexts) other.toggle(context)
      other.close()
      return other.sum
    },
    trustsRows: past.isBeforeLedger && !isNew,
    adopt(contexts) {
      transact(() => {
        for (const context of contexts) ledger?.toggle(context)
      })
    },
    wasUnclean,
    close() {
      try {
        // Nothing was written since it was last marked: nothing to mark.
        if (db.open) setOutliving('power-cut')
        if (db.open && !isClean && ledger) db.transaction(() => putRecord(true)).immediate()
      } catch {
        // A full disk: the next start looks the cache through, and finds it whole.
      }
      ledger?.close()
      pseudonymKey?.fill(0)
      keyring.close()
      db.close()
    },
  }
}
