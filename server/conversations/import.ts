// Owns bringing past conversations into the log: a demo's months, later another product's export.
// Always holds: the store's own rules apply (seq without gaps, time never decreasing, sealed contents); a conversation
// comes whole or not at all, and once only, so that an interrupted import is finished by running it again.

import { normaliseBody } from '../../shared/body.ts'
import { type FileInfo, makeId } from '../../shared/model.ts'
import { FailureError, ok, type Result } from '../../shared/result.ts'
import type { Access } from '../access/access.ts'
import type { Clock, Random } from '../clock.ts'
import { foldUserName, insertUser, type NewUser, usersNamed } from '../directory/directory.ts'
import type { FanOut } from '../gateway/fan-out.ts'
import type { Sealing } from '../sealing.ts'
import type { Store, StoreTx, StoreView, UserRow } from '../store/port.ts'
import { type NewContent, prepareContent } from './contents.ts'
import { appendContent, eventJson } from './events.ts'
import { type Founded, foundConversation } from './founding.ts'

export interface PastMessage {
  /** userName of a member. */
  readonly by: string
  readonly atMs: number
  readonly body: string
  readonly files?: readonly FileInfo[]
}

/** What came after a message; `target` is its place in `messages`, from 0. */
export type PastChange = { readonly by: string; readonly atMs: number } & (
  | { readonly type: 'edited'; readonly target: number; readonly body: string }
  | { readonly type: 'deleted'; readonly target: number }
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
  /** userName → how many of the last messages that stand that member has not read; everyone else has read all. */
  readonly unreadFor?: Readonly<Record<string, number>>
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
    if (fault !== undefined) throw new FailureError({ code: 'bad-input', message: `${past.key}: ${fault}` })
    const members = taken(usersNamed(tx, past.members))
    const memberIds = new Set(members.map((row) => row.userId))
    const memberNamed = (userName: string) => {
      const userId = userIdNamed(tx, userName)
      if (userId !== undefined && memberIds.has(userId)) return userId
      throw new FailureError({ code: 'bad-input', message: `${past.key}: ${userName} is no member.` })
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
          isOpen: false,
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
    for (const { by, atMs, content } of inOrder(past, random)) {
      const actorId = authors.get(by) ?? memberNamed(by)
      const ready = prepareContent(tx, sealing, conversationId, actorId, content(seqs))
      if (!ready.ok) throw new FailureError({ ...ready.error, message: `${past.key}: ${ready.error.message}` })
      const place = appendContent(tx, sealing, { conversationId, atMs, actorId, ...ready.value })
      if (ready.value.kind === 'message') seqs.push(place.seq)
      headSeq = place.seq
      events = [eventJson({ conversationId, actorId, seq: place.seq, atMs: place.atMs }, ready.value.json)]
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
    tx.setMeta(`imported ${past.key}`, conversationId)
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
          if (store.view.meta(`imported ${past.key}`) !== undefined) continue
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

/** Messages and changes by time; `content` is asked for in that order, knowing the seqs of the messages so far. */
function inOrder(
  { messages, changes = [] }: PastConversation,
  random: Random,
): { by: string; atMs: number; content: (seqs: readonly number[]) => NewContent }[] {
  const said = messages.map(({ by, atMs, body, files }) => ({
    by,
    atMs,
    content: (): NewContent => ({
      type: 'message',
      clientId: makeId('message', random(20)),
      body,
      ...(files === undefined ? {} : { files }),
    }),
  }))
  const later = changes.map((change) => ({
    by: change.by,
    atMs: change.atMs,
    content: (seqs: readonly number[]): NewContent => {
      if (change.type === 'other') return { type: 'other', content: change.content }
      // 0 is nobody's seq: a target that has not been said yet is no message.
      const targetSeq = seqs[change.target] ?? 0
      return change.type === 'edited'
        ? { type: 'edited', targetSeq, body: change.body }
        : { type: 'deleted', targetSeq }
    },
  }))
  return [...said, ...later].sort((a, b) => a.atMs - b.atMs)
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
  for (const { body } of past.messages) if (normaliseBody(body) === '') return 'it has an empty message.'
  const deleted = new Set(past.changes?.flatMap((change) => (change.type === 'deleted' ? [change.target] : [])))
  const standing = past.messages.length - deleted.size
  for (const count of Object.values(past.unreadFor ?? {})) {
    if (!Number.isInteger(count) || count < 0 || count > standing) return 'unreadFor counts messages that stand.'
  }
  return undefined
}
