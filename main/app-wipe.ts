// Owns carrying out a wipe that has been begun, as the app shows it: again until keys and files are gone, then told.
// Always holds: nothing opens meanwhile; a window that cannot be reloaded stops nothing.

import { limits } from '../shared/limits.ts'
import { errorName, type Log } from './log.ts'
import type { Clock, Session } from './session/session.ts'
import type { Shell } from './shell/shell.ts'
import type { Wipe } from './wipe/run.ts'

export interface WipeRunParts {
  readonly shell: Pick<Shell, 'emit' | 'resetWindow'>
  readonly wipe: () => Wipe | undefined
  readonly session: () => Session | undefined
  readonly stateChanged: () => void
  readonly clock: Clock
  readonly log: Log
}

export interface WipeRun {
  /** Resolves when it is done, or is to be tried again. */
  carryOut(): Promise<void>
  stop(): void
}

/** The carrying out of one app's wipe. */
export function createWipeRun({ shell, wipe, session, stateChanged, clock, log }: WipeRunParts): WipeRun {
  let cancelRetry: (() => void) | undefined

  async function carryOut(): Promise<void> {
    const begun = wipe()
    if (!begun) return
    stateChanged()
    try {
      await begun.carryOut()
    } catch (error) {
      log.error('wipe.step', { error: errorName(error) })
    }
    const notice = begun.notice()
    if (notice?.wipedAtMs === undefined) {
      // Keys or files could not be removed (a full or read-only disk).
      cancelRetry = clock.setTimer(() => inBackground(carryOut()), limits.receiptRetryFirstMs)
      return
    }
    session()?.dispatch({ type: 'wiped' })
    shell.emit('wiped', notice)
    await shell.resetWindow()
    stateChanged()
  }

  function inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => log.error('wipe.background', { error: errorName(error) }))
  }

  return { carryOut, stop: () => cancelRetry?.() }
}
