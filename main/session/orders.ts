// Owns judging an order as it comes from the line: its signature, its device, its term, its counter, its kind.
// Always holds: an order that does not verify, or is not for this device now, is refused whole; the term is judged by the
// clock of the server that hands it over, not by ours; nothing is done here.

import { openOrder, openSignOut, type SignOutOrder, type WipeOrder } from '../../shared/proof.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Identity, Vault } from '../vault/vault.ts'
import type { Numbered, Standing } from '../wipe/window.ts'

export type ReadOrder =
  /** The whole device. */
  | { readonly type: 'wipe'; readonly order: WipeOrder }
  | { readonly type: 'conversations'; readonly order: WipeOrder }
  | { readonly type: 'sign-out'; readonly order: SignOutOrder }
  /** Obeyed already, or being carried out: nothing is to be done. */
  | { readonly type: 'met-again' }

export interface OrderContext {
  readonly identity: Pick<Identity, 'deviceId' | 'workspaceId'>
  readonly verify: Vault['verifyAuthority']
  /** How an order stands beside those obeyed before. */
  readonly standing: (order: Numbered) => Standing
  /** What `hello` told of this connection, milliseconds. */
  readonly serverNowMs: number
}

/** The order in `jws`, where it is to be obeyed. Codes: order-malformed, -bad-signature, -wrong-device, -expired, -replayed. */
export function readOrder(jws: string, context: OrderContext): Result<ReadOrder> {
  const wipe = openOrder(jws, context.verify)
  // The type of the document is part of what is signed: one cannot be taken for the other.
  if (!wipe.ok && wipe.error.code === 'order-malformed') return readSignOut(jws, context)
  if (!wipe.ok) return wipe
  const order = wipe.value
  const type = order.scope.type === 'device' ? 'wipe' : 'conversations'
  const { counter } = order
  return judged({ type, order }, order, { id: order.wipeId, counter, mayBeBegun: true }, context)
}

function readSignOut(jws: string, context: OrderContext): Result<ReadOrder> {
  const signOut = openSignOut(jws, context.verify)
  if (!signOut.ok) return signOut
  const order = signOut.value
  const { counter } = order
  return judged({ type: 'sign-out', order }, order, { id: order.orderId, counter, mayBeBegun: false }, context)
}

interface Addressed {
  readonly deviceId: string
  readonly workspaceId: string
  readonly expiresAtMs?: number | undefined
}

function judged(
  read: ReadOrder,
  { deviceId, workspaceId, expiresAtMs }: Addressed,
  numbered: Numbered,
  { identity, standing, serverNowMs }: OrderContext,
): Result<ReadOrder> {
  if (deviceId !== identity.deviceId || workspaceId !== identity.workspaceId) return fail('order-wrong-device')
  const found = standing(numbered)
  // Before its term is looked at: the server repeats what it has no receipt for.
  if (found === 'met-again') return ok({ type: 'met-again' })
  if (expiresAtMs !== undefined && serverNowMs > expiresAtMs) return fail('order-expired')
  return found === 'replayed' ? fail('order-replayed') : ok(read)
}
