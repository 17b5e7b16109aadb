// Owns what holds for orders in this workspace: from how many devices on a second person is needed, and how long an order holds.
// Always holds: what is answered is durable; a change stands on the record of acts, made in the same transaction. Who may
// change it is asked before (admin/acts.ts).

import { type FleetRules, fleetRulesSchema } from '../../shared/fleet.ts'
import { limits } from '../../shared/limits.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { type Actor, actedBy } from '../admin/actor.ts'
import type { Clock } from '../clock.ts'
import type { Store } from '../store/port.ts'

const key = 'fleetRules'
const initial: FleetRules = { approvalAbove: limits.approvalAbove, orderDays: limits.orderDays }

/** What is absent stays. */
export type RulesChange = { readonly [F in keyof FleetRules]?: FleetRules[F] | undefined }

export interface Rules {
  current(): FleetRules
  /** Durable on return. Gives the rules from now on; orders given before keep theirs. */
  change(change: RulesChange, by: Actor): FleetRules
}

function read(text: string | undefined): FleetRules | undefined {
  if (text === undefined) return initial
  try {
    return fleetRulesSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Reads the rules. Failure: `store-corrupt` where what is kept is none. */
export function openRules(store: Store, clock: Clock): Result<Rules> {
  const kept = read(store.view.meta(key))
  if (kept === undefined) {
    return fail('store-corrupt', 'The rules of the fleet cannot be read; restore a backup of the database.')
  }
  let current: FleetRules = kept
  return ok({
    current: () => current,
    change: ({ approvalAbove = current.approvalAbove, orderDays = current.orderDays }, by) => {
      const after = fleetRulesSchema.parse({ approvalAbove, orderDays })
      const detail = JSON.stringify({ before: current, after })
      store.transact((tx) => {
        tx.setMeta(key, JSON.stringify(after))
        tx.recordAct({ atMs: clock.nowMs(), ...actedBy(by), act: 'changeRules', subject: '', detail })
      })
      current = after
      return after
    },
  })
}
