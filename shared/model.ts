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
/** One order of IT, for one device or many; each device has a wipe of its own in it. */
export const orderIdSchema = z.string().regex(idForm('ord')).brand<'OrderId'>()
export type OrderId = z.infer<typeof orderIdSchema>
/** Somebody who works over the admin API with a token of their own. */
export const operatorIdSchema = z.string().regex(idForm('opr')).brand<'OperatorId'>()
export type OperatorId = z.infer<typeof operatorIdSchema>
export const webhookIdSchema = z.string().regex(idForm('whk')).brand<'WebhookId'>()
export type WebhookId = z.infer<typeof webhookIdSchema>
export const workspaceIdSchema = z.string().regex(idForm('wsp')).brand<'WorkspaceId'>()
export type WorkspaceId = z.infer<typeof workspaceIdSchema>
/** A file on this desktop: attached to a draft, or of a message. Never on the wire. */
export const fileIdSchema = z.string().regex(idForm('fil')).brand<'FileId'>()
export type FileId = z.infer<typeof fileIdSchema>

const idPrefixes = {
  user: 'usr',
  device: 'dev',
  conversation: 'cnv',
  message: 'msg',
  wipe: 'wip',
  order: 'ord',
  operator: 'opr',
  webhook: 'whk',
  workspace: 'wsp',
  file: 'fil',
} as const
interface IdByKind {
  user: UserId
  device: DeviceId
  conversation: ConversationId
  message: ClientId
  wipe: WipeId
  order: OrderId
  operator: OperatorId
  webhook: WebhookId
  workspace: WorkspaceId
  file: FileId
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
  /** As of `asOfSeq`. */
  memberIds: z.array(userIdSchema),
  /** Who made it, and so may rename and archive it and take members out. */
  ownerId: userIdSchema.optional(),
  /** Anybody in the workspace may find and join it. Channels only. */
  isOpen: z.boolean().optional(),
  /** Nothing is added any more. */
  archived: z.boolean().optional(),
  /** The events up to here are in these fields already; later ones change them. Absent from servers of version 1. */
  asOfSeq: seqSchema.optional(),
})
export type ConversationInfo = z.infer<typeof conversationInfoSchema>

/** A picture's small likeness: WebP, JPEG or PNG, base64; shown only, after the renderer has decoded it. */
export const thumbnailSchema = z.looseObject({
  mediaType: z.enum(['image/webp', 'image/jpeg', 'image/png']),
  data: z
    .string()
    .max(limits.thumbnailChars)
    .regex(/^[A-Za-z0-9+/]+={0,2}$/),
  /** Of the picture itself, so that its place is kept before it is there. */
  widthPx: z.number().int().min(1).max(65_535),
  heightPx: z.number().int().min(1).max(65_535),
})
export type Thumbnail = z.infer<typeof thumbnailSchema>

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
  thumbnail: thumbnailSchema.optional(),
})
export type FileInfo = z.infer<typeof fileInfoSchema>

/** Whom a stretch of the body names, `start` ≤ i < `end` in UTF-16 units of the body; the stretch reads `@name`. */
const span = { start: z.number().int().min(0), end: z.number().int().min(1) }
export const mentionSchema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('person'), ...span, userId: userIdSchema }),
  /** @channel: everybody in the conversation. */
  z.looseObject({ type: z.literal('everyone'), ...span }),
  /** @group: those in the conversation whose directory entry names this department. */
  z.looseObject({ type: z.literal('department'), ...span, department: z.string().min(1).max(limits.attributeChars) }),
])
export type Mention = z.infer<typeof mentionSchema>
const mentionsSchema = z.array(mentionSchema).max(limits.mentionsPerMessage)
/** Mentions as a client hands them in: strict. */
export const mentionsInputSchema = z
  .array(
    z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('person'), ...span, userId: userIdSchema }),
      z.strictObject({ type: z.literal('everyone'), ...span }),
      z.strictObject({
        type: z.literal('department'),
        ...span,
        department: z.string().min(1).max(limits.attributeChars),
      }),
    ]),
  )
  .max(limits.mentionsPerMessage)

/** The words of a message of another conversation, as they read when they were forwarded; put in by the server. */
export const forwardedSchema = z.looseObject({
  conversationId: conversationIdSchema,
  seq: seqSchema.min(1),
  senderId: userIdSchema,
  atMs: timeMsSchema,
  body: z.string().max(limits.bodyChars),
})
export type Forwarded = z.infer<typeof forwardedSchema>

export const messageContentSchema = z.looseObject({
  type: z.literal('message'),
  clientId: clientIdSchema,
  body: z.string().min(1).max(limits.bodyChars),
  /** The body only repeats file names or forwarded words, for clients that show neither: not shown by others. */
  isFallback: z.boolean().optional(),
  files: z.array(fileInfoSchema).max(limits.filesPerMessage).optional(),
  mentions: mentionsSchema.optional(),
  /** A reply in the thread of this message of the same conversation. */
  threadSeq: seqSchema.min(1).optional(),
  /** Answers this message of the same conversation, which is shown above it. */
  quoteSeq: seqSchema.min(1).optional(),
  forwarded: forwardedSchema.optional(),
})
/** What a client hands in may come back to it by this; see the wire's `act`. */
const actor = { clientId: clientIdSchema.optional() }
/** The message at `targetSeq` of the same conversation says `body` from here on. */
export const editedContentSchema = z.looseObject({
  type: z.literal('edited'),
  targetSeq: seqSchema.min(1),
  body: z.string().min(1).max(limits.bodyChars),
  mentions: mentionsSchema.optional(),
  ...actor,
})
/** The message at `targetSeq` of the same conversation is gone from here on; its words are erased where they are cached. */
export const deletedContentSchema = z.looseObject({
  type: z.literal('deleted'),
  targetSeq: seqSchema.min(1),
  ...actor,
})
/** One emoji of Unicode's recommended set, as one character people see. */
export const emojiSchema = z
  .string()
  .max(limits.emojiChars)
  .refine((text) => emojiForm.test(text), { message: 'not an emoji' })
const emojiForm = /^\p{RGI_Emoji}$/v
/** The actor puts this emoji on the message at `targetSeq`, or takes it off. The last word of each counts. */
export const reactedContentSchema = z.looseObject({
  type: z.literal('reacted'),
  targetSeq: seqSchema.min(1),
  emoji: emojiSchema,
  on: z.boolean(),
  ...actor,
})
export const createdContentSchema = z.looseObject({ type: z.literal('created'), name: z.string() })
/** By invitation, where the actor is not among them; else by themselves. */
export const joinedContentSchema = z.looseObject({ type: z.literal('joined'), userIds: z.array(userIdSchema) })
/** By themselves, or taken out by the actor. */
export const leftContentSchema = z.looseObject({ type: z.literal('left'), userId: userIdSchema })
/** The conversation's name, topic or state is this from here on; what is absent stays. The empty topic is none. */
export const changedContentSchema = z.looseObject({
  type: z.literal('changed'),
  name: z.string().min(1).max(limits.conversationNameChars).optional(),
  topic: z.string().max(limits.topicChars).optional(),
  isOpen: z.boolean().optional(),
  archived: z.boolean().optional(),
})
/** Stands where a message or an act on one stood, whose words IT has taken from desktops; its place is kept. */
export const withdrawnContentSchema = z.looseObject({ type: z.literal('withdrawn') })
export const knownContentSchema = z.discriminatedUnion('type', [
  messageContentSchema,
  createdContentSchema,
  joinedContentSchema,
  leftContentSchema,
  editedContentSchema,
  deletedContentSchema,
  reactedContentSchema,
  changedContentSchema,
  withdrawnContentSchema,
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

/** What one person has set for one conversation, on all their devices. */
export const conversationPrefsSchema = z.object({
  /** No notifications but for mentions of the person. */
  muted: z.boolean(),
  /** On top of the list. */
  pinned: z.boolean(),
  /** Marked unread from here on, although it had been read; absent where it is not. */
  unreadFromSeq: seqSchema.min(1).optional(),
})
export type ConversationPrefs = z.infer<typeof conversationPrefsSchema>
export const defaultPrefs: ConversationPrefs = { muted: false, pinned: false }

export const presenceStates = ['active', 'away', 'offline'] as const
export type PresenceState = (typeof presenceStates)[number]

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
  /** Whether messages may be forwarded to other conversations. Absent: yes, as with the three below. */
  forwarding: z.boolean().optional(),
  /** Whether files may leave the app: opened with other programs or saved. Previews inside it stay. */
  downloads: z.boolean().optional(),
  /** Whether people may edit, and delete, what they have sent. */
  editing: z.boolean().optional(),
  deleting: z.boolean().optional(),
})
export type Policy = z.infer<typeof policySchema>
