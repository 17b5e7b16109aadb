// Owns the host without a window: bridge calls in and answers and events out, one JSON document a line, on stdio.
// Always holds: standard output carries nothing but JSON lines; each call gets one answer, in whatever order they finish;
// a malformed line is answered, not fatal; at end of input what is asked of the user is a no, and the calls under way finish.

import { resolve as resolvePath } from 'node:path'
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
const callLineSchema = z.strictObject({ id: idSchema, call: z.string().max(64), args: z.unknown().optional() })
const questionIdSchema = z.number().int()
const confirmLineSchema = z.strictObject({ confirm: questionIdSchema, ok: z.boolean() })
/** Without a path: nothing is to be saved. */
const saveAsLineSchema = z.strictObject({ saveAs: questionIdSchema, path: z.string().min(1).max(4096).optional() })
const lineSchema = z.union([callLineSchema, confirmLineSchema, saveAsLineSchema])

/** What whoever reads our output is asked to answer by a line. */
const questions = {
  confirm: {
    doc: 'The user is asked outside the window. Answered by a line {"confirm":id,"ok":true}; end of input is a no.',
    payload: z.strictObject({
      id: questionIdSchema,
      title: z.string(),
      message: z.string(),
      detail: z.string(),
      confirmLabel: z.string(),
      cancelLabel: z.string(),
      isDanger: z.boolean(),
    }),
    answer: confirmLineSchema,
  },
  saveAs: {
    doc: 'Where a file is to be saved. Answered by a line {"saveAs":id,"path":"/…"}; without path, or at end of input, it is not.',
    payload: z.strictObject({ id: questionIdSchema, name: z.string() }),
    answer: saveAsLineSchema,
  },
} as const

/** The questions as JSON Schema, for `headless --describe`. */
export function describeQuestions(): unknown {
  const schemaOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input' })
  return Object.fromEntries(
    Object.entries(questions).map(([name, { doc, payload, answer }]) => [
      name,
      { doc, payload: schemaOf(payload), answer: schemaOf(answer) },
    ]),
  )
}

type Answer = z.infer<typeof confirmLineSchema> | z.infer<typeof saveAsLineSchema>

/** The Shell over two streams. It starts reading when the app serves the bridge. */
export function createHeadlessShell(options: {
  readonly keyStore: KeyStore
  readonly input: Readable
  readonly output: Writable
  readonly log: Log
  /** `unavailable` where it is not given. */
  readonly printPdf?: Shell['printPdf']
  readonly witnessDir?: string
  /** Ends the process; `process.exit` unless a test says otherwise. */
  readonly exit?: (code: number) => void
}): Shell {
  const { input, output, log } = options
  const gate = createBridgeGate({ log })
  const answering = new Set<Promise<void>>()
  /** By kind and number; undefined: nobody answers any more. */
  const asked = new Map<string, (answer: Answer | undefined) => void>()
  let lastAsked = 0
  let isEnded = false
  let noteAsked: () => void = () => undefined
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
  const ask = async (event: keyof typeof questions, data: object): Promise<Answer | undefined> => {
    if (isEnded) return undefined
    const id = ++lastAsked
    const answered = new Promise<Answer | undefined>((resolve) => asked.set(`${event} ${id}`, resolve))
    write({ event, data: { id, ...data } })
    noteAsked()
    return answered
  }
  const settle = (answer: Answer): void => {
    const id = 'confirm' in answer ? `confirm ${answer.confirm}` : `saveAs ${answer.saveAs}`
    const resolve = asked.get(id)
    if (resolve === undefined) refuse(null, 'not-found', 'Nothing of that number is asked.')
    asked.delete(id)
    resolve?.(answer)
  }
  /** Reading waits here rather than refuse: a script may write faster than calls finish. */
  const roomForCall = async (): Promise<void> => {
    // What is asked is answered by a later line.
    if (answering.size < limits.bridgeCallsInFlight || asked.size > 0) return
    const someAsked = new Promise<void>((resolve) => {
      noteAsked = resolve
    })
    await Promise.race([...answering, someAsked])
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
    if (!('call' in parsed.data)) return settle(parsed.data)
    await roomForCall()
    const work = answer(parsed.data.id, parsed.data.call, parsed.data.args ?? {})
    answering.add(work)
    void work.finally(() => answering.delete(work))
  }
  const read = async (): Promise<void> => {
    for await (const line of boundedLines(input, LINE_BYTES)) {
      if (line === undefined) refuse(null, 'too-large', `A line may have ${LINE_BYTES} bytes.`)
      else await take(line)
    }
    isEnded = true
    for (const resolve of asked.values()) resolve(undefined)
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
    async saveAs(name) {
      const answer = await ask('saveAs', { name })
      const path = answer && 'path' in answer ? answer.path : undefined
      return path === undefined ? undefined : resolvePath(path)
    },
    async confirm({ title, message, detail, confirmLabel, cancelLabel, isDanger }) {
      const answer = await ask('confirm', { title, message, detail, confirmLabel, cancelLabel, isDanger })
      return answer !== undefined && 'ok' in answer && answer.ok
    },
    printPdf:
      options.printPdf ?? (async () => fail('unavailable', 'The headless host has nothing that draws documents.')),
    ...(options.witnessDir !== undefined && { witnessDir: options.witnessDir }),
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
