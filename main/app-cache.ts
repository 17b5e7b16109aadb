// Owns what the open cache of an app is made of: places in the profile, and search and files over the store.
// Always holds: joins what it is handed; opens nothing by itself.

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { limits } from '../shared/limits.ts'
import type { Policy } from '../shared/model.ts'
import type { Failure } from '../shared/result.ts'
import { filesParts } from './app-files.ts'
import type { Changes } from './coalesce.ts'
import type { Files, FilesParts } from './files/files.ts'
import type { Log } from './log.ts'
import type { OpenCacheParts } from './open-cache.ts'
import type { Profile } from './profile/profile.ts'
import type { backoffMs } from './session/backoff.ts'
import type { Clock, Session } from './session/session.ts'
import type { Shell } from './shell/shell.ts'
import type { Remains, Store } from './store/store.ts'
import type { Vault } from './vault/vault.ts'

const CACHE_FILE = 'store/cache.db'
const SHARD_DIR = 'store/shards'
const FILES_DIR = 'files'
export const OPENED_DIR = 'open'
/** What an identity leaves behind for no other. */
export const CACHE_DIRS: readonly string[] = ['store', FILES_DIR, OPENED_DIR]

/** Where things lie in one profile. */
export interface CachePlaces {
  readonly file: string
  readonly shardDir: string
  readonly filesDir: string
  readonly openedDir: string
}

export function cachePlaces({ path }: Pick<Profile, 'path'>): CachePlaces {
  return {
    file: path(CACHE_FILE),
    shardDir: path(SHARD_DIR),
    filesDir: path(FILES_DIR),
    openedDir: path(OPENED_DIR),
  }
}

/** The paths of sealed bytes beside the database. `shardFileName`: as search names them. */
export function remainsPaths(
  { shardDir, filesDir }: CachePlaces,
  { folders, shards }: Remains,
  shardFileName: (shard: Remains['shards'][number]) => string,
): string[] {
  return [
    ...folders.map((folder) => join(filesDir, folder)),
    ...shards.map((shard) => join(shardDir, shardFileName(shard))),
  ]
}

/**
 * Sealed bytes of the cache on the disk: the database and its log as they are, shards and files as their records tell, which
 * is near enough and touches nothing.
 */
export function cacheBytesOf({ file }: CachePlaces, store: Pick<Store, 'shards' | 'files'>): number {
  const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0
  let bytes = sizeOf(file) + sizeOf(`${file}-wal`)
  for (const shard of store.shards()) bytes += shard.bytes
  for (const record of store.files())
    bytes += record.whole ? record.bytes : Math.min(record.bytes, record.parts * limits.filePartBytes)
  return bytes
}

export interface AppCacheParts
  extends Pick<
    OpenCacheParts,
    | 'cipher'
    | 'openStore'
    | 'createSearch'
    | 'prepare'
    | 'storeFailure'
    | 'quarantine'
    | 'removeQuarantined'
    | 'changed'
    | 'lost'
  > {
  readonly vault: Vault
  readonly createFiles: (parts: FilesParts) => Files
  readonly session: () => Session | undefined
  readonly policy: () => Policy
  /** Also sets aside a cache that is damaged. */
  readonly failureOfStore: (error: unknown) => Failure
  readonly shell: Shell
  readonly changes: Changes
  readonly backoffMs: typeof backoffMs
  readonly clock: Clock
  readonly log: Log
}

/** The parts of createOpenCache(). */
export function openCacheParts(places: CachePlaces, parts: AppCacheParts): OpenCacheParts {
  const { vault, createFiles, session, policy, failureOfStore, shell, changes, backoffMs, clock, log, ...rest } = parts
  return {
    ...rest,
    file: places.file,
    shardDir: places.shardDir,
    vault,
    clock,
    log,
    createFiles: (store) =>
      createFiles(
        filesParts(
          {
            dir: places.filesDir,
            openedDir: places.openedDir,
            origin: () => vault.identity()?.serverOrigin,
            session,
            policy,
            storeFailure: failureOfStore,
            backoffMs,
            random: Math.random,
            clock,
            log,
            shell,
            changes,
            listChanged: parts.changed,
          },
          store,
        ),
      ),
  }
}
