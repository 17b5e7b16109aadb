// Owns the contract between renderer and main: every call with its argument schema and result, every event with its
// payload. The preload, the hosts, `headless --describe` and the argument checks all derive from this one object.
// Always holds: no key, token, path or SQL crosses; arguments are parsed strictly; every call answers a Result.

import { z } from 'zod'
import { conversationCalls } from './bridge-conversations.ts'
import { fileCalls } from './bridge-files.ts'
import { fleetCalls } from './bridge-fleet.ts'
import { messageCalls } from './bridge-messages.ts'
import { type FailureView, sessionViewSchema, settingsSchema, wipeNoticeSchema } from './bridge-views.ts'
import { limits } from './limits.ts'
import { conversationIdSchema, presenceStates, seqSchema, userIdSchema } from './model.ts'

export {
  type AppLockView,
  type Attachment,
  appLockViewSchema,
  attachmentSchema,
  type Browsed,
  browsedSchema,
  type CacheNotice,
  type ConversationsWiped,
  type ConversationView,
  cacheNoticeSchema,
  conversationsWipedSchema,
  conversationViewSchema,
  defaultSettings,
  type FailureView,
  type FileKind,
  type FileView,
  failureViewSchema,
  fileKinds,
  fileViewSchema,
  type MentionView,
  type MessagePage,
  type MessageView,
  messagePageSchema,
  messageViewSchema,
  type PersonView,
  personViewSchema,
  type QuoteView,
  type ReactionView,
  type SearchHit,
  type SearchPage,
  type SessionState,
  type SessionView,
  type Settings,
  type SignOutNotice,
  searchHitSchema,
  searchPageSchema,
  sessionStates,
  sessionViewSchema,
  settingsSchema,
  signOutNoticeSchema,
  type ThreadPage,
  type Transfer,
  threadPageSchema,
  transferSchema,
  type WipeNotice,
  wipeNoticeSchema,
} from './bridge-views.ts'

const empty = z.strictObject({})
const nothing = z.strictObject({})

/** Every call: what it takes, what it answers. Doc texts appear in `--describe`. */
export const calls = {
  ...messageCalls,
  ...conversationCalls,
  ...fileCalls,
  ...fleetCalls,
  getSession: { args: empty, result: sessionViewSchema, doc: 'The session as it stands.' },
  enroll: {
    args: z.strictObject({ serverUrl: z.string().min(1).max(256), code: z.string().min(1).max(64) }),
    result: sessionViewSchema,
    doc: 'Enrols this desktop with a code from IT. Also after a wipe.',
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
  dismissConversationsWiped: {
    args: empty,
    result: nothing,
    doc: 'The user has read that conversations were wiped here.',
  },
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
  attachmentsChanged: {
    payload: z.strictObject({ conversationId: conversationIdSchema }),
    doc: 'What is attached to a draft, or how far it is, has changed: list it again.',
  },
  presenceChanged: {
    payload: z.strictObject({
      people: z.array(z.strictObject({ userId: userIdSchema, state: z.enum(presenceStates) })),
    }),
    doc: 'Who is there, of the people in view: those that changed. Nobody is where the connection is lost.',
  },
  typingChanged: {
    payload: z.strictObject({
      conversationId: conversationIdSchema,
      typing: z.array(z.strictObject({ userId: userIdSchema, threadSeq: seqSchema.optional() })),
    }),
    doc: 'Who types in a conversation now, whole.',
  },
  messageAsked: {
    payload: z.strictObject({ conversationId: conversationIdSchema, seq: seqSchema }),
    doc: 'The user has clicked a notification: show this message.',
  },
  fleetChanged: { payload: empty, doc: 'Devices or orders have changed: ask again for what is shown. For IT people.' },
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
  'dismissConversationsWiped',
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
