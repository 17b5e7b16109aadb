// Owns what connected devices are sent unasked: the feeds from their cursors on, the heads, then each change as it
// happens; and orders, which come before anything else.
// Always holds: a feed's frames go out in order of revision, so a cursor never passes a change; access comes before the
// events of a conversation; a frame for many is serialised once.

import { limits } from '../../shared/limits.ts'
import type { DeviceId } from '../../shared/model.ts'
import type { DownFrameOf } from '../../shared/wire.ts'
import type { Access } from '../access/access.ts'
import type { SignOutRow } from '../store/port.ts'
import { type Connection, type Connections, type Following, frameOf } from './connections.ts'
import type { FanOut, OrderedWipe } from './fan-out.ts'
import type { Feeds } from './feeds.ts'
import type { Leases } from './leases.ts'
import type { Watches } from './watches.ts'

export interface Live extends FanOut {
  /** Sends what is due in the feeds; the first time also the heads, after which the device is live. */
  pump(connection: Connection): void
  /** Sends the order, once it is signed, and leaves the connection for the receipt only. */
  sendWipe(connection: Connection, wipe: OrderedWipe): void
  /** Sends orders for single conversations, for which the connection goes on. */
  sendConversationWipes(connection: Connection, wipes: readonly OrderedWipe[]): void
  /** Sends the order to a device whose version has it, and ends the connection. */
  sendSignOut(connection: Connection, signOut: SignOutRow, version: number): void
}

/** What becomes of orders that are handed to sockets (devices/order-handover.ts). */
export interface OrderHandover {
  wipeSent(wipe: OrderedWipe): void
  signOutSent(signOut: SignOutRow): void
  /** Gives the wipes of single conversations that the device has not been handed yet. */
  due(deviceId: DeviceId, give: (wipes: readonly OrderedWipe[]) => void): void
}

export function createLive(parts: {
  connections: Connections
  feeds: Feeds
  access: Access
  leases: Leases
  watches: Watches
  orders: OrderHandover
}): Live {
  const { connections, feeds, access, leases, watches, orders } = parts

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

  function sendWipe(connection: Connection, wipe: OrderedWipe): void {
    connections.restrict(connection, wipe.deviceId, wipe.wipeId)
    if (wipe.order === undefined) return
    connections.send(connection, { type: 'order', order: wipe.order })
    orders.wipeSent(wipe)
  }

  function sendConversationWipes(connection: Connection, wipes: readonly OrderedWipe[]): void {
    for (const wipe of wipes) {
      if (wipe.order === undefined) continue
      connections.send(connection, { type: 'order', order: wipe.order })
      orders.wipeSent(wipe)
    }
  }

  /** The same while the device follows: with the order it drops the conversations, and is granted them anew after it. */
  function tellConversationWipes(connection: Connection | undefined, wipes: readonly OrderedWipe[]): void {
    if (connection?.phase.type !== 'following' || connection.phase.following.version < 2) return
    const { following } = connection.phase
    const signed = wipes.filter((wipe) => wipe.order !== undefined)
    if (signed.length === 0) return
    sendConversationWipes(connection, signed)
    const before = feeds.accessBefore(signed.flatMap((wipe) => wipe.conversationIds ?? []))
    following.accessRevision = Math.min(following.accessRevision, before)
    tellAccess(connection, true)
  }

  function sendSignOut(connection: Connection, signOut: SignOutRow, version: number): void {
    if (version < 2) {
      // It has no sign-outs, and is told what it knows that comes nearest and destroys nothing.
      connections.bye(connection, 'device-revoked')
    } else if (signOut.order !== undefined) {
      connections.send(connection, { type: 'order', order: signOut.order })
      orders.signOutSent(signOut)
      connections.bye(connection, 'signed-out')
    }
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
    sendWipe,
    sendConversationWipes,
    sendSignOut,
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
      if (wipe.conversationIds !== undefined) {
        tellConversationWipes(connection, [wipe])
        return
      }
      // While it is being admitted, the admission itself answers with the order.
      const waits = connection?.phase.type === 'wipe-only' && connection.phase.wipeId === wipe.wipeId
      if (connection !== undefined && (waits || connection.phase.type === 'following')) sendWipe(connection, wipe)
    },
    signOutOrdered: (signOut) => {
      const connection = connections.ofDevice(signOut.deviceId)
      if (connection?.phase.type !== 'following') return
      sendSignOut(connection, signOut, connection.phase.following.version)
    },
    ordersDue: (deviceId) => {
      if (connections.ofDevice(deviceId)?.phase.type !== 'following') return
      orders.due(deviceId, (wipes) => tellConversationWipes(connections.ofDevice(deviceId), wipes))
    },
    rolesChanged: (userId, roles) => {
      for (const connection of connections.ofUser(userId)) {
        if (connection.phase.type !== 'following' || connection.phase.following.version < 2) continue
        connections.send(connection, { type: 'roles', roles: [...roles] })
      }
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
