// Owns the arithmetic of wrong passphrases: how many are free, how long the pause is after each one more.
// Always holds: pure; a pause is never shortened by a clock turned back, and never longer than limits.unlockPauseMostMs by
// one that was ahead and is put right. A clock turned forward does end it: no other clock survives a restart.

import { limits } from '../../shared/limits.ts'

/** What lies in vault/local.sealed beside the secret that the passphrase opens. */
export interface Tries {
  /** Wrong passphrases since the last right one. */
  readonly wrong: number
  /** Length of the pause from `seenMs` on, milliseconds. */
  readonly pauseMs: number
  /** This computer's clock when the pause began, milliseconds. */
  readonly seenMs: number
}

export const noTries: Tries = { wrong: 0, pauseMs: 0, seenMs: 0 }

/** The tries after looking at the clock: where it has gone back, the pause begins again from there. */
export function triesSeen(tries: Tries, nowMs: number): Tries {
  return nowMs < tries.seenMs ? { ...tries, seenMs: nowMs } : tries
}

/** How long until a passphrase is looked at again, milliseconds; 0 where one is now. */
export function pauseLeftMs(tries: Tries, nowMs: number): number {
  return Math.max(0, tries.pauseMs - Math.max(0, nowMs - tries.seenMs))
}

/** The tries with one more wrong passphrase at `nowMs`. */
export function oneMoreWrong(tries: Tries, nowMs: number): Tries {
  const wrong = tries.wrong + 1
  const paused = wrong - limits.unlockTriesFree
  const pauseMs = paused < 0 ? 0 : Math.min(limits.unlockPauseFirstMs * 2 ** paused, limits.unlockPauseMostMs)
  return { wrong, pauseMs, seenMs: nowMs }
}
