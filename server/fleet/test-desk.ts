// Owns a desk of IT for the server's tests: a person with the role, connected, asking of the fleet over the wire.
// Must never be imported by the product.

import type { FleetAsk, FleetTold, FleetToldOf, toldTypeOf } from '../../shared/fleet.ts'
import { fleetToldSchema } from '../../shared/fleet.ts'
import type { Server } from '../server.ts'
import { addUsers, enrolDevice, goLive, type Line, type TestDevice } from '../test-device.ts'

type Told<A extends FleetAsk> = FleetToldOf<(typeof toldTypeOf)[A['type']]>

export interface Desk {
  readonly device: TestDevice
  readonly line: Line
  /** The answer, which fits the contract. Rejects with the code where it is refused. */
  ask<A extends FleetAsk>(ask: A): Promise<Told<A>>
  /** The code with which it is refused; undefined where it is not. */
  refusal(ask: FleetAsk): Promise<string | undefined>
}

/** The value, or an exception with the code. */
export function must<T>(result: { ok: true; value: T } | { ok: false; error: { code: string; message: string } }): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`)
  return result.value
}

/** A desk of `device`, connected. */
export async function deskOf(server: Server, device: TestDevice): Promise<Desk> {
  const line = await goLive(server, device)
  let lastId = 0

  async function exchange(ask: FleetAsk): Promise<{ told: FleetTold } | { code: string }> {
    const id = ++lastId
    line.send({ type: 'request', id, request: { type: 'fleet', ask } })
    await line.settle()
    for (const frame of line.frames) {
      if (frame.type === 'refused' && frame.id === id) return { code: frame.code }
      if (frame.type === 'answer' && frame.id === id && frame.answer.type === 'fleet') {
        return { told: fleetToldSchema.parse(frame.answer.told) }
      }
    }
    throw new Error(`no answer to ${ask.type}`)
  }

  return {
    device,
    line,
    ask: async <A extends FleetAsk>(ask: A) => {
      const outcome = await exchange(ask)
      if ('code' in outcome) throw new Error(outcome.code)
      return outcome.told as Told<A>
    },
    refusal: async (ask) => {
      const outcome = await exchange(ask)
      return 'code' in outcome ? outcome.code : undefined
    },
  }
}

/** Adds a person of IT of this name, with a desktop that is connected. */
export async function addDesk(server: Server, userName: string): Promise<Desk> {
  addUsers(server, userName)
  must(server.admin.setRoles({ userName, roles: ['it'] }))
  return deskOf(server, await enrolDevice(server, userName))
}
