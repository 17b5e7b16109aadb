// Owns what the workspace is as a whole: its id, its name, and that its database belongs to its keys.
// Always holds: the id and the feed epoch are made once with the database and never change.

import { makeId, type WorkspaceId, workspaceIdSchema } from '../shared/model.ts'
import { toBase64url } from '../shared/proof.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { Random } from './clock.ts'
import type { Sealing } from './sealing.ts'
import type { Store } from './store/port.ts'

export interface Workspace {
  readonly workspaceId: WorkspaceId
  readonly name: string
  /** Who signs wipe orders, as the person at the desk reads it. */
  readonly operatorName: string
  /** Tells this database's feed cursors from another's. */
  readonly feedEpoch: string
}

/**
 * Reads the workspace, made and named at the first start; later starts keep its names. Failure: `store-corrupt` where
 * the database was sealed with another master key.
 */
export function openWorkspace(
  store: Store,
  sealing: Sealing,
  random: Random,
  names: { readonly workspaceName: string; readonly operatorName: string },
): Result<Workspace> {
  return store.transact((tx) => {
    const kept = (key: string, make: () => string): string => {
      const before = tx.meta(key)
      if (before !== undefined) return before
      const value = make()
      tx.setMeta(key, value)
      return value
    }
    if (kept('keyFingerprint', () => sealing.fingerprint) !== sealing.fingerprint) {
      return fail('store-corrupt', 'The database was sealed with another master key; restore keys/master.key.')
    }
    return ok({
      workspaceId: workspaceIdSchema.parse(kept('workspaceId', () => makeId('workspace', random(20)))),
      name: kept('workspaceName', () => names.workspaceName),
      operatorName: kept('operatorName', () => names.operatorName),
      feedEpoch: kept('feedEpoch', () => toBase64url(random(6))),
    })
  })
}
