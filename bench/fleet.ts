// Owns the fleet of the server's benchmarks: a workspace on disk whose people have one enrolled device each, and the keys of
// those devices for the programs that play them.
// Always holds: what is set up here is what enrolment and import leave behind, only in one transaction instead of thousands.

import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import sodium from 'libsodium-wrappers'
import { createSystemRandom } from '../server/clock.ts'
import { openKeys } from '../server/keys.ts'
import { createSealing } from '../server/sealing.ts'
import { createServer } from '../server/server.ts'
import { openSqliteStore } from '../server/store/sqlite.ts'
import { type ConversationId, type DeviceId, makeId, type UserId } from '../shared/model.ts'
import { FailureError, type Result } from '../shared/result.ts'

export interface FleetDevice {
  readonly deviceId: DeviceId
  readonly userId: UserId
  /** PKCS #8, base64. */
  readonly privateKey: string
  /** The conversations that its user is in. */
  readonly conversationIds: readonly ConversationId[]
}

export const databaseOf = (dir: string) => join(dir, 'server.db')

/** Starts the product's server on a fleet's data, made durable as the product does. */
export async function startFleetServer(dir: string) {
  await sodium.ready
  const store = must(openSqliteStore(databaseOf(dir)))
  const keys = must(await openKeys(dir, createSystemRandom(), Date.now()))
  const server = await createServer({ store, keys })
  return { server, store, keys }
}

/** Sets up `people` in `dir`; `groups` names who is in which conversation, by number. Gives a device for each person. */
export async function makeFleet(dir: string, people: number, groups: readonly (readonly number[])[]) {
  const { server, store, keys } = await startFleetServer(dir)
  const names = Array.from({ length: people }, (_, i) => `person.${String(i).padStart(6, '0')}`)
  const nameOf = (i: number) => names[i] ?? ''
  must(
    server.importHistory({
      people: names.map((userName) => ({ userName, displayName: userName })),
      conversations: groups.map((members, i) => ({
        key: `g${i}`,
        kind: 'channel' as const,
        name: `項目 ${i}`,
        members: members.map(nameOf),
        createdBy: nameOf(members[0] ?? 0),
        createdAtMs: Date.now() - 1000,
        messages: [],
      })),
    }),
  )
  const random = createSystemRandom()
  const sealing = createSealing(keys.masterKey, random)
  const conversationsOf = new Map<UserId, ConversationId[]>()
  for (const { userId, conversationId } of store.view.memberships()) {
    const list = conversationsOf.get(userId)
    if (list === undefined) conversationsOf.set(userId, [conversationId])
    else list.push(conversationId)
  }
  const devices = store.transact((tx) =>
    names.map((userName): FleetDevice => {
      const user = tx.userByFoldedName(userName)
      if (user === undefined) throw new Error('a person was not imported')
      const { privateKey, publicKey } = generateKeyPairSync('ed25519')
      const deviceId = makeId('device', random(20))
      tx.insertDevice({
        deviceId,
        userId: user.userId,
        publicKey: String(publicKey.export({ format: 'jwk' }).x),
        name: 'Desk',
        platform: 'bench',
        clientVersion: '0.1.0',
        status: 'active',
        enrolledAtMs: Date.now(),
        lastSeenAtMs: undefined,
        leaseUntilMs: undefined,
        orderCounter: 0,
        cacheBytes: undefined,
      })
      tx.putLeaseShare(deviceId, { generation: 1, sealed: sealing.sealShare(deviceId, random(32)) })
      return {
        deviceId,
        userId: user.userId,
        privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
        conversationIds: conversationsOf.get(user.userId) ?? [],
      }
    }),
  )
  await server.close()
  store.close()
  return devices
}

/** The value; throws where there is none. */
function must<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new FailureError(result.error)
}
