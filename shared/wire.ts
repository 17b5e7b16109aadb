// Owns the frames between a device and the workspace server (JSON text frames over WebSocket), and the enrolment call.
// Always holds: what clients send is strict, what servers send may grow; a change here changes the schema hash, which
// wire.test.ts ties to PROTOCOL_VERSION; the previous client must work with the new server.
// See docs/ARCHITECTURE.md "Wire" for the order of frames.

import { z } from 'zod'
import { limits } from './limits.ts'
import { deviceIdSchema, timeMsSchema, userIdSchema, workspaceIdSchema } from './model.ts'
import { type DownFrame, downFrameSchema } from './wire-down.ts'
import { type UpFrame, upFrameSchema } from './wire-up.ts'
import { base64url, codeSchema, key32Schema, signatureSchema } from './wire-values.ts'

export {
  type Answer,
  type AnswerOf,
  accessFrameSchema,
  answerFrameSchema,
  answerSchema,
  byeFrameSchema,
  type DownFrame,
  type DownFrameOf,
  directoryFrameSchema,
  downFrameSchema,
  eventFrameSchema,
  eventsFrameSchema,
  type Head,
  headSchema,
  headsFrameSchema,
  helloFrameSchema,
  type Lease,
  leaseFrameSchema,
  leaseSchema,
  orderFrameSchema,
  policyFrameSchema,
  pongFrameSchema,
  prefsMovedFrameSchema,
  presenceFrameSchema,
  readMovedFrameSchema,
  readsFrameSchema,
  receiptAcceptedFrameSchema,
  refusedFrameSchema,
  sentFrameSchema,
  typingFrameSchema,
  welcomeFrameSchema,
} from './wire-down.ts'
export {
  type ActFrame,
  type AuthFrame,
  actFrameSchema,
  attendFrameSchema,
  authFrameSchema,
  type MessageAct,
  messageActSchema,
  type PullFrame,
  pingFrameSchema,
  prefsFrameSchema,
  pullFrameSchema,
  type Request,
  type RequestOf,
  readFrameSchema,
  receiptFrameSchema,
  requestFrameSchema,
  requestSchema,
  type SendFrame,
  sendFrameSchema,
  typesSince2,
  typingUpFrameSchema,
  type UpFrame,
  type UpFrameOf,
  upFrameSchema,
  watchFrameSchema,
} from './wire-up.ts'

/**
 * History, a line each:
 * 1 — enrolment, device handshake with orders first, directory and access feeds, events, sends, reads, wipe receipts.
 * 2 — acts on messages, requests about conversations and files, threads, quotes, mentions, preferences, presence; orders for
 *     single conversations, sign-outs, orders that expire, the fleet for IT people.
 */
export const PROTOCOL_VERSION = 2
/** The oldest version this server still speaks. May rise only with a release note. */
export const PROTOCOL_FLOOR = 1

// --- enrolment: POST /v1/enroll, and GET /v1/server to learn what answers ---------------------------------------------

export const authorityKeySchema = z.object({
  /** Key id: base64url of the first 16 bytes of SHA-256 over the public key. */
  kid: base64url.length(22),
  /** Ed25519 public key. */
  publicKey: key32Schema,
})
export type AuthorityKey = z.infer<typeof authorityKeySchema>

export const serverInfoSchema = z.object({
  product: z.literal('causeway'),
  workspaceId: workspaceIdSchema,
  versions: z.array(z.number().int()).min(1),
  timeMs: timeMsSchema,
})
export type ServerInfo = z.infer<typeof serverInfoSchema>

export const enrolRequestSchema = z.strictObject({
  /** As typed: case, blanks and hyphens do not matter; see normaliseEnrolCode. */
  code: z.string().min(1).max(64),
  /** Ed25519 public key of the device, made on the device. */
  devicePublicKey: key32Schema,
  /** Signature by the device key over enrolProofText: the enroller holds the key. */
  proof: signatureSchema,
  deviceName: z.string().min(1).max(limits.deviceNameChars),
  platform: z.string().min(1).max(64),
  clientVersion: z.string().min(1).max(32),
})
export type EnrolRequest = z.infer<typeof enrolRequestSchema>

export const enrolResponseSchema = z.object({
  deviceId: deviceIdSchema,
  userId: userIdSchema,
  workspaceId: workspaceIdSchema,
  workspaceName: z.string().min(1),
  authorityKeys: z.array(authorityKeySchema).min(1),
  timeMs: timeMsSchema,
})
export type EnrolResponse = z.infer<typeof enrolResponseSchema>

/** Errors over HTTP: RFC 9457 problem details with our code. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  code: codeSchema,
  detail: z.string().optional(),
  retryAfterMs: z.number().optional(),
})
export type Problem = z.infer<typeof problemSchema>

/** An enrolment code as compared: upper case, Crockford's look-alikes folded, separators dropped. */
export function normaliseEnrolCode(typed: string): string {
  return typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\p{Pd}\u2212_.]/gu, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1')
}

// --- texts that are signed; domain-separated so that a signature for one purpose never serves another --------------------

/** What a device signs to enrol. */
export function enrolProofText(normalisedCode: string, devicePublicKey: string): string {
  return `causeway enrol v1\n${normalisedCode}\n${devicePublicKey}\n`
}
/** What a device signs to connect: the server's nonce, the origin it dialled, itself. */
export function authProofText(origin: string, deviceId: string, serverNonce: string): string {
  return `causeway auth v1\n${origin}\n${deviceId}\n${serverNonce}\n`
}
/** What the server signs with its authority key, so that a device knows its own server whatever the network says. */
export function welcomeProofText(origin: string, deviceId: string, clientNonce: string): string {
  return `causeway welcome v1\n${origin}\n${deviceId}\n${clientNonce}\n`
}
/** What a device signs to deliver a wipe receipt is the receipt itself (compact JWS); see proof.ts. */

const downTypes: ReadonlySet<string> = new Set(downFrameSchema.options.map((o) => o.shape.type.value))

export type Parsed<F> =
  | { readonly type: 'frame'; readonly frame: F }
  /** A well-formed frame of a type this version does not know: log its type and skip it. */
  | { readonly type: 'unknown'; readonly frameType: string }
  | { readonly type: 'malformed'; readonly reason: string }

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function frameTypeOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined
  return typeof value.type === 'string' ? value.type : undefined
}

/** Where a value does not fit: paths and zod's codes only, since the values may be message text. */
function whyNot(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || '(frame)'}: ${issue.code}`)
    .join('; ')
}

/** Parses a text frame from a client. Unknown types are malformed: clients are strict. */
export function parseUpFrame(text: string): Parsed<UpFrame> {
  const value = parseJson(text)
  if (frameTypeOf(value) === undefined) return { type: 'malformed', reason: 'not a JSON object with a type' }
  const parsed = upFrameSchema.safeParse(value)
  return parsed.success ? { type: 'frame', frame: parsed.data } : { type: 'malformed', reason: whyNot(parsed.error) }
}

/** Parses a text frame from a server. */
export function parseDownFrame(text: string): Parsed<DownFrame> {
  const value = parseJson(text)
  const frameType = frameTypeOf(value)
  if (frameType === undefined) return { type: 'malformed', reason: 'not a JSON object with a type' }
  if (!downTypes.has(frameType)) return { type: 'unknown', frameType: frameType.slice(0, 64) }
  const parsed = downFrameSchema.safeParse(value)
  return parsed.success ? { type: 'frame', frame: parsed.data } : { type: 'malformed', reason: whyNot(parsed.error) }
}
