// Owns the benchmark `loop`: event-loop delay of a client while it takes in COUNT messages with indexing, first as a new
// desktop and then as one that has missed them, against the same probe in the same process while idle (the floor).
// Always holds: server and client are processes of their own; only the client's loop is measured.

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Figures, ratio } from './figures.ts'
import type { ClientFigures, FromClient, ToClient } from './loop-client.program.ts'
import type { FromServer, ToServer } from './loop-server.program.ts'
import { createPrograms, heard } from './programs.ts'

/** Figures for two times `count` messages. */
export async function benchLoop(count: number): Promise<Figures> {
  const dir = mkdtempSync(join(tmpdir(), 'causeway-bench-'))
  const programs = createPrograms()
  try {
    const server = programs.start('loop-server.program.ts', [String(count), dir])
    const { url, code } = await heard<FromServer, 'listening'>(server, 'listening')
    const client = programs.start('loop-client.program.ts', [String(count), join(dir, 'profile'), url, code])
    await heard<FromClient, 'offline'>(client, 'offline')
    server.send({ type: 'append' } satisfies ToServer)
    await heard<FromServer, 'appended'>(server, 'appended')
    client.send({ type: 'resume' } satisfies ToClient)
    const ended = once(client, 'exit')
    const { figures } = await heard<FromClient, 'done'>(client, 'done')
    await ended
    return stated(count, figures)
  } finally {
    await programs.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

function stated(count: number, { idle, firstSync, catchUp }: ClientFigures): Figures {
  return {
    messages: count,
    catchUpDelayP99Ms: catchUp.loop.delayMs.p99,
    firstSyncDelayP99Ms: firstSync.loop.delayMs.p99,
    idleDelayP99Ms: idle.delayMs.p99,
    catchUpToIdle: ratio(catchUp.loop.delayMs.p99, idle.delayMs.p99),
    firstSyncToIdle: ratio(firstSync.loop.delayMs.p99, idle.delayMs.p99),
    catchUp,
    firstSync,
    idle,
  }
}
