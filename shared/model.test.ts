// Owns the tests of the shared vocabulary: ids, events that a later version may add to, body text.

import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createExample } from '../testing/example.ts'
import { createRandom } from '../testing/random.ts'
import { normaliseBody } from './body.ts'
import { limits } from './limits.ts'
import {
  clientIdSchema,
  conversationEventSchema,
  conversationIdSchema,
  conversationInfoSchema,
  deviceIdSchema,
  isKnownContent,
  makeId,
  personSchema,
  userIdSchema,
  wipeIdSchema,
  workspaceIdSchema,
} from './model.ts'
import { fail, failureCodes, isFailureCode, ok } from './result.ts'

const schemas = {
  user: userIdSchema,
  device: deviceIdSchema,
  conversation: conversationIdSchema,
  message: clientIdSchema,
  wipe: wipeIdSchema,
  workspace: workspaceIdSchema,
} as const
const kinds = Object.keys(schemas) as (keyof typeof schemas)[]
const example = createExample(5)

describe('ids', () => {
  test('[MOD1] an id made for a kind fits that kind and no other', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 32 }), fc.constantFrom(...kinds), (bytes, kind) => {
        const id = makeId(kind, bytes)
        expect(kinds.filter((each) => schemas[each].safeParse(id).success)).toEqual([kind])
      }),
    )
  })

  test('[MOD1] every one of the 100 bits counts, and fewer than 20 bytes are refused', () => {
    const bytes = createRandom(1).bytes(20)
    const ids = new Set([makeId('user', bytes)])
    for (let at = 0; at < 20; at++) {
      for (let bit = 0; bit < 5; bit++) ids.add(makeId('user', bytes.with(at, (bytes[at] ?? 0) ^ (1 << bit))))
    }
    expect(ids.size).toBe(101)
    expect(() => makeId('user', new Uint8Array(19))).toThrow(RangeError)
  })

  test.each([
    'usr_',
    'usr_0123456789abcdefghj',
    'usr_0123456789abcdefghjkm',
    'usr_0123456789ABCDEFGHJK',
    'usr_0123456789abcdefghji',
    'usr_0123456789abcdefghjk\n',
    ' usr_0123456789abcdefghjk',
    'usr-0123456789abcdefghjk',
    '../usr_0123456789abcdefgh',
  ])('[MOD1] %j is no id', (text) => {
    expect(userIdSchema.safeParse(text).success).toBe(false)
  })
})

describe('events', () => {
  const event = example.event()

  test('[MOD2] what the builders make fits the schemas', () => {
    expect(conversationEventSchema.parse(event)).toEqual(event)
    const people = example.people(3)
    for (const person of people) expect(personSchema.parse(person)).toEqual(person)
    const info = example.conversation({ memberIds: people.map((person) => person.userId) })
    expect(conversationInfoSchema.parse(info)).toEqual(info)
  })

  test('[MOD2] content of an unknown type is kept whole, and known content keeps fields of a later version', () => {
    for (const content of [
      { type: 'poll', question: '幾點？', options: ['一點', '兩點'], nested: { deep: [1, null] } },
      { ...example.messageContent(), replyTo: 4, poll: ['x'] },
      { type: 'left', userId: example.id('user'), why: 'moved' },
    ]) {
      const parsed = conversationEventSchema.parse({ ...event, content })
      expect(parsed.content).toEqual(content)
      expect(isKnownContent(parsed.content)).toBe(content.type !== 'poll')
    }
  })

  test.each([
    [{ type: 'message', body: 'x' }],
    [{ type: 'message', clientId: 'msg_1', body: 'x' }],
    [{ type: 'message', clientId: example.id('message'), body: '' }],
    [{ type: 'message', clientId: example.id('message'), body: 'x'.repeat(limits.bodyChars + 1) }],
    [{ type: 'joined', userIds: 'all' }],
    [{ type: 'left' }],
    [{ type: '' }],
    [{ type: 'x'.repeat(65) }],
    [{ type: 3 }],
    [{}],
    [null],
    ['message'],
  ])('[MOD3] malformed content of a known type does not pass as unknown: %j', (content) => {
    expect(conversationEventSchema.safeParse({ ...event, content }).success).toBe(false)
  })

  test.each([
    [{ seq: 0 }],
    [{ seq: 1.5 }],
    [{ seq: -1 }],
    [{ seq: 2 ** 53 }],
    [{ seq: '1' }],
    [{ atMs: -1 }],
    [{ atMs: 8.64e15 + 1 }],
    [{ actorId: 'root' }],
  ])('[MOD3] an event with %j is refused', (changes) => {
    expect(conversationEventSchema.safeParse({ ...event, ...changes }).success).toBe(false)
  })
})

describe('body text', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom('\n', '\r', '\r\n', '\t', ' ', '\u0000', '\u0085', '\u200d', '\ufeff', '\ud83d', '\udc00', '　'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      fc.constantFrom('中', '𨋢', '👩🏽‍💻', 'e\u0301'),
    ),
  })

  test('[MOD4] normalising twice changes nothing more', () => {
    fc.assert(
      fc.property(text, (body) => {
        expect(normaliseBody(normaliseBody(body))).toBe(normaliseBody(body))
      }),
      {
        numRuns: 1000,
      },
    )
  })

  test('[MOD4] what comes out has LF line ends, no control character, no lone surrogate, no blank line at either end', () => {
    fc.assert(
      fc.property(text, (body) => {
        const kept = normaliseBody(body)
        expect(kept.isWellFormed()).toBe(true)
        expect(kept).not.toMatch(/[^\P{Cc}\n\t]/u)
        expect(kept).not.toMatch(/^[ \t]*\n/)
        expect(kept).toBe(kept.trimEnd())
      }),
      { numRuns: 1000 },
    )
  })

  test('[MOD4] what people write is left as it is', () => {
    for (let i = 0; i < 50; i++) {
      const body = example.body()
      expect(normaliseBody(body)).toBe(body)
    }
    for (const body of ['  indented code\n\tmore', '嘅 咗 冇 𨋢', '👨‍👩‍👧‍👦', 'a\n\n\nb', 'e\u0301', '「」　全形']) {
      expect(normaliseBody(body)).toBe(body)
    }
  })

  test.each([
    ['a\r\nb\rc', 'a\nb\nc'],
    ['\n \n\t\n  x  \n\n', '  x'],
    ['a\u0000b\u0007c\u009bd', 'abcd'],
    ['\ud83dx', '\ufffdx'],
    [' \r\n\t', ''],
    ['\u0000', ''],
  ])('[MOD4] %j becomes %j', (body, expected) => {
    expect(normaliseBody(body)).toBe(expected)
  })

  test('[MOD4] a body is never longer than what was typed', () => {
    fc.assert(
      fc.property(text, (body) => {
        expect(normaliseBody(body).length).toBeLessThanOrEqual(body.length)
      }),
    )
  })
})

describe('failures', () => {
  test('[MOD5] a failure’s message is its code’s meaning unless told, and says nothing else', () => {
    expect(fail('not-found')).toEqual({ ok: false, error: { code: 'not-found', message: failureCodes['not-found'] } })
    expect(fail('rate-limited', 'Wait.', 50)).toEqual({
      ok: false,
      error: { code: 'rate-limited', message: 'Wait.', retryAfterMs: 50 },
    })
    expect(ok(undefined)).toEqual({ ok: true, value: undefined })
  })

  test('[MOD5] codes are kebab-case with a sentence each, and inherited names are no codes', () => {
    for (const [code, meaning] of Object.entries(failureCodes)) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/)
      expect(meaning).toMatch(/^\p{Lu}.*\.$/u)
      expect(isFailureCode(code)).toBe(true)
    }
    for (const name of ['toString', '__proto__', 'constructor', 'hasOwnProperty', ''])
      expect(isFailureCode(name)).toBe(false)
  })

  test('[MOD6] every code is used by a program, and every code that is not is named here', () => {
    const root = path.join(import.meta.dirname, '..')
    const sources = globSync('{shared,main,server,admin,build}/**/*.ts', { cwd: root, exclude: ['**/*.test.ts'] })
      .filter((file) => path.basename(file) !== 'result.ts')
      .map((file) => readFileSync(path.join(root, file), 'utf8'))
      .join('\n')
    const unused = Object.keys(failureCodes).filter((code) => !sources.includes(`'${code}'`))
    expect(unused).toEqual(codesWithoutUse)
  })

  test('[MOD5] the codes once published are still there', () => {
    // Add new ones at will; a name that leaves this list breaks scripts and older clients.
    expect(Object.keys(failureCodes)).toEqual(expect.arrayContaining(publishedCodes))
  })
})

/** Codes kept for older peers that no program of ours answers any more. */
const codesWithoutUse: string[] = []

const publishedCodes = [
  'bad-input',
  'too-large',
  'rate-limited',
  'not-found',
  'not-allowed',
  'already-exists',
  'internal',
  'unavailable',
  'code-unknown',
  'code-used',
  'code-expired',
  'user-inactive',
  'device-unknown',
  'device-revoked',
  'device-wiped',
  'proof-invalid',
  'wrong-server',
  'not-a-server',
  'update-required',
  'store-corrupt',
  'store-too-new',
  'wiped',
  'order-malformed',
  'order-bad-signature',
  'order-wrong-device',
  'order-replayed',
  'receipt-malformed',
  'receipt-bad-signature',
  'port-taken',
  'data-not-writable',
  'data-too-new',
  'wrong-usage',
]
