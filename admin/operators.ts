// Owns the commands about who works on the workspace and what they must keep to: `operators`, `rules`, `webhooks`, `audit`.
// Always holds: a token or secret is printed by the command that makes it, and by no other.

import { type AdminAct, type AdminOperator, type AdminWebhook, webhookEvents } from '../shared/admin-operators.ts'
import { type FleetRules, fleetRulesSchema } from '../shared/fleet.ts'
import { limits } from '../shared/limits.ts'
import { ok, type Result } from '../shared/result.ts'
import type { AdminCall } from './client.ts'
import { type Command, defined, type Flag, need, numberFlag, parseNames, shown, toNumber } from './command.ts'
import { block, listText } from './text.ts'

const { approvalAbove, orderDays } = fleetRulesSchema.shape

function ruleFlag({ minValue, maxValue }: { minValue: number | null; maxValue: number | null }, doc: string): Flag {
  return numberFlag(minValue ?? 0, maxValue ?? Number.MAX_SAFE_INTEGER, doc)
}

export const operatorCommands: readonly Command[] = [
  {
    noun: 'rules',
    verb: 'show',
    doc: 'Shows what holds for orders.',
    flags: {},
    run: async ({ call }) => shown(await need(call)('showRules'), rulesText),
  },
  {
    noun: 'rules',
    verb: 'set',
    needsFlag: true,
    doc: 'Changes what holds for orders. What is not named stays. For the admin token alone.',
    flags: {
      'approval-above': ruleFlag(approvalAbove, 'an order for more desktops than this needs a second person'),
      'order-days': ruleFlag(orderDays, 'days that an order holds; for a later contact it is signed anew'),
    },
    run: async ({ call, flag }) => {
      const body = defined({
        approvalAbove: toNumber(flag('approval-above')),
        orderDays: toNumber(flag('order-days')),
      } satisfies Record<keyof FleetRules, unknown>)
      return shown(await need(call)('changeRules', { body }), rulesText)
    },
  },
  {
    noun: 'operators',
    verb: 'create',
    doc: 'Gives somebody a token of their own. It is shown now and never again. For the admin token alone.',
    flags: {
      name: { value: 'TEXT', doc: 'name as orders and the record of acts show it', required: true },
      user: { value: 'NAME', doc: 'user name of the same person in the app, so that they do not count twice' },
    },
    run: async ({ call, flag }) =>
      shown(
        await need(call)('createOperator', { body: defined({ name: flag('name'), user: flag('user') }) }),
        (operator) => `${operatorText(operator)}\n${block([['token', operator.token]])}`,
      ),
  },
  {
    noun: 'operators',
    verb: 'list',
    doc: 'Lists everybody with a token of their own, revoked ones too.',
    flags: {},
    run: async ({ call }) =>
      shown(await need(call)('listOperators'), (operators) =>
        listText(
          ['NAME', 'USER', 'CREATED', 'REVOKED', 'ID'],
          operators.map(({ name, user, createdAt, revokedAt, id }) => [
            name,
            user ?? '',
            createdAt,
            revokedAt ?? '',
            id,
          ]),
        ),
      ),
  },
  {
    noun: 'operators',
    verb: 'revoke',
    operand: 'ID',
    doc: 'Ends an operator’s token at once. For the admin token alone.',
    flags: {},
    run: async ({ call, operand }) =>
      shown(await need(call)('revokeOperator', { params: { operatorId: operand } }), operatorText),
  },
  {
    noun: 'webhooks',
    verb: 'create',
    doc: 'Has changes told to an address. Its secret is shown now and never again.',
    flags: {
      url: { value: 'URL', doc: 'https, or http on the server’s own computer', required: true },
      events: {
        value: 'a,b',
        doc: `which; all unless told: ${webhookEvents.join(', ')}`,
        check: (text) => {
          const names = parseNames(text)
          return names.length > 0 && names.every((name) => webhookEvents.some((event) => event === name))
        },
      },
    },
    run: async ({ call, flag }) => {
      const events = flag('events') === undefined ? undefined : parseNames(flag('events'))
      const request = { body: defined({ url: flag('url'), events }) }
      return shown(
        await need(call)('createWebhook', request),
        (webhook) => `${webhookText(webhook)}\n${block([['secret', webhook.secret]])}`,
      )
    },
  },
  {
    noun: 'webhooks',
    verb: 'list',
    doc: 'Lists webhooks and how their deliveries fare.',
    flags: {},
    run: async ({ call }) =>
      shown(await need(call)('listWebhooks'), (webhooks) =>
        listText(
          ['URL', 'EVENTS', 'WAITING', 'GIVEN UP', 'LAST DELIVERED', 'LAST FAILURE', 'ID'],
          webhooks.map((webhook) => [
            webhook.url,
            eventsText(webhook),
            String(webhook.waiting),
            String(webhook.givenUp),
            webhook.lastDeliveredAt ?? 'never',
            webhook.lastFailure ?? '',
            webhook.id,
          ]),
        ),
      ),
  },
  {
    noun: 'webhooks',
    verb: 'delete',
    operand: 'ID',
    doc: 'Takes a webhook away, with what waits for it.',
    flags: {},
    run: async ({ call, operand }) =>
      shown(await need(call)('deleteWebhook', { params: { webhookId: operand } }), webhookText),
  },
  {
    noun: 'audit',
    verb: 'tail',
    doc: 'Shows the newest lines of the record of acts, or those after a position, the oldest first.',
    flags: {
      after: numberFlag(0, 999_999_999_999_999, 'position of the last act known; 0 is the beginning'),
      limit: numberFlag(
        1,
        limits.actsAtMost,
        `how many acts to show at most; of the newest ${limits.actsNewest} unless told`,
      ),
    },
    run: async ({ call, flag }) => {
      const after = flag('after')
      const limit = flag('limit')
      if (after === undefined) return shown(await newest(need(call), Number(limit ?? limits.actsNewest)), actsText)
      return shown(await need(call)('listActs', { query: { after, limit } }), actsText)
    },
  },
]

/** The last `count` acts. The record is read from its beginning: it says nothing of its end. */
async function newest(call: AdminCall, count: number): Promise<Result<AdminAct[]>> {
  let last: AdminAct[] = []
  for (;;) {
    const after = String(last.at(-1)?.position ?? 0)
    const page = await call('listActs', { query: { after, limit: String(limits.actsAtMost) } })
    if (!page.ok) return page
    last = [...last, ...page.value].slice(-count)
    if (page.value.length < limits.actsAtMost) return ok(last)
  }
}

function rulesText(rules: FleetRules): string {
  return block([
    ['approval above', `${rules.approvalAbove} devices`],
    ['order days', String(rules.orderDays)],
  ])
}

function operatorText(operator: AdminOperator): string {
  return block([
    ['operator', operator.name],
    ['user', operator.user],
    ['created', operator.createdAt],
    ['revoked', operator.revokedAt],
    ['id', operator.id],
  ])
}

function eventsText({ events }: AdminWebhook): string {
  return events.length === webhookEvents.length ? 'all' : events.join(', ')
}

function webhookText(webhook: AdminWebhook): string {
  return block([
    ['url', webhook.url],
    ['events', eventsText(webhook)],
    ['created', webhook.createdAt],
    ['waiting', String(webhook.waiting)],
    ['given up', String(webhook.givenUp)],
    ['id', webhook.id],
  ])
}

function actsText(acts: readonly AdminAct[]): string {
  return listText(
    ['POSITION', 'TIME', 'BY', 'ACT', 'SUBJECT', 'DETAIL'],
    acts.map(({ position, at, by, act, subject, detail }) => [
      String(position),
      at,
      by,
      act,
      subject,
      Object.keys(detail).length === 0 ? '' : JSON.stringify(detail),
    ]),
  )
}
