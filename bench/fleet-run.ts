// Owns one run of a fleet: a server program and the client programs that play its devices, connected and live.
// Always holds: the server has a process of its own, so that what it uses is its own; a second fleet may run beside it.

import type { ChildProcess } from 'node:child_process'
import type { FromFleetClient, ToFleetClient } from './fleet-client.program.ts'
import type { FromFleetServer, ToFleetServer, Usage } from './fleet-server.program.ts'
import { heard, type Programs } from './programs.ts'

export interface FleetRun {
  readonly server: ChildProcess
  readonly clients: readonly ChildProcess[]
  /** What the server has used so far; with `collect` after its garbage has been collected. */
  measure(collect?: boolean): Promise<Usage>
  /** Connects all devices, as those that were here a moment ago. */
  connect(): Promise<void>
  /** Has client `i` do as told, and gives its answer. */
  ask<T extends FromFleetClient['type']>(
    i: number,
    message: ToFleetClient,
    answer: T,
  ): Promise<Extract<FromFleetClient, { type: T }>>
}

/** Starts a server on `dir` and `clientPrograms` programs that share the devices in `file` evenly. */
export async function startFleetRun(
  programs: Programs,
  options: {
    kind: 'product' | 'bare'
    dir: string
    file: string
    devices: number
    clientPrograms?: number
    flags?: readonly string[]
    /** Another server program than the usual one, which begins as that does; and what it is told besides. */
    serverProgram?: string
    serverArgs?: readonly string[]
  },
): Promise<FleetRun> {
  const { kind, dir, file, devices, clientPrograms = 1, flags = [] } = options
  const { serverProgram = 'fleet-server.program.ts', serverArgs = [] } = options
  const server = programs.start(serverProgram, [kind, dir, ...serverArgs], ['--expose-gc', ...flags])
  const { url } = await heard<FromFleetServer, 'listening'>(server, 'listening')
  const share = Math.ceil(devices / clientPrograms)
  const clients = Array.from({ length: clientPrograms }, (_, i) =>
    programs.start('fleet-client.program.ts', [
      kind,
      url,
      file,
      String(i * share),
      String(Math.min(devices, (i + 1) * share)),
    ]),
  )

  const ask: FleetRun['ask'] = (i, message, answer) => {
    const client = clients[i]
    if (client === undefined) throw new Error('no such client program')
    const answered = heard<FromFleetClient, typeof answer>(client, answer)
    client.send(message)
    return answered
  }

  return {
    server,
    clients,
    ask,
    measure: async (collect = false) => {
      const measured = heard<FromFleetServer, 'measured'>(server, 'measured')
      server.send({ type: 'measure', collect } satisfies ToFleetServer)
      return (await measured).usage
    },
    connect: async () => {
      let cursors = { directory: '', access: '' }
      // One after the other, each from where the one before stood.
      for (const [i] of clients.entries()) ({ cursors } = await ask(i, { type: 'connect', cursors }, 'connected'))
    },
  }
}
