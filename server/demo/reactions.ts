/**
 * The emoji that the demo's people put on each other's messages: those of the scripts, and a few more as people do.
 * Pure: the same messages and random numbers give the same reactions; nobody reacts to themselves.
 */
import { minuteMs } from './calendar.ts'
import type { Random } from './script.ts'

export interface Reaction {
  emoji: string
  by: string
  atMs: number
}

/** What a message says, and what it often gets; the first that fits counts. */
const moods: readonly (readonly [words: RegExp, emoji: string])[] = [
  [/恭喜|[Cc]ongrat|🎉|過 target|達標|Sold!/u, '🎉'],
  [/辛苦晒|辛苦大家|辛苦了|手軟/u, '💪'],
  [/😂|🤣|哈哈|😆|😅/u, '😂'],
  [/搞掂|得返|好返晒|已回滚|已发布|完成|^Done\b|Approved|簽咗/u, '✅'],
  [/多謝|唔該晒|[Tt]hank|谢谢/u, '🙏'],
  [/❤|暖|靚|😍|可愛/u, '❤️'],
]
/** One message in this many gets something. */
const moved = 0.2
const others = 0.035

/** Reactions to a message by some of `members`, after it and before `nowMs`. */
export function reactionsTo(
  message: { by: string; atMs: number; body: string; reactions: readonly { emoji: string; by: string }[] },
  members: readonly string[],
  random: Random,
  nowMs: number,
): Reaction[] {
  const given = message.reactions.length > 0 ? message.reactions : spontaneous(message, members, random)
  let atMs = message.atMs
  return given.map((reaction) => {
    atMs = Math.min(atMs + random.integer(20, 200) * 1000, nowMs - minuteMs / 2)
    return { ...reaction, atMs }
  })
}

function spontaneous(
  { by, body }: { by: string; body: string },
  members: readonly string[],
  random: Random,
): { emoji: string; by: string }[] {
  const mood = moods.find(([words]) => words.test(body))?.[1]
  if (random.next() >= (mood === undefined ? others : moved)) return []
  const audience = members.filter((name) => name !== by)
  const most = Math.min(audience.length, 5)
  const reactors = new Set(Array.from({ length: random.integer(1, most) }, () => random.pick(audience)))
  return [...reactors].map((name) => ({ emoji: mood ?? '👍', by: name }))
}
