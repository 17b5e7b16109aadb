// Owns the people of the workspace: creating, finding, listing and deactivating them, and what they may do beyond talking.
// Always holds: a user name is unique however it is written (NFKC, case); each change takes a new revision, so that
// devices learn of it in order, and stands on the record of acts, made in the same transaction. A person is never deleted:
// the log names them.

import type { z } from 'zod'
import type { AdminUser, createUserSchema } from '../../shared/admin.ts'
import { roles as everyRole, type Role } from '../../shared/fleet.ts'
import { makeId, type Person, type UserId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Access } from '../access/access.ts'
import { type Actor, actedBy } from '../admin/actor.ts'
import type { Clock, Random } from '../clock.ts'
import type { PeopleNews } from '../fleet/news.ts'
import type { FanOut } from '../gateway/fan-out.ts'
import type { Store, StoreTx, StoreView, UserRow } from '../store/port.ts'

export type NewUser = z.infer<typeof createUserSchema>

/** A user name as compared: compatibility forms and case do not matter. */
export function foldUserName(userName: string): string {
  return userName.normalize('NFKC').toLowerCase().normalize('NFKC')
}

/** What devices are told of a person. */
export function toPerson(row: UserRow): Person {
  return {
    userId: row.userId,
    userName: row.userName,
    displayName: row.displayName,
    ...(row.department === undefined ? {} : { department: row.department }),
    ...(row.title === undefined ? {} : { title: row.title }),
    active: row.active,
  }
}

/** Adds a user inside a transaction. Failures: `already-exists`, `not-found` (the manager). */
export function insertUser(tx: StoreTx, input: NewUser, random: Random): Result<UserRow> {
  const foldedName = foldUserName(input.userName)
  if (tx.userByFoldedName(foldedName) !== undefined) {
    return fail('already-exists', `There is a user ${input.userName} already.`)
  }
  const manager = input.manager === undefined ? undefined : tx.userByFoldedName(foldUserName(input.manager))
  if (input.manager !== undefined && manager === undefined) {
    return fail('not-found', `There is no user ${input.manager} to be the manager.`)
  }
  const row: UserRow = {
    userId: makeId('user', random(20)),
    userName: input.userName,
    foldedName,
    displayName: input.displayName,
    department: input.department,
    title: input.title,
    managerId: manager?.userId,
    active: true,
    roles: [],
    revision: tx.nextRevision('directory'),
  }
  tx.insertUser(row)
  return ok(row)
}

/** The rows of these user names, in their order without repeats. Failure: `not-found`, naming those that are missing. */
export function usersNamed(view: StoreView, userNames: readonly string[]): Result<UserRow[]> {
  const rows = new Map<UserId, UserRow>()
  const missing: string[] = []
  for (const userName of userNames) {
    const row = view.userByFoldedName(foldUserName(userName))
    if (row === undefined) missing.push(userName)
    else rows.set(row.userId, row)
  }
  return missing.length === 0 ? ok([...rows.values()]) : fail('not-found', `No such user: ${missing.join(', ')}.`)
}

/** What this user may do beyond talking: nothing once deactivated. */
export function rolesOf(row: UserRow | undefined): readonly Role[] {
  return row?.active === true ? row.roles : []
}

export interface Directory {
  /** Failures: `already-exists`, `not-found` (the manager). */
  createUser(input: NewUser, by: Actor): Result<AdminUser>
  listUsers(): AdminUser[]
  /** Ends the account: its devices are disconnected at once. Repeating it is harmless. Failure: `not-found`. */
  deactivateUser(userName: string, by: Actor): Result<AdminUser>
  /** Sets what the user may do, whole; connected devices are told at once. Failure: `not-found`. */
  setRoles(userName: string, roles: readonly Role[], by: Actor): Result<AdminUser>
}

/** The directory over `store`. */
export function createDirectory(parts: {
  store: Store
  access: Access
  fanOut: FanOut
  news: PeopleNews
  clock: Clock
  random: Random
}): Directory {
  const { store, access, fanOut, news, clock, random } = parts

  function toAdminUser(row: UserRow, nameOf: (userId: UserId) => string | undefined): AdminUser {
    const manager = row.managerId === undefined ? undefined : nameOf(row.managerId)
    return {
      id: row.userId,
      userName: row.userName,
      displayName: row.displayName,
      active: row.active,
      ...(row.department === undefined ? {} : { department: row.department }),
      ...(row.title === undefined ? {} : { title: row.title }),
      ...(manager === undefined ? {} : { manager }),
      roles: [...row.roles],
    }
  }
  const nameOf = (userId: UserId) => store.view.user(userId)?.userName

  function record(tx: StoreTx, by: Actor, act: string, { userId }: UserRow, detail: object): void {
    tx.recordAct({ atMs: clock.nowMs(), ...actedBy(by), act, subject: userId, detail: JSON.stringify(detail) })
  }

  return {
    createUser: (input, by) => {
      const made = store.transact((tx) => {
        const inserted = insertUser(tx, input, random)
        if (inserted.ok) record(tx, by, 'createUser', inserted.value, input)
        return inserted
      })
      if (!made.ok) return made
      access.applyUsers([made.value])
      fanOut.directoryChanged()
      return ok(toAdminUser(made.value, nameOf))
    },
    listUsers: () => {
      const rows = store.view.users()
      const names = new Map(rows.map((row) => [row.userId, row.userName]))
      return rows.map((row) => toAdminUser(row, (userId) => names.get(userId)))
    },
    deactivateUser: (userName, by) => {
      const row = store.view.userByFoldedName(foldUserName(userName))
      if (row === undefined) return fail('not-found', `There is no user ${userName}.`)
      if (!row.active) return ok(toAdminUser(row, nameOf))
      const ended = store.transact((tx) => {
        const changed = { ...row, active: false, revision: tx.nextRevision('directory') }
        tx.updateUser(changed)
        record(tx, by, 'deactivateUser', row, {})
        news.userDeactivated(tx, changed)
        return changed
      })
      access.applyUsers([ended])
      fanOut.userDeactivated(ended.userId)
      fanOut.directoryChanged()
      return ok(toAdminUser(ended, nameOf))
    },
    setRoles: (userName, roles, by) => {
      const row = store.view.userByFoldedName(foldUserName(userName))
      if (row === undefined) return fail('not-found', `There is no user ${userName}.`)
      const wanted = everyRole.filter((role) => roles.includes(role))
      if (wanted.join() === row.roles.join()) return ok(toAdminUser(row, nameOf))
      // Other people's devices show no roles: the directory feed has nothing to tell.
      const changed = { ...row, roles: wanted }
      store.transact((tx) => {
        tx.updateUser(changed)
        record(tx, by, 'setRoles', row, { before: row.roles, after: wanted })
      })
      fanOut.rolesChanged(row.userId, rolesOf(changed))
      return ok(toAdminUser(changed, nameOf))
    },
  }
}
