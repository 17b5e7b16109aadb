// Owns what the window sees: the shapes of session, conversations, messages, files and search hits as calls answer them.
// Always holds: strict, so that nothing crosses by accident; no key, token, path or SQL is in any of them.

import { z } from 'zod'
import { roles } from './fleet.ts'
import { limits } from './limits.ts'
import {
  clientIdSchema,
  conversationIdSchema,
  conversationKinds,
  fileIdSchema,
  seqSchema,
  thumbnailSchema,
  timeMsSchema,
  userIdSchema,
  wipeIdSchema,
} from './model.ts'

const codeSchema = z.string()
export const failureViewSchema = z.strictObject({
  code: codeSchema,
  message: z.string(),
  retryAfterMs: z.number().optional(),
})
export type FailureView = z.infer<typeof failureViewSchema>

export const personViewSchema = z.strictObject({
  userId: userIdSchema,
  displayName: z.string(),
  userName: z.string(),
  department: z.string().optional(),
  title: z.string().optional(),
  active: z.boolean(),
})
export type PersonView = z.infer<typeof personViewSchema>

/** The states of DESIGN §7, as the window names them. */
export const sessionStates = [
  'signed-out',
  'locked',
  'offline',
  'connecting',
  'handshaking',
  'catching-up',
  'live',
  'update-required',
  'wiping',
  'wiped',
] as const
export type SessionState = (typeof sessionStates)[number]

/** Why and by whom this desktop was wiped, and whether the proof has reached the organisation. */
export const wipeNoticeSchema = z.strictObject({
  wipeId: wipeIdSchema,
  workspaceName: z.string(),
  issuedBy: z.string(),
  reason: z.string(),
  issuedAtMs: timeMsSchema,
  wipedAtMs: timeMsSchema.optional(),
  filesRemoved: z.number().optional(),
  receipt: z.enum(['not-yet', 'signed', 'delivered']),
})
export type WipeNotice = z.infer<typeof wipeNoticeSchema>

/** The organisation has signed this desktop out: its cache is kept, sealed, until the same person enrols again. */
export const signOutNoticeSchema = z.strictObject({
  workspaceName: z.string(),
  issuedBy: z.string(),
  reason: z.string(),
  atMs: timeMsSchema,
  /** Where this desktop was enrolled, and is to be again. */
  serverUrl: z.string(),
})
export type SignOutNotice = z.infer<typeof signOutNoticeSchema>

/** Conversations that IT has wiped from this desktop; shown until the user has seen it. */
export const conversationsWipedSchema = z.strictObject({
  wipeId: wipeIdSchema,
  names: z.array(z.string()),
  issuedBy: z.string(),
  reason: z.string(),
  atMs: timeMsSchema,
})
export type ConversationsWiped = z.infer<typeof conversationsWipedSchema>

export const settingsSchema = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']),
  /** BCP 47; 'system' follows the operating system. */
  language: z.enum(['system', 'en', 'zh-Hant-HK', 'zh-Hans']),
  listWidthPx: z.number().int().min(220).max(420),
  /** Idle time before the app locks, where a passphrase is set; policy may shorten it. */
  lockAfterMinutes: z.number().int().min(1).max(limits.lockAfterMinutesMost),
  /** Which messages make a notification. Mentions and direct messages: only those. */
  notify: z.enum(['all', 'mentions', 'none']),
  /** Do not disturb, daily, in minutes since midnight by this computer's clock; may run over midnight. */
  quietHours: z
    .strictObject({ fromMinute: z.number().int().min(0).max(1439), toMinute: z.number().int().min(0).max(1439) })
    .nullable(),
})
export type Settings = z.infer<typeof settingsSchema>
export const defaultSettings: Settings = {
  theme: 'system',
  language: 'system',
  listWidthPx: 280,
  lockAfterMinutes: limits.lockAfterMinutes,
  notify: 'all',
  quietHours: null,
}

/** The passphrase lock of the app. */
export const appLockViewSchema = z.strictObject({
  /** A passphrase is set. */
  enabled: z.boolean(),
  /** The cache is closed and its keys are out of memory until the passphrase is given. */
  locked: z.boolean(),
  /** After too many wrong passphrases: none is looked at before this time. */
  retryAtMs: timeMsSchema.optional(),
  /** What applies: the user's setting or policy's, whichever is shorter. */
  lockAfterMinutes: z.number(),
})
export type AppLockView = z.infer<typeof appLockViewSchema>

/** The cache could not be used as it was and was set aside; shown until the user has seen it. */
export const cacheNoticeSchema = z.strictObject({
  reason: z.enum(['damaged', 'rolled-back', 'other-key']),
  atMs: timeMsSchema,
  /** Unsent messages carried over from it. */
  rescued: z.number(),
  /** Unsent messages may have been lost with it. */
  maybeLost: z.boolean(),
})
export type CacheNotice = z.infer<typeof cacheNoticeSchema>

export const sessionViewSchema = z.strictObject({
  state: z.enum(sessionStates),
  host: z.enum(['electron', 'chromium', 'headless']),
  version: z.string(),
  settings: settingsSchema,
  /** Language tags of the system, most wanted first. */
  systemLanguages: z.array(z.string()),
  workspaceName: z.string().optional(),
  me: personViewSchema.optional(),
  /** Last time the server was heard, by this computer's clock. */
  lastHeardAtMs: timeMsSchema.optional(),
  /** When the next attempt is due while offline. */
  retryAtMs: timeMsSchema.optional(),
  /** Until when cached conversations may be read offline. */
  readableUntilMs: timeMsSchema.optional(),
  /** While catching up: events fetched of events missed. */
  catchUp: z.strictObject({ done: z.number(), total: z.number() }).optional(),
  /** Messages waiting in the outbox. */
  queued: z.number(),
  appLock: appLockViewSchema,
  /** How much a notification tells, by policy; absent until the server has told. */
  notifications: z.enum(['full', 'sender', 'hidden']).optional(),
  /** What policy lets people do here. */
  may: z.strictObject({
    forward: z.boolean(),
    /** Open files with other programs, and save them. */
    takeFiles: z.boolean(),
    edit: z.boolean(),
    delete: z.boolean(),
  }),
  cacheNotice: cacheNoticeSchema.optional(),
  /** What stands in the way: shown as a banner or, where nothing can be read, as a full screen. */
  problem: failureViewSchema.optional(),
  /** The server's clock minus ours, where it is large enough to mislead. */
  clockSkewMs: z.number().optional(),
  wipe: wipeNoticeSchema.optional(),
  signOut: signOutNoticeSchema.optional(),
  conversationsWiped: conversationsWipedSchema.optional(),
  /** Why the cache is closed until the server has been reached, where it is. */
  closed: z.enum(['lease-over', 'clock-set-back', 'older-copy', 'first-contact']).optional(),
  /** What this user may do beyond talking. */
  roles: z.array(z.enum(roles)),
})
export type SessionView = z.infer<typeof sessionViewSchema>

export const conversationViewSchema = z.strictObject({
  conversationId: conversationIdSchema,
  kind: z.enum(conversationKinds),
  /** As shown: a direct conversation bears the other person's name. */
  name: z.string(),
  topic: z.string().optional(),
  space: z.string().optional(),
  memberIds: z.array(userIdSchema),
  ownerId: userIdSchema.optional(),
  isOpen: z.boolean(),
  archived: z.boolean(),
  muted: z.boolean(),
  pinned: z.boolean(),
  /** Direct conversations: the other person. */
  other: personViewSchema.optional(),
  unread: z.number(),
  /** Of the unread, those that name this user. */
  mentions: z.number(),
  /** The first unread message, where it is cached. */
  firstUnreadSeq: seqSchema.optional(),
  /** Messages of this conversation waiting to be sent. */
  queued: z.number(),
  /** A message of ours was refused and waits for a decision. */
  failed: z.number(),
  lastAtMs: timeMsSchema.optional(),
  lastMessage: z
    .strictObject({ senderId: userIdSchema, senderName: z.string(), mine: z.boolean(), text: z.string() })
    .optional(),
  /** What the user has begun to write here. */
  draft: z.string().optional(),
})
export type ConversationView = z.infer<typeof conversationViewSchema>

/** How a file of this desktop stands. */
export const transferSchema = z.discriminatedUnion('state', [
  /** On the server only. */
  z.strictObject({ state: z.literal('remote') }),
  /** Being taken in from disk or window, sent, or fetched. */
  z.strictObject({ state: z.enum(['staging', 'uploading', 'downloading']), doneBytes: z.number() }),
  /** Interrupted; goes on by itself once the server is there. */
  z.strictObject({ state: z.literal('waiting'), doneBytes: z.number() }),
  /** Sealed on this desktop, whole and verified. */
  z.strictObject({ state: z.literal('here') }),
  z.strictObject({ state: z.literal('failed'), failure: failureViewSchema }),
])
export type Transfer = z.infer<typeof transferSchema>

export const fileViewSchema = z.strictObject({
  name: z.string(),
  mediaType: z.string(),
  bytes: z.number(),
  thumbnail: z.strictObject(thumbnailSchema.shape).optional(),
  /** Names the file in calls; absent in search hits and where the message shows nothing to fetch. */
  fileId: fileIdSchema.optional(),
  transfer: transferSchema.optional(),
})
export type FileView = z.infer<typeof fileViewSchema>

const mentionViewSchema = z.strictObject({
  type: z.enum(['person', 'everyone', 'department']),
  start: z.number(),
  end: z.number(),
  userId: userIdSchema.optional(),
  department: z.string().optional(),
  /** Names this user. */
  me: z.boolean(),
})
export type MentionView = z.infer<typeof mentionViewSchema>

const reactionViewSchema = z.strictObject({ emoji: z.string(), userIds: z.array(userIdSchema), mine: z.boolean() })
export type ReactionView = z.infer<typeof reactionViewSchema>

/** A message shown inside another. */
const quoteViewSchema = z.strictObject({
  seq: seqSchema,
  /** Of another conversation: what was forwarded. Absent where this user does not see it. */
  conversationId: conversationIdSchema.optional(),
  senderId: userIdSchema.optional(),
  senderName: z.string(),
  atMs: timeMsSchema.optional(),
  text: z.string(),
  /** `elsewhere`: older than what is cached; `deleted`: its words are gone. */
  state: z.enum(['here', 'elsewhere', 'deleted']),
})
export type QuoteView = z.infer<typeof quoteViewSchema>

export const messageViewSchema = z.strictObject({
  /** Unique and stable in its conversation: the clientId of a message, `seq:N` of a notice. */
  key: z.string(),
  seq: seqSchema.optional(),
  clientId: clientIdSchema.optional(),
  senderId: userIdSchema,
  senderName: z.string(),
  mine: z.boolean(),
  atMs: timeMsSchema,
  content: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('text'),
      /** Empty where the message is files or a forwarded message alone. */
      text: z.string(),
      /** When it was last edited. */
      editedAtMs: timeMsSchema.optional(),
      files: z.array(fileViewSchema).optional(),
      mentions: z.array(mentionViewSchema).optional(),
      quote: quoteViewSchema.optional(),
      forwarded: quoteViewSchema.optional(),
    }),
    /** Deleted by its sender or a manager; the words are gone. */
    z.strictObject({ type: z.literal('deleted') }),
    z.strictObject({
      type: z.literal('notice'),
      notice: z.enum([
        'created',
        'joined',
        'left',
        'invited',
        'removed',
        'renamed',
        'topic',
        'opened',
        'closed',
        'archived',
        'unarchived',
        'withdrawn',
        'unknown',
      ]),
      people: z.array(z.string()),
      /** Done by those who run the workspace: no member is named as its actor. */
      byIt: z.literal(true).optional(),
      /** The new name or topic. */
      text: z.string().optional(),
    }),
  ]),
  /** In the order in which they were first put on. Acts of this user that have not left yet are in. */
  reactions: z.array(reactionViewSchema).optional(),
  /** The thread of this message, where it has one. */
  thread: z
    .strictObject({ replies: z.number(), unread: z.number(), lastAtMs: timeMsSchema, userIds: z.array(userIdSchema) })
    .optional(),
  /** The message whose thread this is a reply in. */
  threadSeq: seqSchema.optional(),
  delivery: z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('sent') }),
    z.strictObject({ state: z.literal('queued') }),
    z.strictObject({ state: z.literal('sending') }),
    z.strictObject({ state: z.literal('failed'), failure: failureViewSchema }),
  ]),
  /** An edit, a deletion or a reaction of this user's that has not arrived; what it was refused with, where it was. */
  pending: z
    .strictObject({
      clientId: clientIdSchema,
      act: z.enum(['edit', 'delete', 'react']),
      failure: failureViewSchema.optional(),
    })
    .optional(),
})
export type MessageView = z.infer<typeof messageViewSchema>

export const messagePageSchema = z.strictObject({
  conversationId: conversationIdSchema,
  /** Oldest first. The newest page ends with what waits in the outbox. */
  messages: z.array(messageViewSchema),
  /** Pass as `before` for the page above; absent at the conversation's beginning. */
  before: seqSchema.optional(),
  /** Older messages exist on the server but cannot be had now. */
  olderUnavailable: z.boolean(),
  /** The user had read up to here. */
  readSeq: seqSchema,
  /** The newest cached place of the conversation, whatever it shows: reading to here reads all. */
  newestSeq: seqSchema,
  /** How far others have read, as last heard; empty where too many are in the conversation. */
  readers: z.array(z.strictObject({ userId: userIdSchema, seq: seqSchema })),
})
export type MessagePage = z.infer<typeof messagePageSchema>

export const searchHitSchema = z.strictObject({
  conversationId: conversationIdSchema,
  conversationName: z.string(),
  seq: seqSchema,
  senderId: userIdSchema,
  senderName: z.string(),
  atMs: timeMsSchema,
  text: z.string(),
  files: z.array(fileViewSchema).optional(),
  /** [start, end) in UTF-16 units of `text`. */
  ranges: z.array(z.tuple([z.number(), z.number()])),
})
export type SearchHit = z.infer<typeof searchHitSchema>

export const searchPageSchema = z.strictObject({
  hits: z.array(searchHitSchema),
  cursor: z.string().optional(),
  /** False while the cache is still being indexed: more may be found later. */
  complete: z.boolean(),
  /** A filter that cannot be followed, as typed; the page is then empty. */
  problem: z.strictObject({ filter: z.enum(['from', 'in', 'before', 'after', 'has']), value: z.string() }).optional(),
})
export type SearchPage = z.infer<typeof searchPageSchema>

export const threadPageSchema = z.strictObject({
  /** The message that the thread is about; absent where it cannot be had now. */
  root: messageViewSchema.optional(),
  /** Oldest first; at the end what waits in the outbox. */
  replies: z.array(messageViewSchema),
  /** Older replies may exist on the server. */
  olderUnavailable: z.boolean(),
})
export type ThreadPage = z.infer<typeof threadPageSchema>

/** A file attached to what the user writes, not sent yet. */
export const attachmentSchema = z.strictObject({
  fileId: fileIdSchema,
  name: z.string(),
  mediaType: z.string(),
  bytes: z.number(),
  thumbnail: z.strictObject(thumbnailSchema.shape).optional(),
  transfer: transferSchema,
})
export type Attachment = z.infer<typeof attachmentSchema>

/** What a file is, by its bytes and not by what it claims. */
export const fileKinds = ['image', 'text', 'pdf', 'other'] as const
export type FileKind = (typeof fileKinds)[number]

export const browsedSchema = z.strictObject({
  conversationId: conversationIdSchema,
  name: z.string(),
  topic: z.string().optional(),
  space: z.string().optional(),
  members: z.number(),
  isMember: z.boolean(),
})
export type Browsed = z.infer<typeof browsedSchema>
