// Owns the place where the rules of conversations are checked: a store with people and their devices, the log and the
// requests over it, and a record of what the gateway would be told. Must never be imported by the product.

import sodium from 'libsodium-wrappers'
import {
  type ClientId,
  type ConversationEvent,
  type ConversationId,
  conversationEventSchema,
  type DeviceId,
  makeId,
  type Policy,
  type UserId,
} from '../../shared/model.ts'
import { ok, type Result } from '../../shared/result.ts'
import type { Answer, MessageAct, Request } from '../../shared/wire.ts'
import { createAccess } from '../access/access.ts'
import { createSystemRandom } from '../clock.ts'
import { createCommits } from '../commits.ts'
import type { FanOut } from '../gateway/fan-out.ts'
import { silentLog } from '../log.ts'
import { createSealing } from '../sealing.ts'
import { createMemoryStore } from '../store/memory.ts'
import { createTestClock } from '../test-clock.ts'
import { type Conversations, createConversations } from './conversations.ts'
import { createConversationLog, type Page, type Place } from './log.ts'
import type { NewMessage } from './messages.ts'
import { createPrefs } from './prefs.ts'
import { createRequests } from './requests.ts'

export interface Person {
  readonly userId: UserId
  readonly deviceId: DeviceId
}

/** What the gateway was told, in order. */
export type Told =
  | { readonly type: 'access'; readonly userIds: readonly UserId[] }
  | { readonly type: 'info'; readonly conversationId: ConversationId }
  | { readonly type: 'event'; readonly event: ConversationEvent; readonly to: readonly UserId[] }

const random = createSystemRandom()
export const newClientId = (): ClientId => makeId('message', random(20))

/** The value, where a step of a test cannot go on without it. */
export function taken<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new Error(`${result.error.code}: ${result.error.message}`)
}

export async function openSite() {
  await sodium.ready
  const store = createMemoryStore()
  const { view } = store
  const clock = createTestClock()
  const access = createAccess(view)
  const commits = createCommits(store, silentLog)
  const sealing = createSealing(Buffer.alloc(32, 7), random)
  const told: Told[] = []
  const listeners = new Set<(what: Told) => void>()
  const note = (what: Told): void => {
    told.push(what)
    for (const hear of listeners) hear(what)
  }
  const none = () => undefined
  const fanOut: FanOut = {
    appended: (conversationId, text) => {
      const event = conversationEventSchema.parse(JSON.parse(text))
      note({ type: 'event', event, to: [...access.viewersOf(conversationId)] })
    },
    accessChanged: (userIds) => note({ type: 'access', userIds }),
    infoChanged: (conversationId) => note({ type: 'info', conversationId }),
    directoryChanged: none,
    prefsMoved: none,
    readMoved: none,
    wipeOrdered: none,
    signOutOrdered: none,
    ordersDue: none,
    rolesChanged: none,
    userDeactivated: none,
    policyChanged: none,
    leaseChanged: none,
  }
  let policy: Policy = { leaseHours: 1, notifications: 'full', contentProtection: false }
  const shared = { store, view, commits, access, sealing, fanOut, clock, random }
  const log = createConversationLog({ ...shared, policies: { current: () => policy } })
  const requests = createRequests({
    ...shared,
    files: {
      upload: () => ok({ type: 'upload', permit: 'p', parts: 0, complete: false }),
      download: () => ok({ type: 'download', permit: 'p', bytes: 1 }),
    },
  })
  const conversations: Conversations = createConversations(shared)

  /** Commits what `start` queues and gives its outcome. */
  function settle<T>(start: (settled: (outcome: T) => void) => void): T {
    let outcome: { readonly value: T } | undefined
    start((value) => {
      outcome = { value }
    })
    commits.flush()
    if (outcome === undefined) throw new Error('nothing was settled')
    return outcome.value
  }

  return {
    store,
    view,
    clock,
    access,
    commits,
    conversations,
    log,
    requests,
    prefs: createPrefs(shared),
    told,
    /** Told the moment the gateway would be. */
    listeners,
    settle,
    setPolicy: (change: Partial<Policy>) => {
      policy = { ...policy, ...change }
    },
    addPerson: (changes: { department?: string } = {}): Person => {
      const userId = makeId('user', random(20))
      const deviceId = makeId('device', random(20))
      store.transact((tx) => {
        const names = { userName: userId, foldedName: userId, displayName: userId, title: undefined }
        const revision = tx.nextRevision('directory')
        tx.insertUser({
          userId,
          ...names,
          department: changes.department,
          managerId: undefined,
          active: true,
          roles: [],
          revision,
        })
        tx.insertDevice({
          deviceId,
          userId,
          publicKey: deviceId,
          name: 'Desk',
          platform: 'linux',
          clientVersion: '0.1.0',
          status: 'active',
          enrolledAtMs: 1,
          lastSeenAtMs: undefined,
          leaseUntilMs: undefined,
          orderCounter: 0,
          cacheBytes: undefined,
        })
      })
      return { userId, deviceId }
    },
    deactivate: ({ userId }: Person): void => {
      const row = store.transact((tx) => {
        const user = tx.user(userId)
        if (user === undefined) throw new Error('no such user')
        const ended = { ...user, active: false, revision: tx.nextRevision('directory') }
        tx.updateUser(ended)
        return ended
      })
      access.applyUsers([row])
    },
    /** A file that this person has handed in. */
    addFile: ({ userId }: Person, sha256: string, bytes: number): void =>
      store.transact((tx) => {
        tx.insertFile({ sha256, bytes, folder: sha256, sealedKey: Uint8Array.of(1), createdAtMs: 1 })
        tx.addHolder(userId, sha256)
      }),
    ask: (by: Person, request: Request): Result<Answer> => settle((settled) => requests.perform(by, request, settled)),
    say: (
      by: Person,
      conversationId: ConversationId,
      message: string | NewMessage,
      clientId = newClientId(),
    ): Result<Place> =>
      settle((settled) =>
        log.append(
          {
            conversationId,
            actorId: by.userId,
            deviceId: by.deviceId,
            clientId,
            message: typeof message === 'string' ? { body: message } : message,
          },
          settled,
        ),
      ),
    act: (by: Person, conversationId: ConversationId, act: MessageAct, clientId = newClientId()): Result<Place> =>
      settle((settled) =>
        log.act({ conversationId, actorId: by.userId, deviceId: by.deviceId, clientId, act }, settled),
      ),
    /** Every event of the conversation, as this person is handed it. */
    read: ({ userId }: Person, conversationId: ConversationId): ConversationEvent[] => {
      const events: ConversationEvent[] = []
      for (;;) {
        const page: Page = taken(log.page(userId, conversationId, { after: events.length }, 200))
        if (page.events.length === 0) return events
        for (const text of page.events) events.push(conversationEventSchema.parse(JSON.parse(text)))
      }
    },
  }
}
export type Site = Awaited<ReturnType<typeof openSite>>

/** A conversation that this person asks for. */
export function found(
  site: Site,
  by: Person,
  kind: 'channel' | 'group' | 'direct',
  others: readonly Person[],
  isOpen = false,
): ConversationId {
  const answer = taken(
    site.ask(by, {
      type: 'create',
      clientId: newClientId(),
      kind,
      name: kind === 'direct' ? '' : 'Name',
      ...(isOpen && { isOpen }),
      memberIds: others.map((person) => person.userId),
    }),
  )
  if (answer.type !== 'created') throw new Error('it was not made')
  return answer.conversationId
}
