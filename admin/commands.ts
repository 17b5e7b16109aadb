// Owns the table of commands: noun, verb, operand, flags, the request each makes and how its answer reads.
// Always holds: usage texts, the parser and the work all follow from this one table; `value` is what --json prints.

import type { AdminDevice, AdminKeys, AdminShare, AdminUser, AdminWipe } from '../shared/admin.ts'
import type { Result } from '../shared/result.ts'
import { type Command, type CommandContext, defined, need, type Output, shown, yesNo } from './command.ts'
import { conversationCommands } from './conversations.ts'
import { policyCommands } from './policy.ts'
import { block, listText, table } from './text.ts'
import { readDocuments, readKeys, verifyWipe, type WipeVerdict } from './verification.ts'

export const commands: readonly Command[] = [
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
          ['USER', 'NAME', 'DEPARTMENT', 'TITLE', 'MANAGER', 'ACTIVE', 'ID'],
          users.map((user) => [
            user.userName,
            user.displayName,
            user.department ?? '',
            user.title ?? '',
            user.manager ?? '',
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
  ...conversationCommands,
  {
    noun: 'devices',
    verb: 'list',
    doc: 'Lists every enrolled desktop, when it was last seen and until when it can be read offline.',
    flags: {},
    run: async ({ call }) => shown(await need(call)('listDevices'), devicesText),
  },
  {
    noun: 'devices',
    verb: 'wipe',
    operand: 'ID',
    doc: 'Orders a desktop to destroy its keys and cache, now or when it is next heard of. Cannot be taken back.',
    flags: { reason: { value: 'TEXT', doc: 'shown to the person at the desk', required: true } },
    run: async ({ call, operand, flag }) =>
      shown(
        await need(call)('wipeDevice', { params: { deviceId: operand }, body: defined({ reason: flag('reason') }) }),
        wipeText,
      ),
  },
  {
    noun: 'devices',
    verb: 'rotate',
    operand: 'ID',
    doc: 'Gives a desktop a new server half of its root key and destroys the old one. A desktop whose lease runs out before it connects again loses its cache and what it had not sent.',
    flags: {},
    run: async ({ call, operand }) =>
      shown(await need(call)('rotateDevice', { params: { deviceId: operand } }), shareText),
  },
  ...policyCommands,
  {
    noun: 'wipes',
    verb: 'show',
    operand: 'ID',
    doc: 'Shows how far a wipe has come, with its signed order and receipt.',
    flags: {},
    run: async ({ call, operand }) => shown(await need(call)('showWipe', { params: { wipeId: operand } }), wipeText),
  },
  {
    noun: 'wipes',
    verb: 'verify',
    operand: 'FILE',
    doc: 'Verifies a wipe: the JSON of `wipes show --json`, or one bare compact JWS; - is standard input.',
    flags: {
      keys: { value: 'KEYS.json', doc: 'output of `keys show --json`: then neither server nor token is needed' },
    },
    offlineWith: 'keys',
    run: verify,
  },
  {
    noun: 'keys',
    verb: 'show',
    doc: 'Shows the public keys that verify wipes. Keep a copy: it makes verifying independent of the server.',
    flags: {},
    run: async ({ call }) => shown(await need(call)('showKeys'), keysText),
  },
  {
    noun: 'status',
    doc: 'Tells whether the server answers, its version and how many desktops are connected.',
    flags: {},
    run: async ({ call }) =>
      shown(await need(call)('status'), ({ version, timeMs, connections }) =>
        block([
          ['version', version],
          ['time', new Date(timeMs).toISOString()],
          ['connections', String(connections)],
        ]),
      ),
  },
]

async function verify({
  call,
  operand,
  flag,
  readText,
  verifyDetached,
  nowMs,
}: CommandContext): Promise<Result<Output>> {
  const file = await readText(operand)
  if (!file.ok) return file
  const documents = readDocuments(file.value)
  if (!documents.ok) return documents
  const keysFile = flag('keys')
  let keys: Result<AdminKeys>
  if (keysFile === undefined) {
    keys = await need(call)('showKeys')
  } else {
    const text = await readText(keysFile)
    keys = text.ok ? readKeys(text.value) : text
  }
  if (!keys.ok) return keys
  return shown(verifyWipe(documents.value, keys.value, verifyDetached, nowMs()), verdictText)
}

function userText(user: AdminUser): string {
  return block([
    ['user', user.userName],
    ['name', user.displayName],
    ['department', user.department],
    ['title', user.title],
    ['manager', user.manager],
    ['active', yesNo(user.active)],
    ['id', user.id],
  ])
}

function devicesText(devices: readonly AdminDevice[]): string {
  return listText(
    ['USER', 'NAME', 'STATUS', 'ONLINE', 'LAST SEEN', 'READABLE UNTIL', 'CLIENT', 'PLATFORM', 'ID'],
    devices.map((device) => [
      device.user,
      device.name,
      device.status,
      yesNo(device.connected),
      device.lastSeenAt ?? 'never',
      device.leaseUntil ?? '',
      device.clientVersion,
      device.platform,
      device.id,
    ]),
  )
}

function shareText(share: AdminShare): string {
  return block([
    ['device', share.deviceId],
    ['generation', String(share.generation)],
    ['handed out', share.connected ? 'now' : 'when the desktop connects'],
  ])
}

function wipeText(wipe: AdminWipe): string {
  return block([
    ['wipe', wipe.wipeId],
    ['device', wipe.deviceId],
    ['status', wipe.status],
    ['issued', wipe.issuedAt],
    ['delivered', wipe.deliveredAt],
    ['done', wipe.doneAt],
    ['order', wipe.order],
    ['receipt', wipe.receipt ?? 'none yet'],
  ])
}

function keysText(keys: AdminKeys): string {
  return [
    block([
      ['workspace', keys.workspaceName],
      ['id', keys.workspaceId],
    ]),
    table(
      ['AUTHORITY KEY', 'ED25519 PUBLIC KEY'],
      keys.authority.map((key) => [key.kid, key.publicKey]),
    ),
    keys.devices.length === 0
      ? 'no devices'
      : table(
          ['DEVICE', 'ED25519 PUBLIC KEY'],
          keys.devices.map((device) => [device.deviceId, device.publicKey]),
        ),
  ].join('\n\n')
}

function verdictText(verdict: WipeVerdict): string {
  const { order, receipt } = verdict
  const time = (ms: number | undefined): string | undefined =>
    ms === undefined ? undefined : new Date(ms).toISOString()
  const list = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [[title, ...lines.map((line) => `  - ${line}`)].join('\n')]
  return [
    `Verified: ${order && receipt ? 'order and receipt' : order ? 'order' : 'receipt'}.`,
    block([
      ['wipe', verdict.wipeId],
      ['device', verdict.deviceId],
      ['ordered by', order?.issuedBy],
      ['workspace', order?.workspaceName],
      ['reason', order?.reason],
      ['scope', order?.scope.type],
      ['issued', time(order?.issuedAtMs)],
      ['counter', order?.counter.toString()],
      ['outcome', receipt?.outcome],
      ['keys gone', time(receipt?.keysGoneAtMs)],
      ['finished', time(receipt?.finishedAtMs)],
      ['keys destroyed', receipt?.keysDestroyed.toString()],
      ['files removed', receipt?.filesRemoved.toString()],
      ['bytes removed', receipt?.bytesRemoved.toString()],
      ['files left', receipt?.filesLeft.toString()],
      ['attempts', receipt?.attempts.toString()],
      ['client', receipt?.version],
    ]),
    ...list('Doubts:', verdict.doubts),
    ...list('Proven, if the keys are the right ones:', verdict.proves),
    ...list('Not proven:', verdict.doesNotProve),
  ].join('\n\n')
}
