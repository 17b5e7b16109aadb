// Owns the types of the window's state and of what can be done to it. Types only; see workspace.ts for the rules.

import type { StoreApi } from 'zustand/vanilla'
import type {
  CallArgs,
  ConversationView,
  FailureView,
  PersonView,
  SearchHit,
  SearchPage,
  SessionView,
  Settings,
  WipeNotice,
} from '../../shared/bridge.ts'
import type { ClientId, ConversationId, UserId } from '../../shared/model.ts'
import type { Ask } from './bridge.ts'
import type { Timeline } from './timeline.ts'

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

export type Pane = 'conversations' | 'search' | 'people'
/** 'app-lock' is the settings, opened at the app lock. */
export type DialogName = 'switcher' | 'settings' | 'app-lock'

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
  /** What was typed in this window; where a conversation is missing here, the list tells. */
  readonly drafts: Readonly<Partial<Record<ConversationId, string>>>
  /** What a user's last act failed with, shown above the composer. */
  readonly actFailure: FailureView | undefined
  readonly search: SearchState
}

export interface WorkspaceActions {
  start(): () => void
  enrol(serverUrl: string, code: string): Promise<FailureView | undefined>
  askToEnrol(again: boolean): void
  setSettings(change: Partial<Settings>): Promise<void>
  retryConnection(): void
  openLink(url: string): void
  showPane(pane: Pane): void
  showPerson(personId: UserId | undefined): void
  toggleDetails(open?: boolean): void
  showDialog(dialog: DialogName | undefined): void
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
  send(conversationId: ConversationId): Promise<void>
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
