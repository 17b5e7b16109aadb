// Owns the signed documents of a wipe (order, receipt, countersignature) and the sign-out, and the compact JWS form they travel in (RFC 7515, EdDSA
// of RFC 8037, payload canonical by RFC 8785). Format only: whoever calls brings the signature primitive.
// Always holds: nothing of a payload is looked at before its signature has been verified.

import canonicalize from 'canonicalize'
import { z } from 'zod'
import { limits } from './limits.ts'
import {
  conversationIdSchema,
  deviceIdSchema,
  orderIdSchema,
  timeMsSchema,
  userIdSchema,
  wipeIdSchema,
  workspaceIdSchema,
} from './model.ts'
import { type FailureCode, fail, ok, type Result } from './result.ts'
import { key32Schema } from './wire-values.ts'

/** Ed25519 signature over the bytes: 64 bytes. */
export type Sign = (bytes: Uint8Array) => Uint8Array
/** True where `signature` over `bytes` is the signature of the key that `kid` names. */
export type Verify = (kid: string, bytes: Uint8Array, signature: Uint8Array) => boolean

export const ORDER_TYPE = 'causeway-wipe-order+jws'
export const RECEIPT_TYPE = 'causeway-wipe-receipt+jws'
export const COUNTERSIGNATURE_TYPE = 'causeway-wipe-countersignature+jws'
/** Another document than a wipe's: no client can take one for the other. */
export const SIGN_OUT_TYPE = 'causeway-sign-out+jws'

/** A destructive order to one device. */
export const wipeOrderSchema = z.object({
  wipeId: wipeIdSchema,
  workspaceId: workspaceIdSchema,
  deviceId: deviceIdSchema,
  scope: z.union([
    z.object({ type: z.literal('device') }),
    z.object({
      type: z.literal('conversations'),
      conversationIds: z.array(conversationIdSchema).min(1).max(limits.conversationsPerOrder),
    }),
  ]),
  reason: z.string().min(1).max(limits.reasonChars),
  /** Who ordered it, as the person at the desk should read it. */
  issuedBy: z.string().min(1).max(limits.displayNameChars),
  workspaceName: z.string().min(1),
  issuedAtMs: timeMsSchema,
  /** Strictly above every earlier order to this device: a replay is refused. */
  counter: z.number().int().min(1),
  /** Refused from here on, by the clock of the server that hands it over; absent from servers before orders expired. */
  expiresAtMs: timeMsSchema.optional(),
  /** Whoever approved it, where two people had to agree. */
  approvedBy: z.string().min(1).max(limits.displayNameChars).optional(),
})
export type WipeOrder = z.infer<typeof wipeOrderSchema>

/** Ends a device's session and closes its cache, which stays sealed; destroys nothing. */
export const signOutOrderSchema = z.object({
  orderId: orderIdSchema,
  workspaceId: workspaceIdSchema,
  deviceId: deviceIdSchema,
  reason: z.string().min(1).max(limits.reasonChars),
  issuedBy: z.string().min(1).max(limits.displayNameChars),
  workspaceName: z.string().min(1),
  issuedAtMs: timeMsSchema,
  /** Of the same row as the counters of wipes. */
  counter: z.number().int().min(1),
  expiresAtMs: timeMsSchema,
})
export type SignOutOrder = z.infer<typeof signOutOrderSchema>

/** What the device did, signed with the device key. Proves that our client ran, not that no copy exists elsewhere. */
export const wipeReceiptSchema = z.object({
  wipeId: wipeIdSchema,
  deviceId: deviceIdSchema,
  userId: userIdSchema,
  /** 'wiped': everything declared was removed. 'partial': keys are gone, some files could not be removed. */
  outcome: z.enum(['wiped', 'partial']),
  /** Absent: the whole device. */
  scope: z.literal('conversations').optional(),
  /** Of those ordered, the ones that this desktop held anything of. */
  conversationIds: z.array(conversationIdSchema).optional(),
  keysDestroyed: z.number().int().min(0),
  filesRemoved: z.number().int().min(0),
  bytesRemoved: z.number().int().min(0),
  /** Files that could not be removed; their keys are gone. */
  filesLeft: z.number().int().min(0),
  startedAtMs: timeMsSchema,
  keysGoneAtMs: timeMsSchema,
  finishedAtMs: timeMsSchema,
  /** Process starts it took: 1, or more after crashes in between. */
  attempts: z.number().int().min(1),
  bootId: z.string().min(1).max(64),
  version: z.string().min(1).max(32),
})
export type WipeReceipt = z.infer<typeof wipeReceiptSchema>

/** The server's word that a receipt has come, and when by its clock: what a device says of its own times is only claimed. */
export const countersignatureSchema = z.object({
  wipeId: wipeIdSchema,
  workspaceId: workspaceIdSchema,
  deviceId: deviceIdSchema,
  /** SHA-256 over the compact JWS texts, base64url. */
  orderSha256: key32Schema,
  receiptSha256: key32Schema,
  receivedAtMs: timeMsSchema,
  /** When the server destroyed its half of the device's root key; absent for single conversations. */
  shareDestroyedAtMs: timeMsSchema.optional(),
})
export type Countersignature = z.infer<typeof countersignatureSchema>

// Strict: an extension that must be understood (`crit`, RFC 7515 §4.1.11) is one we do not understand.
const headerSchema = z.strictObject({ alg: z.literal('EdDSA'), typ: z.string(), kid: z.string().min(1).max(128) })

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const values = new Map([...alphabet].map((letter, value) => [letter, value]))

/** base64url without padding (RFC 4648 §5). */
export function toBase64url(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const chunk = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    const letters = Math.min(4, bytes.length - i + 1)
    for (let k = 0; k < letters; k++) text += alphabet[(chunk >> (18 - 6 * k)) & 63]
  }
  return text
}

/** The bytes of a base64url text; undefined where it is not exactly one (wrong letters, stray bits, wrong length). */
export function fromBase64url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let bits = 0
  let held = 0
  let at = 0
  for (const letter of text) {
    const value = values.get(letter)
    if (value === undefined) return undefined
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (held >> bits) & 0xff
    }
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : undefined
}

/** Canonical JSON (RFC 8785) as UTF-8. Throws on what JSON cannot say: a fault of the caller. */
function canonicalBytes(value: unknown): Uint8Array {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('not representable as JSON')
  return encoder.encode(text)
}

function signCompact(type: string, kid: string, payload: unknown, sign: Sign): string {
  const header = toBase64url(canonicalBytes({ alg: 'EdDSA', kid, typ: type }))
  const input = `${header}.${toBase64url(canonicalBytes(payload))}`
  return `${input}.${toBase64url(sign(encoder.encode(input)))}`
}

function openCompact<T>(
  jws: string,
  type: string,
  schema: z.ZodType<T>,
  verify: Verify,
  malformed: FailureCode,
  badSignature: FailureCode,
): Result<T> {
  const parts = jws.split('.')
  const [header, payload, signature] = parts.map((part) => fromBase64url(part))
  if (parts.length !== 3 || !header || !payload || !signature) return fail(malformed)
  const head = headerSchema.safeParse(readJson(header))
  if (!head.success || head.data.typ !== type) return fail(malformed)
  const signed = encoder.encode(jws.slice(0, jws.lastIndexOf('.')))
  if (signature.length !== 64 || !verify(head.data.kid, signed, signature)) return fail(badSignature)
  const body = schema.safeParse(readJson(payload))
  return body.success ? ok(body.data) : fail(malformed)
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes))
  } catch {
    return undefined
  }
}

/** The order as compact JWS, signed by the authority key `kid`. */
export function signOrder(order: WipeOrder, kid: string, sign: Sign): string {
  return signCompact(ORDER_TYPE, kid, order, sign)
}

/** Verifies and reads an order: `order-malformed` or `order-bad-signature` otherwise. */
export function openOrder(jws: string, verify: Verify): Result<WipeOrder> {
  return openCompact(jws, ORDER_TYPE, wipeOrderSchema, verify, 'order-malformed', 'order-bad-signature')
}

/** The receipt as compact JWS; `kid` is the device id. */
export function signReceipt(receipt: WipeReceipt, sign: Sign): string {
  return signCompact(RECEIPT_TYPE, receipt.deviceId, receipt, sign)
}

/** Verifies and reads a receipt: `receipt-malformed` or `receipt-bad-signature` otherwise. */
export function openReceipt(jws: string, verify: Verify): Result<WipeReceipt> {
  return openCompact(jws, RECEIPT_TYPE, wipeReceiptSchema, verify, 'receipt-malformed', 'receipt-bad-signature')
}

/** The server's word on a receipt as compact JWS, signed by the authority key `kid`. */
export function signCountersignature(content: Countersignature, kid: string, sign: Sign): string {
  return signCompact(COUNTERSIGNATURE_TYPE, kid, content, sign)
}

/** Verifies and reads a countersignature: `receipt-malformed` or `receipt-bad-signature` otherwise. */
export function openCountersignature(jws: string, verify: Verify): Result<Countersignature> {
  return openCompact(
    jws,
    COUNTERSIGNATURE_TYPE,
    countersignatureSchema,
    verify,
    'receipt-malformed',
    'receipt-bad-signature',
  )
}

/** The sign-out as compact JWS, signed by the authority key `kid`. */
export function signSignOut(order: SignOutOrder, kid: string, sign: Sign): string {
  return signCompact(SIGN_OUT_TYPE, kid, order, sign)
}

/** Verifies and reads a sign-out: `order-malformed` or `order-bad-signature` otherwise. */
export function openSignOut(jws: string, verify: Verify): Result<SignOutOrder> {
  return openCompact(jws, SIGN_OUT_TYPE, signOutOrderSchema, verify, 'order-malformed', 'order-bad-signature')
}
