// Owns a desktop below the bridge for tests: real vault, store and session over whatever socket, clock and randomness a
// test brings. Stopping it and making another on the same disk is a restart.
// Always holds: what survives a restart lies on the Disk and nowhere else.

import type { Log } from '../main/log.ts'
import type { Stretch } from '../main/passphrase/argon2.ts'
import type { Presence, Typing } from '../main/session/lively.ts'
import { type Clock, createSession, type Session, type SessionHost } from '../main/session/run.ts'
import type { OpenSocket } from '../main/session/socket.ts'
import type { KeyStore } from '../main/shell/shell.ts'
import { storeFailure } from '../main/store/failures.ts'
import { openStore, type Store } from '../main/store/store.ts'
import type { Cipher } from '../main/vault/cipher.ts'
import { createVault, type Identity, type Vault, type VaultParts } from '../main/vault/vault.ts'
import { noOrders, type OrderWindow, standingOf, withObeyed } from '../main/wipe/window.ts'
import type { Policy } from '../shared/model.ts'
import type { SignOutOrder, WipeOrder } from '../shared/proof.ts'
import { fail, ok } from '../shared/result.ts'
import { createQuickStretch } from './memory-key-store.ts'
import type { Random } from './random.ts'

export const silentLog: Log = { error: () => undefined, info: () => undefined, debug: () => undefined }

/** What a restart finds again. */
export interface Disk {
  readonly profile: VaultParts['profile']
  readonly files: Map<string, Uint8Array>
  readonly keyStore: KeyStore
  readonly stretch: Stretch
  /** File of the cache, or ':memory:' for one that no restart finds. */
  readonly cacheFile: string
}

/** A disk that holds nothing. */
export function createDisk(keyStore: KeyStore, cacheFile: string): Disk {
  const files = new Map<string, Uint8Array>()
  return {
    files,
    keyStore,
    stretch: createQuickStretch().stretch,
    cacheFile,
    profile: {
      read: (name) => files.get(name),
      write: (name, bytes) => void files.set(name, Uint8Array.from(bytes)),
      shred: (name) => void files.delete(name),
    },
  }
}

export interface DesktopParts {
  readonly disk: Disk
  readonly cipher: Cipher
  readonly clock: Clock
  readonly random: Random
  readonly openSocket: OpenSocket
  readonly log?: Log
  /** Stands between session and store, for faults. */
  readonly wrapStore?: (store: Store) => Store
  readonly host?: Partial<SessionHost>
}

export interface Desktop {
  readonly vault: Vault
  readonly session: Session
  store(): Store | undefined
  /** Begins as the app does: with the cache, where it can be opened. */
  start(): Promise<void>
  /** Ends connection and timers and closes the cache. */
  stop(): Promise<void>
  /** What the session has told its host, in order. */
  readonly heard: readonly Heard[]
}

export type Heard =
  | { readonly type: 'policy'; readonly policy: Policy }
  | { readonly type: 'wipe'; readonly order: WipeOrder; readonly jws: string }
  | { readonly type: 'conversations'; readonly order: WipeOrder; readonly jws: string }
  | { readonly type: 'sign-out'; readonly order: SignOutOrder }
  | { readonly type: 'fleet' }
  | { readonly type: 'events'; readonly seqs: readonly number[]; readonly live: boolean }
  | { readonly type: 'presence'; readonly people: readonly Presence[] }
  | { readonly type: 'typing'; readonly typing: readonly Typing[] }
  | { readonly type: 'lost'; readonly count: number }

/** A vault on `disk` that has been enrolled as `identity`; `publicKey` is its device key's. */
export async function enrolDisk(disk: Disk, identity: Identity): Promise<{ readonly publicKey: string }> {
  const vault = createVault(disk)
  const { publicKey } = vault.draftDeviceKey()
  await vault.enrolled(identity)
  return { publicKey }
}

/** A desktop on `disk`, loaded and not started. Throws where the disk is not enrolled. */
export async function createDesktop(parts: DesktopParts): Promise<Desktop> {
  const { disk, cipher, clock, random, log = silentLog } = parts
  const vault = createVault(disk)
  const loaded = await vault.load()
  if (!loaded.ok || !loaded.value) throw new Error('not enrolled')
  const { userId } = loaded.value
  const heard: Heard[] = []
  let store: Store | undefined
  let window: OrderWindow = noOrders

  const openCache: SessionHost['openCache'] = async () => {
    if (store) return ok(store)
    const root = await vault.openRootKey(clock.nowMs())
    if (!root.ok) return root
    // Locked while the key store was waited for.
    if (vault.isLocked()) return fail('app-locked')
    const { root: rootKey, previousRoot } = root.value
    const previous = previousRoot && { previousRootKey: previousRoot }
    const opened = openStore({ file: disk.cacheFile, cipher, rootKey, ...previous, self: userId })
    if (!opened.ok) return opened
    store = parts.wrapStore?.(opened.value) ?? opened.value
    if (previousRoot) await vault.rotated()
    return ok(store)
  }
  async function rekeyCache(): Promise<void> {
    const root = await vault.openRootKey(clock.nowMs())
    if (!root.ok || !store) return
    store.rekey(root.value.root)
    await vault.rotated()
  }
  function closeCache(): void {
    store?.close()
    store = undefined
  }
  const session = createSession({
    vault,
    openSocket: parts.openSocket,
    clock,
    random: random.next,
    randomBytes: random.bytes,
    about: { version: '0.1.0', platform: 'test' },
    log,
    host: {
      store: () => store,
      openCache,
      rekeyCache,
      closeCache,
      orderStanding: (order) => standingOf(window, vault.identity()?.orderCounter ?? 0, order),
      async wipeConversations(order, jws) {
        window = withObeyed(window, vault.identity()?.orderCounter ?? 0, order.wipeId, order.counter)
        heard.push({ type: 'conversations', order, jws })
      },
      async signOut(order) {
        const { orderId, reason, issuedBy, issuedAtMs: atMs, counter: orderCounter } = order
        await vault.update({ orderCounter, signedOut: { orderId, reason, issuedBy, atMs } })
        heard.push({ type: 'sign-out', order })
      },
      fleetMoved: () => void heard.push({ type: 'fleet' }),
      cacheBytes: () => undefined,
      beginWipe: async (order, jws) => void heard.push({ type: 'wipe', order, jws }),
      policyChanged: (policy) => void heard.push({ type: 'policy', policy }),
      stateChanged: () => undefined,
      listChanged: () => undefined,
      conversationChanged: () => undefined,
      eventsAdded: (_id, events, live) => void heard.push({ type: 'events', seqs: events.map((e) => e.seq), live }),
      isReady: () => true,
      reachableChanged: () => undefined,
      presenceChanged: (people) => void heard.push({ type: 'presence', people }),
      typingChanged: (_id, typing) => void heard.push({ type: 'typing', typing }),
      conversationsLost: (ids) => void heard.push({ type: 'lost', count: ids.length }),
      storeFailure,
      ...parts.host,
    },
  })
  return {
    vault,
    session,
    heard,
    store: () => store,
    async start() {
      const cache = await openCache()
      if (!cache.ok && cache.error.code !== 'locked' && cache.error.code !== 'app-locked')
        throw new Error(fail(cache.error.code).error.message)
      session.dispatch({ type: 'started', enrolled: true, cache: cache.ok })
    },
    async stop() {
      await session.stop()
      closeCache()
    },
  }
}
