// The stored server of version 1: what it does is a part of what today's does.

import type { Random } from '../../random.ts'
import type { VirtualClock } from '../../virtual-clock.ts'
import type { WorldServer } from '../../world-server.ts'

export function createWorldServer(parts: {
  readonly clock: VirtualClock
  readonly random: Random
}): Promise<Omit<WorldServer, 'setDepartment' | 'changePolicy'>>
