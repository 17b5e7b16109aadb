// Owns what the CLI reads of a wipe's documents from a file, and how it judges them: by shared/wipe-proof.ts, under keys
// that were brought along, and against what stands beside them in the file.
// Always holds: nothing is reported that was not signed by such a key; what is outside the signatures must at least agree
// with what is inside. Pure: no clock, network or file of its own.
// Never: trusts a key that came with the document.

import { z } from 'zod'
import { type AdminKeys, adminKeysSchema, adminWipeSchema } from '../shared/admin.ts'
import { englishWords } from '../shared/certificate-words.ts'
import { type WipeFile, wipeFileSchema } from '../shared/fleet.ts'
import {
  COUNTERSIGNATURE_TYPE,
  type Countersignature,
  fromBase64url,
  ORDER_TYPE,
  openCountersignature,
  openOrder,
  openReceipt,
  RECEIPT_TYPE,
  type Verify,
  type WipeOrder,
  type WipeReceipt,
} from '../shared/proof.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import {
  doubtsOf,
  type ProofMark,
  type Sha256,
  type VerifyDetached,
  verifyWipeProof,
  type WipeProof,
} from '../shared/wipe-proof.ts'

/** Signature and hash, where the command has loaded them. */
export interface ProofPrimitives {
  readonly verify: VerifyDetached
  readonly sha256: Sha256
}

/** What a file holds to be verified: one bare document, or all of a wipe with what the server says around them. */
export type WipeDocuments =
  | { readonly type: 'order' | 'receipt' | 'countersignature'; readonly jws: string }
  | { readonly type: 'wipe'; readonly wipe: FiledWipe }

/** The documents of a wipe, and what stands beside them. */
interface FiledWipe {
  readonly order: string
  readonly receipt: string | undefined
  readonly countersignature: string | undefined
  readonly beside: {
    readonly wipeId: string | undefined
    readonly deviceId: string | undefined
    readonly issuedAtMs: number | undefined
    readonly status: WipeFile['status'] | undefined
    readonly devicePublicKey: string | undefined
    readonly authorityKeys: WipeFile['authorityKeys']
    readonly conversationIds: readonly string[] | undefined
  }
}

export interface WipeVerdict {
  readonly verified: true
  readonly wipeId: string
  readonly deviceId: string
  /** Absent where the file held no order; so with the other two. */
  readonly order?: WipeOrder
  readonly receipt?: WipeReceipt
  readonly countersignature?: Countersignature
  /** The wipe of the whole device whose receipt stands for this wipe of conversations. */
  readonly coveredBy?: string
  /** Key and SHA-256 of each document, where all of a wipe was given. */
  readonly marks?: Readonly<Record<string, ProofMark>>
  /** What holds, given that the keys are the right ones. */
  readonly proves: readonly string[]
  readonly doesNotProve: readonly string[]
  /** Signed as they are, but unlikely: clocks that disagree, files left. */
  readonly doubts: readonly string[]
}

/** Output of `wipes show --json`, or just its documents. Strict: a verifier must not pass over what it cannot read. */
const shownWipeSchema = z.strictObject({
  ...z.strictObject(adminWipeSchema.shape).partial().shape,
  order: z.string(),
})
/** The documents as the app saves them. */
const savedWipeSchema = z.strictObject(wipeFileSchema.shape)

const compactJws = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

/** Recognises what `text` holds, without believing any of it. `bad-input` where it is none of the forms. */
export function readDocuments(text: string): Result<WipeDocuments> {
  const jws = text.trim()
  if (compactJws.test(jws)) {
    const type = claimedType(jws)
    if (type === ORDER_TYPE) return ok({ type: 'order', jws })
    if (type === RECEIPT_TYPE) return ok({ type: 'receipt', jws })
    if (type === COUNTERSIGNATURE_TYPE) return ok({ type: 'countersignature', jws })
    return fail('bad-input', 'The file holds a JWS that is no document of a wipe.')
  }
  const value = parseJson(jws)
  const shown = shownWipeSchema.safeParse(value)
  if (shown.success) {
    const { order, receipt, countersignature, wipeId, deviceId, issuedAt, status, devicePublicKey } = shown.data
    const issuedAtMs = issuedAt === undefined ? undefined : Date.parse(issuedAt)
    const { conversationIds } = shown.data
    const beside = { wipeId, deviceId, issuedAtMs, status, devicePublicKey, authorityKeys: [], conversationIds }
    return ok({ type: 'wipe', wipe: { order, receipt, countersignature, beside } })
  }
  const saved = savedWipeSchema.safeParse(value)
  if (saved.success) return ok({ type: 'wipe', wipe: filedOf(saved.data) })
  return fail('bad-input', 'The file is neither the JSON of `wipes show --json` nor a compact JWS.')
}

function filedOf(wipe: WipeFile): FiledWipe {
  const { order, receipt, countersignature, wipeId, device, issuedAtMs, status, devicePublicKey, authorityKeys } = wipe
  const conversationIds = wipe.conversations?.map((each) => each.conversationId)
  const { deviceId } = device
  const beside = { wipeId, deviceId, issuedAtMs, status, devicePublicKey, authorityKeys, conversationIds }
  return { order, receipt, countersignature, beside }
}

/** Reads the output of `keys show --json`. */
export function readKeys(text: string): Result<AdminKeys> {
  const parsed = adminKeysSchema.safeParse(parseJson(text))
  return parsed.success ? ok(parsed.data) : fail('bad-input', 'The key file is not the JSON of `keys show --json`.')
}

/** The judgement on all documents of a wipe under `keys`; the device's key is found by the device that the order names. */
export function proofOf(
  wipe: Pick<FiledWipe, 'order' | 'receipt' | 'countersignature'>,
  keys: AdminKeys,
  primitives: ProofPrimitives,
  nowMs: number,
): WipeProof {
  const order = openOrder(wipe.order, verifierOf(authorityKeys(keys), primitives.verify))
  return verifyWipeProof({
    order: wipe.order,
    receipt: wipe.receipt,
    countersignature: wipe.countersignature,
    devicePublicKey: order.ok ? deviceKeys(keys).get(order.value.deviceId) : undefined,
    authorityKeys: keys.authority,
    workspaceId: keys.workspaceId,
    ...primitives,
    nowMs,
  })
}

/**
 * Verifies `documents` under `keys`. Fails with the code of the first thing that does not hold: `order-malformed`,
 * `order-bad-signature`, `order-wrong-device`, `receipt-malformed`, `receipt-bad-signature` (of a countersignature too),
 * `wrong-server`, `bad-input`; `not-found` where a wipe has no receipt yet. `nowMs` is the time to hold the documents' times
 * against.
 */
export function verifyWipe(
  documents: WipeDocuments,
  keys: AdminKeys,
  primitives: ProofPrimitives,
  nowMs: number,
): Result<WipeVerdict> {
  if (documents.type === 'wipe') return verifyFiled(documents.wipe, keys, primitives, nowMs)
  const { type, jws } = documents
  const opened = openAlone(type, jws, keys, primitives.verify)
  if (!opened.ok) return opened
  return ok({
    verified: true,
    ...opened.value.about,
    ...opened.value.documents,
    proves: proves(opened.value.documents),
    doesNotProve: doesNotProve(opened.value.documents),
    doubts: doubtsOf(opened.value.documents, nowMs).map((doubt) => englishWords.doubts[doubt]),
  })
}

interface OpenedDocuments {
  readonly order?: WipeOrder
  readonly receipt?: WipeReceipt
  readonly countersignature?: Countersignature
}

/** One document that came without the others. */
function openAlone(
  type: 'order' | 'receipt' | 'countersignature',
  jws: string,
  keys: AdminKeys,
  verify: VerifyDetached,
): Result<{ documents: OpenedDocuments; about: { wipeId: string; deviceId: string } }> {
  const aboutOf = ({ wipeId, deviceId }: { wipeId: string; deviceId: string }) => ({ wipeId, deviceId })
  if (type === 'receipt') {
    let signer: string | undefined
    const receipt = openReceipt(jws, (kid, bytes, signature) => {
      signer = kid
      return verifierOf(deviceKeys(keys), verify)(kid, bytes, signature)
    })
    if (!receipt.ok) return receipt
    // Another device of the same workspace has a key here too: it can sign, but not for this device.
    if (signer !== receipt.value.deviceId) {
      return fail('receipt-bad-signature', 'The receipt is signed by another device than the one it names.')
    }
    return ok({ documents: { receipt: receipt.value }, about: aboutOf(receipt.value) })
  }
  const byAuthority = verifierOf(authorityKeys(keys), verify)
  const document = type === 'order' ? openOrder(jws, byAuthority) : openCountersignature(jws, byAuthority)
  if (!document.ok) return document
  if (document.value.workspaceId !== keys.workspaceId) {
    return fail('wrong-server', 'The document is of another workspace than the keys.')
  }
  return ok({ documents: { [type]: document.value }, about: aboutOf(document.value) })
}

function verifyFiled(
  wipe: FiledWipe,
  keys: AdminKeys,
  primitives: ProofPrimitives,
  nowMs: number,
): Result<WipeVerdict> {
  const proof = proofOf(wipe, keys, primitives, nowMs)
  if (proof.type === 'not-verified') return { ok: false, error: proof.failure }
  const wrong = disagreeing(wipe, proof.order, keys)
  if (wrong !== undefined) {
    return fail('bad-input', `What stands beside the documents does not agree with them: ${wrong}.`)
  }
  if (proof.type === 'open') {
    return fail('not-found', 'The order verifies, but there is no receipt yet: nothing proves that it was carried out.')
  }
  const { order, receipt, countersignature, coveredBy, marks, doubts } = proof
  const opened = { order, receipt, ...(countersignature ? { countersignature } : {}) }
  return ok({
    verified: true,
    wipeId: order.wipeId,
    deviceId: order.deviceId,
    ...opened,
    ...(coveredBy === undefined ? {} : { coveredBy }),
    marks: { ...marks },
    proves: proves(opened),
    doesNotProve: doesNotProve(opened),
    doubts: [
      ...(coveredBy === undefined ? [] : [englishWords.coveredBy(coveredBy)]),
      ...doubts.map((doubt) => englishWords.doubts[doubt]),
    ],
  })
}

/** Name of what stands beside the documents and contradicts them; undefined where nothing does. */
function disagreeing({ beside, receipt }: FiledWipe, order: WipeOrder, keys: AdminKeys): string | undefined {
  const ordered = order.scope.type === 'device' ? undefined : order.scope.conversationIds
  const known = authorityKeys(keys)
  const isSame = (one: readonly string[], other: readonly string[]): boolean =>
    one.length === other.length && one.every((id) => other.includes(id))
  const claims: readonly (readonly [name: string, agrees: boolean])[] = [
    ['wipeId', beside.wipeId === undefined || beside.wipeId === order.wipeId],
    ['deviceId', beside.deviceId === undefined || beside.deviceId === order.deviceId],
    // An order is signed after it was issued, and anew where it was about to end.
    ['issuedAt', beside.issuedAtMs === undefined || beside.issuedAtMs <= order.issuedAtMs],
    [
      'devicePublicKey',
      beside.devicePublicKey === undefined || beside.devicePublicKey === deviceKeys(keys).get(order.deviceId),
    ],
    ['authorityKeys', beside.authorityKeys.every((key) => (known.get(key.kid) ?? key.publicKey) === key.publicKey)],
    [
      'conversationIds',
      beside.conversationIds === undefined || (ordered !== undefined && isSame(beside.conversationIds, ordered)),
    ],
    ['status', beside.status === undefined || fitsReceipt(beside.status, receipt !== undefined)],
  ]
  return claims.find(([, agrees]) => !agrees)?.[0]
}

function fitsReceipt(status: WipeFile['status'], hasReceipt: boolean): boolean {
  return status === 'failed' || (status === 'done') === hasReceipt
}

function authorityKeys(keys: AdminKeys): Map<string, string> {
  return new Map(keys.authority.map((key) => [key.kid, key.publicKey]))
}

function deviceKeys(keys: AdminKeys): Map<string, string> {
  return new Map(keys.devices.map((device) => [device.deviceId, device.publicKey]))
}

function verifierOf(publicKeys: ReadonlyMap<string, string>, verify: VerifyDetached): Verify {
  return (kid, bytes, signature) => {
    const encoded = publicKeys.get(kid)
    const publicKey = encoded === undefined ? undefined : fromBase64url(encoded)
    return publicKey?.length === 32 && verify(publicKey, bytes, signature)
  }
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

function proves({ order, receipt, countersignature }: OpenedDocuments): string[] {
  return [
    ...(order
      ? ['The order was signed by the workspace’s device authority, and nothing of it was changed since.']
      : []),
    ...(receipt
      ? [
          'The receipt was signed by the device’s key, and nothing of it was changed since.',
          receipt.outcome === 'wiped'
            ? 'The desktop client on that device ran the wipe and found nothing left of what it was to destroy.'
            : 'The desktop client on that device destroyed its keys; files it could not remove are unreadable without them.',
        ]
      : []),
    ...(countersignature
      ? ['The workspace server had that receipt for that order at the time stated, by its own clock.']
      : []),
    ...(order && receipt ? ['Order and receipt are of the same device, and belong together.'] : []),
  ]
}

function doesNotProve({ order, receipt, countersignature }: OpenedDocuments): string[] {
  return [
    ...(receipt
      ? [
          'That no copy exists elsewhere: a photograph, a screenshot, a backup or image of the disk, another device.',
          'That the client was unaltered: malware that held the device key could sign as well.',
          'The times of the receipt: they are by the clock of the device.',
        ]
      : countersignature
        ? ['What the receipt says: only the receipt itself does.']
        : ['That the order was carried out: only a receipt says so.']),
    ...(order ? [] : ['Who ordered the wipe and why: no order was given.']),
    'That the keys are the right ones: keys kept from before the wipe make this independent of the server.',
  ]
}
