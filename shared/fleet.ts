// Owns the words about the fleet: devices as IT sees them, what an order is for, how far it has come, what happened to a
// device. The admin API, the wire's requests of IT people and the bridge all speak them.
// Always holds: strict where it is asked, growing where it is told; no share, key or message text is in any of it.

import { z } from 'zod'
import { limits } from './limits.ts'
import {
  conversationIdSchema,
  deviceIdSchema,
  orderIdSchema,
  timeMsSchema,
  userIdSchema,
  wipeIdSchema,
} from './model.ts'
import { feedCursorSchema } from './wire-values.ts'

/** `it`: may see and order the fleet. */
export const roles = ['it'] as const
export type Role = (typeof roles)[number]

/**
 * `lease-expired`: closed until it makes contact. `signed-out`: by IT, its cache is kept, sealed. `revoked`: not trusted any
 * more, nothing was destroyed.
 */
export const deviceStatuses = ['active', 'wipe-pending', 'wiped', 'lease-expired', 'signed-out', 'revoked'] as const
export type DeviceStatus = (typeof deviceStatuses)[number]

/** Families of `platform` ('win32-x64', 'darwin-arm64', 'linux-x64'). */
export const systems = ['windows', 'mac', 'linux', 'other'] as const
export type System = (typeof systems)[number]
/** The family of a platform as devices tell it. */
export function systemOf(platform: string): System {
  if (platform.startsWith('win32')) return 'windows'
  if (platform.startsWith('darwin')) return 'mac'
  return platform.startsWith('linux') ? 'linux' : 'other'
}

export const fleetDeviceSchema = z.object({
  deviceId: deviceIdSchema,
  userId: userIdSchema,
  userName: z.string(),
  displayName: z.string(),
  department: z.string().optional(),
  /** Its user is deactivated. */
  userInactive: z.boolean().optional(),
  name: z.string(),
  platform: z.string(),
  clientVersion: z.string(),
  status: z.enum(deviceStatuses),
  connected: z.boolean(),
  enrolledAtMs: timeMsSchema,
  lastSeenAtMs: timeMsSchema.optional(),
  leaseUntilMs: timeMsSchema.optional(),
  /** Sealed bytes on its disk, as it last told. */
  cacheBytes: z.number().int().min(0).optional(),
  /** The wipe of the whole device that is open, else the last. */
  wipeId: wipeIdSchema.optional(),
})
export type FleetDevice = z.infer<typeof fleetDeviceSchema>

export const fleetFilterSchema = z.strictObject({
  /** In the names of person, user and device, the department, or the device's id; case does not matter. */
  text: z.string().max(limits.searchChars).optional(),
  statuses: z.array(z.enum(deviceStatuses)).max(deviceStatuses.length).optional(),
  systems: z.array(z.enum(systems)).max(systems.length).optional(),
  userId: userIdSchema.optional(),
  /** Not seen since then: never, or before. */
  notSeenSinceMs: timeMsSchema.optional(),
  connected: z.boolean().optional(),
})
export type FleetFilter = z.infer<typeof fleetFilterSchema>
export const fleetSorts = ['person', 'name', 'system', 'version', 'seen', 'lease', 'cache', 'status'] as const
export const fleetSortSchema = z.strictObject({ by: z.enum(fleetSorts), descending: z.boolean() })
export type FleetSort = z.infer<typeof fleetSortSchema>

/** Absent: none. */
const countSchema = z.number().int().min(0).optional()
export const fleetPageSchema = z.object({
  devices: z.array(fleetDeviceSchema),
  /** Of all that fit the filter; the page stands at `from`. */
  total: z.number().int().min(0),
  from: z.number().int().min(0),
  /** By status, of all devices, whatever the filter. */
  counts: z.object({
    active: countSchema,
    'wipe-pending': countSchema,
    wiped: countSchema,
    'lease-expired': countSchema,
    'signed-out': countSchema,
    revoked: countSchema,
  } satisfies Record<DeviceStatus, z.ZodType>),
})
export type FleetPage = z.infer<typeof fleetPageSchema>

/** What happened to a device, the newest first. */
export const timelineEntrySchema = z.object({
  atMs: timeMsSchema,
  what: z.enum([
    'enrolled',
    'seen',
    'lease-over',
    'share-rotated',
    'wipe-ordered',
    'wipe-delivered',
    'wipe-done',
    'sign-out-ordered',
    'signed-out',
    'signed-in',
    'user-deactivated',
  ]),
  /** Operator or person that did it. */
  by: z.string().optional(),
  /** Of an order, as it was given. */
  reason: z.string().optional(),
  wipeId: wipeIdSchema.optional(),
  orderId: orderIdSchema.optional(),
  /** Only these conversations, where a wipe was not of the whole device. */
  conversations: z.array(z.object({ conversationId: conversationIdSchema, name: z.string() })).optional(),
  outcome: z.enum(['wiped', 'partial']).optional(),
})
export type TimelineEntry = z.infer<typeof timelineEntrySchema>

// --- orders -----------------------------------------------------------------------------------------------------------

/** `wipe` destroys; `sign-out` destroys nothing: the cache stays sealed until the person enrols again. */
export const orderKinds = ['wipe', 'sign-out'] as const
export type OrderKind = (typeof orderKinds)[number]

/** What an order is for. Conversations: these alone, on every desktop that may hold them; only to be wiped. */
export const orderTargetSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('devices'), deviceIds: z.array(deviceIdSchema).min(1).max(limits.devicesPerOrder) }),
  z.strictObject({ type: z.literal('user'), userId: userIdSchema }),
  z.strictObject({
    type: z.literal('conversations'),
    conversationIds: z.array(conversationIdSchema).min(1).max(limits.conversationsPerOrder),
  }),
  z.strictObject({ type: z.literal('filter'), filter: fleetFilterSchema }),
])
export type OrderTarget = z.infer<typeof orderTargetSchema>

export const orderRequestSchema = z.strictObject({
  kind: z.enum(orderKinds),
  target: orderTargetSchema,
  /** Shown to the person at the desk. */
  reason: z.string().trim().min(1).max(limits.reasonChars),
  /** Of the dry run: refused with `fleet-moved` where it would be other devices now. Needed beyond FleetRules.approvalAbove. */
  digest: z.string().max(64).optional(),
})
export type OrderRequest = z.infer<typeof orderRequestSchema>

/** What an order would do; nothing has been done. */
export const dryRunSchema = z.object({
  devices: z.number().int().min(0),
  people: z.number().int().min(0),
  connected: z.number().int().min(0),
  /** Not seen for limits.deviceSilentMs: they may never answer; their server half is destroyed at once all the same. */
  silent: z.number().int().min(0),
  /** Named by the target, and left out: wiped, or under such an order already. */
  leftOut: z.number().int().min(0),
  cacheBytes: z.number().int().min(0),
  /** A second person must approve it. */
  needsApproval: z.boolean(),
  approvalAbove: z.number().int().min(0),
  /** SHA-256 over the sorted device ids, base64url. */
  digest: z.string(),
  /** The first of them, by person. */
  sample: z.array(fleetDeviceSchema).max(limits.dryRunSample),
})
export type DryRun = z.infer<typeof dryRunSchema>

/** `lapsed`: nobody approved it in time. */
export const orderStates = ['awaiting-approval', 'issued', 'rejected', 'lapsed'] as const
export type OrderState = (typeof orderStates)[number]

export const fleetOrderSchema = z.object({
  orderId: orderIdSchema,
  kind: z.enum(orderKinds),
  state: z.enum(orderStates),
  targetType: z.enum(['devices', 'user', 'conversations', 'filter']),
  /** Who or what it is for, as people read it: a person, conversations, or the first device. */
  targetName: z.string(),
  conversationIds: z.array(conversationIdSchema).optional(),
  reason: z.string(),
  orderedBy: z.string(),
  orderedAtMs: timeMsSchema,
  /** The asker ordered it, and so cannot approve it. */
  isMine: z.boolean(),
  decidedBy: z.string().optional(),
  decidedAtMs: timeMsSchema.optional(),
  /** Until when it can be approved. */
  lapsesAtMs: timeMsSchema.optional(),
  devices: z.number().int().min(0),
  /** Of its devices, once issued. A sign-out is done when the desktop has been told. */
  progress: z.object({
    pending: z.number().int().min(0),
    delivered: z.number().int().min(0),
    done: z.number().int().min(0),
    failed: z.number().int().min(0),
  }),
})
export type FleetOrder = z.infer<typeof fleetOrderSchema>

export const wipeStatuses = ['pending', 'delivered', 'done', 'failed'] as const
export type WipeStatus = (typeof wipeStatuses)[number]

/** One device of an order. */
export const orderDeviceSchema = z.object({
  device: fleetDeviceSchema,
  status: z.enum(wipeStatuses),
  wipeId: wipeIdSchema.optional(),
  deliveredAtMs: timeMsSchema.optional(),
  doneAtMs: timeMsSchema.optional(),
})
export type OrderDevice = z.infer<typeof orderDeviceSchema>

/** A wipe with its documents: what a certificate and an auditor need. */
export const wipeFileSchema = z.object({
  wipeId: wipeIdSchema,
  orderId: orderIdSchema,
  status: z.enum(wipeStatuses),
  device: fleetDeviceSchema,
  /** Compact JWS of the authority (proof.ts). */
  order: z.string(),
  /** Compact JWS of the device, once it has arrived. */
  receipt: z.string().optional(),
  /** Compact JWS of the authority over the receipt's arrival. */
  countersignature: z.string().optional(),
  issuedAtMs: timeMsSchema,
  deliveredAtMs: timeMsSchema.optional(),
  doneAtMs: timeMsSchema.optional(),
  approvedBy: z.string().optional(),
  /** Names of the conversations, where the wipe was of these alone. */
  conversations: z.array(z.object({ conversationId: conversationIdSchema, name: z.string() })).optional(),
  /** Ed25519, base64url: verifies the receipt. */
  devicePublicKey: z.string(),
  /** Verify order and countersignature. */
  authorityKeys: z.array(z.object({ kid: z.string(), publicKey: z.string() })),
})
export type WipeFile = z.infer<typeof wipeFileSchema>

/** What holds for orders; changed by the holder of the admin token alone. */
export const fleetRulesSchema = z.object({
  /** An order for more devices than this needs a second person. */
  approvalAbove: z.number().int().min(0).max(limits.approvalAboveMost),
  /** How long an order holds that a desktop has not heard, in days; the server signs it anew for a later contact. */
  orderDays: z.number().int().min(1).max(365),
})
export type FleetRules = z.infer<typeof fleetRulesSchema>

// --- what an IT person's desktop asks over the connection ----------------------------------------------------------------

export const fleetAskSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('devices'),
    filter: fleetFilterSchema,
    sort: fleetSortSchema,
    from: z.number().int().min(0).max(1_000_000),
    limit: z.number().int().min(1).max(limits.fleetPage),
  }),
  z.strictObject({ type: z.literal('device'), deviceId: deviceIdSchema }),
  z.strictObject({ type: z.literal('dryRun'), kind: z.enum(orderKinds), target: orderTargetSchema }),
  z.strictObject({
    type: z.literal('order'),
    order: orderRequestSchema,
    /** Repeating it with the same key makes no second order. */
    key: z.string().min(16).max(limits.idempotencyKeyChars),
  }),
  z.strictObject({ type: z.literal('decide'), orderId: orderIdSchema, approve: z.boolean() }),
  /** The newest first. */
  z.strictObject({ type: z.literal('orders'), cursor: feedCursorSchema.optional() }),
  z.strictObject({
    type: z.literal('orderDevices'),
    orderId: orderIdSchema,
    from: z.number().int().min(0).max(1_000_000),
    limit: z.number().int().min(1).max(limits.fleetPage),
  }),
  z.strictObject({ type: z.literal('wipe'), wipeId: wipeIdSchema }),
])
export type FleetAsk = z.infer<typeof fleetAskSchema>

export const deviceTimelineSchema = z.object({ device: fleetDeviceSchema, timeline: z.array(timelineEntrySchema) })
export const orderListSchema = z.object({
  orders: z.array(fleetOrderSchema),
  /** Of all, those that await approval. */
  awaiting: z.number().int().min(0),
  cursor: feedCursorSchema.optional(),
})
export const orderDevicesSchema = z.object({
  order: fleetOrderSchema,
  devices: z.array(orderDeviceSchema),
  total: z.number().int().min(0),
  from: z.number().int().min(0),
})

export const fleetToldSchema = z.discriminatedUnion('type', [
  fleetPageSchema.extend({ type: z.literal('devices') }),
  deviceTimelineSchema.extend({ type: z.literal('device') }),
  dryRunSchema.extend({ type: z.literal('dryRun') }),
  fleetOrderSchema.extend({ type: z.literal('order') }),
  orderListSchema.extend({ type: z.literal('orders') }),
  orderDevicesSchema.extend({ type: z.literal('orderDevices') }),
  wipeFileSchema.extend({ type: z.literal('wipe') }),
])
export type FleetTold = z.infer<typeof fleetToldSchema>
export type FleetToldOf<T extends FleetTold['type']> = Extract<FleetTold, { type: T }>

/** `decide` is answered by the order as it then stands. */
export const toldTypeOf = {
  devices: 'devices',
  device: 'device',
  dryRun: 'dryRun',
  order: 'order',
  decide: 'order',
  orders: 'orders',
  orderDevices: 'orderDevices',
  wipe: 'wipe',
} as const satisfies Record<FleetAsk['type'], FleetTold['type']>
