// Owns giving this desktop an identity: whether it may have a new one, asking the server for it, beginning anew with it.
// Always holds: an identity of use is never replaced; the proof of an earlier wipe is delivered before the device is given
// another one; a desktop that was signed out goes on with what it has, or not at all.

import type { CallArgs } from '../shared/bridge.ts'
import { type Failure, fail, ok, type Result } from '../shared/result.ts'
import type { enrol } from './session/http.ts'
import type { Session } from './session/session.ts'
import type { Vault } from './vault/vault.ts'
import type { Wipe } from './wipe/run.ts'

export interface EnrolmentParts {
  readonly vault: () => Vault | undefined
  readonly wipe: () => Wipe | undefined
  readonly session: () => Session | undefined
  /** What keeps the app from working at all, until the next start. */
  readonly obstacle: () => Failure | undefined
  readonly enrol: typeof enrol
  readonly device: { readonly deviceName: string; readonly version: string; readonly platform: string }
  readonly nowMs: () => number
  /** The identity is there, and a session begins: with what is here where it `isAgain` the same, else everything goes. */
  readonly begin: (vault: Vault, isAgain: boolean) => Promise<void>
}

/** What a server says to a device that it will never admit again under its present identity. */
const uselessIdentity: ReadonlySet<string> = new Set(['device-unknown', 'device-revoked', 'device-wiped'])

/** Enrols the desktop. Codes: already-enrolled, unavailable, internal, and those of enrol() and of what stands in the way. */
export function createEnrolment(parts: EnrolmentParts): (args: CallArgs<'enroll'>) => Promise<Result<void>> {
  /**
   * Nothing is left to lose: no identity, one that the key store no longer opens, or one the server does not accept. Or
   * nothing will be lost: one that the organisation has signed out.
   */
  function mayEnrol(): Result<void> {
    const obstacle = parts.obstacle()
    if (obstacle && obstacle.code !== 'keystore-changed') return { ok: false, error: obstacle }
    const state = parts.session()?.state()
    const refusal = state && 'problem' in state ? state.problem?.code : undefined
    const useless = refusal !== undefined && uselessIdentity.has(refusal)
    const identity = parts.vault()?.identity()
    const isInUse = identity && !identity.signedOut && !parts.wipe()?.underWay() && !useless
    return isInUse ? fail('already-enrolled') : ok(undefined)
  }

  return async ({ serverUrl, code }) => {
    const allowed = mayEnrol()
    if (!allowed.ok) return allowed
    const vault = parts.vault()
    const wipe = parts.wipe()
    if (!vault) return fail('internal')
    if (wipe?.underWay() && !(await wipe.deliverNow())) return fail('unavailable')
    const isAgain = vault.identity()?.signedOut !== undefined && !wipe?.underWay()
    const enrolled = await parts.enrol(vault, { serverUrl, code, ...parts.device }, parts.nowMs())
    if (!enrolled.ok) return enrolled
    wipe?.forget()
    await parts.begin(vault, isAgain)
    return ok(undefined)
  }
}
