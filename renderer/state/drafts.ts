// Owns what the user has begun to write: held here while it is typed, kept by main soon after and at once when asked to.
// Always holds: what was typed here outranks what the list tells; text counts as kept only once main has said so.
// Must never: put text back into memory while the app is locked.

import { limits } from '../../shared/limits.ts'
import type { ConversationId } from '../../shared/model.ts'
import type { WorkspaceActions, WorkspaceContext, WorkspaceState } from './state.ts'

/** Pause in typing after which a draft is kept, in milliseconds: a crash costs no more than the last word. */
const pauseMs = 600

export type Drafts = Pick<WorkspaceActions, 'setDraft' | 'saveDrafts'> & {
  /** Empties the field of a message that is on its way; main keeps the text until `sent`. */
  take(conversationId: ConversationId): void
  /** The message was taken: what main keeps of it goes too, unless more was typed since. */
  sent(conversationId: ConversationId): void
  /** Drops every draft from memory, or all but those that main has not kept yet. */
  forget(keepUnsaved: boolean): void
  /** Drops the drafts of conversations that are no longer listed. */
  prune(listed: ReadonlySet<ConversationId>): void
}

/** What stands in the field of a conversation. */
export function draftOf(state: WorkspaceState, conversationId: ConversationId): string {
  const typed = state.drafts[conversationId]
  if (typed !== undefined) return typed
  return state.conversations?.find((c) => c.conversationId === conversationId)?.draft ?? ''
}

/** The acts on drafts over `context`. */
export function createDrafts({ ask, store }: WorkspaceContext): Drafts {
  const unsaved = new Set<ConversationId>()
  let timer: ReturnType<typeof setTimeout> | undefined

  function hold(conversationId: ConversationId, text: string): boolean {
    if (store.getState().session?.appLock.locked === true) return false
    store.setState((state) => ({ drafts: { ...state.drafts, [conversationId]: text } }))
    return true
  }

  async function save(conversationId: ConversationId): Promise<void> {
    const text = store.getState().drafts[conversationId]
    if (text === undefined) return
    // Longer than a message may be is still being shortened; its beginning is kept meanwhile.
    const answer = await ask('saveDraft', { conversationId, text: text.slice(0, limits.draftChars) })
    if (answer.ok && store.getState().drafts[conversationId] === text) unsaved.delete(conversationId)
  }

  function saveDrafts(): void {
    clearTimeout(timer)
    for (const conversationId of unsaved) void save(conversationId)
  }

  return {
    setDraft(conversationId, text) {
      if (!hold(conversationId, text)) return
      unsaved.add(conversationId)
      clearTimeout(timer)
      timer = setTimeout(saveDrafts, pauseMs)
    },
    saveDrafts,
    take(conversationId) {
      unsaved.delete(conversationId)
      hold(conversationId, '')
    },
    sent(conversationId) {
      if (unsaved.has(conversationId)) return
      unsaved.add(conversationId)
      saveDrafts()
    },
    forget(keepUnsaved) {
      clearTimeout(timer)
      if (!keepUnsaved) unsaved.clear()
      keep((conversationId) => unsaved.has(conversationId))
    },
    prune(listed) {
      for (const conversationId of unsaved) if (!listed.has(conversationId)) unsaved.delete(conversationId)
      keep((conversationId) => listed.has(conversationId))
    },
  }

  function keep(wanted: (conversationId: ConversationId) => boolean): void {
    const { drafts } = store.getState()
    const kept = Object.entries(drafts).filter(([id]) => wanted(id as ConversationId))
    if (kept.length < Object.keys(drafts).length) store.setState({ drafts: Object.fromEntries(kept) })
  }
}
