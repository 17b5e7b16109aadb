/**
 * Proves what the demo shows of conversations: threads, quotes, mentions, reactions, forwarded words, formatting, channels
 * to find, settings. Several instants and seeds, as in demo.test.ts.
 */
import { describe, expect, it } from 'vitest'
import { emojiSchema } from '../../shared/model.ts'
import { conversationPlans } from './conversations.ts'
import { buildDemo, type Demo, type DemoConversation } from './history.ts'
import { createRandom, parseScript } from './script.ts'
import { writeMessages } from './written.ts'

const hongKong = (iso: string) => Date.parse(`${iso}+08:00`)
const demos: readonly Demo[] = [
  buildDemo({ nowMs: hongKong('2026-11-23T12:31:00'), seed: 852 }),
  buildDemo({ nowMs: hongKong('2026-09-20T23:10:00'), seed: 7 }),
  buildDemo({ nowMs: hongKong('2027-02-07T04:00:00'), seed: 42 }),
]
const [first] = demos as [Demo]
const isJoined = (demo: Demo, c: DemoConversation) => demo.staff.some((name) => c.members.includes(name))

/** Messages, as they stand, that this person has not read. */
function unreadOf(c: DemoConversation, userName: string) {
  const gone = new Set(c.changes.flatMap((change) => (change.type === 'deleted' ? [change.target] : [])))
  const count = c.unreadFor?.[userName] ?? 0
  return count === 0 ? [] : c.messages.filter((_, at) => !gone.has(at)).slice(-count)
}

describe('conversations of the demo', () => {
  it('[DEMO15] has threads of 3 to 8 replies, each after a message that is no reply, some of them unread', () => {
    for (const demo of demos) {
      const long = demo.conversations.flatMap((c) => {
        const replies = new Map<number, number>()
        for (const [at, { threadOf, quoteOf, atMs }] of c.messages.entries()) {
          if (quoteOf !== undefined) expect(quoteOf).toBeLessThan(at)
          if (threadOf === undefined) continue
          const root = c.messages[threadOf]
          expect(root?.threadOf).toBeUndefined()
          expect(root?.atMs).toBeLessThan(atMs)
          replies.set(threadOf, (replies.get(threadOf) ?? 0) + 1)
        }
        return [...replies.values()].filter((count) => count >= 3)
      })
      expect(long.length).toBeGreaterThanOrEqual(6)
      expect(Math.max(...long)).toBeLessThanOrEqual(8)
      const quotes = demo.conversations.flatMap((c) => c.messages.filter((m) => m.quoteOf !== undefined))
      expect(quotes.length).toBeGreaterThanOrEqual(5)
      const unread = demo.conversations.flatMap((c) => unreadOf(c, demo.staff[0]))
      expect(unread.some((m) => m.threadOf !== undefined)).toBe(true)
    }
  })

  it('[DEMO16] mentions people, departments and everybody by what stands there, each of the two staff in unread messages', () => {
    for (const demo of demos) {
      const known = new Map(demo.people.map((p) => [p.userName, p]))
      const types = new Set<string>()
      for (const c of demo.conversations) {
        for (const { body, mentions = [] } of c.messages) {
          for (const mention of mentions) {
            types.add(mention.type)
            const words = body.slice(mention.start, mention.end)
            if (mention.type === 'person') {
              expect(c.members).toContain(mention.userName)
              expect(words).toBe(`@${known.get(mention.userName)?.displayName}`)
            } else if (mention.type === 'department') {
              expect(words).toBe(`@${mention.department}`)
              expect(c.members.some((name) => known.get(name)?.department === mention.department)).toBe(true)
            } else expect(words).toBe('@channel')
          }
        }
      }
      expect([...types].sort()).toEqual(['department', 'everyone', 'person'])
      for (const name of demo.staff) {
        const unread = demo.conversations.flatMap((c) => unreadOf(c, name))
        expect(
          unread.some((m) => m.mentions?.some((one) => one.type === 'person' && one.userName === name)),
          name,
        ).toBe(true)
      }
    }
  })

  it('[DEMO17] reacts with emoji of the recommended set, never to oneself or twice the same, nor to what was deleted', () => {
    for (const demo of demos) {
      const seen = new Map<string, number>()
      for (const c of demo.conversations) {
        const gone = new Set(c.changes.flatMap((change) => (change.type === 'deleted' ? [change.target] : [])))
        const given = new Set<string>()
        for (const change of c.changes) {
          if (change.type !== 'reacted') continue
          expect(emojiSchema.safeParse(change.emoji).success, change.emoji).toBe(true)
          expect(c.messages[change.target]?.by).not.toBe(change.by)
          expect(gone.has(change.target)).toBe(false)
          const key = `${change.target} ${change.emoji} ${change.by}`
          expect(given.has(key), `${c.key}: ${key}`).toBe(false)
          given.add(key)
          seen.set(change.emoji, (seen.get(change.emoji) ?? 0) + 1)
        }
      }
      for (const emoji of ['👍', '🙏', '✅', '😂', '🎉', '💪']) expect(seen.get(emoji), emoji).toBeGreaterThan(3)
    }
  })

  it('[DEMO18] passes a message on to a conversation after it was written where its sender reads', () => {
    for (const demo of demos) {
      const forwards = demo.conversations.flatMap((c, at) =>
        c.messages.flatMap((m) => (m.forwarded === undefined ? [] : [{ ...m, forwarded: m.forwarded, at }])),
      )
      expect(forwards.length).toBeGreaterThan(0)
      for (const { by, atMs, forwarded, at } of forwards) {
        const source = demo.conversations.findIndex((c) => c.key === forwarded.key)
        expect(source).toBeLessThan(at)
        const { members, messages } = demo.conversations[source] ?? { members: [], messages: [] }
        expect(members).toContain(by)
        expect(messages[forwarded.message]?.atMs).toBeLessThan(atMs)
      }
    }
  })

  it('[DEMO19] shows code, lists, bold words and links', () => {
    for (const demo of demos) {
      const bodies = demo.conversations.flatMap((c) => (isJoined(demo, c) ? c.messages.map((m) => m.body) : []))
      for (const form of [
        /^```[\s\S]+^```$/m,
        /^- .+\n- /m,
        /^1\. .+\n2\. /m,
        /\*\*\S.*?\*\*/,
        /https:\/\//,
        /`[^`\n]+`/,
      ]) {
        expect(
          bodies.some((body) => form.test(body)),
          String(form),
        ).toBe(true)
      }
    }
  })

  it('[DEMO20] has open channels that the two staff have not joined, an archived one, pinned and muted ones', () => {
    for (const demo of demos) {
      const unjoined = demo.conversations.filter((c) => !isJoined(demo, c))
      const toFind = unjoined.filter((c) => c.isOpen === true && c.kind === 'channel')
      expect(toFind.length).toBeGreaterThanOrEqual(3)
      const archived = demo.conversations.filter((c) => c.archivedAtMs !== undefined)
      expect(archived.some((c) => demo.staff.every((name) => c.members.includes(name)))).toBe(true)
      for (const name of demo.staff) {
        const prefs = demo.conversations.map((c) => c.prefs?.[name])
        expect(prefs.filter((one) => one?.pinned === true).length).toBeGreaterThan(0)
        expect(prefs.filter((one) => one?.muted === true).length).toBeGreaterThan(0)
      }
    }
  })

  it('[DEMO21] a script that names nobody, an unknown label or no message to pass on is refused', () => {
    const [plan] = conversationPlans
    if (plan === undefined) throw new Error('no plans')
    const write = (script: string) => writeMessages({ plan, random: createRandom(1) }, parseScript(script), [1])
    expect(() => write('karen: hello @nobody')).toThrow('names nobody')
    expect(() => parseScript('karen >above: hello')).toThrow('no message above')
    expect(() => parseScript('karen: hello\n^ general')).toThrow('passes nothing on')
    expect(() => parseScript('karen: hello\n* 👍')).toThrow('nobody reacts')
    expect(write('karen: mail karen@example.com')[0]?.mentions).toEqual([])
    expect(first.conversations.length).toBe(conversationPlans.length)
  })
})
