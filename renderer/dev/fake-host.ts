// Owns a bridge for tests: it records what is asked, answers as it was told, and sends the events that a test sends.
// Always holds: nothing answers by itself, and no answer comes later than the test lets it.

import type {
  BridgeResult,
  CallArgs,
  CallName,
  CallResult,
  CausewayApi,
  ConversationView,
  EventName,
  EventPayload,
  MessagePage,
  MessageView,
  SessionView,
} from '../../shared/bridge.ts'
import { defaultSettings } from '../../shared/bridge.ts'
import type { ConversationId, UserId } from '../../shared/model.ts'

export type Answers = {
  [N in CallName]?: (args: CallArgs<N>) => BridgeResult<CallResult<N>> | Promise<BridgeResult<CallResult<N>>>
}

/** A bridge that records calls, answers from `answers` (`not-found` where there is none), and lets a test send events. */
export function createFakeHost(answers: Answers) {
  const asked: { name: CallName; args: unknown }[] = []
  const listeners: Partial<Record<EventName, (payload: never) => void>> = {}
  const api: CausewayApi = {
    call<N extends CallName>(name: N, args: CallArgs<N>) {
      asked.push({ name, args })
      const answer = answers[name] as ((args: CallArgs<N>) => BridgeResult<CallResult<N>>) | undefined
      return Promise.resolve(answer?.(args) ?? { ok: false, error: { code: 'not-found', message: '' } })
    },
    on(name, listener) {
      listeners[name] = listener as (payload: never) => void
      return () => delete listeners[name]
    },
  }
  const emit = <N extends EventName>(name: N, payload: EventPayload<N>) =>
    (listeners[name] as ((payload: EventPayload<N>) => void) | undefined)?.(payload)
  const count = (name: CallName) => asked.filter((call) => call.name === name).length
  return { api, asked, emit, count }
}

export const ok = <T>(value: T) => ({ ok: true, value }) as const
export const fail = (code: string, retryAfterMs?: number) =>
  ({ ok: false, error: { code, message: code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } }) as const

/** A session with nothing remarkable about it, changed by `change`. */
export function sessionOf(change: Partial<SessionView> = {}): SessionView {
  return {
    state: 'live',
    host: 'electron',
    version: '0',
    settings: { ...defaultSettings, language: 'en' },
    systemLanguages: [],
    queued: 0,
    appLock: { enabled: false, locked: false, lockAfterMinutes: 15 },
    may: { forward: true, takeFiles: true, edit: true, delete: true },
    roles: [],
    ...change,
  }
}

export const senderId = `usr_${'a'.repeat(20)}` as UserId

/** A conversation that has one message. */
export function conversationOf(id: ConversationId, change: Partial<ConversationView> = {}): ConversationView {
  return {
    conversationId: id,
    kind: 'group',
    name: id,
    memberIds: [],
    isOpen: false,
    archived: false,
    muted: false,
    pinned: false,
    unread: 0,
    mentions: 0,
    queued: 0,
    failed: 0,
    lastMessage: { senderId, senderName: 'a', mine: false, text: 'hi' },
    ...change,
  }
}

/** A message delivered as `seq`. */
export function messageOf(seq: number, change: Partial<MessageView> = {}): MessageView {
  return {
    key: `m${seq}`,
    seq,
    senderId,
    senderName: 'a',
    mine: false,
    atMs: seq,
    content: { type: 'text', text: `text ${seq}` },
    delivery: { state: 'sent' },
    ...change,
  }
}

/** The whole of a conversation with messages up to `upTo`, read up to `readSeq`. */
export function pageOf(conversationId: ConversationId, upTo: number, readSeq: number): MessagePage {
  const messages = Array.from({ length: upTo }, (_, index) => messageOf(index + 1))
  return { conversationId, messages, olderUnavailable: false, readSeq, newestSeq: upTo, readers: [] }
}

/** Lets every answer that is due arrive: longer than any chain of answers here. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await Promise.resolve()
}
