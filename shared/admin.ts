// Owns the contract of the admin API (HTTP, bearer token, JSON), served by the server and spoken by the `admin` CLI.
// Always holds: paths lie under /admin/v1; requests are strict; errors are RFC 9457 problems with our code (wire.ts).

import { z } from 'zod'
import {
  adminActSchema,
  adminOperatorSchema,
  adminWebhookSchema,
  createOperatorSchema,
  createWebhookSchema,
  newWebhookSchema,
} from './admin-operators.ts'

export {
  type AdminAct,
  type AdminOperator,
  adminActSchema,
  adminOperatorSchema,
  adminWebhookSchema,
  type WebhookEvent,
  webhookEvents,
} from './admin-operators.ts'

import {
  deviceStatuses,
  deviceTimelineSchema,
  dryRunSchema,
  fleetFilterSchema,
  fleetOrderSchema,
  fleetPageSchema,
  fleetRulesSchema,
  fleetSortSchema,
  orderDevicesSchema,
  orderKinds,
  orderListSchema,
  orderRequestSchema,
  orderTargetSchema,
  roles,
  wipeStatuses,
} from './fleet.ts'
import { limits } from './limits.ts'
import {
  conversationIdSchema,
  conversationKinds,
  deviceIdSchema,
  operatorIdSchema,
  orderIdSchema,
  policySchema,
  timeMsSchema,
  userIdSchema,
  webhookIdSchema,
  wipeIdSchema,
  workspaceIdSchema,
} from './model.ts'
import { authorityKeySchema } from './wire.ts'

/** ISO 8601 in UTC, for people and scripts. */
const instantSchema = z.iso.datetime()
const attributeSchema = z.string().min(1).max(limits.attributeChars)
/** What IT types to name a person: a letter of any script or a digit, then also . _ - @ + (so never a path segment). */
export const userNameSchema = z
  .string()
  .min(1)
  .max(limits.userNameChars)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._@+-]*$/u)

export const adminUserSchema = z.object({
  id: userIdSchema,
  userName: z.string(),
  displayName: z.string(),
  active: z.boolean(),
  department: z.string().optional(),
  title: z.string().optional(),
  /** userName of the manager. */
  manager: z.string().optional(),
  roles: z.array(z.enum(roles)),
})
export type AdminUser = z.infer<typeof adminUserSchema>

export const createUserSchema = z.strictObject({
  userName: userNameSchema,
  displayName: z.string().min(1).max(limits.displayNameChars),
  department: attributeSchema.optional(),
  title: attributeSchema.optional(),
  manager: userNameSchema.optional(),
})

export const createEnrolmentSchema = z.strictObject({ user: userNameSchema })
export const adminEnrolmentSchema = z.object({ code: z.string(), expiresAt: instantSchema })

export const createConversationSchema = z.strictObject({
  name: z.string().min(1).max(limits.conversationNameChars),
  /** userNames. A direct conversation has exactly two. */
  members: z.array(userNameSchema).min(1).max(limits.membersPerCall),
  kind: z.enum(conversationKinds).optional(),
  topic: z.string().max(limits.topicChars).optional(),
  space: z.string().min(1).max(limits.conversationNameChars).optional(),
  labels: z.record(z.string().min(1).max(64), z.string().max(limits.attributeChars)).optional(),
  /** Anybody may find and join it. Channels only. */
  isOpen: z.boolean().optional(),
})
/** What is absent stays; the empty topic is none. */
export const changeConversationSchema = z.strictObject({
  name: z.string().min(1).max(limits.conversationNameChars).optional(),
  topic: z.string().max(limits.topicChars).optional(),
  isOpen: z.boolean().optional(),
  archived: z.boolean().optional(),
})
export const addMembersSchema = z.strictObject({
  /** userNames. */
  members: z.array(userNameSchema).min(1).max(limits.membersPerCall),
})
export const adminConversationSchema = z.object({
  id: conversationIdSchema,
  name: z.string(),
  kind: z.enum(conversationKinds),
  space: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  members: z.array(z.string()),
  headSeq: z.number(),
  topic: z.string().optional(),
  isOpen: z.boolean(),
  archived: z.boolean(),
})
export type AdminConversation = z.infer<typeof adminConversationSchema>

export const adminDeviceSchema = z.object({
  id: deviceIdSchema,
  /** userName. */
  user: z.string(),
  name: z.string(),
  platform: z.string(),
  clientVersion: z.string(),
  status: z.enum(deviceStatuses),
  enrolledAt: instantSchema,
  lastSeenAt: instantSchema.optional(),
  leaseUntil: instantSchema.optional(),
  cacheBytes: z.number().optional(),
  connected: z.boolean(),
})
export type AdminDevice = z.infer<typeof adminDeviceSchema>

const reasonSchema = z.string().trim().min(1).max(limits.reasonChars)
export const createWipeSchema = z.strictObject({ reason: reasonSchema })
export const wipeUserSchema = z.strictObject({ reason: reasonSchema, digest: orderRequestSchema.shape.digest })
export const adminWipeSchema = z.object({
  wipeId: wipeIdSchema,
  deviceId: deviceIdSchema,
  status: z.enum(wipeStatuses),
  /** Compact JWS, signed by the authority key. */
  order: z.string(),
  /** Compact JWS, signed by the device, once it has arrived. */
  receipt: z.string().optional(),
  /** Compact JWS, signed by the authority key when the receipt arrived. */
  countersignature: z.string().optional(),
  orderId: orderIdSchema,
  /** Absent: the whole device. */
  conversationIds: z.array(conversationIdSchema).optional(),
  issuedAt: instantSchema,
  deliveredAt: instantSchema.optional(),
  doneAt: instantSchema.optional(),
  /** Ed25519 public key of the device, base64url: verifies the receipt. */
  devicePublicKey: z.string(),
})
export type AdminWipe = z.infer<typeof adminWipeSchema>

export const adminKeysSchema = z.object({
  workspaceId: workspaceIdSchema,
  workspaceName: z.string(),
  /** Verify wipe orders. */
  authority: z.array(authorityKeySchema),
  /** Verify receipts. */
  devices: z.array(z.object({ deviceId: deviceIdSchema, publicKey: z.string() })),
})
export type AdminKeys = z.infer<typeof adminKeysSchema>

export const adminStatusSchema = z.object({ version: z.string(), timeMs: timeMsSchema, connections: z.number() })

const { leaseHours, notifications, contentProtection, cacheDays, cacheMaxMessages, lockAfterMinutes } =
  policySchema.shape
const { forwarding, downloads, editing, deleting } = policySchema.shape
/** What to change of the policy, as a JSON merge patch (RFC 7396): null takes a bound off, which then is the product's. */
export const changePolicySchema = z.strictObject({
  leaseHours: leaseHours.optional(),
  notifications: notifications.optional(),
  contentProtection: contentProtection.optional(),
  cacheDays: cacheDays.nullable(),
  cacheMaxMessages: cacheMaxMessages.nullable(),
  lockAfterMinutes: lockAfterMinutes.nullable(),
  forwarding: forwarding.nullable(),
  downloads: downloads.nullable(),
  editing: editing.nullable(),
  deleting: deleting.nullable(),
})
export type PolicyChange = z.infer<typeof changePolicySchema>

/** The lease share that a desktop gets from now on. */
export const adminShareSchema = z.object({
  deviceId: deviceIdSchema,
  /** Grows with each rotation. */
  generation: z.number().int(),
  /** False: the desktop gets it when it connects. */
  connected: z.boolean(),
})
export type AdminShare = z.infer<typeof adminShareSchema>

export const setRolesSchema = z.strictObject({ roles: z.array(z.enum(roles)).max(roles.length) })

const none = z.strictObject({})
const wholeNumber = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const path = {
  user: z.strictObject({ userName: userNameSchema }),
  device: z.strictObject({ deviceId: deviceIdSchema }),
  wipe: z.strictObject({ wipeId: wipeIdSchema }),
  conversation: z.strictObject({ conversationId: conversationIdSchema }),
  order: z.strictObject({ orderId: orderIdSchema }),
  operator: z.strictObject({ operatorId: operatorIdSchema }),
  webhook: z.strictObject({ webhookId: webhookIdSchema }),
  member: z.strictObject({ conversationId: conversationIdSchema, userName: userNameSchema }),
}

/**
 * Every route: method, path below /admin/v1 with `:parameters`, body and answer; `query` where there is one. A POST may carry
 * `Idempotency-Key`: repeated with it, an order is answered as the first time.
 */
export const adminRoutes = {
  status: { method: 'GET', path: '/status', params: none, body: undefined, answer: adminStatusSchema },
  createUser: { method: 'POST', path: '/users', params: none, body: createUserSchema, answer: adminUserSchema },
  listUsers: { method: 'GET', path: '/users', params: none, body: undefined, answer: z.array(adminUserSchema) },
  deactivateUser: {
    method: 'POST',
    path: '/users/:userName/deactivate',
    params: path.user,
    body: none,
    answer: adminUserSchema,
  },
  createEnrolment: {
    method: 'POST',
    path: '/enrolments',
    params: none,
    body: createEnrolmentSchema,
    answer: adminEnrolmentSchema,
  },
  createConversation: {
    method: 'POST',
    path: '/conversations',
    params: none,
    body: createConversationSchema,
    answer: adminConversationSchema,
  },
  listConversations: {
    method: 'GET',
    path: '/conversations',
    params: none,
    body: undefined,
    answer: z.array(adminConversationSchema),
  },
  changeConversation: {
    method: 'PATCH',
    path: '/conversations/:conversationId',
    params: path.conversation,
    body: changeConversationSchema,
    answer: adminConversationSchema,
  },
  addMembers: {
    method: 'POST',
    path: '/conversations/:conversationId/members',
    params: path.conversation,
    body: addMembersSchema,
    answer: adminConversationSchema,
  },
  removeMember: {
    method: 'DELETE',
    path: '/conversations/:conversationId/members/:userName',
    params: path.member,
    body: none,
    answer: adminConversationSchema,
  },
  listDevices: { method: 'GET', path: '/devices', params: none, body: undefined, answer: z.array(adminDeviceSchema) },
  wipeDevice: {
    method: 'POST',
    path: '/devices/:deviceId/wipe',
    params: path.device,
    body: createWipeSchema,
    answer: adminWipeSchema,
  },
  showDevice: {
    method: 'GET',
    path: '/devices/:deviceId',
    params: path.device,
    body: undefined,
    answer: deviceTimelineSchema,
  },
  signOutDevice: {
    method: 'POST',
    path: '/devices/:deviceId/sign-out',
    params: path.device,
    body: createWipeSchema,
    answer: fleetOrderSchema,
  },
  wipeUser: {
    method: 'POST',
    path: '/users/:userName/wipe',
    params: path.user,
    body: wipeUserSchema,
    answer: fleetOrderSchema,
  },
  setRoles: {
    method: 'PUT',
    path: '/users/:userName/roles',
    params: path.user,
    body: setRolesSchema,
    answer: adminUserSchema,
  },
  /** The fleet as the app shows it: filtered, sorted, by pages. */
  queryDevices: {
    method: 'POST',
    path: '/devices/query',
    params: none,
    body: z.strictObject({
      filter: fleetFilterSchema.optional(),
      sort: fleetSortSchema.optional(),
      from: z.number().int().min(0).max(1_000_000).optional(),
      limit: z.number().int().min(1).max(limits.fleetPage).optional(),
    }),
    answer: fleetPageSchema,
  },
  tryOrder: {
    method: 'POST',
    path: '/orders/dry-run',
    params: none,
    body: z.strictObject({ kind: z.enum(orderKinds), target: orderTargetSchema }),
    answer: dryRunSchema,
  },
  giveOrder: { method: 'POST', path: '/orders', params: none, body: orderRequestSchema, answer: fleetOrderSchema },
  decideOrder: {
    method: 'POST',
    path: '/orders/:orderId/decide',
    params: path.order,
    body: z.strictObject({ approve: z.boolean() }),
    answer: fleetOrderSchema,
  },
  listOrders: {
    method: 'GET',
    path: '/orders',
    params: none,
    query: z.strictObject({ cursor: z.string().max(64).optional() }),
    body: undefined,
    answer: orderListSchema,
  },
  showOrder: {
    method: 'GET',
    path: '/orders/:orderId',
    params: path.order,
    query: z.strictObject({ from: wholeNumber.optional(), limit: wholeNumber.min(1).max(limits.fleetPage).optional() }),
    body: undefined,
    answer: orderDevicesSchema,
  },
  showRules: { method: 'GET', path: '/rules', params: none, body: undefined, answer: fleetRulesSchema },
  changeRules: {
    method: 'PATCH',
    path: '/rules',
    params: none,
    body: fleetRulesSchema.partial().strict(),
    answer: fleetRulesSchema,
  },
  createOperator: {
    method: 'POST',
    path: '/operators',
    params: none,
    body: createOperatorSchema,
    answer: adminOperatorSchema.extend({ token: z.string() }),
  },
  listOperators: {
    method: 'GET',
    path: '/operators',
    params: none,
    body: undefined,
    answer: z.array(adminOperatorSchema),
  },
  revokeOperator: {
    method: 'DELETE',
    path: '/operators/:operatorId',
    params: path.operator,
    body: none,
    answer: adminOperatorSchema,
  },
  createWebhook: {
    method: 'POST',
    path: '/webhooks',
    params: none,
    body: createWebhookSchema,
    answer: newWebhookSchema,
  },
  listWebhooks: {
    method: 'GET',
    path: '/webhooks',
    params: none,
    body: undefined,
    answer: z.array(adminWebhookSchema),
  },
  deleteWebhook: {
    method: 'DELETE',
    path: '/webhooks/:webhookId',
    params: path.webhook,
    body: none,
    answer: adminWebhookSchema,
  },
  /** The record of acts after a position, ascending. */
  listActs: {
    method: 'GET',
    path: '/audit',
    params: none,
    query: z.strictObject({
      after: wholeNumber.optional(),
      limit: wholeNumber.min(1).max(limits.actsAtMost).optional(),
    }),
    body: undefined,
    answer: z.array(adminActSchema),
  },
  rotateDevice: {
    method: 'POST',
    path: '/devices/:deviceId/rotate',
    params: path.device,
    body: none,
    answer: adminShareSchema,
  },
  showPolicy: { method: 'GET', path: '/policy', params: none, body: undefined, answer: policySchema },
  changePolicy: { method: 'PATCH', path: '/policy', params: none, body: changePolicySchema, answer: policySchema },
  showWipe: { method: 'GET', path: '/wipes/:wipeId', params: path.wipe, body: undefined, answer: adminWipeSchema },
  showKeys: { method: 'GET', path: '/keys', params: none, body: undefined, answer: adminKeysSchema },
} as const
export type AdminRouteName = keyof typeof adminRoutes
