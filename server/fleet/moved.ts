// Owns telling the windows of IT people that devices or orders have changed, so that they ask again for what they show.
// Always holds: told are only connections on which the fleet has been asked for, of people who are still of IT; whatever
// happens meanwhile, no more often than each limits.fleetTellMs; nothing of what changed is in it.

import { limits } from '../../shared/limits.ts'
import type { DeviceId, UserId } from '../../shared/model.ts'
import type { Clock } from '../clock.ts'
import type { Connection, Connections } from '../gateway/connections.ts'

export interface Moved {
  /** The fleet was asked for on this device's connection. */
  asked(deviceId: DeviceId): void
  /** Something has changed, or will have once the open transaction is committed. */
  note(): void
  stop(): void
}

export function createMoved(parts: {
  connections: Pick<Connections, 'all' | 'ofDevice' | 'send'>
  isOfIt: (userId: UserId) => boolean
  clock: Clock
}): Moved {
  const { connections, isOfIt, clock } = parts
  const asking = new Set<Connection>()
  let callOff: (() => void) | undefined
  let toldAtMs = Number.NEGATIVE_INFINITY

  function tell(): void {
    callOff = undefined
    toldAtMs = clock.nowMs()
    for (const connection of asking) {
      const { phase } = connection
      const isThere = connections.all.has(connection) && phase.type === 'following'
      if (!isThere || !isOfIt(phase.following.userId)) asking.delete(connection)
      else connections.send(connection, { type: 'fleetMoved' })
    }
  }

  return {
    asked: (deviceId) => {
      const connection = connections.ofDevice(deviceId)
      if (connection !== undefined) asking.add(connection)
    },
    note: () => {
      if (asking.size === 0 || callOff !== undefined) return
      // No longer than that either where the clock has been set back.
      const leftMs = Math.min(limits.fleetTellMs, toldAtMs + limits.fleetTellMs - clock.nowMs())
      callOff = clock.after(Math.max(0, leftMs), tell)
    },
    stop: () => {
      callOff?.()
      asking.clear()
    },
  }
}
