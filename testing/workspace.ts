// Owns a real workspace server for tests of the client, on loopback and over a data folder, so that it can be stopped and
// started again at the same address.
// Always holds: what IT does goes through the admin acts; the folder is the caller's.

import type { Entry } from '../server/conversations/recorder.ts'
import { createServer, type Server, type ServerOptions } from '../server/server.ts'
import type { AdminWipe, PolicyChange } from '../shared/admin.ts'
import type { FleetOrder, OrderRequest, Role } from '../shared/fleet.ts'
import type { ConversationId, DeviceId, OrderId, WipeId } from '../shared/model.ts'
import type { Result } from '../shared/result.ts'

export interface Workspace {
  readonly url: string
  start(): Promise<void>
  stop(): Promise<void>
  addUser(userName: string, displayName: string): void
  deactivate(userName: string): void
  /** A fresh enrolment code. */
  code(userName: string): string
  found(name: string, members: readonly string[]): ConversationId
  deviceOf(userName: string): DeviceId
  wipe(deviceId: DeviceId, reason: string): AdminWipe
  /** IT gives an order that needs nobody's approval. */
  order(request: OrderRequest): FleetOrder
  /** The wipes of an order, one a device. */
  wipesOf(orderId: OrderId): AdminWipe[]
  setRoles(userName: string, roles: readonly Role[]): void
  /** Ed25519, base64url: signs orders and countersignatures. */
  authorityKey(): string
  showWipe(wipeId: WipeId): AdminWipe
  setPolicy(change: PolicyChange): void
  /** Hands out another lease share. */
  rotate(deviceId: DeviceId): void
  /** What no desktop can make yet: edits, deletions, messages with files. Answers its seq. */
  append(conversationId: ConversationId, by: string, content: Entry['content']): number
  /** Puts the server's clock on by `ms`. */
  pass(ms: number): void
  /** Head of a conversation: how many events its log holds. */
  headSeq(conversationId: ConversationId): number
}

/** Starts a server over `dataDir`. */
export async function startWorkspace(dataDir: string): Promise<Workspace> {
  let aheadMs = 0
  const clock: ServerOptions['clock'] = {
    nowMs: () => Date.now() + aheadMs,
    after(delayMs, run) {
      const timer = setTimeout(run, delayMs)
      return () => clearTimeout(timer)
    },
  }
  const names = { workspaceName: '海灣行', operatorName: 'IT 支援組' }
  let server: Server | undefined = await createServer({ dataDir, clock, ...names })
  const { url } = server
  const port = Number(new URL(url).port)
  const admin = () => {
    if (!server) throw new Error('the server is stopped')
    return server.admin
  }
  return {
    url,
    async start() {
      server ??= await createServer({ dataDir, clock, port })
    },
    async stop() {
      const ending = server
      server = undefined
      await ending?.close()
    },
    addUser: (userName, displayName) => void must(admin().createUser({ userName, displayName })),
    deactivate: (userName) => void must(admin().deactivateUser({ userName })),
    code: (user) => must(admin().createEnrolment({ user })).code,
    found: (name, members) => must(admin().createConversation({ name, members: [...members] })).id,
    deviceOf(userName) {
      const device = must(admin().listDevices({})).findLast(({ user }) => user === userName)
      if (!device) throw new Error('no such device')
      return device.id
    },
    wipe: (deviceId, reason) => must(admin().wipeDevice({ deviceId, reason })),
    order: (request) => must(admin().giveOrder(request)),
    wipesOf: (orderId) =>
      must(admin().showOrder({ orderId })).devices.flatMap(({ wipeId }) =>
        wipeId === undefined ? [] : [must(admin().showWipe({ wipeId }))],
      ),
    setRoles: (userName, roles) => void must(admin().setRoles({ userName, roles: [...roles] })),
    authorityKey: () => must(admin().showKeys({})).authority[0]?.publicKey ?? '',
    showWipe: (wipeId) => must(admin().showWipe({ wipeId })),
    setPolicy: (change) => void must(admin().changePolicy(change)),
    rotate: (deviceId) => void must(admin().rotateDevice({ deviceId })),
    append: (conversationId, by, content) => {
      if (!server) throw new Error('the server is stopped')
      return must(server.appendEvent({ conversationId, by, content })).seq
    },
    pass(ms) {
      aheadMs += ms
    },
    headSeq: (id) => must(admin().listConversations({})).find((row) => row.id === id)?.headSeq ?? 0,
  }
}

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`)
  return result.value
}
