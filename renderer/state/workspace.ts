// Owns the window's state: what main last told (session, list, people, the open stretch of messages, search results) and
// what only the window knows (which pane is open, drafts). Made by a factory from the bridge; there is no other instance.
// Always holds: it is a cache and never the truth; nothing is shown before main has told it; when the cache may no longer
// be read, every message, name and result is dropped from memory.

import { createStore } from 'zustand/vanilla'
import type { CausewayApi, ConversationsWiped, ConversationView, SessionView } from '../../shared/bridge.ts'
import type { ConversationId } from '../../shared/model.ts'
import { pictures } from '../files/pictures.ts'
import { coalesce, createAsk } from './bridge.ts'
import { createConversationActions } from './conversation.ts'
import { createDrafts } from './drafts.ts'
import { createFiles } from './files.ts'
import { createFleet } from './fleet.ts'
import { emptyFleet } from './fleet-state.ts'
import { createJumps } from './jump.ts'
import { createLockActions } from './lock.ts'
import { createPlaceActions } from './places.ts'
import { createPresence } from './presence.ts'
import { isReadable } from './screen.ts'
import { createSearchActions, emptySearch } from './search.ts'
import type { Workspace, WorkspaceActions, WorkspaceContext, WorkspaceState } from './state.ts'
import { createThreadActions } from './thread.ts'
import { createWriting } from './writing.ts'

const content = {
  conversations: undefined,
  people: undefined,
  openId: undefined,
  timeline: undefined,
  timelineFailure: undefined,
  personId: undefined,
  detailsOpen: false,
  actFailure: undefined,
  thread: undefined,
  jump: undefined,
  listFailure: undefined,
  awaitedId: undefined,
  dialogAbout: undefined,
  presence: {},
  attaching: {},
  viewed: undefined,
  typing: {},
  search: emptySearch,
} satisfies Partial<WorkspaceState>

const initial: WorkspaceState = {
  ...content,
  session: undefined,
  startFailure: undefined,
  wipe: undefined,
  enrolAgain: false,
  unlocking: false,
  pane: 'conversations',
  dialog: undefined,
  drafts: {},
  writing: {},
  fleet: emptyFleet,
}

/** The window's store over `api`. `start` reads the first state and listens; what it returns ends the listening. */
export function createWorkspace(api: CausewayApi, nowMs: () => number = Date.now): Workspace {
  const ask = createAsk(api)
  const store = createStore<WorkspaceState>(() => initial)
  const context: WorkspaceContext = { ask, store, nowMs }
  const drafts = createDrafts(context)
  const thread = createThreadActions(context)
  const conversation = createConversationActions(context, drafts, thread.openThreadOf)
  const files = createFiles(context, pictures)
  const writing = createWriting(context, { drafts, files, wrote: conversation.wrote })
  const jumps = createJumps(context, conversation)
  const search = createSearchActions(context)
  const presence = createPresence(context)
  const fleet = createFleet(context)
  const lock = createLockActions(context, { saveDrafts: drafts.saveDrafts, readSession })
  /** Where the user was when the app was locked: an id, nothing of what it says. */
  let returnTo: ConversationId | undefined
  /** The app was locked, and what its user saw before has not been opened again yet. */
  let isAway = false

  const readPeople = coalesce(async () => {
    const answer = await ask('listPeople', {})
    if (answer.ok && readable()) store.setState({ people: answer.value.people })
  })

  const readList = coalesce(async () => {
    const answer = await ask('listConversations', {})
    if (!answer.ok || !readable()) return
    const { conversations } = answer.value
    const { openId } = store.getState()
    store.setState({ conversations })
    const listed = new Set(conversations.map((c) => c.conversationId))
    drafts.prune(listed)
    writing.pruneWriting(listed)
    files.prune(listed)
    // Access to the open conversation was withdrawn: what the window holds of it goes as well.
    if (openId !== undefined && !conversations.some((c) => c.conversationId === openId))
      conversation.closeConversation()
    const { awaitedId } = store.getState()
    if (awaitedId !== undefined && conversations.some((c) => c.conversationId === awaitedId)) {
      store.setState({ awaitedId: undefined })
      await conversation.openConversation(awaitedId)
    }
  })
  const places = createPlaceActions(context, {
    readList,
    openConversation: conversation.openConversation,
    closeConversation: conversation.closeConversation,
  })

  function readable(): boolean {
    const { session } = store.getState()
    return session !== undefined && isReadable(session, nowMs())
  }

  function applySession(session: SessionView): void {
    const before = store.getState().session
    const wasReadable = readable()
    const stateChanged = before?.state !== session.state
    if (stateChanged) presence.connectionChanged(session.state === 'live')
    store.setState({
      session,
      startFailure: undefined,
      ...(session.wipe === undefined ? {} : { wipe: session.wipe }),
      ...(stateChanged ? { enrolAgain: false } : {}),
    })
    applyRoles(before, session)
    const wiped = session.conversationsWiped
    if (before !== undefined && wiped !== undefined && wiped.wipeId !== before.conversationsWiped?.wipeId)
      forgetWiped(wiped)
    if (!readable()) {
      const { openId } = store.getState()
      if (session.appLock.locked) {
        isAway = true
        returnTo = openId ?? returnTo
      }
      // The lease's lock comes unasked, and what it caught half typed is kept. The app's lock leaves no text in memory.
      const waits = (session.state === 'locked' || session.state === 'update-required') && !session.appLock.locked
      drop(waits)
      return
    }
    if (!wasReadable) {
      drafts.saveDrafts()
      void (isAway ? readList().then(goOn) : readList())
      isAway = false
    }
    if (!wasReadable || (stateChanged && session.state === 'live')) void readPeople()
    if (stateChanged && session.state === 'live') void conversation.readAgain()
  }

  /** IT has wiped conversations here: what the window holds of them goes as well, what was being written included. */
  function forgetWiped({ names }: ConversationsWiped): void {
    const { conversations = [], openId } = store.getState()
    const isWiped = ({ name }: ConversationView) => names.includes(name)
    const rest = new Set(conversations.filter((c) => !isWiped(c)).map((c) => c.conversationId))
    drafts.prune(rest)
    writing.pruneWriting(rest)
    files.prune(rest)
    files.forgetPictures()
    search.forgetHits(rest)
    if (openId === undefined || rest.has(openId)) return
    store.setState({ timeline: undefined, thread: undefined, viewed: undefined, jump: undefined })
    void conversation.openConversation(openId)
  }

  /** The fleet is for IT people alone, and only while they are. */
  function applyRoles(before: SessionView | undefined, { roles, state }: SessionView): void {
    const wasIt = before?.roles.includes('it') === true
    if (!roles.includes('it')) {
      if (!wasIt) return
      fleet.forget()
      const { pane, dialog } = store.getState()
      if (pane === 'fleet') store.setState({ pane: 'conversations' })
      if (dialog === 'order') store.setState({ dialog: undefined })
    } else if (readable() && state === 'live' && (before?.state !== 'live' || !wasIt)) fleet.connected()
  }

  /** Drops everything of the workspace from memory; drafts that main has not kept yet stay where asked. */
  function drop(keepUnsaved: boolean): void {
    store.setState({ ...content, dialog: undefined })
    drafts.forget(keepUnsaved)
    writing.forgetWriting(keepUnsaved)
    conversation.forget()
    search.forget()
    presence.forget()
    files.forget()
    fleet.forget()
  }

  async function readSession(): Promise<void> {
    const answer = await ask('getSession', {})
    if (answer.ok) applySession(answer.value)
  }

  /** After unlocking: back to where the user was, or to where a start would have led. */
  async function goOn(): Promise<void> {
    const { conversations, openId } = store.getState()
    if (conversations === undefined || openId !== undefined) return
    const back = conversations.find((c) => c.conversationId === returnTo) ?? startingPoint(conversations)
    if (back !== undefined) await conversation.openConversation(back.conversationId)
  }

  async function begin(): Promise<void> {
    // Asked together: on a start with a cache the list is there as soon as the session is.
    const listing = ask('listConversations', {})
    const session = await ask('getSession', {})
    if (!session.ok) {
      if (store.getState().session === undefined) store.setState({ startFailure: session.error })
      return
    }
    if (store.getState().session === undefined) applySession(session.value)
    const list = await listing
    if (!list.ok || !readable()) return
    const { conversations } = list.value
    store.setState({ conversations })
    const latest = startingPoint(conversations)
    if (latest !== undefined && store.getState().openId === undefined) {
      await conversation.openConversation(latest.conversationId)
    }
  }

  function start(): () => void {
    const stops = [
      api.on('sessionChanged', applySession),
      api.on('conversationsChanged', () => {
        if (!readable()) return
        void readList()
        search.searchAgain()
        if (store.getState().pane === 'people' || store.getState().detailsOpen) void readPeople()
      }),
      api.on('messagesChanged', ({ conversationId }) => {
        if (store.getState().openId !== conversationId) return
        void conversation.readAgain()
        void thread.readThreadAgain()
      }),
      api.on('presenceChanged', ({ people }) => {
        if (readable()) presence.presenceTold(people)
      }),
      api.on('attachmentsChanged', ({ conversationId }) => {
        if (readable()) files.attachmentsChanged(conversationId)
      }),
      api.on('fleetChanged', () => {
        if (readable()) fleet.moved()
      }),
      api.on('typingChanged', ({ conversationId, typing }) => {
        if (readable()) presence.typingTold(conversationId, typing)
      }),
      api.on('messageAsked', ({ conversationId, seq }) => {
        // Asked of a locked app: an id is kept, and the conversation opens after unlocking.
        if (!readable()) {
          isAway = true
          returnTo = conversationId
          return
        }
        store.setState({ dialog: undefined, dialogAbout: undefined, pane: 'conversations' })
        void conversation.openConversation(conversationId, seq)
      }),
      api.on('wiped', (wipe) => {
        store.setState({ wipe })
        drop(false)
      }),
    ]
    void begin()
    return () => {
      for (const stop of stops) stop()
    }
  }

  const actions: WorkspaceActions = {
    ...conversation,
    ...writing,
    ...thread,
    ...jumps,
    ...search,
    ...lock,
    ...places,
    ...files,
    ...fleet.actions,
    watchPeople: presence.watchPeople,
    noteFocus: presence.noteFocus,
    noteTyping: presence.noteTyping,
    async send(conversationId, threadSeq) {
      await writing.send(conversationId, threadSeq)
      presence.typingEnded()
    },
    setDraft: drafts.setDraft,
    saveDrafts: drafts.saveDrafts,
    start,
    async enrol(serverUrl, code) {
      const answer = await ask('enroll', { serverUrl, code })
      if (!answer.ok) return answer.error
      applySession(answer.value)
      return undefined
    },
    askToEnrol: (enrolAgain) => store.setState({ enrolAgain }),
    async setSettings(change) {
      const answer = await ask('setSettings', change)
      const { session } = store.getState()
      if (answer.ok && session !== undefined) store.setState({ session: { ...session, settings: answer.value } })
    },
    retryConnection: () => void ask('retryConnection', {}),
    openLink: (url) => void ask('openLink', { url }),
    showPane(pane) {
      store.setState({ pane })
      if (pane === 'people') void readPeople()
      if (pane === 'fleet') fleet.opened()
    },
    showPerson: (personId) => store.setState({ personId, pane: 'people' }),
    toggleDetails(open) {
      const detailsOpen = open ?? !store.getState().detailsOpen
      store.setState({ detailsOpen, ...(detailsOpen ? { thread: undefined } : {}) })
      if (detailsOpen) void readPeople()
    },
    dismissListFailure: () => store.setState({ listFailure: undefined }),
    dismissActFailure: () => store.setState({ actFailure: undefined }),
  }
  return { store, actions }
}

/** Starting must not mark anything read: the latest conversation opens by itself only where nothing is unread. */
function startingPoint(conversations: readonly ConversationView[]): ConversationView | undefined {
  return conversations.find((c) => c.unread === 0 && c.lastMessage !== undefined)
}
