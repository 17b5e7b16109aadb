// Owns the SQL of those who work over the admin API: operators, what repeated requests were answered, webhooks.
// Always holds: NULL stays below these files (sqlite-*.ts); nothing here begins or ends a transaction.

import type Database from 'better-sqlite3'
import type { WebhookEvent } from '../../shared/admin-operators.ts'
import type { FleetTx, IdempotencyRow, OperatorRow, WebhookDeliveryRow, WebhookRow } from './port-fleet.ts'
import { type Columns, mapped, orNull } from './sqlite-columns.ts'

type WebhookColumns = Omit<Columns<WebhookRow>, 'events'> & { events: string }

const operatorColumns = `operator_id AS operatorId, name, token_hash AS tokenHash, user_id AS userId,
  created_at_ms AS createdAtMs, revoked_at_ms AS revokedAtMs`
const webhookColumns = `webhook_id AS webhookId, url, events, sealed_secret AS sealedSecret,
  created_at_ms AS createdAtMs, last_delivered_at_ms AS lastDeliveredAtMs, last_failure AS lastFailure`
const deliveryColumns = `position, webhook_id AS webhookId, message_id AS messageId, body,
  created_at_ms AS createdAtMs, tries, next_at_ms AS nextAtMs`

function toOperator(row: Columns<OperatorRow>): OperatorRow {
  return { ...row, userId: row.userId ?? undefined, revokedAtMs: row.revokedAtMs ?? undefined }
}

function toWebhook(row: WebhookColumns): WebhookRow {
  return {
    ...row,
    events: JSON.parse(row.events) as WebhookEvent[],
    lastDeliveredAtMs: row.lastDeliveredAtMs ?? undefined,
    lastFailure: row.lastFailure ?? undefined,
  }
}

function toDelivery(row: Columns<WebhookDeliveryRow>): WebhookDeliveryRow {
  return { ...row, nextAtMs: row.nextAtMs ?? undefined }
}

type OperatorStatements = Pick<
  FleetTx,
  | 'idempotency'
  | 'putIdempotency'
  | 'dropIdempotency'
  | 'operator'
  | 'operatorByToken'
  | 'operators'
  | 'insertOperator'
  | 'revokeOperator'
  | 'webhook'
  | 'webhooks'
  | 'insertWebhook'
  | 'updateWebhook'
  | 'dropWebhook'
  | 'nextDeliveryOf'
  | 'deliveryCounts'
  | 'insertDelivery'
  | 'updateDelivery'
  | 'dropDelivery'
  | 'dropGivenUp'
>

/** Prepares the statements of operators and webhooks on an open, migrated database. */
export function createOperatorStatements(database: Database.Database): OperatorStatements {
  const one = <Row>(sql: string) => database.prepare<unknown[], Row>(sql)
  const run = (sql: string) => database.prepare(sql)

  const idempotency = one<IdempotencyRow>(
    `SELECT identity, key, request_hash AS requestHash, answer, at_ms AS atMs FROM idempotency
     WHERE identity = ? AND key = ?`,
  )
  const putIdempotency = run('INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?, ?)')
  const dropIdempotency = run('DELETE FROM idempotency WHERE at_ms < ?')

  const operator = one<Columns<OperatorRow>>(`SELECT ${operatorColumns} FROM operators WHERE operator_id = ?`)
  const operatorByToken = one<Columns<OperatorRow>>(`SELECT ${operatorColumns} FROM operators WHERE token_hash = ?`)
  const operators = one<Columns<OperatorRow>>(`SELECT ${operatorColumns} FROM operators ORDER BY rowid`)
  const insertOperator = run('INSERT INTO operators VALUES (?, ?, ?, ?, ?, ?)')
  const revokeOperator = run('UPDATE operators SET revoked_at_ms = ? WHERE operator_id = ?')

  const webhook = one<WebhookColumns>(`SELECT ${webhookColumns} FROM webhooks WHERE webhook_id = ?`)
  const webhooks = one<WebhookColumns>(`SELECT ${webhookColumns} FROM webhooks ORDER BY rowid`)
  const insertWebhook = run('INSERT INTO webhooks VALUES (?, ?, ?, ?, ?, ?, ?)')
  const updateWebhook = run('UPDATE webhooks SET last_delivered_at_ms = ?, last_failure = ? WHERE webhook_id = ?')
  const dropWebhook = run('DELETE FROM webhooks WHERE webhook_id = ?')

  const nextDelivery = one<Columns<WebhookDeliveryRow>>(
    `SELECT ${deliveryColumns} FROM webhook_deliveries WHERE webhook_id = ? AND next_at_ms IS NOT NULL
     ORDER BY next_at_ms, position LIMIT 1`,
  )
  const deliveryCounts = one<{ waiting: number; givenUp: number }>(
    'SELECT count(next_at_ms) AS waiting, count(*) - count(next_at_ms) AS givenUp FROM webhook_deliveries WHERE webhook_id = ?',
  )
  const insertDelivery = run(
    `INSERT INTO webhook_deliveries (webhook_id, message_id, body, created_at_ms, tries, next_at_ms)
     VALUES (?, ?, ?, ?, ?, ?)`,
  )
  const updateDelivery = run('UPDATE webhook_deliveries SET tries = ?, next_at_ms = ? WHERE position = ?')
  const dropDelivery = run('DELETE FROM webhook_deliveries WHERE position = ?')
  const dropDeliveriesOf = run('DELETE FROM webhook_deliveries WHERE webhook_id = ?')
  const dropGivenUp = run('DELETE FROM webhook_deliveries WHERE next_at_ms IS NULL AND created_at_ms < ?')

  return {
    idempotency: (identity, key) => idempotency.get(identity, key),
    putIdempotency: (row) => void putIdempotency.run(row.identity, row.key, row.requestHash, row.answer, row.atMs),
    dropIdempotency: (beforeMs) => void dropIdempotency.run(beforeMs),

    operator: (operatorId) => mapped(operator.get(operatorId), toOperator),
    operatorByToken: (tokenHash) => mapped(operatorByToken.get(tokenHash), toOperator),
    operators: () => operators.all().map(toOperator),
    insertOperator: (row) =>
      void insertOperator.run(
        row.operatorId,
        row.name,
        row.tokenHash,
        orNull(row.userId),
        row.createdAtMs,
        orNull(row.revokedAtMs),
      ),
    revokeOperator: (operatorId, atMs) => void revokeOperator.run(atMs, operatorId),

    webhook: (webhookId) => mapped(webhook.get(webhookId), toWebhook),
    webhooks: () => webhooks.all().map(toWebhook),
    insertWebhook: (row) =>
      void insertWebhook.run(
        row.webhookId,
        row.url,
        JSON.stringify(row.events),
        row.sealedSecret,
        row.createdAtMs,
        orNull(row.lastDeliveredAtMs),
        orNull(row.lastFailure),
      ),
    updateWebhook: (webhookId, patch) => {
      const found = webhook.get(webhookId)
      if (found === undefined) throw new Error('no such webhook')
      const row = { ...toWebhook(found), ...patch }
      updateWebhook.run(orNull(row.lastDeliveredAtMs), orNull(row.lastFailure), webhookId)
    },
    dropWebhook: (webhookId) => {
      dropDeliveriesOf.run(webhookId)
      dropWebhook.run(webhookId)
    },
    nextDeliveryOf: (webhookId) => mapped(nextDelivery.get(webhookId), toDelivery),
    deliveryCounts: (webhookId) => deliveryCounts.get(webhookId) ?? { waiting: 0, givenUp: 0 },
    insertDelivery: (row) =>
      void insertDelivery.run(row.webhookId, row.messageId, row.body, row.createdAtMs, row.tries, orNull(row.nextAtMs)),
    updateDelivery: (position, { tries, nextAtMs }) => void updateDelivery.run(tries, orNull(nextAtMs), position),
    dropDelivery: (position) => void dropDelivery.run(position),
    dropGivenUp: (beforeMs) => void dropGivenUp.run(beforeMs),
  }
}
