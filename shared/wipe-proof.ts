// Owns the judgement on the documents of one wipe: order, receipt and countersignature, each against its key and all
// against each other. The CLI, the app and the certificate share it.
// Always holds: nothing is told that was not signed by a key the caller brought; what is unlikely but signed is a doubt,
// what contradicts is refused. Pure: primitives and the time are parameters.
// Never: trusts a key, a hash or a time that came beside the documents.

import { limits } from './limits.ts'
import type { WipeId } from './model.ts'
import {
  type Countersignature,
  fromBase64url,
  openCountersignature,
  openOrder,
  openReceipt,
  toBase64url,
  type Verify,
  type WipeOrder,
  type WipeReceipt,
} from './proof.ts'
import { type Failure, type FailureCode, ok, type Result } from './result.ts'

/** Ed25519: true where `signature` over `bytes` verifies under the 32-byte `publicKey`. */
export type VerifyDetached = (publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array) => boolean
/** SHA-256 (FIPS 180-4): 32 bytes. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

export interface WipeDocuments {
  /** Compact JWS of the authority. */
  readonly order: string
  /** Compact JWS of the device, once there is one. */
  readonly receipt?: string | undefined
  /** Compact JWS of the authority over the receipt’s arrival, once there is one. */
  readonly countersignature?: string | undefined
}

export interface WipeProofRequest extends WipeDocuments {
  /** Ed25519, base64url, of the device that the order names; undefined where it is not known. */
  readonly devicePublicKey: string | undefined
  /** Ed25519, base64url: verify order and countersignature. */
  readonly authorityKeys: readonly { readonly kid: string; readonly publicKey: string }[]
  /** Whose wipe it must be, where the caller knows. */
  readonly workspaceId?: string | undefined
  readonly verify: VerifyDetached
  readonly sha256: Sha256
  /** The time to hold the documents’ times against. */
  readonly nowMs: number
}

/** Signed as it stands, but unlikely or less than it could be. */
export const proofDoubts = [
  /** No countersignature: when the receipt came is nobody’s signed word. */
  'not-countersigned',
  /** The countersignature does not say that the server’s half of the key was destroyed. */
  'share-not-told',
  'ordered-in-future',
  'received-in-future',
  /** By the device’s clock it began before the order is dated: that clock was wrong, or the order was signed anew since. */
  'began-before-order',
  'steps-out-of-order',
  /** By the device’s clock it ended after the server had its receipt. */
  'ended-after-receipt',
  'ended-in-future',
  'files-left',
  /** It says both that nothing was left and that files were. */
  'contradicts-itself',
  'no-keys',
] as const
export type ProofDoubt = (typeof proofDoubts)[number]

/** The key that signed a document and the SHA-256 of its compact JWS text, base64url. */
export interface ProofMark {
  readonly kid: string
  readonly sha256: string
}

interface Opened<T> {
  readonly value: T
  readonly mark: ProofMark
}

export type WipeProof =
  /** The order verifies; nothing says yet that it was carried out. */
  | { readonly type: 'open'; readonly order: WipeOrder; readonly marks: { readonly order: ProofMark } }
  | {
      readonly type: 'verified'
      readonly order: WipeOrder
      readonly receipt: WipeReceipt
      readonly countersignature?: Countersignature
      /** Of the wipe of the whole device whose receipt stands for this wipe of conversations. */
      readonly coveredBy?: WipeId
      readonly marks: { readonly order: ProofMark; readonly receipt: ProofMark; readonly countersignature?: ProofMark }
      readonly doubts: readonly ProofDoubt[]
    }
  | {
      readonly type: 'not-verified'
      readonly document: 'order' | 'receipt' | 'countersignature'
      /** A code that says which of the checks it was, and why in English. */
      readonly failure: Failure
    }
type Refused = Extract<WipeProof, { type: 'not-verified' }>

/**
 * Judges the documents of one wipe. `not-verified` carries the first thing that does not hold: `order-malformed`,
 * `order-bad-signature`, `receipt-malformed`, `receipt-bad-signature` (of a countersignature too), `wrong-server`,
 * `order-wrong-device`, or `bad-input` where well signed documents do not belong together.
 */
export function verifyWipeProof(request: WipeProofRequest): WipeProof {
  const { workspaceId, nowMs } = request
  const authority = new Map(request.authorityKeys.map(({ kid, publicKey }) => [kid, publicKey]))
  const order = opened(request, request.order, authority, openOrder)
  if (!order.ok) return refused('order', order.error)
  if (workspaceId !== undefined && order.value.value.workspaceId !== workspaceId) {
    return contradiction('order', 'wrong-server', 'The order is of another workspace than the keys.')
  }
  if (request.receipt === undefined) {
    if (request.countersignature !== undefined) {
      return contradiction('countersignature', 'bad-input', 'A countersignature without the receipt that it is for.')
    }
    return { type: 'open', order: order.value.value, marks: { order: order.value.mark } }
  }

  const { deviceId } = order.value.value
  const deviceKeys = new Map<string, string>(
    request.devicePublicKey === undefined ? [] : [[deviceId, request.devicePublicKey]],
  )
  const receipt = opened(request, request.receipt, deviceKeys, openReceipt)
  if (!receipt.ok) return refused('receipt', receipt.error)
  const countersignature =
    request.countersignature === undefined
      ? undefined
      : opened(request, request.countersignature, authority, openCountersignature)
  if (countersignature && !countersignature.ok) return refused('countersignature', countersignature.error)
  const signed = { order: order.value, receipt: receipt.value, countersignature: countersignature?.value }
  return disagreement(signed) ?? verified(signed, nowMs)
}

interface Signed {
  readonly order: Opened<WipeOrder>
  readonly receipt: Opened<WipeReceipt>
  readonly countersignature: Opened<Countersignature> | undefined
}

/** Why well signed documents are not of one wipe; undefined where they are. */
function disagreement({ order, receipt, countersignature }: Signed): Refused | undefined {
  const ordered = order.value
  const told = receipt.value
  if (told.deviceId !== ordered.deviceId) {
    return contradiction('receipt', 'order-wrong-device', 'Order and receipt are of different devices.')
  }
  if (countersignature) {
    const { value } = countersignature
    if (value.workspaceId !== ordered.workspaceId) {
      return contradiction(
        'countersignature',
        'wrong-server',
        'Order and countersignature are of different workspaces.',
      )
    }
    if (value.deviceId !== ordered.deviceId) {
      return contradiction(
        'countersignature',
        'order-wrong-device',
        'Order and countersignature are of different devices.',
      )
    }
    if (value.wipeId !== ordered.wipeId) {
      return contradiction('countersignature', 'bad-input', 'Order and countersignature are of different wipes.')
    }
    if (value.orderSha256 !== order.mark.sha256) {
      return contradiction('countersignature', 'bad-input', 'The countersignature is for another text of the order.')
    }
    if (value.receiptSha256 !== receipt.mark.sha256) {
      return contradiction('countersignature', 'bad-input', 'The countersignature is for another receipt.')
    }
    // Both times are of the server's one clock, which may have been set by as much as we call a skew.
    if (value.receivedAtMs < ordered.issuedAtMs - limits.clockSkewMs) {
      return contradiction('countersignature', 'bad-input', 'The receipt came before the order was given.')
    }
    if (value.shareDestroyedAtMs !== undefined && value.shareDestroyedAtMs > value.receivedAtMs + limits.clockSkewMs) {
      return contradiction('countersignature', 'bad-input', 'It tells of what happened after it was signed.')
    }
  }
  const { scope } = ordered
  if (told.scope === 'conversations') {
    if (scope.type === 'device') {
      return contradiction('receipt', 'bad-input', 'The whole device was ordered, and conversations alone were wiped.')
    }
    const named = new Set<string>(scope.conversationIds)
    if (told.conversationIds?.some((id) => !named.has(id))) {
      return contradiction('receipt', 'bad-input', 'The receipt names conversations that were not ordered.')
    }
  }
  if (told.wipeId !== ordered.wipeId) {
    // The whole device went while a wipe of conversations was open: only the authority's word joins the two.
    const covers = scope.type === 'conversations' && told.scope === undefined && countersignature !== undefined
    if (!covers) return contradiction('receipt', 'bad-input', 'Order and receipt are of different wipes.')
  }
  return undefined
}

function verified({ order, receipt, countersignature }: Signed, nowMs: number): WipeProof {
  return {
    type: 'verified',
    order: order.value,
    receipt: receipt.value,
    ...(countersignature ? { countersignature: countersignature.value } : {}),
    ...(receipt.value.wipeId === order.value.wipeId ? {} : { coveredBy: receipt.value.wipeId }),
    marks: {
      order: order.mark,
      receipt: receipt.mark,
      ...(countersignature ? { countersignature: countersignature.mark } : {}),
    },
    doubts: doubtsOf({ order: order.value, receipt: receipt.value, countersignature: countersignature?.value }, nowMs),
  }
}

/** What is unlikely of documents that verify, alone or together, or less than it could be. `nowMs`: as of a request. */
export function doubtsOf(
  documents: {
    readonly order?: WipeOrder | undefined
    readonly receipt?: WipeReceipt | undefined
    readonly countersignature?: Countersignature | undefined
  },
  nowMs: number,
): ProofDoubt[] {
  const { order, receipt, countersignature } = documents
  const skewMs = limits.clockSkewMs
  const receivedAtMs = countersignature?.receivedAtMs
  const isWhole = order !== undefined && receipt !== undefined
  const holds: Readonly<Record<ProofDoubt, boolean | undefined>> = {
    'not-countersigned': isWhole && countersignature === undefined,
    'share-not-told': order?.scope.type === 'device' && countersignature && !countersignature.shareDestroyedAtMs,
    'ordered-in-future': order && order.issuedAtMs > nowMs + skewMs,
    'received-in-future': receivedAtMs !== undefined && receivedAtMs > nowMs + skewMs,
    'began-before-order': isWhole && receipt.startedAtMs < order.issuedAtMs - skewMs,
    'steps-out-of-order':
      receipt && (receipt.keysGoneAtMs < receipt.startedAtMs || receipt.finishedAtMs < receipt.keysGoneAtMs),
    'ended-after-receipt': receipt && receivedAtMs !== undefined && receipt.finishedAtMs > receivedAtMs + skewMs,
    'ended-in-future': receipt && receipt.finishedAtMs > nowMs + skewMs,
    'files-left': receipt && receipt.filesLeft > 0,
    'contradicts-itself': receipt?.outcome === 'wiped' && receipt.filesLeft > 0,
    // A desktop that held nothing of the conversations had no key of theirs.
    'no-keys': receipt?.keysDestroyed === 0 && receipt.conversationIds?.length !== 0,
  }
  return proofDoubts.filter((doubt) => holds[doubt] === true)
}

/** A document opened under `keys`, with its mark. */
function opened<T>(
  { verify, sha256 }: WipeProofRequest,
  jws: string,
  keys: ReadonlyMap<string, string>,
  open: (jws: string, verify: Verify) => Result<T>,
): Result<Opened<T>> {
  let signer = ''
  const result = open(jws, (kid, bytes, signature) => {
    signer = kid
    const encoded = keys.get(kid)
    const publicKey = encoded === undefined ? undefined : fromBase64url(encoded)
    return publicKey?.length === 32 && verify(publicKey, bytes, signature)
  })
  if (!result.ok) return result
  return ok({ value: result.value, mark: { kid: signer, sha256: hashOf(jws, sha256) } })
}

/** SHA-256 over a compact JWS text, base64url: as countersignatures quote it. */
export function hashOf(jws: string, sha256: Sha256): string {
  return toBase64url(sha256(new TextEncoder().encode(jws)))
}

function refused(document: Refused['document'], failure: Failure): Refused {
  return { type: 'not-verified', document, failure }
}

function contradiction(document: Refused['document'], code: FailureCode, message: string): Refused {
  return refused(document, { code, message })
}
