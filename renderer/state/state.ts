// Owns the types of the window's state and of what can be done to it. Types only; see workspace.ts for the rules.

import type { StoreApi } from 'zustand/vanilla'
import type {
  BridgeResult,
  CallArgs,
  CallResult,
  ConversationView,
  FailureView,
  MessageView,
  PersonView,
  SearchHit,
  SearchPage,
  SessionView,
  Settings,
  WipeNotice,
} from '../../shared/bridge.ts'
import type { ClientId, ConversationId, PresenceState, UserId } from '../../shared/model.ts'
import type { DraftMention } from '../text/mentions.ts'
import type { Ask } from './bridge.ts'
import type { Attaching, FileActions, ViewedFile } from './files.ts'
import type { FleetActions, FleetState } from './fleet-state.ts'
import type { JumpState } from './jump.ts'
import type { ThreadState } from './thread.ts'
import type { Timeline } from './timeline.ts'
import type { QuotedMessage, Writing, WritingPlace } from './writing.ts'

export interface SearchState {
  readonly text: string
  /** Only in the open conversation. */
  readonly within: boolean
  /** The question that `hits` answer; undefined before the first answer. */
  readonly answered: string | undefined
  readonly hits: readonly SearchHit[]
  readonly cursor: string | undefined
  readonly complete: boolean
  /** A filter of `answered` that cannot be followed. */
  readonly problem: SearchPage['problem']
  readonly loading: boolean
  readonly failure: FailureView | undefined
}

export type Pane = 'conversations' | 'search' | 'people' | 'fleet'
/** 'app-lock' is the settings, opened at the app lock. */
export type DialogName =
  | 'switcher'
  | 'settings'
  | 'app-lock'
  | 'new-direct'
  | 'new-group'
  | 'new-channel'
  | 'browse'
  | 'invite'
  | 'leave'
  | 'archive'
  | 'remove-member'
  | 'order'
/** What a dialog is about, where it is about something. */
export interface DialogAbout {
  readonly conversationId: ConversationId
  readonly userId?: UserId
}

export interface WorkspaceState {
  readonly session: SessionView | undefined
  readonly startFailure: FailureView | undefined
  readonly wipe: WipeNotice | undefined
  /** The user asked to enrol from a wiped or problem screen. */
  readonly enrolAgain: boolean
  /** A passphrase is being looked at. */
  readonly unlocking: boolean
  /** Undefined until first read. */
  readonly conversations: readonly ConversationView[] | undefined
  readonly people: readonly PersonView[] | undefined
  readonly openId: ConversationId | undefined
  /** The open conversation's messages; undefined until first read. */
  readonly timeline: Timeline | undefined
  readonly timelineFailure: FailureView | undefined
  readonly pane: Pane
  readonly personId: UserId | undefined
  readonly detailsOpen: boolean
  readonly dialog: DialogName | undefined
  readonly dialogAbout: DialogAbout | undefined
  /** Made or joined just now, and opened as soon as the list has it. */
  readonly awaitedId: ConversationId | undefined
  /** What an act on a row of the list failed with. */
  readonly listFailure: FailureView | undefined
  /** As last told; who is missing is not watched. */
  readonly presence: Readonly<Partial<Record<UserId, PresenceState>>>
  /** Who types where, as last told. */
  readonly typing: Readonly<
    Partial<Record<ConversationId, readonly { readonly userId: UserId; readonly threadSeq?: number | undefined }[]>>
  >
  /** What was typed in this window; where a conversation is missing here, the list tells. */
  readonly drafts: Readonly<Partial<Record<ConversationId, string>>>
  /** Mentions, quotes and edits being written, and the text in threads; by place, see writing.ts. */
  readonly writing: Readonly<Record<string, Writing>>
  /** What is attached to drafts, of the conversations looked at. */
  readonly attaching: Readonly<Partial<Record<ConversationId, Attaching>>>
  /** A file of a message in the open conversation or thread that is shown large. */
  readonly viewed: ViewedFile | undefined
  /** The thread that is open beside the messages. */
  readonly thread: ThreadState | undefined
  /** A jump that has not led anywhere yet. */
  readonly jump: JumpState | undefined
  /** What a user's last act failed with, shown above the composer. */
  readonly actFailure: FailureView | undefined
  readonly search: SearchState
  /** For IT people. */
  readonly fleet: FleetState
}

export interface WorkspaceActions extends FileActions, FleetActions {
  start(): () => void
  enrol(serverUrl: string, code: string): Promise<FailureView | undefined>
  askToEnrol(again: boolean): void
  setSettings(change: Partial<Settings>): Promise<void>
  retryConnection(): void
  openLink(url: string): void
  showPane(pane: Pane): void
  showPerson(personId: UserId | undefined): void
  toggleDetails(open?: boolean): void
  showDialog(dialog: DialogName | undefined, about?: DialogAbout): void
  /** Makes a conversation and opens it. Answers why not, where it failed. */
  createConversation(args: CallArgs<'createConversation'>): Promise<FailureView | undefined>
  /** Opens the direct conversation with a person, made now where there is none. */
  messagePerson(userId: UserId): Promise<FailureView | undefined>
  changeConversation(args: CallArgs<'changeConversation'>): Promise<FailureView | undefined>
  /** Joins an open channel and opens it. */
  joinConversation(conversationId: ConversationId): Promise<FailureView | undefined>
  leaveConversation(conversationId: ConversationId): Promise<FailureView | undefined>
  inviteMembers(conversationId: ConversationId, userIds: readonly UserId[]): Promise<FailureView | undefined>
  removeMember(conversationId: ConversationId, userId: UserId): Promise<FailureView | undefined>
  browseConversations(text: string, cursor?: string): Promise<BridgeResult<CallResult<'browseConversations'>>>
  setPrefs(
    conversationId: ConversationId,
    change: { readonly muted?: boolean; readonly pinned?: boolean },
  ): Promise<void>
  /** Marks a conversation unread from a message on, or from the last that another person wrote. */
  markUnread(conversationId: ConversationId, fromSeq?: number): Promise<void>
  markAllRead(conversationId: ConversationId): Promise<void>
  dismissListFailure(): void
  /** Whose presence `place` (a part of the window) shows; an empty list ends it. */
  watchPeople(place: string, people: readonly UserId[]): void
  /** The window has or has not the focus. */
  noteFocus(isFocused: boolean): void
  /** The user types: call it on every change; main hears of it no more often than limits.typingEveryMs. */
  noteTyping(conversationId: ConversationId, threadSeq?: number): void
  openConversation(conversationId: ConversationId, targetSeq?: number): Promise<void>
  closeConversation(): void
  readOlder(): Promise<void>
  readNewer(): Promise<void>
  showLatest(): Promise<void>
  /** The list tells whether the reader stands at the end, and whether the window has the focus. */
  setAttention(attention: { readonly atEnd: boolean; readonly focused: boolean }): void
  setDraft(conversationId: ConversationId, text: string): void
  /** Has main keep at once what was typed and is not kept yet. */
  saveDrafts(): void
  /** The text in the field of a place changed; `caret` stands where. `mentions` in place of those that follow from it. */
  write(place: WritingPlace, text: string, caret: number, mentions?: readonly DraftMention[]): void
  quoteMessage(place: WritingPlace, quote: QuotedMessage | undefined): void
  /** Puts a message into the field to be edited; what stood there waits. */
  editMessage(place: WritingPlace, message: MessageView): void
  cancelEdit(place: WritingPlace): void
  /** Sends what is written in a conversation or a thread of it, or saves what is being edited there. */
  send(conversationId: ConversationId, threadSeq?: number): Promise<void>
  forwardMessage(
    from: { readonly conversationId: ConversationId; readonly seq: number },
    to: ConversationId,
    comment: string,
  ): Promise<FailureView | undefined>
  react(conversationId: ConversationId, seq: number, emoji: string, on: boolean): Promise<void>
  deleteMessage(conversationId: ConversationId, seq: number): Promise<FailureView | undefined>
  readEdits(conversationId: ConversationId, seq: number): Promise<BridgeResult<CallResult<'readEdits'>>>
  openThread(rootSeq: number, targetSeq?: number): Promise<void>
  closeThread(): void
  /** The thread's end is in view: what others replied is read, where the window has the focus. */
  attendThread(): void
  /** Shows a message of the open conversation, fetching history where needed. */
  jumpTo(seq: number): Promise<void>
  /** Shows the first message at or after a time. */
  jumpToDate(atMs: number): Promise<void>
  cancelJump(): void
  retryMessage(clientId: ClientId): Promise<void>
  discardMessage(clientId: ClientId): Promise<void>
  dismissActFailure(): void
  /** Locks the app, or leads to where a passphrase is set. */
  lock(): Promise<FailureView | undefined>
  unlock(passphrase: string): Promise<FailureView | undefined>
  setPassphrase(change: CallArgs<'setPassphrase'>): Promise<FailureView | undefined>
  /** Keyboard or pointer was used in the window. */
  noteActivity(): void
  dismissCacheNotice(): Promise<void>
  dismissConversationsWiped(): Promise<void>
  setSearchText(text: string): void
  setSearchWithin(within: boolean): void
  /** Asks at once rather than once typing pauses. */
  searchNow(): void
  readMoreHits(): Promise<void>
}

export type WorkspaceStore = StoreApi<WorkspaceState>
export interface Workspace {
  readonly store: WorkspaceStore
  readonly actions: WorkspaceActions
}

/** What the parts of the store share. */
export interface WorkspaceContext {
  readonly ask: Ask
  readonly store: WorkspaceStore
  readonly nowMs: () => number
}
