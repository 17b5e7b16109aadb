// Owns how long a client waits before it tries again. Pure.

import { limits } from '../../shared/limits.ts'

/**
 * Delay in milliseconds before attempt `attempt` (0 is the first): exponential with full jitter between half and all of
 * the step, so that ten thousand desktops do not return in one second. `random` lies in [0, 1).
 */
export function backoffMs(
  attempt: number,
  random: number,
  firstMs: number = limits.backoffFirstMs,
  mostMs: number = limits.backoffMostMs,
): number {
  const step = Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 30))
  return Math.round(step * (0.5 + random / 2))
}
