// Owns the table of commands: noun, verb, operand, flags, the request each makes and how its answer reads.
// Always holds: usage texts, the parser and the work all follow from this one table; `value` is what --json prints.

import type { AdminConversation, AdminDevice, AdminKeys, AdminShare, AdminUser, AdminWipe } from '../shared/admin.ts'
import { conversationKinds } from '../shared/model.ts'
import type { Result } from '../shared/result.ts'
import { type Command, type CommandContext, defined, need, type Output, shown, yesNo } from './command.ts'
import { policyCommands } from './policy.ts'
import { block, table } from './text.ts'
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
  {
    noun: 'conversations',
    verb: 'create',
    doc: 'Opens a conversation.',
    flags: {
      name: { value: 'TEXT', doc: 'name as people see it', required: true },
      members: { value: 'a,b', doc: 'user names', required: true },
      kind: { value: conversationKinds.join('|'), doc: 'kind of conversation', check: isConversationKind },
      topic: { value: 'TEXT', doc: 'what it is about' },
      space: { value: 'TEXT', doc: 'space it belongs to' },
      labels: { value: 'k=v,k2=v2', doc: 'labels that access rules match', check: isLabels },
    },
    run: async ({ call, flag }) => {
      const members = (flag('members') ?? '').split(',').map((name) => name.trim())
      const body = defined({
        name: flag('name'),
        members: members.filter((name) => name !== ''),
        kind: flag('kind'),
        topic: flag('topic'),
        space: flag('space'),
        labels: parseLabels(flag('labels')),
      })
      return shown(await need(call)('createConversation', { body }), conversationText)
    },
  },
  {
    noun: 'conversations',
    verb: 'list',
    doc: 'Lists every conversation.',
    flags: {},
    run: async ({ call }) =>
      shown(await need(call)('listConversations'), (conversations) =>
        listText(
          ['NAME', 'KIND', 'SPACE', 'MEMBERS', 'EVENTS', 'ID'],
          conversations.map((conversation) => [
            conversation.name,
            conversation.kind,
            conversation.space ?? '',
            String(conversation.members.length),
            String(conversation.headSeq),
            conversation.id,
          ]),
        ),
      ),
  },
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

function isConversationKind(text: string): boolean {
  return conversationKinds.some((kind) => kind === text)
}

function isLabels(text: string): boolean {
  return parseLabels(text) !== undefined
}

/** `k=v,k2=v2`, each label once; a value may hold `=` but no comma. Undefined where it is not that. */
function parseLabels(text: string | undefined): Record<string, string> | undefined {
  if (text === undefined) return undefined
  const labels = new Map<string, string>()
  for (const part of text.split(',')) {
    const at = part.indexOf('=')
    const key = part.slice(0, Math.max(0, at)).trim()
    if (key === '' || labels.has(key)) return undefined
    labels.set(key, part.slice(at + 1).trim())
  }
  return Object.fromEntries(labels)
}

function listText(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? 'none' : table(headings, rows)
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

function conversationText(conversation: AdminConversation): string {
  const labels = Object.entries(conversation.labels ?? {}).map(([key, value]) => `${key}=${value}`)
  return block([
    ['name', conversation.name],
    ['kind', conversation.kind],
    ['space', conversation.space],
    ['labels', labels.length === 0 ? undefined : labels.join(', ')],
    ['members', conversation.members.join(', ')],
    ['events', String(conversation.headSeq)],
    ['id', conversation.id],
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
