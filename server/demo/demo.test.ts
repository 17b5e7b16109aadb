/**
 * Proves the demo workspace: deterministic, well-formed, within its bounds, and in the languages it promises.
 * Every rule runs over several instants (a working day, a Sunday, a holiday, each season) and seeds.
 */
import { describe, expect, it } from 'vitest'
import { fileInfoSchema } from '../../shared/model.ts'
import { hongKongDate, isWorkingDay } from './calendar.ts'
import type { Demo } from './history.ts'
import { buildDemo } from './history.ts'
import { createRandom, expandText, parseScript } from './script.ts'
import { companyThreads } from './threads-company.ts'
import { directThreads } from './threads-direct.ts'
import { groupThreads } from './threads-groups.ts'
import { officeThreads } from './threads-office.ts'
import { seasonThreads } from './threads-season.ts'
import { storeThreads } from './threads-stores.ts'
import { tails as channelTails } from './threads-tail-channels.ts'
import { tails as openTails } from './threads-tail-open.ts'
import { tails as privateTails } from './threads-tail-private.ts'

const hongKong = (iso: string) => Date.parse(`${iso}+08:00`)
const cases = [
  { nowMs: hongKong('2026-11-23T12:31:00'), seed: 1 },
  { nowMs: hongKong('2026-09-20T23:10:00'), seed: 7 },
  { nowMs: hongKong('2027-02-07T04:00:00'), seed: 42 },
  { nowMs: hongKong('2027-05-04T09:07:00'), seed: 2_026 },
  { nowMs: hongKong('2028-07-01T15:00:00'), seed: 99_999 },
]
const demos = cases.map((options) => ({ ...options, demo: buildDemo(options) }))
const bodiesOf = (demo: Demo) => demo.conversations.flatMap((c) => c.messages.map((m) => m.body))
const han = /\p{Script=Han}/u
const latinWord = /[A-Za-z]{2,}/

describe('demo workspace', () => {
  it('[DEMO1] is the same for the same instant and seed, and differs for another seed', () => {
    for (const { nowMs, seed, demo } of demos) {
      expect(buildDemo({ nowMs, seed })).toEqual(demo)
      expect(bodiesOf(buildDemo({ nowMs, seed: seed + 1 }))).not.toEqual(bodiesOf(demo))
    }
  })

  it('[DEMO2] keeps every conversation ascending in time, after its creation and before now', () => {
    for (const { nowMs, demo } of demos) {
      for (const c of demo.conversations) {
        let previousMs = c.createdAtMs
        for (const m of c.messages) {
          expect(Number.isInteger(m.atMs)).toBe(true)
          expect(m.atMs, c.key).toBeGreaterThan(previousMs)
          previousMs = m.atMs
        }
        expect(previousMs).toBeLessThan(nowMs)
      }
    }
  })

  it('[DEMO3] has every author and creator among the members, and every member among the people', () => {
    for (const { demo } of demos) {
      const known = new Set(demo.people.map((p) => p.userName))
      for (const c of demo.conversations) {
        const members = new Set(c.members)
        expect(members.size).toBe(c.members.length)
        expect(members.has(c.createdBy)).toBe(true)
        for (const name of members) expect(known.has(name), name).toBe(true)
        for (const m of c.messages) expect(members.has(m.by), `${c.key}: ${m.by}: ${m.body}`).toBe(true)
        if (c.kind === 'direct') expect(c.members).toHaveLength(2)
        else expect(c.name).toBeTruthy()
      }
    }
  })

  it('[DEMO4] has unique people with a reporting line that ends', () => {
    const { people } = buildDemo(cases[0]!)
    expect(people.length).toBeGreaterThanOrEqual(33)
    expect(new Set(people.map((p) => p.userName)).size).toBe(people.length)
    expect(new Set(people.map((p) => p.displayName)).size).toBe(people.length)
    expect(new Set(people.map((p) => p.department)).size).toBe(8)
    people.forEach((p, index) => {
      if (p.manager === undefined) return
      const managerIndex = people.findIndex((other) => other.userName === p.manager)
      expect(managerIndex).toBeGreaterThanOrEqual(0)
      expect(managerIndex).toBeLessThan(index)
    })
  })

  it('[DEMO5] holds 3 000 to 5 000 messages over about five months, and every conversation has a screenful', () => {
    for (const { nowMs, demo } of demos) {
      const count = bodiesOf(demo).length
      expect(count).toBeGreaterThanOrEqual(3_000)
      expect(count).toBeLessThanOrEqual(5_000)
      const firstMs = Math.min(...demo.conversations.map((c) => c.createdAtMs))
      expect((nowMs - firstMs) / 86_400_000).toBeGreaterThan(145)
      expect(demo.conversations.filter((c) => c.kind === 'direct').length).toBeGreaterThanOrEqual(8)
      for (const c of demo.conversations) {
        const isTheirs = c.archivedAtMs === undefined && demo.staff.some((name) => c.members.includes(name))
        expect(c.messages.length, c.key).toBeGreaterThanOrEqual(isTheirs ? 20 : 10)
      }
    }
  })

  it('[DEMO6] writes in Hong Kong hours, and outside the shops and chat only on working days', () => {
    for (const { demo } of demos) {
      for (const c of demo.conversations) {
        const shop = c.key.startsWith('store-')
        for (const m of c.messages) {
          const { minuteOfDay } = hongKongDate(m.atMs)
          expect(minuteOfDay).toBeGreaterThanOrEqual(9 * 60)
          expect(minuteOfDay).toBeLessThan(shop ? 22 * 60 : 19 * 60)
          if (!shop) expect(isWorkingDay(m.atMs)).toBe(true)
        }
      }
    }
  })

  it('[DEMO7] mixes Chinese, English and both in one message, with some Simplified and rare characters', () => {
    for (const { demo } of demos) {
      const bodies = bodiesOf(demo)
      const share = (test: (body: string) => boolean) => bodies.filter(test).length / bodies.length
      expect(share((b) => han.test(b))).toBeGreaterThan(0.55)
      expect(share((b) => han.test(b))).toBeLessThan(0.85)
      expect(share((b) => latinWord.test(b) && !han.test(b))).toBeGreaterThan(0.12)
      expect(share((b) => latinWord.test(b) && han.test(b))).toBeGreaterThan(0.2)
      expect(share((b) => /[这们预计为测试发车仓过码钟单会关岗]/u.test(b))).toBeGreaterThan(0.01)
      expect(share((b) => /[嘅咗冇㗎喺啲嗰唔]/u.test(b))).toBeGreaterThan(0.15)
      for (const character of ['𨋢', '嗰', '瞓', '㗎']) {
        expect(
          bodies.some((b) => b.includes(character)),
          character,
        ).toBe(true)
      }
      expect(bodies.some((b) => b.includes('\n'))).toBe(true)
      expect(bodies.some((b) => b.length > 250)).toBe(true)
    }
  })

  it('[DEMO8] repeats no body longer than 12 characters more than four times', () => {
    for (const { demo } of demos) {
      const counts = new Map<string, number>()
      for (const body of bodiesOf(demo)) counts.set(body, (counts.get(body) ?? 0) + 1)
      const tooOften = [...counts].filter(([body, n]) => body.length > 12 && n > 4)
      expect(tooOften).toEqual([])
    }
  })

  it('[DEMO9] fills every slot and choice, and leaves no empty body', () => {
    for (const { demo } of demos) {
      for (const body of bodiesOf(demo)) {
        expect(body).not.toMatch(/[{}<>]|undefined|NaN|^\s*$/u)
        expect(body).toBe(body.trim())
      }
    }
  })

  it('[DEMO10] leaves unread messages only of other people, in several conversations of the first desktop', () => {
    for (const { demo } of demos) {
      const [first, second] = demo.staff
      for (const c of demo.conversations) {
        for (const [name, n] of Object.entries(c.unreadFor ?? {})) {
          expect(c.members).toContain(name)
          expect(n).toBeGreaterThan(0)
          const deleted = new Set(c.changes.flatMap((change) => (change.type === 'deleted' ? [change.target] : [])))
          const last = c.messages.filter((_, at) => !deleted.has(at)).slice(-n)
          expect(last).toHaveLength(n)
          expect(
            last.map((m) => m.by),
            c.key,
          ).not.toContain(name)
        }
      }
      const unreadByFirst = demo.conversations.filter((c) => c.unreadFor?.[first] !== undefined)
      expect(unreadByFirst.length).toBeGreaterThanOrEqual(5)
      const shared = demo.conversations.filter(
        (c) => c.messages.some((m) => m.by === first) && c.messages.some((m) => m.by === second),
      )
      expect(shared.length).toBeGreaterThanOrEqual(4)
      expect(shared.some((c) => c.kind === 'direct')).toBe(true)
    }
  })

  it('[DEMO12] has at least 60 hand-written threads of 4 to 12 messages, and a hand-written end to every conversation', () => {
    const lengths = [
      ...companyThreads,
      ...storeThreads,
      ...officeThreads,
      ...groupThreads,
      ...directThreads,
      ...seasonThreads,
    ].map((t) => parseScript(t.script).length)
    expect(lengths.filter((n) => n >= 4 && n <= 12).length).toBeGreaterThanOrEqual(60)
    const tails = [...channelTails, ...privateTails, ...openTails]
    for (const c of demos[0]!.demo.conversations) {
      const tail = tails.find((t) => t.in === c.key)
      expect(parseScript(tail?.script ?? '').length, c.key).toBeGreaterThanOrEqual(10)
    }
  })

  it('[DEMO13] has files, edits and deletions, each of a message of its author, soon after it and before now', () => {
    for (const { nowMs, demo } of demos) {
      const conversations = demo.conversations
      for (const c of conversations) {
        let previousMs = 0
        for (const change of c.changes) {
          const target = c.messages[change.target]
          if (change.type === 'reacted') expect(c.members).toContain(change.by)
          else expect(target?.by).toBe(change.by)
          expect(change.atMs).toBeGreaterThan(target?.atMs ?? nowMs)
          expect(change.atMs).toBeGreaterThanOrEqual(previousMs)
          expect(change.atMs).toBeLessThan(nowMs)
          if (change.type === 'edited') expect(change.body).not.toBe(target?.body)
          previousMs = change.atMs
        }
      }
      const changes = conversations.flatMap((c) => c.changes)
      expect(changes.filter((change) => change.type === 'edited').length).toBeGreaterThanOrEqual(4)
      expect(changes.filter((change) => change.type === 'deleted').length).toBeGreaterThanOrEqual(3)
      const files = demo.conversations.flatMap((c) => c.messages.flatMap((m) => m.files ?? []))
      expect(files.length).toBeGreaterThanOrEqual(12)
      expect(new Set(files.map((file) => file.sha256)).size).toBe(files.length)
      for (const file of files) expect(fileInfoSchema.safeParse(file).success).toBe(true)
    }
  })

  it('[DEMO11] refuses a malformed script instead of showing it', () => {
    expect(() => parseScript('no speaker here')).toThrow('not a demo script line')
    expect(() => parseScript('| continues nothing')).toThrow('continuation')
    const expansion = { random: createRandom(1), lists: {}, named: new Map<string, string>() }
    expect(() => expandText('{colour}', 0, expansion)).toThrow('not a demo script slot')
    expect(expandText('<x|x> {a=n 5-5} {a}', 0, expansion)).toBe('x 5 5')
  })
})
