// Owns the window's shortcuts. Always holds: none fires while an input method composes, and none takes a key that text
// fields need; a dialog keeps its keys to itself.

import { useEffect } from 'react'
import { orderOf } from '../conversations/sections.ts'
import { focusRows } from '../fleet/focus.ts'
import type { WorkspaceActions, WorkspaceState } from '../state/state.ts'
import { useActions, useStateReader } from './workspace-context.ts'

const isMac = navigator.platform.startsWith('Mac')

/** How a shortcut with the platform's command key is written: ⌘K, Ctrl K. */
export function shortcut(key: string): string {
  return isMac ? `⌘${key}` : `Ctrl ${key}`
}

/** How one with Shift beside it is written. */
export function shiftShortcut(key: string): string {
  return isMac ? `⇧⌘${key}` : `Ctrl Shift ${key}`
}

/** How one with Alt is written. */
export function altShortcut(key: string): string {
  return isMac ? `⌥${key}` : `Alt ${key}`
}

/** Moves the focus to where writing goes on: the composer. */
export function focusComposer(): void {
  document.querySelector<HTMLTextAreaElement>('[data-testid="composer"]')?.focus()
}

/** The conversation `step` rows from the open one, in the list's order. */
function neighbour(state: WorkspaceState, step: 1 | -1, unreadOnly: boolean) {
  const order = orderOf(state.conversations ?? [])
  const at = order.findIndex((c) => c.conversationId === state.openId)
  for (let index = at === -1 ? (step === 1 ? 0 : order.length - 1) : at + step; ; index += step) {
    const candidate = order[index]
    if (candidate === undefined || !unreadOnly || candidate.unread > 0) return candidate
  }
}

/** Closes what stands beside the fleet, or goes back to the orders; false where there is nothing to leave. */
function leaveFleetPart({ fleet }: WorkspaceState, actions: WorkspaceActions): boolean {
  if (fleet.aside !== undefined) {
    actions.showAside(undefined)
    focusRows()
  } else if (fleet.view.type === 'order') actions.showFleet({ type: 'orders' })
  else return false
  return true
}

/** Listens for the window's shortcuts while the frame is shown. */
export function useShortcuts(): void {
  const actions = useActions()
  const read = useStateReader()

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return
      const state = read()
      const command = isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey
      const key = event.key.toLowerCase()
      if (command && event.shiftKey && !event.altKey && key === 'l') {
        // Whoever walks away locks from wherever they are, dialogs included.
        event.preventDefault()
        void actions.lock()
      } else if (command && !event.altKey && key === 'k') {
        event.preventDefault()
        actions.showDialog(state.dialog === 'switcher' ? undefined : 'switcher')
      } else if (state.dialog !== undefined) {
        return
      } else if (command && !event.altKey && key === 'f') {
        event.preventDefault()
        const fleetFilter = document.querySelector<HTMLInputElement>('[data-testid="fleet-filter"]')
        if (fleetFilter !== null) return fleetFilter.select()
        actions.showPane('search')
        document.querySelector<HTMLInputElement>('[data-testid="search-box"]')?.select()
      } else if (command && !event.altKey && key === ',') {
        event.preventDefault()
        actions.showDialog('settings')
      } else if (event.altKey && !command && (key === 'arrowup' || key === 'arrowdown')) {
        const next = neighbour(state, key === 'arrowup' ? -1 : 1, event.shiftKey)
        event.preventDefault()
        if (next === undefined) return
        if (state.pane !== 'conversations') actions.showPane('conversations')
        void actions.openConversation(next.conversationId)
      } else if (key === 'escape') {
        if (state.pane === 'fleet' && leaveFleetPart(state, actions)) return event.preventDefault()
        if (state.detailsOpen) actions.toggleDetails(false)
        else if (state.pane !== 'conversations') actions.showPane('conversations')
        else {
          focusComposer()
          return
        }
        event.preventDefault()
        focusComposer()
      }
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [actions, read])
}
