// Owns the cache while it is open: opening it with search and files over it, keeping it within policy's bounds, bringing it under a new
// root key, setting it aside where it is damaged, closing it.
// Always holds: there is one open cache at most; it is closed before its keys' files are destroyed; what it cannot be used for
// any more is told, and what the user had not sent is carried over. The modules it joins are handed in by app.ts.

import type { CacheNotice } from '../shared/bridge.ts'
import { limits, times } from '../shared/limits.ts'
import type { Policy } from '../shared/model.ts'
import { type Failure, fail, ok, type Result } from '../shared/result.ts'
import type { Files } from './files/files.ts'
import { errorName, type Log } from './log.ts'
import type { Search, SearchParts } from './search/search.ts'
import type { Clock } from './session/run.ts'
import type { OpenedStore, Store, StoreParts, Unsent } from './store/store.ts'
import type { Cipher } from './vault/cipher.ts'
import type { Vault } from './vault/vault.ts'

export interface OpenCacheParts {
  readonly file: string
  /** Where the search shards lie. */
  readonly shardDir: string
  readonly vault: Pick<
    Vault,
    'identity' | 'openRootKey' | 'rotated' | 'rotationPending' | 'noteCache' | 'cacheAnchor' | 'isLocked'
  >
  readonly cipher: Promise<Cipher>
  readonly openStore: (parts: StoreParts) => OpenedStore
  readonly createSearch: (parts: SearchParts) => Search
  readonly createFiles: (store: Store) => Files
  /**
   * Takes from a cache that has just been opened what was ordered while it was closed, before anything of it is read; true
   * where there was something. Where it throws, the cache is not opened.
   */
  readonly prepare: (store: Store) => boolean
  readonly storeFailure: (error: unknown) => Failure
  readonly quarantine: (file: string, nowMs: number) => string
  readonly removeQuarantined: (file: string, beforeMs: number) => number
  readonly clock: Clock
  readonly log: Log
  /** What is cached has changed by itself: the list is to be read again. */
  readonly changed: () => void
  /** The cache turned out damaged while open, and has been set aside. */
  readonly lost: () => void
}

/** What is open together, and closed together. */
export interface Opened {
  readonly store: Store
  readonly search: Search
  readonly files: Files
}

export interface OpenCache {
  current(): Opened | undefined
  /** Opens it, or answers what is open. Codes: not-enrolled, signed-out, locked, app-locked, and those of key store and store. */
  open(): Promise<Result<Store>>
  /** Brings the open cache under the root key of the newest share. */
  rekey(): Promise<void>
  /** Closes it, search and files in order; its keys are gone from memory when this resolves, a second later at most. */
  close(): Promise<void>
  /** Closes it at once: its keys are gone when this returns, nothing is written to disk once it resolves. */
  abandon(): Promise<void>
  policyChanged(policy: Policy): void
  /** Names an error of the store, or throws on what is a bug; a damaged cache is set aside. */
  storeFailure(error: unknown): Failure
  /** Remembers how far the cache is, so that an older copy is told from it; with `now` on disk at once. */
  note(now?: boolean): void
}

const noticeReasons: Readonly<Record<string, CacheNotice['reason']>> = {
  'store-corrupt': 'damaged',
  'store-rolled-back': 'rolled-back',
  'store-other-key': 'other-key',
}

/** A cache that is not open yet. */
export function createOpenCache(parts: OpenCacheParts): OpenCache {
  const { file, vault, clock, log } = parts
  let current: Opened | undefined
  let policy: Policy | undefined
  let opening: Promise<Result<Store>> | undefined
  let closing: Promise<void> = Promise.resolve()
  /** Raised by each closing: an opening that began before must not come after it. */
  let closings = 0
  let cancelEviction: (() => void) | undefined
  /** What a cache set aside while it was open leaves to the next. */
  let inherited: StoreParts['inherited']

  function inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => log.error('cache.background', { error: errorName(error) }))
  }

  async function openNow(): Promise<Result<Store>> {
    await closing
    if (current) return ok(current.store)
    const identity = vault.identity()
    // Whatever of a lease was put back.
    if (identity?.signedOut) return fail('signed-out')
    const began = closings
    const roots = await vault.openRootKey(clock.nowMs())
    if (!roots.ok) return roots
    const { root, previousRoot } = roots.value
    try {
      const cipher = await parts.cipher
      if (closings !== began || !identity) return { ok: false, error: { code: 'locked', message: 'Closed meanwhile.' } }
      const anchor = vault.cacheAnchor()
      const opened = openOrSetAside({
        file,
        cipher,
        rootKey: root,
        self: identity.userId,
        ...(previousRoot && { previousRootKey: previousRoot }),
        ...(anchor !== undefined && { anchor }),
      })
      if (!opened.ok) return opened
      const isPrepared = prepared(opened.value)
      if (!isPrepared.ok) return isPrepared
      begin(opened.value)
      // An older copy must not bring back what was taken.
      if (isPrepared.value) note(true)
      if (previousRoot) inBackground(vault.rotated().then((again) => (again ? rekey() : undefined)))
      return opened
    } finally {
      root.fill(0)
      previousRoot?.fill(0)
    }
  }

  function prepared(store: Store): Result<boolean> {
    try {
      return ok(parts.prepare(store))
    } catch (error) {
      store.close()
      return { ok: false, error: parts.storeFailure(error) }
    }
  }

  function openOrSetAside(wanted: StoreParts): Result<Store> {
    const asked: StoreParts = inherited ? { ...wanted, inherited } : wanted
    let opened = parts.openStore(asked)
    const reason = opened.ok ? undefined : noticeReasons[opened.error.code]
    if (!opened.ok && reason) {
      log.error('store.quarantined', { reason: opened.error.code })
      inherit(reason, opened.unsent, opened.maybeLost)
      // Kept whole for support, never overwritten; everything the server has is fetched again.
      parts.quarantine(file, clock.nowMs())
      opened = parts.openStore(inherited ? { ...wanted, inherited } : wanted)
    }
    if (opened.ok) inherited = undefined
    return opened.ok ? opened : { ok: false, error: opened.error }
  }

  function inherit(reason: CacheNotice['reason'], unsent: readonly Unsent[], maybeLost: boolean): void {
    const all = [...(inherited?.unsent ?? []), ...unsent]
    inherited = { unsent: all, notice: { reason, atMs: clock.nowMs(), rescued: all.length, maybeLost } }
  }

  function begin(store: Store): void {
    const search = parts.createSearch({ store, dir: parts.shardDir, log, storeFailure })
    current = { store, search, files: parts.createFiles(store) }
    // What was searched for meanwhile may have been found in part.
    inBackground(search.indexed.then(() => (current?.search === search ? parts.changed() : undefined)))
    parts.removeQuarantined(file, clock.nowMs() - limits.quarantineMs)
    note()
    setBounds()
    inBackground(lookThrough(store))
    parts.changed()
  }

  /** After an unclean end: every event is opened once, a little at a time. */
  async function lookThrough(store: Store): Promise<void> {
    try {
      while (current?.store === store && store.verifyStep()) await nextTurn()
    } catch (error) {
      if (current?.store === store) storeFailure(error)
    }
  }

  // --- bounds -------------------------------------------------------------------------------------------------------------

  function setBounds(): void {
    cancelEviction?.()
    if (!current) return
    cancelEviction = clock.setTimer(setBounds, limits.evictEveryMs)
    const days = policy?.cacheDays ?? limits.cacheDays
    current.store.setBounds({
      oldestMs: clock.nowMs() - days * times.DAY_MS,
      most: policy?.cacheMaxMessages ?? limits.cacheMaxMessages,
    })
    inBackground(evict(current))
  }

  async function evict(cache: Opened): Promise<void> {
    let any = false
    try {
      for (;;) {
        if (current !== cache) return
        const evicted = cache.store.evictOnce()
        if (!evicted) break
        any = true
        cache.search.removed([evicted])
        cache.files.conversationsLost()
        await nextTurn()
      }
      if (!any) return
      cache.store.sealEviction()
      note(true)
      log.info('cache.evicted')
      parts.changed()
    } catch (error) {
      storeFailure(error)
    }
  }

  // --- keys and damage ----------------------------------------------------------------------------------------------------

  async function rekey(): Promise<void> {
    do {
      const roots = await vault.openRootKey(clock.nowMs())
      if (!roots.ok) return
      try {
        if (!current) return
        current.store.rekey(roots.value.root)
      } finally {
        roots.value.root.fill(0)
        roots.value.previousRoot?.fill(0)
      }
    } while (await vault.rotated())
  }

  function note(now = false): void {
    if (current) inBackground(vault.noteCache(current.store.counter(), { now }))
  }

  function storeFailure(error: unknown): Failure {
    const failure = parts.storeFailure(error)
    if (failure.code === 'store-corrupt') setImmediate(() => inBackground(setAside()))
    return failure
  }

  async function setAside(): Promise<void> {
    if (!current) return
    log.error('store.quarantined', { while: 'open' })
    inherit('damaged', current.store.unsent(), false)
    await abandon()
    try {
      parts.quarantine(file, clock.nowMs())
    } catch (error) {
      // It lies where it was; at the next contact it is met, and set aside, once more.
      log.error('store.quarantine', { error: errorName(error) })
    }
    parts.lost()
  }

  function leave(): Opened | undefined {
    const left = current
    closings += 1
    cancelEviction?.()
    current = undefined
    return left
  }

  function abandon(): Promise<void> {
    const left = leave()
    if (!left) return closing
    const ended = [left.search.abandon(), left.files.abandon()]
    left.store.close()
    closing = Promise.all([closing, ...ended]).then(() => undefined)
    return closing
  }

  return {
    current: () => current,
    open() {
      opening ??= openNow().finally(() => {
        opening = undefined
      })
      return opening
    },
    rekey,
    close() {
      const left = leave()
      if (!left) return closing
      closing = Promise.allSettled([left.search.close(), left.files.close()]).then((ended) => {
        for (const { status, reason } of ended.flatMap((end) => (end.status === 'rejected' ? [end] : [])))
          log.error('cache.close', { status, error: errorName(reason) })
        left.store.close()
      })
      return closing
    },
    abandon,
    policyChanged(next) {
      const same = policy?.cacheDays === next.cacheDays && policy?.cacheMaxMessages === next.cacheMaxMessages
      policy = next
      if (!same) setBounds()
    },
    storeFailure,
    note,
  }
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))
