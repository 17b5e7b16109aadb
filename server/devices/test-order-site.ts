// Owns the place where orders are checked: a workspace on a clock that stands, the people who give and approve orders, and
// short words for what they do. Must never be imported by the product.

import { compactVerify, importJWK } from 'jose'
import type { FleetOrder, OrderKind, OrderTarget } from '../../shared/fleet.ts'
import type { DeviceId, WipeId } from '../../shared/model.ts'
import type { Result } from '../../shared/result.ts'
import type { Actor } from '../admin/actor.ts'
import { createSystemRandom } from '../clock.ts'
import { createKeys } from '../keys.ts'
import { createServer, type Server } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/port.ts'
import { createTestClock } from '../test-clock.ts'
import { addUsers, enrolDevice, postJson, type TestDevice } from '../test-device.ts'

export const ada: Actor = { identity: 'operator:opr_a', name: 'Ada', isRoot: false }
export const ben: Actor = { identity: 'user:usr_b', name: '陳主任', isRoot: false }

/** The value, where a test cannot go on without it. */
export function taken<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new Error(`${result.error.code}: ${result.error.message}`)
}

/** What the code of a failure is; 'ok' where there is none. */
export const codeOf = (result: Result<unknown>) => (result.ok ? 'ok' : result.error.code)

export async function openSite(store: Store = createMemoryStore()) {
  const clock = createTestClock()
  const keys = await createKeys(createSystemRandom())
  const start = () => createServer({ store, keys, clock, workspaceName: 'Harbour', operatorName: 'Harbour IT' })
  let server: Server = await start()
  const { view } = store

  function order(kind: OrderKind, target: OrderTarget, by: Actor = ada): FleetOrder {
    const { digest } = taken(server.admin.tryOrder({ kind, target }))
    return taken(server.admin.giveOrder({ kind, target, reason: '遺失 laptop', digest }, by))
  }

  return {
    store,
    view,
    clock,
    server: () => server,
    /** Stops and starts again on the same data. */
    restart: async () => {
      await server.close()
      server = await start()
    },
    close: () => server.close(),
    addUsers: (...names: string[]) => addUsers(server, ...names),
    /** One new device of each of these people. */
    enrol: async (...names: string[]): Promise<TestDevice[]> => {
      const devices: TestDevice[] = []
      for (const name of names) devices.push(await enrolDevice(server, name))
      return devices
    },
    order,
    /** Orders for these devices, approved where that is needed. */
    issue: (kind: OrderKind, target: OrderTarget): FleetOrder => {
      const given = order(kind, target)
      if (given.state === 'issued') return given
      return taken(server.admin.decideOrder({ orderId: given.orderId, approve: true }, ben))
    },
    statuses: (...devices: TestDevice[]) => devices.map(({ deviceId }) => view.device(deviceId)?.status),
    /** The newest wipe of this device. */
    wipeOf: ({ deviceId }: TestDevice) => {
      const [wipe] = view.wipesOfDevice(deviceId)
      if (wipe === undefined) throw new Error('no wipe')
      return wipe
    },
    deliver: (wipeId: WipeId, receipt: string) => postJson(`${server.url}/v1/wipes/${wipeId}/receipt`, { receipt }),
    /** What a document of the authority says, verified by jose. */
    read: async (jws: string | undefined): Promise<Record<string, unknown>> => {
      const [authority] = server.authorityKeys
      const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: authority?.publicKey ?? '' }, 'EdDSA')
      const { payload, protectedHeader } = await compactVerify(jws ?? '', key)
      return { typ: protectedHeader.typ, ...(JSON.parse(new TextDecoder().decode(payload)) as object) }
    },
  }
}
export type OrderSite = Awaited<ReturnType<typeof openSite>>

export const forDevices = (...devices: readonly { readonly deviceId: DeviceId }[]): OrderTarget => ({
  type: 'devices',
  deviceIds: devices.map((device) => device.deviceId),
})
