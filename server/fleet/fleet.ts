// Owns putting the fleet together: rules, the table of devices, news and webhooks, what is looked at by the clock.
// Always holds: what it offers to devices and orders (rules, search, news) needs nothing of them; started after the server
// listens, stopped before the store closes.

import type { UserId } from '../../shared/model.ts'
import { ok, type Result } from '../../shared/result.ts'
import type { Clock, Random } from '../clock.ts'
import type { Commits } from '../commits.ts'
import type { FleetNews } from '../devices/fleet-news.ts'
import { rolesOf } from '../directory/directory.ts'
import type { Connections } from '../gateway/connections.ts'
import type { Log } from '../log.ts'
import type { Sealing } from '../sealing.ts'
import type { Store } from '../store/port.ts'
import type { Workspace } from '../workspace.ts'
import { createDeliveries } from './deliveries.ts'
import { createFleetDevices, type FleetDevices } from './devices.ts'
import { createLapses } from './lapses.ts'
import { createMoved, type Moved } from './moved.ts'
import { createFleetNews, type PeopleNews } from './news.ts'
import { openRules, type Rules } from './rules.ts'
import { createPost, type Post } from './webhook-post.ts'
import { createWebhooks, type Webhooks } from './webhooks.ts'

export interface Fleet {
  readonly rules: Rules
  /** The table; also the search by which orders find devices. */
  readonly devices: FleetDevices
  readonly news: FleetNews & PeopleNews
  readonly webhooks: Webhooks
  readonly moved: Moved
  /** True for people who may see and order the fleet now. */
  isOfIt(userId: UserId): boolean
  /** Goes on with deliveries that a stop interrupted, and begins to look for leases that end. */
  start(): void
  stop(): void
}

/** Opens the fleet. Failure: `store-corrupt` (its rules). */
export function openFleet(parts: {
  store: Store
  commits: Commits
  connections: Connections
  sealing: Sealing
  workspace: Workspace
  clock: Clock
  random: Random
  log: Log
  /** How webhooks are posted; over the network where left out. */
  post?: Post
}): Result<Fleet> {
  const { store, commits, connections, sealing, clock, log } = parts
  const { view } = store
  const rules = openRules(store, clock)
  if (!rules.ok) return rules
  const isOfIt = (userId: UserId) => rolesOf(view.user(userId)).includes('it')
  const isConnected: Parameters<typeof createFleetDevices>[0]['isConnected'] = (deviceId) =>
    connections.ofDevice(deviceId) !== undefined
  const devices = createFleetDevices({ view, isConnected, clock })
  const moved = createMoved({ connections, isOfIt, clock })
  const post = parts.post ?? createPost(clock)
  const deliveries = createDeliveries({ view, commits, sealing, post, clock, log })
  const webhooks = createWebhooks({ ...parts, queued: deliveries.wake })
  const news = createFleetNews({ devices, webhooks, moved })
  const lapses = createLapses({ store, news, clock, log })
  return ok({
    rules: rules.value,
    devices,
    news,
    webhooks,
    moved,
    isOfIt,
    start: () => {
      deliveries.start()
      lapses.start()
    },
    stop: () => {
      lapses.stop()
      deliveries.stop()
      moved.stop()
    },
  })
}
