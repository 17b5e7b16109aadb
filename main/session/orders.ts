// Owns judging a wipe order as it comes from the line: its signature, its device, its counter, its scope.
// Always holds: an order that does not verify, or is not for this device now, is refused whole; nothing is done here.

import { openOrder, type WipeOrder } from '../../shared/proof.ts'
import { type Failure, fail, ok, type Result } from '../../shared/result.ts'
import type { Identity, Vault } from '../vault/vault.ts'

/** The order in `jws`, where it is to be obeyed. `not-allowed` stands for a scope that this version cannot carry out. */
export function readOrder(
  jws: string,
  identity: Pick<Identity, 'deviceId' | 'workspaceId' | 'orderCounter'>,
  verify: Vault['verifyAuthority'],
): Result<WipeOrder> {
  const order = openOrder(jws, verify)
  if (!order.ok) return order
  const refusal = whyRefused(order.value, identity)
  if (refusal) return { ok: false, error: refusal }
  // Orders for single conversations are not carried out yet: refused whole rather than done in part.
  return order.value.scope.type === 'device' ? ok(order.value) : fail('not-allowed')
}

/** Why a well-signed order is not for this device now; undefined where it is. */
export function whyRefused(
  order: WipeOrder,
  identity: { readonly deviceId: string; readonly workspaceId: string; readonly orderCounter: number },
): Failure | undefined {
  if (order.deviceId !== identity.deviceId || order.workspaceId !== identity.workspaceId)
    return fail('order-wrong-device').error
  // Equal is the order already begun, met again because its journal was lost: one counter is one order. Were the wipe done,
  // there would be no identity.
  if (order.counter < identity.orderCounter) return fail('order-replayed').error
  return undefined
}
