// Owns delivering what waits for webhooks: one message at a time to each, in the order in which they fall due, tried again
// with doubling pauses, given up after limits.webhookTries, which the list of webhooks then says.
// Always holds: what has not been answered with success is still on record, so that a restart goes on where it stopped; a
// receiver may get a message twice, under the same id, and never once it has been given up.

import { limits } from '../../shared/limits.ts'
import type { WebhookId } from '../../shared/model.ts'
import type { Clock } from '../clock.ts'
import type { Commits } from '../commits.ts'
import type { Log } from '../log.ts'
import type { Sealing } from '../sealing.ts'
import type { StoreView, WebhookDeliveryRow } from '../store/port.ts'
import type { Post, PostOutcome } from './webhook-post.ts'
import { signatureHeaders } from './webhook-signature.ts'

export interface Deliveries {
  /** Begins with what a stop left. */
  start(): void
  /** Messages may have been queued: looks once the open transaction is over. */
  wake(): void
  /** Tries nothing more; what is under way counts as not tried. */
  stop(): void
}

/** The pause after the try of this number (from 1), in milliseconds. */
export function pauseAfter(tries: number, retryAfterMs = 0): number {
  const doubled = limits.webhookRetryFirstMs * 2 ** (tries - 1)
  return Math.min(limits.webhookRetryMostMs, Math.max(doubled, retryAfterMs))
}

export function createDeliveries(parts: {
  view: StoreView
  commits: Commits
  sealing: Sealing
  post: Post
  clock: Clock
  log: Log
}): Deliveries {
  const { view, commits, sealing, post, clock, log } = parts
  const underWay = new Map<WebhookId, { callOff(): void }>()
  let callOffTimer: (() => void) | undefined
  let isWoken = false
  let isRunning = false

  function wake(): void {
    if (isWoken || !isRunning) return
    isWoken = true
    setImmediate(() => {
      isWoken = false
      look()
    })
  }

  /** Begins what is due as far as there is room, and sets the timer for what is not. */
  function look(): void {
    callOffTimer?.()
    callOffTimer = undefined
    if (!isRunning) return
    const nowMs = clock.nowMs()
    let nextAtMs = Number.POSITIVE_INFINITY
    const due: WebhookDeliveryRow[] = []
    for (const { webhookId } of view.webhooks()) {
      const first = underWay.has(webhookId) ? undefined : view.nextDeliveryOf(webhookId)
      if (first?.nextAtMs === undefined) continue
      if (first.nextAtMs <= nowMs) due.push(first)
      else nextAtMs = Math.min(nextAtMs, first.nextAtMs)
    }
    due.sort((a, b) => a.position - b.position)
    for (const row of due.slice(0, limits.webhooksAtOnce - underWay.size)) begin(row)
    // What is due and had no room is looked at when something ends.
    if (nextAtMs !== Number.POSITIVE_INFINITY) {
      // A clock set back must not put it off for longer than any pause is.
      callOffTimer = clock.after(Math.min(nextAtMs - nowMs, limits.webhookRetryMostMs), look)
    }
  }

  function begin(row: WebhookDeliveryRow): void {
    const webhook = view.webhook(row.webhookId)
    if (webhook === undefined) return
    const { messageId, body } = row
    let signature: Readonly<Record<string, string>>
    try {
      const secret = sealing.openWebhookSecret(row.webhookId, webhook.sealedSecret)
      signature = signatureHeaders(secret, messageId, clock.nowMs(), body)
    } catch (error) {
      // A changed database: this webhook fails like one that does not answer, and the server goes on.
      log.error({ err: error, webhook: row.webhookId }, 'the secret of a webhook cannot be opened')
      underWay.set(row.webhookId, { callOff: () => undefined })
      settle(row, { type: 'failed', reason: 'secret' })
      return
    }
    const headers = {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'user-agent': 'Causeway-Webhooks/1',
      ...signature,
    }
    const message = { url: webhook.url, headers, body }
    underWay.set(
      row.webhookId,
      post(message, (outcome) => settle(row, outcome)),
    )
  }

  function settle(row: WebhookDeliveryRow, outcome: PostOutcome): void {
    if (!isRunning) return
    const nowMs = clock.nowMs()
    const isTaken = outcome.type === 'answered' && outcome.status >= 200 && outcome.status < 300
    const tries = row.tries + 1
    // Gone says that nobody will ever listen there again (Standard Webhooks).
    const isGone = outcome.type === 'answered' && outcome.status === 410
    const retryAfterMs = outcome.type === 'answered' ? outcome.retryAfterMs : undefined
    const isGivenUp = !isTaken && (isGone || tries >= limits.webhookTries)
    const why = outcome.type === 'answered' ? `HTTP ${outcome.status}` : outcome.reason
    if (isGivenUp) log.warn({ webhook: row.webhookId, tries, why }, 'a webhook message was given up')
    commits.enqueue(
      (tx) => {
        // The webhook may have been taken away meanwhile, and its messages with it.
        if (tx.webhook(row.webhookId) === undefined) return
        if (isTaken) {
          tx.dropDelivery(row.position)
          tx.updateWebhook(row.webhookId, { lastDeliveredAtMs: nowMs })
        } else {
          const nextAtMs = isGivenUp ? undefined : nowMs + pauseAfter(tries, retryAfterMs)
          tx.updateDelivery(row.position, { tries, nextAtMs })
          if (isGivenUp) tx.dropGivenUp(nowMs - limits.givenUpKeptMs)
          tx.updateWebhook(row.webhookId, { lastFailure: isGivenUp ? `${why}; given up after ${tries} tries` : why })
        }
      },
      (kept) => {
        // What could not be noted would be tried again at once, and again: it waits as after a first failure.
        if (kept.ok) release(row.webhookId)
        else clock.after(limits.webhookRetryFirstMs, () => release(row.webhookId))
      },
    )
  }

  function release(webhookId: WebhookId): void {
    underWay.delete(webhookId)
    look()
  }

  return {
    start: () => {
      isRunning = true
      wake()
    },
    wake,
    stop: () => {
      isRunning = false
      callOffTimer?.()
      for (const { callOff } of underWay.values()) callOff()
      underWay.clear()
    },
  }
}
