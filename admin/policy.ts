// Owns the commands `policy show` and `policy set`.
// Always holds: the bounds of each figure are those of the contract (policySchema), for the parser and for the help.

import type { z } from 'zod'
import type { PolicyChange } from '../shared/admin.ts'
import { limits } from '../shared/limits.ts'
import { type Policy, policySchema } from '../shared/model.ts'
import { type Command, choice, defined, type Flag, need, shown, toSwitch, yesNo } from './command.ts'
import { block } from './text.ts'

const fields = policySchema.shape
/** Takes a bound off, so that the product's own applies. */
const none = 'default'

function figure(schema: z.ZodNumber, doc: string, mayBeNone: boolean): Flag {
  const { minValue, maxValue } = schema
  return {
    value: `${minValue}..${maxValue}${mayBeNone ? `|${none}` : ''}`,
    doc,
    check: (text) => (mayBeNone && text === none) || (/^\d{1,9}$/.test(text) && schema.safeParse(Number(text)).success),
  }
}

function toFigure(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined
  return text === none ? null : Number(text)
}

function toBound(text: string | undefined): boolean | null | undefined {
  return text === none ? null : toSwitch(text)
}
const switches = ['on', 'off', none] as const

export const policyCommands: readonly Command[] = [
  {
    noun: 'policy',
    verb: 'show',
    doc: 'Shows what desktops must obey.',
    flags: {},
    run: async ({ call }) => shown(await need(call)('showPolicy'), policyText),
  },
  {
    noun: 'policy',
    verb: 'set',
    needsFlag: true,
    doc: 'Changes what desktops must obey; those that are connected learn it at once. What is not named stays.',
    flags: {
      'cache-days': figure(fields.cacheDays.unwrap(), 'days a message stays cached on a desktop', true),
      'cache-max-messages': figure(fields.cacheMaxMessages.unwrap(), 'messages cached on a desktop at most', true),
      'lease-hours': figure(fields.leaseHours, 'hours of reading offline after the last contact', false),
      notifications: choice(fields.notifications.options, 'how much a notification tells'),
      'content-protection': choice(['on', 'off'], 'whether windows are kept out of screenshots, where the system can'),
      'lock-after-minutes': figure(fields.lockAfterMinutes.unwrap(), 'longest idle time before the app locks', true),
      forwarding: choice(switches, 'whether messages may be forwarded to other conversations'),
      downloads: choice(switches, 'whether files may leave the app: opened with other programs or saved'),
      editing: choice(switches, 'whether people may edit what they have sent'),
      deleting: choice(switches, 'whether people may delete what they have sent'),
    },
    run: async ({ call, flag }) => {
      const hours = flag('lease-hours')
      const body = defined({
        cacheDays: toFigure(flag('cache-days')),
        cacheMaxMessages: toFigure(flag('cache-max-messages')),
        leaseHours: hours === undefined ? undefined : Number(hours),
        notifications: flag('notifications'),
        contentProtection: toSwitch(flag('content-protection')),
        lockAfterMinutes: toFigure(flag('lock-after-minutes')),
        forwarding: toBound(flag('forwarding')),
        downloads: toBound(flag('downloads')),
        editing: toBound(flag('editing')),
        deleting: toBound(flag('deleting')),
      } satisfies Record<keyof PolicyChange, unknown>)
      return shown(await need(call)('changePolicy', { body }), policyText)
    },
  },
]

function policyText(policy: Policy): string {
  const figureText = (value: number | undefined, byDefault: string): string =>
    value === undefined ? byDefault : String(value)
  const switchText = (value: boolean | undefined): string => (value === undefined ? 'yes (default)' : yesNo(value))
  return block([
    ['cache days', figureText(policy.cacheDays, `${limits.cacheDays} (default)`)],
    ['cache max messages', figureText(policy.cacheMaxMessages, `${limits.cacheMaxMessages} (default)`)],
    ['lease hours', String(policy.leaseHours)],
    ['notifications', policy.notifications],
    ['content protection', yesNo(policy.contentProtection)],
    ['lock after minutes', figureText(policy.lockAfterMinutes, 'as the user sets (default)')],
    ['forwarding', switchText(policy.forwarding)],
    ['downloads', switchText(policy.downloads)],
    ['editing', switchText(policy.editing)],
    ['deleting', switchText(policy.deleting)],
  ])
}
