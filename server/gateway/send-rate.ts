// Owns the token bucket of sends, per device. Always holds: a refusal keeps the bucket shut until the time it named, so
// that of several sends under way the later ones cannot pass an earlier one that was refused.

import { limits } from '../../shared/limits.ts'
import type { DeviceId } from '../../shared/model.ts'
import type { Clock } from '../clock.ts'

/** Long enough for all sends that a client keeps under way to arrive, and to be sent again in one go. */
const shutMs = Math.ceil((limits.sendsInFlight / limits.sendsPerSecond) * 1000)
/** Buckets kept at once; full ones are forgotten first, since a new one is full as well. */
const bucketsKept = 50_000

interface Bucket {
  tokens: number
  atMs: number
  shutUntilMs: number
}

export interface SendRate {
  /** Takes a token; otherwise says how long to wait, in milliseconds. */
  take(deviceId: DeviceId): number | undefined
}

export function createSendRate(clock: Clock): SendRate {
  const buckets = new Map<DeviceId, Bucket>()

  function bucketOf(deviceId: DeviceId, nowMs: number): Bucket {
    let bucket = buckets.get(deviceId)
    if (bucket === undefined) {
      if (buckets.size >= bucketsKept) prune(nowMs)
      bucket = { tokens: limits.sendBurst, atMs: nowMs, shutUntilMs: 0 }
      buckets.set(deviceId, bucket)
    }
    // A clock set back must not shut a device out.
    const elapsedMs = Math.max(0, nowMs - bucket.atMs)
    bucket.tokens = Math.min(limits.sendBurst, bucket.tokens + (elapsedMs * limits.sendsPerSecond) / 1000)
    if (bucket.shutUntilMs - nowMs > shutMs) bucket.shutUntilMs = 0
    bucket.atMs = nowMs
    return bucket
  }

  function prune(nowMs: number): void {
    for (const [deviceId, bucket] of buckets) {
      const refillMs = ((limits.sendBurst - bucket.tokens) / limits.sendsPerSecond) * 1000
      if (nowMs - bucket.atMs >= refillMs) buckets.delete(deviceId)
    }
  }

  return {
    take: (deviceId) => {
      const nowMs = clock.nowMs()
      const bucket = bucketOf(deviceId, nowMs)
      if (nowMs < bucket.shutUntilMs) return bucket.shutUntilMs - nowMs
      if (bucket.tokens < 1) {
        bucket.shutUntilMs = nowMs + shutMs
        return shutMs
      }
      bucket.tokens--
      return undefined
    },
  }
}
