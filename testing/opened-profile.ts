// Owns opening a whole profile from outside with its key store: every secret it has, and every sealed value in the clear, so
// that a test can look for both where they must not be, and prove that what it looks for was there at all. Files too, and what
// is left of them.
// Always holds: works on a copy; the profile is only read. Knows the forms on disk, not the code that reads them.

import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Database from 'better-sqlite3'
import sodium from 'libsodium-wrappers'
import { stretchPassphrase } from '../main/passphrase/argon2.ts'
import { createDevKeyStore, devKeyStoreFile } from '../main/shell/dev-key-store.ts'
import { contexts, type FileRecord, seqOf, slotOf } from '../main/store/records.ts'
import { createAppLock } from '../main/vault/app-lock.ts'
import { type Cipher, createCipher, deriveRootKey } from '../main/vault/cipher.ts'
import { createSealedFiles, parseJson } from '../main/vault/sealed-files.ts'
import { limits } from '../shared/limits.ts'
import { fromBase64url } from '../shared/proof.ts'
import {
  createPartOpener,
  openPart,
  partBytes,
  partCount,
  partPlace,
  sealedChunkBytes,
  sealedHeaderBytes,
} from '../shared/sealed-parts.ts'
import type { Canary } from './canaries.ts'

export interface Content {
  readonly place: string
  readonly bytes: Uint8Array
  /** As it lies on disk; of a part of a file its beginning. */
  readonly sealed: Uint8Array
}

/** What a file's parts are bound to. A thief may have it from before the file's row went. */
export type KnownFile = Pick<FileRecord, 'fileId' | 'bytes'>

type Secret = Extract<Canary, { bytes: Uint8Array }>

export interface OpenedProfile {
  /** Key store secret, device seed, both halves, root keys, each data key. */
  readonly secrets: readonly Secret[]
  /** Sealed data keys as they lie on disk, by key id. */
  readonly sealedKeys: ReadonlyMap<number, Uint8Array>
  /**
   * What lies sealed in the profile, opened; `place` is a table, `shard file`, `file part`, or `file part left behind` where
   * no row names it.
   */
  readonly contents: readonly Content[]
  /** Places of sealed values that no key of the profile opens. */
  readonly unopened: readonly string[]
  /** The files that the profile has rows of. */
  readonly files: readonly KnownFile[]
}

/**
 * Opens the profile in `profileDir`, sealed by the dev key store; `passphrase` where the app lock has one. `known`: files whose
 * rows may be gone, for opening what is left of them.
 */
export async function openWholeProfile(
  profileDir: string,
  passphrase?: string,
  known: readonly KnownFile[] = [],
): Promise<OpenedProfile> {
  await sodium.ready
  const copy = mkdtempSync(path.join(tmpdir(), 'causeway-copy-'))
  try {
    cpSync(profileDir, copy, { recursive: true })
    const keyStoreFile = devKeyStoreFile(profileDir)
    if (!existsSync(keyStoreFile)) return { secrets: [], sealedKeys: new Map(), contents: [], unopened: [], files: [] }
    const vault = await openVault(copy, keyStoreFile, passphrase)
    const cache = openCache(copy, await createCipher(), vault.rootKeys, known)
    return { ...cache, secrets: [...vault.secrets, ...cache.keys] }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

async function openVault(dir: string, keyStoreFile: string, passphrase: string | undefined) {
  const files = createSealedFiles({
    keyStore: createDevKeyStore(keyStoreFile),
    profile: {
      read: (name) => (existsSync(path.join(dir, name)) ? readFileSync(path.join(dir, name)) : undefined),
      write: () => undefined,
      shred: () => undefined,
    },
  })
  const secrets: Secret[] = [{ name: 'key store secret', bytes: readFileSync(keyStoreFile) }]
  const json = async (name: string): Promise<Record<string, unknown>> => {
    const opened = await files.read(name)
    return opened.type === 'opened' ? (parseJson(opened.bytes) as Record<string, unknown>) : {}
  }
  const bytesOf = (name: string, text: unknown): Uint8Array[] => {
    const bytes = typeof text === 'string' ? fromBase64url(text) : undefined
    if (bytes) secrets.push({ name, bytes })
    return bytes ? [bytes] : []
  }
  bytesOf('device seed', (await json('vault/device.sealed')).deviceSeed)
  const lease = await json('vault/lease.sealed')
  const shares = ['share', 'previousShare', 'nextShare'].flatMap((name) => bytesOf(`lease ${name}`, lease[name]))

  const lock = createAppLock({ files, stretch: stretchPassphrase })
  const rootKeys: Uint8Array[] = []
  if (existsSync(path.join(dir, 'vault/local.sealed'))) {
    await lock.load()
    // By a clock far ahead: the pause after wrong passphrases is over.
    if (passphrase !== undefined && lock.isLocked()) await lock.unlock(passphrase, Date.now() + 24 * 3_600_000)
    const local = await lock.secret()
    if (!local.ok) throw new Error(`the local secret does not open: ${local.error.code}`)
    secrets.push({ name: 'local secret', bytes: local.value })
    for (const share of shares) rootKeys.push(deriveRootKey(local.value, share))
    for (const [i, bytes] of rootKeys.entries()) secrets.push({ name: `root key ${i + 1}`, bytes })
  }
  return { secrets, rootKeys }
}

interface Row {
  readonly id?: number
  readonly slot?: number
  readonly name?: string
  readonly position?: number
  readonly version?: number
  readonly shard_id?: number
  readonly file_slot?: number
  readonly key_id?: number
  readonly sealed: Uint8Array
}

/** The context of a row, by its table. */
const contextOf: Readonly<Record<string, (row: Required<Row>) => string>> = {
  state: (row) => contexts.state(row.name, row.version),
  person: (row) => contexts.person(row.slot, row.version),
  conversation: (row) => contexts.conversation(row.slot, row.version),
  event: (row) => contexts.event(slotOf(row.id), seqOf(row.id)),
  amendment: (row) => contexts.amendment(slotOf(row.id), seqOf(row.id), row.version),
  outbox: (row) => contexts.outbox(row.position, row.version),
  shard: (row) => contexts.shard(row.shard_id, row.key_id),
  file: (row) => contexts.file(row.file_slot, row.key_id, row.version),
}

function openCache(dir: string, cipher: Cipher, rootKeys: readonly Uint8Array[], known: readonly KnownFile[]) {
  const sealedKeys = new Map<number, Uint8Array>()
  const keys = new Map<number, Uint8Array>()
  const contents: Content[] = []
  const unopened: string[] = []
  const files: FileRecord[] = []
  const store = path.join(dir, 'store')
  const file = path.join(store, 'cache.db')
  const result = () => ({
    keys: [...keys].map(([id, bytes]): Secret => ({ name: `data key ${id}`, bytes })),
    sealedKeys,
    contents,
    unopened,
    files,
  })
  if (!existsSync(file)) return result()

  const db = new Database(file)
  try {
    for (const { key_id = 0, sealed } of rowsOf(db, 'keyring')) {
      sealedKeys.set(key_id, sealed)
      const key = firstOf(rootKeys, (root) => cipher.open(root, sealed, `keyring|2|${key_id}`))
      if (key) keys.set(key_id, Uint8Array.from(key))
      else unopened.push('keyring')
    }
    const take = (place: string, sealed: Uint8Array, context: string): void => {
      const bytes = firstOf(keys.values(), (key) => cipher.open(key, sealed, context))
      if (!bytes) return void unopened.push(place)
      contents.push({ place, bytes: Uint8Array.from(bytes), sealed })
      if (place === 'file') files.push(parseJson(bytes) as FileRecord)
    }
    for (const { name: table } of tablesOf(db)) {
      if (!hasSealed(db, table) || table === 'keyring') continue
      const context = contextOf[table]
      if (!context) throw new Error(`nobody knows how ${table} is sealed`)
      for (const row of rowsOf(db, table)) take(table, row.sealed, context(row as Required<Row>))
    }
    const shards = path.join(store, 'shards')
    for (const name of existsSync(shards) ? readdirSync(shards) : []) {
      const [, shardId, keyId] = /^(\d+)-(\d+)\.sealed$/.exec(name) ?? []
      if (shardId === undefined) unopened.push('shard file')
      else take('shard file', readFileSync(path.join(shards, name)), `shard|${shardId}|${keyId}`)
    }
    for (const part of openParts(path.join(dir, 'files'), files, [...keys.values()], known)) {
      if (part.bytes) contents.push({ ...part, bytes: part.bytes })
      else unopened.push(part.place)
    }
    return result()
  } finally {
    db.close()
  }
}

/** Of a sealed part: enough to know it again by. */
const partBeginningBytes = 256

/** Every part of a file below `dir`, whole or not, with what it says where any of `keys` opens it. */
function* openParts(
  dir: string,
  files: readonly FileRecord[],
  keys: readonly Uint8Array[],
  known: readonly KnownFile[],
): Generator<Omit<Content, 'bytes'> & { readonly bytes: Uint8Array | undefined }> {
  const rows = new Map(files.map((file) => [file.folder, file]))
  for (const folder of existsSync(dir) ? readdirSync(dir) : []) {
    const row = rows.get(folder)
    for (const name of readdirSync(path.join(dir, folder))) {
      const whole = readFileSync(path.join(dir, folder, name))
      const sealed = whole.subarray(0, partBeginningBytes)
      const part = Number(name.replace(/\.new$/, ''))
      const isWhole = row !== undefined && !name.endsWith('.new')
      const place = isWhole ? 'file part' : 'file part left behind'
      const bytes = isWhole
        ? firstOf(keys, (key) => openPart(sodium, key, partPlace(row.fileId, part, partCount(row.bytes)), whole))
        : firstOf([...files, ...known], (file) => firstOf(keys, (key) => openFirstChunk(file, part, key, whole)))
      yield { place, bytes, sealed }
    }
  }
}

/** What is left of a part need not be all of it. */
function openFirstChunk({ fileId, bytes }: KnownFile, part: number, key: Uint8Array, sealed: Uint8Array) {
  const place = partPlace(fileId, part, partCount(bytes))
  const opener = createPartOpener(sodium, key, place, sealed.subarray(0, sealedHeaderBytes))
  const isShort = partBytes(bytes, part) <= limits.fileChunkBytes
  try {
    const first = sealed.subarray(sealedHeaderBytes, isShort ? undefined : sealedHeaderBytes + sealedChunkBytes)
    return opener.pull(first)?.plain
  } finally {
    opener.close()
  }
}

function firstOf<K, T>(candidates: Iterable<K>, open: (candidate: K) => T | undefined): T | undefined {
  for (const candidate of candidates) {
    const opened = open(candidate)
    if (opened !== undefined) return opened
  }
  return undefined
}

/** Tables of ours. */
export function tablesOf(db: Database.Database): { name: string }[] {
  const query =
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
  return db.prepare(query).all() as { name: string }[]
}

function hasSealed(db: Database.Database, table: string): boolean {
  return (db.pragma(`table_info(${table})`) as { name: string }[]).some((column) => column.name === 'sealed')
}

function rowsOf(db: Database.Database, table: string): Row[] {
  return db.prepare(`SELECT * FROM ${table}`).all() as Row[]
}
