// Owns how much a device, and a person with all their devices, may ask of the server: token buckets of sends, requests and
// frames. Always holds: a refused send keeps its device's bucket shut until the time it named, so that of several sends
// under way the later ones cannot pass an earlier one that was refused; memory is bounded, whoever comes.

import { limits } from '../../shared/limits.ts'
import type { DeviceId, UserId } from '../../shared/model.ts'
import type { Clock } from '../clock.ts'

/** Long enough for all sends that a client keeps under way to arrive, and to be sent again in one go. */
const sendsShutMs = Math.ceil((limits.sendsInFlight / limits.sendsPerSecond) * 1000)
/** Until the bucket is full again: who floods is not heard for as long as it takes to forget it. */
const framesShutMs = Math.ceil((limits.frameBurst / limits.framesPerSecond) * 1000)
/** What pulls leave in the bucket of frames, for everything that comes between them. */
const framesBesidesPulls = limits.frameBurst / 2
/** Buckets of a kind kept at once (~100 B each); full ones are forgotten first, since a new one is full as well. */
const bucketsKept = 50_000

export interface Rates {
  /** Takes a send, or an act; otherwise says how long to wait, in milliseconds. */
  send(deviceId: DeviceId, userId: UserId): number | undefined
  /** Takes a request; otherwise says how long to wait, in milliseconds. */
  request(deviceId: DeviceId): number | undefined
  /** Takes a frame of any kind; otherwise says for how long the device will not be heard, in milliseconds. */
  frame(deviceId: DeviceId): number | undefined
  /** False while the device has pulled so much that its further pulls are to wait; it is never refused them. */
  mayPull(deviceId: DeviceId): boolean
}

interface Bucket {
  tokens: number
  atMs: number
  shutUntilMs: number
}

interface Buckets<Id> {
  /** Takes a token; otherwise says how long to wait, in milliseconds. */
  take(id: Id): number | undefined
  /** Refuses everything for as long as a refusal does, and says how long that is. */
  shut(id: Id): number
  tokens(id: Id): number
}

/** Buckets of `burst` tokens that fill at `perSecond`; a refusal shuts one for `shutMs`. */
function createBuckets<Id>(clock: Clock, burst: number, perSecond: number, shutMs: number): Buckets<Id> {
  const buckets = new Map<Id, Bucket>()

  function bucketOf(id: Id, nowMs: number): Bucket {
    let bucket = buckets.get(id)
    if (bucket === undefined) {
      if (buckets.size >= bucketsKept) prune(nowMs)
      bucket = { tokens: burst, atMs: nowMs, shutUntilMs: 0 }
      buckets.set(id, bucket)
    }
    // A clock set back must not shut a device out.
    const elapsedMs = Math.max(0, nowMs - bucket.atMs)
    bucket.tokens = Math.min(burst, bucket.tokens + (elapsedMs * perSecond) / 1000)
    if (bucket.shutUntilMs - nowMs > shutMs) bucket.shutUntilMs = 0
    bucket.atMs = nowMs
    return bucket
  }

  function prune(nowMs: number): void {
    for (const [id, bucket] of buckets) {
      if (nowMs - bucket.atMs >= ((burst - bucket.tokens) / perSecond) * 1000) buckets.delete(id)
    }
    // A tenth at a time, the oldest: looking through all of them for each that comes would cost more than they save.
    for (const id of buckets.keys()) {
      if (buckets.size <= bucketsKept * 0.9) return
      buckets.delete(id)
    }
  }

  function shut(id: Id): number {
    const nowMs = clock.nowMs()
    bucketOf(id, nowMs).shutUntilMs = nowMs + shutMs
    return shutMs
  }

  return {
    take: (id) => {
      const nowMs = clock.nowMs()
      const bucket = bucketOf(id, nowMs)
      if (nowMs < bucket.shutUntilMs) return bucket.shutUntilMs - nowMs
      if (bucket.tokens < 1) return shut(id)
      bucket.tokens--
      return undefined
    },
    shut,
    tokens: (id) => bucketOf(id, clock.nowMs()).tokens,
  }
}

/** Rates by the limits of the same names. */
export function createRates(clock: Clock): Rates {
  const ofDevices = createBuckets<DeviceId>(clock, limits.sendBurst, limits.sendsPerSecond, sendsShutMs)
  const ofUsers = createBuckets<UserId>(clock, limits.userSendBurst, limits.userSendsPerSecond, 0)
  const requests = createBuckets<DeviceId>(
    clock,
    limits.requestBurst,
    limits.requestsPerSecond,
    Math.ceil(1000 / limits.requestsPerSecond),
  )
  const frames = createBuckets<DeviceId>(clock, limits.frameBurst, limits.framesPerSecond, framesShutMs)
  return {
    send: (deviceId, userId) => {
      const waitMs = ofDevices.take(deviceId)
      if (waitMs !== undefined) return waitMs
      return ofUsers.take(userId) === undefined ? undefined : ofDevices.shut(deviceId)
    },
    request: (deviceId) => requests.take(deviceId),
    frame: (deviceId) => frames.take(deviceId),
    mayPull: (deviceId) => frames.tokens(deviceId) >= framesBesidesPulls,
  }
}
