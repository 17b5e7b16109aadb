// Owns what IT can do, as one object: the admin routes and in-process callers (the demo, tests) use the same functions.
// Always holds: an act per admin route, of the same name, taking the route's parameters and body as one object.

import type { z } from 'zod'
import type { AdminRouteName, adminRoutes } from '../../shared/admin.ts'
import { ok, type Result } from '../../shared/result.ts'
import type { Clock } from '../clock.ts'
import type { Conversations } from '../conversations/conversations.ts'
import type { Devices } from '../devices/devices.ts'
import type { Enrolment } from '../devices/enrolment.ts'
import type { Wipes } from '../devices/wipes.ts'
import type { Directory } from '../directory/directory.ts'
import type { Connections } from '../gateway/connections.ts'
import type { FanOut } from '../gateway/fan-out.ts'
import type { Authority } from '../keys.ts'
import type { Policies } from '../policies.ts'
import type { Store, StoreView } from '../store/port.ts'
import type { Workspace } from '../workspace.ts'

type Routes = typeof adminRoutes
/** The fields of an object schema; a schema without any allows every object here, since the other one says what there is. */
type Fields<S> = S extends z.ZodType ? (string extends keyof z.infer<S> ? unknown : z.infer<S>) : unknown
/** Parameters and body of a route as one object. */
export type ActInput<N extends AdminRouteName> = Fields<Routes[N]['params']> & Fields<Routes[N]['body']>
export type ActAnswer<N extends AdminRouteName> = z.infer<Routes[N]['answer']>
export type AdminActs = { readonly [N in AdminRouteName]: (input: ActInput<N>) => Result<ActAnswer<N>> }

export function createAdminActs(parts: {
  directory: Directory
  enrolment: Enrolment
  conversations: Conversations
  devices: Devices
  wipes: Wipes
  policies: Policies
  connections: Connections
  fanOut: FanOut
  store: Store
  view: StoreView
  workspace: Workspace
  authorities: readonly Authority[]
  clock: Clock
  version: string
}): AdminActs {
  const { directory, enrolment, conversations, devices, wipes, policies } = parts
  const { connections, fanOut, store, view, workspace, clock, version } = parts
  return {
    status: () => ok({ version, timeMs: clock.nowMs(), connections: connections.all.size }),
    createUser: (input) => directory.createUser(input),
    listUsers: () => ok(directory.listUsers()),
    deactivateUser: ({ userName }) => directory.deactivateUser(userName),
    createEnrolment: ({ user }) => {
      const made = enrolment.createCode(user)
      if (!made.ok) return made
      return ok({ code: made.value.code, expiresAt: new Date(made.value.expiresAtMs).toISOString() })
    },
    createConversation: (input) => conversations.createConversation(input),
    listConversations: () => ok(conversations.listConversations()),
    changeConversation: ({ conversationId, ...change }) => conversations.changeConversation(conversationId, change),
    addMembers: ({ conversationId, members }) => conversations.addMembers(conversationId, members),
    removeMember: ({ conversationId, userName }) => conversations.removeMember(conversationId, userName),
    listDevices: () => ok(devices.listDevices((deviceId) => connections.ofDevice(deviceId) !== undefined)),
    wipeDevice: ({ deviceId, reason }) => wipes.wipeDevice(deviceId, reason),
    rotateDevice: ({ deviceId }) => {
      const rotated = store.transact((tx) => {
        const generation = devices.rotateShare(tx, deviceId)
        if (!generation.ok) return generation
        const detail = JSON.stringify({ generation: generation.value })
        tx.recordAct({ atMs: clock.nowMs(), act: 'rotateDevice', subject: deviceId, detail })
        return generation
      })
      if (!rotated.ok) return rotated
      fanOut.leaseChanged(deviceId)
      return ok({ deviceId, generation: rotated.value, connected: connections.ofDevice(deviceId) !== undefined })
    },
    showPolicy: () => ok(policies.current()),
    changePolicy: (change) => {
      const before = policies.current()
      const after = policies.change(change)
      fanOut.policyChanged(after)
      if (after.leaseHours !== before.leaseHours) fanOut.leaseChanged()
      return ok(after)
    },
    showWipe: ({ wipeId }) => wipes.showWipe(wipeId),
    showKeys: () =>
      ok({
        workspaceId: workspace.workspaceId,
        workspaceName: workspace.name,
        authority: parts.authorities.map(({ kid, publicKey }) => ({ kid, publicKey })),
        devices: view.devices().map(({ deviceId, publicKey }) => ({ deviceId, publicKey })),
      }),
  }
}
