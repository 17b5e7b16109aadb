// Owns the place where the tests of files happen: a store with people, devices and conversations, the routes of files on a
// server of their own, a restart of it, and a device's side of the calls. Must never be imported by the product.

import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import sodium from 'libsodium-wrappers'
import { createAccess } from '../server/access/access.ts'
import { type Clock, createSystemRandom, systemClock } from '../server/clock.ts'
import { createCommits } from '../server/commits.ts'
import { type By, type Files, openFiles } from '../server/files/files.ts'
import type { Disk } from '../server/files/parts.ts'
import { registerFileRoutes } from '../server/files/routes.ts'
import type { Log } from '../server/log.ts'
import { createSealing } from '../server/sealing.ts'
import { createMemoryStore } from '../server/store/memory.ts'
import type { Store } from '../server/store/port.ts'
import { type ConversationId, type DeviceId, makeId, type UserId } from '../shared/model.ts'
import type { Failure } from '../shared/result.ts'
import { partCount } from '../shared/sealed-parts.ts'
import { fileHash, filePart } from './file-bytes.ts'

export interface Site {
  readonly files: Files
  readonly store: Store
  /** `http://127.0.0.1:port`. */
  readonly url: string
  /** What was logged as an error. */
  readonly faults: readonly unknown[]
  /** A new person with a device. */
  addPerson(): By
  addDevice(userId: UserId): DeviceId
  addConversation(...userIds: UserId[]): ConversationId
  setMember(conversationId: ConversationId, userId: UserId, active: boolean): void
  setActive(userId: UserId, active: boolean): void
  /** Puts the file on a message that counts as sent at `seq`. */
  refer(sha256: string, conversationId: ConversationId, seq: number): void
  /** Ends what runs and opens it again on what is stored. */
  restart(): Promise<Site>
  close(): Promise<void>
}

interface SiteOptions {
  readonly dir: string
  readonly store?: Store
  readonly clock?: Clock
  readonly disk?: Disk
}

const random = createSystemRandom()

export async function openSite(options: SiteOptions): Promise<Site> {
  const { dir, store = createMemoryStore(), clock = systemClock, disk } = options
  await sodium.ready
  const faults: unknown[] = []
  const fault = (fields: object) => void faults.push('err' in fields ? fields.err : fields)
  const log: Log = { debug: () => undefined, info: () => undefined, warn: fault, error: fault }
  const { view } = store
  const access = createAccess(view)
  const commits = createCommits(store, log)
  const sealing = createSealing(Buffer.alloc(32, 5), random)
  const owned = { view, access, commits, sealing, clock, random, log, ...(disk === undefined ? {} : { disk }) }
  const files = await openFiles(dir, owned)
  const app = Fastify({ logger: false, forceCloseConnections: true })
  registerFileRoutes(app, files, clock)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const close = async () => {
    await app.close()
    await files.close()
    commits.flush()
  }

  function addDevice(userId: UserId): DeviceId {
    const deviceId = makeId('device', random(20))
    store.transact((tx) =>
      tx.insertDevice({
        deviceId,
        userId,
        publicKey: deviceId,
        name: 'Desk',
        platform: 'linux',
        clientVersion: '0.1.0',
        status: 'active',
        enrolledAtMs: 1,
        lastSeenAtMs: undefined,
        leaseUntilMs: undefined,
        orderCounter: 0,
        cacheBytes: undefined,
      }),
    )
    return deviceId
  }

  function setMember(conversationId: ConversationId, userId: UserId, active: boolean): void {
    const row = store.transact((tx) => {
      const made = { conversationId, userId, active, revision: tx.nextRevision('access') }
      tx.putMembership(made)
      return made
    })
    access.apply([row])
  }

  return {
    files,
    store,
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    faults,
    addDevice,
    setMember,
    addPerson: () => {
      const userId = makeId('user', random(20))
      store.transact((tx) =>
        tx.insertUser({
          userId,
          userName: userId,
          foldedName: userId,
          displayName: userId,
          department: undefined,
          title: undefined,
          managerId: undefined,
          active: true,
          roles: [],
          revision: tx.nextRevision('directory'),
        }),
      )
      return { userId, deviceId: addDevice(userId) }
    },
    addConversation: (...userIds) => {
      const conversationId = makeId('conversation', random(20))
      store.transact((tx) =>
        tx.insertConversation({
          conversationId,
          kind: 'group',
          name: 'Group',
          topic: undefined,
          space: undefined,
          labels: undefined,
          ownerId: undefined,
          isOpen: false,
          directKey: undefined,
          createdAtMs: 1,
          sealedKey: Uint8Array.of(1),
          revision: tx.nextRevision('access'),
        }),
      )
      for (const userId of userIds) setMember(conversationId, userId, true)
      return conversationId
    },
    setActive: (userId, active) => {
      const before = view.user(userId)
      if (before === undefined) throw new Error('no such person')
      store.transact((tx) => tx.updateUser({ ...before, active, revision: tx.nextRevision('directory') }))
      access.applyUsers([{ userId, active }])
    },
    refer: (sha256, conversationId, seq) => store.transact((tx) => tx.addFileRef(sha256, conversationId, seq)),
    restart: async () => {
      await close()
      return openSite({ ...options, store })
    },
    close,
  }
}

const partType = 'application/octet-stream'

export interface Answered {
  readonly status: number
  readonly headers: Headers
  /** Of a problem or an upload. */
  readonly code?: Failure['code']
  readonly parts?: number
}

/** Calls a route of files; the answer's JSON as an object. */
export async function call(url: string, path: string, permit: string, init: RequestInit = {}): Promise<Answered> {
  const response = await fetch(`${url}/v1/files/${path}`, {
    ...init,
    headers: { authorization: `Bearer ${permit}`, ...init.headers },
  })
  const text = await response.text()
  const body: object = text.startsWith('{') ? JSON.parse(text) : {}
  return { status: response.status, headers: response.headers, ...body }
}

export function putPart(url: string, sha256: string, part: number, permit: string, bytes: Uint8Array<ArrayBuffer>) {
  const headers = { 'content-type': partType }
  return call(url, `${sha256}/parts/${part}`, permit, { method: 'PUT', headers, body: bytes })
}

export function finish(url: string, sha256: string, permit: string): Promise<Answered> {
  return call(url, `${sha256}/finish`, permit, { method: 'POST' })
}

export const ask = (conversationId: ConversationId, sha256: string, bytes: number) =>
  ({ type: 'upload', conversationId, sha256, bytes }) as const
export const fetching = (conversationId: ConversationId, sha256: string, seq = 1) =>
  ({ type: 'download', conversationId, seq, sha256 }) as const

export function grant(site: Site, by: By, conversationId: ConversationId, sha256: string, bytes: number) {
  const granted = site.files.upload(by, ask(conversationId, sha256, bytes))
  if (!granted.ok) throw new Error(granted.error.code)
  return granted.value
}

/** A permit to fetch the file of the message at 1. */
export function grantFetch(site: Site, by: By, conversationId: ConversationId, sha256: string): string {
  const granted = site.files.download(by, fetching(conversationId, sha256))
  if (!granted.ok) throw new Error(granted.error.code)
  return granted.value.permit
}

/** Part `n` of a made-up file. */
export const part = (seed: number, bytes: number, n: number) => Uint8Array.from(filePart(seed, bytes, n))

/** Sends a whole made-up file and gives its hash. */
export async function send(site: Site, by: By, conversationId: ConversationId, seed: number, bytes: number) {
  const sha256 = fileHash(seed, bytes)
  const { permit } = grant(site, by, conversationId, sha256, bytes)
  for (let n = 0; n < partCount(bytes); n++) {
    const put = await putPart(site.url, sha256, n, permit, part(seed, bytes, n))
    if (put.parts !== n + 1) throw new Error(`part ${n}: ${put.code}`)
  }
  const finished = await finish(site.url, sha256, permit)
  if (finished.status !== 200) throw new Error(finished.code)
  return sha256
}

export const getPart = (site: Site, sha256: string, n: number, permit: string, headers = {}) =>
  fetch(`${site.url}/v1/files/${sha256}/parts/${n}`, { headers: { authorization: `Bearer ${permit}`, ...headers } })

/** A PUT of `whole` bytes that has sent some of them and neither ends nor goes on; `ended` tells its status, or 0. */
export async function startPut(
  site: Pick<Site, 'url'>,
  sha256: string,
  n: number,
  permit: string,
  whole: number,
  sent: Uint8Array,
) {
  const put = request(`${site.url}/v1/files/${sha256}/parts/${n}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${permit}`, 'content-type': partType, 'content-length': whole },
  })
  const ended = new Promise<number>((resolve) => {
    put.on('error', () => resolve(0))
    put.on('response', (response) => resolve(response.statusCode ?? 0))
  })
  await new Promise<void>((resolve) => put.write(sent, () => resolve()))
  return { put, ended }
}
