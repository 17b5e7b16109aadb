// Owns the host without a window: bridge calls in and answers and events out, one JSON document a line, on stdio.
// Always holds: standard output carries nothing but JSON lines; each call gets one answer, in whatever order they finish;
// a malformed line is answered, not fatal; at end of input the calls under way finish first.

import type { Readable, Writable } from 'node:stream'
import { z } from 'zod'
import { limits } from '../../shared/limits.ts'
import { type FailureCode, FailureError, fail, failureCodes } from '../../shared/result.ts'
import type { Log } from '../log.ts'
import { createBridgeGate } from './bridge-gate.ts'
import { createQuit } from './quit.ts'
import type { KeyStore, Shell } from './shell.ts'
import { languagesOfEnvironment } from './system-languages.ts'
import { onWake } from './wake.ts'

/** Room in a line for what stands around a call's arguments: id, name, punctuation. */
const ENVELOPE_BYTES = 1024
const LINE_BYTES = limits.bridgeCallBytes + ENVELOPE_BYTES
const NEWLINE = 0x0a

const idSchema = z.union([z.number(), z.string().max(128)])
const lineSchema = z.strictObject({ id: idSchema, call: z.string().max(64), args: z.unknown().optional() })

/** The Shell over two streams. It starts reading when the app serves the bridge. */
export function createHeadlessShell(options: {
  readonly keyStore: KeyStore
  readonly input: Readable
  readonly output: Writable
  readonly log: Log
  /** Ends the process; `process.exit` unless a test says otherwise. */
  readonly exit?: (code: number) => void
}): Shell {
  const { input, output, log } = options
  const gate = createBridgeGate({ log })
  const answering = new Set<Promise<void>>()
  const { quit, onQuit } = createQuit({
    log,
    close: () => new Promise((resolve) => output.write('', () => resolve())),
    ...(options.exit === undefined ? {} : { exit: options.exit }),
  })

  const write = (document: unknown): void => {
    output.write(`${JSON.stringify(document)}\n`)
  }
  const refuse = (id: unknown, code: FailureCode, message: string = failureCodes[code]): void => {
    write({ id, error: { code, message } })
  }
  const answer = async (id: number | string, name: string, args: unknown): Promise<void> => {
    const result: unknown = JSON.parse(await gate.call(true, name, JSON.stringify(args)))
    const { ok, value, error } = resultSchema.parse(result)
    write(ok ? { id, ok: value } : { id, error })
  }
  const take = async (line: string): Promise<void> => {
    if (line.trim() === '') return
    let document: unknown
    try {
      document = JSON.parse(line)
    } catch {
      return refuse(null, 'bad-input', 'The line is not JSON.')
    }
    const parsed = lineSchema.safeParse(document)
    if (!parsed.success) return refuse(idOf(document), 'bad-input', 'A line is {"id":…,"call":…,"args":{…}}.')
    // Reading waits here rather than refuse: a script may write faster than calls finish.
    if (answering.size >= limits.bridgeCallsInFlight) await Promise.race(answering)
    const work = answer(parsed.data.id, parsed.data.call, parsed.data.args ?? {})
    answering.add(work)
    void work.finally(() => answering.delete(work))
  }
  const read = async (): Promise<void> => {
    for await (const line of boundedLines(input, LINE_BYTES)) {
      if (line === undefined) refuse(null, 'too-large', `A line may have ${LINE_BYTES} bytes.`)
      else await take(line)
    }
    await Promise.all(answering)
    await quit()
  }

  return {
    kind: 'headless',
    keyStore: options.keyStore,
    systemLanguages: languagesOfEnvironment(process.env),
    serve(handle) {
      gate.serve(handle)
      read().catch(() => quit())
    },
    emit(name, payload) {
      write({ event: name, data: payload })
    },
    async showWindow() {},
    async resetWindow() {},
    showStatus() {},
    notify() {},
    clearNotices() {},
    isFocused: () => false,
    onPower: (listener) => onWake(() => listener('resume')),
    setContentProtection() {},
    async openExternal() {
      throw new FailureError(fail('unavailable', 'The headless host opens no links.').error)
    },
    async pickFiles() {
      throw new FailureError(fail('unavailable', 'The headless host has no dialogs; use attachFile.').error)
    },
    async saveAs() {
      throw new FailureError(fail('unavailable', 'The headless host has no dialogs; use readFile.').error)
    },
    openPath: async () => fail('unavailable', 'The headless host opens no files.'),
    async clearHostStorage() {
      return { files: 0, bytes: 0 }
    },
    onQuit,
    quit,
  }
}

const resultSchema = z.object({ ok: z.boolean(), value: z.unknown().optional(), error: z.unknown().optional() })

function idOf(document: unknown): number | string | null {
  const parsed = z.object({ id: idSchema }).safeParse(document)
  return parsed.success ? parsed.data.id : null
}

/** Lines of `input`, without their ends; undefined for one above `mostBytes`, of which no more than that is kept. */
export async function* boundedLines(input: Readable, mostBytes: number): AsyncGenerator<string | undefined> {
  let parts: Buffer[] = []
  let bytes = 0
  const finish = (): string | undefined => {
    const line = bytes > mostBytes ? undefined : Buffer.concat(parts).toString('utf8')
    parts = []
    bytes = 0
    return line
  }
  for await (const chunk of input) {
    let rest = Buffer.from(chunk)
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      bytes += end
      if (bytes <= mostBytes) parts.push(rest.subarray(0, end))
      yield finish()
      rest = rest.subarray(end + 1)
    }
    bytes += rest.length
    if (bytes <= mostBytes) parts.push(rest)
    else parts = []
  }
  if (bytes > 0) yield finish()
}
