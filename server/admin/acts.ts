// Owns what IT can do, as one object: the admin routes and in-process callers (the demo, tests) use the same functions.
// Always holds: an act per admin route, of the same name, taking the route's parameters, query and body as one object and
// who does it; what only the holder of the admin token may do is refused to everybody else here, however it was asked.

import type { z } from 'zod'
import type { AdminAct as ActLine, AdminRouteName, adminRoutes } from '../../shared/admin.ts'
import { limits } from '../../shared/limits.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Clock } from '../clock.ts'
import type { Conversations } from '../conversations/conversations.ts'
import type { Devices } from '../devices/devices.ts'
import type { Enrolment } from '../devices/enrolment.ts'
import type { Orders } from '../devices/orders.ts'
import type { Wipes } from '../devices/wipes.ts'
import type { Directory } from '../directory/directory.ts'
import type { FleetDesk } from '../fleet/desk.ts'
import type { Fleet } from '../fleet/fleet.ts'
import type { Connections } from '../gateway/connections.ts'
import type { FanOut } from '../gateway/fan-out.ts'
import type { Authority } from '../keys.ts'
import type { Policies } from '../policies.ts'
import type { ActRow, Store, StoreView } from '../store/port.ts'
import type { Workspace } from '../workspace.ts'
import { type Actor, rootActor } from './actor.ts'
import { createFleetActs } from './fleet-acts.ts'
import type { Keep } from './idempotency.ts'
import type { Operators } from './operators.ts'

type Routes = typeof adminRoutes
/** The fields of an object schema; a schema without any allows every object here, since the others say what there is. */
type Fields<S> = S extends z.ZodType ? (string extends keyof z.infer<S> ? unknown : z.infer<S>) : unknown
type QueryOf<R> = R extends { readonly query: infer Q } ? Fields<Q> : unknown
/** Parameters, query and body of a route as one object. */
export type ActInput<N extends AdminRouteName> = Fields<Routes[N]['params']> &
  QueryOf<Routes[N]> &
  Fields<Routes[N]['body']>
export type ActAnswer<N extends AdminRouteName> = z.infer<Routes[N]['answer']>
/** `keep`: called with the answer inside the transaction that does it, by acts that can. */
export type AdminAct<N extends AdminRouteName> = (
  input: ActInput<N>,
  by: Actor,
  keep?: Keep<ActAnswer<N>>,
) => Result<ActAnswer<N>>
/** In-process callers that name nobody act as the holder of the admin token. */
export type AdminActs = {
  readonly [N in AdminRouteName]: (input: ActInput<N>, by?: Actor, keep?: Keep<ActAnswer<N>>) => Result<ActAnswer<N>>
}

/** What no operator and nobody of IT may do: it decides who they are, and what binds them. */
const rootOnly: readonly AdminRouteName[] = ['changeRules', 'createOperator', 'revokeOperator', 'setRoles']

export function createAdminActs(parts: {
  directory: Directory
  enrolment: Enrolment
  conversations: Conversations
  devices: Devices
  orders: Pick<Orders, 'wipeDevice'>
  wipes: Pick<Wipes, 'showWipe'>
  fleet: Pick<Fleet, 'rules' | 'webhooks'>
  desk: FleetDesk
  operators: Operators
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
  const { directory, enrolment, conversations, fleet, operators, policies } = parts
  const { connections, fanOut, view, workspace, clock, version } = parts

  const acts: { readonly [N in AdminRouteName]: AdminAct<N> } = {
    status: () => ok({ version, timeMs: clock.nowMs(), connections: connections.all.size }),
    createUser: (input, by) => directory.createUser(input, by),
    listUsers: () => ok(directory.listUsers()),
    deactivateUser: ({ userName }, by) => directory.deactivateUser(userName, by),
    setRoles: ({ userName, roles }, by) => directory.setRoles(userName, roles, by),
    createEnrolment: ({ user }, by) => {
      const made = enrolment.createCode(user, by)
      if (!made.ok) return made
      return ok({ code: made.value.code, expiresAt: new Date(made.value.expiresAtMs).toISOString() })
    },
    createConversation: (input, by) => conversations.createConversation(input, by),
    listConversations: () => ok(conversations.listConversations()),
    changeConversation: ({ conversationId, ...change }, by) =>
      conversations.changeConversation(conversationId, change, by),
    addMembers: ({ conversationId, members }, by) => conversations.addMembers(conversationId, members, by),
    removeMember: ({ conversationId, userName }, by) => conversations.removeMember(conversationId, userName, by),
    ...createFleetActs(parts),
    showPolicy: () => ok(policies.current()),
    changePolicy: (change, by) => {
      const before = policies.current()
      const after = policies.change(change, by)
      fanOut.policyChanged(after)
      if (after.leaseHours !== before.leaseHours) fanOut.leaseChanged()
      return ok(after)
    },
    createOperator: (input, by) => operators.create(input, by),
    listOperators: () => ok(operators.list()),
    revokeOperator: ({ operatorId }, by) => operators.revoke(operatorId, by),
    createWebhook: (input, by) => fleet.webhooks.create(input, by),
    listWebhooks: () => ok(fleet.webhooks.list()),
    deleteWebhook: ({ webhookId }, by) => fleet.webhooks.remove(webhookId, by),
    listActs: ({ after = 0, limit = limits.actsPage }) => ok(view.actsSince(after, limit).map(toActLine)),
    showKeys: () =>
      ok({
        workspaceId: workspace.workspaceId,
        workspaceName: workspace.name,
        authority: parts.authorities.map(({ kid, publicKey }) => ({ kid, publicKey })),
        devices: view.devices().map(({ deviceId, publicKey }) => ({ deviceId, publicKey })),
      }),
  }

  const root = rootActor(workspace.operatorName)
  const guarded = Object.entries(acts).map(([name, act]) => {
    const isRootOnly = rootOnly.some((each) => each === name)
    const perform = act as (input: unknown, by: Actor, keep: unknown) => unknown
    const guard = (input: unknown, by: Actor = root, keep?: unknown) =>
      isRootOnly && !by.isRoot ? needsRoot : perform(input, by, keep)
    return [name, guard]
  })
  return Object.fromEntries(guarded) as unknown as AdminActs
}

const needsRoot = fail('not-allowed', 'Only the holder of the admin token may do this.')

function toActLine({ position, atMs, actor, act, subject, detail }: ActRow): ActLine {
  const said = JSON.parse(detail) as Record<string, unknown>
  return { position, at: new Date(atMs).toISOString(), by: actor, act, subject, detail: said }
}
