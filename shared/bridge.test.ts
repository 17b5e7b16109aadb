// Owns the tests of the bridge contract: strict arguments and results, no secret fields, a description that is JSON Schema.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createExample, exampleTimeMs } from '../testing/example.ts'
import {
  callNames,
  calls,
  callsWithoutCache,
  defaultSettings,
  describeBridge,
  eventNames,
  isCallName,
  messageViewSchema,
  sessionStates,
  sessionViewSchema,
  settingsSchema,
  wipeNoticeSchema,
} from './bridge.ts'
import { limits } from './limits.ts'

const example = createExample(11)
const conversationId = example.id('conversation')
const clientId = example.id('message')
const userId = example.id('user')
const fileId = example.id('file')
const deviceId = example.id('device')
const orderId = example.id('order')
const wipeId = example.id('wipe')
const thumbnail = { mediaType: 'image/webp', data: 'AAAA', widthPx: 640, heightPx: 480 } as const
const mentions = [{ type: 'person', start: 0, end: 3, userId } as const]

/** Arguments of every call, complete. */
const goodArgs: { [N in keyof typeof calls]: z.input<(typeof calls)[N]['args']> } = {
  listDevices: { filter: { text: '陳' }, sort: { by: 'seen', descending: true }, from: 0, limit: 50 },
  showDevice: { deviceId },
  tryOrder: { kind: 'wipe', target: { type: 'user', userId } },
  giveOrder: { kind: 'wipe', target: { type: 'devices', deviceIds: [deviceId] }, reason: '離職 leaver', digest: 'x' },
  decideOrder: { orderId, approve: true },
  listOrders: { cursor: '1' },
  showOrder: { orderId, from: 0, limit: 50 },
  showWipe: { wipeId },
  saveWipeProof: { wipeId, form: 'certificate' },
  dismissConversationsWiped: {},
  getSession: {},
  enroll: { serverUrl: 'https://chat.harbour.example', code: 'ABCD-EFGH-JKMN' },
  listConversations: {},
  readConversation: { conversationId, before: 51, limit: 50 },
  sendMessage: {
    conversationId,
    body: '@陳生 早晨',
    clientId,
    fileIds: [fileId],
    mentions,
    threadSeq: 3,
    quoteSeq: 4,
    forward: { conversationId, seq: 5 },
  },
  editMessage: { conversationId, seq: 5, body: '@陳生 早晨', mentions },
  deleteMessage: { conversationId, seq: 5 },
  react: { conversationId, seq: 5, emoji: '👍🏽', on: true },
  readThread: { conversationId, rootSeq: 5 },
  readEdits: { conversationId, seq: 5 },
  seqAt: { conversationId, atMs: exampleTimeMs },
  loadBack: { conversationId, seq: 5 },
  createConversation: { kind: 'channel', name: '財資部', topic: '每日匯報', isOpen: true, memberIds: [userId] },
  changeConversation: { conversationId, name: '財資', topic: '', isOpen: false, archived: true },
  joinConversation: { conversationId },
  leaveConversation: { conversationId },
  inviteMembers: { conversationId, userIds: [userId] },
  removeMember: { conversationId, userId },
  browseConversations: { text: '財', cursor: 'x' },
  setPrefs: { conversationId, muted: true, pinned: false, unreadFromSeq: 7 },
  setView: { conversationId, people: [userId] },
  noteTyping: { conversationId, threadSeq: 5 },
  pickFiles: { conversationId },
  attachFile: { conversationId, name: '合約.pdf', mediaType: 'application/pdf', bytes: 12 },
  appendFile: { fileId, offset: 0, data: 'AAAA' },
  listAttachments: { conversationId },
  setThumbnail: { fileId, thumbnail },
  detachFile: { fileId },
  fetchFile: { fileId },
  cancelFile: { fileId },
  inspectFile: { fileId },
  readFile: { fileId, offset: 0, length: 1024 },
  openFile: { fileId },
  saveFile: { fileId },
  retryMessage: { clientId },
  discardMessage: { clientId },
  markRead: { conversationId, seq: 3 },
  listPeople: {},
  search: { text: '報告', conversationId, cursor: 'x' },
  setSettings: {
    theme: 'dark',
    language: 'zh-Hant-HK',
    listWidthPx: 300,
    lockAfterMinutes: 5,
    notify: 'mentions',
    quietHours: { fromMinute: 1320, toMinute: 480 },
  },
  retryConnection: {},
  openLink: { url: 'https://intranet.example/' },
  saveDraft: { conversationId, text: '未寫完' },
  lock: {},
  unlock: { passphrase: 'correct horse' },
  setPassphrase: { current: 'correct horse', next: 'battery staple' },
  noteActivity: {},
  dismissCacheNotice: {},
}
/** Arguments by which null takes something off. */
const canBeNull: ReadonlySet<string> = new Set(['unreadFromSeq', 'quietHours'])
const table = callNames.map((name) => [name, goodArgs[name], calls[name].args as z.ZodType] as const)

describe('arguments', () => {
  test('[BRG1] every host serves the calls and events that scripts and tests rely on', () => {
    expect(callNames).toEqual(
      expect.arrayContaining(['getSession', 'listConversations', 'readConversation', 'sendMessage', 'search']),
    )
    expect(eventNames).toEqual(
      expect.arrayContaining(['sessionChanged', 'conversationsChanged', 'messagesChanged', 'wiped']),
    )
    for (const name of callsWithoutCache) expect(isCallName(name)).toBe(true)
  })

  test.each(['toString', '__proto__', 'constructor', 'GetSession', ''])('[BRG1] %j is no call', (name) => {
    expect(isCallName(name)).toBe(false)
  })

  test.each(table)('[BRG2] %s takes its arguments and nothing beside them', (_, args, schema) => {
    expect(schema.parse(args)).toEqual(args)
    expect(schema.safeParse({ ...args, extra: 1 }).success).toBe(false)
    expect(
      schema.safeParse(JSON.parse(JSON.stringify(args).replace('{', '{"__proto__":{"a":1},').replace(',}', '}')))
        .success,
    ).toBe(false)
  })

  test.each(table)('[BRG2] %s refuses what is not an object', (_, _args, schema) => {
    for (const value of [undefined, null, [], 'x', 1, true, () => ({}), Symbol('x'), 1n]) {
      expect(schema.safeParse(value).success).toBe(false)
    }
  })

  test.each(table)('[BRG2] %s refuses each argument of a wrong type', (_, args, schema) => {
    for (const [name, good] of Object.entries(args)) {
      for (const value of [null, [], {}, true, Number.NaN, Number.POSITIVE_INFINITY, '\ud800'.repeat(20_000)]) {
        if (typeof value === typeof good && typeof good === 'boolean') continue
        if (value === null && canBeNull.has(name)) continue
        // A filter of nothing is one.
        if (name === 'filter' && JSON.stringify(value) === '{}') continue
        // An empty list is a list.
        if (Array.isArray(value) && Array.isArray(good)) continue
        expect(schema.safeParse({ ...args, [name]: value }).success, name).toBe(false)
      }
    }
  })

  test.each(table)('[BRG2] %s never throws while parsing', (_, args, schema) => {
    const keys = Object.keys(args)
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(fc.constantFrom('x', ...keys), fc.string()), fc.anything()), (changes) => {
        expect(typeof schema.safeParse({ ...args, ...changes }).success).toBe('boolean')
      }),
    )
  })

  test('[BRG3] the limits hold', () => {
    const refused: readonly (readonly [keyof typeof calls, object])[] = [
      ['readConversation', { conversationId, limit: 0 }],
      ['readConversation', { conversationId, limit: limits.pageMessages + 1 }],
      ['readConversation', { conversationId, limit: 1.5 }],
      ['readConversation', { conversationId, limit: 10, before: 0 }],
      ['sendMessage', { conversationId, body: '', fileIds: [] }],
      ['react', { conversationId, seq: 5, emoji: 'ok', on: true }],
      ['react', { conversationId, seq: 5, emoji: '👍👍', on: true }],
      ['readFile', { fileId, offset: 0, length: limits.fileSliceBytes + 1 }],
      ['appendFile', { fileId, offset: 0, data: 'A'.repeat(Math.ceil(limits.fileSliceBytes / 3) * 4 + 1) }],
      ['attachFile', { conversationId, name: 'x', mediaType: 'x', bytes: limits.fileBytes + 1 }],
      ['setView', { people: Array.from({ length: limits.watchedPeople + 1 }, () => userId) }],
      ['setThumbnail', { fileId, thumbnail: { ...thumbnail, data: '<svg>' } }],
      ['setThumbnail', { fileId, thumbnail: { ...thumbnail, mediaType: 'image/svg+xml' } }],
      ['sendMessage', { conversationId, body: '字'.repeat(limits.bodyChars + 1) }],
      ['sendMessage', { conversationId: 'cnv_1', body: 'x' }],
      ['search', { text: '' }],
      ['search', { text: 'x'.repeat(limits.searchChars + 1) }],
      ['openLink', { url: `https://${'x'.repeat(2048)}` }],
      ['setSettings', { listWidthPx: 10 }],
      ['setSettings', { theme: 'pink' }],
      ['enroll', { serverUrl: 'https://a', code: 'x'.repeat(65) }],
    ]
    for (const [name, args] of refused)
      expect(calls[name].args.safeParse(args).success, JSON.stringify(args).slice(0, 80)).toBe(false)
    expect(calls.setSettings.args.safeParse({}).success).toBe(true)
    expect(settingsSchema.parse(defaultSettings)).toEqual(defaultSettings)
  })

  test('[BRG3] the longest slice of a file fits the size limit of a call', () => {
    const args = { fileId, offset: limits.fileBytes, data: 'A'.repeat(Math.ceil(limits.fileSliceBytes / 3) * 4) }
    expect(calls.appendFile.args.safeParse(args).success).toBe(true)
    expect(Buffer.byteLength(JSON.stringify({ id: 1, call: 'appendFile', args }))).toBeLessThanOrEqual(
      limits.bridgeCallBytes,
    )
  })

  test('[BRG3] a longest message fits the size limit of a call', () => {
    for (const letter of ['字', '\u0001']) {
      const args = { conversationId, clientId, body: letter.repeat(limits.bodyChars) }
      expect(Buffer.byteLength(JSON.stringify({ id: 1, call: 'sendMessage', args }))).toBeLessThanOrEqual(
        limits.bridgeCallBytes,
      )
    }
  })
})

describe('results', () => {
  const session = {
    state: 'live',
    host: 'headless',
    version: '0.1.0',
    settings: defaultSettings,
    systemLanguages: [],
    queued: 0,
    appLock: { enabled: true, locked: false, lockAfterMinutes: 15 },
    may: { forward: true, takeFiles: true, edit: true, delete: true },
    roles: ['it'],
  }
  const notice = {
    wipeId: example.id('wipe'),
    workspaceName: '海灣行',
    issuedBy: 'IT',
    reason: '遺失',
    issuedAtMs: exampleTimeMs,
    receipt: 'not-yet',
  }

  test('[BRG4] results and payloads are strict: a field that is not in the contract cannot slip across', () => {
    expect(sessionViewSchema.parse(session)).toEqual(session)
    expect(sessionViewSchema.safeParse({ ...session, rootKey: 'x' }).success).toBe(false)
    expect(wipeNoticeSchema.parse(notice)).toEqual(notice)
    expect(wipeNoticeSchema.safeParse({ ...notice, deviceKey: 'x' }).success).toBe(false)
    const message = {
      key: clientId,
      senderId: example.id('user'),
      senderName: '陳大文',
      mine: false,
      atMs: exampleTimeMs,
      content: { type: 'text', text: 'x' },
      delivery: { state: 'sent' },
    }
    expect(messageViewSchema.parse(message)).toEqual(message)
    for (const changes of [
      { token: 1 },
      { content: { type: 'text', text: 'x', html: '<b>' } },
      { delivery: { state: 'sent', path: '/' } },
    ]) {
      expect(messageViewSchema.safeParse({ ...message, ...changes }).success).toBe(false)
    }
  })

  test('[BRG4] every object that crosses, at every depth, is closed', () => {
    for (const [place, schema] of objectsOf(describeBridge())) {
      expect(schema.additionalProperties, place).toBe(false)
    }
  })

  test('[BRG4] no name in the contract speaks of a key, token, path, secret or SQL', () => {
    const names = [...objectsOf(describeBridge())].flatMap(([, schema]) => Object.keys(schema.properties ?? {}))
    // `key` of a message is its place in a list, named so after React; it is an id.
    const forbidden = /secret|token|pass|path|sql|seed|nonce|share|key/i
    // `passphrase` is what the user has just typed: it goes in, and comes out nowhere.
    const inwards = [...objectsOf(describeBridge())].filter(([place]) => place === '/calls/unlock/args')
    expect(inwards.map(([, schema]) => Object.keys(schema.properties ?? {}))).toEqual([['passphrase']])
    const allowed = ['key', 'passphrase']
    expect(names.filter((name) => !allowed.includes(name) && forbidden.test(name))).toEqual([])
    expect(names.filter((name) => name === 'passphrase')).toHaveLength(1)
    expect(names.length).toBeGreaterThan(50)
  })

  test('[BRG4] the session’s states are those of the session machine', () => {
    expect(sessionStates).toEqual([
      'signed-out',
      'locked',
      'offline',
      'connecting',
      'handshaking',
      'catching-up',
      'live',
      'update-required',
      'wiping',
      'wiped',
    ])
  })
})

describe('description', () => {
  const described = z
    .strictObject({
      calls: z.record(z.string(), z.strictObject({ doc: z.string(), args: z.unknown(), result: z.unknown() })),
      events: z.record(z.string(), z.strictObject({ doc: z.string(), payload: z.unknown() })),
    })
    .parse(describeBridge())

  test('[BRG5] names every call and event, each with a sentence', () => {
    expect(Object.keys(described.calls)).toEqual([...callNames])
    expect(Object.keys(described.events)).toEqual([...eventNames])
    for (const { doc } of [...Object.values(described.calls), ...Object.values(described.events)]) {
      expect(doc).toMatch(/^\p{Lu}.*\.$/u)
    }
  })

  test('[BRG5] is plain JSON', () => {
    const description = describeBridge()
    expect(JSON.parse(JSON.stringify(description))).toEqual(description)
  })

  test('[BRG5] is JSON Schema 2020-12 of known keywords, with patterns that compile', () => {
    const all = [
      ...Object.values(described.calls).flatMap((call) => [call.args, call.result]),
      ...Object.values(described.events).map((event) => event.payload),
    ]
    for (const schema of all) {
      expect(schema).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' })
      checkSchema(schema, '#')
    }
  })

  test('[BRG5] read back as a schema, it accepts the arguments of every call and refuses one more', () => {
    for (const name of callNames) {
      const schema = z.fromJSONSchema(described.calls[name]?.args as z.core.JSONSchema.JSONSchema)
      expect(schema.safeParse(goodArgs[name]).success, name).toBe(true)
      expect(schema.safeParse({ ...goodArgs[name], extra: 1 }).success, name).toBe(false)
    }
  })
})

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, unknown>>
  readonly additionalProperties?: unknown
}

/** Every JSON Schema of type object inside a value, with its place. */
function* objectsOf(value: unknown, place = ''): Generator<readonly [string, ObjectSchema]> {
  if (typeof value !== 'object' || value === null) return
  if ('type' in value && value.type === 'object') yield [place, value as ObjectSchema]
  for (const [key, inner] of Object.entries(value)) yield* objectsOf(inner, `${place}/${key}`)
}

const keywords: Readonly<Record<string, (value: unknown, place: string) => unknown>> = {
  $schema: (value) => expect(value).toBeTypeOf('string'),
  type: (value) => expect(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']).toContain(value),
  properties: (value, place) => {
    for (const [name, schema] of Object.entries(value as object)) checkSchema(schema, `${place}/${name}`)
  },
  required: (value) => expect(new Set(value as string[]).size).toBe((value as string[]).length),
  additionalProperties: (value) => expect(value).toBe(false),
  // A tuple says with `false` that nothing follows its items.
  items: (value, place) => value !== false && checkSchema(value, place),
  prefixItems: (value, place) => {
    for (const schema of value as unknown[]) checkSchema(schema, place)
  },
  anyOf: (value, place) => {
    for (const schema of value as unknown[]) checkSchema(schema, place)
  },
  oneOf: (value, place) => {
    for (const schema of value as unknown[]) checkSchema(schema, place)
  },
  enum: (value) => expect(value).toBeInstanceOf(Array),
  const: (value) => expect(value).toBeDefined(),
  pattern: (value) => expect(() => new RegExp(value as string, 'u')).not.toThrow(),
  minLength: isCount,
  maxLength: isCount,
  minItems: isCount,
  maxItems: isCount,
  minimum: isNumber,
  maximum: isNumber,
}

function isCount(value: unknown): void {
  expect(Number.isInteger(value) && (value as number) >= 0).toBe(true)
}

function isNumber(value: unknown): void {
  expect(Number.isFinite(value)).toBe(true)
}

function checkSchema(schema: unknown, place: string): void {
  expect(schema, place).toBeTypeOf('object')
  for (const [keyword, value] of Object.entries(schema as object)) {
    const check = Object.hasOwn(keywords, keyword) ? keywords[keyword] : undefined
    expect(check, `${place}: ${keyword}`).toBeDefined()
    check?.(value, place)
  }
}
