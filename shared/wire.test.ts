// Owns the tests of the wire contract: what both directions accept, what hostile text does, texts that are signed.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createExample } from '../testing/example.ts'
import { downFrames, upFrames } from '../testing/frames.ts'
import { limits } from './limits.ts'
import {
  authProofText,
  enrolProofText,
  enrolRequestSchema,
  normaliseEnrolCode,
  type Parsed,
  parseDownFrame,
  parseUpFrame,
  problemSchema,
  welcomeProofText,
} from './wire.ts'

const example = createExample(42)
const up = upFrames(example)
const down = downFrames(example)
const upList = Object.values(up)
const downList = Object.values(down)
const json = JSON.stringify

describe('frames', () => {
  test.each(upList.map((frame) => [frame.type, frame] as const))(
    '[WIR1] up %s is read as it was written',
    (_, frame) => {
      expect(parseUpFrame(json(frame))).toEqual({ type: 'frame', frame })
    },
  )

  test.each(downList.map((frame) => [frame.type, frame] as const))(
    '[WIR1] down %s is read as it was written',
    (_, frame) => {
      expect(parseDownFrame(json(frame))).toEqual({ type: 'frame', frame })
    },
  )

  test.each(upList.map((frame) => [frame.type, frame] as const))(
    '[WIR2] up %s with a field more is malformed',
    (_, frame) => {
      expect(parseUpFrame(json({ ...frame, later: 1 })).type).toBe('malformed')
      expect(parseUpFrame(json(frame).replace('{', '{"__proto__":{"x":1},')).type).toBe('malformed')
    },
  )

  test('[WIR2] strictness reaches into the frame', () => {
    expect(parseUpFrame(json({ ...up.pull, from: { after: 1, before: 2 } })).type).toBe('malformed')
    expect(parseUpFrame(json({ ...up.pull, from: {} })).type).toBe('malformed')
    expect(parseUpFrame(json({ ...up.pull, from: { before: 0 } })).type).toBe('malformed')
  })

  test.each(downList.map((frame) => [frame.type, frame] as const))(
    '[WIR3] down %s with fields of a later version is read, and known fields are unchanged',
    (_, frame) => {
      expect(parseDownFrame(json(deepen(frame)))).toMatchObject({ type: 'frame', frame })
    },
  )

  test('[WIR3] an unknown type from a server is told apart, shortened; from a client it is malformed', () => {
    for (const type of ['whisper', 'toString', '__proto__', '', 'x'.repeat(5000)]) {
      expect(parseDownFrame(json({ type, body: 'y' }))).toEqual({ type: 'unknown', frameType: type.slice(0, 64) })
      expect(parseUpFrame(json({ type, body: 'y' })).type).toBe('malformed')
    }
    for (const frame of upList) {
      // These two have a namesake in the other direction.
      if (frame.type !== 'ping' && frame.type !== 'typing') expect(parseDownFrame(json(frame)).type).toBe('unknown')
    }
    for (const frame of downList) expect(parseUpFrame(json(frame)).type).toBe('malformed')
  })

  test.each([
    '',
    ' ',
    'null',
    'true',
    '[]',
    '[{"type":"ping"}]',
    '"ping"',
    '1',
    '{',
    '{}',
    '{"type":1}',
    '{"type":null}',
    '\ufeff{"type":"ping"}',
  ])('[WIR4] %j is malformed both ways', (text) => {
    expect(parseUpFrame(text).type).toBe('malformed')
    expect(parseDownFrame(text).type).toBe('malformed')
  })

  test.each([
    ['send without a body', { ...up.send, body: '' }],
    ['send of a body too long', { ...up.send, body: '字'.repeat(limits.bodyChars + 1) }],
    ['pull of a page too large', { ...up.pull, limit: limits.eventsPerPage + 1 }],
    ['pull of nothing', { ...up.pull, limit: 0 }],
    ['pull with a broken id', { ...up.pull, id: 0.5 }],
    ['auth with a short proof', { ...up.auth, proof: up.auth.proof.slice(1) }],
    ['auth with another alphabet', { ...up.auth, clientNonce: `+${up.auth.clientNonce.slice(1)}` }],
    ['auth with a long cursor', { ...up.auth, accessCursor: 'x'.repeat(65) }],
    ['receipt too long', { ...up.receipt, receipt: `${'A'.repeat(limits.receiptBytes)}.A.A` }],
    ['receipt of two parts', { ...up.receipt, receipt: 'AA.AA' }],
    ['read of a negative seq', { ...up.read, seq: -1 }],
  ])('[WIR4] %s is malformed', (_, frame) => {
    expect(parseUpFrame(json(frame)).type).toBe('malformed')
  })

  test('[WIR4] one malformed event makes its page malformed: nothing is dropped silently', () => {
    const [first, ...rest] = down.events.events
    const broken = { ...down.events, events: [{ ...first, content: { type: 'message' } }, ...rest] }
    expect(parseDownFrame(json(broken)).type).toBe('malformed')
  })

  test('[WIR4] a longest message fits the limit of a client frame', () => {
    for (const letter of ['字', '\u0001', '𨋢', '"']) {
      const body = letter.repeat(limits.bodyChars / letter.length)
      expect(parseUpFrame(json({ ...up.send, body })).type).toBe('frame')
      expect(Buffer.byteLength(json({ ...up.send, body }))).toBeLessThanOrEqual(limits.clientFrameBytes)
    }
  })

  test('[WIR4] a page of longest messages fits the limit of a frame, unless it is a page of escapes', () => {
    const content = { ...example.messageContent(), body: '字'.repeat(limits.bodyChars) }
    const size = Buffer.byteLength(json(example.event({ content })))
    // The server cuts pages by bytes as well as by count; this says how many of the longest fit.
    expect(Math.floor(limits.frameBytes / size)).toBeGreaterThanOrEqual(80)
  })
})

describe('hostile text', () => {
  const CANARY = 'CaNaRy密7f3'
  const frames = [...upList, ...downList]
  const anyFrame = fc.constantFrom(...frames)

  function holdsNoValue(parsed: Parsed<unknown>): void {
    if (parsed.type === 'malformed') expect(parsed.reason).not.toContain(CANARY)
  }

  test('[WIR5] no text makes the parsers throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.json(),
          fc.json().map((value) => `{"type":"send","body":${value}}`),
        ),
        (text) => {
          expect(['frame', 'unknown', 'malformed']).toContain(parseUpFrame(text).type)
          expect(['frame', 'unknown', 'malformed']).toContain(parseDownFrame(text).type)
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('[WIR5] real frames with characters changed, cut or doubled never throw', () => {
    fc.assert(
      fc.property(
        anyFrame,
        fc.nat(),
        fc.nat({ max: 40 }),
        fc.string({ unit: 'binary', maxLength: 4 }),
        (frame, from, cut, put) => {
          const text = json(frame)
          const at = from % (text.length + 1)
          const changed = text.slice(0, at) + put + text.slice(at + cut)
          for (const parsed of [parseUpFrame(changed), parseDownFrame(changed)]) {
            expect(['frame', 'unknown', 'malformed']).toContain(parsed.type)
          }
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('[WIR5] real frames with a value replaced never throw, and a reason holds no value of the frame', () => {
    const value = fc.oneof(
      fc.constantFrom<unknown>(
        CANARY,
        null,
        [],
        {},
        -1,
        1e308,
        '',
        true,
        [CANARY],
        { [CANARY]: CANARY },
        { type: CANARY },
      ),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(anyFrame, fc.nat(), value, (frame, which, put) => {
        const paths = pathsOf(frame)
        const changed = json(replaceAt(frame, paths[which % paths.length] ?? [], put))
        holdsNoValue(parseUpFrame(changed))
        holdsNoValue(parseDownFrame(changed))
      }),
      { numRuns: 3000 },
    )
  })

  test('[WIR6] a reason names places and kinds of fault, never what stood there', () => {
    const cases = [
      { ...up.send, body: { text: CANARY } },
      { ...up.send, [CANARY]: 1 },
      { ...up.send, conversationId: CANARY },
      { type: 'pull', from: { [CANARY]: CANARY } },
      { ...down.event, event: { ...down.event.event, content: { type: 'message', body: [CANARY] } } },
      { ...down.policy, policy: { ...down.policy.policy, notifications: CANARY } },
    ]
    for (const frame of cases) {
      const both = [parseUpFrame(json(frame)), parseDownFrame(json(frame))]
      expect(both.some((parsed) => parsed.type === 'malformed')).toBe(true)
      for (const parsed of both) holdsNoValue(parsed)
    }
    expect(parseUpFrame(json({ ...up.send, body: '' }))).toEqual({ type: 'malformed', reason: 'body: too_small' })
    expect(parseUpFrame(`${CANARY}{`)).toEqual({ type: 'malformed', reason: 'not a JSON object with a type' })
  })

  test('[WIR6] a reason is short however much is wrong', () => {
    const events = Array.from({ length: 500 }, () => ({ seq: 'x' }))
    const parsed = parseDownFrame(json({ ...down.events, events }))
    expect(parsed.type === 'malformed' && parsed.reason.length).toBeLessThan(300)
  })

  test('[WIR6] deep nesting and a polluted prototype do no harm', () => {
    const deep = '['.repeat(50_000) + ']'.repeat(50_000)
    const nested = json({ ...down.event }).replace('"type":"message"', `"deep":${deep},"type":"message"`)
    expect(parseDownFrame(nested).type).toBe('frame')
    expect(parseUpFrame(`{"type":"ping","x":${deep}}`).type).toBe('malformed')
    const polluted = parseDownFrame(
      json(down.event).replace('"content":{', '"content":{"__proto__":{"polluted":true},'),
    )
    expect(polluted.type).not.toBe('unknown')
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
    if (polluted.type === 'frame' && polluted.frame.type === 'event') {
      expect((polluted.frame.event.content as { polluted?: boolean }).polluted).toBeUndefined()
    }
  })
})

describe('enrolment', () => {
  const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  const code = fc.string({
    unit: fc.constantFrom(...crockford),
    minLength: limits.enrolCodeChars,
    maxLength: limits.enrolCodeChars,
  })

  test('[WIR7] however a code is typed, the same code is compared', () => {
    const spellings: Readonly<Record<string, readonly string[]>> = {
      '0': ['0', 'O', 'o'],
      '1': ['1', 'I', 'l', 'L', 'i'],
    }
    fc.assert(
      fc.property(code, fc.infiniteStream(fc.nat()), (text, numbers) => {
        const next = (below: number): number => (numbers.next().value as number) % below
        const typed = [...text]
          .map((letter) => {
            const ways = [...(spellings[letter] ?? [letter, letter.toLowerCase()]), fullWidth(letter)]
            return (ways[next(ways.length)] ?? '') + (['', '', '-', ' ', '–', '\u00a0', '　', '_', '\n'][next(9)] ?? '')
          })
          .join('')
        expect(normaliseEnrolCode(` ${typed}\t`)).toBe(text)
      }),
    )
  })

  test('[WIR7] normalising ASCII twice changes nothing more, and never merges two codes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), code, code, (text, one, two) => {
        expect(normaliseEnrolCode(normaliseEnrolCode(text))).toBe(normaliseEnrolCode(text))
        if (one !== two) expect(normaliseEnrolCode(one)).not.toBe(normaliseEnrolCode(two))
      }),
    )
  })

  test('[WIR7] an enrolment request is strict', () => {
    const request = {
      code: 'ABCD-EFGH-JKMN',
      devicePublicKey: up.auth.clientNonce,
      proof: up.auth.proof,
      deviceName: '陳大文的電腦',
      platform: 'darwin-arm64',
      clientVersion: '0.1.0',
    }
    expect(enrolRequestSchema.parse(request)).toEqual(request)
    for (const changes of [
      { admin: true },
      { code: '' },
      { code: 'x'.repeat(65) },
      { proof: '' },
      { deviceName: '' },
      { devicePublicKey: 'AA' },
    ]) {
      expect(enrolRequestSchema.safeParse({ ...request, ...changes }).success).toBe(false)
    }
  })

  test('[WIR7] a problem of a newer server is still a problem', () => {
    const problem = { type: 'about:blank', title: 'No.', status: 409, code: 'code-of-the-future' }
    expect(problemSchema.parse({ ...problem, instance: '/x' })).toEqual(problem)
  })
})

describe('signed texts', () => {
  test('[WIR8] no text signed for one purpose serves another, and different facts give different texts', () => {
    const origin = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 })
    const facts = fc.record({
      origin,
      deviceId: fc.constantFrom(example.id('device'), example.id('device')),
      nonce: fc.constantFrom(up.auth.clientNonce, down.hello.nonce),
    })
    fc.assert(
      fc.property(facts, facts, fc.string(), (one, two, code) => {
        const auth = authProofText(one.origin, one.deviceId, one.nonce)
        const welcome = welcomeProofText(two.origin, two.deviceId, two.nonce)
        const enrol = enrolProofText(normaliseEnrolCode(code), two.nonce)
        expect(new Set([auth, welcome, enrol]).size).toBe(3)
        expect(authProofText(two.origin, two.deviceId, two.nonce) === auth).toBe(json(one) === json(two))
      }),
    )
  })

  test('[WIR8] the texts are what other implementations of version 1 sign', () => {
    expect(enrolProofText('ABCDEFGHJKMN', 'KEY')).toBe('causeway enrol v1\nABCDEFGHJKMN\nKEY\n')
    expect(authProofText('https://a', 'dev_1', 'N')).toBe('causeway auth v1\nhttps://a\ndev_1\nN\n')
    expect(welcomeProofText('https://a', 'dev_1', 'N')).toBe('causeway welcome v1\nhttps://a\ndev_1\nN\n')
  })
})

function fullWidth(letter: string): string {
  return String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0)
}

type Path = readonly (string | number)[]

/** Every place in a JSON value, its root left out. */
function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [[...at, key], ...pathsOf(inner, [...at, key])])
}

function replaceAt(value: unknown, [key, ...rest]: Path, put: unknown): unknown {
  if (key === undefined) return put
  if (Array.isArray(value))
    return value.map((each, index) => (String(index) === key ? replaceAt(each, rest, put) : each))
  const object = value as Record<string, unknown>
  return { ...object, [key]: replaceAt(object[key], rest, put) }
}

/** The value with a field more in every object, as a later version might send it. */
function deepen(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(deepen)
  if (typeof value !== 'object' || value === null) return value
  const inner = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, deepen(each)]))
  return { ...inner, fieldOfALaterVersion: { list: [1] } }
}
