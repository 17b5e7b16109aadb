// Owns the tests of the canary search: planted in every form, at every alignment, across windows, in names and links.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CanaryReport, createCanaryScanner, findCanaries } from './canaries.ts'
import { createRandom } from './random.ts'

const text = '機密 the lift 𨋢 is "out" 嘅'
const plain = 'plain ascii canary?>~'
const key = createRandom(4).bytes(32)
const canaries = [
  { name: 'text', text },
  { name: 'plain', text: plain },
  { name: 'key', bytes: key },
]
const random = createRandom(77)
let folder: string

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'causeway-canaries-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The bytes with noise around them, so that nothing is aligned by luck. */
function buried(bytes: Buffer, before = random.int(40)): Buffer {
  return Buffer.concat([random.bytes(before), bytes, random.bytes(random.int(40))])
}

async function scanOne(content: Buffer): Promise<CanaryReport> {
  writeFileSync(path.join(folder, 'file.bin'), content)
  return findCanaries(folder, canaries)
}
const found = (report: CanaryReport): string[] => [...new Set(report.hits.map((hit) => hit.canary))]

const utf16be = (value: string): Buffer => Buffer.from(value, 'utf16le').swap16()
const escaped = (value: string): string =>
  [...value.split('')].map((unit) => (unit > '~' ? `\\u${unit.charCodeAt(0).toString(16)}` : unit)).join('')

describe('forms', () => {
  test.each([
    ['UTF-8', (value: string) => Buffer.from(value)],
    ['UTF-16LE', (value: string) => Buffer.from(value, 'utf16le')],
    ['UTF-16BE', utf16be],
    ['hex', (value: string) => Buffer.from(Buffer.from(value).toString('hex'))],
    ['upper-case hex', (value: string) => Buffer.from(Buffer.from(value).toString('hex').toUpperCase())],
    ['hex of UTF-16', (value: string) => Buffer.from(Buffer.from(value, 'utf16le').toString('hex'))],
    ['percent-encoding', (value: string) => Buffer.from(encodeURIComponent(value))],
    [
      'lower-case percent-encoding',
      (value: string) => Buffer.from(encodeURIComponent(value).replace(/%../g, (e) => e.toLowerCase())),
    ],
    ['a form’s percent-encoding', (value: string) => Buffer.from(encodeURIComponent(value).replaceAll('%20', '+'))],
    [
      'percent-encoding of every byte',
      (value: string) => Buffer.from(Buffer.from(value).toString('hex').replace(/../g, '%$&')),
    ],
    ['JSON', (value: string) => Buffer.from(JSON.stringify({ value }))],
    ['JSON \\u escapes', (value: string) => Buffer.from(`"${escaped(JSON.stringify(value).slice(1, -1))}"`)],
    [
      'upper-case \\u escapes',
      (value: string) =>
        Buffer.from(
          escaped(JSON.stringify(value).slice(1, -1)).replace(/\\u..../g, (e) => `\\u${e.slice(2).toUpperCase()}`),
        ),
    ],
    [
      '\\u escapes throughout',
      (value: string) =>
        Buffer.from(
          value
            .split('')
            .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
            .join(''),
        ),
    ],
    ['base64 in UTF-16LE', (value: string) => Buffer.from(Buffer.from(value).toString('base64'), 'utf16le')],
  ])('[CAN1] a text is found in %s', async (_, encode) => {
    expect(found(await scanOne(buried(encode(text))))).toEqual(['text'])
    expect(found(await scanOne(buried(encode(plain))))).toEqual(['plain'])
  })

  test.each(['base64', 'base64url'] as const)(
    '[CAN2] a text and a key are found in %s of a larger whole, at every alignment',
    async (alphabet) => {
      const scanner = createCanaryScanner(canaries)
      for (const [name, bytes] of [
        ['text', Buffer.from(text)],
        ['plain', Buffer.from(plain)],
        ['text', Buffer.from(text, 'utf16le')],
        ['key', Buffer.from(key)],
      ] as const) {
        for (let before = 0; before < 6; before++) {
          for (let after = 0; after < 3; after++) {
            const whole = Buffer.concat([random.bytes(before), bytes, random.bytes(after)])
            const hits = scanner.scanBytes(buried(Buffer.from(whole.toString(alphabet))), 'x')
            expect(
              hits.map((hit) => hit.canary),
              `${before} before, ${after} after`,
            ).toContain(name)
          }
        }
      }
    },
  )

  test('[CAN2] a key is found raw and in hex, and named by its name only', async () => {
    for (const content of [
      Buffer.from(key),
      Buffer.from(Buffer.from(key).toString('hex')),
      Buffer.from(Buffer.from(key).toString('hex').toUpperCase()),
    ]) {
      const report = await scanOne(buried(content))
      expect(found(report)).toEqual(['key'])
      expect(JSON.stringify(report)).not.toContain(Buffer.from(key).toString('hex').slice(0, 8))
    }
  })

  test('[CAN3] what is not there is not found, nor a canary with one byte changed', async () => {
    expect((await scanOne(Buffer.from(random.bytes(300_000)))).hits).toEqual([])
    for (const bytes of [Buffer.from(text), Buffer.from(key), utf16be(text)]) {
      for (let at = 0; at < bytes.length; at++) {
        const changed = Buffer.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ 1
        expect(createCanaryScanner(canaries).scanBytes(changed, 'x'), `byte ${at}`).toEqual([])
      }
      expect(createCanaryScanner(canaries).scanBytes(bytes.subarray(1), 'x')).toEqual([])
      expect(createCanaryScanner(canaries).scanBytes(bytes.subarray(0, -1), 'x')).toEqual([])
    }
  })

  test('[CAN3] a canary too short to be told from chance is refused', () => {
    expect(() => createCanaryScanner([{ name: 'x', text: '陳' }])).toThrow(RangeError)
    expect(() => createCanaryScanner([{ name: 'x', text: 'ab' }])).toThrow(RangeError)
    expect(() => createCanaryScanner([{ name: 'x', bytes: new Uint8Array(5) }])).toThrow(RangeError)
    expect(() => createCanaryScanner([{ name: 'x', text: '陳大文' }])).not.toThrow()
  })
})

describe('files', () => {
  test('[CAN4] every file is read: nested, hidden, empty, without extension', async () => {
    mkdirSync(path.join(folder, 'a', '.hidden', 'deep'), { recursive: true })
    const places = ['a/.hidden/deep/.file', 'LOCK', 'a/db-wal', '.top']
    for (const place of places) writeFileSync(path.join(folder, place), buried(Buffer.from(text)))
    writeFileSync(path.join(folder, 'empty'), '')
    writeFileSync(path.join(folder, 'tiny'), 'abc')
    const report = await findCanaries(folder, canaries)
    expect(report.hits.map((hit) => hit.file).sort()).toEqual([...places].sort())
    expect(report).toMatchObject({ filesRead: 6, unreadable: [] })
    expect(report.bytesRead).toBeGreaterThan(4 * Buffer.byteLength(text))
  })

  test('[CAN4] names of files, folders and links are looked at, and where links point', async () => {
    mkdirSync(path.join(folder, `log of ${plain}`.replaceAll('?', '').replace('>', '')), { recursive: true })
    const inName = '機密的檔案名稱'
    writeFileSync(path.join(folder, `${inName}.tmp`), '')
    writeFileSync(path.join(folder, Buffer.from(inName).toString('hex')), '')
    symlinkSync(`/nowhere/${inName}`, path.join(folder, 'link'))
    const report = await findCanaries(folder, [{ name: 'n', text: inName }])
    expect(report.hits.map((hit) => [hit.file, hit.form, hit.offset])).toEqual(
      expect.arrayContaining([
        [`${inName}.tmp`, 'utf-8', undefined],
        [Buffer.from(inName).toString('hex'), 'hex of utf-8', undefined],
        ['link', 'utf-8', undefined],
      ]),
    )
  })

  test('[CAN4] a link is not followed out of the folder', async () => {
    const outside = mkdtempSync(path.join(tmpdir(), 'causeway-outside-'))
    writeFileSync(path.join(outside, 'file'), text)
    symlinkSync(outside, path.join(folder, 'link'))
    symlinkSync(folder, path.join(folder, 'loop'))
    const report = await findCanaries(folder, canaries)
    rmSync(outside, { recursive: true, force: true })
    expect(report).toEqual({ hits: [], filesRead: 0, bytesRead: 0, unreadable: [] })
  })

  test('[CAN5] a canary that lies across windows is found wherever it begins, once, at its offset', async () => {
    const bytes = Buffer.from(text)
    const scanner = createCanaryScanner(canaries, { windowBytes: 64 })
    for (let at = 0; at < 200; at++) {
      const content = Buffer.alloc(600, 0x2e)
      bytes.copy(content, at)
      writeFileSync(path.join(folder, 'file.bin'), content)
      const { hits } = await scanner.scanFolder(folder)
      expect(hits, `at ${at}`).toEqual([{ canary: 'text', form: 'utf-8', file: 'file.bin', offset: at }])
    }
  })

  test('[CAN5] a file larger than a window is read to its last byte', async () => {
    const content = Buffer.alloc(3 * 1024 * 1024 + 17, 0x61)
    const bytes = Buffer.from(key)
    bytes.copy(content, content.length - bytes.length)
    const report = await scanOne(content)
    expect(report.hits).toEqual([
      { canary: 'key', form: 'raw', file: 'file.bin', offset: content.length - bytes.length },
    ])
    expect(report.bytesRead).toBe(content.length)
  })

  test.each([300, 6000])('[CAN5] %i canaries are told apart in one pass', (count) => {
    const many = Array.from({ length: count }, (_, index) => ({
      name: `c${index}`,
      text: `canary number ${index} 號碼`,
    }))
    const scanner = createCanaryScanner(many)
    const hits = scanner.scanBytes(Buffer.from(`x${many[123]?.text}y${many[7]?.text}`, 'utf16le'), 'log')
    expect(hits.map((hit) => hit.canary).sort()).toEqual(['c123', 'c7'])
  })

  test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    '[CAN6] what cannot be read is told',
    async () => {
      writeFileSync(path.join(folder, 'closed'), text)
      chmodSync(path.join(folder, 'closed'), 0)
      expect((await findCanaries(folder, canaries)).unreadable).toEqual([{ file: 'closed', code: 'EACCES' }])
    },
  )

  test('[CAN6] a folder that is not there is an error, not a clean scan', async () => {
    await expect(findCanaries(path.join(folder, 'none'), canaries)).rejects.toThrow(/ENOENT/)
  })
})
