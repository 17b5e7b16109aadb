// Owns the workspace's policy: what IT decides about desktops, kept with the workspace.
// Always holds: what is answered is durable; a change stands on the record of acts, made in the same transaction; a bound
// that policy does not set is absent, and the product's own applies (shared/limits.ts).

import type { PolicyChange } from '../shared/admin.ts'
import { limits } from '../shared/limits.ts'
import { type Policy, policySchema } from '../shared/model.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import { type Actor, actedBy } from './admin/actor.ts'
import type { Clock } from './clock.ts'
import type { Store } from './store/port.ts'

const key = 'policy'
const initial: Policy = { leaseHours: limits.leaseHours, notifications: 'full', contentProtection: false }

export interface Policies {
  current(): Policy
  /** Changes what `change` names, durable on return; null takes a bound off. Gives the policy from now on. */
  change(change: PolicyChange, by: Actor): Policy
}

/** `before` with `change` applied. */
function changed(before: Policy, change: PolicyChange): Policy {
  const fields = Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined && value !== null)
  return policySchema.parse(Object.fromEntries(fields))
}

function read(text: string | undefined): Policy | undefined {
  if (text === undefined) return initial
  try {
    return policySchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Reads the policy. Failure: `store-corrupt` where what is kept is none. */
export function openPolicies(store: Store, clock: Clock): Result<Policies> {
  const kept = read(store.view.meta(key))
  if (kept === undefined) return fail('store-corrupt', 'The policy cannot be read; restore a backup of the database.')
  let current: Policy = kept
  return ok({
    current: () => current,
    change: (change, by) => {
      const after = changed(current, change)
      const detail = JSON.stringify({ before: current, after })
      store.transact((tx) => {
        tx.setMeta(key, JSON.stringify(after))
        tx.recordAct({ atMs: clock.nowMs(), ...actedBy(by), act: 'changePolicy', subject: '', detail })
      })
      current = after
      return after
    },
  })
}
