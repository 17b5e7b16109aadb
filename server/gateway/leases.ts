// Owns handing out leases to devices that follow: on time, and at once where a lease's share or term has changed.
// Always holds: a lease is sent only once it is on record, and only to the connection that asked for it.

import { limits } from '../../shared/limits.ts'
import type { Clock } from '../clock.ts'
import type { Commits } from '../commits.ts'
import type { Devices } from '../devices/devices.ts'
import type { Connection, Connections } from './connections.ts'

export interface Leases {
  /** Renews the lease of this connection's device and sends it; nothing where the connection follows nothing. */
  renew(connection: Connection): void
}

export function createLeases(parts: {
  connections: Connections
  devices: Devices
  commits: Commits
  clock: Clock
}): Leases {
  const { connections, devices, commits, clock } = parts
  return {
    renew: (connection) => {
      if (connection.phase.type !== 'following') return
      const { following } = connection.phase
      following.leaseRenewAtMs = clock.nowMs() + limits.leaseRenewMs
      commits.enqueue(
        (tx) => devices.renewLease(tx, following.deviceId),
        (outcome) => {
          const lease = outcome.ok ? outcome.value : undefined
          const follows = connection.phase.type === 'following'
          if (lease !== undefined && follows) connections.send(connection, { type: 'lease', lease })
        },
      )
    },
  }
}
