// Owns the files of sealed shards: `SHARDID-KEYID.sealed` in one folder.
// Always holds: a file appears whole and durable or not at all, for its owner's eyes only; a rewritten shard has another
// name, so that the old file stands until the new one counts. What it is given is sealed already.

import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { syncFolder } from '../profile/profile.ts'

export interface ShardName {
  readonly shardId: number
  readonly keyId: number
}

export interface ShardFiles {
  /** The file's bytes; undefined where there is none. Throws what the file system throws. */
  read(name: ShardName): Uint8Array | undefined
  /** Durable on return. Throws what the file system throws, and leaves nothing then. */
  write(name: ShardName, sealed: Uint8Array): void
  /** Absent is fine. One that cannot be removed now goes with the others at the next opening. */
  remove(name: ShardName): void
  /** Removes whatever is none of `names`: drafts and shards of a run that was cut off. */
  removeOthers(names: readonly ShardName[]): void
}

/** Binds a sealed shard to its place: under another id or key it does not open. */
export const shardContext = ({ shardId, keyId }: ShardName): string => `shard|${shardId}|${keyId}`

/** Name of a shard's file in the folder of the shards. */
export const shardFileName = ({ shardId, keyId }: ShardName): string => `${shardId}-${keyId}.sealed`
const DRAFT = '.new'

/** The shard files in `dir`, which is made with the first of them. */
export function createShardFiles(dir: string): ShardFiles {
  const path = (name: ShardName) => join(dir, shardFileName(name))
  return {
    read(name) {
      try {
        return readFileSync(path(name))
      } catch (error) {
        if (isAbsence(error)) return undefined
        throw error
      }
    },
    write(name, sealed) {
      mkdirSync(dir, { recursive: true, mode: 0o700 })
      const draft = path(name) + DRAFT
      try {
        writeDurably(draft, sealed)
        renameSync(draft, path(name))
      } catch (error) {
        // On a full disk the draft would keep the space that its owner needs.
        discard(draft)
        throw error
      }
      syncFolder(dir)
    },
    remove: (name) => discard(path(name)),
    removeOthers(names) {
      const kept = new Set(names.map(shardFileName))
      for (const name of listed(dir)) if (!kept.has(name)) discard(join(dir, name))
    },
  }
}

function writeDurably(file: string, bytes: Uint8Array): void {
  const fd = openSync(file, 'w', 0o600)
  try {
    let at = 0
    while (at < bytes.length) at += writeSync(fd, bytes, at)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** What stays of it opens for nobody: its key is gone, or never counted. So a failure here is passed over. */
function discard(file: string): void {
  try {
    rmSync(file, { force: true, recursive: true })
  } catch {
    // As said above.
  }
}

function listed(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}

const isAbsence = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'
