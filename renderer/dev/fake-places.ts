// Owns the made-up conversations as places of the development page: making, changing, joining, leaving, browsing, members,
// what is set for one, who is there and who types. Hash parameters: typing=1|2|3 (people typing in what is in view),
// places=<failure code> (every such request fails with it), slow=<milliseconds>.

import type {
  BridgeResult,
  Browsed,
  CallArgs,
  CallName,
  CallResult,
  EventName,
  EventPayload,
  MessageView,
  SessionView,
} from '../../shared/bridge.ts'
import type { ConversationId, PresenceState, UserId } from '../../shared/model.ts'
import { me, people, type SampleConversation } from './sample.ts'

type PlaceCall =
  | 'createConversation'
  | 'changeConversation'
  | 'joinConversation'
  | 'leaveConversation'
  | 'inviteMembers'
  | 'removeMember'
  | 'browseConversations'
  | 'setPrefs'
  | 'setView'
  | 'noteTyping'
type PlaceHandlers = {
  [N in PlaceCall & CallName]: (args: CallArgs<N>) => BridgeResult<CallResult<N>> | Promise<BridgeResult<CallResult<N>>>
}

interface FakePlacesParts {
  readonly hash: URLSearchParams
  readonly all: SampleConversation[]
  readonly session: () => SessionView
  readonly emit: <N extends EventName>(name: N, payload: EventPayload<N>) => void
}

const ok = <T>(value: T) => ({ ok: true, value }) as const
const fail = (code: string) => ({ ok: false, error: { code, message: code } }) as const
const conversationId = (index: number) => `cnv_${String(index).padStart(20, '0')}` as ConversationId

const openChannels: readonly (readonly [string, string, string | undefined, number])[] = [
  ['午餐團購', '每日十一時截單，遲來自理', undefined, 148],
  ['badminton-逢星期三', 'Aberdeen Sports Centre, 7 pm. 新手歡迎', undefined, 37],
  ['climate-risk', 'HKMA climate risk stress test: data, models, deadlines', '合規與法律', 21],
  ['green-bonds', 'Primary and secondary, with league tables on Fridays', 'Markets 市場部', 54],
  ['IT 服務台', '密碼、VPN、打印機。緊急請致電內線 2828。', undefined, 312],
  ['job-referrals', 'Roles open in Hong Kong and Shenzhen', undefined, 203],
  ['latam-credit', '', 'Markets 市場部', 9],
  ['研究-每日晨会纪要', '港股、A 股与宏观，每日八点半前发布', 'Markets 市場部', 96],
  ['颱風及黑雨安排', '天文台信號生效時的上班安排，請留意此頻道', undefined, 486],
]
/** Each person, by their place in the sample. */
const presenceOf: readonly PresenceState[] = ['active', 'active', 'away', 'active', 'offline', 'away', 'active']

/** The calls about places over the sample workspace. */
export function createFakePlaces({ hash, all, session, emit }: FakePlacesParts): PlaceHandlers {
  const slowMs = Number(hash.get('slow') ?? 250)
  let made = 500
  const joined = new Set<string>()
  const find = (id: ConversationId) => all.find((c) => c.view.conversationId === id)

  /** Answers as a server would: not at once, and not without a connection. */
  async function request<T>(work: () => BridgeResult<T>): Promise<BridgeResult<T>> {
    if (session().state !== 'live') return fail('offline')
    await new Promise((resolve) => setTimeout(resolve, slowMs))
    const code = hash.get('places')
    if (code !== null) return fail(code)
    const answer = work()
    if (answer.ok) emit('conversationsChanged', {})
    return answer
  }
  function notice(
    conversation: SampleConversation,
    what: Partial<Extract<MessageView['content'], { type: 'notice' }>>,
  ) {
    const seq = Math.max(0, ...conversation.messages.map((m) => m.seq ?? 0)) + 1
    conversation.messages.push({
      key: `seq:${seq}`,
      seq,
      senderId: me.userId,
      senderName: me.displayName,
      mine: true,
      atMs: Date.now(),
      content: { type: 'notice', notice: 'unknown', people: [], ...what },
      delivery: { state: 'sent' },
    })
    emit('messagesChanged', { conversationId: conversation.view.conversationId })
  }
  const namesOf = (ids: readonly UserId[]) =>
    ids.map((id) => people.find((person) => person.userId === id)?.displayName ?? '')
  function add(view: Pick<SampleConversation['view'], 'kind' | 'name' | 'isOpen' | 'memberIds'> & { topic?: string }) {
    const { topic, ...rest } = view
    const other = view.kind === 'direct' ? people.find((person) => person.userId === view.memberIds[1]) : undefined
    const conversation: SampleConversation = {
      view: {
        conversationId: conversationId(made++),
        ...rest,
        ...(topic === undefined || topic === '' ? {} : { topic }),
        ...(other === undefined ? {} : { other, name: other.displayName }),
        ownerId: me.userId,
        archived: false,
        muted: false,
        pinned: false,
        unread: 0,
        mentions: 0,
        queued: 0,
        failed: 0,
      },
      messages: [],
      readSeq: 0,
    }
    all.push(conversation)
    notice(conversation, { notice: 'created' })
    return conversation
  }

  let typingTimer: ReturnType<typeof setTimeout> | undefined
  function showTyping(id: ConversationId | undefined): void {
    clearTimeout(typingTimer)
    const count = Number(hash.get('typing') ?? 0)
    const conversation = id === undefined ? undefined : find(id)
    if (conversation === undefined || count === 0) return
    const others = conversation.view.memberIds.filter((userId) => userId !== me.userId).slice(0, count)
    typingTimer = setTimeout(() => {
      emit('typingChanged', {
        conversationId: conversation.view.conversationId,
        typing: others.map((userId) => ({ userId })),
      })
    }, 200)
  }

  return {
    createConversation: ({ kind, name, topic, isOpen, memberIds }) =>
      request(() => {
        if (kind === 'channel' && all.some((c) => c.view.name === name)) return fail('already-exists')
        const about = topic === undefined ? {} : { topic }
        const conversation = add({
          kind,
          name,
          ...about,
          isOpen: isOpen === true,
          memberIds: [me.userId, ...memberIds],
        })
        return ok({ conversationId: conversation.view.conversationId })
      }),
    changeConversation: ({ conversationId: id, name, topic, isOpen, archived }) =>
      request(() => {
        const conversation = find(id)
        if (conversation === undefined) return fail('not-found')
        const { topic: before, ...view } = conversation.view
        const about = topic ?? before
        conversation.view = {
          ...view,
          ...(about === undefined || about === '' ? {} : { topic: about }),
          ...(name === undefined ? {} : { name }),
          ...(isOpen === undefined ? {} : { isOpen }),
          ...(archived === undefined ? {} : { archived }),
        }
        if (name !== undefined) notice(conversation, { notice: 'renamed', text: name })
        if (topic !== undefined) notice(conversation, { notice: 'topic', text: topic })
        if (isOpen !== undefined) notice(conversation, { notice: isOpen ? 'opened' : 'closed' })
        if (archived !== undefined) notice(conversation, { notice: archived ? 'archived' : 'unarchived' })
        return ok({})
      }),
    joinConversation: ({ conversationId: id }) =>
      request(() => {
        const channel = openChannels[Number(id.slice(4)) - 700]
        if (channel === undefined) return fail('not-found')
        joined.add(channel[0])
        const conversation = add({
          kind: 'channel',
          name: channel[0],
          topic: channel[1],
          isOpen: true,
          memberIds: people.map((person) => person.userId),
        })
        const { ownerId: _, ...view } = conversation.view
        conversation.view = { ...view, conversationId: id }
        notice(conversation, { notice: 'joined', people: [me.displayName] })
        return ok({})
      }),
    leaveConversation: ({ conversationId: id }) =>
      request(() => {
        const index = all.findIndex((c) => c.view.conversationId === id)
        if (index === -1) return fail('not-found')
        const [left] = all.splice(index, 1)
        joined.delete(left?.view.name ?? '')
        return ok({})
      }),
    inviteMembers: ({ conversationId: id, userIds }) =>
      request(() => {
        const conversation = find(id)
        if (conversation === undefined) return fail('not-found')
        const { view } = conversation
        conversation.view = { ...view, memberIds: [...new Set([...view.memberIds, ...userIds])] }
        notice(conversation, { notice: 'invited', people: namesOf(userIds) })
        return ok({})
      }),
    removeMember: ({ conversationId: id, userId }) =>
      request(() => {
        const conversation = find(id)
        if (conversation === undefined) return fail('not-found')
        const { view } = conversation
        conversation.view = { ...view, memberIds: view.memberIds.filter((member) => member !== userId) }
        notice(conversation, { notice: 'removed', people: namesOf([userId]) })
        return ok({})
      }),
    browseConversations: ({ text, cursor }) =>
      request(() => {
        const wanted = text.toLowerCase()
        const listed: Browsed[] = openChannels.map(([name, topic, space, members], index) => ({
          conversationId: conversationId(700 + index),
          name,
          ...(topic === '' ? {} : { topic }),
          ...(space === undefined ? {} : { space }),
          members,
          isMember: joined.has(name),
        }))
        const mine = all
          .filter(({ view }) => view.kind === 'channel' && view.isOpen && !joined.has(view.name))
          .map(
            ({ view }): Browsed => ({
              conversationId: view.conversationId,
              name: view.name,
              ...(view.topic === undefined ? {} : { topic: view.topic }),
              members: view.memberIds.length,
              isMember: true,
            }),
          )
        const found = [...listed, ...mine]
          .filter((channel) => `${channel.name} ${channel.topic ?? ''}`.toLowerCase().includes(wanted))
          .toSorted((a, b) => a.name.localeCompare(b.name, 'zh-Hant-HK'))
        const from = Number(cursor ?? 0)
        const next = from + 8
        return ok({ found: found.slice(from, next), ...(next < found.length ? { cursor: String(next) } : {}) })
      }),
    setPrefs: ({ conversationId: id, muted, pinned, unreadFromSeq }) => {
      const conversation = find(id)
      if (conversation === undefined) return fail('not-found')
      conversation.view = {
        ...conversation.view,
        ...(muted === undefined ? {} : { muted }),
        ...(pinned === undefined ? {} : { pinned }),
      }
      if (typeof unreadFromSeq === 'number') conversation.readSeq = unreadFromSeq - 1
      emit('conversationsChanged', {})
      return ok({})
    },
    setView: ({ conversationId: id, people: shown }) => {
      if (session().state === 'live') {
        emit('presenceChanged', {
          people: shown.map((userId) => ({
            userId,
            state: presenceOf[Number(userId.slice(4)) % presenceOf.length] ?? 'offline',
          })),
        })
        showTyping(id)
      }
      return ok({})
    },
    noteTyping: () => ok({}),
  }
}
