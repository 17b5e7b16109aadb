// Owns the words that client and server share: ids, people, conversations, events. Types with their zod schemas only.
// Always holds: an id is a branded string of a fixed form; `seq` is the server's and the only order in a conversation.

import { z } from 'zod'
import { limits } from './limits.ts'

/** `usr_` and twenty characters of Crockford's base 32 in lower case: 100 random bits. Likewise for the other kinds. */
const idForm = (prefix: string) => new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{20}$`)

export const userIdSchema = z.string().regex(idForm('usr')).brand<'UserId'>()
export type UserId = z.infer<typeof userIdSchema>
export const deviceIdSchema = z.string().regex(idForm('dev')).brand<'DeviceId'>()
export type DeviceId = z.infer<typeof deviceIdSchema>
export const conversationIdSchema = z.string().regex(idForm('cnv')).brand<'ConversationId'>()
export type ConversationId = z.infer<typeof conversationIdSchema>
export const clientIdSchema = z.string().regex(idForm('msg')).brand<'ClientId'>()
export type ClientId = z.infer<typeof clientIdSchema>
export const wipeIdSchema = z.string().regex(idForm('wip')).brand<'WipeId'>()
export type WipeId = z.infer<typeof wipeIdSchema>
export const workspaceIdSchema = z.string().regex(idForm('wsp')).brand<'WorkspaceId'>()
export type WorkspaceId = z.infer<typeof workspaceIdSchema>

const idPrefixes = {
  user: 'usr',
  device: 'dev',
  conversation: 'cnv',
  message: 'msg',
  wipe: 'wip',
  workspace: 'wsp',
} as const
interface IdByKind {
  user: UserId
  device: DeviceId
  conversation: ConversationId
  message: ClientId
  wipe: WipeId
  workspace: WorkspaceId
}
const crockford = '0123456789abcdefghjkmnpqrstvwxyz'

/** A new id of `kind` from at least 20 random bytes (five bits of each are used). */
export function makeId<K extends keyof IdByKind>(kind: K, randomBytes: Uint8Array): IdByKind[K] {
  if (randomBytes.length < 20) throw new RangeError('an id needs 20 random bytes')
  let text = ''
  for (let i = 0; i < 20; i++) text += crockford[(randomBytes[i] as number) & 31]
  return `${idPrefixes[kind]}_${text}` as IdByKind[K]
}

/** Position of an event in its conversation, from 1 without gaps; 0 stands for "nothing yet". */
export const seqSchema = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
/** Milliseconds since the Unix epoch, UTC, by the clock of whoever the field names. */
export const timeMsSchema = z.number().int().min(0).max(8.64e15)

export const conversationKinds = ['channel', 'group', 'direct'] as const
export type ConversationKind = (typeof conversationKinds)[number]

export const personSchema = z.object({
  userId: userIdSchema,
  userName: z.string().min(1).max(limits.userNameChars),
  displayName: z.string().min(1).max(limits.displayNameChars),
  department: z.string().max(limits.attributeChars).optional(),
  title: z.string().max(limits.attributeChars).optional(),
  active: z.boolean(),
})
export type Person = z.infer<typeof personSchema>

export const conversationInfoSchema = z.object({
  conversationId: conversationIdSchema,
  kind: z.enum(conversationKinds),
  /** Empty for direct messages, which are shown under the other person's name. */
  name: z.string().max(limits.conversationNameChars),
  topic: z.string().max(limits.topicChars).optional(),
  space: z.string().max(limits.conversationNameChars).optional(),
  memberIds: z.array(userIdSchema),
})
export type ConversationInfo = z.infer<typeof conversationInfoSchema>

/**
 * What an event says. Loose, so that a field of a later version survives in an older client's cache; a client that meets
 * a type it does not know keeps the event and shows nothing.
 */
export const fileInfoSchema = z.looseObject({
  /** SHA-256 of the bytes, base64url: the file's only address. */
  sha256: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  /** As its sender named it: untrusted, shown only. */
  name: z.string().min(1).max(limits.fileNameChars),
  /** As its sender claims. */
  mediaType: z.string().max(limits.attributeChars),
  bytes: z.number().int().min(0).max(limits.fileBytes),
})
export type FileInfo = z.infer<typeof fileInfoSchema>
export const messageContentSchema = z.looseObject({
  type: z.literal('message'),
  clientId: clientIdSchema,
  body: z.string().min(1).max(limits.bodyChars),
  files: z.array(fileInfoSchema).max(limits.filesPerMessage).optional(),
})
/** The message at `targetSeq` of the same conversation says `body` from here on. */
export const editedContentSchema = z.looseObject({
  type: z.literal('edited'),
  targetSeq: seqSchema.min(1),
  body: z.string().min(1).max(limits.bodyChars),
})
/** The message at `targetSeq` of the same conversation is gone from here on; its words are erased where they are cached. */
export const deletedContentSchema = z.looseObject({ type: z.literal('deleted'), targetSeq: seqSchema.min(1) })
export const createdContentSchema = z.looseObject({ type: z.literal('created'), name: z.string() })
export const joinedContentSchema = z.looseObject({ type: z.literal('joined'), userIds: z.array(userIdSchema) })
export const leftContentSchema = z.looseObject({ type: z.literal('left'), userId: userIdSchema })
export const knownContentSchema = z.discriminatedUnion('type', [
  messageContentSchema,
  createdContentSchema,
  joinedContentSchema,
  leftContentSchema,
  editedContentSchema,
  deletedContentSchema,
])
export type KnownContent = z.infer<typeof knownContentSchema>
export type MessageContent = z.infer<typeof messageContentSchema>
const knownTypes: ReadonlySet<string> = new Set(knownContentSchema.options.map((o) => o.shape.type.value))

/** Content of a type this version does not know, kept whole so that a later version can show it. */
export const futureContentSchema = z
  .looseObject({ type: z.string().min(1).max(64) })
  .refine((content) => !knownTypes.has(content.type), { message: 'malformed content of a known type' })
export type FutureContent = z.infer<typeof futureContentSchema>

/** One entry of a conversation's log. `atMs` is the server's clock. */
export const conversationEventSchema = z.object({
  conversationId: conversationIdSchema,
  seq: seqSchema.min(1),
  atMs: timeMsSchema,
  actorId: userIdSchema,
  content: z.union([knownContentSchema, futureContentSchema]),
})
export type ConversationEvent = z.infer<typeof conversationEventSchema>

/** True for content this version knows by type. */
export function isKnownContent(content: ConversationEvent['content']): content is KnownContent {
  return knownTypes.has(content.type)
}

/** What the organisation decides about a desktop; everything a client must obey travels here. */
export const policySchema = z.object({
  /** Offline reading from the last contact, in hours. */
  leaseHours: z
    .number()
    .int()
    .min(1)
    .max(24 * 365),
  /** How much a notification tells. */
  notifications: z.enum(['full', 'sender', 'hidden']),
  /** Whether the window is kept out of screenshots and screen shares, where the system can. */
  contentProtection: z.boolean(),
  /** Messages older than this many days leave the desktop's cache. Absent: as limits.cacheDays says. */
  cacheDays: z.number().int().min(1).max(36_500).optional(),
  /** Most messages cached on a desktop; the oldest leave first. Absent: as limits.cacheMaxMessages says. */
  cacheMaxMessages: z.number().int().min(1000).max(limits.cacheMaxMessages).optional(),
  /** Longest idle time before the app locks, where its user has set a passphrase, in minutes. */
  lockAfterMinutes: z.number().int().min(1).max(limits.lockAfterMinutesMost).optional(),
})
export type Policy = z.infer<typeof policySchema>

/**
 * Body text as the product keeps it: LF line ends, no control character but tab and newline, no lone surrogate, no blank
 * line at either end. May return the empty string, which is no message.
 */
export function normaliseBody(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd()
}
