// Owns profiles to be wiped in tests: enrolled, with a used cache, settings, logs and the host's storage; and a wipe over one.
// Always holds: vault, store and files are the product's own; only key store, server and timers are stand-ins. Whoever knows
// the folder can resume: the secrets of key store and authority follow from constants.

import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cachePlaces, remainsPaths } from '../main/app-cache.ts'
import { shredAll } from '../main/files/shred.ts'
import { openProfile, type Profile } from '../main/profile/profile.ts'
import { shardFileName } from '../main/search/shard-files.ts'
import { storeFailure } from '../main/store/failures.ts'
import { setAsideOf } from '../main/store/quarantine.ts'
import { type Lost, openStore, type Store } from '../main/store/store.ts'
import { createCipher, verifySignature } from '../main/vault/cipher.ts'
import { createVault, type Vault } from '../main/vault/vault.ts'
import { createOrders, type Orders, type OrdersParts } from '../main/wipe/orders.ts'
import type { WipeStep } from '../main/wipe/plan.ts'
import { createWipe, type Wipe, type WipeParts } from '../main/wipe/run.ts'
import { openReceipt, signOrder, toBase64url, type WipeOrder, type WipeReceipt } from '../shared/proof.ts'
import { cacheFile, exampleCache, fill } from './caches.ts'
import { createExample } from './example.ts'
import { createMemoryKeyStore, type MemoryKeyStore } from './memory-key-store.ts'
import { createRandom } from './random.ts'
import { createTestSigner } from './signing.ts'

const SECRET = new Uint8Array(32).fill(9)
export const startedAtMs = Date.UTC(2026, 2, 2, 9)
const known = exampleCache(81, 3, 10)

export interface Wipeable {
  readonly dir: string
  readonly order: WipeOrder
  /** The order as compact JWS. */
  readonly jws: string
  readonly devicePublicKey: string
}

/** The order for the device of these tests; the same in every process. */
async function orderFor(): Promise<{ order: WipeOrder; jws: string; kid: string; publicKey: string }> {
  const signer = await createTestSigner(createRandom(82))
  const order = exampleCache(83).example.wipeOrder({ counter: 5, issuedAtMs: startedAtMs - 1000 })
  return { order, jws: signOrder(order, signer.kid, signer.sign), kid: signer.kid, publicKey: signer.publicKey }
}

function openedProfile(dir: string): Profile {
  const opened = openProfile(dir)
  if (!opened.ok) throw new Error(opened.error.code)
  return opened.value
}

async function openedStore(dir: string, vault: Vault): Promise<Store | undefined> {
  const root = await vault.openRootKey(startedAtMs)
  if (!root.ok) return undefined
  const cipher = await createCipher()
  const opened = openStore({ cipher, file: cacheFile(dir), rootKey: root.value.root, self: known.self })
  if (!opened.ok) throw new Error(opened.error.code)
  return opened.value
}

/** Makes a used profile in `dir` and leaves it closed. */
export async function createWipeable(dir: string): Promise<Wipeable> {
  await createCipher()
  const { order, jws, kid, publicKey } = await orderFor()
  const profile = openedProfile(dir)
  const vault = createVault({ profile, keyStore: createMemoryKeyStore(SECRET) })
  const draft = vault.draftDeviceKey()
  await vault.enrolled({
    deviceId: order.deviceId,
    userId: known.self,
    workspaceId: order.workspaceId,
    workspaceName: order.workspaceName,
    serverOrigin: 'https://chat.harbour.example',
    authorityKeys: [{ kid, publicKey }],
    orderCounter: 0,
    enrolledAtMs: startedAtMs,
  })
  const untilMs = startedAtMs + 72 * 3_600_000
  const share = toBase64url(createRandom(84).bytes(32))
  await vault.saveLease({ share, generation: 1, issuedAtMs: startedAtMs, untilMs }, startedAtMs, startedAtMs)
  const store = await openedStore(dir, vault)
  if (!store) throw new Error('locked')
  fill(store, known)
  store.close()
  profile.write('settings.json', Buffer.from('{}'))
  for (const [name, text] of [
    ['logs/causeway.log', 'line\n'],
    ['logs/causeway.log.old', 'line\n'],
    ['store/quarantine-1/cache.db', 'old cache'],
    ['vault/local.sealed.new', 'a draft cut off'],
    ['host/Default/Cookies', 'cookies'],
    ['undeclared.tmp', 'nobody declared this'],
  ] as const) {
    mkdirSync(join(dir, name, '..'), { recursive: true })
    writeFileSync(join(dir, name), text)
  }
  profile.release()
  return { dir, order, jws, devicePublicKey: draft.publicKey }
}

export type Probe = (step: WipeStep, when: 'before' | 'after') => void

export interface OpenedWipe {
  readonly wipe: Wipe
  readonly vault: Vault
  readonly profile: Profile
  readonly keyStore: MemoryKeyStore
  readonly store: Store | undefined
  /** Begins if nothing is under way, and carries out. */
  run(): Promise<void>
  close(): void
}

/** What a program does at its start with the profile in `dir`: open, load, resume. */
export async function openWipe(dir: string, overrides: Partial<WipeParts> = {}): Promise<OpenedWipe> {
  await createCipher()
  const { order, jws } = await orderFor()
  const profile = overrides.profile ?? openedProfile(dir)
  const keyStore = createMemoryKeyStore(SECRET)
  const vault = createVault({ profile, keyStore })
  let store: Store | undefined
  const wipe = createWipe({
    profile,
    vault,
    async closeCache() {
      store?.close()
      store = undefined
    },
    releaseFiles: () => {},
    clearHostStorage: async () => ({ files: 0, bytes: 0 }),
    deliver: async () => false,
    nowMs: () => startedAtMs,
    setTimer: () => () => {},
    about: { bootId: 'boot', version: '0.1.0' },
    changed: () => {},
    log: { error: () => {}, info: () => {}, debug: () => {} },
    ...overrides,
  })
  await vault.load()
  if (!wipe.underWay()) store = await openedStore(dir, vault)
  return {
    wipe,
    vault,
    profile,
    keyStore,
    store,
    async run() {
      if (!wipe.underWay()) await wipe.begin(order, jws, 'https://chat.harbour.example', (store?.keyCount() ?? 0) + 2)
      await wipe.carryOut()
    },
    close() {
      wipe.stop()
      store?.close()
      profile.release()
    },
  }
}

// --- wipes of single conversations ------------------------------------------------------------------------------------

/** The conversations of every profile made here. */
export const conversations = known.conversations

/** An order for single conversations, as the authority of these profiles signs it; the same in every process. */
export async function orderConversations(change: Partial<WipeOrder> & Pick<WipeOrder, 'scope'>) {
  const { order } = await orderFor()
  const signer = await createTestSigner(createRandom(82))
  const made: WipeOrder = { ...order, wipeId: createExample(85).id('wipe'), ...change }
  return { order: made, jws: signOrder(made, signer.kid, signer.sign) }
}

/** Gives each conversation of the profile in `dir` a file in two parts and a search shard, as they lie on the disk. */
export async function addFilesAndShards(dir: string): Promise<void> {
  const profile = openedProfile(dir)
  const vault = createVault({ profile, keyStore: createMemoryKeyStore(SECRET) })
  await vault.load()
  const store = await openedStore(dir, vault)
  if (!store) throw new Error('locked')
  const places = cachePlaces(profile)
  for (const [i, { conversationId }] of conversations.entries()) {
    const folder = `${i}`.repeat(32)
    const slot = store.slotOf(conversationId) ?? 0
    const fileId = createExample(86 + i).id('file')
    const about = { name: 'a', mediaType: '', bytes: 20, sha256: 'x', parts: 2, whole: true, usedAtMs: startedAtMs }
    store.addFile({ fileId, conversationId, role: 'cached', folder, ...about })
    const { keyId, key } = store.newShardKey()
    key.fill(0)
    const shardId = store.nextShardId()
    store.putShards([{ shardId, keyId, covers: [{ slot, ranges: [[1, 10]] }], entries: 10, bytes: 7 }], [])
    for (const path of remainsPaths(places, { folders: [folder], shards: [{ shardId, keyId }] }, shardFileName)) {
      const isFolder = path.endsWith(folder)
      mkdirSync(isFolder ? path : join(path, '..'), { recursive: true })
      for (const name of isFolder ? ['/0', '/1'] : ['']) writeFileSync(path + name, isFolder ? 'ten bytes.' : 'a shard')
    }
  }
  store.close()
  profile.release()
}

export interface OpenedOrders {
  readonly orders: Orders
  readonly vault: Vault
  readonly profile: Profile
  readonly store: () => Store | undefined
  /** Opens the cache as the app does: what was ordered goes before anything is read. */
  openCache(): Promise<readonly Lost[]>
  close(): void
}

/** What a program that goes on has of orders at its start with the profile in `dir`; the cache is still closed. */
export async function openOrders(dir: string, overrides: Partial<OrdersParts> = {}): Promise<OpenedOrders> {
  await createCipher()
  const profile = openedProfile(dir)
  const vault = createVault({ profile, keyStore: createMemoryKeyStore(SECRET) })
  await vault.load()
  const places = cachePlaces(profile)
  let store: Store | undefined
  const orders = createOrders({
    profile,
    vault,
    pathsOf: (remains) => remainsPaths(places, remains, shardFileName),
    setAside: () => setAsideOf(places.file),
    shredOpened: () => shredAll(places.openedDir),
    deliver: async () => false,
    storeFailure,
    nowMs: () => startedAtMs,
    setTimer: () => () => {},
    about: { bootId: 'boot', version: '0.1.0' },
    log: { error: () => {}, info: () => {}, debug: () => {} },
    ...overrides,
  })
  return {
    orders,
    vault,
    profile,
    store: () => store,
    async openCache() {
      const opened = await openedStore(dir, vault)
      if (!opened) throw new Error('locked')
      try {
        const lost = orders.destroyIn(opened)
        store = opened
        return lost
      } catch (error) {
        opened.close()
        throw error
      }
    },
    close() {
      orders.stop()
      store?.close()
      store = undefined
      profile.release()
    },
  }
}

/** A server's side of the delivery that outlives a kill: receipts, one a line, in a file beside the profile. */
export function receiptsBeside(dir: string) {
  const file = `${dir}.receipts`
  return {
    file,
    deliver: async (_origin: string, _wipeId: string, receipt: string) => {
      appendFileSync(file, `${receipt}\n`, { flush: true })
      return true
    },
    received: () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []),
  }
}

/** The receipt, if `jws` is one of this device. */
export function readReceipt(jws: string, { devicePublicKey, order }: Wipeable): WipeReceipt | undefined {
  const key = Buffer.from(devicePublicKey, 'base64url')
  const opened = openReceipt(
    jws,
    (kid, bytes, signature) => kid === order.deviceId && verifySignature(key, bytes, signature),
  )
  return opened.ok ? opened.value : undefined
}
