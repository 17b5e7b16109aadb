// Owns ending a program in Node: once, after the app has closed its store, within the port's three seconds.
// Always holds: signals, a closed window and the app itself all end here; the host's own things close after the app's.

import { errorName, type Log } from '../log.ts'

/** The time that the port promises the app, and the time given to the host's own closing after it. */
const QUIT_MS = 3000

export interface Quit {
  quit(): Promise<void>
  onQuit(listener: () => Promise<void>): void
  /** True from the moment the end has begun: what fails then is no failure. */
  isQuitting(): boolean
}

/** Ends the process by `exit` (process.exit) after the listener and `close`. */
export function createQuit(options: {
  readonly log: Log
  readonly close: () => Promise<void>
  readonly exit?: (code: number) => void
}): Quit {
  let listener: () => Promise<void> = async () => undefined
  let quitting: Promise<void> | undefined
  const within = async (work: () => Promise<void>): Promise<void> => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, QUIT_MS)
    })
    try {
      await Promise.race([work(), late])
    } catch (error) {
      options.log.error('quit-work-threw', { error: errorName(error) })
    } finally {
      clearTimeout(timer)
    }
  }
  const quit = (): Promise<void> => {
    quitting ??= (async () => {
      await within(() => listener())
      await within(options.close)
      const exit = options.exit ?? ((code: number) => process.exit(code))
      exit(0)
    })()
    return quitting
  }
  return {
    quit,
    onQuit(work) {
      listener = work
    },
    isQuitting: () => quitting !== undefined,
  }
}
