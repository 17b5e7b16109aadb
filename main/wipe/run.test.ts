// Owns the tests of carrying out a wipe on real profiles: order, crashes at every step, delivery, a full disk.

import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { FailureError, fail } from '../../shared/result.ts'
import { findBytes, listFiles } from '../../testing/folders.ts'
import { runProgram } from '../../testing/programs.ts'
import { createRandom } from '../../testing/random.ts'
import {
  createWipeable,
  openWipe,
  type Probe,
  readReceipt,
  receiptsBeside,
  startedAtMs,
  type Wipeable,
} from '../../testing/wipes.ts'
import { rowOf } from '../profile/persisted.ts'
import { openProfile, type Profile } from '../profile/profile.ts'
import type { WipeStep } from './plan.ts'

let root: string
let template: Wipeable
let copies = 0
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'causeway-wipe-'))
  template = await createWipeable(join(root, 'template'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A used profile of the test's own. */
function wipeable(): Wipeable {
  const dir = join(root, `profile-${copies++}`)
  cpSync(template.dir, dir, { recursive: true })
  return { ...template, dir }
}

const steps: WipeStep[] = ['destroy-keys', 'remove-files', 'sign-receipt', 'deliver', 'destroy-device-key', 'finish']
const points = steps.flatMap((step) => (['before', 'after'] as const).map((when) => [step, when] as const))

/** A host whose storage, host/, goes when asked; the files it holds are its own. */
const hostOf = (dir: string) => async () => {
  rmSync(join(dir, 'host'), { recursive: true, force: true })
  return { files: 1, bytes: 7 }
}

/** Timers that run when told. */
function manualTimers() {
  const due: { run: () => void; ms: number }[] = []
  return {
    due,
    setTimer(run: () => void, ms: number) {
      const timer = { run, ms }
      due.push(timer)
      return () => void due.splice(due.indexOf(timer), due.includes(timer) ? 1 : 0)
    },
    /** Runs the next timer and returns its delay. */
    async next(): Promise<number | undefined> {
      const timer = due.shift()
      timer?.run()
      await settled()
      return timer?.ms
    },
  }
}
const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** What must hold once it is over: nothing but 'never' rows, one valid receipt for the work, a notice. */
function expectWiped(target: Wipeable, receipts: readonly string[]): void {
  const left = listFiles(target.dir)
  expect(left.filter((name) => rowOf(name)?.eraseOn !== 'never' && !name.startsWith('host/'))).toEqual([])
  expect(left).toContain('wipe/notice.json')
  expect(new Set(receipts).size).toBe(1)
  expect(readReceipt(receipts[0]!, target)).toMatchObject({ wipeId: target.order.wipeId, outcome: 'wiped' })
  expect(JSON.parse(readFileSync(join(target.dir, 'wipe/notice.json'), 'utf8'))).toMatchObject({
    reason: target.order.reason,
    issuedBy: target.order.issuedBy,
    receipt: 'delivered',
  })
}

describe('order of work', () => {
  test('[WIP10] keys, then files, then the receipt, then its delivery, then the device key', async () => {
    const target = wipeable()
    const { dir } = target
    const there = (name: string) => existsSync(join(dir, name))
    const seen: string[] = []
    const receipts = receiptsBeside(dir)
    const probe: Probe = (step, when) => {
      seen.push(`${step} ${when}`)
      const keys = there('vault/local.sealed') || there('vault/lease.sealed') || there('vault/local.sealed.new')
      expect(there('wipe/journal.json'), `${step} ${when}`).toBe(step !== 'finish' || when === 'before')
      expect(keys).toBe(seen.length === 1)
      expect(there('store/cache.db')).toBe(seen.length <= 3)
      expect(receipts.received().length).toBe(seen.length >= 8 ? 1 : 0)
      expect(there('vault/device.sealed')).toBe(seen.length <= 9)
    }
    const opened = await openWipe(dir, { probe, deliver: receipts.deliver, clearHostStorage: hostOf(dir) })
    const keys = opened.store!.keyCount()
    await opened.run()
    await opened.wipe.deliverNow()
    expect(seen).toEqual(points.map(([step, when]) => `${step} ${when}`))
    expectWiped(target, receipts.received())
    expect(listFiles(dir)).toEqual(['profile.lock', 'wipe/notice.json'])
    expect(readReceipt(receipts.received()[0]!, target)).toMatchObject({
      keysDestroyed: keys + 2,
      filesLeft: 0,
      attempts: 1,
      startedAtMs,
    })
    expect(opened.keyStore.destroyed).toBe(true)
    expect(opened.wipe.underWay()).toBe(false)
    opened.close()
  })

  test('[WIP11] a receipt changed in one byte, or of another device, is none', async () => {
    const target = wipeable()
    const receipts = receiptsBeside(target.dir)
    const opened = await openWipe(target.dir, { deliver: receipts.deliver })
    await opened.run()
    await opened.wipe.deliverNow()
    opened.close()
    const [jws] = receipts.received()
    const [header, payload, signature] = jws!.split('.')
    const text = Buffer.from(payload!, 'base64url').toString().replace('"filesLeft":0', '"filesLeft":1')
    expect(readReceipt(`${header}.${Buffer.from(text).toString('base64url')}.${signature}`, target)).toBeUndefined()
    const other = createRandom(3).bytes(32)
    expect(readReceipt(jws!, { ...target, devicePublicKey: Buffer.from(other).toString('base64url') })).toBeUndefined()
    expect(readReceipt(jws!, target)).toBeDefined()
  })

  test('[WIP12] a second order while one is carried out, and a second call to carry out, change nothing', async () => {
    const target = wipeable()
    const receipts = receiptsBeside(target.dir)
    const seen: string[] = []
    const opened = await openWipe(target.dir, { probe: (step) => void seen.push(step), deliver: receipts.deliver })
    await opened.wipe.begin(target.order, target.jws, 'https://chat.harbour.example', 9)
    await opened.wipe.begin({ ...target.order, reason: 'second' }, 'x.y.z', 'https://elsewhere.example', 1)
    await Promise.all([opened.wipe.carryOut(), opened.wipe.carryOut()])
    await opened.wipe.deliverNow()
    opened.close()
    expect(seen).toEqual(steps.flatMap((step) => [step, step]))
    expectWiped(target, receipts.received())
    expect(readReceipt(receipts.received()[0]!, target)?.keysDestroyed).toBe(9)
  })

  test('[WIP13] the notice says who and why from the first moment, and survives restarts until a new enrolment', async () => {
    const target = wipeable()
    const timers = manualTimers()
    const opened = await openWipe(target.dir, { setTimer: timers.setTimer })
    await opened.wipe.begin(target.order, target.jws, 'https://chat.harbour.example', 2)
    expect(opened.wipe.notice()).toMatchObject({ reason: target.order.reason, receipt: 'not-yet' })
    expect(opened.wipe.notice()).not.toHaveProperty('wipedAtMs')
    await opened.wipe.carryOut()
    expect(opened.wipe.notice()).toMatchObject({ wipedAtMs: startedAtMs, receipt: 'signed' })
    opened.close()
    const again = await openWipe(target.dir, { deliver: async () => true })
    await again.run()
    await again.wipe.deliverNow()
    again.close()
    const third = await openWipe(target.dir)
    expect(third.wipe.underWay()).toBe(false)
    expect(third.wipe.notice()).toMatchObject({ issuedBy: target.order.issuedBy, receipt: 'delivered' })
    third.wipe.forget()
    expect(third.wipe.notice()).toBeUndefined()
    third.close()
    const fourth = await openWipe(target.dir)
    expect(fourth.wipe.notice()).toBeUndefined()
    fourth.close()
  })

  test('[WIP14] nothing of the cache can be read from what is left once the keys are gone', async () => {
    const target = wipeable()
    const local = readFileSync(join(target.dir, 'vault/local.sealed'))
    const opened = await openWipe(target.dir, {
      probe(step, when) {
        if (step !== 'destroy-keys' || when !== 'after') return
        expect(existsSync(join(target.dir, 'store/cache.db'))).toBe(true)
        expect(findBytes(target.dir, [local])).toEqual([])
        throw new Error('cut off')
      },
    })
    await expect(opened.run()).rejects.toThrow('cut off')
    expect(await opened.vault.openRootKey(startedAtMs)).toMatchObject({ error: { code: 'locked' } })
    opened.close()
  })
})

describe('crashes', () => {
  test.each(points)('[WIP20] cut off at %s (%s), the next start ends it with one receipt', async (step, when) => {
    const target = wipeable()
    const receipts = receiptsBeside(target.dir)
    const parts = { deliver: receipts.deliver, clearHostStorage: hostOf(target.dir) }
    let dead = false
    const cut = await openWipe(target.dir, {
      ...parts,
      probe(at, edge) {
        dead ||= at === step && edge === when
        if (dead) throw new Error('cut off')
      },
    })
    const delivering = cut.run().then(() => cut.wipe.deliverNow())
    await expect(delivering).rejects.toThrow('cut off')
    cut.close()
    const resumed = await openWipe(target.dir, parts)
    if (step === 'finish' && when === 'after') expect(resumed.wipe.underWay()).toBe(false)
    else await resumed.run()
    await resumed.wipe.deliverNow()
    resumed.close()
    expectWiped(target, receipts.received())
  })

  test('[WIP21] a start that was cut off counts as an attempt', async () => {
    const target = wipeable()
    const receipts = receiptsBeside(target.dir)
    for (const step of ['remove-files', 'sign-receipt'] as const) {
      const cut = await openWipe(target.dir, {
        probe(at) {
          if (at === step) throw new Error('cut off')
        },
      })
      await expect(cut.run()).rejects.toThrow('cut off')
      cut.close()
    }
    const last = await openWipe(target.dir, { deliver: receipts.deliver })
    await last.run()
    await last.wipe.deliverNow()
    last.close()
    expect(readReceipt(receipts.received()[0]!, target)?.attempts).toBe(3)
  })

  test('[WIP22] killed with SIGKILL at every point and at random moments, it always ends wiped, with a valid receipt', async () => {
    const random = createRandom(7)
    const runs = [
      ...points.map(([step, when]) => ({ args: [step, when], lines: Number.POSITIVE_INFINITY })),
      ...Array.from({ length: 8 }, (_, i) => ({ args: [], lines: i === 0 ? 1 : 1 + random.int(12) })),
    ]
    let kills = 0
    const work = async () => {
      for (let run = runs.shift(); run; run = runs.shift()) {
        const target = wipeable()
        const receipts = receiptsBeside(target.dir)
        const { lines } = run
        const ended = await runProgram('wiper', [target.dir, ...run.args], { killWhen: (told) => told.length >= lines })
        expect(ended.errors).toBe('')
        if (ended.signal === 'SIGKILL') kills += 1
        const resumed = await openWipe(target.dir, { deliver: receipts.deliver })
        // A kill before the journal was durable leaves a profile as it was: the server sends its order again.
        if (resumed.wipe.underWay() || resumed.vault.identity()) await resumed.run()
        await resumed.wipe.deliverNow()
        resumed.close()
        expectWiped(target, receipts.received().slice(-1))
        for (const jws of receipts.received()) expect(readReceipt(jws, target)).toBeDefined()
      }
    }
    await Promise.all([work(), work(), work()])
    expect(kills).toBeGreaterThanOrEqual(points.length)
  }, 180_000)
})

describe('delivery', () => {
  test('[WIP30] undelivered, the device key stays and the delivery is tried again, ever more slowly', async () => {
    const target = wipeable()
    const timers = manualTimers()
    let tries = 0
    const deliver = async () => {
      tries += 1
      if (tries % 2 === 0) throw new Error('network')
      return tries > 12
    }
    const opened = await openWipe(target.dir, { deliver, setTimer: timers.setTimer })
    await opened.run()
    await settled()
    // Asked again, as when the server repeats its order: still one chain of attempts.
    await opened.wipe.carryOut()
    await settled()
    const delays: (number | undefined)[] = []
    while (timers.due.length > 0) {
      expect(timers.due).toHaveLength(1)
      expect(existsSync(join(target.dir, 'vault/device.sealed'))).toBe(true)
      expect(opened.wipe.underWay()).toBe(true)
      delays.push(await timers.next())
    }
    expect(tries).toBe(13)
    expect(delays.slice(0, 3)).toEqual([1, 2, 4].map((factor) => factor * limits.receiptRetryFirstMs))
    expect(delays.at(-1)).toBe(limits.receiptRetryMostMs)
    expect(listFiles(target.dir).filter((name) => name.startsWith('vault/'))).toEqual([])
    opened.close()
  })

  test('[WIP31] a restart delivers the same receipt, byte for byte', async () => {
    const target = wipeable()
    const sent: string[] = []
    for (let start = 0; start < 3; start++) {
      const opened = await openWipe(target.dir, {
        deliver: async (_, __, receipt) => {
          sent.push(receipt)
          return start === 2
        },
      })
      await opened.run()
      await opened.wipe.deliverNow()
      opened.close()
    }
    expect(new Set(sent).size).toBe(1)
    expect(readReceipt(sent[0]!, target)).toBeDefined()
  })

  test('[WIP32] asked to deliver now, it answers whether anything is outstanding', async () => {
    const target = wipeable()
    let up = false
    const opened = await openWipe(target.dir, { deliver: async () => up })
    expect(await opened.wipe.deliverNow()).toBe(true)
    await opened.wipe.begin(target.order, target.jws, 'https://chat.harbour.example', 2)
    expect(await opened.wipe.deliverNow()).toBe(false)
    await opened.wipe.carryOut()
    expect(await opened.wipe.deliverNow()).toBe(false)
    up = true
    expect(await opened.wipe.deliverNow()).toBe(true)
    opened.close()
  })

  test('[WIP33] with no device key left to sign with, a new enrolment is not held up for ever', async () => {
    const target = wipeable()
    const cut = await openWipe(target.dir, {
      probe(step) {
        if (step === 'sign-receipt') throw new Error('cut off')
      },
    })
    await expect(cut.run()).rejects.toThrow('cut off')
    cut.profile.remove('vault/device.sealed')
    cut.close()
    const opened = await openWipe(target.dir)
    await expect(opened.run()).rejects.toThrow('no identity')
    expect(opened.wipe.underWay()).toBe(true)
    expect(await opened.wipe.deliverNow()).toBe(true)
    expect(opened.wipe.underWay()).toBe(false)
    expect(opened.wipe.notice()).toMatchObject({ reason: target.order.reason, receipt: 'not-yet' })
    opened.close()
  })
})

describe('resistance', () => {
  test('[WIP40] a host that cannot clear its storage makes the outcome partial, not the wipe endless', async () => {
    const target = wipeable()
    const receipts = receiptsBeside(target.dir)
    const opened = await openWipe(target.dir, {
      deliver: receipts.deliver,
      clearHostStorage: () => Promise.reject(new Error('held')),
    })
    await opened.run()
    await opened.wipe.deliverNow()
    opened.close()
    expect(readReceipt(receipts.received()[0]!, target)).toMatchObject({ outcome: 'partial', filesLeft: 1 })
    expect(listFiles(target.dir)).toEqual(['host/Default/Cookies', 'profile.lock', 'wipe/notice.json'])
  })

  test('[WIP41] a cache that cannot be closed does not keep its keys', async () => {
    const target = wipeable()
    const opened = await openWipe(target.dir, {
      closeCache() {
        throw new Error('stuck')
      },
    })
    await expect(opened.run()).rejects.toThrow('stuck')
    expect(listFiles(join(target.dir, 'vault'))).toEqual(['device.sealed'])
    opened.close()
  })

  test('[WIP43] the cache is closed in the turn in which the intent is durable, whatever the key store takes', async () => {
    const target = wipeable()
    const seen: boolean[] = []
    const opened = await openWipe(target.dir, {
      async closeCache() {
        seen.push(existsSync(join(target.dir, 'wipe/journal.json')))
      },
    })
    opened.keyStore.hold()
    const begun = opened.wipe.begin(target.order, target.jws, 'https://chat.harbour.example', 9)
    expect(seen).toEqual([true])
    await begun
    opened.close()
  })

  test('[WIP42] a full disk does not stop a wipe: keys go at once, and the journal follows when there is room', async () => {
    const target = wipeable()
    const real = openProfile(target.dir)
    if (!real.ok) throw new Error(real.error.code)
    const profile: Profile = {
      ...real.value,
      write(name, bytes) {
        if (existsSync(join(target.dir, 'store'))) throw new FailureError(fail('disk-full').error)
        real.value.write(name, bytes)
      },
    }
    const receipts = receiptsBeside(target.dir)
    const opened = await openWipe(target.dir, {
      profile,
      deliver: receipts.deliver,
      clearHostStorage: hostOf(target.dir),
    })
    await opened.run()
    await opened.wipe.deliverNow()
    opened.close()
    expectWiped(target, receipts.received())
  })
})
