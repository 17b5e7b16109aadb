// Owns those who work over the admin API: the holder of the admin token, and operators with tokens of their own.
// Always holds: of an operator's token the server keeps a keyed hash; a revoked one, and one whose person was deactivated,
// opens nothing; an operator who is a person in the app acts under that person's identity.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { z } from 'zod'
import type { AdminOperator, createOperatorSchema } from '../../shared/admin-operators.ts'
import { limits } from '../../shared/limits.ts'
import { makeId, type OperatorId } from '../../shared/model.ts'
import { toBase64url } from '../../shared/proof.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Clock, Random } from '../clock.ts'
import { foldUserName } from '../directory/directory.ts'
import type { Sealing } from '../sealing.ts'
import type { OperatorRow, Store } from '../store/port.ts'
import { type Actor, actedBy, operatorActor, rootActor } from './actor.ts'

export type NewOperator = z.infer<typeof createOperatorSchema>

export interface Operators {
  /** Who holds this bearer token; undefined: nobody who may do anything. */
  actorOf(token: string): Actor | undefined
  /** With a new token, told this once. Failures: `not-found` (the user), `user-inactive`, `not-allowed` (too many). */
  create(input: NewOperator, by: Actor): Result<AdminOperator & { token: string }>
  /** In order of creation, revoked ones too. */
  list(): AdminOperator[]
  /** Ends the token at once. Repeating it is harmless. Failure: `not-found`. */
  revoke(operatorId: OperatorId, by: Actor): Result<AdminOperator>
}

const digest = (text: string) => createHash('sha256').update(text).digest()
const instant = (atMs: number) => new Date(atMs).toISOString()

export function createOperators(parts: {
  store: Store
  sealing: Sealing
  adminToken: string
  /** Of the workspace: how the holder of the admin token is named. */
  operatorName: string
  clock: Clock
  random: Random
}): Operators {
  const { store, sealing, operatorName, clock, random } = parts
  const rootDigest = digest(parts.adminToken)
  const { view } = store

  function toAdmin(row: OperatorRow): AdminOperator {
    const user = row.userId === undefined ? undefined : view.user(row.userId)?.userName
    return {
      id: row.operatorId,
      name: row.name,
      ...(user !== undefined && { user }),
      createdAt: instant(row.createdAtMs),
      ...(row.revokedAtMs !== undefined && { revokedAt: instant(row.revokedAtMs) }),
    }
  }

  return {
    actorOf: (token) => {
      if (timingSafeEqual(digest(token), rootDigest)) return rootActor(operatorName)
      const row = view.operatorByToken(sealing.tokenHash(token))
      if (row === undefined || row.revokedAtMs !== undefined) return undefined
      if (row.userId !== undefined && view.user(row.userId)?.active !== true) return undefined
      return operatorActor(row.operatorId, row.name, row.userId)
    },
    create: (input, by) => {
      const user = input.user === undefined ? undefined : view.userByFoldedName(foldUserName(input.user))
      if (input.user !== undefined && user === undefined) return fail('not-found', `There is no user ${input.user}.`)
      if (user?.active === false) return fail('user-inactive')
      if (view.operators().filter((row) => row.revokedAtMs === undefined).length >= limits.operators) {
        return fail('not-allowed', `There are at most ${limits.operators} operators.`)
      }
      const token = toBase64url(random(32))
      const row: OperatorRow = {
        operatorId: makeId('operator', random(20)),
        name: input.name,
        tokenHash: sealing.tokenHash(token),
        userId: user?.userId,
        createdAtMs: clock.nowMs(),
        revokedAtMs: undefined,
      }
      const detail = JSON.stringify({ name: row.name, ...(user !== undefined && { userId: user.userId }) })
      store.transact((tx) => {
        tx.insertOperator(row)
        tx.recordAct({ atMs: row.createdAtMs, ...actedBy(by), act: 'createOperator', subject: row.operatorId, detail })
      })
      return ok({ ...toAdmin(row), token })
    },
    list: () => view.operators().map(toAdmin),
    revoke: (operatorId, by) => {
      const row = view.operator(operatorId)
      if (row === undefined) return fail('not-found', 'There is no such operator.')
      if (row.revokedAtMs !== undefined) return ok(toAdmin(row))
      const atMs = clock.nowMs()
      store.transact((tx) => {
        tx.revokeOperator(operatorId, atMs)
        tx.recordAct({ atMs, ...actedBy(by), act: 'revokeOperator', subject: operatorId, detail: '{}' })
      })
      return ok(toAdmin({ ...row, revokedAtMs: atMs }))
    },
  }
}
