// Owns how components reach the store and the translator. Always holds: both come from the nearest provider, set once in
// app.tsx; a component outside it is a bug and throws.

import { createContext, use, useSyncExternalStore } from 'react'
import { useStore } from 'zustand'
import type { Translator } from '../i18n/translator.ts'
import type { Workspace, WorkspaceActions, WorkspaceState } from '../state/state.ts'
import type { Minute } from './now.ts'

export const WorkspaceContext = createContext<Workspace | undefined>(undefined)
export const MinuteContext = createContext<Minute | undefined>(undefined)
export const TranslatorContext = createContext<Translator | undefined>(undefined)

function provided<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('used outside its provider')
  return value
}

/** The part of the state that `select` picks; the component renders again when that part changes. */
export function useWorkspace<T>(select: (state: WorkspaceState) => T): T {
  return useStore(provided(use(WorkspaceContext)).store, select)
}

/** Reads the state without rendering on its changes: for event handlers. */
export function useStateReader(): () => WorkspaceState {
  return provided(use(WorkspaceContext)).store.getState
}

export function useActions(): WorkspaceActions {
  return provided(use(WorkspaceContext)).actions
}

/** The time in milliseconds, to the minute. */
export function useNowMs(): number {
  const minute = provided(use(MinuteContext))
  return useSyncExternalStore(minute.subscribe, minute.read)
}

export function useTranslator(): Translator {
  return provided(use(TranslatorContext))
}
