// Owns what the rows of a list of messages share: the conversation, where answers to them are written, and showing what
// opens over them (pickers, menus, dialogs), of which there is one at a time for all rows.

import { createContext, use } from 'react'
import type { ConversationView, MessageView } from '../../shared/bridge.ts'
import type { WritingPlace } from '../state/writing.ts'

export type Overlay =
  | {
      readonly type: 'react' | 'more' | 'readers' | 'history'
      readonly message: MessageView
      readonly place: WritingPlace
      /** What it hangs from. */
      readonly anchor: HTMLElement
    }
  | { readonly type: 'forward' | 'delete'; readonly message: MessageView; readonly place: WritingPlace }
  | { readonly type: 'date'; readonly dayMs: number; readonly anchor: HTMLElement }

export interface RowContext {
  /** No more of it than rows need, so that they are not drawn again whenever the list is read. */
  readonly conversation: Pick<ConversationView, 'conversationId' | 'kind' | 'archived'>
  readonly place: WritingPlace
  readonly show: (overlay: Overlay) => void
}

export const RowsContext = createContext<RowContext | undefined>(undefined)

/** What the rows around share; a row outside of a list is a bug and throws. */
export function useRows(): RowContext {
  const rows = use(RowsContext)
  if (rows === undefined) throw new Error('used outside its provider')
  return rows
}
