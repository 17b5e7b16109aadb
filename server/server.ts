// Owns putting the workspace server together, starting it and stopping it; main.ts, the demo and tests call it.
// Always holds: one process has the data; a start that fails leaves nothing open; what was acknowledged is durable
// before the server has closed.

import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import sodium from 'libsodium-wrappers'
import { limits } from '../shared/limits.ts'
import type { WorkspaceId } from '../shared/model.ts'
import { FailureError, fail, ok, type Result } from '../shared/result.ts'
import type { AuthorityKey } from '../shared/wire.ts'
import { createAccess } from './access/access.ts'
import { type AdminActs, createAdminActs } from './admin/acts.ts'
import { createIdempotency } from './admin/idempotency.ts'
import { createOperators } from './admin/operators.ts'
import { type Clock, createSystemRandom, type Random, systemClock } from './clock.ts'
import { createCommits } from './commits.ts'
import { createConversations } from './conversations/conversations.ts'
import { createImport, type History, type Imported } from './conversations/import.ts'
import { createConversationLog, type Place } from './conversations/log.ts'
import { createPrefs } from './conversations/prefs.ts'
import { createRecorder, type Entry } from './conversations/recorder.ts'
import { createRequests } from './conversations/requests.ts'
import { openDataDir } from './data-dir.ts'
import { createAttempts } from './devices/attempts.ts'
import { createDevices } from './devices/devices.ts'
import { createEnrolment } from './devices/enrolment.ts'
import { createOrderDocuments } from './devices/order-documents.ts'
import { createOrderHandover } from './devices/order-handover.ts'
import { createOrders } from './devices/orders.ts'
import { createSignOuts } from './devices/sign-outs.ts'
import { createSigning } from './devices/signing.ts'
import { createWipes } from './devices/wipes.ts'
import { createDirectory, foldUserName } from './directory/directory.ts'
import { createNoFiles, openFiles } from './files/files.ts'
import { createFleetDesk } from './fleet/desk.ts'
import { openFleet } from './fleet/fleet.ts'
import { createFleetRequests } from './fleet/requests.ts'
import { createConnections } from './gateway/connections.ts'
import { createFeeds } from './gateway/feeds.ts'
import { createGateway } from './gateway/gateway.ts'
import { createLeases } from './gateway/leases.ts'
import { createLive } from './gateway/live.ts'
import { ownOrigins } from './gateway/origins.ts'
import { createRates } from './gateway/rates.ts'
import { createSessions } from './gateway/session.ts'
import { createWatches } from './gateway/watches.ts'
import { createHttp } from './http.ts'
import { createKeys, openKeys, type ServerKeys } from './keys.ts'
import { type Log, silentLog } from './log.ts'
import { openPolicies } from './policies.ts'
import { createSealing } from './sealing.ts'
import type { Store } from './store/port.ts'
import { openSqliteStore } from './store/sqlite.ts'
import { openWorkspace } from './workspace.ts'

export interface ServerOptions {
  /** Where the data lies. Either this or `store`. */
  readonly dataDir?: string
  /** A store to run on instead; whoever made it closes it. */
  readonly store?: Store
  /** With `store`: the keys of its data; new ones where left out. The same ones are needed to run on it again. */
  readonly keys?: ServerKeys
  /** Where files lie, besides in `files` below `dataDir`. With a store and without this, no files are kept. */
  readonly filesDir?: string
  /** 0, the default, takes a free port. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Further origins under which devices dial this server, as `https://chat.example.com`. */
  readonly publicOrigins?: readonly string[]
  /** Names given at the first start. */
  readonly workspaceName?: string
  readonly operatorName?: string
  readonly clock?: Clock
  readonly random?: Random
  readonly log?: Log
}

export interface Server {
  /** `http://host:port`. */
  readonly url: string
  readonly adminToken: string
  readonly workspaceId: WorkspaceId
  readonly workspaceName: string
  /** Public keys that verify wipe orders and welcomes, the current one first. */
  readonly authorityKeys: readonly AuthorityKey[]
  /** What the admin API does, in-process: each act takes its route's parameters and body as one object. */
  readonly admin: AdminActs
  /**
   * Keeps a file as handed in by a person, so that past messages may have it, and tells its SHA-256 (base64url). Repeating it
   * is harmless. Failures: `not-found` (the user), `disk-full`, `unavailable`.
   */
  adoptFile(userName: string, bytes: Uint8Array): Promise<Result<string>>
  /** Brings in past conversations; running it again finishes what was interrupted and repeats nothing. */
  importHistory(history: History): Result<Imported>
  /**
   * Appends an event in the name of a member, as a device of theirs would; durable on return. Failures: `not-found` (the
   * user), `not-allowed` (not their conversation, not their message to edit), `conversation-archived`, `message-deleted`,
   * `bad-input`.
   */
  appendEvent(entry: Entry): Result<Place>
  /** Stops within limits.shutdownMs, everything acknowledged being durable. */
  close(): Promise<void>
}

/** The version in package.json. */
function readVersion(): string {
  const value: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const found = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined
  return typeof found === 'string' ? found : '0.0.0'
}

interface Opened {
  readonly store: Store
  readonly keys: ServerKeys
  release(): void
}

/** Opens the data, or leaves nothing open. */
async function openData(options: ServerOptions, random: Random, clock: Clock): Promise<Result<Opened>> {
  if (options.store !== undefined) {
    return ok({ store: options.store, keys: options.keys ?? (await createKeys(random)), release: () => undefined })
  }
  if (options.dataDir === undefined) return fail('wrong-usage', 'A server needs a data directory or a store.')
  const dir = openDataDir(options.dataDir)
  if (!dir.ok) return dir
  const keys = await openKeys(options.dataDir, random, clock.nowMs())
  const store = keys.ok ? openSqliteStore(dir.value.databasePath) : keys
  if (!keys.ok || !store.ok) {
    dir.value.release()
    return keys.ok ? (store as Result<never>) : keys
  }
  const release = () => {
    store.value.close()
    dir.value.release()
  }
  return ok({ store: store.value, keys: keys.value, release })
}

function listenFailure(error: unknown): Result<never> | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  if (error.code === 'EADDRINUSE') return fail('port-taken')
  if (error.code === 'EACCES') return fail('not-allowed', 'This port may not be listened on.')
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return fail('wrong-usage', 'The host is not an address of this computer.')
  }
  return undefined
}

/**
 * Starts a server. Failures: `data-not-writable`, `data-in-use`, `data-too-new`, `store-corrupt`, `disk-full`,
 * `port-taken`, `not-allowed` (the port), `wrong-usage`.
 */
export async function startServer(options: ServerOptions): Promise<Result<Server>> {
  await sodium.ready
  const {
    clock = systemClock,
    random = createSystemRandom(),
    log = silentLog,
    host = '127.0.0.1',
    publicOrigins = [],
  } = options
  const opened = await openData(options, random, clock)
  if (!opened.ok) return opened
  const { store, keys, release } = opened.value
  try {
    const sealing = createSealing(keys.masterKey, random)
    const names = {
      workspaceName: options.workspaceName ?? 'Causeway',
      operatorName: options.operatorName ?? 'IT administrator',
    }
    const found = openWorkspace(store, sealing, random, names)
    const kept = openPolicies(store, clock)
    if (!found.ok || !kept.ok) {
      release()
      return found.ok ? (kept as Result<never>) : found
    }
    const workspace = found.value
    const policies = kept.value
    const { view } = store
    const [authority] = keys.authorities
    let origins: ReadonlySet<string> = new Set()

    const commits = createCommits(store, log)
    const connections = createConnections(clock, log)
    const basics = { store, view, commits, sealing, workspace, clock, random, log, connections }
    const openedFleet = openFleet(basics)
    if (!openedFleet.ok) {
      release()
      return openedFleet
    }
    const fleet = openedFleet.value
    const { rules, news } = fleet
    const access = createAccess(view)
    const feeds = createFeeds({ view, workspace })
    const documents = createOrderDocuments({ workspace, authority, rules, clock })
    const signOuts = createSignOuts({ documents, news, clock })
    const wipes = createWipes({ ...basics, authority, documents, news })
    const devices = createDevices({ ...basics, policies, wipes, signOuts, news })
    const leases = createLeases({ connections, devices, commits, clock })
    const rates = createRates(clock)
    const watches = createWatches({ connections, access, view, clock })
    const orderHandover = createOrderHandover({ commits, wipes, signOuts })
    const live = createLive({ connections, feeds, access, leases, watches, orders: orderHandover })
    const shared = { ...basics, access, news, fanOut: live }
    const signing = createSigning({ ...shared, documents })
    const orders = createOrders({ ...shared, rules, search: fleet.devices, wipes, signOuts, signing })
    const filesDir = options.filesDir ?? (options.dataDir === undefined ? undefined : join(options.dataDir, 'files'))
    const files = filesDir === undefined ? createNoFiles() : await openFiles(filesDir, shared)
    const directory = createDirectory(shared)
    const conversations = createConversations(shared)
    const attempts = createAttempts(clock)
    const enrolment = createEnrolment({ ...shared, authorities: keys.authorities, attempts, signOuts })
    const conversationLog = createConversationLog({ ...shared, policies })
    const requests = createRequests({ ...shared, files })
    const prefs = createPrefs(shared)
    const { importHistory } = createImport(shared)
    const { appendEvent } = createRecorder(shared)
    const { authorities } = keys
    const desk = createFleetDesk({ view, devices: fleet.devices, orders, wipes, authorities, clock })
    const idempotency = createIdempotency({ store, clock })
    const fleetRequests = createFleetRequests({ view, fleet, desk, idempotency })
    const sessions = createSessions({
      ...shared,
      log: conversationLog,
      requests,
      fleet: fleetRequests,
      prefs,
      wipes,
      devices,
      rates,
      watches,
    })
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
    const { adminToken } = keys
    const operators = createOperators({ ...shared, adminToken, operatorName: workspace.operatorName })
    const acts = createAdminActs({
      ...shared,
      directory,
      enrolment,
      conversations,
      devices,
      orders,
      wipes,
      fleet,
      desk,
      operators,
      policies,
      authorities,
      version: readVersion(),
    })
    const http = createHttp({
      ...shared,
      admin: { acts, operators, idempotency },
      enrolment,
      wipes,
      attempts,
      gateway,
      files,
    })

    try {
      await http.listen({ port: options.port ?? 0, host })
    } catch (error) {
      await gateway.close(0)
      await http.close()
      await files.close()
      const failure = listenFailure(error)
      if (failure === undefined) throw error
      release()
      return failure
    }
    fleet.start()
    orders.start()
    const { port } = http.server.address() as AddressInfo
    origins = ownOrigins(host, port, publicOrigins)
    log.info({ workspace: workspace.workspaceId }, 'listening')

    let closing: Promise<void> | undefined
    const close = async () => {
      // Half of the time for devices, the rest for requests and the last commit.
      await gateway.close(limits.shutdownMs / 2)
      await http.close()
      orders.stop()
      fleet.stop()
      await files.close()
      commits.flush()
      release()
      log.info({}, 'stopped')
    }
    return ok({
      url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
      adminToken: keys.adminToken,
      workspaceId: workspace.workspaceId,
      workspaceName: workspace.name,
      authorityKeys: keys.authorities.map(({ kid, publicKey }) => ({ kid, publicKey })),
      admin: acts,
      adoptFile: async (userName, bytes) => {
        const user = view.userByFoldedName(foldUserName(userName))
        return user === undefined ? fail('not-found', `No such user: ${userName}.`) : files.adopt(user.userId, bytes)
      },
      importHistory,
      appendEvent,
      close: () => {
        closing ??= close()
        return closing
      },
    })
  } catch (error) {
    release()
    throw error
  }
}

/** As startServer, for callers that cannot go on without it. Throws FailureError. */
export async function createServer(options: ServerOptions): Promise<Server> {
  const started = await startServer(options)
  if (!started.ok) throw new FailureError(started.error)
  return started.value
}
