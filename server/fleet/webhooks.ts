// Owns the webhooks: which addresses hear of which changes, and the messages that wait to be sent to them.
// Always holds: a message is queued in the transaction that makes the change, or not at all; a secret is told once, when it
// is made, and lies sealed; a body is a CloudEvent 1.0 in structured mode and is never made anew for a later try.

import type { z } from 'zod'
import {
  type AdminWebhook,
  type createWebhookSchema,
  type WebhookEvent,
  webhookEvents,
} from '../../shared/admin-operators.ts'
import { limits } from '../../shared/limits.ts'
import { makeId, type WebhookId } from '../../shared/model.ts'
import { toBase64url } from '../../shared/proof.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { type Actor, actedBy } from '../admin/actor.ts'
import type { Clock, Random } from '../clock.ts'
import type { Sealing } from '../sealing.ts'
import type { Store, StoreTx, StoreView, WebhookRow } from '../store/port.ts'
import type { Workspace } from '../workspace.ts'
import { secretBytes, writeSecret } from './webhook-signature.ts'
import { parseTarget } from './webhook-target.ts'

export type NewWebhook = z.infer<typeof createWebhookSchema>

export interface Webhooks {
  /** With its secret. Failures: `bad-input` (the address), `not-allowed` (there are limits.webhooks). */
  create(input: NewWebhook, by: Actor): Result<AdminWebhook & { secret: string }>
  list(): AdminWebhook[]
  /** What waits for it goes with it. Failure: `not-found`. */
  remove(webhookId: WebhookId, by: Actor): Result<AdminWebhook>
  /** Queues inside a transaction what `event` has become of, for those that hear of it. `subject`: its id. */
  queue(tx: StoreTx, event: WebhookEvent, subject: string, data: () => object): void
}

const instant = (atMs: number) => new Date(atMs).toISOString()

export function createWebhooks(parts: {
  store: Store
  sealing: Sealing
  workspace: Workspace
  /** A message has been queued in the open transaction. */
  queued: () => void
  clock: Clock
  random: Random
}): Webhooks {
  const { store, sealing, workspace, queued, clock, random } = parts

  function toAdmin(view: StoreView, row: WebhookRow): AdminWebhook {
    return {
      id: row.webhookId,
      url: row.url,
      events: [...row.events],
      createdAt: instant(row.createdAtMs),
      ...view.deliveryCounts(row.webhookId),
      ...(row.lastDeliveredAtMs !== undefined && { lastDeliveredAt: instant(row.lastDeliveredAtMs) }),
      ...(row.lastFailure !== undefined && { lastFailure: row.lastFailure }),
    }
  }

  return {
    create: (input, by) => {
      const target = parseTarget(input.url)
      if (!target.ok) return target
      if (store.view.webhooks().length >= limits.webhooks) {
        return fail('not-allowed', `There are at most ${limits.webhooks} webhooks.`)
      }
      const secret = Uint8Array.from(random(secretBytes))
      const webhookId = makeId('webhook', random(20))
      const row: WebhookRow = {
        webhookId,
        url: target.value.href,
        events: [...new Set(input.events ?? webhookEvents)],
        sealedSecret: sealing.sealWebhookSecret(webhookId, secret),
        createdAtMs: clock.nowMs(),
        lastDeliveredAtMs: undefined,
        lastFailure: undefined,
      }
      // An address may hold a token in its path: the record names the host alone.
      const detail = JSON.stringify({ host: target.value.host, events: row.events })
      store.transact((tx) => {
        tx.insertWebhook(row)
        tx.recordAct({ atMs: row.createdAtMs, ...actedBy(by), act: 'createWebhook', subject: webhookId, detail })
      })
      return ok({ ...toAdmin(store.view, row), secret: writeSecret(secret) })
    },

    list: () => store.view.webhooks().map((row) => toAdmin(store.view, row)),

    remove: (webhookId, by) => {
      const row = store.view.webhook(webhookId)
      if (row === undefined) return fail('not-found', 'There is no such webhook.')
      const before = toAdmin(store.view, row)
      store.transact((tx) => {
        tx.dropWebhook(webhookId)
        const act = { act: 'deleteWebhook', subject: webhookId, detail: '{}' }
        tx.recordAct({ atMs: clock.nowMs(), ...actedBy(by), ...act })
      })
      return ok(before)
    },

    queue: (tx, event, subject, data) => {
      const hearing = tx.webhooks().filter((row) => row.events.includes(event))
      if (hearing.length === 0) return
      const atMs = clock.nowMs()
      const messageId = `evt_${toBase64url(random(16))}`
      const body = JSON.stringify({
        specversion: '1.0',
        id: messageId,
        source: `urn:causeway:workspace:${workspace.workspaceId}`,
        type: `causeway.${event}`,
        subject,
        time: instant(atMs),
        datacontenttype: 'application/json',
        data: data(),
      })
      for (const { webhookId } of hearing) {
        tx.insertDelivery({ webhookId, messageId, body, createdAtMs: atMs, tries: 0, nextAtMs: atMs })
      }
      queued()
    },
  }
}
