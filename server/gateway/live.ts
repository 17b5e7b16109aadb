// Owns what connected devices are sent unasked: the feeds from their cursors on, the heads, then each change as it
// happens; and wipe orders, which come before anything else.
// Always holds: a feed's frames go out in order of revision, so a cursor never passes a change; access comes before the
// events of a conversation; a frame for many is serialised once.

import { limits } from '../../shared/limits.ts'
import type { DeviceId } from '../../shared/model.ts'
import type { DownFrameOf } from '../../shared/wire.ts'
import type { Access } from '../access/access.ts'
import type { WipeRow } from '../store/port.ts'
import { type Connection, type Connections, type Following, frameOf } from './connections.ts'
import type { FanOut } from './fan-out.ts'
import type { Feeds } from './feeds.ts'
import type { Leases } from './leases.ts'
import type { Watches } from './watches.ts'

export interface Live extends FanOut {
  /** Sends what is due in the feeds; the first time also the heads, after which the device is live. */
  pump(connection: Connection): void
  /** Sends the order and leaves the connection for the receipt only. */
  sendOrder(connection: Connection, wipe: WipeRow): void
}

export function createLive(parts: {
  connections: Connections
  feeds: Feeds
  access: Access
  leases: Leases
  watches: Watches
  /** Called once an order has been handed to a socket. */
  orderSent: (wipe: WipeRow) => void
}): Live {
  const { connections, feeds, access, leases, watches, orderSent } = parts

  function pump(connection: Connection): void {
    if (connection.phase.type !== 'following') return
    const { following } = connection.phase
    while (following.directoryDue || following.accessDue) {
      // The first catch-up may be long: no more of it than the line takes. Later changes are small and keep their order.
      if (!following.live && connection.socket.bufferedAmount > limits.pausedAboveBytes) return
      const drained = following.live ? undefined : () => pump(connection)
      if (following.directoryDue) sendDirectory(connection, following, drained)
      else sendAccess(connection, following, drained)
      // A slow reader is let go while it is written to.
      if (connection.phase.type !== 'following') return
    }
    if (following.live) return
    following.live = true
    following.headsDue = false
    sendHeads(connection, following)
  }

  function sendHeads(connection: Connection, following: Following): void {
    for (const text of feeds.headsFrames(following.userId)) connections.sendText(connection, text)
  }

  function sendDirectory(connection: Connection, following: Following, drained: (() => void) | undefined): void {
    const page = feeds.directoryPage(following.directoryRevision)
    following.directoryRevision = page.revision
    following.directoryDue = page.more
    if (!following.live || !page.empty) connections.sendText(connection, page.text, drained)
  }

  function sendAccess(connection: Connection, following: Following, drained: (() => void) | undefined): void {
    const page = feeds.accessPage(following.userId, following.accessRevision)
    following.accessRevision = page.revision
    following.accessDue = page.more
    if (!following.live || !page.empty) connections.sendText(connection, page.text, drained)
    // A conversation granted while live: where its log ends and how far this user had read is told with it.
    if (!following.live || !following.headsDue || page.empty || page.more) return
    following.headsDue = false
    sendHeads(connection, following)
  }

  function sendOrder(connection: Connection, wipe: WipeRow): void {
    connections.restrict(connection, wipe.deviceId, wipe.wipeId)
    connections.send(connection, { type: 'order', order: wipe.order })
    orderSent(wipe)
  }

  /** A page of the feed is due; with `gained`, the heads after it. */
  function tellAccess(connection: Connection, gained: boolean): void {
    if (connection.phase.type !== 'following') return
    const { following } = connection.phase
    following.accessDue = true
    following.headsDue ||= gained
    pump(connection)
  }

  /** The device that follows live on this connection; undefined where there is none. */
  function liveDevice({ phase }: Connection): DeviceId | undefined {
    return phase.type === 'following' && phase.following.live ? phase.following.deviceId : undefined
  }

  return {
    pump,
    sendOrder,
    appended: (conversationId, event) => {
      let frame: Buffer | undefined
      for (const userId of access.viewersOf(conversationId)) {
        for (const connection of connections.ofUser(userId)) {
          if (liveDevice(connection) === undefined) continue
          frame ??= frameOf(`{"type":"event","event":${event}}`)
          connections.sendFrame(connection, frame)
        }
      }
    },
    directoryChanged: () => {
      for (const connection of connections.all) {
        if (connection.phase.type !== 'following') continue
        connection.phase.following.directoryDue = true
        pump(connection)
      }
    },
    accessChanged: (userIds) => {
      for (const userId of userIds) {
        for (const connection of connections.ofUser(userId)) tellAccess(connection, true)
      }
    },
    infoChanged: (conversationId) => {
      for (const userId of access.viewersOf(conversationId)) {
        for (const connection of connections.ofUser(userId)) {
          if (connection.phase.type !== 'following') continue
          const { version, live } = connection.phase.following
          // Devices of later versions learn it from the event, where they are live; the first feed tells it to the others.
          if (version < 2 || !live) tellAccess(connection, false)
        }
      }
    },
    prefsMoved: (userId, conversationId, prefs) => {
      // The device that set them is told too: of two that set them at once, both end with what the server kept last.
      for (const connection of connections.ofUser(userId)) {
        if (connection.phase.type !== 'following') continue
        const { version, live } = connection.phase.following
        if (live && version >= 2) connections.send(connection, { type: 'prefsMoved', conversationId, prefs })
      }
    },
    readMoved: (userId, conversationId, seq, byDevice) => {
      for (const connection of connections.ofUser(userId)) {
        const deviceId = liveDevice(connection)
        if (deviceId === undefined || deviceId === byDevice) continue
        connections.send(connection, { type: 'readMoved', conversationId, seq })
      }
      watches.readMoved(userId, conversationId, seq)
    },
    wipeOrdered: (wipe) => {
      const connection = connections.ofDevice(wipe.deviceId)
      // While it is being admitted, the admission itself answers with the order.
      if (connection?.phase.type === 'following') sendOrder(connection, wipe)
    },
    userDeactivated: (userId) => {
      for (const connection of [...connections.ofUser(userId)]) connections.bye(connection, 'user-inactive')
    },
    policyChanged: (policy) => {
      const frame = frameOf(JSON.stringify({ type: 'policy', policy } satisfies DownFrameOf<'policy'>))
      // Whoever is still being admitted gets it with the welcome.
      for (const connection of [...connections.all]) {
        if (connection.phase.type === 'following') connections.sendFrame(connection, frame)
      }
    },
    leaseChanged: (deviceId) => {
      const connection = deviceId === undefined ? undefined : connections.ofDevice(deviceId)
      if (deviceId === undefined) for (const each of connections.all) leases.renew(each)
      else if (connection !== undefined) leases.renew(connection)
    },
  }
}
