// Owns reading a refusal of the server: its words as a failure of ours, whether it passes by itself, how long to wait.

import { limits } from '../../shared/limits.ts'
import { type Failure, failureCodes, isFailureCode } from '../../shared/result.ts'

/** True where the same request may pass later, by itself. */
export function isPassing(failure: Failure): boolean {
  return failure.code === 'rate-limited' || failure.code === 'unavailable'
}

/** How long to pause after a passing refusal, capped as the pause before a connection is. */
export function pauseMs(failure: Failure): number {
  return Math.min(failure.retryAfterMs ?? limits.backoffFirstMs, limits.updateRetryMs)
}

/** The server's words as a failure of ours; an unknown code counts as a refusal. */
export function failureFrom(frame: { code: string; message: string; retryAfterMs?: number | undefined }): Failure {
  const code = isFailureCode(frame.code) ? frame.code : 'not-allowed'
  const message = isFailureCode(frame.code) ? frame.message : failureCodes['not-allowed']
  return frame.retryAfterMs === undefined ? { code, message } : { code, message, retryAfterMs: frame.retryAfterMs }
}
