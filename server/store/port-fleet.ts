// Owns the fleet's part of the storage port: orders, wipes and sign-outs, operators and their repeated requests, webhooks.
// port.ts extends it; store-contract-fleet.test.ts is run on SQLite and on the twin.
// Always holds: an order's devices are a list of their own, whatever becomes of the fleet; of one device at most one wipe of the whole device and one sign-out are
// open. Must never hold a token, a secret or a key in clear.

import type { WebhookEvent } from '../../shared/admin-operators.ts'
import type { OrderKind, OrderState, OrderTarget, WipeStatus } from '../../shared/fleet.ts'
import type { ConversationId, DeviceId, OperatorId, OrderId, UserId, WebhookId, WipeId } from '../../shared/model.ts'

/** What IT said once, for one device or ten thousand. */
export interface OrderRow {
  /** Ascending from 1 in the order in which they were given. */
  readonly position: number
  readonly orderId: OrderId
  readonly kind: OrderKind
  readonly state: OrderState
  readonly target: OrderTarget
  readonly reason: string
  /** Name of whoever gave it, as people read it; and their identity (admin/actor.ts). */
  readonly orderedBy: string
  readonly orderedById: string
  readonly orderedAtMs: number
  /** Until when it can be approved; undefined where it needed nobody. */
  readonly lapsesAtMs: number | undefined
  /** Who approved or rejected it; undefined where nobody has, or had to. */
  readonly decidedBy: string | undefined
  readonly decidedById: string | undefined
  /** Also of an order that lapsed: when. */
  readonly decidedAtMs: number | undefined
  /** How many it is for. */
  readonly devices: number
}
export type NewOrderRow = Omit<OrderRow, 'position' | 'devices'>
export type OrderPatch = Partial<Pick<OrderRow, 'state' | 'decidedBy' | 'decidedById' | 'decidedAtMs'>>

/** How far the devices of an issued order are. */
export type OrderProgress = Readonly<Record<WipeStatus, number>>

/** One device of a wipe order. */
export interface WipeRow {
  readonly wipeId: WipeId
  readonly orderId: OrderId
  readonly deviceId: DeviceId
  readonly status: WipeStatus
  /** These alone; undefined: the whole device. */
  readonly conversationIds: readonly ConversationId[] | undefined
  /** Compact JWS as it was last signed; undefined until it has been, which a large order's are one after another. */
  readonly order: string | undefined
  /** Of `order`; 0 until it is signed. */
  readonly counter: number
  /** Of `order`; undefined also in orders of servers before orders expired. */
  readonly expiresAtMs: number | undefined
  /** Compact JWS. */
  readonly receipt: string | undefined
  /** Compact JWS. */
  readonly countersignature: string | undefined
  /** When IT ordered it, or approved it; signing it anew does not move it. Then the lease share went. */
  readonly issuedAtMs: number
  readonly deliveredAtMs: number | undefined
  readonly doneAtMs: number | undefined
}
export type WipePatch = Partial<
  Pick<
    WipeRow,
    'status' | 'order' | 'counter' | 'expiresAtMs' | 'receipt' | 'countersignature' | 'deliveredAtMs' | 'doneAtMs'
  >
>

/** What the devices of an order have in common when it is issued. */
export type Issue = Pick<WipeRow, 'orderId' | 'issuedAtMs'>
export type NewWipe = Pick<WipeRow, 'wipeId' | 'deviceId' | 'conversationIds'>

/** One device of a sign-out. */
export interface SignOutRow {
  readonly orderId: OrderId
  readonly deviceId: DeviceId
  readonly status: 'pending' | 'delivered'
  /** As of WipeRow. */
  readonly order: string | undefined
  readonly counter: number
  readonly expiresAtMs: number | undefined
  readonly issuedAtMs: number
  readonly deliveredAtMs: number | undefined
  /** When its person enrolled again, or the device came under a wipe. */
  readonly endedAtMs: number | undefined
  readonly endedBy: 'signed-in' | 'wipe' | undefined
}
export type SignOutPatch = Partial<
  Pick<SignOutRow, 'status' | 'order' | 'counter' | 'expiresAtMs' | 'deliveredAtMs' | 'endedAtMs' | 'endedBy'>
>

/** What a request with an idempotency key was answered. */
export interface IdempotencyRow {
  /** Of whoever asked (admin/actor.ts). */
  readonly identity: string
  readonly key: string
  /** Over route and canonical body. */
  readonly requestHash: string
  /** JSON. */
  readonly answer: string
  readonly atMs: number
}

export interface OperatorRow {
  readonly operatorId: OperatorId
  readonly name: string
  /** Keyed hash of the token; unique. */
  readonly tokenHash: Uint8Array
  /** The same person in the app. */
  readonly userId: UserId | undefined
  readonly createdAtMs: number
  readonly revokedAtMs: number | undefined
}

export interface WebhookRow {
  readonly webhookId: WebhookId
  readonly url: string
  readonly events: readonly WebhookEvent[]
  /** Its secret, sealed by the server's master key. */
  readonly sealedSecret: Uint8Array
  readonly createdAtMs: number
  readonly lastDeliveredAtMs: number | undefined
  readonly lastFailure: string | undefined
}
export type WebhookPatch = Partial<Pick<WebhookRow, 'lastDeliveredAtMs' | 'lastFailure'>>

/** A message to a webhook that has not been delivered; once it has, its row goes. */
export interface WebhookDeliveryRow {
  /** Ascending. */
  readonly position: number
  readonly webhookId: WebhookId
  /** The same at each try. */
  readonly messageId: string
  /** CloudEvent as JSON. */
  readonly body: string
  readonly createdAtMs: number
  readonly tries: number
  /** When it is tried next; undefined once it has been given up. */
  readonly nextAtMs: number | undefined
}
export type WebhookDeliveryPatch = Pick<WebhookDeliveryRow, 'tries' | 'nextAtMs'>

/** Questions of the fleet that change nothing. */
export interface FleetView {
  order(orderId: OrderId): OrderRow | undefined
  /** Given before the one at `position`, the newest first; undefined: from the newest on. */
  ordersBefore(position: number | undefined, limit: number): OrderRow[]
  /** That await approval, the first to lapse first; those past it are among them until they are marked. */
  ordersAwaiting(): OrderRow[]
  /** The devices of an order in its own fixed order, from place `from` (0 is the first) on. */
  deviceIdsOf(orderId: OrderId, from: number, limit: number): DeviceId[]
  orderProgress(orderId: OrderId): OrderProgress

  wipe(wipeId: WipeId): WipeRow | undefined
  wipeIn(orderId: OrderId, deviceId: DeviceId): WipeRow | undefined
  /** Of the whole device and of single conversations, the newest first. */
  wipesOfDevice(deviceId: DeviceId): WipeRow[]
  /** The one wipe of the whole device that is pending or delivered. */
  openWipeOf(deviceId: DeviceId): WipeRow | undefined
  /** Of single conversations, pending or delivered, the oldest first. */
  openConversationWipesOf(deviceId: DeviceId, limit: number): WipeRow[]
  /** Not signed yet, the oldest first. */
  unsignedWipes(limit: number): WipeRow[]

  signOut(orderId: OrderId, deviceId: DeviceId): SignOutRow | undefined
  /** The one that has not ended. */
  openSignOutOf(deviceId: DeviceId): SignOutRow | undefined
  /** The newest first. */
  signOutsOfDevice(deviceId: DeviceId): SignOutRow[]
  /** Open ones not signed yet, the oldest first. */
  unsignedSignOuts(limit: number): SignOutRow[]

  idempotency(identity: string, key: string): IdempotencyRow | undefined

  operator(operatorId: OperatorId): OperatorRow | undefined
  operatorByToken(tokenHash: Uint8Array): OperatorRow | undefined
  /** In order of creation, revoked ones too. */
  operators(): OperatorRow[]

  webhook(webhookId: WebhookId): WebhookRow | undefined
  /** In order of creation. */
  webhooks(): WebhookRow[]
  /** Of those that wait for it, the one that is to be tried first. */
  nextDeliveryOf(webhookId: WebhookId): WebhookDeliveryRow | undefined
  deliveryCounts(webhookId: WebhookId): { readonly waiting: number; readonly givenUp: number }
}

/** Changes of the fleet, as those of StoreTx. */
export interface FleetTx extends FleetView {
  /** With its devices, in the order given. */
  insertOrder(row: NewOrderRow, deviceIds: readonly DeviceId[]): void
  updateOrder(orderId: OrderId, patch: OrderPatch): void
  /** Adds devices after the order's own, before it is issued. */
  addToOrder(orderId: OrderId, deviceIds: readonly DeviceId[]): void

  /** One for each device, pending and not signed yet; thousands at once. */
  insertWipes(order: Issue, wipes: readonly NewWipe[]): void
  updateWipe(wipeId: WipeId, patch: WipePatch): void
  /** The same. */
  insertSignOuts(order: Issue, deviceIds: readonly DeviceId[]): void
  updateSignOut(orderId: OrderId, deviceId: DeviceId, patch: SignOutPatch): void

  /** Replaces what was kept for this identity and key. */
  putIdempotency(row: IdempotencyRow): void
  dropIdempotency(beforeMs: number): void

  insertOperator(row: OperatorRow): void
  revokeOperator(operatorId: OperatorId, atMs: number): void

  insertWebhook(row: WebhookRow): void
  updateWebhook(webhookId: WebhookId, patch: WebhookPatch): void
  /** With its deliveries. */
  dropWebhook(webhookId: WebhookId): void
  insertDelivery(row: Omit<WebhookDeliveryRow, 'position'>): void
  updateDelivery(position: number, patch: WebhookDeliveryPatch): void
  dropDelivery(position: number): void
  /** Drops those given up that were made before `beforeMs`. */
  dropGivenUp(beforeMs: number): void
}
