// Owns the system's notifications of new messages: which messages make one, what it says, how several become one.
// Always holds: none for the user's own messages, for the conversation in view, in quiet hours or while the app is locked;
// it tells no more than policy lets it, and no words at all while the screen is locked.

import type { Settings } from '../shared/bridge.ts'
import { limits } from '../shared/limits.ts'
import type { ConversationEvent, ConversationId, Policy } from '../shared/model.ts'
import type { Clock } from './session/session.ts'
import type { Notice } from './shell/shell.ts'
import type { Brief, Store } from './store/store.ts'

/** Characters of a message in a notification: what systems show of it. */
const NOTICE_CHARS = 120
/** Names in one notification. */
const NOTICE_NAMES = 3
const PRODUCT = 'Causeway'

/** A message that makes a notification. */
export interface Due {
  readonly conversationId: ConversationId
  readonly seq: number
  readonly senderName: string
  /** As shown in the list; undefined for a direct conversation, which is its sender's. */
  readonly conversationName: string | undefined
  readonly text: string
}

export interface NoticeRules {
  readonly notify: Settings['notify']
  readonly quietHours: Settings['quietHours']
  /** Minutes since midnight by this computer's clock. */
  readonly minuteOfDay: number
  readonly inView: ConversationId | undefined
}

/** True where a message of another is told of. `concernsMe`: it names this user. */
export function isDue(
  conversation: Pick<Brief, 'conversationId' | 'kind' | 'prefs'>,
  concernsMe: boolean,
  { notify, quietHours, minuteOfDay, inView }: NoticeRules,
): boolean {
  if (notify === 'none' || conversation.conversationId === inView || isQuiet(quietHours, minuteOfDay)) return false
  if (concernsMe) return true
  return !conversation.prefs.muted && (notify === 'all' || conversation.kind === 'direct')
}

/** True within the quiet hours, their first minute in and their last out; they may run over midnight. */
export function isQuiet(hours: Settings['quietHours'], minuteOfDay: number): boolean {
  if (!hours) return false
  const { fromMinute, toMinute } = hours
  const isAfterStart = minuteOfDay >= fromMinute
  const isBeforeEnd = minuteOfDay < toMinute
  return fromMinute <= toMinute ? isAfterStart && isBeforeEnd : isAfterStart || isBeforeEnd
}

/** What one notification says of all of `due`, oldest first and at least one. */
export function noticeText(
  due: readonly Due[],
  tells: Policy['notifications'],
  languages: readonly string[],
): Omit<Notice, 'onClick'> {
  const words = wordsFor(languages)
  const newest = due.at(-1)
  const count = due.length === 1 ? words.one : words.many(due.length)
  if (!newest || tells === 'hidden') return { title: PRODUCT, body: count }
  const senders = [...new Set(due.map(({ senderName }) => senderName))]
  if (tells === 'sender') return { title: namesOf(senders), body: count }
  const text = cut(newest.text)
  if (due.length === 1) return { title: newest.senderName, body: text }
  const isOne = due.every(({ conversationId }) => conversationId === newest.conversationId)
  const where = isOne ? (newest.conversationName ?? newest.senderName) : namesOf(senders)
  return { title: where, body: `${count}\n${newest.senderName}: ${text}` }
}

const namesOf = (names: readonly string[]) =>
  names.slice(0, NOTICE_NAMES).join(', ') + (names.length > NOTICE_NAMES ? ' …' : '')

const cut = (text: string) => text.replace(/\s+/g, ' ').slice(0, NOTICE_CHARS).toWellFormed()

interface Words {
  readonly one: string
  readonly many: (count: number) => string
}
const english: Words = { one: 'New message', many: (count) => `${count} new messages` }
const traditional: Words = { one: '有新訊息', many: (count) => `有 ${count} 則新訊息` }
const simplified: Words = { one: '有新消息', many: (count) => `有 ${count} 条新消息` }

function wordsFor(languages: readonly string[]): Words {
  for (const tag of languages) {
    if (/^zh\b.*\b(?:Hant|HK|TW|MO)\b/i.test(tag)) return traditional
    if (/^zh\b/i.test(tag)) return simplified
    if (/^en\b/i.test(tag)) return english
  }
  return english
}

export interface NoticesParts {
  readonly clock: Clock
  readonly store: () => Pick<Store, 'self' | 'conversation' | 'concernsMe' | 'person'> | undefined
  readonly settings: () => Settings
  readonly policy: () => Policy
  readonly systemLanguages: readonly string[]
  /** The conversation that the user looks at now. */
  readonly inView: () => ConversationId | undefined
  readonly show: (notice: Notice) => void
  /** Takes back those that are shown. */
  readonly clear: () => void
  /** One of them was clicked: the newest message it told of. */
  readonly clicked: (conversationId: ConversationId, seq: number) => void
}

export interface Notices {
  /** New events, as they have just come. */
  tell(conversationId: ConversationId, events: readonly ConversationEvent[]): void
  /** While the screen is locked, notifications have no words. */
  screenLocked(isLocked: boolean): void
  /** Takes back what is shown and drops what waits: the cache is closed, or the conversations are gone. */
  clear(): void
  stop(): void
}

/** The notifications of one app. */
export function createNotices(parts: NoticesParts): Notices {
  const { clock } = parts
  let waiting: Due[] = []
  let cancelPause: (() => void) | undefined
  let isScreenLocked = false

  function dueOf(conversationId: ConversationId, events: readonly ConversationEvent[]): Due[] {
    const store = parts.store()
    const conversation = store?.conversation(conversationId)
    if (!store || !conversation) return []
    const { notify, quietHours } = parts.settings()
    const rules = { notify, quietHours, minuteOfDay: minuteOfDay(clock.nowMs()), inView: parts.inView() }
    return events
      .filter(({ actorId, content }) => content.type === 'message' && actorId !== store.self)
      .filter((event) => isDue(conversation, store.concernsMe(event), rules))
      .map(({ seq, actorId, content }) => ({
        conversationId,
        seq,
        senderName: store.person(actorId)?.displayName ?? '—',
        conversationName: conversation.kind === 'direct' ? undefined : conversation.name,
        text: typeof content.body === 'string' ? content.body : '',
      }))
  }

  function show(): void {
    const store = parts.store()
    // What has been looked at meanwhile, or is gone, is no news.
    const isNews = (due: Due) =>
      due.conversationId !== parts.inView() && (store?.conversation(due.conversationId)?.readSeq ?? due.seq) < due.seq
    const due = waiting.filter(isNews)
    waiting = []
    const newest = due.at(-1)
    if (!newest) return
    const { language } = parts.settings()
    const languages = language === 'system' ? parts.systemLanguages : [language]
    const tells = isScreenLocked ? 'hidden' : parts.policy().notifications
    parts.show({
      ...noticeText(due, tells, languages),
      onClick: () => parts.clicked(newest.conversationId, newest.seq),
    })
    cancelPause = clock.setTimer(() => {
      cancelPause = undefined
      if (waiting.length > 0) show()
    }, limits.noticePauseMs)
  }

  function drop(): void {
    waiting = []
    cancelPause?.()
    cancelPause = undefined
  }

  return {
    tell(conversationId, events) {
      waiting.push(...dueOf(conversationId, events))
      if (waiting.length > 0 && !cancelPause) show()
    },
    screenLocked(isLocked) {
      isScreenLocked = isLocked
      if (isLocked) parts.clear()
    },
    clear() {
      drop()
      parts.clear()
    },
    stop: drop,
  }
}

function minuteOfDay(atMs: number): number {
  const at = new Date(atMs)
  return at.getHours() * 60 + at.getMinutes()
}
