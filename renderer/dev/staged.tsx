// Owns putting a part of the window onto a page for a test: over a fake host, in a language, with what it needs around it.
// Always holds: what a test does has come to rest when the promise it waits for resolves.

import { act, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { createMinute } from '../app/now.ts'
import { MinuteContext, TranslatorContext, WorkspaceContext } from '../app/workspace-context.ts'
import type { Language } from '../i18n/catalog.ts'
import { createTranslator } from '../i18n/translator.ts'
import type { WorkspaceActions, WorkspaceState } from '../state/state.ts'
import { createWorkspace } from '../state/workspace.ts'
import { type Answers, createFakeHost, sessionOf } from './fake-host.ts'

export interface Staged {
  readonly page: HTMLElement
  readonly host: ReturnType<typeof createFakeHost>
  readonly state: () => WorkspaceState
  readonly actions: WorkspaceActions
  /** Puts what main or the user would have changed. */
  change(part: (before: WorkspaceState) => Partial<WorkspaceState>): void
  /** The one element with this test id. */
  get<E extends HTMLElement = HTMLElement>(testId: string): E
  find(testId: string): HTMLElement | undefined
  type(testId: string, text: string): Promise<void>
  click(testId: string): Promise<void>
  /** Sends the form that holds the element. */
  submit(testId: string): Promise<void>
  /** Does `work` and lets everything that follows come to rest. */
  settle(work?: () => void): Promise<void>
  remove(): void
}

interface StagedOptions {
  readonly answers?: Answers
  readonly state?: Partial<WorkspaceState>
  readonly language?: Language
}

/** `element` on a page of its own. */
export async function stage(element: ReactNode, options: StagedOptions = {}): Promise<Staged> {
  const { answers = {}, state = {}, language = 'en' } = options
  Reflect.set(globalThis, 'IS_REACT_ACT_ENVIRONMENT', true)
  const host = createFakeHost(answers)
  const workspace = createWorkspace(host.api)
  workspace.store.setState({ session: sessionOf(), ...state })
  const page = document.body.appendChild(document.createElement('div'))
  const root = createRoot(page)
  async function settle(work?: () => void): Promise<void> {
    const rest = act(async () => {
      work?.()
      await new Promise((resolve) => setTimeout(resolve))
    })
    await Promise.resolve(rest)
  }
  await settle(() =>
    root.render(
      <WorkspaceContext value={workspace}>
        <MinuteContext value={createMinute()}>
          <TranslatorContext value={createTranslator(language, [])}>{element}</TranslatorContext>
        </MinuteContext>
      </WorkspaceContext>,
    ),
  )
  // Dialogs and menus stand beside the page.
  const find = (testId: string) =>
    page.querySelector<HTMLElement>(`[data-testid="${testId}"]`) ??
    document.body.querySelector<HTMLElement>(`[data-testid="${testId}"]`) ??
    undefined
  const get = <E extends HTMLElement>(testId: string) => {
    const found = find(testId)
    if (found === undefined) throw new Error(`nothing has the test id ${testId}`)
    return found as E
  }
  return {
    page,
    host,
    state: workspace.store.getState,
    actions: workspace.actions,
    change: (part) => workspace.store.setState(part),
    find,
    get,
    settle,
    type: (testId, text) =>
      settle(() => {
        const field = get<HTMLInputElement>(testId)
        // React listens for what its own setter does not announce.
        const prototype = Object.getPrototypeOf(field) as object
        Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(field, text)
        field.dispatchEvent(new Event('input', { bubbles: true }))
      }),
    click: (testId) => settle(() => get(testId).click()),
    submit: (testId) =>
      settle(() => {
        get(testId)
          .closest('form')
          ?.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }))
      }),
    remove() {
      act(() => root.unmount())
      page.remove()
    },
  }
}
