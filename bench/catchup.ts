// Owns the benchmark `catchup`: how soon a desktop that has missed COUNT messages shows the conversation in view as it is
// now, and when it has all of them, cached and searchable; against a device that only fetches them, in the same run.
// Always holds: server and devices are processes of their own, speaking over their sockets.

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FromFloor } from './catchup-floor.program.ts'
import { type Figures, perSecond, ratio, round } from './figures.ts'
import type { FromClient, ToClient } from './loop-client.program.ts'
import type { FromServer, ToServer } from './loop-server.program.ts'
import { createPrograms, heard } from './programs.ts'

/** Figures for `count` missed messages, on a desktop that has as many cached already. */
export async function benchCatchup(count: number): Promise<Figures> {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-bench-'))
  const programs = createPrograms()
  try {
    const server = programs.start('loop-server.program.ts', [String(count), dir])
    const { url, code, otherCode } = await heard<FromServer, 'listening'>(server, 'listening')
    const client = programs.start('loop-client.program.ts', [String(count), join(dir, 'profile'), url, code])
    await heard<FromClient, 'offline'>(client, 'offline')
    server.send({ type: 'append' } satisfies ToServer)
    const { headsBefore } = await heard<FromServer, 'appended'>(server, 'appended')
    client.send({ type: 'resume' } satisfies ToClient)
    const ended = once(client, 'exit')
    const { figures } = await heard<FromClient, 'done'>(client, 'done')
    await ended
    const floor = programs.start('catchup-floor.program.ts', [url, otherCode, JSON.stringify(headsBefore)])
    const bare = await heard<FromFloor, 'done'>(floor, 'done')
    const { firstScreenMs, cachedMs, indexedMs } = figures.catchUp
    return {
      messages: count,
      firstScreenMs: round(firstScreenMs),
      allMs: round(cachedMs),
      allSearchableMs: round(indexedMs),
      messagesPerSecond: figures.catchUp.messagesPerSecond,
      floor: { events: bare.events, allMs: round(bare.allMs), messagesPerSecond: perSecond(bare.events, bare.allMs) },
      allToFloor: ratio(cachedMs, bare.allMs),
      firstSync: { firstScreenMs: round(figures.firstSync.firstScreenMs), allMs: round(figures.firstSync.cachedMs) },
    }
  } finally {
    await programs.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}
