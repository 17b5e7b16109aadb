// Owns what orders of the organisation do to the app while it goes on: wipes of single conversations and the sign-out, joined
// with cache, window and notifications.
// Always holds: what is ordered gone is not read any more: where it cannot be destroyed, the cache is closed until it can; a
// sign-out closes the cache and destroys nothing.

import type { SignOutNotice } from '../shared/bridge.ts'
import type { SignOutOrder, WipeOrder } from '../shared/proof.ts'
import { FailureError } from '../shared/result.ts'
import type { Changes } from './coalesce.ts'
import type { Log } from './log.ts'
import type { Notices } from './notices.ts'
import type { OpenCache } from './open-cache.ts'
import type { Session } from './session/session.ts'
import type { Shell } from './shell/shell.ts'
import type { Store } from './store/store.ts'
import type { Vault } from './vault/vault.ts'
import type { Orders } from './wipe/orders.ts'
import type { Numbered, Standing } from './wipe/window.ts'

export interface AppOrdersParts {
  readonly shell: Pick<Shell, 'resetWindow'>
  readonly vault: () => Vault | undefined
  readonly cache: () => OpenCache | undefined
  readonly session: () => Session | undefined
  readonly orders: () => Orders | undefined
  readonly notices: () => Notices
  readonly changes: Changes
  readonly listChanged: () => void
  readonly inBackground: (work: Promise<unknown>) => void
  readonly log: Log
}

export interface AppOrders {
  standing(order: Numbered): Standing
  /** Journals the order and, where the cache is open, destroys the keys. Throws where neither is possible. */
  wipeConversations(order: WipeOrder, jws: string): Promise<void>
  /** For OpenCache: before anything of it is read. */
  prepare(store: Store): boolean
  signOut(order: SignOutOrder): Promise<void>
  /** What the window shows where the desktop is signed out by the organisation. */
  signOutNotice(): SignOutNotice | undefined
  /** It has been enrolled again. */
  signedIn(): void
}

/** The orders of one app. */
export function createAppOrders(parts: AppOrdersParts): AppOrders {
  const { shell, vault, cache, session, orders, changes, inBackground, log } = parts
  /** A sign-out that could not be written down. */
  let heldSignOut: SignOutNotice | undefined

  function carryOn(): void {
    const held = orders()
    if (held) inBackground(held.carryOn())
  }

  return {
    standing(order) {
      if (order.id === vault()?.identity()?.signedOut?.orderId) return 'met-again'
      return orders()?.standing(order) ?? 'replayed'
    },
    async wipeConversations(order, jws) {
      const held = orders()
      if (!held) return
      held.begin(order, jws)
      const open = cache()?.current()
      // Closed, it is done as the first thing when it opens.
      if (!open) return
      try {
        const lost = held.destroyIn(open.store)
        open.search.removed(lost)
        open.files.conversationsLost()
        // An older copy must not bring back what was taken.
        cache()?.note(true)
        for (const { conversationId } of lost) changes.conversation(conversationId)
        if (lost.length > 0) {
          parts.notices().clear()
          // What the window holds of them in memory goes too.
          inBackground(shell.resetWindow())
        }
      } catch (error) {
        session()?.dispatch({ type: 'cache-lost' })
        throw error
      }
      parts.listChanged()
      carryOn()
    },
    prepare(store) {
      const held = orders()
      if (!held || held.underWay() === 0) return false
      const lost = held.destroyIn(store)
      carryOn()
      return lost.length > 0
    },
    async signOut({ orderId, counter, reason, issuedBy, workspaceName, issuedAtMs: atMs }) {
      heldSignOut = { workspaceName, issuedBy, reason, atMs, serverUrl: vault()?.identity()?.serverOrigin ?? '' }
      try {
        await orders()?.obeyed(orderId, counter, { signedOut: { orderId, reason, issuedBy, atMs } })
      } catch (error) {
        // It is closed all the same, and told again at the next contact.
        if (!(error instanceof FailureError)) throw error
        log.error('signOut.notKept', { code: error.failure.code })
      }
      log.info('signOut.obeyed', { orderId })
      // The share is gone when this returns.
      inBackground(vault()?.eraseLease() ?? Promise.resolve())
    },
    signOutNotice() {
      const identity = vault()?.identity()
      if (!identity?.signedOut) return identity && heldSignOut
      const { issuedBy, reason, atMs } = identity.signedOut
      return { workspaceName: identity.workspaceName, issuedBy, reason, atMs, serverUrl: identity.serverOrigin }
    },
    signedIn() {
      heldSignOut = undefined
    },
  }
}
