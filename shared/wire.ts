// Owns the frames between a device and the workspace server (JSON text frames over WebSocket), and the enrolment call.
// Always holds: what clients send is strict, what servers send may grow; a change here changes the schema hash, which
// wire.test.ts ties to PROTOCOL_VERSION; the previous client must work with the new server.
// See docs/ARCHITECTURE.md "Wire" for the order of frames.

import { z } from 'zod'
import { limits } from './limits.ts'
import {
  clientIdSchema,
  conversationEventSchema,
  conversationIdSchema,
  conversationInfoSchema,
  deviceIdSchema,
  personSchema,
  policySchema,
  seqSchema,
  timeMsSchema,
  userIdSchema,
  wipeIdSchema,
  workspaceIdSchema,
} from './model.ts'

/**
 * History, a line each:
 * 1 — enrolment, device handshake with orders first, directory and access feeds, events, sends, reads, wipe receipts.
 */
export const PROTOCOL_VERSION = 1
/** The oldest version this server still speaks. May rise only with a release note. */
export const PROTOCOL_FLOOR = 1

const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/)
/** 32 raw bytes. */
const key32Schema = base64url.length(43)
/** 64 raw bytes: an Ed25519 signature. */
const signatureSchema = base64url.length(86)
const nonceSchema = key32Schema
const compactJws = (bytes: number) =>
  z
    .string()
    .max(bytes)
    .regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/)
/** A code as in failureCodes; kept open, since the peer may be newer. */
const codeSchema = z.string().min(1).max(64)
const requestIdSchema = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER)
/** Opaque position in a server feed; '' is its beginning. */
const feedCursorSchema = z.string().max(64)

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

// --- frames from the client -------------------------------------------------------------------------------------------------

export const authFrameSchema = z.strictObject({
  type: z.literal('auth'),
  version: z.number().int().min(1),
  deviceId: deviceIdSchema,
  origin: z.string().min(1).max(256),
  proof: signatureSchema,
  clientNonce: nonceSchema,
  clientVersion: z.string().min(1).max(32),
  platform: z.string().min(1).max(64),
  /** Where the device stands in the directory and access feeds. */
  directoryCursor: feedCursorSchema,
  accessCursor: feedCursorSchema,
})

/** Asks for a page of one conversation: forward after `after`, or backward before `before`. Answered by `events`. */
export const pullFrameSchema = z.strictObject({
  type: z.literal('pull'),
  id: requestIdSchema,
  conversationId: conversationIdSchema,
  from: z.union([z.strictObject({ after: seqSchema }), z.strictObject({ before: seqSchema.min(1) })]),
  limit: z.number().int().min(1).max(limits.eventsPerPage),
})

/** A message to append. Repeating it with the same clientId is harmless. */
export const sendFrameSchema = z.strictObject({
  type: z.literal('send'),
  conversationId: conversationIdSchema,
  clientId: clientIdSchema,
  body: z.string().min(1).max(limits.bodyChars),
})

/** The user has read up to and including `seq`; lower than before is a no-op. */
export const readFrameSchema = z.strictObject({
  type: z.literal('read'),
  conversationId: conversationIdSchema,
  seq: seqSchema,
})

export const pingFrameSchema = z.strictObject({ type: z.literal('ping') })

export const receiptFrameSchema = z.strictObject({
  type: z.literal('receipt'),
  wipeId: wipeIdSchema,
  receipt: compactJws(limits.receiptBytes),
})

export const upFrameSchema = z.discriminatedUnion('type', [
  authFrameSchema,
  pullFrameSchema,
  sendFrameSchema,
  readFrameSchema,
  pingFrameSchema,
  receiptFrameSchema,
])
export type UpFrame = z.infer<typeof upFrameSchema>
export type PullFrame = z.infer<typeof pullFrameSchema>
export type SendFrame = z.infer<typeof sendFrameSchema>
export type AuthFrame = z.infer<typeof authFrameSchema>

// --- frames from the server ---------------------------------------------------------------------------------------------------

export const helloFrameSchema = z.object({
  type: z.literal('hello'),
  versions: z.array(z.number().int()).min(1),
  workspaceId: workspaceIdSchema,
  nonce: nonceSchema,
  timeMs: timeMsSchema,
})

/** A wipe order, before any other frame that follows `auth`; nothing but `receiptAccepted` and `bye` follows it. */
export const orderFrameSchema = z.object({ type: z.literal('order'), order: compactJws(limits.orderBytes) })

export const leaseSchema = z.object({
  /** The server's half of the root key, 32 bytes. */
  share: key32Schema,
  /** Grows with each rotation of the share. */
  generation: z.number().int().min(1),
  issuedAtMs: timeMsSchema,
  untilMs: timeMsSchema,
})
export type Lease = z.infer<typeof leaseSchema>

export const headSchema = z.object({
  conversationId: conversationIdSchema,
  /** Highest seq of the conversation. */
  headSeq: seqSchema,
  /** When that event was appended: clients catch up newest first. */
  headAtMs: timeMsSchema,
  /** How far this user has read, on any device. */
  readSeq: seqSchema,
})
export type Head = z.infer<typeof headSchema>

export const welcomeFrameSchema = z.object({
  type: z.literal('welcome'),
  version: z.number().int(),
  /** Signature by the authority key `kid` over welcomeProofText. */
  kid: base64url.length(22),
  proof: signatureSchema,
  timeMs: timeMsSchema,
  userId: userIdSchema,
  workspaceName: z.string().min(1),
  lease: leaseSchema,
  policy: policySchema,
})

/** People added or changed since the cursor; `more` says that another frame follows. */
export const directoryFrameSchema = z.object({
  type: z.literal('directory'),
  people: z.array(personSchema),
  cursor: feedCursorSchema,
  more: z.boolean(),
})

/**
 * Conversations this user may see that were granted or changed since the cursor, and those lost. A lost conversation's
 * key is destroyed at once. During the handshake always sent, if only empty; live whenever something changes.
 */
export const accessFrameSchema = z.object({
  type: z.literal('access'),
  granted: z.array(conversationInfoSchema),
  revoked: z.array(conversationIdSchema),
  cursor: feedCursorSchema,
  more: z.boolean(),
})

/** Heads of all conversations this user may see, after directory and access: catch-up starts. */
export const headsFrameSchema = z.object({ type: z.literal('heads'), heads: z.array(headSchema), more: z.boolean() })

/** Answer to `pull`: events in ascending seq, contiguous. `headSeq` as of now. */
export const eventsFrameSchema = z.object({
  type: z.literal('events'),
  id: requestIdSchema,
  conversationId: conversationIdSchema,
  events: z.array(conversationEventSchema),
  headSeq: seqSchema,
})

/** A new event, live. The sender's own devices receive it too. */
export const eventFrameSchema = z.object({ type: z.literal('event'), event: conversationEventSchema })

/** A send is durable at `seq`. */
export const sentFrameSchema = z.object({
  type: z.literal('sent'),
  conversationId: conversationIdSchema,
  clientId: clientIdSchema,
  seq: seqSchema,
  atMs: timeMsSchema,
})

/** A send (by clientId) or a pull (by id) was refused. */
export const refusedFrameSchema = z.object({
  type: z.literal('refused'),
  clientId: clientIdSchema.optional(),
  id: requestIdSchema.optional(),
  code: codeSchema,
  message: z.string(),
  retryAfterMs: z.number().int().min(0).optional(),
})

/** This user has read further, on another device. */
export const readMovedFrameSchema = z.object({
  type: z.literal('readMoved'),
  conversationId: conversationIdSchema,
  seq: seqSchema,
})

export const pongFrameSchema = z.object({ type: z.literal('pong'), timeMs: timeMsSchema })

/** The lease was renewed or its term changed. */
export const leaseFrameSchema = z.object({ type: z.literal('lease'), lease: leaseSchema })
export const policyFrameSchema = z.object({ type: z.literal('policy'), policy: policySchema })

/** The receipt is stored; the device may destroy its device key. */
export const receiptAcceptedFrameSchema = z.object({ type: z.literal('receiptAccepted'), wipeId: wipeIdSchema })

/** The last frame before the server closes. */
export const byeFrameSchema = z.object({
  type: z.literal('bye'),
  code: codeSchema,
  message: z.string(),
  retryAfterMs: z.number().int().min(0).optional(),
})

export const downFrameSchema = z.discriminatedUnion('type', [
  helloFrameSchema,
  orderFrameSchema,
  welcomeFrameSchema,
  directoryFrameSchema,
  accessFrameSchema,
  headsFrameSchema,
  eventsFrameSchema,
  eventFrameSchema,
  sentFrameSchema,
  refusedFrameSchema,
  readMovedFrameSchema,
  pongFrameSchema,
  leaseFrameSchema,
  policyFrameSchema,
  receiptAcceptedFrameSchema,
  byeFrameSchema,
])
export type DownFrame = z.infer<typeof downFrameSchema>
export type DownFrameOf<T extends DownFrame['type']> = Extract<DownFrame, { type: T }>

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
