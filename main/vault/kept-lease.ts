// Owns the lease as it is kept: in memory, in vault/lease.sealed, and in the witness outside the profile where there is one;
// and why it is not there, where it is not.
// Always holds: what is on disk never leaves more to read than is left: while the cache may be open, the time until the next
// write is given away beforehand, so that a kill gains nothing. The witness is written first, the lease right after it. A
// lease that is over, or of an older copy of the profile, is erased, and only the server gives another.

import { z } from 'zod'
import { limits } from '../../shared/limits.ts'
import type { DeviceId } from '../../shared/model.ts'
import { FailureError, fail, ok, type Result } from '../../shared/result.ts'
import type { Lease } from '../../shared/wire.ts'
import {
  type LeaseRecord,
  leaseAfter,
  leaseExpired,
  leaseReceived,
  leaseSeen,
  leaseWitnessed,
  type Term,
  termAtMost,
  termLeftMs,
} from './lease.ts'
import { createTurns, parseJson, type SealedFiles } from './sealed-files.ts'
import type { Witness } from './witness.ts'

const LEASE_FILE = 'vault/lease.sealed'

const endings = ['lease-over', 'clock-set-back', 'older-copy'] as const
type Ending = (typeof endings)[number]
/** Why the cache is closed until the server has been reached; `first-contact`: it never was. */
export type ClosedBecause = Ending | 'first-contact'

const beside = {
  cacheCounter: z.number().int().min(0).optional(),
  /** How often it was written together with the witness; absent where there never was one. */
  written: z.number().int().min(1).optional(),
}
const recordSchema = z.strictObject({
  share: z.string().length(43),
  generation: z.number().int(),
  receivedMs: z.number(),
  untilMs: z.number(),
  seenMs: z.number(),
  setBackMs: z.number().optional(),
  previousShare: z.string().length(43).optional(),
  nextShare: z.string().length(43).optional(),
  ...beside,
})
/** What is left in its place once it is erased; without any share. */
const closedSchema = z.strictObject({
  closed: z.enum(endings),
  receivedMs: z.number().optional(),
  ...beside,
})

/** How a look at the clock is taken. */
export interface Look {
  /** This program may not have run since the last look. */
  readonly slept?: boolean
  /** What a clock shows that nobody sets, milliseconds. */
  readonly steadyMs?: number
}

export interface KeptLease {
  /** Reads what is on disk, once; judged by the witness. Fails where the key store cannot be asked. */
  read(): Promise<Result<LeaseRecord | undefined>>
  current(): LeaseRecord | undefined
  /** When the last lease was received; known also where it has been erased. */
  receivedMs(): number | undefined
  closedBecause(): ClosedBecause | undefined
  save(lease: Lease, serverNowMs: number, nowMs: number): Promise<void>
  /** As Vault.leaseOver(). */
  over(nowMs: number, how: Look): Promise<boolean>
  /**
   * The lease under which the cache may be opened now: that it may be has been noted on disk. `locked` where there is none, or
   * nothing can be written; `disk-full`, and the codes of the key store.
   */
  use(nowMs: number): Promise<Result<LeaseRecord>>
  /** The cache is closed, and the time given away beforehand is taken back. */
  rest(nowMs: number): Promise<void>
  erase(): Promise<void>
  /** Writes the lease as `change` makes it. */
  rewrite(change?: (record: LeaseRecord) => LeaseRecord): Promise<void>
  note(cacheCounter: number): void
  cacheCounter(): number | undefined
  /** The profile is another device's from now on. */
  begin(): void
  /** Removes it everywhere; what is under way writes nothing more. Returns how many keys that were. */
  destroy(): number
}

export interface KeptLeaseParts {
  readonly files: SealedFiles
  readonly witness: Witness | undefined
  readonly deviceId: () => DeviceId | undefined
  /** The server has been reached once: known of an enrolment without a lease. */
  readonly hadContact: () => boolean
}

/** A lease that has not been read yet. */
export function createKeptLease({ files, witness, deviceId, hadContact }: KeptLeaseParts): KeptLease {
  let lease: LeaseRecord | undefined
  let isRead = false
  let closed: Ending | undefined
  let lastReceivedMs: number | undefined
  /** Apart from the lease: it outlives one that is erased, as the cache does. */
  let cacheCounter: number | undefined
  let written = 0
  /** What is on disk, and when the clock showed what is there. */
  let writtenLeftMs = 0
  let writtenSeenMs = 0
  let writing: Promise<void> | undefined
  /** The cache may be open. */
  let isUsed = false
  /** The end of the term has been found out: it stays, whatever clocks say. */
  let endedBy: Ending | undefined
  /** The clock has been looked at since the lease was read or received. */
  let isSeen = false
  /** The last look at the steady clock, and what was left then. */
  let steady: { readonly atMs: number; readonly leftMs: number } | undefined
  let timesDestroyed = 0
  const inTurn = createTurns()

  function forget(): void {
    lease = undefined
    closed = undefined
    endedBy = undefined
    lastReceivedMs = undefined
    cacheCounter = undefined
    written = 0
    isUsed = false
    isSeen = false
    steady = undefined
  }

  async function read(): Promise<Result<LeaseRecord | undefined>> {
    const device = deviceId()
    if (isRead || (witness && device === undefined)) return ok(lease)
    const before = timesDestroyed
    const file = await files.read(LEASE_FILE)
    if (file.type === 'refused') return { ok: false, error: file.failure }
    const seen = witness && device !== undefined ? await witness.read(device) : undefined
    if (seen?.type === 'refused') return { ok: false, error: seen.failure }
    const json = file.type === 'opened' ? parseJson(file.bytes) : undefined
    if (file.type === 'opened') file.bytes.fill(0)
    // Another may have been received while the key store was waited for.
    if (isRead || timesDestroyed !== before) return ok(lease)
    isRead = true
    const content = seen?.content
    const record = recordSchema.safeParse(json)
    const left = closedSchema.safeParse(json)
    const held = record.success ? record.data : left.success ? left.data : undefined
    cacheCounter = most(held?.cacheCounter, content?.cacheCounter, cacheCounter)
    lastReceivedMs = most(held?.receivedMs, content?.receivedMs)
    written = Math.max(held?.written ?? 0, content?.written ?? 0)
    if (left.success) closed = left.data.closed
    if (!record.success) return ok(undefined)
    const { cacheCounter: _, written: writtenThere = 0, ...kept } = record.data
    lease = leaseWitnessed(kept, writtenThere, content)
    if (lease) {
      written = writtenThere
      writtenLeftMs = termLeftMs(lease)
      writtenSeenMs = lease.seenMs
      // The witness alone knows that it is over.
      if (writtenLeftMs === 0 && termLeftMs(kept) > 0) endedBy = 'older-copy'
      return ok(lease)
    }
    endedBy = 'older-copy'
    void erase()
    return ok(undefined)
  }

  /** Writes `json` as the lease, and right before it the witness, which tells `term`. */
  function writePair(term: Term, json: object, isWanted: () => boolean): Promise<boolean> {
    const device = deviceId()
    const about = { ...(cacheCounter !== undefined && { cacheCounter }) }
    if (!witness || device === undefined) return files.writeJson(LEASE_FILE, { ...json, ...about }, isWanted)
    const count = written + 1
    const { untilMs, seenMs, setBackMs } = term
    return files.sealJson({ ...json, ...about, written: count }).then((content) =>
      witness.write(
        {
          deviceId: device,
          written: count,
          ...{ untilMs, seenMs },
          ...(setBackMs !== undefined && { setBackMs }),
          ...(lastReceivedMs !== undefined && { receivedMs: lastReceivedMs }),
          ...about,
        },
        isWanted,
        () => {
          files.put(LEASE_FILE, content)
          // Where that fails, the next try has the same number: a profile is one write behind its witness at most.
          written = count
        },
      ),
    )
  }

  async function writeLease(record: LeaseRecord, isWanted: () => boolean): Promise<boolean> {
    const kept = isUsed ? termAtMost(record, termLeftMs(record) - limits.leasePrepaidMs) : record
    if (!(await writePair(kept, kept, isWanted))) return false
    writtenLeftMs = termLeftMs(kept)
    writtenSeenMs = kept.seenMs
    return true
  }

  function rewrite(change: (record: LeaseRecord) => LeaseRecord = (record) => record): Promise<void> {
    return inTurn(async () => {
      const before = lease
      if (!before) return
      const record = change(before)
      // The clock may be looked at meanwhile: that is no reason not to write.
      const isWanted = () =>
        lease !== undefined && lease.share === before.share && lease.receivedMs === before.receivedMs
      if (!(await writeLease(record, isWanted)) || !lease) return
      const { untilMs, seenMs, setBackMs } = lease
      lease = { ...record, untilMs, seenMs, ...(setBackMs !== undefined && { setBackMs }) }
    })
  }

  /** Looks at the clocks; true where the term is over. */
  function look(nowMs: number, { slept = false, steadyMs }: Look = {}): boolean {
    if (!lease) return false
    // How long it was cannot be known then: it may have been a year.
    if ((!isSeen || slept) && nowMs < lease.seenMs - limits.witnessSlackMs) endedBy ??= 'clock-set-back'
    isSeen = true
    lease = leaseSeen(lease, nowMs)
    if (steadyMs !== undefined) {
      if (steady) lease = termAtMost(lease, steady.leftMs - Math.floor(steadyMs - steady.atMs))
      steady = { atMs: steadyMs, leftMs: termLeftMs(lease) }
    }
    const wasSetBack = (lease.setBackMs ?? 0) > limits.witnessSlackMs
    if (leaseExpired(lease, nowMs)) endedBy ??= wasSetBack ? 'clock-set-back' : 'lease-over'
    return endedBy !== undefined
  }

  /** Before the next look but one, more will have been read than what is on disk leaves. */
  const isOverdrawn = () => lease !== undefined && isUsed && termLeftMs(lease) < writtenLeftMs + 2 * limits.leaseCheckMs

  async function over(nowMs: number, how: Look): Promise<boolean> {
    if (look(nowMs, how)) return true
    if (!lease) return false
    const isDue =
      Math.abs(lease.seenMs - writtenSeenMs) >= limits.leaseWriteMs ||
      (isUsed && termLeftMs(lease) < writtenLeftMs + limits.leaseWriteMs && writtenLeftMs > 0)
    if (!isDue) return false
    if (writing) {
      // The key store has not answered since the last look: that must not be a way to read on.
      if (isOverdrawn()) endedBy ??= 'lease-over'
      return endedBy !== undefined
    }
    writing = rewrite().finally(() => {
      writing = undefined
    })
    try {
      await writing
    } catch (error) {
      // Nor must a folder that cannot be written.
      if (!isOverdrawn()) throw error
      endedBy ??= 'lease-over'
    }
    return lease !== undefined && endedBy !== undefined
  }

  function erase(): Promise<void> {
    const before = timesDestroyed
    const because = endedBy ?? closed ?? 'lease-over'
    const seenMs = lease?.seenMs ?? 0
    lease = undefined
    endedBy = undefined
    isUsed = false
    closed = because
    try {
      files.shred(LEASE_FILE)
    } catch {
      // A folder that cannot be written: use() does not open what lies there, and the cache must close now all the same.
    }
    return inTurn(async () => {
      const isWanted = () => lease === undefined && closed === because && timesDestroyed === before
      if (!isWanted() || deviceId() === undefined) return
      const received = lastReceivedMs !== undefined && { receivedMs: lastReceivedMs }
      await writePair({ untilMs: seenMs, seenMs }, { closed: because, ...received }, isWanted)
      // Only what is told of it is lost: the share is gone.
    }).catch(() => undefined)
  }

  return {
    read,
    current: () => lease,
    receivedMs: () => lastReceivedMs,
    closedBecause() {
      if (lease || deviceId() === undefined || !isRead) return undefined
      return closed ?? (hadContact() || written > 0 ? 'lease-over' : 'first-contact')
    },
    save(received, serverNowMs, nowMs) {
      const before = timesDestroyed
      return inTurn(async () => {
        const term = await read()
        const earlier = term.ok && endedBy === undefined ? term.value : undefined
        const record = leaseAfter(earlier, leaseReceived(received, serverNowMs, nowMs))
        if (timesDestroyed !== before) return
        lastReceivedMs = nowMs
        if (!(await writeLease(record, () => timesDestroyed === before))) return
        lease = record
        closed = undefined
        endedBy = undefined
        isSeen = true
        steady = undefined
      })
    },
    over,
    async use(nowMs) {
      const term = await read()
      if (!term.ok) return term
      if (!lease || look(nowMs)) return fail('locked')
      const wasUsed = isUsed
      isUsed = true
      if (wasUsed && !isOverdrawn()) return ok(lease)
      try {
        await rewrite()
      } catch (error) {
        if (!(error instanceof FailureError)) throw error
        // Were it opened all the same, a folder that cannot be written would make the term last for ever.
        isUsed = wasUsed
        const { failure } = error
        return failure.code === 'profile-not-writable' ? fail('locked', failure.message) : { ok: false, error: failure }
      }
      return lease ? ok(lease) : fail('locked')
    },
    async rest(nowMs) {
      if (!lease || !isUsed || look(nowMs)) return
      isUsed = false
      await rewrite()
    },
    erase,
    rewrite,
    note(counter) {
      cacheCounter = Math.max(counter, cacheCounter ?? 0)
    },
    cacheCounter: () => cacheCounter,
    begin() {
      files.shred(LEASE_FILE)
      witness?.remove()
      forget()
      isRead = true
    },
    destroy() {
      const isKey = lease !== undefined || (closed === undefined && files.isThere(LEASE_FILE))
      timesDestroyed += 1
      forget()
      witness?.remove()
      files.shred(LEASE_FILE)
      return isKey ? 1 : 0
    },
  }
}

function most(...values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length > 0 ? Math.max(...known) : undefined
}
