// Owns how failures travel over HTTP: RFC 9457 problem details with our code, and the status each code has.
// Always holds: a problem tells what the caller may know; stacks and internal messages stay in the log.

import type { FastifyReply } from 'fastify'
import { type Failure, type FailureCode, failureCodes } from '../shared/result.ts'
import type { Problem } from '../shared/wire.ts'

const statuses: Partial<Record<FailureCode, number>> = {
  'bad-input': 400,
  'too-large': 413,
  'rate-limited': 429,
  'not-found': 404,
  'not-allowed': 403,
  'already-exists': 409,
  internal: 500,
  unavailable: 503,
  'code-unknown': 404,
  'code-used': 409,
  'code-expired': 410,
  'user-inactive': 403,
  'device-wiped': 409,
  'device-revoked': 409,
  'proof-invalid': 403,
  'receipt-malformed': 400,
  'receipt-bad-signature': 403,
  'device-unknown': 403,
  'conversation-archived': 409,
  'file-missing': 404,
  'file-mismatch': 422,
  'disk-full': 507,
  'signed-out': 409,
  'fleet-moved': 409,
  'approval-own': 403,
  'order-decided': 409,
  'key-reused': 422,
}

/** Answers `failure` as a problem; `status` where it is not the code's own, `members` beyond those that every problem has. */
export function sendProblem(
  reply: FastifyReply,
  failure: Failure,
  status?: number,
  members: Readonly<Record<string, number>> = {},
): FastifyReply {
  const problem: Problem = {
    type: `urn:causeway:problem:${failure.code}`,
    title: failureCodes[failure.code],
    status: status ?? statuses[failure.code] ?? 500,
    code: failure.code,
    ...(failure.message === failureCodes[failure.code] ? {} : { detail: failure.message }),
    ...(failure.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs }),
  }
  if (failure.retryAfterMs !== undefined) reply.header('retry-after', String(Math.ceil(failure.retryAfterMs / 1000)))
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify({ ...members, ...problem }))
}
