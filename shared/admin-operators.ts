// Owns what the admin API says of those who run the workspace: operators, the record of acts, webhooks.

import { z } from 'zod'
import { limits } from './limits.ts'
import { operatorIdSchema, webhookIdSchema } from './model.ts'

const instantSchema = z.iso.datetime()

/** Somebody with a token of their own; `token` is told once, when it is made. */
export const adminOperatorSchema = z.object({
  id: operatorIdSchema,
  name: z.string(),
  /** userName: the same person as in the app, so that they are not a second one. */
  user: z.string().optional(),
  createdAt: instantSchema,
  revokedAt: instantSchema.optional(),
})
export type AdminOperator = z.infer<typeof adminOperatorSchema>
export const createOperatorSchema = z.strictObject({
  name: z.string().trim().min(1).max(limits.displayNameChars),
  user: z.string().min(1).max(limits.userNameChars).optional(),
})

/** A line of the record of what was done, and by whom. */
export const adminActSchema = z.object({
  position: z.number().int(),
  at: instantSchema,
  /** Name of operator or person. */
  by: z.string(),
  act: z.string(),
  subject: z.string(),
  detail: z.record(z.string(), z.unknown()),
})
export type AdminAct = z.infer<typeof adminActSchema>

/** What a webhook may hear of; the types of its CloudEvents, each after `causeway.`. */
export const webhookEvents = [
  'device.enrolled',
  'device.signed-out',
  'device.signed-in',
  'device.lease-expired',
  'order.awaiting-approval',
  'order.issued',
  'order.rejected',
  'order.lapsed',
  'wipe.delivered',
  'wipe.done',
  'user.deactivated',
] as const
export type WebhookEvent = (typeof webhookEvents)[number]
export const createWebhookSchema = z.strictObject({
  /** https, or http on this computer alone. */
  url: z.string().min(1).max(limits.webhookUrlChars),
  /** Absent: all. */
  events: z.array(z.enum(webhookEvents)).min(1).max(webhookEvents.length).optional(),
})
export const adminWebhookSchema = z.object({
  id: webhookIdSchema,
  url: z.string(),
  events: z.array(z.enum(webhookEvents)),
  createdAt: instantSchema,
  /** Deliveries that wait to be tried again, and that were given up. */
  waiting: z.number().int(),
  givenUp: z.number().int(),
  lastDeliveredAt: instantSchema.optional(),
  /** Status of the last answer that was none of success, or why there was none. */
  lastFailure: z.string().optional(),
})
export type AdminWebhook = z.infer<typeof adminWebhookSchema>
/** `secret`: `whsec_…` of Standard Webhooks, told once. */
export const newWebhookSchema = adminWebhookSchema.extend({ secret: z.string() })
