// Owns a host for tests of the app: no window, but everything the app asks of a host is recorded, and everything a host
// tells an app can be told.
// Always holds: calls pass through the same handler as with any host; waiting is for an event, never for a time.

import type { Notice, PickedFile, PowerEvent, Question, Shell } from '../main/shell/shell.ts'
import type { CallArgs, CallName, CallResult, EventName, EventPayload, SessionState } from '../shared/bridge.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import { createMemoryKeyStore, type MemoryKeyStore } from './memory-key-store.ts'

export type ShellEvent = {
  readonly [N in EventName]: { readonly name: N; readonly payload: EventPayload<N> }
}[EventName]

export interface FakeShell extends Shell {
  readonly keyStore: MemoryKeyStore
  /** Every event sent to the renderer, in order. */
  readonly events: readonly ShellEvent[]
  readonly notices: readonly Notice[]
  /** URLs and paths handed to the system. */
  readonly opened: readonly string[]
  readonly noticesCleared: number
  /** What the user chooses in the next dialogs. */
  picks: readonly PickedFile[]
  savesTo: string | undefined
  /** Everything asked outside the window, in order. */
  readonly questions: readonly Question[]
  /** What the user says to the next questions: no, unless a test says otherwise. */
  answer: (question: Question) => boolean | Promise<boolean>
  /** Documents that were to be printed; their PDF is their text after `%PDF-`. */
  readonly printed: readonly string[]
  canPrint: boolean
  readonly status: { readonly unread: number; readonly state: SessionState } | undefined
  readonly windowsShown: number
  readonly windowsReset: number
  readonly protectedContent: boolean
  focused: boolean
  /** A call from the renderer. */
  call<N extends CallName>(name: N, args: CallArgs<N>): Promise<Result<CallResult<N>>>
  /** A call that may not fit the contract. */
  callRaw(name: string, args: unknown): Promise<Result<unknown>>
  power(event: PowerEvent): void
  /** Resolves once `check` holds: looked at now and after each event. The test's own time limit bounds the wait. */
  until(check: () => boolean | Promise<boolean>): Promise<void>
}

/** A host over `keyStore`: pass the same one to restart a desktop, with the witness folder it had. */
export function createFakeShell(
  keyStore: MemoryKeyStore = createMemoryKeyStore(),
  options: { readonly witnessDir?: string } = {},
): FakeShell {
  const events: ShellEvent[] = []
  const notices: Notice[] = []
  const opened: string[] = []
  const questions: Question[] = []
  const printed: string[] = []
  const powerListeners = new Set<(event: PowerEvent) => void>()
  const waiting = new Set<() => void>()
  let handle: ((name: string, args: unknown) => Promise<Result<unknown>>) | undefined
  let status: FakeShell['status']
  let quit: (() => Promise<void>) | undefined
  let windowsShown = 0
  let windowsReset = 0
  let protectedContent = false
  let noticesCleared = 0

  const wake = () => {
    for (const look of [...waiting]) look()
  }
  const callRaw = (name: string, args: unknown) => {
    if (!handle) throw new Error('nothing serves the bridge')
    return handle(name, args)
  }
  return {
    kind: 'headless',
    keyStore,
    systemLanguages: ['zh-Hant-HK', 'en'],
    events,
    notices,
    opened,
    questions,
    answer: () => false,
    printed,
    canPrint: true,
    ...(options.witnessDir !== undefined && { witnessDir: options.witnessDir }),
    focused: false,
    picks: [],
    savesTo: undefined,
    get noticesCleared() {
      return noticesCleared
    },
    get status() {
      return status
    },
    get windowsShown() {
      return windowsShown
    },
    get windowsReset() {
      return windowsReset
    },
    get protectedContent() {
      return protectedContent
    },
    serve(handler) {
      handle = handler
    },
    emit(name, payload) {
      events.push({ name, payload } as ShellEvent)
      wake()
    },
    async showWindow() {
      windowsShown += 1
    },
    async resetWindow() {
      windowsReset += 1
    },
    showStatus(next) {
      status = next
      wake()
    },
    notify(notice) {
      notices.push(notice)
      wake()
    },
    clearNotices() {
      noticesCleared += 1
    },
    isFocused() {
      return this.focused
    },
    onPower(listener) {
      powerListeners.add(listener)
      return () => void powerListeners.delete(listener)
    },
    setContentProtection(on) {
      protectedContent = on
    },
    async openExternal(url) {
      opened.push(url)
    },
    async pickFiles() {
      return this.picks
    },
    async saveAs() {
      return this.savesTo
    },
    async confirm(question) {
      questions.push(question)
      const said = this.answer(question)
      wake()
      return said
    },
    async printPdf(html) {
      if (!this.canPrint) return fail('unavailable')
      printed.push(html)
      return ok(Buffer.from(`%PDF-${html}`))
    },
    async openPath(path) {
      opened.push(path)
      return ok(undefined)
    },
    clearHostStorage: async () => ({ files: 0, bytes: 0 }),
    onQuit(listener) {
      quit = listener
    },
    quit: async () => quit?.(),
    callRaw,
    call: async (name, args) => (await callRaw(name, args)) as Result<CallResult<typeof name>>,
    power(event) {
      for (const listener of powerListeners) listener(event)
    },
    until(check) {
      return new Promise((resolve, reject) => {
        let looking = false
        let again = false
        const look = async (): Promise<void> => {
          if (looking) {
            again = true
            return
          }
          looking = true
          do {
            again = false
            if (await check()) {
              waiting.delete(wakeUp)
              resolve()
              return
            }
          } while (again)
          looking = false
        }
        const wakeUp = () => void look().catch(reject)
        waiting.add(wakeUp)
        wakeUp()
      })
    },
  }
}

/** The value of a result that must be one. */
export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`)
  return result.value
}

/** The code of a result that must be a failure. */
export const codeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.error.code)
