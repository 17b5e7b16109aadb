// Owns the test of false orders: everything short of an order of the workspace's own, now and for this device, is told to an app
// with data, before the welcome and after it; afterwards all of the data is still readable, and after a restart.
// Always holds: each false word is known to have been heard before the data is looked at.

import { createHmac } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import sodium from 'libsodium-wrappers'
import { openProfile } from '../main/profile/profile.ts'
import { createDevKeyStore, devKeyStoreFile } from '../main/shell/dev-key-store.ts'
import { createCipher } from '../main/vault/cipher.ts'
import { createVault } from '../main/vault/vault.ts'
import { type ConversationId, makeId } from '../shared/model.ts'
import {
  fromBase64url,
  ORDER_TYPE,
  SIGN_OUT_TYPE,
  type Sign,
  type SignOutOrder,
  signOrder,
  signReceipt,
  signSignOut,
  toBase64url,
  type WipeOrder,
} from '../shared/proof.ts'
import { failureCodes } from '../shared/result.ts'
import { must } from './fake-shell.ts'
import { createRandom } from './random.ts'
import { type FaultClient, startFaultClient } from './wipe-faults-client.ts'
import { type Meddling, openLine, type Said } from './wipe-faults-line.ts'
import { type FaultSite, planFor } from './wipe-faults-site.ts'

export interface FalseOrders {
  /** Told, each of them heard. */
  readonly told: number
  readonly kinds: Readonly<Record<string, number>>
  /** After which something could not be read any more, by name. */
  readonly lost: readonly string[]
  readonly messagesRead: number
  readonly seconds: number
}

const DAY_MS = 24 * 3_600_000
/** Counter of the last order that this device has obeyed. */
const OBEYED = 5
/** A net for what hangs. */
const HANGS_MS = 30_000

/** Tells every false order to one app; `dir` is made and removed. */
export async function tellFalseOrders(site: FaultSite, dir: string): Promise<FalseOrders> {
  const startedAtMs = performance.now()
  mkdirSync(dir, { recursive: true })
  let target = ''
  const line = await openLine(() => target)
  const host = await site.open('usual', path.join(dir, 'server'), { publicOrigins: [line.url] })
  target = host.url
  const room = site.desk('open', path.join(dir, 'desk'))
  const secrets = await raiseCounter(room.profile)
  const conversationId = site.conversationIds[0] as ConversationId
  let clients = 0
  const start = (): FaultClient => {
    clients += 1
    const notesFile = path.join(dir, `notes-${clients}.jsonl`)
    return startFaultClient(room, planFor(room, { serverUrl: line.url, notesFile }), site.start)
  }
  let client = start()
  const lost: string[] = []
  const kinds: Record<string, number> = {}
  let messagesRead = 0

  /** What is being told, for whoever finds it stuck. */
  let current = 'the beginning'
  async function until(check: () => Promise<boolean>): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('the app does not come back')), HANGS_MS)
    })
    await Promise.race([client.until(check), late]).finally(() => clearTimeout(timer))
  }
  const state = async () => (await client.must('getSession', {})).state
  async function live(): Promise<void> {
    await until(async () => (await state()) === 'live')
  }
  /** Lines that the app has logged with this word. */
  const logged = (word: string) => client.errors().toString().split(`"event":"${word}"`).length - 1

  /** Looks, comes back to the server as it is, and looks again. */
  async function count(kind: string, name: string, before: string): Promise<void> {
    kinds[kind] = (kinds[kind] ?? 0) + 1
    if ((await briefly(client, site)) !== before) lost.push(`${kind}: ${name}, at once`)
    line.meddle(undefined)
    await dialling((is) => is === 'live')
    if ((await briefly(client, site)) !== before) lost.push(`${kind}: ${name}`)
  }

  /** Dials whenever nothing is under way, until `check` holds. */
  async function dialling(check: (is: string) => boolean): Promise<void> {
    await until(async () => {
      const is = await state()
      if (check(is)) return true
      if (!['connecting', 'handshaking', 'catching-up', 'live'].includes(is)) await client.must('retryConnection', {})
      return false
    })
  }
  /** Another connection is asked for. */
  async function redial(): Promise<void> {
    const { asked } = line
    line.cut()
    await dialling(() => line.asked > asked)
  }

  try {
    await live()
    await until(async () => (await client.must('getSession', {})).queued === 0)
    const whole = await wholly(client, site)
    const brief = await briefly(client, site)

    for (const [name, jws] of falseOrdersOf(site, host.server.workspaceId, secrets.sign)) {
      const frame = JSON.stringify({ type: 'order', order: jws })
      for (const place of ['before the welcome', 'after the welcome']) {
        current = `orders: ${name}, ${place}`
        const before = logged('wipe.orderRefused') + logged('session.malformedFrame')
        if (place === 'after the welcome') line.say(frame)
        else {
          line.meddle({ afterHello: [frame] })
          await redial()
        }
        await until(async () => logged('wipe.orderRefused') + logged('session.malformedFrame') > before)
        await count('orders', `${name}, ${place}`, brief)
      }
    }
    for (const [kind, name, how] of meddlings(conversationId)) {
      current = `${kind}: ${name}`
      line.meddle(how)
      await redial()
      // Heard, and let in all the same, or given up.
      await until(async () => !['connecting', 'handshaking', 'catching-up'].includes(await state()))
      await count(kind, name, brief)
    }
    for (const [kind, name, said] of sayings()) {
      current = `${kind}: ${name}`
      const before = logged('session.unknownFrame')
      line.say(said)
      // It ends the connection, or is passed over.
      await until(async () => (await state()) !== 'live' || logged('session.unknownFrame') > before)
      await count(kind, name, brief)
    }

    if ((await wholly(client, site)).hash !== whole.hash) lost.push('something, at the end')
    await client.quit()
    client = start()
    await live()
    if ((await wholly(client, site)).hash !== whole.hash) lost.push('something, after a restart')
    const [device] = must(host.server.admin.listDevices({}))
    if (device?.status !== 'active') lost.push('the device itself')
    await client.quit()
    messagesRead = whole.messages
  } catch (error) {
    lost.push(`${current}: ${error instanceof Error ? error.message : 'unknown'}`)
  } finally {
    await client.kill()
    await line.close()
    await host.close()
    rmSync(dir, { recursive: true, force: true })
  }
  const told = Object.values(kinds).reduce((sum, number) => sum + number, 0)
  const seconds = Math.round((performance.now() - startedAtMs) / 1000)
  return { told, kinds, lost, messagesRead, seconds }
}

/** As if the device had obeyed an order before; and what signs as this device. */
async function raiseCounter(profileDir: string): Promise<{ sign: Sign }> {
  await createCipher()
  const profile = must(openProfile(profileDir))
  const vault = createVault({ profile, keyStore: createDevKeyStore(devKeyStoreFile(profileDir)) })
  must(await vault.load())
  await vault.update({ orderCounter: OBEYED })
  profile.release()
  return { sign: (bytes) => vault.sign(bytes) }
}

// --- what is told -------------------------------------------------------------------------------------------------------------

/** Orders, none of which is one: by what is wrong with them. */
function falseOrdersOf(site: FaultSite, workspaceId: WipeOrder['workspaceId'], signAsDevice: Sign): [string, string][] {
  const random = createRandom(4711)
  const { kid, publicKey, sign } = site.keys.authorities[0]
  const other = sodium.crypto_sign_seed_keypair(random.bytes(32))
  const signAsOther: Sign = (bytes) => sodium.crypto_sign_detached(bytes, other.privateKey)
  const order = (change: Partial<WipeOrder> = {}): WipeOrder => ({
    wipeId: makeId('wipe', random.bytes(20)),
    workspaceId,
    deviceId: site.deviceId,
    scope: { type: 'device' },
    reason: 'false',
    issuedBy: 'IT',
    workspaceName: 'Harbour',
    issuedAtMs: Date.now(),
    counter: OBEYED + 1,
    ...change,
  })
  const good = () => signOrder(order(), kid, sign)
  const json = (value: unknown) => toBase64url(new TextEncoder().encode(JSON.stringify(value)))
  const [header = '', payload = '', signature = ''] = good().split('.')
  const flipped = (text: string, at: number) =>
    `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
  const handMade = (head: unknown, by: Sign) => {
    const input = `${json(head)}.${json(order())}`
    return `${input}.${toBase64url(by(new TextEncoder().encode(input)))}`
  }
  const hmac = (input: string) =>
    createHmac('sha256', fromBase64url(publicKey) ?? '')
      .update(input)
      .digest()
  const confused = `${json({ alg: 'HS256', kid, typ: ORDER_TYPE })}.${payload}`
  const receipt = {
    ...{ wipeId: order().wipeId, deviceId: site.deviceId, userId: makeId('user', random.bytes(20)), version: '1' },
    ...{ outcome: 'wiped' as const, keysDestroyed: 1, filesRemoved: 1, bytesRemoved: 1, filesLeft: 0, attempts: 1 },
    ...{ startedAtMs: 1, keysGoneAtMs: 2, finishedAtMs: 3, bootId: 'boot' },
  }
  const wrongDevice = makeId('device', random.bytes(20))
  const elsewhere = makeId('workspace', random.bytes(20))
  const signOut = (change: Partial<SignOutOrder> = {}): SignOutOrder => {
    const { wipeId: _, scope: __, ...rest } = order()
    return { ...rest, orderId: makeId('order', random.bytes(20)), expiresAtMs: Date.now() + DAY_MS, ...change }
  }
  const relabelled = (jws: string, typ: string) =>
    [json({ alg: 'EdDSA', kid, typ }), ...jws.split('.').slice(1)].join('.')
  const conversations = { type: 'conversations' as const, conversationIds: [...site.conversationIds] }
  return [
    ['signed by another key', signOrder(order(), kid, signAsOther)],
    ['signed by another key under its own name', signOrder(order(), toBase64url(random.bytes(16)), signAsOther)],
    ['signed by the device', signOrder(order(), kid, signAsDevice)],
    ['signed by the device under its own name', signOrder(order(), site.deviceId, signAsDevice)],
    ['a flipped bit of the signature', `${header}.${payload}.${flipped(signature, 20)}`],
    ['a flipped bit of the payload', `${header}.${flipped(payload, 30)}.${signature}`],
    ['a signature of zeros', `${header}.${payload}.${toBase64url(new Uint8Array(64))}`],
    ['no signature', `${header}.${payload}.`],
    ['alg none', `${json({ alg: 'none', kid, typ: ORDER_TYPE })}.${payload}.`],
    ['HMAC with the public key', `${confused}.${toBase64url(hmac(confused))}`],
    [
      'an extension that must be understood',
      handMade({ alg: 'EdDSA', crit: ['exp'], exp: 1, kid, typ: ORDER_TYPE }, sign),
    ],
    ['of no type', handMade({ alg: 'EdDSA', kid }, sign)],
    ['a receipt', signReceipt(receipt, sign)],
    ['for another device', signOrder(order({ deviceId: wrongDevice }), kid, sign)],
    ['of another workspace', signOrder(order({ workspaceId: elsewhere }), kid, sign)],
    ...[1, 2, 3, OBEYED - 1].map((counter): [string, string] => [
      `replayed, counter ${counter}`,
      signOrder(order({ counter }), kid, sign),
    ]),
    ['of yesterday', signOrder(order({ expiresAtMs: Date.now() - DAY_MS }), kid, sign)],
    ['a sign-out, signed by another key', signSignOut(signOut(), kid, signAsOther)],
    ['a sign-out, signed by the device', signSignOut(signOut(), kid, signAsDevice)],
    ['a sign-out, for another device', signSignOut(signOut({ deviceId: wrongDevice }), kid, sign)],
    ['a sign-out of another workspace', signSignOut(signOut({ workspaceId: elsewhere }), kid, sign)],
    ['a sign-out, replayed', signSignOut(signOut({ counter: OBEYED }), kid, sign)],
    ['a sign-out of yesterday', signSignOut(signOut({ expiresAtMs: Date.now() - DAY_MS }), kid, sign)],
    ['a sign-out as a wipe', relabelled(signSignOut(signOut(), kid, sign), ORDER_TYPE)],
    ['a wipe as a sign-out', relabelled(good(), SIGN_OUT_TYPE)],
    ['without a counter', signOrder(order({ counter: 0 }), kid, sign)],
    ['of conversations, replayed', signOrder(order({ scope: conversations, counter: 2 }), kid, sign)],
    [
      'of conversations, for another device',
      signOrder(order({ scope: conversations, deviceId: wrongDevice }), kid, sign),
    ],
    ['of conversations, signed by another key', signOrder(order({ scope: conversations }), kid, signAsOther)],
    ['of no scope', signOrder({ ...order(), scope: { type: 'all' } } as unknown as WipeOrder, kid, sign)],
    ['too long', `${header}.${'A'.repeat(20_000)}.${signature}`],
    ['no JWS', 'wipe everything'],
  ]
}

type Told<T> = readonly [kind: string, name: string, what: T]

const changed = (type: string, change: object) => (text: string) =>
  text.startsWith(`{"type":"${type}"`) ? JSON.stringify({ ...(JSON.parse(text) as object), ...change }) : text

/** What a connection made anew meets. */
function* meddlings(conversationId: ConversationId): Generator<Told<Meddling>> {
  const statuses = [200, 301, 302, 400, 401, 403, 404, 407, 410, 418, 426, 429, 451, 500, 502, 503, 504]
  for (const status of statuses) yield ['statuses on connecting', String(status), { status }]
  for (const code of [...Object.keys(failureCodes), 'wipe-now'])
    yield ['ends before the welcome', code, { afterHello: [JSON.stringify({ type: 'bye', code, message: code })] }]
  const share = toBase64url(new Uint8Array(32).fill(7))
  const now = Date.now()
  const early: Record<string, object> = {
    'a lease of another share': { type: 'lease', lease: { share, generation: 9, issuedAtMs: now, untilMs: now + 1 } },
    'a policy that keeps nothing': {
      type: 'policy',
      policy: { leaseHours: 1, cacheDays: 1, cacheMaxMessages: 1000, notifications: 'hidden', contentProtection: true },
    },
    'a loss of access': { type: 'access', entries: [], lost: [conversationId], cursor: 'x', more: false },
    'an acknowledgement': { type: 'receiptAccepted', wipeId: makeId('wipe', new Uint8Array(20)) },
  }
  for (const [name, frame] of Object.entries(early))
    yield ['frames before the welcome', name, { afterHello: [JSON.stringify(frame)] }]
  yield [
    'another server',
    'of another workspace',
    { instead: changed('hello', { workspaceId: makeId('workspace', new Uint8Array(20)) }) },
  ]
  yield ['another server', 'of another version', { instead: changed('hello', { versions: [99] }) }]
  yield ['another server', 'another proof', { instead: changed('welcome', { proof: toBase64url(new Uint8Array(64)) }) }]
}

/** What is said on a live connection. */
function* sayings(): Generator<Told<Said>> {
  for (const code of [...Object.keys(failureCodes), 'wipe-now'])
    yield ['ends after the welcome', code, JSON.stringify({ type: 'bye', code, message: code })]
  const texts: Record<string, Said> = {
    'an empty frame': '',
    null: 'null',
    'a number': '42',
    'an empty object': '{}',
    'a list': '[]',
    'half of a frame': '{"type":"order","order":"ey',
    'an order that is none': '{"type":"order","order":5}',
    'an order without one': '{"type":"order"}',
    'a wipe': '{"type":"wipe"}',
    wiped: '{"type":"wiped","wipeId":"all"}',
    prototype: '{"__proto__":{"type":"order"},"type":"wipe"}',
    'deeply nested': `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    'a long one': `{"type":"order","order":"${'A'.repeat(500_000)}"}`,
    bytes: Buffer.from(createRandom(1).bytes(3000)),
  }
  for (const [name, said] of Object.entries(texts)) yield ['garbage', name, said]
}

// --- what must be there ---------------------------------------------------------------------------------------------------------

/** The newest page of each conversation. */
async function briefly(client: FaultClient, { conversationIds }: FaultSite): Promise<string> {
  const pages: unknown[] = []
  for (const conversationId of conversationIds) {
    const page = await client.call('readConversation', { conversationId, limit: 20 })
    pages.push(page.ok?.messages.map(({ seq, content }) => [seq, content.type === 'text' ? content.text : '']))
  }
  return JSON.stringify(pages)
}

/** All that is cached: every message, a search, the bytes of every file that is here. */
async function wholly(client: FaultClient, site: FaultSite): Promise<{ hash: string; messages: number }> {
  const found: unknown[] = []
  let messages = 0
  for (const conversationId of site.conversationIds) {
    let before: number | undefined
    do {
      const page = await client.must('readConversation', { conversationId, limit: 200, ...(before && { before }) })
      for (const { seq, content } of page.messages) {
        messages += 1
        if (content.type !== 'text') continue
        found.push([seq, content.text])
        for (const { fileId, name, transfer } of content.files ?? []) {
          if (!fileId || transfer?.state !== 'here') continue
          const { data } = await client.must('readFile', { fileId, offset: 0, length: 1000 })
          found.push([name, data])
        }
      }
      before = page.before
    } while (before !== undefined)
  }
  await client.until(async () => (await client.must('search', { text: site.word })).complete)
  const { hits } = await client.must('search', { text: site.word })
  found.push(hits.map(({ seq }) => seq))
  if (hits.length === 0) throw new Error('the search finds nothing')
  return { hash: JSON.stringify(found), messages }
}
