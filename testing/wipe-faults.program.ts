// Owns the app that the fault test of the wipe kills: the product's app on the headless host, with a busy window that asks for
// content all the time, faults of the disk and the key store where they are asked for, and an end by SIGKILL at one point.
// Always holds: what is noted is in the notes file before anything else happens, kill or not. Must never be imported by the
// product. Usage: wipe-faults.program.ts JSON (AppPlan)

import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import { createApp } from '../main/app.ts'
import { createLog } from '../main/log.ts'
import { chosenFiles } from '../main/shell/chosen-files.ts'
import { createDevKeyStore, devKeyStoreFile } from '../main/shell/dev-key-store.ts'
import { createHeadlessShell } from '../main/shell/headless.ts'
import type { KeyStore, Shell } from '../main/shell/shell.ts'
import { ok, type Result } from '../shared/result.ts'
import { listFiles } from './folders.ts'
import type { AppPlan, Note, Step } from './wipe-faults-client.ts'
import { die, installDiskFaults } from './wipe-faults-disk.ts'

const plan = JSON.parse(process.argv[2] ?? '') as AppPlan
const { profileDir, killAt } = plan
const write = writeSync
const exists = existsSync
const notes = openSync(plan.notesFile, 'a')
const startedAtMs = performance.now()

function note(entry: Note): void {
  write(notes, `${JSON.stringify({ ...entry, atMs: Math.round((performance.now() - startedAtMs) * 100) / 100 })}\n`)
}

/** The order has had an effect in this process: on a full disk there is no journal. */
let isBegun = plan.ordered

/** True where this profile knows of the order that the run is about. */
function isOrdered(): boolean {
  if (isBegun) return true
  if (plan.story === 'device')
    return ['journal', 'notice'].some((name) => exists(path.join(profileDir, `wipe/${name}.json`)))
  const book = path.join(profileDir, 'wipe/orders.json')
  if (!exists(book)) return false
  const { orders, window } = JSON.parse(readFileSync(book, 'utf8')) as {
    orders: unknown[]
    window: { obeyed: unknown[] }
  }
  isBegun = (plan.story === 'sign-out' ? window.obeyed : orders).length > 0
  return isBegun
}
/** True from the turn after that in which the order became known: what was answered in the same turn was answered before. */
let isKnown = isOrdered()
function wasOrdered(): boolean {
  if (!isKnown && isOrdered()) {
    setImmediate(() => {
      isKnown = true
    })
  }
  return isKnown
}
note({ type: 'started', ordered: isOrdered() })

mkdirSync(path.join(profileDir, 'logs'), { recursive: true, mode: 0o700 })
const log = createLog({ file: path.join(profileDir, 'logs', 'causeway.log'), stderr: true, level: 'debug' })

installDiskFaults({
  ...(plan.countFrom !== undefined && { from: plan.countFrom }),
  ...(killAt?.type === 'operation' && { killAt }),
  refusals: plan.refusals ?? [],
  note(operation, call, file) {
    wasOrdered()
    note({ type: 'operation', operation, call, file: path.relative(profileDir, file).split(path.sep).join('/') })
  },
})

// --- the host -------------------------------------------------------------------------------------------------------------

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A system's key store answers when it likes. */
function slowKeyStore(keyStore: KeyStore): KeyStore {
  const wait = () => (plan.keyStoreMs > 0 ? pause(plan.keyStoreMs) : Promise.resolve(undefined))
  return {
    ...keyStore,
    seal: (secret) => wait().then(() => keyStore.seal(secret)),
    open: (sealed) => wait().then(() => keyStore.open(sealed)),
  }
}

const keyStore = slowKeyStore(createDevKeyStore(devKeyStoreFile(profileDir)))
const headless = createHeadlessShell({ keyStore, input: process.stdin, output: process.stdout, log })
const hostDir = path.join(profileDir, 'host')
const chosen = path.join(plan.outside, 'chosen')
const shell: Shell = {
  ...headless,
  ...(plan.witnessDir !== undefined && { witnessDir: plan.witnessDir }),
  serve(handle) {
    headless.serve(handle)
    if (plan.asks) void keepAsking(handle, plan.asks)
  },
  emit(name, payload) {
    if (name === 'sessionChanged' && 'state' in payload) note({ type: 'state', state: payload.state })
    headless.emit(name, payload)
  },
  pickFiles: async () => chosenFiles(readdirSync(chosen).map((name) => path.join(chosen, name))),
  saveAs: async (name) => path.join(plan.outside, 'saved', name),
  openPath: async () => ok(undefined),
  async clearHostStorage() {
    const files = exists(hostDir) ? listFiles(hostDir) : []
    for (const name of files) rmSync(path.join(hostDir, name), { force: true })
    rmSync(hostDir, { recursive: true, force: true })
    return { files: files.length, bytes: files.length }
  },
}

/** A window that never rests: asks for content, and notes each answer that differs from the last. */
async function keepAsking(
  handle: (name: string, args: unknown) => Promise<Result<unknown>>,
  { conversationIds, text, words }: NonNullable<AppPlan['asks']>,
): Promise<void> {
  const last = new Map<string, string>()
  let asked = 0
  async function ask(name: string, args: unknown): Promise<void> {
    const before = isOrdered()
    const answer = await handle(name, args)
    const outcome = answer.ok ? 'ok' : answer.error.code
    const said = answer.ok && words.length > 0 ? JSON.stringify(answer.value) : ''
    const shows = words.some((word) => said.includes(word))
    const entry = { type: 'answer' as const, name, before, after: wasOrdered(), outcome, shows }
    const told = JSON.stringify(entry)
    if (told !== last.get(name)) note(entry)
    last.set(name, told)
    asked += 1
    if (asked % 100 === 0) note({ type: 'asked', count: asked })
  }
  for (let turn = 0; ; turn++) {
    const conversationId = conversationIds[turn % conversationIds.length]
    await Promise.all([
      ask('listConversations', {}),
      ask('readConversation', { conversationId, limit: 5 }),
      ask('search', { text }),
      ask('listPeople', {}),
    ])
    await pause(plan.askEveryMs)
  }
}

// --- the receipt ------------------------------------------------------------------------------------------------------------

const fetchAsEver = globalThis.fetch
const falseAnswers = [...(plan.falseAnswers ?? [])]
globalThis.fetch = async (input, init) => {
  const [, wipeId] = /\/v1\/wipes\/([^/]+)\/receipt$/.exec(String(input)) ?? []
  if (wipeId === undefined) return fetchAsEver(input, init)
  const falsely = falseAnswers.shift()
  if (falsely !== undefined) return new Response('<html>Sign in to the guest network</html>', { status: falsely })
  const dieAt = (when: string) => killAt?.type === 'receipt' && killAt.when === when && die()
  note({ type: 'delivering', wipeId, receipt: (JSON.parse(String(init?.body)) as { receipt: string }).receipt })
  dieAt('before')
  const answering = fetchAsEver(input, init)
  // By then the request is on its way, or about to be.
  void pause(killAt?.type === 'receipt' ? killAt.afterMs : 0).then(() => dieAt('sent'))
  const response = await answering
  note({ type: 'delivered', status: response.status })
  dieAt('answered')
  return response
}

function probe(step: Step, when: 'before' | 'after'): void {
  // Once the intent is on its way to the disk, and where there is no room for it, nothing may be read any more.
  if (step !== 'journal' || when === 'after') isBegun = true
  note({ type: 'probe', step, when })
  if (killAt?.type === 'probe' && killAt.step === step && killAt.when === when) die()
}

const app = createApp({
  shell,
  profileDir,
  version: '0.1.0',
  platform: 'test',
  deviceName: 'Desk',
  log,
  ...(plan.serverUrl !== undefined && { serverUrl: plan.serverUrl }),
  ...(plan.enrolCode !== undefined && { enrolCode: plan.enrolCode }),
  ...(plan.story === 'conversations' ? { conversationWipeProbe: probe } : { wipeProbe: probe }),
})
await app.start()
note({ type: 'ready' })
process.on('exit', () => closeSync(notes))
