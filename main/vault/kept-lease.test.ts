// Owns the tests of what is left to read after the last contact, through the vault: clocks that jump, sleep, kills, older copies
// of the profile and of its witness put back, folders that cannot be written.

import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { limits, times } from '../../shared/limits.ts'
import { toBase64url } from '../../shared/proof.ts'
import { FailureError, fail, ok } from '../../shared/result.ts'
import { createDisk, type Disk, enrolDisk } from '../../testing/desktop.ts'
import { createExample } from '../../testing/example.ts'
import { createMemoryKeyStore, type MemoryKeyStore } from '../../testing/memory-key-store.ts'
import { createCipher } from './cipher.ts'
import { createVault, type Identity, type Vault } from './vault.ts'
import type { WitnessFile } from './witness.ts'

const { HOUR_MS: HOUR, MINUTE_MS: MINUTE } = times
const NOW = 1_800_000_000_000
const YEAR = 365 * 24 * HOUR
const LEASE_FILE = 'vault/lease.sealed'
const example = createExample(91)
beforeAll(async () => void (await createCipher()))

const who = (): Identity => ({
  deviceId: example.id('device'),
  userId: example.id('user'),
  workspaceId: example.id('workspace'),
  workspaceName: '海灣行',
  serverOrigin: 'https://chat.harbour.example',
  authorityKeys: [],
  orderCounter: 0,
  enrolledAtMs: NOW,
})

interface FakeWitness extends WitnessFile {
  /** What lies there; a copy of it, put back, is another file. */
  lies: { readonly bytes: Uint8Array; readonly mark: string } | undefined
  isWritable: boolean
}

function createFakeWitness(): FakeWitness {
  let born = 0
  return {
    lies: undefined,
    isWritable: true,
    read() {
      const { lies } = this
      return lies && { bytes: lies.bytes, isMarked: (mark) => mark === lies.mark }
    },
    draft() {
      if (!this.isWritable) throw new FailureError(fail('profile-not-writable').error)
      const mark = `file ${++born}`
      return {
        mark,
        put: (bytes) => {
          this.lies = { bytes, mark }
          return true
        },
        drop: () => undefined,
      }
    },
    remove() {
      this.lies = undefined
    },
  }
}

/** A computer with one profile on it, whose clock can be set, and somebody who reads. */
interface Desk {
  readonly disk: Disk
  readonly keyStore: MemoryKeyStore
  readonly witness: FakeWitness
  /** By the clock on the wall, which nobody sets. */
  realMs: number
  offsetMs: number
  /** By the clock of the process, which stands while the computer sleeps. */
  steadyMs: number
  vault: Vault | undefined
  isOpen: boolean
  /** Read since the last contact, milliseconds. */
  readMs: number
  isWritable: boolean
  nowMs(): number
  start(): Promise<string>
  contact(hours?: number): Promise<void>
  /** The app runs for so many minutes; what is open is read. */
  run(minutes: number): Promise<void>
  sleep(ms: number): Promise<void>
  stop(): Promise<void>
  kill(): void
  copy(): Copy
  restore(copy: Copy): void
}
type Copy = ReadonlyMap<string, Uint8Array>

const share = toBase64url(example.random.bytes(32))

async function createDesk(withWitness = true): Promise<Desk> {
  const keyStore = createMemoryKeyStore()
  const plain = createDisk(keyStore, ':memory:')
  const witness = createFakeWitness()
  const desk: Desk = {
    disk: {
      ...plain,
      profile: {
        ...plain.profile,
        write(name, bytes) {
          if (!desk.isWritable) throw new FailureError(fail('profile-not-writable').error)
          plain.profile.write(name, bytes)
        },
        shred(name) {
          if (!desk.isWritable) throw new Error('EACCES')
          plain.profile.shred(name)
        },
      },
    },
    keyStore,
    witness,
    realMs: NOW,
    offsetMs: 0,
    steadyMs: 0,
    vault: undefined,
    isOpen: false,
    readMs: 0,
    isWritable: true,
    nowMs: () => desk.realMs + desk.offsetMs,
    async start() {
      const vault = createVault({
        ...desk.disk,
        ...(withWitness && { witnessFile: witness }),
      })
      desk.vault = vault
      if (!(await vault.load()).ok) throw new Error('the identity does not open')
      await look(true)
      const keys = await vault.openRootKey(desk.nowMs())
      desk.isOpen = keys.ok
      return keys.ok ? 'open' : keys.error.code
    },
    async contact(hours = 72) {
      if (!desk.vault) return
      const untilMs = NOW + hours * HOUR
      try {
        await desk.vault.saveLease({ share, generation: 1, issuedAtMs: NOW, untilMs }, NOW, desk.nowMs())
      } catch (error) {
        if (!(error instanceof FailureError)) throw error
        return
      }
      desk.readMs = 0
      desk.isOpen = (await desk.vault.openRootKey(desk.nowMs())).ok
    },
    async run(minutes) {
      for (let minute = 0; minute < minutes && desk.vault; minute++) {
        desk.realMs += MINUTE
        desk.steadyMs += MINUTE
        if (desk.isOpen) desk.readMs += MINUTE
        await look(false)
      }
    },
    async sleep(ms) {
      desk.realMs += ms
      await look(true)
    },
    async stop() {
      await desk.vault?.rest(desk.nowMs()).catch(() => undefined)
      desk.kill()
    },
    kill() {
      desk.vault = undefined
      desk.isOpen = false
    },
    copy: () => new Map(plain.files),
    restore(copy) {
      plain.files.clear()
      for (const [name, bytes] of copy) plain.files.set(name, bytes)
    },
  }
  /** As main/app-lease.ts looks. */
  async function look(slept: boolean): Promise<void> {
    const isOver = await desk.vault
      ?.leaseOver(desk.nowMs(), { slept, steadyMs: desk.steadyMs })
      .catch((error: unknown) => {
        if (!(error instanceof FailureError)) throw error
        return false
      })
    if (!isOver) return
    await desk.vault?.eraseLease()
    desk.isOpen = false
  }

  await enrolDisk(desk.disk, who())
  expect(await desk.start()).toBe('locked')
  return desk
}

/** A desk that has had contact an hour ago, stopped, with what was on its disk then. */
async function used(withWitness = true): Promise<{ desk: Desk; early: Copy; earlyWitness: FakeWitness['lies'] }> {
  const desk = await createDesk(withWitness)
  await desk.contact()
  const early = desk.copy()
  const earlyWitness = desk.witness.lies
  await desk.run(60)
  await desk.stop()
  return { desk, early, earlyWitness }
}
const because = (desk: Desk) => desk.vault?.closedBecause()

describe('why it is closed', () => {
  test('[LSE1] enrolled and never reached: first-contact; with a lease: no reason', async () => {
    const desk = await createDesk()
    expect(because(desk)).toBe('first-contact')
    await desk.contact()
    expect([desk.isOpen, because(desk)]).toEqual([true, undefined])
  })

  test.each<[string, (desk: Desk) => Promise<unknown>]>([
    ['by timer', (desk) => desk.run(71 * 60)],
    ['on wake', (desk) => desk.sleep(71 * HOUR)],
    [
      'at the next start',
      async (desk) => {
        await desk.stop()
        desk.realMs += 71 * HOUR
        return desk.start()
      },
    ],
    [
      'the clock set forward by a year',
      async (desk) => {
        desk.offsetMs += YEAR
        return desk.run(1)
      },
    ],
  ])(
    '[LSE2] over %s: lease-over, told also after a restart with the clock put right, until contact',
    async (_, pass) => {
      const { desk } = await used()
      expect(await desk.start()).toBe('open')
      await pass(desk)
      expect([desk.isOpen, because(desk)]).toEqual([false, 'lease-over'])
      await desk.stop()
      desk.offsetMs = 0
      expect([await desk.start(), because(desk)]).toEqual(['locked', 'lease-over'])
      expect(desk.vault?.leaseReceivedMs()).toBe(NOW)
      await desk.contact()
      expect([desk.isOpen, because(desk)]).toEqual([true, undefined])
    },
  )

  test.each([true, false])(
    '[LSE3] a clock set back by a year at a start or in a sleep closes (witness: %s)',
    async (w) => {
      for (const way of ['start', 'sleep']) {
        const { desk } = await used(w)
        if (way === 'sleep') await desk.start()
        desk.offsetMs -= YEAR
        if (way === 'sleep') await desk.sleep(MINUTE)
        else await desk.start()
        expect([desk.isOpen, because(desk)]).toEqual([false, 'clock-set-back'])
        desk.offsetMs = 0
        await desk.stop()
        expect([await desk.start(), because(desk)]).toEqual(['locked', 'clock-set-back'])
        await desk.contact()
        expect(desk.isOpen).toBe(true)
      }
    },
  )

  test('[LSE3] within the slack it does not, and what has passed stays passed', async () => {
    const { desk } = await used()
    desk.offsetMs -= limits.witnessSlackMs
    expect(await desk.start()).toBe('open')
    await desk.run(71 * 60 - 1)
    expect(desk.isOpen).toBe(true)
    await desk.run(1)
    expect(desk.isOpen).toBe(false)
  })

  test('[LSE4] turned back while it is open, the clock buys nothing, and is named when the term ends', async () => {
    const { desk } = await used()
    await desk.start()
    for (let hour = 0; hour < 71; hour++) {
      expect(desk.isOpen).toBe(true)
      desk.offsetMs -= HOUR
      await desk.run(60)
    }
    expect([desk.isOpen, because(desk)]).toEqual([false, 'clock-set-back'])
  })

  test('[LSE4] a clock held still by small steps, look by look, does not make time stand', async () => {
    const { desk } = await used()
    await desk.start()
    for (let minute = 0; minute < 71 * 60; minute++) {
      expect(desk.isOpen).toBe(true)
      desk.offsetMs -= MINUTE - 1000
      await desk.run(1)
    }
    expect(desk.isOpen).toBe(false)
  })
})

describe('older copies', () => {
  test('[LSE5] of the profile, put back with the clock of its time: closed, erased, and open again after contact', async () => {
    const { desk, early } = await used()
    const { realMs } = desk
    desk.realMs += 100 * HOUR
    desk.restore(early)
    desk.offsetMs = realMs - desk.realMs
    expect([await desk.start(), because(desk)]).toEqual(['locked', 'older-copy'])
    await desk.stop()
    // The share that lay in the copy is gone, too.
    desk.witness.lies = undefined
    expect(await desk.start()).toBe('locked')
    await desk.contact()
    expect([desk.isOpen, because(desk)]).toEqual([true, undefined])
    await desk.stop()
    expect(await desk.start()).toBe('open')
  })

  test('[LSE5] of the profile as it was one start ago is one too', async () => {
    const { desk } = await used()
    const before = desk.copy()
    await desk.start()
    await desk.stop()
    desk.restore(before)
    expect([await desk.start(), because(desk)]).toEqual(['locked', 'older-copy'])
  })

  test('[LSE5] of an earlier lease that came after a contact with another: closed', async () => {
    const { desk, early } = await used()
    await desk.start()
    await desk.contact(1)
    await desk.stop()
    desk.restore(early)
    expect([await desk.start(), because(desk)]).toEqual(['locked', 'older-copy'])
  })

  test('[LSE5] put back after the term has ended: closed', async () => {
    const { desk } = await used()
    await desk.start()
    const running = desk.copy()
    await desk.sleep(100 * HOUR)
    await desk.stop()
    desk.offsetMs = -100 * HOUR
    desk.restore(running)
    expect([await desk.start(), because(desk)]).toEqual(['locked', 'older-copy'])
  })

  test('[LSE6] a witness that is gone, another device’s, damaged, or a copy of what it was only closes', async () => {
    const { desk: other } = await used()
    const cases: ((of: Desk, earlyWitness: FakeWitness['lies']) => FakeWitness['lies'])[] = [
      () => undefined,
      () => other.witness.lies,
      ({ witness: { lies } }) => lies && { ...lies, bytes: lies.bytes.subarray(0, -9) },
      ({ witness: { lies } }) => lies && { ...lies, mark: 'file 999' },
      (_, earlyWitness) => earlyWitness && { ...earlyWitness, mark: 'file 999' },
      // The very file, kept aside by a hard link: not newer than what it stands beside.
      (_, earlyWitness) => earlyWitness,
    ]
    for (const change of cases) {
      const { desk, earlyWitness } = await used()
      desk.witness.lies = change(desk, earlyWitness)
      expect([await desk.start(), because(desk)]).toEqual(['locked', 'older-copy'])
      await desk.contact()
      await desk.stop()
      expect(await desk.start()).toBe('open')
    }
  })

  test('[LSE6] a profile that had a witness and is opened without the folder for one is closed', async () => {
    const { desk } = await used()
    const vault = createVault(desk.disk)
    await vault.load()
    expect([(await vault.openRootKey(NOW)).ok, vault.closedBecause()]).toEqual([false, 'older-copy'])
  })

  test('[LSE6] a profile of before there were witnesses goes on, and has one from then on', async () => {
    const { desk } = await used(false)
    const start = async () => {
      const vault = createVault({ ...desk.disk, witnessFile: desk.witness })
      await vault.load()
      return (await vault.openRootKey(desk.nowMs())).ok
    }
    expect([desk.witness.lies, await start()]).toEqual([undefined, true])
    expect(desk.witness.lies).toBeDefined()
    desk.witness.lies = undefined
    expect(await start()).toBe(false)
  })

  test('[LSE7] what the cache has lost is not brought back by an older copy of the whole profile', async () => {
    const desk = await createDesk()
    await desk.contact()
    await desk.vault?.noteCache(5, { now: true })
    const early = desk.copy()
    await desk.run(30)
    await desk.vault?.noteCache(9, { now: true })
    await desk.stop()
    desk.restore(early)
    await desk.start()
    await desk.contact()
    expect(desk.vault?.cacheAnchor()).toBe(9)
    // Nor is it forgotten with a lease that is erased.
    await desk.sleep(100 * HOUR)
    await desk.stop()
    await desk.start()
    expect(desk.vault?.cacheAnchor()).toBe(9)
  })
})

describe('writing', () => {
  test.each(['contact', 'look', 'start'])(
    '[LSE8] killed between witness and lease at a %s: nothing is lost',
    async (at) => {
      const desk = await createDesk()
      await desk.contact()
      const { profile } = desk.disk
      const write = profile.write
      const cut = () => {
        Object.assign(profile, {
          write: () => {
            throw new FailureError(fail('disk-full').error)
          },
        })
      }
      if (at === 'start') {
        await desk.stop()
        cut()
        expect(await desk.start()).toBe('disk-full')
      } else {
        cut()
        if (at === 'contact') await desk.contact()
        else await desk.run(11)
      }
      desk.kill()
      Object.assign(profile, { write })
      expect([await desk.start(), because(desk)]).toEqual(['open', undefined])
    },
  )

  test('[LSE9] the witness is written when the lease is, and no more often', async () => {
    const desk = await createDesk()
    const seals: string[] = []
    const { keyStore, witness, disk } = desk
    const seal = keyStore.seal.bind(keyStore)
    keyStore.seal = (bytes) => {
      seals.push(Buffer.from(bytes).toString().includes('"mark"') ? 'witness' : 'lease')
      return seal(bytes)
    }
    await desk.contact()
    await desk.run(120)
    await desk.stop()
    const count = (what: string) => seals.filter((sealed) => sealed === what).length
    expect(count('witness')).toBe(count('lease'))
    // At the contact, when it was opened, every ten minutes, and at the end.
    expect(count('witness')).toBeGreaterThan(10)
    expect(count('witness')).toBeLessThanOrEqual(15)
    expect([witness.lies !== undefined, disk.files.has(LEASE_FILE)]).toEqual([true, true])
  })

  test('[LSE9] the share is in the lease and nowhere else, and an erased lease leaves none', async () => {
    const desk = await createDesk()
    const { keyStore } = desk
    const plaintexts: string[] = []
    const seal = keyStore.seal.bind(keyStore)
    keyStore.seal = (bytes) => {
      plaintexts.push(Buffer.from(bytes).toString())
      return seal(bytes)
    }
    await desk.contact()
    const holding = plaintexts.filter((text) => text.includes(share))
    expect([holding.length > 0, holding.some((text) => text.includes('"mark"'))]).toEqual([true, false])
    plaintexts.length = 0
    await desk.sleep(100 * HOUR)
    expect(plaintexts.length).toBeGreaterThan(0)
    expect(plaintexts.some((text) => text.includes(share))).toBe(false)
  })

  test('[LSE10] a kill costs twenty minutes of the term at most, a stop in order nothing', async () => {
    const desk = await createDesk()
    await desk.contact()
    await desk.run(60)
    await desk.stop()
    await desk.start()
    expect(desk.vault?.leaseUntilMs()).toBe(NOW + 72 * HOUR)
    desk.kill()
    await desk.start()
    expect(desk.vault?.leaseUntilMs()).toBe(NOW + 72 * HOUR - 20 * MINUTE)
  })

  test('[LSE11] where it cannot be noted that the lease is used, nothing opens; while it is used, it closes', async () => {
    const { desk } = await used()
    desk.witness.isWritable = false
    expect([await desk.start(), because(desk)]).toEqual(['locked', undefined])
    desk.witness.isWritable = true
    expect(await desk.start()).toBe('open')
    desk.isWritable = false
    await desk.run(18)
    expect(desk.isOpen).toBe(true)
    await desk.run(1)
    expect([desk.isOpen, because(desk)]).toEqual([false, 'lease-over'])
  })

  test('[LSE11] a key store that does not answer does not keep the cache open', async () => {
    const { desk } = await used()
    await desk.start()
    const release = desk.keyStore.hold()
    let over = false
    for (let minute = 0; minute < 60 && !over; minute++) {
      desk.realMs += MINUTE
      const asked = desk.vault!.leaseOver(desk.nowMs())
      over = await Promise.race([asked, new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))])
    }
    expect(over).toBe(true)
    release()
  })

  test('[LSE12] wiped: the witness goes with the keys, and one that was being written does not come back', async () => {
    const { desk } = await used()
    await desk.start()
    const release = desk.keyStore.hold()
    const renewing = desk.contact()
    expect(desk.vault?.destroyDataKeys()).toBe(2)
    release()
    await renewing
    expect([desk.witness.lies, desk.disk.files.has(LEASE_FILE)]).toEqual([undefined, false])
  })

  test('[LSE12] a lease that is erased is no key to destroy', async () => {
    const { desk } = await used()
    await desk.start()
    await desk.vault?.eraseLease()
    expect(desk.disk.files.has(LEASE_FILE)).toBe(true)
    expect(desk.vault?.destroyDataKeys()).toBe(1)
    expect(desk.disk.files.has(LEASE_FILE)).toBe(false)
  })
})

describe('signed out', () => {
  const signedOut = { orderId: example.id('order'), reason: '離職', issuedBy: 'IT', atMs: NOW }

  test('[LSE13] enrolled again as the same device: the same key, the same root key, and no order twice', async () => {
    const { desk } = await used()
    await desk.start()
    const { vault } = desk
    const identity = vault?.identity()
    if (!vault || !identity) throw new Error('not enrolled')
    const before = await vault.openRootKey(desk.nowMs())
    const bytes = Buffer.from('signed')
    const signature = Buffer.from(vault.sign(bytes)).toString('hex')
    await vault.update({ orderCounter: 4, signedOut })
    await vault.eraseLease()
    await desk.stop()

    expect(await desk.start()).toBe('locked')
    const again = desk.vault!
    expect(again.identity()?.signedOut).toEqual(signedOut)
    expect(Buffer.from(again.draftDeviceKey().sign(bytes)).toString('hex')).toBe(signature)
    await again.enrolled({ ...identity, orderCounter: 0, serverOrigin: 'https://moved.example' })
    expect(again.identity()).toMatchObject({ orderCounter: 4, serverOrigin: 'https://moved.example' })
    expect(again.identity()?.signedOut).toBeUndefined()
    await desk.contact()
    expect(await again.openRootKey(desk.nowMs())).toEqual(before)
  })

  test('[LSE13] not signed out, an enrolment draws a new key and begins anew, and the witness with it', async () => {
    const { desk } = await used()
    await desk.start()
    const vault = desk.vault!
    const old = vault.draftDeviceKey().publicKey
    await vault.enrolled(who())
    expect(vault.draftDeviceKey().publicKey).not.toBe(old)
    expect([desk.witness.lies, vault.closedBecause()]).toEqual([undefined, 'first-contact'])
  })
})

describe('however it is turned', () => {
  const minutes = fc.integer({ min: 1, max: 90 })
  const nth = fc.nat(9)
  const jump = fc.oneof(
    fc.integer({ min: -YEAR, max: YEAR }),
    fc.integer({ min: -80 * HOUR, max: 80 * HOUR }),
    fc.integer({ min: -30 * MINUTE, max: 30 * MINUTE }),
  )
  const ways = ['restore', 'restore witness', 'restore both', 'kill', 'stop', 'no witness'] as const
  const step = fc.oneof(
    fc.record({ do: fc.constant('run' as const), minutes }),
    fc.record({ do: fc.constantFrom('start', 'stop', 'kill', 'copy', 'block', 'unblock', 'contact') }),
    fc.record({ do: fc.constant('jump' as const), ms: jump }),
    // Back to where the clock stood when a copy was made.
    fc.record({ do: fc.constant('clock of' as const), nth }),
    fc.record({ do: fc.constantFrom('sleep', 'off'), hours: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ do: fc.constantFrom(...ways), nth }),
    // Somebody who knows what they do: reads on, ends it, puts things and the clock back, and starts again; and again.
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('cycle' as const),
        times: fc.integer({ min: 1, max: 12 }),
        minutes: fc.oneof(fc.constantFrom(9, 19), minutes),
        isBlocked: fc.boolean(),
        way: fc.constantFrom(...ways),
        nth,
      }),
    },
  )
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
  interface Kept {
    readonly files: Copy
    readonly witness: FakeWitness['lies']
    readonly nowMs: number
  }

  let copies: Kept[]
  let born = 0
  beforeEach(() => {
    copies = []
  })

  async function take(desk: Desk, step: Step): Promise<void> {
    const kept = 'nth' in step ? copies[step.nth % Math.max(1, copies.length)] : undefined
    switch (step.do) {
      case 'run':
        return 'minutes' in step ? desk.run(step.minutes) : undefined
      case 'start':
        if (!desk.vault) await desk.start()
        return
      case 'stop':
        return desk.stop()
      case 'kill':
        return desk.kill()
      case 'jump':
        if ('ms' in step) desk.offsetMs += step.ms
        return
      case 'clock of':
        if (kept) desk.offsetMs = kept.nowMs - desk.realMs
        return
      case 'sleep':
        return 'hours' in step ? desk.sleep(step.hours * HOUR) : undefined
      case 'off':
        if ('hours' in step && !desk.vault) desk.realMs += step.hours * HOUR
        return
      case 'copy':
        copies.push({ files: desk.copy(), witness: desk.witness.lies, nowMs: desk.nowMs() })
        return
      case 'restore':
      case 'restore both':
      case 'restore witness':
        if (!kept || desk.vault) return
        if (step.do !== 'restore witness') desk.restore(kept.files)
        if (step.do !== 'restore' && desk.witness.lies !== kept.witness)
          desk.witness.lies = kept.witness && { ...kept.witness, mark: `copy ${++born}` }
        return
      case 'contact':
        return desk.contact(2)
      case 'no witness':
        desk.witness.lies = undefined
        return
      case 'cycle':
        if (!('way' in step)) return
        for (let time = 0; time < step.times; time++) {
          if (step.isBlocked) await take(desk, { do: 'block' })
          await desk.run(step.minutes)
          desk.kill()
          await take(desk, { do: 'unblock' })
          await take(desk, { do: step.way, nth: step.nth })
          await take(desk, { do: 'clock of', nth: step.nth })
          await desk.start()
        }
        return
      case 'block':
      case 'unblock':
        desk.isWritable = step.do === 'unblock'
        desk.witness.isWritable = step.do === 'unblock'
    }
  }

  test('[LSE14] whatever clocks do and whichever copies are put back, no more is read than the lease is long', async () => {
    let most = 0
    let closings = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        copies = []
        const desk = await createDesk()
        await desk.contact(2)
        await take(desk, { do: 'copy' })
        for (const step of steps) {
          const wasOpen = desk.isOpen
          await take(desk, step)
          if (wasOpen && !desk.isOpen) closings += 1
          most = Math.max(most, desk.readMs)
          expect(desk.readMs).toBeLessThanOrEqual(2 * HOUR + limits.leaseCheckMs)
        }
      }),
      { numRuns: 400 },
    )
    // It has been tried: the term was read to its end, and closed.
    expect(most).toBeGreaterThanOrEqual(2 * HOUR)
    expect(closings).toBeGreaterThan(100)
  })

  test('[LSE14] and whoever uses it in order reads for as long as the lease is', async () => {
    const desk = await createDesk()
    await desk.contact(6)
    for (let run = 0; run < 6; run++) {
      await desk.run(60)
      await desk.stop()
      await desk.start()
    }
    expect(desk.readMs).toBe(6 * HOUR)
    expect(await desk.vault?.openRootKey(desk.nowMs())).not.toEqual(ok(expect.anything()))
  })
})
