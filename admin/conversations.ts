// Owns the commands of the noun `conversations`.
// Always holds: what a flag does not name is not sent, so it stays as it is.

import type { AdminConversation } from '../shared/admin.ts'
import { conversationKinds } from '../shared/model.ts'
import { type Command, choice, defined, need, parseNames, shown, toSwitch, yesNo } from './command.ts'
import { block, listText } from './text.ts'

export const conversationCommands: readonly Command[] = [
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
      open: choice(['on', 'off'], 'whether anybody may find and join it; channels only'),
    },
    run: async ({ call, flag }) => {
      const body = defined({
        name: flag('name'),
        members: parseNames(flag('members')),
        kind: flag('kind'),
        topic: flag('topic'),
        space: flag('space'),
        labels: parseLabels(flag('labels')),
        isOpen: toSwitch(flag('open')),
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
          ['NAME', 'KIND', 'SPACE', 'MEMBERS', 'EVENTS', 'OPEN', 'ARCHIVED', 'ID'],
          conversations.map((conversation) => [
            conversation.name,
            conversation.kind,
            conversation.space ?? '',
            String(conversation.members.length),
            String(conversation.headSeq),
            yesNo(conversation.isOpen),
            yesNo(conversation.archived),
            conversation.id,
          ]),
        ),
      ),
  },
  {
    noun: 'conversations',
    verb: 'change',
    operand: 'ID',
    needsFlag: true,
    doc: 'Renames, opens or archives a conversation. What is not named stays.',
    flags: {
      name: { value: 'TEXT', doc: 'name as people see it' },
      topic: { value: 'TEXT', doc: 'what it is about; empty for nothing' },
      open: choice(['on', 'off'], 'whether anybody may find and join it; channels only'),
      archived: choice(['on', 'off'], 'whether it is only read from now on'),
    },
    run: async ({ call, operand, flag }) => {
      const body = defined({
        name: flag('name'),
        topic: flag('topic'),
        isOpen: toSwitch(flag('open')),
        archived: toSwitch(flag('archived')),
      })
      const request = { params: { conversationId: operand }, body }
      return shown(await need(call)('changeConversation', request), conversationText)
    },
  },
  {
    noun: 'conversations',
    verb: 'invite',
    operand: 'ID',
    doc: 'Brings people into a conversation; they can read all of it.',
    flags: { members: { value: 'a,b', doc: 'user names', required: true } },
    run: async ({ call, operand, flag }) => {
      const request = { params: { conversationId: operand }, body: { members: parseNames(flag('members')) } }
      return shown(await need(call)('addMembers', request), conversationText)
    },
  },
  {
    noun: 'conversations',
    verb: 'remove',
    operand: 'ID',
    doc: 'Takes a person out of a conversation; what their desktops hold of it is destroyed.',
    flags: { member: { value: 'NAME', doc: 'user name', required: true } },
    run: async ({ call, operand, flag }) => {
      const params = { conversationId: operand, userName: flag('member') ?? '' }
      return shown(await need(call)('removeMember', { params }), conversationText)
    },
  },
]

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

function conversationText(conversation: AdminConversation): string {
  const labels = Object.entries(conversation.labels ?? {}).map(([key, value]) => `${key}=${value}`)
  return block([
    ['name', conversation.name],
    ['kind', conversation.kind],
    ['topic', conversation.topic],
    ['space', conversation.space],
    ['labels', labels.length === 0 ? undefined : labels.join(', ')],
    ['members', conversation.members.join(', ')],
    ['open', yesNo(conversation.isOpen)],
    ['archived', yesNo(conversation.archived)],
    ['events', String(conversation.headSeq)],
    ['id', conversation.id],
  ])
}
