// Owns the tests of carrying out wipes of single conversations on real profiles: order of work, crashes at every step, a
// closed cache, a full disk, files that resist, delivery, what is not obeyed.

import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { FailureError, fail } from '../../shared/result.ts'
import { cacheFile, nothingLive } from '../../testing/caches.ts'
import { createExample } from '../../testing/example.ts'
import { findBytes, listFiles } from '../../testing/folders.ts'
import { runProgram } from '../../testing/programs.ts'
import { createRandom } from '../../testing/random.ts'
import {
  addFilesAndShards,
  conversations,
  createWipeable,
  type OpenedOrders,
  openOrders,
  openWipe,
  orderConversations,
  readReceipt,
  receiptsBeside,
  startedAtMs,
  type Wipeable,
} from '../../testing/wipes.ts'
import type { Store } from '../store/store.ts'
import type { ConversationWipeProbe } from './orders.ts'

/** Names of files that another program holds. */
const { held } = vi.hoisted(() => ({ held: new Set<string>() }))
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  const resist =
    (act: (path: string, options?: never) => unknown) =>
    (path: string, options?: never): unknown => {
      if ([...held].some((word) => path.includes(word))) throw Object.assign(new Error('held'), { code: 'EPERM' })
      return act(path, options)
    }
  return { ...fs, unlinkSync: resist(fs.unlinkSync as never) }
})
afterEach(() => held.clear())

let root: string
let template: Wipeable
let copies = 0
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'causeway-orders-'))
  template = await createWipeable(join(root, 'template'))
  rmSync(join(template.dir, 'store/quarantine-1'), { recursive: true })
  await addFilesAndShards(template.dir)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A used profile of the test's own. */
function wipeable(): Wipeable {
  const dir = join(root, `profile-${copies++}`)
  cpSync(template.dir, dir, { recursive: true })
  return { ...template, dir }
}

const [first, second, third] = conversations.map(({ conversationId }) => conversationId)
if (!first || !second || !third) throw new Error('conversations')
const scopeOf = (...conversationIds: (typeof first)[]) => ({ type: 'conversations' as const, conversationIds })
/** For the first conversation, and one that is not here. */
const ordered = () => orderConversations({ scope: scopeOf(first, createExample(9).id('conversation')) })

const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

const shown = (store: Store | undefined) =>
  conversations.map(({ conversationId }) => {
    const page = store?.readPage(conversationId, undefined, 100, nothingLive)
    return page?.ok ? page.value.messages.length > 0 : undefined
  })

/** What each key of the cache is sealed as in its file. */
function sealedKeys(dir: string): Buffer[] {
  const db = new Database(cacheFile(dir), { readonly: true })
  try {
    return (db.prepare('SELECT sealed FROM keyring').all() as { sealed: Buffer }[]).map(({ sealed }) => sealed)
  } finally {
    db.close()
    rmSync(`${cacheFile(dir)}-shm`, { force: true })
  }
}

/** Keys of `before` that are nowhere in the profile now. */
const goneKeys = (dir: string, before: readonly Buffer[]) =>
  before.filter((key) => findBytes(dir, [key]).length === 0).length

const expectCarriedOut = async (target: Wipeable, receipts: readonly string[]) => {
  const left = listFiles(target.dir)
  expect(left.filter((name) => name.startsWith('files/0'))).toEqual([])
  expect(left.filter((name) => name.startsWith('files/1') || name.startsWith('files/2'))).toHaveLength(4)
  expect(new Set(receipts).size).toBe(1)
  expect(readReceipt(receipts[0] ?? '', target)).toMatchObject({
    outcome: 'wiped',
    scope: 'conversations',
    conversationIds: [first],
    keysDestroyed: 4,
    filesRemoved: 3,
    bytesRemoved: 27,
    filesLeft: 0,
  })
  const again = await openOrders(target.dir)
  expect(again.orders.underWay()).toBe(0)
  await again.openCache()
  expect(shown(again.store())).toEqual([false, true, true])
  again.close()
}

const steps = ['journal', 'destroy-keys', 'remove-files', 'sign-receipt', 'deliver', 'forget'] as const
const points = steps.flatMap((step) => (['before', 'after'] as const).map((when) => [step, when] as const))

describe('order of work', () => {
  test('[CWP20] journal, keys, files, receipt, delivery; then the entry goes; other conversations stay as they are', async () => {
    const target = wipeable()
    const { dir } = target
    const receipts = receiptsBeside(dir)
    const seen: string[] = []
    const keys = sealedKeys(dir)
    let opened: OpenedOrders | undefined
    const probe: ConversationWipeProbe = (step, when) => {
      seen.push(`${step} ${when}`)
      expect(existsSync(join(dir, 'wipe/orders.json'))).toBe(seen.length > 1)
      expect(shown(opened?.store())).toEqual([seen.length <= 3, true, true])
      expect(existsSync(join(dir, `files/${'0'.repeat(32)}/0`))).toBe(seen.length <= 5)
      expect(receipts.received()).toHaveLength(seen.length >= 10 ? 1 : 0)
    }
    opened = await openOrders(dir, { deliver: receipts.deliver, probe })
    await opened.openCache()
    const { order, jws } = await ordered()
    opened.orders.begin(order, jws)
    const lost = opened.orders.destroyIn(opened.store() as Store)
    expect(lost).toMatchObject([{ conversationId: first }])
    // Already now, with everything open: conversation, segment, file and shard.
    expect(goneKeys(dir, keys)).toBe(4)
    await opened.orders.carryOn()
    await opened.orders.deliverNow()
    expect(seen).toEqual(points.map((point) => point.join(' ')))
    expect(opened.vault.identity()?.orderCounter).toBe(order.counter)
    opened.close()
    await expectCarriedOut(target, receipts.received())
  })

  test('[CWP22] with the cache closed it waits in the journal, over restarts, and is done before anything is read', async () => {
    const target = wipeable()
    const receipts = receiptsBeside(target.dir)
    const { order, jws } = await ordered()
    const closed = await openOrders(target.dir, { deliver: receipts.deliver })
    closed.orders.begin(order, jws)
    await closed.orders.carryOn()
    expect(closed.orders.underWay()).toBe(1)
    // Its counter is kept with its execution: were the journal lost, it would be obeyed when it comes again.
    expect(closed.vault.identity()?.orderCounter).toBe(0)
    closed.close()
    const again = await openOrders(target.dir, { deliver: receipts.deliver })
    expect(again.orders.standing({ id: order.wipeId, counter: order.counter, mayBeBegun: true })).toBe('met-again')
    await again.openCache()
    expect(shown(again.store())).toEqual([false, true, true])
    await again.orders.carryOn()
    await again.orders.deliverNow()
    again.close()
    expect(readReceipt(receipts.received()[0] ?? '', target)?.attempts).toBe(2)
    await expectCarriedOut(target, receipts.received())
  })

  test('[CWP23] two orders at once, one of them for a conversation of the other: two receipts', async () => {
    const target = wipeable()
    const receipts = receiptsBeside(target.dir)
    const one = await ordered()
    const two = await orderConversations({
      wipeId: createExample(87).id('wipe'),
      counter: 4,
      scope: scopeOf(first, second),
    })
    const opened = await openOrders(target.dir, { deliver: receipts.deliver })
    // The later one first: they need not come in the order in which they were signed.
    opened.orders.begin(one.order, one.jws)
    expect(opened.orders.standing({ id: two.order.wipeId, counter: 4, mayBeBegun: true })).toBe('new')
    opened.orders.begin(two.order, two.jws)
    await opened.openCache()
    await opened.orders.carryOn()
    await opened.orders.deliverNow()
    expect(shown(opened.store())).toEqual([false, false, true])
    expect(opened.vault.identity()?.orderCounter).toBe(5)
    const told = receipts.received().map((jws) => readReceipt(jws, target))
    expect(told.map((receipt) => [receipt?.wipeId, receipt?.conversationIds])).toEqual([
      [one.order.wipeId, [first]],
      [two.order.wipeId, [first, second]],
    ])
    opened.close()
  })

  test('[CWP24] an order for conversations that are not here destroys nothing, and is receipted all the same', async () => {
    const target = wipeable()
    const receipts = receiptsBeside(target.dir)
    const { order, jws } = await orderConversations({ scope: scopeOf(createExample(9).id('conversation')) })
    const opened = await openOrders(target.dir, { deliver: receipts.deliver })
    await opened.openCache()
    opened.orders.begin(order, jws)
    expect(opened.orders.destroyIn(opened.store() as Store)).toEqual([])
    await opened.orders.carryOn()
    await opened.orders.deliverNow()
    expect(shown(opened.store())).toEqual([true, true, true])
    expect(opened.store()?.conversationsWiped()).toBeUndefined()
    expect(readReceipt(receipts.received()[0] ?? '', target)).toMatchObject({
      outcome: 'wiped',
      conversationIds: [],
      keysDestroyed: 0,
      filesRemoved: 0,
    })
    opened.close()
  })

  test('[CWP25] caches that were set aside go with it: they hold the same words, and the keys to them', async () => {
    const target = wipeable()
    const aside = join(target.dir, 'store/quarantine-2026-03-01T00-00-00-000Z')
    mkdirSync(aside)
    cpSync(cacheFile(target.dir), join(aside, 'cache.db'))
    const receipts = receiptsBeside(target.dir)
    const due: (() => void)[] = []
    const opened = await openOrders(target.dir, {
      deliver: receipts.deliver,
      setTimer(run) {
        due.push(run)
        return () => {}
      },
    })
    await opened.openCache()
    const { order, jws } = await ordered()
    opened.orders.begin(order, jws)
    opened.orders.destroyIn(opened.store() as Store)
    held.add('quarantine-')
    await opened.orders.carryOn()
    await settled()
    // While it stands its keys do, and nothing is said to be gone.
    expect(receipts.received()).toEqual([])
    expect(due).toHaveLength(1)
    held.clear()
    due.shift()?.()
    await settled()
    expect(existsSync(aside)).toBe(false)
    expect(readReceipt(receipts.received()[0] ?? '', target)).toMatchObject({ outcome: 'wiped', filesRemoved: 4 })
    opened.close()
  })
})

describe('crashes', () => {
  test.each(points)('[CWP26] cut off at %s (%s), the next start ends it with one receipt', async (step, when) => {
    const target = wipeable()
    const receipts = receiptsBeside(target.dir)
    const { order, jws } = await ordered()
    let dead = false
    const cut = await openOrders(target.dir, {
      deliver: receipts.deliver,
      probe(at, edge) {
        dead ||= at === step && edge === when
        if (dead) throw new Error('cut off')
      },
    })
    await cut.openCache()
    const work = async () => {
      cut.orders.begin(order, jws)
      cut.orders.destroyIn(cut.store() as Store)
      await cut.orders.carryOn()
      await cut.orders.deliverNow()
    }
    await work().catch(() => undefined)
    expect(dead).toBe(true)
    cut.close()
    await settled()
    const again = await openOrders(target.dir, { deliver: receipts.deliver })
    // Before the journal was durable nothing had been done: the server hands the order over again.
    if (step === 'journal' && when === 'before') again.orders.begin(order, jws)
    await again.openCache()
    await again.orders.carryOn()
    await again.orders.deliverNow()
    again.close()
    await expectCarriedOut(target, receipts.received())
  })

  test('[CWP26] killed with SIGKILL at every point and at random moments, it always ends carried out, with one receipt', async () => {
    const random = createRandom(11)
    const runs = [
      ...points.map(([step, when]) => ({ args: [step, when], lines: Number.POSITIVE_INFINITY })),
      ...Array.from({ length: 6 }, () => ({ args: [], lines: 1 + random.int(13) })),
    ]
    let kills = 0
    const work = async () => {
      for (let run = runs.shift(); run; run = runs.shift()) {
        const target = wipeable()
        const receipts = receiptsBeside(target.dir)
        const { lines } = run
        const ended = await runProgram('orderly', [target.dir, ...run.args], {
          killWhen: (told) => told.length >= lines,
        })
        expect(ended.errors).toBe('')
        if (ended.signal === 'SIGKILL') kills += 1
        const { order, jws } = await ordered()
        const again = await openOrders(target.dir, { deliver: receipts.deliver })
        const standing = again.orders.standing({ id: order.wipeId, counter: order.counter, mayBeBegun: true })
        if (standing === 'new') again.orders.begin(order, jws)
        await again.openCache()
        await again.orders.carryOn()
        await again.orders.deliverNow()
        again.close()
        await expectCarriedOut(target, receipts.received().slice(-1))
        for (const receipt of receipts.received()) expect(readReceipt(receipt, target)).toBeDefined()
      }
    }
    await Promise.all([work(), work()])
    expect(kills).toBeGreaterThanOrEqual(points.length)
  }, 180_000)
})

describe('resistance', () => {
  /** A store whose wipe fails on a full disk while `isFull`. */
  const wrapped = (store: Store, isFull: () => boolean): Pick<Store, 'wipeConversations'> => ({
    wipeConversations(order) {
      if (!isFull()) return store.wipeConversations(order)
      const [shard] = store.shards()
      order.measure({ folders: ['0'.repeat(32)], shards: shard ? [shard] : [] })
      throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' })
    },
  })

  test('[CWP27] a full disk stops neither the order nor its execution: the journal follows when there is room', async () => {
    const target = wipeable()
    const { dir } = target
    const receipts = receiptsBeside(dir)
    let full = true
    const { order, jws } = await ordered()
    const plain = await openOrders(dir)
    const { profile } = plain
    plain.orders.stop()
    const { createOrders } = await import('./orders.ts')
    const { cachePlaces, remainsPaths } = await import('../app-cache.ts')
    const { shardFileName } = await import('../search/shard-files.ts')
    const { storeFailure } = await import('../store/failures.ts')
    const orders = createOrders({
      profile: {
        read: profile.read,
        write(name, bytes) {
          if (full) throw new FailureError(fail('disk-full').error)
          profile.write(name, bytes)
        },
      },
      vault: plain.vault,
      pathsOf: (remains) => remainsPaths(cachePlaces(profile), remains, shardFileName),
      setAside: () => [],
      shredOpened: () => 0,
      deliver: receipts.deliver,
      storeFailure,
      nowMs: () => startedAtMs,
      setTimer: () => () => {},
      about: { bootId: 'boot', version: '0.1.0' },
      log: { error: () => {}, info: () => {}, debug: () => {} },
    })
    await plain.openCache()
    orders.begin(order, jws)
    expect(orders.underWay()).toBe(1)
    const store = plain.store() as Store
    // What goes anyway makes the room that its end takes.
    const withRoom = wrapped(store, () => existsSync(join(dir, `files/${'0'.repeat(32)}/0`)))
    expect(orders.destroyIn(withRoom)).toHaveLength(1)
    full = false
    await orders.carryOn()
    await orders.deliverNow()
    orders.stop()
    plain.close()
    await expectCarriedOut(target, receipts.received())
  })

  test('[CWP27] where there is no room for it at all, nothing is half done, and it is done later', async () => {
    const target = wipeable()
    const receipts = receiptsBeside(target.dir)
    const { order, jws } = await ordered()
    const opened = await openOrders(target.dir, { deliver: receipts.deliver })
    await opened.openCache()
    opened.orders.begin(order, jws)
    const store = opened.store() as Store
    expect(() => opened.orders.destroyIn(wrapped(store, () => true))).toThrow('full')
    expect(shown(store)).toEqual([true, true, true])
    await opened.orders.carryOn()
    expect(receipts.received()).toEqual([])
    opened.orders.destroyIn(store)
    await opened.orders.carryOn()
    await opened.orders.deliverNow()
    opened.close()
    const told = readReceipt(receipts.received()[0] ?? '', target)
    expect(told).toMatchObject({ outcome: 'wiped', conversationIds: [first], keysDestroyed: 4 })
  })

  test('[CWP27] a folder that cannot be written at all is told, and the order is new when it comes again', async () => {
    const target = wipeable()
    const { order, jws } = await ordered()
    const plain = await openOrders(target.dir)
    const { createOrders } = await import('./orders.ts')
    const refuses = () => {
      throw new FailureError(fail('profile-not-writable').error)
    }
    const orders = createOrders({
      profile: { read: plain.profile.read, write: refuses },
      vault: plain.vault,
      pathsOf: () => [],
      setAside: () => [],
      shredOpened: () => 0,
      deliver: async () => false,
      storeFailure: refuses,
      nowMs: () => startedAtMs,
      setTimer: () => () => {},
      about: { bootId: 'boot', version: '0.1.0' },
      log: { error: () => {}, info: () => {}, debug: () => {} },
    })
    expect(() => orders.begin(order, jws)).toThrow(FailureError)
    expect(orders.underWay()).toBe(0)
    expect(orders.standing({ id: order.wipeId, counter: order.counter, mayBeBegun: true })).toBe('new')
    plain.close()
  })

  test('[CWP28] files that resist make the outcome partial; their keys are gone', async () => {
    const target = wipeable()
    const receipts = receiptsBeside(target.dir)
    const keys = sealedKeys(target.dir)
    const opened = await openOrders(target.dir, { deliver: receipts.deliver })
    await opened.openCache()
    const { order, jws } = await ordered()
    held.add(`${'0'.repeat(32)}/1`)
    opened.orders.begin(order, jws)
    opened.orders.destroyIn(opened.store() as Store)
    await opened.orders.carryOn()
    await opened.orders.deliverNow()
    opened.close()
    expect(goneKeys(target.dir, keys)).toBe(4)
    expect(readReceipt(receipts.received()[0] ?? '', target)).toMatchObject({
      outcome: 'partial',
      keysDestroyed: 4,
      filesRemoved: 2,
      bytesRemoved: 17,
      filesLeft: 1,
    })
  })

  test('[CWP28] copies of its files that other programs read go too, and one that is held is told', async () => {
    for (const isHeld of [false, true]) {
      const target = wipeable()
      const receipts = receiptsBeside(target.dir)
      const opened = await openOrders(target.dir, { deliver: receipts.deliver })
      await opened.openCache()
      const copy = join(target.dir, 'open/0a')
      mkdirSync(copy, { recursive: true })
      writeFileSync(join(copy, 'Report.pdf'), 'in the clear')
      const { order, jws } = await ordered()
      if (isHeld) held.add('/open/0a')
      opened.orders.begin(order, jws)
      opened.orders.destroyIn(opened.store() as Store)
      await opened.orders.carryOn()
      await opened.orders.deliverNow()
      opened.close()
      held.clear()
      expect(readReceipt(receipts.received()[0] ?? '', target)).toMatchObject(
        isHeld ? { outcome: 'partial', filesLeft: 1 } : { outcome: 'wiped', filesLeft: 0 },
      )
      if (!isHeld) expect(existsSync(copy)).toBe(false)
    }
  })

  test('[CWP28] files that are read-only are removed all the same', async () => {
    const target = wipeable()
    const receipts = receiptsBeside(target.dir)
    for (const name of listFiles(target.dir).filter((each) => each.startsWith('files/') || each.includes('/shards/')))
      chmodSync(join(target.dir, name), 0o400)
    const opened = await openOrders(target.dir, { deliver: receipts.deliver })
    await opened.openCache()
    const { order, jws } = await ordered()
    opened.orders.begin(order, jws)
    opened.orders.destroyIn(opened.store() as Store)
    await opened.orders.carryOn()
    await opened.orders.deliverNow()
    opened.close()
    await expectCarriedOut(target, receipts.received())
  })
})

describe('delivery', () => {
  test('[CWP29] undelivered, it is tried again ever more slowly, whatever the server says, and nothing more is destroyed', async () => {
    const target = wipeable()
    const due: { run: () => void; ms: number }[] = []
    let tries = 0
    const opened = await openOrders(target.dir, {
      setTimer(run, ms) {
        due.push({ run, ms })
        return () => {}
      },
      async deliver() {
        tries += 1
        if (tries % 2 === 0) throw new Error('network')
        return tries > 12
      },
    })
    await opened.openCache()
    const { order, jws } = await ordered()
    opened.orders.begin(order, jws)
    opened.orders.destroyIn(opened.store() as Store)
    await opened.orders.carryOn()
    const delays: number[] = []
    for (;;) {
      await settled()
      const next = due.shift()
      if (!next) break
      expect(due).toHaveLength(0)
      delays.push(next.ms)
      next.run()
    }
    expect(tries).toBe(13)
    expect(delays.slice(0, 3)).toEqual([1, 2, 4].map((factor) => factor * limits.receiptRetryFirstMs))
    expect(delays.at(-1)).toBe(limits.receiptRetryMostMs)
    expect(shown(opened.store())).toEqual([false, true, true])
    opened.close()
  })

  test('[CWP29] without a network the receipt waits, and a restart delivers the same, byte for byte', async () => {
    const target = wipeable()
    const sent: string[] = []
    for (let start = 0; start < 3; start++) {
      const opened = await openOrders(target.dir, {
        deliver: async (_, __, receipt) => {
          sent.push(receipt)
          return start === 2
        },
      })
      if (start === 0) {
        const { order, jws } = await ordered()
        opened.orders.begin(order, jws)
        await opened.openCache()
      }
      await opened.orders.carryOn()
      await settled()
      expect(opened.orders.underWay()).toBe(start === 2 ? 0 : 1)
      opened.close()
    }
    expect(sent.length).toBeGreaterThanOrEqual(3)
    expect(new Set(sent).size).toBe(1)
    expect(readReceipt(sent[0] ?? '', target)).toMatchObject({ attempts: 1 })
  })
})

describe('what is not obeyed', () => {
  test('[CWP32] an entry put into the journal that the authority has not signed for this device is not carried out', async () => {
    const target = wipeable()
    const opened = await openOrders(target.dir)
    const { order, jws } = await ordered()
    opened.orders.begin(order, jws)
    opened.close()
    const file = join(target.dir, 'wipe/orders.json')
    const book = JSON.parse(readFileSync(file, 'utf8'))
    const other = await orderConversations({ deviceId: createExample(9).id('device'), scope: scopeOf(first) })
    const [head, , signature] = jws.split('.')
    const payload = Buffer.from(JSON.stringify({ ...order, scope: scopeOf(second) })).toString('base64url')
    for (const forged of [`${head}.${payload}.${signature}`, other.jws, 'a.b.c']) {
      writeFileSync(file, JSON.stringify({ ...book, orders: [{ order: forged, startedAtMs: 1, attempts: 1 }] }))
      const again = await openOrders(target.dir)
      expect(again.orders.underWay()).toBe(0)
      await again.openCache()
      expect(shown(again.store())).toEqual([true, true, true])
      again.close()
    }
  })

  test.each(['', '{', '{"format":2}', 'null'])('[CWP32] a journal that is none (%s) destroys nothing', async (text) => {
    const target = wipeable()
    mkdirSync(join(target.dir, 'wipe'), { recursive: true })
    writeFileSync(join(target.dir, 'wipe/orders.json'), text)
    const opened = await openOrders(target.dir)
    await opened.openCache()
    expect(shown(opened.store())).toEqual([true, true, true])
    const { order } = await ordered()
    expect(opened.orders.standing({ id: order.wipeId, counter: order.counter, mayBeBegun: true })).toBe('new')
    opened.close()
  })

  test('[CWP33] an order of another kind is remembered with its counter, and what was skipped may still come', async () => {
    const target = wipeable()
    const example = createExample(9)
    const orderId = example.id('order')
    const signedOut = { orderId, reason: 'left', issuedBy: 'IT', atMs: startedAtMs }
    const opened = await openOrders(target.dir)
    await opened.orders.obeyed(orderId, 7, { signedOut })
    expect(opened.vault.identity()).toMatchObject({ orderCounter: 7, signedOut })
    opened.close()
    const again = await openOrders(target.dir)
    const standing = (id: string, counter: number) => again.orders.standing({ id, counter, mayBeBegun: false })
    expect([standing(orderId, 7), standing(orderId, 9), standing('x', 7), standing('x', 6)]).toEqual([
      'met-again',
      'met-again',
      'replayed',
      'new',
    ])
    again.close()
  })

  test('[CWP34] the wipe of the whole device takes them along: nothing of them is left, and nothing is written after', async () => {
    const target = wipeable()
    const { order, jws } = await ordered()
    const opened = await openOrders(target.dir)
    opened.orders.begin(order, jws)
    await opened.openCache()
    const store = opened.store() as Store
    store.close()
    const wipe = await openWipe(target.dir, {
      profile: opened.profile,
      closeCache: async () => opened.orders.abandon(),
    })
    await wipe.run()
    await opened.orders.carryOn()
    await settled()
    expect(opened.orders.underWay()).toBe(0)
    expect(listFiles(target.dir)).not.toContain('wipe/orders.json')
    wipe.close()
  })
})
