// Owns the calls about the fleet, for people with the IT role: devices, orders, receipts and certificates.
// Always holds: each is asked of the server, which decides anew whether this person may; what destroys is asked once more
// by the host itself, outside the window, before it is sent.

import { z } from 'zod'
import {
  deviceTimelineSchema,
  dryRunSchema,
  fleetFilterSchema,
  fleetOrderSchema,
  fleetPageSchema,
  fleetSortSchema,
  orderDevicesSchema,
  orderKinds,
  orderListSchema,
  orderRequestSchema,
  orderTargetSchema,
  wipeFileSchema,
} from './fleet.ts'
import { limits } from './limits.ts'
import { deviceIdSchema, orderIdSchema, wipeIdSchema } from './model.ts'

/**
 * The same shape, closed at every depth: what crosses to the window does not grow by accident. For schemas of objects, lists,
 * optional values and plain values alone; throws on others.
 */
function closed<S extends z.ZodType>(schema: S): S {
  const made = (() => {
    if (schema instanceof z.ZodObject)
      return z.strictObject(
        Object.fromEntries(Object.entries(schema.shape).map(([name, inner]) => [name, closed(inner)])),
      )
    if (schema instanceof z.ZodArray) return z.array(closed(schema.element as z.ZodType))
    if (schema instanceof z.ZodOptional) return closed(schema.unwrap() as z.ZodType).optional()
    if (schema instanceof z.ZodUnion || schema instanceof z.ZodRecord) throw new TypeError('not closed by this')
    return schema
  })()
  return made as z.ZodType as S
}

const page = {
  from: z.number().int().min(0).max(1_000_000),
  limit: z.number().int().min(1).max(limits.fleetPage),
}

export const fleetCalls = {
  listDevices: {
    args: z.strictObject({ filter: fleetFilterSchema, sort: fleetSortSchema, ...page }),
    result: closed(fleetPageSchema),
    doc: 'A page of the devices that fit, and how many there are by status.',
  },
  showDevice: {
    args: z.strictObject({ deviceId: deviceIdSchema }),
    result: closed(deviceTimelineSchema),
    doc: 'A device and what happened to it.',
  },
  tryOrder: {
    args: z.strictObject({ kind: z.enum(orderKinds), target: orderTargetSchema }),
    result: closed(dryRunSchema),
    doc: 'What an order would do. Nothing is done.',
  },
  giveOrder: {
    args: orderRequestSchema,
    result: closed(fleetOrderSchema),
    doc: 'Orders a wipe or a sign-out, once the user has said so again outside the window; `not-allowed` where they have not.',
  },
  decideOrder: {
    args: z.strictObject({ orderId: orderIdSchema, approve: z.boolean() }),
    result: closed(fleetOrderSchema),
    doc: 'Approves or rejects an order of somebody else; approving is asked again outside the window.',
  },
  listOrders: {
    args: z.strictObject({ cursor: z.string().max(64).optional() }),
    result: closed(orderListSchema),
    doc: 'Orders, the newest first, and how many await a second person.',
  },
  showOrder: {
    args: z.strictObject({ orderId: orderIdSchema, ...page }),
    result: closed(orderDevicesSchema),
    doc: 'An order and how far each of its devices is.',
  },
  showWipe: {
    args: z.strictObject({ wipeId: wipeIdSchema }),
    result: closed(
      wipeFileSchema
        .omit({ order: true, receipt: true, countersignature: true, devicePublicKey: true, authorityKeys: true })
        .extend({
          reason: z.string(),
          orderedBy: z.string(),
          /** What this desktop found: signatures by what it holds itself, and that the documents belong together. */
          verdict: z.enum(['open', 'verified', 'not-verified']),
          /** By the clock of the server, signed by it; absent until the receipt has come. */
          receivedAtMs: z.number().optional(),
          /** What the device says; its times are by its own clock. */
          receiptSays: z
            .object({
              outcome: z.enum(['wiped', 'partial']),
              /** Keys. */
              destroyed: z.number(),
              filesRemoved: z.number(),
              bytesRemoved: z.number(),
              filesLeft: z.number(),
              startedAtMs: z.number(),
              /** When the last key was gone. */
              unreadableAtMs: z.number(),
              finishedAtMs: z.number(),
              attempts: z.number(),
            })
            .optional(),
        }),
    ),
    doc: 'A wipe with its documents, verified here.',
  },
  saveWipeProof: {
    args: z.strictObject({ wipeId: wipeIdSchema, form: z.enum(['certificate', 'documents']) }),
    result: z.strictObject({ saved: z.boolean() }),
    doc: 'Saves the certificate (PDF), or order, receipt and countersignature (JSON), where the user chooses in the system’s dialog.',
  },
} as const
