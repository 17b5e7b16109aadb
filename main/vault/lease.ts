// Owns the arithmetic of the lease: until when cached conversations may be read without the server, what an older copy of it
// is known by, and which of the server's shares the cache may be sealed under while one takes the place of another.
// Always holds: pure; the time left never grows but by a new lease: a clock turned back takes the end of the term with it,
// a clock turned forward uses the term up, and the length of a lease is the server's, however wrong our clock is. The cache
// is sealed under `share` or `previousShare`, never under a third.

import type { Lease } from '../../shared/wire.ts'

/** How long the server's half may be used, and how far that time has come. */
export interface Term {
  /** End of the term by this computer's clock, milliseconds. */
  readonly untilMs: number
  /** What this computer's clock showed when it was last looked at, milliseconds; `untilMs` - `seenMs` is what is left. */
  readonly seenMs: number
  /** How far the clock has gone back since the lease was received, all times together, milliseconds. */
  readonly setBackMs?: number | undefined
}

/** What lies sealed in vault/lease.sealed. */
export interface LeaseRecord extends Term {
  /** The server's half of the root key, base64url of 32 bytes. */
  readonly share: string
  readonly generation: number
  /** When it was received: the last contact that is known after a restart, milliseconds. */
  readonly receivedMs: number
  /** The share before this one, until the cache is known to be sealed under `share`. */
  readonly previousShare?: string | undefined
  /** A share that came while `previousShare` was still needed: it waits, so that no more than two have to be tried. */
  readonly nextShare?: string | undefined
}

/** The record for a lease received at `nowMs` (ours) in a frame stamped `serverNowMs`. */
export function leaseReceived(lease: Lease, serverNowMs: number, nowMs: number): LeaseRecord {
  const lengthMs = Math.max(0, lease.untilMs - serverNowMs)
  return {
    share: lease.share,
    generation: lease.generation,
    receivedMs: nowMs,
    untilMs: nowMs + lengthMs,
    seenMs: nowMs,
  }
}

/** What is left of a term at its last look, milliseconds; none below zero. */
export const termLeftMs = ({ untilMs, seenMs }: Term): number => Math.max(0, untilMs - seenMs)

/**
 * The record after looking at the clock. Where the clock has gone back, the end goes back as far: were it left where it
 * was, a clock set years ahead for one renewal and then corrected would make the term last those years.
 */
export function leaseSeen<T extends Term>(record: T, nowMs: number): T {
  if (nowMs === record.seenMs) return record
  const setBackMs = Math.max(0, record.seenMs - nowMs)
  return {
    ...record,
    untilMs: record.untilMs - setBackMs,
    seenMs: nowMs,
    ...(setBackMs > 0 && { setBackMs: (record.setBackMs ?? 0) + setBackMs }),
  }
}

/** The record with at most so much left, milliseconds: what another clock says. */
export function termAtMost<T extends Term>(record: T, leftMs: number): T {
  const untilMs = record.seenMs + Math.max(0, leftMs)
  return untilMs < record.untilMs ? { ...record, untilMs } : record
}

/** True once the term is over, now or when the clock was last looked at. */
export function leaseExpired(record: Term, nowMs: number): boolean {
  return Math.max(nowMs, record.seenMs) >= record.untilMs
}

/** What the witness says beside the term: how often it was written, as the profile's own record says of itself. */
export interface WitnessedTerm extends Term {
  readonly written: number
}

/**
 * The record of a profile beside its witness, which is written just before it: with the time that the witness has left, where
 * that is less. Undefined where the profile is an older copy: the witness is further on by more than the one write that a
 * crash may come after, or is gone, or is an older copy itself.
 */
export function leaseWitnessed(
  record: LeaseRecord,
  written: number,
  witness: WitnessedTerm | undefined,
): LeaseRecord | undefined {
  if (!witness) return written > 0 ? undefined : record
  if (written > witness.written || written < witness.written - 1) return undefined
  if (termLeftMs(witness) > termLeftMs(record)) return record
  const { untilMs, seenMs, setBackMs } = witness
  return { ...record, untilMs, seenMs, ...(setBackMs !== undefined && { setBackMs }) }
}

/**
 * `received` after `before`: the shares that the cache may be sealed under stay beside the new one. Where the earlier term
 * was over they do not: what the server let lapse is not kept by us.
 */
export function leaseAfter(before: LeaseRecord | undefined, received: LeaseRecord): LeaseRecord {
  if (!before || leaseExpired(before, received.receivedMs)) return received
  const { share, previousShare } = before
  if (received.share === share) return { ...received, ...(previousShare !== undefined && { previousShare }) }
  if (previousShare === undefined) return { ...received, previousShare: share }
  return { ...received, share, previousShare, nextShare: received.share }
}

/** The record once the cache is sealed under `share`; a share that waited takes its place and has to be sealed under next. */
export function shareTaken(record: LeaseRecord): LeaseRecord {
  const { previousShare: _, nextShare, ...rest } = record
  return nextShare === undefined ? rest : { ...rest, share: nextShare, previousShare: record.share }
}
