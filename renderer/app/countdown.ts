// Owns waiting for a moment that is told in advance: the pause after wrong passphrases. Always holds: it ticks by the
// second only while it waits, and what it says is never negative. Everything else goes by the minute; see now.ts.

import { useEffect, useState } from 'react'
import { times } from '../../shared/limits.ts'
import type { Translator } from '../i18n/translator.ts'

/** Whole seconds until `untilMs` (by this computer's clock), rounded up; 0 once it is past or absent. */
function secondsUntil(untilMs: number | undefined, nowMs: number): number {
  return untilMs === undefined ? 0 : Math.max(0, Math.ceil((untilMs - nowMs) / times.SECOND_MS))
}

/** `secondsUntil` now, rendered again each second until it is 0. */
export function useSecondsUntil(untilMs: number | undefined): number {
  const [, setTick] = useState(0)
  const seconds = secondsUntil(untilMs, Date.now())
  const isWaiting = seconds > 0
  useEffect(() => {
    if (!isWaiting) return
    const timer = setInterval(() => setTick((tick) => tick + 1), times.SECOND_MS)
    return () => clearInterval(timer)
  }, [isWaiting])
  return seconds
}

/** 12 s · 4 min 05 s */
export function waitText(seconds: number, { t }: Translator): string {
  if (seconds < 60) return t('applock.seconds', { count: seconds })
  return t('applock.minutes', {
    minutes: Math.floor(seconds / 60),
    seconds: String(seconds % 60).padStart(2, '0'),
  })
}
