// Owns what the app does for its session and hears from it: cache, search, files, window and wipe follow what it tells.
// Always holds: search and files hear of events and losses in the order in which the store has them; with the cache, what the
// window and the notifications hold of it goes.

import type { Policy } from '../shared/model.ts'
import { type Failure, fail } from '../shared/result.ts'
import type { AppOrders } from './app-orders.ts'
import type { Changes } from './coalesce.ts'
import type { Notices } from './notices.ts'
import type { OpenCache } from './open-cache.ts'
import type { SessionHost } from './session/session.ts'
import type { Shell } from './shell/shell.ts'
import type { Vault } from './vault/vault.ts'
import type { Wipe } from './wipe/run.ts'

export interface SessionHostParts {
  readonly shell: Pick<Shell, 'emit' | 'resetWindow'>
  readonly vault: Vault
  readonly cache: () => OpenCache | undefined
  readonly wipe: () => Wipe | undefined
  readonly notices: Notices
  readonly changes: Changes
  readonly listChanged: () => void
  readonly stateChanged: () => void
  readonly policyChanged: (policy: Policy) => void
  readonly orders: Pick<AppOrders, 'standing' | 'wipeConversations' | 'signOut'>
  readonly cacheBytes: SessionHost['cacheBytes']
  /** A wipe has been begun: carries it out, once what is under way has returned. */
  readonly carryOutWipe: () => void
  readonly inBackground: (work: Promise<unknown>) => void
  readonly storeFailure: (error: unknown) => Failure
}

/** Local secret and lease share: the keys of a profile outside the cache's keyring. */
const VAULT_KEYS = 2

/** The host of one session. */
export function createSessionHost(parts: SessionHostParts): SessionHost {
  const { shell, vault, cache, notices, inBackground } = parts
  const current = () => cache()?.current()
  return {
    store: () => current()?.store,
    openCache: async () => cache()?.open() ?? fail('not-enrolled'),
    rekeyCache: async () => cache()?.rekey(),
    closeCache() {
      notices.clear()
      inBackground(cache()?.close() ?? Promise.resolve())
      // What the window holds in memory goes with the keys.
      inBackground(shell.resetWindow())
    },
    async beginWipe(order, jws) {
      const origin = vault.identity()?.serverOrigin
      const wipe = parts.wipe()
      if (!wipe || !origin) return
      await wipe.begin(order, jws, origin, (current()?.store.keyCount() ?? 0) + VAULT_KEYS)
      setImmediate(parts.carryOutWipe)
    },
    orderStanding: parts.orders.standing,
    wipeConversations: parts.orders.wipeConversations,
    signOut: parts.orders.signOut,
    fleetMoved: () => shell.emit('fleetChanged', {}),
    cacheBytes: parts.cacheBytes,
    policyChanged: parts.policyChanged,
    stateChanged: parts.stateChanged,
    listChanged: parts.listChanged,
    conversationChanged: parts.changes.conversation,
    eventsAdded(conversationId, events, live) {
      current()?.search.add(conversationId, events)
      // Files of a message that was deleted have left the store; of one that was sent, what was there twice.
      if (events.some(({ content }) => content.type === 'deleted' || content.files !== undefined))
        current()?.files.conversationsLost()
      if (live) notices.tell(conversationId, events)
    },
    conversationsLost(lost) {
      current()?.search.removed(lost)
      current()?.files.conversationsLost()
      // An older copy must not bring back what was lost.
      cache()?.note(true)
    },
    isReady: (clientId) => current()?.files.ready(clientId) ?? false,
    reachableChanged: (isReachable) => (isReachable ? current()?.files.connected() : current()?.files.disconnected()),
    presenceChanged: (people) => shell.emit('presenceChanged', { people: [...people] }),
    typingChanged: (conversationId, typing) => shell.emit('typingChanged', { conversationId, typing: [...typing] }),
    storeFailure: parts.storeFailure,
  }
}
