// Owns the fleet's part of the in-memory twin: orders, wipes, sign-outs, operators, repeated requests, webhooks.
// Always holds: it answers as sqlite-orders.ts and sqlite-operators.ts do; each change is made by the twin's own `put` and
// `drop`, which undo it.

import type { WipeStatus } from '../../shared/fleet.ts'
import type { DeviceId, OperatorId, OrderId, UserId, WebhookId, WipeId } from '../../shared/model.ts'
import type {
  FleetTx,
  IdempotencyRow,
  OperatorRow,
  OrderRow,
  SignOutRow,
  WebhookDeliveryRow,
  WebhookRow,
  WipeRow,
} from './port-fleet.ts'

const isOpen = (row: WipeRow) => row.status === 'pending' || row.status === 'delivered'
const pairKey = (a: string, b: string) => `${a} ${b}`
function demand(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}
function existing<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const row = map.get(key)
  if (row === undefined) throw new Error('no such row')
  return row
}

export function createFleetMaps(twin: {
  put<K, V>(map: Map<K, V>, key: K, value: V): void
  drop<K, V>(map: Map<K, V>, key: K): void
  insert<K, V>(map: Map<K, V>, key: K, value: V): void
  hasUser(userId: UserId): boolean
  hasDevice(deviceId: DeviceId): boolean
}): FleetTx {
  const { put, drop, insert } = twin
  const orders = new Map<OrderId, OrderRow>()
  const orderDevices = new Map<OrderId, readonly DeviceId[]>()
  const wipes = new Map<WipeId, WipeRow>()
  const wipeIdsOfDevice = new Map<DeviceId, readonly WipeId[]>()
  const wipeIdsInOrder = new Map<string, WipeId>()
  const signOuts = new Map<string, SignOutRow>()
  const signOutKeysOfDevice = new Map<DeviceId, readonly string[]>()
  const answers = new Map<string, IdempotencyRow>()
  const operators = new Map<OperatorId, OperatorRow>()
  const webhooks = new Map<WebhookId, WebhookRow>()
  const deliveries = new Map<number, WebhookDeliveryRow>()
  let lastOrder = 0
  let lastDelivery = 0

  const wipesOf = (deviceId: DeviceId) => (wipeIdsOfDevice.get(deviceId) ?? []).map((id) => existing(wipes, id))
  const signOutsOf = (deviceId: DeviceId) =>
    (signOutKeysOfDevice.get(deviceId) ?? []).map((key) => existing(signOuts, key))
  const openWipeOf = (deviceId: DeviceId) =>
    wipesOf(deviceId).find((row) => row.conversationIds === undefined && isOpen(row))
  const openSignOutOf = (deviceId: DeviceId) => signOutsOf(deviceId).find((row) => row.endedAtMs === undefined)
  const wipeIn = (orderId: OrderId, deviceId: DeviceId) => {
    const wipeId = wipeIdsInOrder.get(pairKey(orderId, deviceId))
    return wipeId === undefined ? undefined : wipes.get(wipeId)
  }
  const byIssue = (a: { issuedAtMs: number }, b: { issuedAtMs: number }) => a.issuedAtMs - b.issuedAtMs
  const toldOf = (row: SignOutRow): WipeStatus => (row.status === 'delivered' ? 'done' : 'pending')

  function statusIn(orderId: OrderId, deviceId: DeviceId): WipeStatus {
    const wipe = wipeIn(orderId, deviceId)
    if (wipe !== undefined) return wipe.status
    const signOut = signOuts.get(pairKey(orderId, deviceId))
    if (signOut !== undefined) return toldOf(signOut)
    const elsewhere = wipesOf(deviceId).findLast((row) => row.conversationIds === undefined)
    if (elsewhere !== undefined) return elsewhere.status
    const last = signOutsOf(deviceId).at(-1)
    return last === undefined ? 'done' : toldOf(last)
  }

  return {
    order: (orderId) => orders.get(orderId),
    ordersBefore: (position = Number.MAX_SAFE_INTEGER, limit) =>
      [...orders.values()]
        .filter((row) => row.position < position)
        .reverse()
        .slice(0, limit),
    ordersAwaiting: () =>
      [...orders.values()]
        .filter((row) => row.state === 'awaiting-approval')
        .sort((a, b) => (a.lapsesAtMs ?? 0) - (b.lapsesAtMs ?? 0) || a.position - b.position),
    deviceIdsOf: (orderId, from, limit) => (orderDevices.get(orderId) ?? []).slice(from, from + limit),
    orderProgress: (orderId) => {
      const progress = { pending: 0, delivered: 0, done: 0, failed: 0 }
      if (orders.get(orderId)?.state !== 'issued') return progress
      for (const deviceId of orderDevices.get(orderId) ?? []) progress[statusIn(orderId, deviceId)]++
      return progress
    },
    insertOrder: (row, deviceIds) => {
      for (const deviceId of deviceIds) demand(twin.hasDevice(deviceId), 'no such device')
      insert(orders, row.orderId, { position: ++lastOrder, ...row, devices: deviceIds.length })
      put(orderDevices, row.orderId, [...deviceIds])
    },
    updateOrder: (orderId, patch) => put(orders, orderId, { ...existing(orders, orderId), ...patch }),
    addToOrder: (orderId, deviceIds) => {
      for (const deviceId of deviceIds) demand(twin.hasDevice(deviceId), 'no such device')
      const all = [...(orderDevices.get(orderId) ?? []), ...deviceIds]
      put(orderDevices, orderId, all)
      put(orders, orderId, { ...existing(orders, orderId), devices: all.length })
    },

    wipe: (wipeId) => wipes.get(wipeId),
    wipeIn,
    wipesOfDevice: (deviceId) => wipesOf(deviceId).reverse(),
    openWipeOf,
    openConversationWipesOf: (deviceId, limit) =>
      wipesOf(deviceId)
        .filter((row) => row.conversationIds !== undefined && isOpen(row))
        .slice(0, limit),
    unsignedWipes: (limit) =>
      [...wipes.values()]
        .filter((row) => row.order === undefined)
        .sort(byIssue)
        .slice(0, limit),
    insertWipes: ({ orderId, issuedAtMs }, made) => {
      for (const { wipeId, deviceId, conversationIds } of made) {
        demand(twin.hasDevice(deviceId) && orders.has(orderId), 'no such device or order')
        demand(conversationIds !== undefined || openWipeOf(deviceId) === undefined, 'the device has an open wipe')
        insert(wipes, wipeId, {
          wipeId,
          orderId,
          deviceId,
          status: 'pending',
          conversationIds,
          order: undefined,
          counter: 0,
          expiresAtMs: undefined,
          receipt: undefined,
          countersignature: undefined,
          issuedAtMs,
          deliveredAtMs: undefined,
          doneAtMs: undefined,
        })
        insert(wipeIdsInOrder, pairKey(orderId, deviceId), wipeId)
        put(wipeIdsOfDevice, deviceId, [...(wipeIdsOfDevice.get(deviceId) ?? []), wipeId])
      }
    },
    updateWipe: (wipeId, patch) => put(wipes, wipeId, { ...existing(wipes, wipeId), ...patch }),

    signOut: (orderId, deviceId) => signOuts.get(pairKey(orderId, deviceId)),
    openSignOutOf,
    signOutsOfDevice: (deviceId) => signOutsOf(deviceId).reverse(),
    unsignedSignOuts: (limit) =>
      [...signOuts.values()]
        .filter((row) => row.order === undefined && row.endedAtMs === undefined)
        .sort(byIssue)
        .slice(0, limit),
    insertSignOuts: ({ orderId, issuedAtMs }, deviceIds) => {
      for (const deviceId of deviceIds) {
        demand(twin.hasDevice(deviceId) && orders.has(orderId), 'no such device or order')
        demand(openSignOutOf(deviceId) === undefined, 'the device has an open sign-out')
        const key = pairKey(orderId, deviceId)
        insert(signOuts, key, {
          orderId,
          deviceId,
          status: 'pending',
          order: undefined,
          counter: 0,
          expiresAtMs: undefined,
          issuedAtMs,
          deliveredAtMs: undefined,
          endedAtMs: undefined,
          endedBy: undefined,
        })
        put(signOutKeysOfDevice, deviceId, [...(signOutKeysOfDevice.get(deviceId) ?? []), key])
      }
    },
    updateSignOut: (orderId, deviceId, patch) => {
      const key = pairKey(orderId, deviceId)
      put(signOuts, key, { ...existing(signOuts, key), ...patch })
    },

    idempotency: (identity, key) => answers.get(pairKey(identity, key)),
    putIdempotency: (row) => put(answers, pairKey(row.identity, row.key), row),
    dropIdempotency: (beforeMs) => {
      for (const [key, row] of [...answers]) if (row.atMs < beforeMs) drop(answers, key)
    },

    operator: (operatorId) => operators.get(operatorId),
    operatorByToken: (tokenHash) =>
      [...operators.values()].find((row) => Buffer.compare(row.tokenHash, tokenHash) === 0),
    operators: () => [...operators.values()],
    insertOperator: (row) => {
      demand(row.userId === undefined || twin.hasUser(row.userId), 'no such user')
      for (const { tokenHash } of operators.values()) {
        demand(Buffer.compare(tokenHash, row.tokenHash) !== 0, 'the token is taken')
      }
      insert(operators, row.operatorId, row)
    },
    revokeOperator: (operatorId, atMs) => {
      const row = operators.get(operatorId)
      if (row !== undefined) put(operators, operatorId, { ...row, revokedAtMs: atMs })
    },

    webhook: (webhookId) => webhooks.get(webhookId),
    webhooks: () => [...webhooks.values()],
    insertWebhook: (row) => insert(webhooks, row.webhookId, row),
    updateWebhook: (webhookId, patch) => put(webhooks, webhookId, { ...existing(webhooks, webhookId), ...patch }),
    dropWebhook: (webhookId) => {
      for (const [position, row] of [...deliveries]) if (row.webhookId === webhookId) drop(deliveries, position)
      drop(webhooks, webhookId)
    },
    nextDeliveryOf: (webhookId) =>
      [...deliveries.values()]
        .filter((row) => row.webhookId === webhookId && row.nextAtMs !== undefined)
        .sort((a, b) => (a.nextAtMs ?? 0) - (b.nextAtMs ?? 0) || a.position - b.position)[0],
    deliveryCounts: (webhookId) => {
      const rows = [...deliveries.values()].filter((row) => row.webhookId === webhookId)
      const waiting = rows.filter((row) => row.nextAtMs !== undefined).length
      return { waiting, givenUp: rows.length - waiting }
    },
    insertDelivery: (row) => {
      demand(webhooks.has(row.webhookId), 'no such webhook')
      const position = ++lastDelivery
      put(deliveries, position, { position, ...row })
    },
    updateDelivery: (position, patch) => {
      const row = deliveries.get(position)
      if (row !== undefined) put(deliveries, position, { ...row, ...patch })
    },
    dropDelivery: (position) => drop(deliveries, position),
    dropGivenUp: (beforeMs) => {
      for (const [position, row] of [...deliveries]) {
        if (row.nextAtMs === undefined && row.createdAtMs < beforeMs) drop(deliveries, position)
      }
    },
  }
}
