// Owns the contract between renderer and main: every call with its argument schema and result, every event with its
// payload. The preload, the hosts, `headless --describe` and the argument checks all derive from this one object.
// Always holds: no key, token, path or SQL crosses; arguments are parsed strictly; every call answers a Result.

import { z } from 'zod'
import { limits } from './limits.ts'
import {
  clientIdSchema,
  conversationIdSchema,
  conversationKinds,
  seqSchema,
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

export const settingsSchema = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']),
  /** BCP 47; 'system' follows the operating system. */
  language: z.enum(['system', 'en', 'zh-Hant-HK', 'zh-Hans']),
  listWidthPx: z.number().int().min(220).max(420),
  /** Idle time before the app locks, where a passphrase is set; policy may shorten it. */
  lockAfterMinutes: z.number().int().min(1).max(limits.lockAfterMinutesMost),
})
export type Settings = z.infer<typeof settingsSchema>
export const defaultSettings: Settings = {
  theme: 'system',
  language: 'system',
  listWidthPx: 280,
  lockAfterMinutes: limits.lockAfterMinutes,
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
  cacheNotice: cacheNoticeSchema.optional(),
  /** What stands in the way: shown as a banner or, where nothing can be read, as a full screen. */
  problem: failureViewSchema.optional(),
  /** The server's clock minus ours, where it is large enough to mislead. */
  clockSkewMs: z.number().optional(),
  wipe: wipeNoticeSchema.optional(),
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
  /** Direct conversations: the other person. */
  other: personViewSchema.optional(),
  unread: z.number(),
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

export const fileViewSchema = z.strictObject({ name: z.string(), mediaType: z.string(), bytes: z.number() })
export type FileView = z.infer<typeof fileViewSchema>

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
      text: z.string(),
      /** When it was last edited. */
      editedAtMs: timeMsSchema.optional(),
      files: z.array(fileViewSchema).optional(),
    }),
    /** Deleted by its sender or a manager; the words are gone. */
    z.strictObject({ type: z.literal('deleted') }),
    z.strictObject({
      type: z.literal('notice'),
      notice: z.enum(['created', 'joined', 'left', 'unknown']),
      people: z.array(z.string()),
    }),
  ]),
  delivery: z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('sent') }),
    z.strictObject({ state: z.literal('queued') }),
    z.strictObject({ state: z.literal('sending') }),
    z.strictObject({ state: z.literal('failed'), failure: failureViewSchema }),
  ]),
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

const empty = z.strictObject({})
const nothing = z.strictObject({})

/** Every call: what it takes, what it answers. Doc texts appear in `--describe`. */
export const calls = {
  getSession: { args: empty, result: sessionViewSchema, doc: 'The session as it stands.' },
  enroll: {
    args: z.strictObject({ serverUrl: z.string().min(1).max(256), code: z.string().min(1).max(64) }),
    result: sessionViewSchema,
    doc: 'Enrols this desktop with a code from IT. Also after a wipe.',
  },
  listConversations: {
    args: empty,
    result: z.strictObject({ conversations: z.array(conversationViewSchema) }),
    doc: 'All cached conversations, most recent first.',
  },
  readConversation: {
    args: z.strictObject({
      conversationId: conversationIdSchema,
      before: seqSchema.min(1).optional(),
      limit: z.number().int().min(1).max(limits.pageMessages),
    }),
    result: messagePageSchema,
    doc: 'A page of a conversation: the newest, or that before a seq; fetched from the server where the cache ends.',
  },
  sendMessage: {
    args: z.strictObject({
      conversationId: conversationIdSchema,
      body: z.string().min(1).max(limits.bodyChars),
      clientId: clientIdSchema.optional(),
    }),
    result: z.strictObject({ clientId: clientIdSchema }),
    doc: 'Puts a message into the outbox; it is delivered once, now or on return. Repeating a clientId is harmless.',
  },
  retryMessage: {
    args: z.strictObject({ clientId: clientIdSchema }),
    result: nothing,
    doc: 'Sends a refused message again.',
  },
  discardMessage: {
    args: z.strictObject({ clientId: clientIdSchema }),
    result: nothing,
    doc: 'Takes a message that has not left out of the outbox.',
  },
  markRead: {
    args: z.strictObject({ conversationId: conversationIdSchema, seq: seqSchema }),
    result: nothing,
    doc: 'The user has read up to seq.',
  },
  listPeople: {
    args: empty,
    result: z.strictObject({ people: z.array(personViewSchema) }),
    doc: 'The directory as cached.',
  },
  search: {
    args: z.strictObject({
      text: z.string().min(1).max(limits.searchChars),
      conversationId: conversationIdSchema.optional(),
      cursor: z.string().max(64).optional(),
    }),
    result: searchPageSchema,
    doc: 'Messages with all words, characters and "phrases"; also from: in: before: after: has:file. Newest first.',
  },
  saveDraft: {
    args: z.strictObject({ conversationId: conversationIdSchema, text: z.string().max(limits.draftChars) }),
    result: nothing,
    doc: 'Keeps what the user has begun to write in a conversation; empty text forgets it.',
  },
  lock: { args: empty, result: nothing, doc: 'Locks the app now. `not-allowed` where no passphrase is set.' },
  unlock: {
    args: z.strictObject({ passphrase: z.string().min(1).max(limits.passphraseChars) }),
    result: nothing,
    doc: 'Opens a locked app. `passphrase-wrong`, or `rate-limited` with the pause after too many tries.',
  },
  setPassphrase: {
    args: z.strictObject({
      /** The passphrase that applies now, where one is set. */
      current: z.string().max(limits.passphraseChars).optional(),
      /** Absent: the lock is taken off. */
      next: z.string().min(limits.passphraseCharsLeast).max(limits.passphraseChars).optional(),
    }),
    result: nothing,
    doc: 'Sets, changes or takes off the passphrase of the app lock.',
  },
  noteActivity: { args: empty, result: nothing, doc: 'The user has used keyboard or pointer in the window.' },
  dismissCacheNotice: { args: empty, result: nothing, doc: 'The user has read that the cache was set aside.' },
  setSettings: {
    args: settingsSchema.partial(),
    result: settingsSchema,
    doc: 'Changes settings of this window.',
  },
  retryConnection: { args: empty, result: nothing, doc: 'Tries to connect now rather than at the next attempt.' },
  openLink: {
    args: z.strictObject({ url: z.string().max(2048) }),
    result: nothing,
    doc: 'Opens an http(s) or mailto link in the system browser.',
  },
} as const

export type CallName = keyof typeof calls
export type CallArgs<N extends CallName> = z.infer<(typeof calls)[N]['args']>
export type CallResult<N extends CallName> = z.infer<(typeof calls)[N]['result']>

/** Every event. They broadcast state that has changed and never steer control flow. */
export const events = {
  sessionChanged: { payload: sessionViewSchema, doc: 'The session, whole, after a change.' },
  conversationsChanged: { payload: empty, doc: 'The list has changed: read it again.' },
  messagesChanged: {
    payload: z.strictObject({ conversationId: conversationIdSchema }),
    doc: 'A conversation has changed: read its page again.',
  },
  wiped: { payload: wipeNoticeSchema, doc: 'The organisation has wiped this desktop.' },
} as const

export type EventName = keyof typeof events
export type EventPayload<N extends EventName> = z.infer<(typeof events)[N]['payload']>

/** What `window.causeway` is. */
export interface CausewayApi {
  call<N extends CallName>(name: N, args: CallArgs<N>): Promise<BridgeResult<CallResult<N>>>
  on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void
}
export type BridgeResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: FailureView }

/** Calls that are answered in every state; the rest need an open cache. */
export const callsWithoutCache: ReadonlySet<CallName> = new Set([
  'getSession',
  'enroll',
  'setSettings',
  'retryConnection',
  'openLink',
  'lock',
  'unlock',
  'setPassphrase',
  'noteActivity',
  'dismissCacheNotice',
])

export const callNames = Object.keys(calls) as readonly CallName[]
export const eventNames = Object.keys(events) as readonly EventName[]
export function isCallName(name: string): name is CallName {
  return Object.hasOwn(calls, name)
}

/** The contract as JSON Schema, for scripts that drive the headless host. */
export function describeBridge(): unknown {
  const schemaOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input' })
  return {
    calls: Object.fromEntries(
      Object.entries(calls).map(([name, call]) => [
        name,
        { doc: call.doc, args: schemaOf(call.args), result: schemaOf(call.result) },
      ]),
    ),
    events: Object.fromEntries(
      Object.entries(events).map(([name, event]) => [name, { doc: event.doc, payload: schemaOf(event.payload) }]),
    ),
  }
}
