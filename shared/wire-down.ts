// Owns the frames that the server sends to a device. Always holds: every one may grow (unknown fields are dropped, unknown
// types skipped), so that an older client goes on; nothing here is trusted before the welcome has been proven.

import { z } from 'zod'
import { fleetToldSchema } from './fleet.ts'
import { limits } from './limits.ts'
import {
  clientIdSchema,
  conversationEventSchema,
  conversationIdSchema,
  conversationInfoSchema,
  conversationPrefsSchema,
  fileInfoSchema,
  personSchema,
  policySchema,
  presenceStates,
  seqSchema,
  timeMsSchema,
  userIdSchema,
  wipeIdSchema,
  workspaceIdSchema,
} from './model.ts'
import {
  base64url,
  codeSchema,
  compactJws,
  feedCursorSchema,
  key32Schema,
  nonceSchema,
  requestIdSchema,
  signatureSchema,
} from './wire-values.ts'

export const helloFrameSchema = z.object({
  type: z.literal('hello'),
  versions: z.array(z.number().int()).min(1),
  workspaceId: workspaceIdSchema,
  nonce: nonceSchema,
  timeMs: timeMsSchema,
})

/**
 * An order: a wipe, or a sign-out, before any other frame that follows `auth`. After one for the whole device nothing but
 * `receiptAccepted` and `bye` follows; after those for single conversations, which need version 2, the welcome does.
 */
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
  /** This user's settings; absent where they are the default. */
  prefs: conversationPrefsSchema.optional(),
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
  /** What this user may do beyond talking. */
  roles: z.array(z.string().max(64)).max(16).optional(),
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

/** A send or an act is durable at `seq`. */
export const sentFrameSchema = z.object({
  type: z.literal('sent'),
  conversationId: conversationIdSchema,
  clientId: clientIdSchema,
  seq: seqSchema,
  atMs: timeMsSchema,
})

/** A send or an act (by clientId), or a pull or a request (by id), was refused. */
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

/** The answer to a request that was not refused. */
export const answerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('created'), conversationId: conversationIdSchema }),
  z.object({ type: z.literal('done') }),
  z.object({
    type: z.literal('browsed'),
    found: z.array(
      z.object({
        conversationId: conversationIdSchema,
        name: z.string().max(limits.conversationNameChars),
        topic: z.string().max(limits.topicChars).optional(),
        space: z.string().max(limits.conversationNameChars).optional(),
        members: z.number().int().min(0),
        isMember: z.boolean(),
      }),
    ),
    cursor: feedCursorSchema.optional(),
  }),
  /** 0 where no event is as late. */
  z.object({ type: z.literal('seqAt'), seq: seqSchema }),
  /** PUT each missing part to `/v1/files/{sha256}/parts/{n}`, then POST `/v1/files/{sha256}/finish`, with the permit as bearer. */
  z.object({
    type: z.literal('upload'),
    permit: z.string().max(512),
    /** Parts that are there, from the first without a gap. */
    parts: z.number().int().min(0),
    /** The file is whole there: nothing to send. */
    complete: z.boolean(),
  }),
  /** GET `/v1/files/{sha256}/parts/{n}`, n from 0, with the permit as bearer. */
  z.object({ type: z.literal('fleet'), told: fleetToldSchema }),
  z.object({ type: z.literal('download'), permit: z.string().max(512), bytes: fileInfoSchema.shape.bytes }),
])
export type Answer = z.infer<typeof answerSchema>
export type AnswerOf<T extends Answer['type']> = Extract<Answer, { type: T }>
export const answerFrameSchema = z.object({ type: z.literal('answer'), id: requestIdSchema, answer: answerSchema })

/** This user's settings for a conversation have changed; the device that set them is told too: what it set has arrived. */
export const prefsMovedFrameSchema = z.object({
  type: z.literal('prefsMoved'),
  conversationId: conversationIdSchema,
  prefs: conversationPrefsSchema,
})

/** Of people this device watches: all at first, then those that changed. */
export const presenceFrameSchema = z.object({
  type: z.literal('presence'),
  people: z.array(z.object({ userId: userIdSchema, state: z.enum(presenceStates) })).max(limits.watchedPeople),
})

/** How far other members of the watched conversation have read: all at first, then those that moved. */
export const readsFrameSchema = z.object({
  type: z.literal('reads'),
  conversationId: conversationIdSchema,
  reads: z.array(z.object({ userId: userIdSchema, seq: seqSchema })).max(limits.livelyMembers),
})

/** Somebody types in the watched conversation. */
export const typingFrameSchema = z.object({
  type: z.literal('typing'),
  conversationId: conversationIdSchema,
  userId: userIdSchema,
  threadSeq: seqSchema.min(1).optional(),
})

export const pongFrameSchema = z.object({ type: z.literal('pong'), timeMs: timeMsSchema })

/** The lease was renewed or its term changed. */
export const leaseFrameSchema = z.object({ type: z.literal('lease'), lease: leaseSchema })
export const policyFrameSchema = z.object({ type: z.literal('policy'), policy: policySchema })

/** This user's roles have changed. */
export const rolesFrameSchema = z.object({ type: z.literal('roles'), roles: z.array(z.string().max(64)).max(16) })
/** Devices or orders have changed; told to IT people whose desktops have asked for the fleet, gathered. */
export const fleetMovedFrameSchema = z.object({ type: z.literal('fleetMoved') })

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
  answerFrameSchema,
  prefsMovedFrameSchema,
  presenceFrameSchema,
  readsFrameSchema,
  typingFrameSchema,
  rolesFrameSchema,
  fleetMovedFrameSchema,
])
export type DownFrame = z.infer<typeof downFrameSchema>
export type DownFrameOf<T extends DownFrame['type']> = Extract<DownFrame, { type: T }>
