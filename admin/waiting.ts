// Owns waiting for an order to be carried out: asking again, telling a person how far it is, giving up in time.
// Always holds: a server that does not answer for a while ends nothing; giving up changes nothing about the order.

import { limits } from '../shared/limits.ts'
import { type Failure, fail, ok, type Result } from '../shared/result.ts'
import { type CommandContext, type Flag, type FlagReader, numberFlag, switchFlag } from './command.ts'

export const waitFlags: Readonly<Record<string, Flag>> = {
  wait: switchFlag('waits until every desktop has answered; progress is told on stderr'),
  timeout: numberFlag(1, limits.waitSecondsMost, `seconds to wait at most; ${limits.waitSeconds} unless told`),
}

export function checkWaitFlags(flag: FlagReader): string | undefined {
  return flag('timeout') !== undefined && flag('wait') === undefined ? '--timeout needs --wait.' : undefined
}

export interface Waiting<T> {
  readonly first: T
  readonly ask: () => Promise<Result<T>>
  readonly isOver: (value: T) => boolean
  /** How far it is, on one line; told when it changes. */
  readonly progress: (value: T) => string
}

/** The value once it is over. `unavailable` where it is not within the time that the flags allow; another failure of `ask`. */
export async function waitFor<T>(
  { flag, nowMs, sleep, tell }: Pick<CommandContext, 'flag' | 'nowMs' | 'sleep' | 'tell'>,
  { first, ask, isOver, progress }: Waiting<T>,
): Promise<Result<T>> {
  const seconds = Number(flag('timeout') ?? limits.waitSeconds)
  const endMs = nowMs() + seconds * 1000
  let value = first
  let told = ''
  let pauseMs: number = limits.waitPauseFirstMs
  for (;;) {
    const line = progress(value)
    if (line !== told) tell(line)
    told = line
    if (isOver(value)) return ok(value)
    const leftMs = endMs - nowMs()
    if (leftMs <= 0) {
      return fail('unavailable', `Not done within ${seconds} s (${line}). The order stands; ask again later.`)
    }
    await sleep(Math.min(pauseMs, leftMs))
    pauseMs = Math.min(limits.waitPauseMostMs, pauseMs * 1.5)
    const asked = await ask()
    if (asked.ok) value = asked.value
    else if (!isPassing(asked.error)) return asked
    else pauseMs = Math.min(limits.waitPauseMostMs, Math.max(pauseMs, asked.error.retryAfterMs ?? 0))
  }
}

function isPassing({ code }: Failure): boolean {
  return code === 'unavailable' || code === 'rate-limited'
}
