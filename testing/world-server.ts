// Owns the workspace server inside a world: the server's own parts over a memory store and in-memory lines, on a virtual
// clock. It can be stopped, crashed and started again on the same store.
// Always holds: what a crashed run had not committed never happens; the gateway is the real one, fed through a real HTTP
// upgrade. Must never listen on a port.

import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { type Duplex, duplexPair } from 'node:stream'
import { WebSocket } from 'ws'
import { type Access, createAccess } from '../server/access/access.ts'
import { rootActor } from '../server/admin/actor.ts'
import { createCommits } from '../server/commits.ts'
import { addMembers, dropMember, tellChange } from '../server/conversations/changes.ts'
import { createConversations } from '../server/conversations/conversations.ts'
import { appendContent, eventJson, openContent } from '../server/conversations/events.ts'
import { createConversationLog } from '../server/conversations/log.ts'
import { createPrefs } from '../server/conversations/prefs.ts'
import { createRequests } from '../server/conversations/requests.ts'
import { createAttempts } from '../server/devices/attempts.ts'
import { createDevices } from '../server/devices/devices.ts'
import { createEnrolment } from '../server/devices/enrolment.ts'
import { createOrderDocuments } from '../server/devices/order-documents.ts'
import { createOrderHandover } from '../server/devices/order-handover.ts'
import { createSignOuts } from '../server/devices/sign-outs.ts'
import { createWipes } from '../server/devices/wipes.ts'
import { createDirectory } from '../server/directory/directory.ts'
import { createNoFiles } from '../server/files/files.ts'
import { openFleet } from '../server/fleet/fleet.ts'
import { createConnections } from '../server/gateway/connections.ts'
import { createFeeds } from '../server/gateway/feeds.ts'
import { createGateway } from '../server/gateway/gateway.ts'
import { createLeases } from '../server/gateway/leases.ts'
import { createLive } from '../server/gateway/live.ts'
import { createRates } from '../server/gateway/rates.ts'
import { createSessions } from '../server/gateway/session.ts'
import { createWatches } from '../server/gateway/watches.ts'
import { createKeys, type ServerKeys } from '../server/keys.ts'
import { type Log, silentLog } from '../server/log.ts'
import { openPolicies } from '../server/policies.ts'
import { createSealing } from '../server/sealing.ts'
import { createMemoryStore } from '../server/store/memory.ts'
import type { Store } from '../server/store/port.ts'
import { openWorkspace } from '../server/workspace.ts'
import type { PolicyChange } from '../shared/admin.ts'
import type { ConversationEvent, ConversationId, UserId } from '../shared/model.ts'
import { fail, type Result } from '../shared/result.ts'
import type { EnrolRequest, EnrolResponse } from '../shared/wire.ts'
import type { Random } from './random.ts'
import type { VirtualClock } from './virtual-clock.ts'

export const WORLD_ORIGIN = 'https://world.example'

export interface WorldServer {
  readonly view: Store['view']
  readonly running: boolean
  /** Connections taken so far. */
  readonly connections: number
  start(): void
  /** Says goodbye to every device and stops; `settle` gives it the time to. */
  stop(settle: () => Promise<void>): Promise<void>
  /** Stops at once: lines break, what was not committed is lost. */
  crash(): void
  /** A client's end of a new line; it fails where the server is not running. */
  dial(): WebSocket
  addUser(userName: string, department?: string): UserId
  /** The identity provider says so; nothing happens where the server is not running. */
  setDepartment(userId: UserId, department: string | undefined): void
  /** IT changes what desktops must obey; nothing happens where the server is not running. */
  changePolicy(change: PolicyChange): void
  createCode(userName: string): string
  enrol(request: EnrolRequest): Result<EnrolResponse>
  found(name: string, memberNames: readonly string[]): ConversationId
  /** Membership, as the server will change it: access first, then the event. */
  join(conversationId: ConversationId, userId: UserId): void
  leave(conversationId: ConversationId, userId: UserId): void
  viewableBy(userId: UserId): ReadonlySet<ConversationId>
  /** Appends `count` messages as somebody's program would. */
  post(conversationId: ConversationId, actorId: UserId, count: number): void
  /** The whole log of a conversation, opened. */
  log(conversationId: ConversationId): ConversationEvent[]
}

/** A server that is not running yet, with an empty workspace. */
export async function createWorldServer(parts: {
  clock: VirtualClock
  random: Random
  /** Hears of every error that a running server logs. */
  faulty?: (fault: string) => void
}): Promise<WorldServer> {
  const { clock, faulty } = parts
  const random = (count: number) => parts.random.bytes(count)
  const store = createMemoryStore()
  const keys: ServerKeys = await createKeys(random)
  const sealing = createSealing(keys.masterKey, random)
  let run: ReturnType<typeof assemble> | undefined
  let connections = 0

  function assemble() {
    let alive = true
    const log: Log = {
      ...silentLog,
      error: (fields, message) => alive && faulty?.(`${message} ${'err' in fields ? fields.err : ''}`),
    }
    const ends = new Set<Duplex>()
    // A commit that was queued when the process died must not reach the store afterwards.
    const guarded: Store = {
      ...store,
      transact(work) {
        if (!alive) throw new Error('this run of the server has ended')
        return store.transact(work)
      },
    }
    const found = openWorkspace(guarded, sealing, random, { workspaceName: 'World', operatorName: 'IT' })
    if (!found.ok) throw new Error(found.error.code)
    const workspace = found.value
    const kept = openPolicies(guarded, clock)
    if (!kept.ok) throw new Error(kept.error.code)
    const policies = kept.value
    const { view } = store
    const [authority] = keys.authorities
    const commits = createCommits(guarded, log)
    const access: Access = createAccess(view)
    const lines = createConnections(clock, log)
    const basics = { store: guarded, view, commits, access, sealing, workspace, clock, random, log, connections: lines }
    const opened = openFleet(basics)
    if (!opened.ok) throw new Error(opened.error.code)
    const fleet = opened.value
    const { rules, news } = fleet
    const feeds = createFeeds({ view, workspace })
    const documents = createOrderDocuments({ workspace, authority, rules, clock })
    const signOuts = createSignOuts({ documents, news, clock })
    const wipes = createWipes({ ...basics, authority, documents, news })
    const devices = createDevices({ ...basics, policies, wipes, signOuts, news })
    const leases = createLeases({ connections: lines, devices, commits, clock })
    const rates = createRates(clock)
    const watches = createWatches({ connections: lines, access, view, clock })
    const orders = createOrderHandover({ commits, wipes, signOuts })
    const live = createLive({ connections: lines, feeds, access, leases, watches, orders })
    const shared = { ...basics, news, fanOut: live }
    const sessions = createSessions({
      ...shared,
      // Nobody here is of IT.
      fleet: { perform: () => fail('not-allowed') },
      devices,
      log: createConversationLog({ ...shared, policies }),
      requests: createRequests({ ...shared, files: createNoFiles() }),
      prefs: createPrefs(shared),
      wipes,
      rates,
      watches,
    })
    const origins = new Set([WORLD_ORIGIN])
    const gateway = createGateway({
      ...shared,
      sessions,
      live,
      leases,
      watches,
      rates,
      feeds,
      devices,
      policies,
      authority,
      origins: () => origins,
    })
    const http: HttpServer = createHttpServer()
    http.on('upgrade', (request, socket, head) => gateway.upgrade(request, socket, head))
    return {
      access,
      live,
      commits,
      gateway,
      store: guarded,
      directory: createDirectory(shared),
      conversations: createConversations(shared),
      policies,
      enrolment: createEnrolment({
        ...shared,
        authorities: keys.authorities,
        attempts: createAttempts(clock),
        signOuts,
      }),
      accept(): Duplex {
        const [near, far] = duplexPair()
        for (const end of [near, far]) {
          end.on('error', () => undefined)
          ends.add(end)
        }
        // A pair of streams does not tell the one end that the other has been destroyed; a line does.
        for (const [end, other] of [
          [near, far],
          [far, near],
        ] as const)
          end.once('close', () => {
            ends.delete(end)
            other.destroy()
          })
        http.emit('connection', far)
        return near
      },
      end() {
        alive = false
        void gateway.close(0)
        fleet.stop()
        for (const end of ends) end.destroy()
        http.close()
      },
    }
  }

  const running = () => {
    if (!run) throw new Error('the server is not running')
    return run
  }
  const must = <T>(result: Result<T>): T => {
    if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`)
    return result.value
  }

  function setMember(conversationId: ConversationId, userId: UserId, active: boolean): void {
    const { access, live, store: guarded } = running()
    const by = { actorId: userId, atMs: clock.nowMs(), byOperator: false }
    const change = guarded.transact((tx) =>
      active
        ? addMembers(tx, sealing, conversationId, by, [userId])
        : dropMember(tx, sealing, conversationId, by, userId),
    )
    tellChange({ access, fanOut: live }, change)
  }

  return {
    view: store.view,
    get running() {
      return run !== undefined
    },
    get connections() {
      return connections
    },
    start() {
      run ??= assemble()
    },
    async stop(settle) {
      const ending = running()
      void ending.gateway.close(1000)
      await settle()
      ending.commits.flush()
      run = undefined
      ending.end()
    },
    crash() {
      const ending = running()
      run = undefined
      ending.end()
    },
    dial() {
      const current = run
      connections += 1
      return new WebSocket(`${WORLD_ORIGIN.replace('https', 'ws')}/v1/connect`, {
        perMessageDeflate: false,
        // Plain, over a pair of streams: what ws would dial is never asked.
        createConnection: () => current?.accept() ?? closedEnd(),
      })
    },
    addUser: (userName, department) =>
      must(running().directory.createUser({ userName, displayName: userName, ...(department && { department }) }, it))
        .id,
    setDepartment(userId, department) {
      if (!run) return
      run.store.transact((tx) => {
        const row = tx.user(userId)
        if (row) tx.updateUser({ ...row, department, revision: tx.nextRevision('directory') })
      })
      run.live.directoryChanged()
    },
    changePolicy(change) {
      if (run) run.live.policyChanged(run.policies.change(change, it))
    },
    createCode: (userName) => must(running().enrolment.createCode(userName, it)).code,
    enrol: (request) => running().enrolment.enrol(request, 'world'),
    found: (name, members) => must(running().conversations.createConversation({ name, members: [...members] }, it)).id,
    join: (conversationId, userId) => setMember(conversationId, userId, true),
    leave: (conversationId, userId) => setMember(conversationId, userId, false),
    viewableBy: (userId) =>
      new Set(
        store.view
          .memberships()
          .filter((row) => row.userId === userId && row.active)
          .map((row) => row.conversationId),
      ),
    post(conversationId, actorId, count) {
      const { live, store: guarded } = running()
      const events = guarded.transact((tx) =>
        Array.from({ length: count }, (_, i) => {
          const clientId = `msg_${toId(random(20))}`
          const json = JSON.stringify({ type: 'message', clientId, body: `circular ${i}` })
          const event = { conversationId, atMs: clock.nowMs(), actorId, kind: 'message', targetSeq: undefined, json }
          const place = appendContent(tx, sealing, event)
          return eventJson({ conversationId, actorId, ...place }, json)
        }),
      )
      for (const event of events) live.appended(conversationId, event)
    },
    log: (conversationId) =>
      store.view
        .events(conversationId, 1, Number.MAX_SAFE_INTEGER)
        .map((row) => JSON.parse(eventJson(row, openContent(store.view, sealing, row)))),
  }
}

/** Who does what IT does in a world. */
const it = rootActor('IT')

/** A line to nobody. */
function closedEnd(): Duplex {
  const [near] = duplexPair()
  near.destroy(Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' }))
  return near
}

const letters = '0123456789abcdefghjkmnpqrstvwxyz'
const toId = (bytes: Uint8Array) => [...bytes].map((byte) => letters[byte & 31]).join('')
