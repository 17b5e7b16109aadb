// Owns the judgement on a wipe's documents: order and receipt against public keys, and against each other.
// Always holds: nothing is reported that was not signed by a key the caller brought; what is outside the signatures must
// at least agree with what is inside. Pure: no clock, network or file of its own.
// Never: trusts a key that came with the document.

import { z } from 'zod'
import { type AdminKeys, type AdminWipe, adminKeysSchema, adminWipeSchema } from '../shared/admin.ts'
import { limits } from '../shared/limits.ts'
import {
  fromBase64url,
  ORDER_TYPE,
  openOrder,
  openReceipt,
  RECEIPT_TYPE,
  type Verify,
  type WipeOrder,
  type WipeReceipt,
} from '../shared/proof.ts'
import { fail, ok, type Result } from '../shared/result.ts'

/** Ed25519: true where `signature` over `bytes` verifies under the 32-byte `publicKey`. */
export type VerifyDetached = (publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array) => boolean

/** What a file holds to be verified: one of the two documents, or both with what the server says around them. */
export type WipeDocuments =
  | { readonly type: 'order'; readonly order: string }
  | { readonly type: 'receipt'; readonly receipt: string }
  | { readonly type: 'wipe'; readonly wipe: z.infer<typeof wipeFileSchema> }

export interface WipeVerdict {
  readonly verified: true
  readonly wipeId: string
  readonly deviceId: string
  /** Absent where only a receipt was given. */
  readonly order?: WipeOrder
  /** Absent where only an order was given. */
  readonly receipt?: WipeReceipt
  /** What holds, given that the keys are the right ones. */
  readonly proves: readonly string[]
  readonly doesNotProve: readonly string[]
  /** Signed as they are, but unlikely: clocks that disagree, files left. */
  readonly doubts: readonly string[]
}

/** Output of `wipes show --json`, or just its two documents. Strict: a verifier must not pass over what it cannot read. */
const wipeFileSchema = z.strictObject({
  ...z.strictObject(adminWipeSchema.shape).partial().shape,
  order: z.string(),
})

const compactJws = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

/** Recognises what `text` holds, without believing any of it. `bad-input` where it is none of the forms. */
export function readDocuments(text: string): Result<WipeDocuments> {
  const trimmed = text.trim()
  if (compactJws.test(trimmed)) {
    const type = claimedType(trimmed)
    if (type === ORDER_TYPE) return ok({ type: 'order', order: trimmed })
    if (type === RECEIPT_TYPE) return ok({ type: 'receipt', receipt: trimmed })
    return fail('bad-input', 'The file holds a JWS that is neither a wipe order nor a wipe receipt.')
  }
  const parsed = wipeFileSchema.safeParse(parseJson(trimmed))
  if (!parsed.success) {
    return fail('bad-input', 'The file is neither the JSON of `wipes show --json` nor a compact JWS.')
  }
  return ok({ type: 'wipe', wipe: parsed.data })
}

/** Reads the output of `keys show --json`. */
export function readKeys(text: string): Result<AdminKeys> {
  const parsed = adminKeysSchema.safeParse(parseJson(text))
  return parsed.success ? ok(parsed.data) : fail('bad-input', 'The key file is not the JSON of `keys show --json`.')
}

/**
 * Verifies `documents` under `keys`. Fails with the code of the first thing that does not hold: `order-malformed`,
 * `order-bad-signature`, `order-wrong-device`, `receipt-malformed`, `receipt-bad-signature`, `wrong-server`, `bad-input`;
 * `not-found` where a wipe has no receipt yet. `nowMs` is the time to hold the documents' times against.
 */
export function verifyWipe(
  documents: WipeDocuments,
  keys: AdminKeys,
  verifyDetached: VerifyDetached,
  nowMs: number,
): Result<WipeVerdict> {
  switch (documents.type) {
    case 'order': {
      const order = verifyOrder(documents.order, keys, verifyDetached)
      return order.ok ? ok(verdict(order.value, undefined, nowMs)) : order
    }
    case 'receipt': {
      const receipt = verifyReceipt(documents.receipt, keys, verifyDetached)
      return receipt.ok ? ok(verdict(undefined, receipt.value, nowMs)) : receipt
    }
    case 'wipe':
      return verifyBoth(documents.wipe, keys, verifyDetached, nowMs)
  }
}

function verifyBoth(
  wipe: z.infer<typeof wipeFileSchema>,
  keys: AdminKeys,
  verifyDetached: VerifyDetached,
  nowMs: number,
): Result<WipeVerdict> {
  const order = verifyOrder(wipe.order, keys, verifyDetached)
  if (!order.ok) return order
  const { wipeId, deviceId, issuedAtMs } = order.value
  const claims: readonly (readonly [name: string, agrees: boolean])[] = [
    ['wipeId', wipe.wipeId === undefined || wipe.wipeId === wipeId],
    ['deviceId', wipe.deviceId === undefined || wipe.deviceId === deviceId],
    ['issuedAt', wipe.issuedAt === undefined || Date.parse(wipe.issuedAt) === issuedAtMs],
    ['devicePublicKey', wipe.devicePublicKey === undefined || wipe.devicePublicKey === deviceKey(keys, deviceId)],
    ['status', wipe.status === undefined || fitsReceipt(wipe.status, wipe.receipt !== undefined)],
  ]
  const wrong = claims.find(([, agrees]) => !agrees)
  if (wrong) return fail('bad-input', `What stands beside the documents does not agree with them: ${wrong[0]}.`)
  if (wipe.receipt === undefined) {
    return fail('not-found', 'The order verifies, but there is no receipt yet: nothing proves that it was carried out.')
  }
  const receipt = verifyReceipt(wipe.receipt, keys, verifyDetached)
  if (!receipt.ok) return receipt
  if (receipt.value.deviceId !== deviceId) {
    return fail('order-wrong-device', 'Order and receipt are of different devices.')
  }
  if (receipt.value.wipeId !== wipeId) return fail('bad-input', 'Order and receipt are of different wipes.')
  return ok(verdict(order.value, receipt.value, nowMs))
}

function fitsReceipt(status: AdminWipe['status'], hasReceipt: boolean): boolean {
  return status === 'failed' || (status === 'done') === hasReceipt
}

function verifyOrder(jws: string, keys: AdminKeys, verifyDetached: VerifyDetached): Result<WipeOrder> {
  const publicKeys = new Map(keys.authority.map((key) => [key.kid, key.publicKey]))
  const order = openOrder(jws, verifierOf(publicKeys, verifyDetached))
  if (!order.ok) return order
  if (order.value.workspaceId !== keys.workspaceId) {
    return fail('wrong-server', 'The order is of another workspace than the keys.')
  }
  return order
}

function verifyReceipt(jws: string, keys: AdminKeys, verifyDetached: VerifyDetached): Result<WipeReceipt> {
  const publicKeys = new Map<string, string>(keys.devices.map((device) => [device.deviceId, device.publicKey]))
  let signer: string | undefined
  const receipt = openReceipt(jws, (kid, bytes, signature) => {
    signer = kid
    return verifierOf(publicKeys, verifyDetached)(kid, bytes, signature)
  })
  if (!receipt.ok) return receipt
  // Another device of the same workspace has a key here too: it can sign, but not for this device.
  if (signer !== receipt.value.deviceId) {
    return fail('receipt-bad-signature', 'The receipt is signed by another device than the one it names.')
  }
  return receipt
}

function verifierOf(publicKeys: ReadonlyMap<string, string>, verifyDetached: VerifyDetached): Verify {
  return (kid, bytes, signature) => {
    const encoded = publicKeys.get(kid)
    const publicKey = encoded === undefined ? undefined : fromBase64url(encoded)
    return publicKey?.length === 32 && verifyDetached(publicKey, bytes, signature)
  }
}

function deviceKey(keys: AdminKeys, deviceId: string): string | undefined {
  return keys.devices.find((device) => device.deviceId === deviceId)?.publicKey
}

function claimedType(jws: string): unknown {
  const header = fromBase64url(jws.slice(0, jws.indexOf('.')))
  const value = header === undefined ? undefined : parseJson(Buffer.from(header).toString('utf8'))
  return typeof value === 'object' && value !== null && 'typ' in value ? value.typ : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function verdict(order: WipeOrder | undefined, receipt: WipeReceipt | undefined, nowMs: number): WipeVerdict {
  const named = order ?? receipt
  if (!named) throw new TypeError('a verdict needs a document')
  return {
    verified: true,
    wipeId: named.wipeId,
    deviceId: named.deviceId,
    ...(order ? { order } : {}),
    ...(receipt ? { receipt } : {}),
    proves: proves(order, receipt),
    doesNotProve: doesNotProve(order, receipt),
    doubts: doubts(order, receipt, nowMs),
  }
}

function proves(order: WipeOrder | undefined, receipt: WipeReceipt | undefined): string[] {
  return [
    ...(order
      ? ['The order was signed by the workspace’s device authority, and nothing of it was changed since.']
      : []),
    ...(receipt
      ? [
          'The receipt was signed by the device’s key, and nothing of it was changed since.',
          receipt.outcome === 'wiped'
            ? 'The desktop client on that device ran the wipe and found nothing left of what it keeps.'
            : 'The desktop client on that device destroyed its keys; files it could not remove are unreadable without them.',
        ]
      : []),
    ...(order && receipt ? ['Order and receipt are of the same wipe and the same device.'] : []),
  ]
}

function doesNotProve(order: WipeOrder | undefined, receipt: WipeReceipt | undefined): string[] {
  return [
    ...(receipt
      ? [
          'That no copy exists elsewhere: a photograph, a screenshot, a backup or image of the disk, another device.',
          'That the client was unaltered: malware that held the device key could sign as well.',
          'The times of the receipt: they are by the clock of the device.',
        ]
      : ['That the order was carried out: only a receipt says so.']),
    ...(order ? [] : ['Who ordered the wipe and why: no order was given.']),
    'That the keys are the right ones: keys kept from before the wipe make this independent of the server.',
  ]
}

function doubts(order: WipeOrder | undefined, receipt: WipeReceipt | undefined, nowMs: number): string[] {
  const skewMs = limits.clockSkewMs
  const found: string[] = []
  if (order && order.issuedAtMs > nowMs + skewMs)
    found.push('The order is dated in the future of this computer’s clock.')
  if (!receipt) return found
  const { startedAtMs, keysGoneAtMs, finishedAtMs, outcome, filesLeft, keysDestroyed } = receipt
  if (order && startedAtMs < order.issuedAtMs - skewMs) {
    found.push('By the device’s clock the wipe began before it was ordered: that clock was wrong.')
  }
  if (keysGoneAtMs < startedAtMs || finishedAtMs < keysGoneAtMs) {
    found.push('By the device’s clock its steps are out of order: that clock was set during the wipe.')
  }
  if (finishedAtMs > nowMs + skewMs) found.push('The receipt is dated in the future of this computer’s clock.')
  if (filesLeft > 0) found.push(`${filesLeft} files could not be removed; their keys are gone.`)
  if (outcome === 'wiped' && filesLeft > 0)
    found.push('The receipt says that nothing was left, and that files were left.')
  if (keysDestroyed === 0) found.push('No key was destroyed: the device held none, or they were gone before.')
  return found
}
