// Owns what people ask about conversations while they are connected: make, change, join, leave, invite, take out, browse,
// find a date; and whether a file may go there or be had from there, which files/ then answers.
// Always holds: what changes anything is decided and made in one transaction of the group commit, and told of before the
// asker is answered; a request that finds everything as asked is answered as done.

import { limits } from '../../shared/limits.ts'
import { type ConversationId, conversationIdSchema, type DeviceId, type UserId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Answer, AnswerOf, Request, RequestOf } from '../../shared/wire.ts'
import type { Access } from '../access/access.ts'
import type { Clock, Random } from '../clock.ts'
import type { Commits } from '../commits.ts'
import type { FanOut } from '../gateway/fan-out.ts'
import type { Sealing } from '../sealing.ts'
import type { ConversationRow, StoreTx, StoreView } from '../store/port.ts'
import {
  type Acting,
  addMembers,
  asChange,
  type Change,
  changeInfo,
  differences,
  dropMember,
  oneLine,
  standingOf,
  tellChange,
} from './changes.ts'
import { directOf, foundConversation } from './founding.ts'
import { changeRefusal, inviteRefusal, joinRefusal, leaveRefusal, removeRefusal, type Standing } from './rules.ts'

export interface Asker {
  readonly userId: UserId
  readonly deviceId: DeviceId
}

/** What the files answer, once it is settled that the asker may post to, or view, the conversation. */
export interface FileRequests {
  upload(by: Asker, request: RequestOf<'upload'>): Result<AnswerOf<'upload'>>
  download(by: Asker, request: RequestOf<'download'>): Result<AnswerOf<'download'>>
}

export interface Requests {
  /**
   * Answers a request; `settled` is called once, for requests that change something in the order of the calls. Failures:
   * `not-found` (also what the asker may not know of), `not-allowed`, `conversation-archived`, `bad-input`,
   * `user-inactive` (somebody invited), `unavailable`, and those of files.
   */
  perform(by: Asker, request: Request, settled: (outcome: Result<Answer>) => void): void
}

type Outcome = Result<{ readonly answer: Answer; readonly change?: Change }>
const done: Outcome = ok({ answer: { type: 'done' } })
const changed = (change: Change): Outcome => ok({ answer: { type: 'done' }, change })
const made = (conversationId: ConversationId, change?: Change): Outcome => {
  const answer: Answer = { type: 'created', conversationId }
  return ok(change === undefined ? { answer } : { answer, change })
}

export function createRequests(parts: {
  view: StoreView
  commits: Commits
  access: Access
  sealing: Sealing
  fanOut: FanOut
  files: FileRequests
  clock: Clock
  random: Random
}): Requests {
  const { view, commits, access, sealing, fanOut, files, clock, random } = parts

  function create(tx: StoreTx, by: Asker, request: RequestOf<'create'>): Outcome {
    const { kind, clientId, isOpen = false } = request
    const { userId, deviceId } = by
    const before = tx.placeOf(deviceId, clientId)
    if (before !== undefined) {
      const isFounding = before.seq === 1
      return isFounding ? made(before.conversationId) : fail('bad-input', 'The clientId has been used.')
    }
    const memberIds = [...new Set([userId, ...request.memberIds])]
    const direct = kind === 'direct' ? directOf(tx, memberIds) : undefined
    if (direct !== undefined) return made(direct.conversationId)
    const fault = strangers(tx, memberIds)
    if (fault !== undefined) return fault
    if (kind === 'group' && memberIds.length > limits.groupMembers) return tooMany
    const name = oneLine(request.name)
    if (kind !== 'direct' && name === '') return fail('bad-input', 'A conversation needs a name.')
    const founded = foundConversation(
      tx,
      { sealing, random },
      {
        kind,
        name,
        topic: oneLine(request.topic ?? '') || undefined,
        space: undefined,
        labels: undefined,
        isOpen,
        memberIds,
        actorId: userId,
        from: { deviceId, clientId },
        atMs: clock.nowMs(),
        byOperator: false,
      },
    )
    return founded.ok ? made(founded.value.conversationId, asChange(founded.value)) : founded
  }

  /** Does `work` with the conversation and how the asker stands to it. */
  function within(
    tx: StoreTx,
    { userId }: Asker,
    conversationId: ConversationId,
    work: (row: ConversationRow, standing: Standing, acting: Acting) => Outcome,
  ): Outcome {
    const row = tx.conversation(conversationId)
    if (row === undefined) return fail('not-found')
    const acting = { actorId: userId, atMs: clock.nowMs(), byOperator: false }
    return work(row, standingOf(tx, access, row, userId), acting)
  }

  function change(tx: StoreTx, by: Asker, request: RequestOf<'change'>): Outcome {
    const { conversationId, isOpen, archived } = request
    const name = request.name === undefined ? undefined : oneLine(request.name)
    const topic = request.topic === undefined ? undefined : oneLine(request.topic)
    return within(tx, by, conversationId, (row, standing, acting) => {
      const wanted = differences(row, { name, topic, isOpen, archived })
      const refused = changeRefusal(standing, wanted)
      if (refused !== undefined) return { ok: false, error: refused }
      if (wanted.name === '') return fail('bad-input', 'A conversation needs a name.')
      if (Object.keys(wanted).length === 0) return done
      return changed(changeInfo(tx, sealing, conversationId, acting, wanted))
    })
  }

  function join(tx: StoreTx, by: Asker, { conversationId }: RequestOf<'join'>): Outcome {
    return within(tx, by, conversationId, (_row, standing, acting) => {
      const refused = joinRefusal(standing)
      if (refused !== undefined) return { ok: false, error: refused }
      if (standing.role !== 'stranger') return done
      return changed(addMembers(tx, sealing, conversationId, acting, [by.userId]))
    })
  }

  function leave(tx: StoreTx, by: Asker, { conversationId }: RequestOf<'leave'>): Outcome {
    return within(tx, by, conversationId, (_row, standing, acting) => {
      // Whoever was a member and is none has what they ask for.
      if (tx.membership(conversationId, by.userId)?.active === false) return done
      const refused = leaveRefusal(standing)
      if (refused !== undefined) return { ok: false, error: refused }
      return changed(dropMember(tx, sealing, conversationId, acting, by.userId))
    })
  }

  function invite(tx: StoreTx, by: Asker, { conversationId, userIds }: RequestOf<'invite'>): Outcome {
    return within(tx, by, conversationId, (row, standing, acting) => {
      const refused = inviteRefusal(standing)
      if (refused !== undefined) return { ok: false, error: refused }
      const present = new Set(tx.memberIdsOf(conversationId))
      const added = [...new Set(userIds)].filter((userId) => !present.has(userId))
      const fault = strangers(tx, added)
      if (fault !== undefined) return fault
      if (added.length === 0) return done
      if (row.kind === 'group' && present.size + added.length > limits.groupMembers) return tooMany
      return changed(addMembers(tx, sealing, conversationId, acting, added))
    })
  }

  function remove(tx: StoreTx, by: Asker, { conversationId, userId }: RequestOf<'remove'>): Outcome {
    return within(tx, by, conversationId, (_row, standing, acting) => {
      const refused = userId === by.userId ? leaveRefusal(standing) : removeRefusal(standing)
      if (refused !== undefined) return { ok: false, error: refused }
      const membership = tx.membership(conversationId, userId)
      if (membership === undefined) return fail('not-found', 'There is no such member.')
      if (!membership.active) return done
      return changed(dropMember(tx, sealing, conversationId, acting, userId))
    })
  }

  function browse({ userId }: Asker, { text, cursor }: RequestOf<'browse'>): Result<Answer> {
    const wanted = fold(text)
    const after = placeOfCursor(view, cursor)
    if (!after.ok) return after
    const matching = view
      .openConversations()
      .map((row) => ({ row, place: placeOf(row) }))
      .filter(({ row, place }) => fold(`${row.name}\n${row.topic ?? ''}`).includes(wanted) && place > after.value)
      .sort((a, b) => (a.place < b.place ? -1 : 1))
    const shown = matching.slice(0, limits.browsePage)
    const last = matching.length > shown.length ? shown.at(-1) : undefined
    const found = shown.map(({ row: { conversationId, name, topic, space } }) => ({
      conversationId,
      name,
      ...(topic !== undefined && { topic }),
      ...(space !== undefined && { space }),
      members: access.viewersOf(conversationId).size,
      isMember: access.mayView(userId, conversationId),
    }))
    return ok({ type: 'browsed', found, ...(last !== undefined && { cursor: last.row.conversationId }) })
  }

  function seqAt({ userId }: Asker, { conversationId, atMs }: RequestOf<'seqAt'>): Result<Answer> {
    if (!access.mayView(userId, conversationId)) return fail('not-found')
    return ok({ type: 'seqAt', seq: view.seqAt(conversationId, atMs) ?? 0 })
  }

  function upload(by: Asker, request: RequestOf<'upload'>): Result<Answer> {
    if (!access.mayPost(by.userId, request.conversationId)) return fail('not-found')
    if (view.conversation(request.conversationId)?.archived !== false) return fail('conversation-archived')
    return files.upload(by, request)
  }

  function download(by: Asker, request: RequestOf<'download'>): Result<Answer> {
    return access.mayView(by.userId, request.conversationId) ? files.download(by, request) : fail('not-found')
  }

  /** Decides in a transaction, tells of what changed, and answers. */
  function commit(work: (tx: StoreTx) => Outcome, settled: (outcome: Result<Answer>) => void): void {
    commits.enqueue(work, (committed) => {
      const outcome = committed.ok ? committed.value : committed
      if (!outcome.ok) return settled(outcome)
      if (outcome.value.change !== undefined) tellChange({ access, fanOut }, outcome.value.change)
      settled(ok(outcome.value.answer))
    })
  }

  return {
    perform: (by, request, settled) => {
      switch (request.type) {
        case 'create':
          return commit((tx) => create(tx, by, request), settled)
        case 'change':
          return commit((tx) => change(tx, by, request), settled)
        case 'join':
          return commit((tx) => join(tx, by, request), settled)
        case 'leave':
          return commit((tx) => leave(tx, by, request), settled)
        case 'invite':
          return commit((tx) => invite(tx, by, request), settled)
        case 'remove':
          return commit((tx) => remove(tx, by, request), settled)
        case 'browse':
          return settled(browse(by, request))
        case 'seqAt':
          return settled(seqAt(by, request))
        case 'upload':
          return settled(upload(by, request))
        case 'download':
          return settled(download(by, request))
      }
    },
  }
}

const tooMany = fail('bad-input', `A group has at most ${limits.groupMembers} members; make it a channel.`)

/** Where one of these is not there or no longer: they cannot be members. */
function strangers(view: StoreView, userIds: readonly UserId[]): Outcome | undefined {
  for (const userId of userIds) {
    const row = view.user(userId)
    if (row === undefined) return fail('not-found', 'There is no such person.')
    if (!row.active) return fail('user-inactive')
  }
  return undefined
}

/** As compared when browsing: compatibility forms and case do not matter. */
function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim()
}

/** By name, and by id among those of the same name. */
function placeOf({ name, conversationId }: Pick<ConversationRow, 'name' | 'conversationId'>): string {
  return `${fold(name)}\n${conversationId}`
}

/** The place that a cursor stands for: a conversation, wherever its name puts it now. Failure: `bad-input`. */
function placeOfCursor(view: StoreView, cursor: string | undefined): Result<string> {
  if (cursor === undefined || cursor === '') return ok('')
  const conversationId = conversationIdSchema.safeParse(cursor)
  const row = conversationId.success ? view.conversation(conversationId.data) : undefined
  // A conversation that is not open may not be known to the asker, not even by where its name stands.
  return row?.isOpen === true ? ok(placeOf(row)) : fail('bad-input', 'This is not a cursor.')
}
