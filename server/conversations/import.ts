// Owns bringing past conversations into the log: a demo's months, later another product's export.
// Always holds: the store's own rules apply (seq without gaps, time never decreasing, sealed contents); a conversation
// comes whole or not at all, and once only, so that an interrupted import is finished by running it again.

import { normaliseBody } from '../../shared/body.ts'
import {
  type ClientId,
  type ConversationId,
  defaultPrefs,
  type FileInfo,
  type Forwarded,
  type Mention,
  makeId,
  type UserId,
} from '../../shared/model.ts'
import { type Failure, FailureError, fail, ok, type Result } from '../../shared/result.ts'
import type { Access } from '../access/access.ts'
import type { Clock, Random } from '../clock.ts'
import { foldUserName, insertUser, type NewUser, usersNamed } from '../directory/directory.ts'
import type { FanOut } from '../gateway/fan-out.ts'
import type { Sealing } from '../sealing.ts'
import type { Store, StoreTx, StoreView, UserRow } from '../store/port.ts'
import { changeInfo } from './changes.ts'
import { messageAt, type NewContent, prepareContent, standingMessage } from './contents.ts'
import { appendContent, eventJson } from './events.ts'
import { type Founded, foundConversation } from './founding.ts'

export interface PastMessage {
  /** userName of a member. */
  readonly by: string
  readonly atMs: number
  readonly body: string
  /** To be fetched, their bytes have to be here already (Files.adopt). */
  readonly files?: readonly FileInfo[]
  /** Stretches of the body, one after the other. */
  readonly mentions?: readonly PastMention[]
  /** Place in `messages`, from 0, of the earlier message whose thread this belongs to. */
  readonly threadOf?: number
  /** Place of the earlier message that this answers. */
  readonly quoteOf?: number
  /** What it passes on. */
  readonly forwarded?: PastPlace
}

/** As in the model, people by userName. */
export type PastMention =
  | { readonly type: 'person'; readonly start: number; readonly end: number; readonly userName: string }
  | Exclude<Mention, { type: 'person' }>

/** A message of a conversation that comes earlier in the same history, or was imported before; read as it stands then. */
export interface PastPlace {
  readonly key: string
  /** Its place in that conversation's `messages`, from 0. */
  readonly message: number
}

/** What came after a message; `target` is its place in `messages`, from 0. */
export type PastChange = { readonly by: string; readonly atMs: number } & (
  | { readonly type: 'edited'; readonly target: number; readonly body: string }
  | { readonly type: 'deleted'; readonly target: number }
  | { readonly type: 'reacted'; readonly target: number; readonly emoji: string; readonly on: boolean }
  | Extract<NewContent, { type: 'other' }>
)

export interface PastConversation {
  /** Names it for the import: a key that has been imported is passed over. */
  readonly key: string
  readonly kind: 'channel' | 'group' | 'direct'
  readonly name?: string
  readonly topic?: string
  readonly space?: string
  /** userNames. */
  readonly members: readonly string[]
  /** userName of a member. */
  readonly createdBy: string
  readonly createdAtMs: number
  /** Ascending by time, none after now. */
  readonly messages: readonly PastMessage[]
  /** Ascending by time, none after now; after the messages of the same time. */
  readonly changes?: readonly PastChange[]
  /** userName → how many of the last messages that stand, replies included, that member has not read; everyone else has read all. */
  readonly unreadFor?: Readonly<Record<string, number>>
  /** Anybody may find and join it. Channels only. */
  readonly isOpen?: boolean
  /** When its creator archived it: after everything else in it. */
  readonly archivedAtMs?: number
  /** userName → what that member has set for it. */
  readonly prefs?: Readonly<Record<string, { readonly muted?: boolean; readonly pinned?: boolean }>>
}

export interface History {
  /** Users that are there already, by userName, stay as they are. Managers come before those they manage. */
  readonly people: readonly NewUser[]
  readonly conversations: readonly PastConversation[]
}

/** How much was new. */
export interface Imported {
  readonly people: number
  readonly conversations: number
  readonly events: number
}

export function createImport(parts: {
  store: Store
  access: Access
  sealing: Sealing
  fanOut: FanOut
  clock: Clock
  random: Random
}): { importHistory(history: History): Result<Imported> } {
  const { store, access, sealing, fanOut, clock, random } = parts

  function importPeople(people: readonly NewUser[]): UserRow[] {
    return store.transact((tx) =>
      people.flatMap((person) =>
        tx.userByFoldedName(foldUserName(person.userName)) === undefined ? [taken(insertUser(tx, person, random))] : [],
      ),
    )
  }

  function importConversation(tx: StoreTx, past: PastConversation): Founded {
    const fault = faultOf(past, clock.nowMs())
    const refuse = (failure: Failure): never => {
      throw new FailureError({ ...failure, message: `${past.key}: ${failure.message}` })
    }
    if (fault !== undefined) return refuse({ code: 'bad-input', message: fault })
    const members = taken(usersNamed(tx, past.members))
    const memberIds = new Set(members.map((row) => row.userId))
    const memberNamed = (userName: string) => {
      const userId = userIdNamed(tx, userName)
      if (userId !== undefined && memberIds.has(userId)) return userId
      return refuse({ code: 'bad-input', message: `${userName} is no member.` })
    }
    const passedOn = (actorId: UserId, place: PastPlace): Forwarded => {
      const source = forwardedFrom(tx, sealing, actorId, place)
      return source.ok ? source.value : refuse(source.error)
    }
    const founded = taken(
      foundConversation(
        tx,
        { sealing, random },
        {
          kind: past.kind,
          name: past.name ?? '',
          topic: past.topic,
          space: past.space,
          labels: undefined,
          isOpen: past.isOpen ?? false,
          memberIds: [...memberIds],
          actorId: memberNamed(past.createdBy),
          atMs: past.createdAtMs,
          byOperator: false,
        },
      ),
    )
    const { conversationId } = founded
    const authors = new Map(past.members.map((userName) => [userName, memberNamed(userName)]))
    let { headSeq, events } = founded
    const seqs: number[] = []
    for (const { by, atMs, content } of inOrder(past)) {
      const actorId = authors.get(by) ?? memberNamed(by)
      const said = content({
        seqs,
        clientId: () => makeId('message', random(20)),
        memberNamed,
        passedOn: (place) => passedOn(actorId, place),
      })
      const ready = prepareContent(tx, sealing, conversationId, actorId, said)
      if (!ready.ok) return refuse(ready.error)
      const place = appendContent(tx, sealing, { conversationId, atMs, actorId, ...ready.value })
      if (ready.value.kind === 'message') seqs.push(place.seq)
      headSeq = place.seq
      events = [eventJson({ conversationId, actorId, seq: place.seq, atMs: place.atMs }, ready.value.json)]
    }
    if (past.archivedAtMs !== undefined) {
      const by = { actorId: memberNamed(past.createdBy), atMs: past.archivedAtMs, byOperator: false }
      events = changeInfo(tx, sealing, conversationId, by, { archived: true }).events
      headSeq = tx.conversation(conversationId)?.headSeq ?? headSeq
    }
    const deleted = tx.deletedSeqs(conversationId, 1, headSeq)
    const standing = seqs.filter((seq) => !deleted.has(seq))
    const unread = new Map(
      Object.entries(past.unreadFor ?? {}).map(([userName, count]) => [memberNamed(userName), count]),
    )
    for (const userId of memberIds) {
      const count = unread.get(userId) ?? 0
      const firstUnread = count === 0 ? undefined : standing.at(-count)
      tx.raiseRead(userId, conversationId, firstUnread === undefined ? headSeq : firstUnread - 1)
    }
    for (const [userName, prefs] of Object.entries(past.prefs ?? {})) {
      tx.putPrefs(memberNamed(userName), conversationId, { ...defaultPrefs, ...prefs })
    }
    tx.setMeta(imported(past.key), conversationId)
    return { ...founded, headSeq, events }
  }

  return {
    importHistory: (history) => {
      try {
        const people = importPeople(history.people)
        access.applyUsers(people)
        if (people.length > 0) fanOut.directoryChanged()
        let conversations = 0
        let events = 0
        for (const past of history.conversations) {
          if (store.view.meta(imported(past.key)) !== undefined) continue
          const {
            conversationId,
            memberships,
            headSeq,
            events: last,
          } = store.transact((tx) => importConversation(tx, past))
          access.apply(memberships)
          fanOut.accessChanged(memberships.map((row) => row.userId))
          // Devices that are connected learn of the end and fetch what lies before it.
          for (const event of last) fanOut.appended(conversationId, event)
          conversations++
          events += headSeq
        }
        return ok({ people: people.length, conversations, events })
      } catch (error) {
        if (error instanceof FailureError) return { ok: false, error: error.failure }
        throw error
      }
    },
  }
}

function userIdNamed(view: StoreView, userName: string): UserRow['userId'] | undefined {
  return view.userByFoldedName(foldUserName(userName))?.userId
}

/** The value, or the failure as an exception, so that the transaction is rolled back. */
function taken<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new FailureError(result.error)
}

/** Under which name the store remembers that a conversation has been imported, and as which. */
function imported(key: string): string {
  return `imported ${key}`
}

/** A past message for one who passes it on. Failures: `bad-input`, `not-allowed` (no member there), `message-deleted`. */
function forwardedFrom(tx: StoreTx, sealing: Sealing, actorId: UserId, place: PastPlace): Result<Forwarded> {
  const found = tx.meta(imported(place.key))
  if (found === undefined) return fail('bad-input', `${place.key} has not been imported.`)
  const conversationId = found as ConversationId
  if (tx.membership(conversationId, actorId)?.active !== true) return fail('not-allowed')
  const headSeq = tx.conversation(conversationId)?.headSeq ?? 0
  const said = tx.events(conversationId, 1, headSeq).filter((row) => row.kind === 'message')
  const row = messageAt(tx, conversationId, said[place.message]?.seq ?? 0)
  if (!row.ok) return row
  const { seq, actorId: senderId, atMs } = row.value
  return ok({ conversationId, seq, senderId, atMs, body: standingMessage(tx, sealing, row.value).body })
}

/** What a content is made with, once it is its turn. */
interface Turn {
  /** Of the messages so far. */
  readonly seqs: readonly number[]
  clientId(): ClientId
  memberNamed(userName: string): UserId
  passedOn(place: PastPlace): Forwarded
}

/** Messages and changes by time; each `content` is asked for in that order. */
function inOrder({ messages, changes = [] }: PastConversation): {
  by: string
  atMs: number
  content: (turn: Turn) => NewContent
}[] {
  // 0 is nobody's seq: what has not been said yet is no message.
  const seqOf = ({ seqs }: Turn, index: number) => seqs[index] ?? 0
  const said = messages.map(({ by, atMs, body, files, mentions, threadOf, quoteOf, forwarded }) => ({
    by,
    atMs,
    content: (turn: Turn): NewContent => ({
      type: 'message',
      clientId: turn.clientId(),
      body,
      ...(files !== undefined && { files }),
      ...(mentions !== undefined && { mentions: mentions.map((mention) => named(mention, turn)) }),
      ...(threadOf !== undefined && { threadSeq: seqOf(turn, threadOf) }),
      ...(quoteOf !== undefined && { quoteSeq: seqOf(turn, quoteOf) }),
      ...(forwarded !== undefined && { forwarded: turn.passedOn(forwarded) }),
    }),
  }))
  const later = changes.map((change) => ({
    by: change.by,
    atMs: change.atMs,
    content: (turn: Turn): NewContent => {
      if (change.type === 'other') return { type: 'other', content: change.content }
      const targetSeq = seqOf(turn, change.target)
      if (change.type === 'edited') return { type: 'edited', targetSeq, body: change.body }
      if (change.type === 'deleted') return { type: 'deleted', targetSeq }
      return { type: 'reacted', targetSeq, emoji: change.emoji, on: change.on }
    },
  }))
  return [...said, ...later].sort((a, b) => a.atMs - b.atMs)
}

function named(mention: PastMention, { memberNamed }: Turn): Mention {
  if (mention.type !== 'person') return mention
  const { type, start, end, userName } = mention
  return { type, start, end, userId: memberNamed(userName) }
}

/** What is wrong with a conversation as given; undefined where it can be imported. */
function faultOf(past: PastConversation, nowMs: number): string | undefined {
  for (const list of [past.messages, past.changes ?? []]) {
    let before = past.createdAtMs
    for (const { atMs } of list) {
      if (atMs < before) return 'its messages are not ascending by time.'
      before = atMs
    }
    if (before > nowMs) return 'it lies in the future.'
  }
  const { archivedAtMs } = past
  if (archivedAtMs !== undefined) {
    const lastMs = Math.max(past.messages.at(-1)?.atMs ?? 0, past.changes?.at(-1)?.atMs ?? 0, past.createdAtMs)
    if (archivedAtMs < lastMs || archivedAtMs > nowMs) return 'it was archived before its end, or in the future.'
    if (past.kind === 'direct') return 'a direct conversation stays as it is.'
  }
  for (const { body } of past.messages) if (normaliseBody(body) === '') return 'it has an empty message.'
  const deleted = new Set(past.changes?.flatMap((change) => (change.type === 'deleted' ? [change.target] : [])))
  const standing = past.messages.length - deleted.size
  for (const count of Object.values(past.unreadFor ?? {})) {
    if (!Number.isInteger(count) || count < 0 || count > standing) return 'unreadFor counts messages that stand.'
  }
  return undefined
}
