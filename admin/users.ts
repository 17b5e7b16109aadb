// Owns the commands of the nouns `users` and `enroll`.
// Always holds: what a flag does not name is not sent.

import type { AdminUser } from '../shared/admin.ts'
import {
  type Command,
  choice,
  defined,
  digestFlag,
  keyFlag,
  need,
  reasonFlag,
  shown,
  toSwitch,
  yesNo,
} from './command.ts'
import { orderText } from './orders.ts'
import { block, listText } from './text.ts'

export const userCommands: readonly Command[] = [
  {
    noun: 'users',
    verb: 'create',
    doc: 'Adds a member of staff.',
    flags: {
      name: { value: 'NAME', doc: 'user name: letters, digits and . _ - @ +', required: true },
      display: { value: 'TEXT', doc: 'name as people see it', required: true },
      department: { value: 'TEXT', doc: 'department' },
      title: { value: 'TEXT', doc: 'rank or job title' },
      manager: { value: 'NAME', doc: 'user name of the manager' },
    },
    run: async ({ call, flag }) =>
      shown(
        await need(call)('createUser', {
          body: defined({
            userName: flag('name'),
            displayName: flag('display'),
            department: flag('department'),
            title: flag('title'),
            manager: flag('manager'),
          }),
        }),
        userText,
      ),
  },
  {
    noun: 'users',
    verb: 'list',
    doc: 'Lists everybody, deactivated people too.',
    flags: {},
    run: async ({ call }) =>
      shown(await need(call)('listUsers'), (users) =>
        listText(
          ['USER', 'NAME', 'DEPARTMENT', 'TITLE', 'MANAGER', 'ROLES', 'ACTIVE', 'ID'],
          users.map((user) => [
            user.userName,
            user.displayName,
            user.department ?? '',
            user.title ?? '',
            user.manager ?? '',
            user.roles.join(', '),
            yesNo(user.active),
            user.id,
          ]),
        ),
      ),
  },
  {
    noun: 'users',
    verb: 'deactivate',
    operand: 'NAME',
    doc: 'Ends a user’s access. Their devices can still be wiped.',
    flags: {},
    run: async ({ call, operand }) =>
      shown(await need(call)('deactivateUser', { params: { userName: operand } }), userText),
  },
  {
    noun: 'users',
    verb: 'role',
    operand: 'NAME',
    needsFlag: true,
    doc: 'Gives or takes the IT role: people with it see and order the fleet in the app. For the admin token alone.',
    flags: { it: choice(['on', 'off'], 'whether the user may see and order the fleet') },
    run: async ({ call, operand, flag }) => {
      const body = { roles: toSwitch(flag('it')) ? ['it'] : [] }
      return shown(await need(call)('setRoles', { params: { userName: operand }, body }), userText)
    },
  },
  {
    noun: 'users',
    verb: 'wipe',
    operand: 'NAME',
    doc: 'Orders every desktop of a user to destroy its keys and cache. Cannot be taken back once issued.',
    flags: { reason: reasonFlag, digest: digestFlag, key: keyFlag },
    run: async ({ call, operand, flag }) => {
      const body = defined({ reason: flag('reason'), digest: flag('digest') })
      const request = { params: { userName: operand }, body, key: flag('key') }
      return shown(await need(call)('wipeUser', request), orderText)
    },
  },
  {
    noun: 'enroll',
    verb: 'create',
    doc: 'Makes a code with which one desktop can be enrolled, once, within minutes.',
    flags: { user: { value: 'NAME', doc: 'user name of the person at the desk', required: true } },
    run: async ({ call, flag }) =>
      shown(await need(call)('createEnrolment', { body: defined({ user: flag('user') }) }), ({ code, expiresAt }) =>
        block([
          ['code', code],
          ['expires', expiresAt],
        ]),
      ),
  },
]

function userText(user: AdminUser): string {
  return block([
    ['user', user.userName],
    ['name', user.displayName],
    ['department', user.department],
    ['title', user.title],
    ['manager', user.manager],
    ['roles', user.roles.length === 0 ? undefined : user.roles.join(', ')],
    ['active', yesNo(user.active)],
    ['id', user.id],
  ])
}
