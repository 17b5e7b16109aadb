// Owns the frames that a device sends to the server. Always holds: every one is strict, so that a field which the server does
// not know is refused rather than lost; what a server of an earlier version does not know is said where it stands.

import { z } from 'zod'
import { fleetAskSchema } from './fleet.ts'
import { limits } from './limits.ts'
import {
  clientIdSchema,
  conversationIdSchema,
  conversationInfoSchema,
  conversationKinds,
  conversationPrefsSchema,
  deviceIdSchema,
  emojiSchema,
  fileInfoSchema,
  mentionsInputSchema,
  seqSchema,
  thumbnailSchema,
  timeMsSchema,
  userIdSchema,
  wipeIdSchema,
} from './model.ts'
import { compactJws, feedCursorSchema, nonceSchema, requestIdSchema, signatureSchema } from './wire-values.ts'

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

const { sha256, name: fileName, mediaType, bytes } = fileInfoSchema.shape
const sentFileSchema = z.strictObject({
  sha256,
  name: fileName,
  mediaType,
  bytes,
  thumbnail: z.strictObject(thumbnailSchema.shape).optional(),
})

/**
 * A message to append. Repeating it with the same clientId is harmless. The body is as normaliseBody leaves it, so that
 * mentions count in it; files have been uploaded before. Fields after `body` need version 2.
 */
export const sendFrameSchema = z.strictObject({
  type: z.literal('send'),
  conversationId: conversationIdSchema,
  clientId: clientIdSchema,
  body: z.string().min(1).max(limits.bodyChars),
  isFallback: z.boolean().optional(),
  files: z.array(sentFileSchema).min(1).max(limits.filesPerMessage).optional(),
  mentions: mentionsInputSchema.optional(),
  threadSeq: seqSchema.min(1).optional(),
  quoteSeq: seqSchema.min(1).optional(),
  /** A message of another conversation, whose words and files the server puts in. */
  forward: z.strictObject({ conversationId: conversationIdSchema, seq: seqSchema.min(1) }).optional(),
})

/** What a person does to a message that stands in the log. Becomes an event; answered like `send`. Version 2. */
export const messageActSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('edit'),
    targetSeq: seqSchema.min(1),
    body: z.string().min(1).max(limits.bodyChars),
    mentions: mentionsInputSchema.optional(),
  }),
  z.strictObject({ type: z.literal('delete'), targetSeq: seqSchema.min(1) }),
  z.strictObject({ type: z.literal('react'), targetSeq: seqSchema.min(1), emoji: emojiSchema, on: z.boolean() }),
])
export type MessageAct = z.infer<typeof messageActSchema>
/** Repeating it with the same clientId is harmless; clientIds of acts and messages are of one kind. */
export const actFrameSchema = z.strictObject({
  type: z.literal('act'),
  conversationId: conversationIdSchema,
  clientId: clientIdSchema,
  act: messageActSchema,
})

const { name: conversationName, topic: conversationTopic } = conversationInfoSchema.shape
const memberIdsSchema = z.array(userIdSchema).max(limits.membersPerRequest)
/**
 * What a device asks while it is connected: answered at once by `answer` or `refused` of the same id. What changes a
 * conversation reaches everybody, the asker too, as events and access. Version 2.
 */
export const requestSchema = z.discriminatedUnion('type', [
  /** Repeating it with the same clientId makes no second one. A direct one that exists is answered as if made. */
  z.strictObject({
    type: z.literal('create'),
    clientId: clientIdSchema,
    kind: z.enum(conversationKinds),
    /** Empty for a direct conversation. */
    name: conversationName,
    topic: conversationTopic,
    isOpen: z.boolean().optional(),
    /** Besides the asker. */
    memberIds: memberIdsSchema,
  }),
  z.strictObject({
    type: z.literal('change'),
    conversationId: conversationIdSchema,
    name: conversationName.min(1).optional(),
    topic: conversationTopic,
    isOpen: z.boolean().optional(),
    archived: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal('join'), conversationId: conversationIdSchema }),
  z.strictObject({ type: z.literal('leave'), conversationId: conversationIdSchema }),
  z.strictObject({ type: z.literal('invite'), conversationId: conversationIdSchema, userIds: memberIdsSchema.min(1) }),
  z.strictObject({ type: z.literal('remove'), conversationId: conversationIdSchema, userId: userIdSchema }),
  /** Open channels whose name or topic holds `text`, by name; the page after `cursor`. */
  z.strictObject({
    type: z.literal('browse'),
    text: z.string().max(limits.conversationNameChars),
    cursor: feedCursorSchema.optional(),
  }),
  /** The first event at or after this time. */
  z.strictObject({ type: z.literal('seqAt'), conversationId: conversationIdSchema, atMs: timeMsSchema }),
  /** May this file be sent to the conversation, and which parts of it are there already? */
  z.strictObject({ type: z.literal('upload'), conversationId: conversationIdSchema, sha256, bytes }),
  /** May this file of that message be fetched? */
  z.strictObject({
    type: z.literal('download'),
    conversationId: conversationIdSchema,
    seq: seqSchema.min(1),
    sha256,
  }),
  /** IT people only: `not-allowed` otherwise. */
  z.strictObject({ type: z.literal('fleet'), ask: fleetAskSchema }),
])
export type Request = z.infer<typeof requestSchema>
export type RequestOf<T extends Request['type']> = Extract<Request, { type: T }>
export const requestFrameSchema = z.strictObject({
  type: z.literal('request'),
  id: requestIdSchema,
  request: requestSchema,
})

/** The person's settings for a conversation, whole; the last to arrive counts. Version 2. */
export const prefsFrameSchema = z.strictObject({
  type: z.literal('prefs'),
  conversationId: conversationIdSchema,
  prefs: z.strictObject(conversationPrefsSchema.shape),
})

/**
 * What the window shows: from here on this device is told who of these people is there, and of the conversation who types
 * and how far each has read. Replaces what was said before; answered by `presence` and `reads`. Version 2.
 */
export const watchFrameSchema = z.strictObject({
  type: z.literal('watch'),
  conversationId: conversationIdSchema.optional(),
  people: z.array(userIdSchema).max(limits.watchedPeople),
})

/** The user types here now. Version 2. */
export const typingUpFrameSchema = z.strictObject({
  type: z.literal('typing'),
  conversationId: conversationIdSchema,
  threadSeq: seqSchema.min(1).optional(),
})

/** Whether the user is at this device. `away` until told otherwise. Version 2. */
export const attendFrameSchema = z.strictObject({ type: z.literal('attend'), state: z.enum(['active', 'away']) })

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

/** What a device tells of itself, for the fleet table. Version 2. */
export const reportFrameSchema = z.strictObject({
  type: z.literal('report'),
  /** Sealed bytes of cache, search index and files on its disk. */
  cacheBytes: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
})

export const upFrameSchema = z.discriminatedUnion('type', [
  authFrameSchema,
  pullFrameSchema,
  sendFrameSchema,
  readFrameSchema,
  pingFrameSchema,
  receiptFrameSchema,
  actFrameSchema,
  requestFrameSchema,
  prefsFrameSchema,
  watchFrameSchema,
  typingUpFrameSchema,
  attendFrameSchema,
  reportFrameSchema,
])
/** Those that a server of version 1 does not know; a `send` with more than `body` is as new. */
export const typesSince2: ReadonlySet<string> = new Set([
  'act',
  'request',
  'prefs',
  'watch',
  'typing',
  'attend',
  'report',
])
export type UpFrame = z.infer<typeof upFrameSchema>
export type PullFrame = z.infer<typeof pullFrameSchema>
export type SendFrame = z.infer<typeof sendFrameSchema>
export type AuthFrame = z.infer<typeof authFrameSchema>
export type ActFrame = z.infer<typeof actFrameSchema>
export type UpFrameOf<T extends UpFrame['type']> = Extract<UpFrame, { type: T }>
