// Owns what people do in a world: writing and what they do to messages, to conversations and to their settings; each drawn
// from the seed, by what the desktop shows and sometimes by what it cannot know.
// Always holds: everything goes by the store and session of a desktop, as the calls of a window do; what the desktop was asked
// to keep is noted, so that the end can be compared with it.

import type { NewOutbox, Store } from '../main/store/store.ts'
import type { MessageView } from '../shared/bridge.ts'
import type { ClientId, ConversationId, ConversationPrefs, Mention, UserId } from '../shared/model.ts'
import type { Answer, MessageAct, Request } from '../shared/wire.ts'
import type { Random } from './random.ts'
import type { VirtualClock } from './virtual-clock.ts'
import type { WorldDesktop } from './world-desktop.ts'
import type { WorldServer } from './world-server.ts'

/** What a person put into the outbox of one of their desktops. */
export interface Written {
  readonly conversationId: ConversationId
  readonly clientId: ClientId
  readonly record: NewOutbox
  /** The desktop died of writing it: nobody has been told that it is kept. */
  isDoubtful: boolean
  /** Taken out of the outbox again by its user. */
  isDiscarded: boolean
  /** Sent again after a refusal, and so perhaps after what was written later. */
  isRetried: boolean
}

export interface Member {
  readonly desktop: WorldDesktop
  readonly userId: UserId
  readonly userName: string
  /** What was put into this desktop's outbox, in order. */
  readonly written: Written[]
  /** The settings last wanted here, by conversation; undefined: unknown, since the desktop died of it. */
  readonly wanted: Map<ConversationId, ConversationPrefs | undefined>
  /** What was begun here and not sent; undefined: unknown, since the desktop died of it. */
  readonly drafts: Map<ConversationId, string | undefined>
  /** How far was read here. */
  readonly read: Map<ConversationId, number>
  /** What this desktop looks at. */
  watched: ConversationId | undefined
  /** Conversations asked for, by clientId, and the answers. */
  readonly founded: Map<ClientId, Set<ConversationId>>
}

export interface DeedParts {
  readonly server: WorldServer
  readonly random: Random
  readonly clock: VirtualClock
  readonly members: readonly Member[]
  readonly departments: readonly string[]
  /** A request is under way; to be called when it is settled. */
  readonly asked: () => () => void
}

export type Deed = (who: Member) => void

const emoji = ['👍', '❤️', '🎉', '👀', '🙏🏽'] as const
/** Nothing is known of files here. */
export const liveOf = (sending: ReadonlySet<ClientId>) => ({ sending, transferOf: () => undefined })

/** The deeds of people, each with how often it is drawn. */
export function createDeeds(parts: DeedParts): readonly (readonly [weight: number, deed: Deed])[] {
  const { server, random, clock, members, departments, asked } = parts

  const conversationOf = (store: Store | undefined): ConversationId | undefined => {
    const positions = store?.positions() ?? []
    return positions.length > 0 ? random.pick(positions).conversationId : undefined
  }

  /** A message that the desktop shows, of late or long ago, in a thread too; or, now and then, any place. */
  function seqFor(store: Store, conversationId: ConversationId, fits: (message: MessageView) => boolean) {
    const high = store.position(conversationId)?.high ?? 0
    if (random.chance(0.07)) return 1 + random.int(high + 2)
    const before = random.chance(0.25) ? 1 + random.int(high + 1) : undefined
    const page = store.readPage(conversationId, before, random.chance(0.5) ? 4 : 30, liveOf(new Set()))
    const messages = page.ok ? page.value.messages : []
    const root = random.chance(0.4) ? messages.find((message) => message.thread)?.seq : undefined
    const thread = root === undefined ? undefined : store.readThread(conversationId, root, liveOf(new Set()))
    const shown = (thread?.ok ? thread.value.replies : messages).filter((each) => each.seq !== undefined && fits(each))
    return shown.length > 0 ? random.pick(shown).seq : undefined
  }
  const isText = ({ content }: MessageView) => content.type === 'text'

  function put(who: Member, conversationId: ConversationId, record: (clientId: ClientId) => NewOutbox | undefined) {
    who.desktop.use((desktop, store) => {
      const made = record(desktop.session.newClientId())
      if (!made) return
      const written: Written = {
        conversationId,
        clientId: made.clientId,
        record: made,
        isDoubtful: true,
        isDiscarded: false,
        isRetried: false,
      }
      who.written.push(written)
      const queued = store.enqueue(conversationId, made)
      if (!queued.ok) throw new Error(queued.error.code)
      written.isDoubtful = false
      if (made.type === 'message' && who.drafts.get(conversationId)?.trim() === made.body.trim())
        who.drafts.delete(conversationId)
      desktop.session.flush()
    })
  }

  function mentionedBody(text: string): { body: string; mentions?: Mention[] & readonly Mention[] } {
    if (random.chance(0.6)) return { body: text }
    const drawn = random.pick(['person', 'everyone', 'department'] as const)
    if (drawn === 'everyone') return { body: `@all ${text}`, mentions: [{ type: 'everyone', start: 0, end: 4 }] }
    if (drawn === 'department') {
      const department = random.pick(departments)
      const mention: Mention = { type: 'department', start: 3, end: 4 + department.length, department }
      return { body: `hi @${department} ${text}`, mentions: [mention] }
    }
    const { userId, userName } = random.pick(members)
    const mention: Mention = { type: 'person', start: 0, end: 1 + userName.length, userId }
    return { body: `@${userName} ${text}`, mentions: [mention] }
  }

  function forwardOf(store: Store): { conversationId: ConversationId; seq: number } | undefined {
    const conversationId = conversationOf(store)
    const seq = conversationId && seqFor(store, conversationId, isText)
    return conversationId && seq ? { conversationId, seq } : undefined
  }

  function write(who: Member, count: number): void {
    const store = who.desktop.store()
    const conversationId = conversationOf(store)
    if (!store || !conversationId) return
    for (let i = 0; i < count; i++)
      put(who, conversationId, (clientId) => {
        const text = `${who.userName} ${who.desktop.index} ${who.written.length}`
        const common = { type: 'message' as const, clientId, createdAtMs: clock.nowMs() }
        const forward = random.chance(0.08) ? forwardOf(store) : undefined
        if (forward && random.chance(0.5)) return { ...common, body: '…', isFallback: true, forward }
        const threadSeq = random.chance(0.2)
          ? seqFor(
              store,
              conversationId,
              (message) => message.threadSeq === undefined && message.content.type !== 'notice',
            )
          : undefined
        const quoteSeq = random.chance(0.1) ? seqFor(store, conversationId, isText) : undefined
        return {
          ...common,
          ...mentionedBody(text),
          ...(forward && { forward }),
          ...(threadSeq && { threadSeq }),
          ...(quoteSeq && { quoteSeq }),
        }
      })
  }

  function act(who: Member, draw: (store: Store, conversationId: ConversationId) => MessageAct | undefined): void {
    const store = who.desktop.store()
    const conversationId = conversationOf(store)
    const drawn = store && conversationId && draw(store, conversationId)
    if (!drawn) return
    put(who, conversationId, (clientId) => ({ type: 'act', clientId, createdAtMs: clock.nowMs(), act: drawn }))
  }

  const ownSeq = (store: Store, id: ConversationId) =>
    seqFor(store, id, (message) => isText(message) && (message.mine || random.chance(0.03)))

  function edit(who: Member): void {
    act(who, (store, id) => {
      const targetSeq = ownSeq(store, id)
      return targetSeq ? { type: 'edit', targetSeq, ...mentionedBody(`changed ${who.written.length}`) } : undefined
    })
  }

  function remove(who: Member): void {
    act(who, (store, id) => {
      const targetSeq = ownSeq(store, id)
      return targetSeq ? { type: 'delete', targetSeq } : undefined
    })
  }

  function react(who: Member): void {
    act(who, (store, id) => {
      const targetSeq = seqFor(store, id, isText)
      return targetSeq ? { type: 'react', targetSeq, emoji: random.pick(emoji), on: random.chance(0.7) } : undefined
    })
  }

  /** The same a second time, as a script that lost its answer would. */
  function writeAgain(who: Member): void {
    who.desktop.use((desktop, store) => {
      const last = who.written.findLast(({ isDiscarded }) => !isDiscarded)
      if (!last || !store.position(last.conversationId)) return
      last.isDoubtful = true
      const again = store.enqueue(last.conversationId, last.record)
      if (again.ok) last.isRetried = true
      desktop.session.flush()
    })
  }

  function decide(who: Member): void {
    who.desktop.use((desktop, store) => {
      const failed = who.written.filter(({ clientId }) => store.outboxEntry(clientId)?.record.failure)
      if (failed.length === 0) return
      const one = random.pick(failed)
      if (random.chance(0.5)) {
        one.isRetried = true
        store.setFailure(one.clientId, undefined)
        desktop.session.flush()
      } else if (!desktop.session.sending().has(one.clientId)) {
        one.isDiscarded = true
        store.takeOut(one.clientId)
      }
    })
  }

  function read(who: Member): void {
    who.desktop.use((desktop, store) => {
      const conversationId = conversationOf(store)
      const high = conversationId && store.position(conversationId)?.high
      if (!conversationId || !high) return
      const seq = 1 + random.int(high + 1)
      // It may die of this: what was read is then read or not, but never less than before.
      who.wanted.set(conversationId, undefined)
      const moved = store.applyRead(conversationId, seq, 'user')
      noteWanted(who, store, conversationId)
      if (!moved) return
      const upTo = Math.min(seq, store.position(conversationId)?.high ?? 0)
      who.read.set(conversationId, Math.max(upTo, who.read.get(conversationId) ?? 0))
      desktop.session.markRead(conversationId, upTo)
      desktop.session.sendPrefs(conversationId)
    })
  }

  function noteWanted(who: Member, store: Store, conversationId: ConversationId): void {
    const prefs = store.conversation(conversationId)?.prefs
    if (prefs) who.wanted.set(conversationId, prefs)
  }

  function setPrefs(who: Member): void {
    who.desktop.use((desktop, store) => {
      const conversationId = conversationOf(store)
      if (!conversationId) return
      const high = store.position(conversationId)?.high ?? 0
      const change = random.pick([
        { muted: random.chance(0.5) },
        { pinned: random.chance(0.5) },
        { unreadFromSeq: high > 0 ? 1 + random.int(high) : null },
        { unreadFromSeq: null },
      ])
      who.wanted.set(conversationId, undefined)
      const changed = store.wantPrefs(conversationId, change)
      noteWanted(who, store, conversationId)
      if (changed.ok && changed.value) desktop.session.sendPrefs(conversationId)
    })
  }

  function draft(who: Member): void {
    who.desktop.use((_desktop, store) => {
      const conversationId = conversationOf(store)
      if (!conversationId) return
      const text = random.chance(0.3) ? '' : `draft ${random.int(1000)}`
      who.drafts.set(conversationId, undefined)
      store.saveDraft(conversationId, text)
      who.drafts.set(conversationId, text)
    })
  }

  function look(who: Member): void {
    who.desktop.use(({ session }, store) => {
      const conversationId = conversationOf(store)
      if (!conversationId) return
      who.watched = conversationId
      session.lively.setView({ conversationId, people: members.slice(0, 3).map(({ userId }) => userId) })
      if (random.chance(0.5)) session.lively.noteActivity()
      if (random.chance(0.5)) session.lively.noteTyping(conversationId, undefined)
    })
  }

  function ask(who: Member, request: Request, answered: (answer: Answer) => void = () => undefined): void {
    who.desktop.use(({ session }) => {
      const settled = asked()
      void session.request(request).then((outcome) => {
        settled()
        if (outcome.ok) answered(outcome.value)
      })
    })
  }

  const someone = () => random.pick(members).userId
  const founding = new Map<Member, Extract<Request, { type: 'create' }>>()

  function found(who: Member): void {
    const before = founding.get(who)
    who.desktop.use((desktop) => {
      const kind = random.pick(['channel', 'channel', 'group', 'direct'] as const)
      const again = before && random.chance(0.3) ? before : undefined
      const request = again ?? {
        type: 'create' as const,
        clientId: desktop.session.newClientId(),
        kind,
        name: kind === 'direct' ? '' : `${kind} ${random.int(1000)}`,
        ...(random.chance(0.3) && { topic: `about ${random.int(100)}` }),
        ...(kind === 'channel' && random.chance(0.7) && { isOpen: true }),
        memberIds: [...new Set(kind === 'direct' ? [someone()] : [someone(), someone()])],
      }
      founding.set(who, request)
      const made = who.founded.get(request.clientId) ?? new Set()
      who.founded.set(request.clientId, made)
      ask(who, request, (answer) => answer.type === 'created' && made.add(answer.conversationId))
    })
  }

  function change(who: Member): void {
    const conversationId = conversationOf(who.desktop.store())
    if (!conversationId) return
    const what = random.pick([
      { name: `renamed ${random.int(1000)}` },
      { topic: random.chance(0.3) ? '' : `topic ${random.int(1000)}` },
      { isOpen: random.chance(0.5) },
      { name: `both ${random.int(1000)}`, topic: `of them ${random.int(1000)}` },
    ])
    ask(who, { type: 'change', conversationId, ...what })
  }

  function archive(who: Member): void {
    const list = who.desktop.store()?.listConversations(liveOf(new Set())) ?? []
    if (list.length === 0) return
    const archived = list.filter((view) => view.archived)
    const one = archived.length > 0 && random.chance(0.9) ? random.pick(archived) : random.pick(list)
    ask(who, { type: 'change', conversationId: one.conversationId, archived: !one.archived })
  }

  function join(who: Member): void {
    const open = server.view.openConversations()
    const all = random.chance(0.2) ? server.view.conversations() : open
    if (all.length > 0) ask(who, { type: 'join', conversationId: random.pick(all).conversationId })
  }

  function membership(who: Member): void {
    const conversationId = conversationOf(who.desktop.store())
    if (!conversationId) return
    const type = random.pick(['leave', 'invite', 'invite', 'remove'] as const)
    if (type === 'leave') ask(who, { type, conversationId })
    else if (type === 'invite') ask(who, { type, conversationId, userIds: [...new Set([someone(), someone()])] })
    else ask(who, { type, conversationId, userId: someone() })
  }

  function wonder(who: Member): void {
    const conversationId = conversationOf(who.desktop.store())
    if (random.chance(0.5)) ask(who, { type: 'browse', text: random.chance(0.5) ? '' : 'channel' })
    else if (conversationId) ask(who, { type: 'seqAt', conversationId, atMs: clock.nowMs() - random.int(100_000) })
  }

  function fetchOlder(who: Member): void {
    const conversationId = conversationOf(who.desktop.store())
    // Answered, refused or given up: either way it must settle, which the end of the world waits for.
    who.desktop.use(({ session }) => {
      if (!conversationId) return
      const settled = asked()
      const fetched = random.chance(0.5)
        ? session.fetchOlder(conversationId)
        : session.loadBack(conversationId, 1 + random.int(50))
      void fetched.then(settled)
    })
  }

  return [
    [34, (who) => write(who, 1 + random.int(4))],
    [2, (who) => write(who, 30)],
    [26, edit],
    [20, remove],
    [30, react],
    [3, writeAgain],
    [5, decide],
    [12, read],
    [10, setPrefs],
    [4, draft],
    [5, look],
    [7, found],
    [8, change],
    [2, archive],
    [9, join],
    [10, membership],
    [2, wonder],
    [4, fetchOlder],
  ]
}
