// Owns the benchmark `wipe`: a desktop with a gigabyte of cache is ordered to wipe itself, COUNT times; from the order to the end of its
// keys, of its files, and to the receipt that the server has acknowledged; against `rm -rf` of a copy of the same folder.
// Always holds: each time another copy of one profile, filled by the product itself but for the parts of files, which are
// written as the product writes them (durably) and hold chance; what is to be removed lies on the disk, not only in memory.

import { execFileSync } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, cpSync, fsyncSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { WipeStep } from '../main/wipe/plan.ts'
import { createSystemRandom } from '../server/clock.ts'
import { createKeys, type ServerKeys } from '../server/keys.ts'
import { createServer, type Server } from '../server/server.ts'
import { openSqliteStore } from '../server/store/sqlite.ts'
import { limits } from '../shared/limits.ts'
import { openReceipt } from '../shared/proof.ts'
import { must } from '../testing/fake-shell.ts'
import { type Figures, folderBytes, mebibytes, ratio, round, spread } from './figures.ts'
import { createPrograms, heard, type Programs } from './programs.ts'
import { sampleBodies } from './sample-messages.ts'
import type { FromDesktop, ToDesktop } from './wipe-client.program.ts'

const GIB = 1024 ** 3
/** Their cache, index and keyring: some 200 MB; the rest is parts of files. */
const MESSAGES = 300_000
/** Parts in one file's folder, at most: from small files to large ones. */
const PARTS_OF_FILE = [1, 1, 1, 2, 4, 8, 25]
const DAY_MS = 86_400_000

interface Times {
  /** From the order on the server: durable there, sent, verified, journalled here. */
  readonly begunMs: number
  /** From the order on the server, as all that follow. */
  readonly keysGoneMs: number
  readonly filesGoneMs: number
  readonly acknowledgedMs: number
  /** With the device key gone. */
  readonly allMs: number
  readonly removedMs: number
}

/** Figures for `count` wipes. */
export async function benchWipe(count: number): Promise<Figures> {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-bench-'))
  const programs = createPrograms()
  try {
    const keys = await createKeys(createSystemRandom())
    await fill(programs, keys, dir)
    const times: Times[] = []
    let about: Figures = {}
    for (let i = 0; i < count; i++) {
      const { counted, ...time } = await wipeOnce(programs, keys, dir)
      times.push(time)
      about = counted
    }
    return stated(times, about)
  } finally {
    await programs.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

/** A server over the data in `dir`. */
async function open(keys: ServerKeys, dir: string, port = 0): Promise<{ server: Server; close(): Promise<void> }> {
  mkdirSync(dir, { recursive: true })
  const store = must(openSqliteStore(join(dir, 'workspace.db')))
  const server = await createServer({ store, keys, port })
  return {
    server,
    async close() {
      await server.close()
      store.close()
    },
  }
}

/** A desktop that has everything, and its server. */
async function fill(programs: Programs, keys: ServerKeys, dir: string): Promise<void> {
  const { server, close } = await open(keys, join(dir, 'server'))
  const names = ['reader', ...Array.from({ length: 9 }, (_, i) => `writer.${i}`)]
  const writers = names.slice(1)
  const createdAtMs = Date.now() - DAY_MS
  const conversations = sampleBodies(MESSAGES, 1).map((bodies, i) => ({
    key: `c${i}`,
    kind: 'group' as const,
    name: `項目 ${i}`,
    members: names,
    createdBy: writers[0] ?? '',
    createdAtMs,
    messages: bodies.map((body, n) => ({ by: writers[n % writers.length] ?? '', atMs: createdAtMs + n, body })),
    unreadFor: { reader: bodies.length },
  }))
  must(server.importHistory({ people: names.map((userName) => ({ userName, displayName: userName })), conversations }))
  const { code } = must(server.admin.createEnrolment({ user: 'reader' }))
  const desktop = programs.start('wipe-client.program.ts', [join(dir, 'profile'), server.url, code, String(MESSAGES)])
  await heard<FromDesktop, 'live'>(desktop, 'live')
  const ended = once(desktop, 'exit')
  desktop.send({ type: 'end' } satisfies ToDesktop)
  await ended
  await close()
}

/** Parts of files, until `dir` holds `bytes`. */
function writeParts(dir: string, bytes: number): void {
  const chance = randomFillSync(Buffer.alloc(limits.filePartBytes))
  let left = bytes
  for (let file = 0; left > 0; file++) {
    const folder = join(dir, 'files', file.toString(16).padStart(32, '0'))
    mkdirSync(folder, { recursive: true })
    const parts = PARTS_OF_FILE[file % PARTS_OF_FILE.length] ?? 1
    for (let part = 0; part < parts && left > 0; part++) {
      const fd = openSync(join(folder, String(part)), 'w', 0o600)
      left -= writeSync(fd, chance, 0, Math.min(left, chance.length))
      fsyncSync(fd)
      closeSync(fd)
    }
  }
}

/** One order and one `rm -rf`. */
async function wipeOnce(programs: Programs, keys: ServerKeys, dir: string): Promise<Times & { counted: Figures }> {
  const [profile, copy, data] = [join(dir, 'run'), join(dir, 'copy'), join(dir, 'run-server')]
  cpSync(join(dir, 'profile'), profile, { recursive: true })
  cpSync(join(dir, 'profile.dev-keystore'), `${profile}.dev-keystore`)
  cpSync(join(dir, 'server'), data, { recursive: true })
  const { server, close } = await open(keys, data)
  const [device] = must(server.admin.listDevices({}))
  if (!device) throw new Error('no device')
  const desktop = programs.start('wipe-client.program.ts', [profile, server.url])
  await heard<FromDesktop, 'live'>(desktop, 'live')
  // By now it has looked for what no file names.
  writeParts(profile, GIB - folderBytes(profile))
  const counted = countedIn(profile)
  cpSync(profile, copy, { recursive: true })
  execFileSync('sync')

  const atMs = new Map<string, number>()
  const over = new Promise<void>((resolve) => {
    desktop.on('message', (message: FromDesktop) => {
      if (message.type !== 'step') return
      if (message.step === 'destroy-keys' && message.when === 'before') atMs.set('begun', message.atMs)
      if (message.when === 'before') return
      atMs.set(message.step, message.atMs)
      if (message.step === 'finish') resolve()
    })
  })
  const orderedMs = performance.timeOrigin + performance.now()
  const { wipeId } = must(server.admin.wipeDevice({ deviceId: device.id, reason: 'bench' }))
  await over
  const since = (step: WipeStep | 'begun') => (atMs.get(step) ?? Number.NaN) - orderedMs
  const { status, receipt = '' } = must(server.admin.showWipe({ wipeId }))
  const said = must(openReceipt(receipt, () => true))
  if (status !== 'done' || said.outcome !== 'wiped') throw new Error(`the wipe ended ${status}`)
  const ended = once(desktop, 'exit')
  desktop.send({ type: 'end' } satisfies ToDesktop)
  await ended
  await close()

  const from = performance.now()
  execFileSync('rm', ['-rf', copy])
  const removedMs = performance.now() - from
  for (const left of [profile, data]) rmSync(left, { recursive: true, force: true })
  return {
    begunMs: since('begun'),
    keysGoneMs: since('destroy-keys'),
    filesGoneMs: since('remove-files'),
    acknowledgedMs: since('deliver'),
    allMs: since('finish'),
    removedMs,
    counted: { ...counted, keysDestroyed: said.keysDestroyed, filesRemoved: said.filesRemoved },
  }
}

function countedIn(profile: string): Figures {
  const files = readdirSync(profile, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return {
    cacheMiB: mebibytes(folderBytes(profile)),
    storeMiB: mebibytes(folderBytes(join(profile, 'store'))),
    filesMiB: mebibytes(folderBytes(join(profile, 'files'))),
    files: files.length,
  }
}

function stated(times: readonly Times[], about: Figures): Figures {
  const of = (name: keyof Times) => spread(times.map((time) => round(time[name])))
  const begun = of('begunMs')
  const keysGone = of('keysGoneMs')
  const filesGone = of('filesGoneMs')
  const acknowledged = of('acknowledgedMs')
  const removed = of('removedMs')
  return {
    wipes: times.length,
    ...about,
    messages: MESSAGES,
    begunMs: begun,
    keysGoneMs: keysGone,
    filesGoneMs: filesGone,
    receiptAcknowledgedMs: acknowledged,
    deviceKeyGoneMs: of('allMs'),
    rmRfMs: removed,
    filesGoneToRm: ratio(filesGone.p50, removed.p50),
    receiptAcknowledgedToRm: ratio(acknowledged.p50, removed.p50),
  }
}
