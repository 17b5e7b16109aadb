// Owns noticing that leases have ended: each device whose lease did is told of once, by news, when it happened or, where the
// server was down, at its next start.
// Always holds: up to when it has been looked is kept with the news, in one transaction, so that none is told twice and none
// is forgotten. A lease renewed in time ends later, and is told of then.

import { times } from '../../shared/limits.ts'
import type { Clock } from '../clock.ts'
import type { FleetNews } from '../devices/fleet-news.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/port.ts'

const key = 'leasesLookedAtMs'
/** Leases are of hours: told within a minute is at once. */
const lookEveryMs = times.MINUTE_MS

export interface Lapses {
  start(): void
  stop(): void
}

export function createLapses(parts: {
  store: Store
  news: Pick<FleetNews, 'deviceChanged'>
  clock: Clock
  log: Log
}): Lapses {
  const { store, news, clock, log } = parts
  let callOff: (() => void) | undefined

  function look(): void {
    callOff = clock.after(lookEveryMs, look)
    try {
      lookNow()
    } catch (error) {
      // A full disk, say: looked at again in a minute, from where it stood.
      log.error({ err: error }, 'leases could not be looked at')
    }
  }

  function lookNow(): void {
    const untilMs = clock.nowMs()
    const kept = store.view.meta(key)
    // Before the first look nobody is told of leases that ended long ago.
    const fromMs = kept === undefined ? untilMs : Number(kept)
    if (kept !== undefined && untilMs <= fromMs) return
    const ended = store.view.leasesEnded(fromMs, untilMs)
    // None ended: nothing is written, and the next look begins where this one did.
    if (kept !== undefined && ended.length === 0) return
    store.transact((tx) => {
      for (const deviceId of ended) news.deviceChanged(tx, 'device.lease-expired', deviceId)
      tx.setMeta(key, String(untilMs))
    })
  }

  return {
    start: () => {
      if (callOff === undefined) look()
    },
    stop: () => callOff?.(),
  }
}
