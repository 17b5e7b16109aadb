// Owns the benchmark `accept`: how many messages a second the server takes and makes durable, sent over real connections by
// a thousand devices in conversations of two; then, at half of that rate, how long a sender waits for the acknowledgement.
// The floor of the same run is one durable commit for each row.
// Always holds: the store is the product's, on disk, synchronous=FULL; the server and those who send are processes of their
// own; the wait counts from when a message was due, whether or not its sender came to it in time.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { limits } from '../shared/limits.ts'
import { type Figures, perSecond, ratio, round } from './figures.ts'
import { databaseOf, makeFleet } from './fleet.ts'
import { startFleetRun } from './fleet-run.ts'
import { createPrograms } from './programs.ts'

const DEVICES = 1000
/** Unacknowledged messages of each device while all send as fast as they can. */
const IN_FLIGHT = 4
/** Rows of the floor, each with a commit of its own. */
const FLOOR_ROWS = 300

/** Figures for `count` messages, and for half as many at the slower pace. */
export async function benchAccept(count: number): Promise<Figures> {
  // What a device may send at once: more would be refused, as it should.
  const most = DEVICES * Math.floor(limits.sendBurst / 2)
  const messages = Math.min(count, most)
  const dir = mkdtempSync(join(tmpdir(), 'causeway-bench-'))
  const programs = createPrograms()
  try {
    const file = join(dir, 'fleet.json')
    const pairs = Array.from({ length: DEVICES / 2 }, (_, i) => [2 * i, 2 * i + 1])
    writeFileSync(file, JSON.stringify(await makeFleet(dir, DEVICES, pairs)))
    const floor = commitsPerSecond(join(dir, 'floor.db'))
    const run = await startFleetRun(programs, { kind: 'product', dir, file, devices: DEVICES })
    await run.connect()
    await run.ask(0, { type: 'send', count: Math.ceil(messages / 10), inFlight: IN_FLIGHT }, 'sent')
    const before = await run.measure()
    const full = await run.ask(0, { type: 'send', count: messages, inFlight: IN_FLIGHT }, 'sent')
    const after = await run.measure()
    const rate = perSecond(messages, full.elapsedMs)
    const half = await run.ask(
      0,
      { type: 'pace', count: Math.floor(messages / 2), perSecond: Math.floor(rate / 2) },
      'sent',
    )
    return {
      messages,
      devices: DEVICES,
      durablePerSecond: rate,
      ackAtHalfRateMs: half.ackMs,
      senderLateMs: half.lateMs,
      halfRatePerSecond: perSecond(Math.floor(messages / 2), half.elapsedMs),
      ackAtFullRateMs: full.ackMs,
      cpuUsPerMessage: round((after.cpuUs - before.cpuUs) / messages),
      refused: full.refused + half.refused,
      stored: storedIn(databaseOf(dir)),
      oneCommitEachPerSecond: floor,
      toOneCommitEach: ratio(rate, floor),
    }
  } finally {
    await programs.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

/** What the disk gives without gathering: rows of a message's size, each durable before the next. */
function commitsPerSecond(path: string): number {
  const database = new Database(path)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = FULL')
  database.exec('CREATE TABLE floor (sealed BLOB) STRICT')
  const insert = database.prepare('INSERT INTO floor VALUES (?)')
  const row = Buffer.alloc(256, 1)
  const from = performance.now()
  for (let i = 0; i < FLOOR_ROWS; i++) insert.run(row)
  const elapsedMs = performance.now() - from
  database.close()
  return perSecond(FLOOR_ROWS, elapsedMs)
}

/** Messages in the server's log, as another process reads it. */
function storedIn(path: string): number {
  const database = new Database(path, { readonly: true })
  const { count } = database.prepare("SELECT count(*) AS count FROM events WHERE kind = 'message'").get() as {
    count: number
  }
  database.close()
  return count
}
