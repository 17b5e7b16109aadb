/**
 * The notation in which the demo's conversations are written, and its expansion to messages.
 * A line is `who: text`. Before the colon may stand `+30` (minutes since the line before), `#label` (names the message),
 * `>label` (a reply in that message's thread) and `~label` (quotes it). Below it, `| ` continues the message, `* 👍 who who`
 * says who put that on it, and `^ conversation: words` that it passes on the message with those words.
 * `<a|b>` is a choice; `{…}` is a slot: numbers, money, picks, dates relative to the message; `@name` is a mention.
 * Expansion is a function of the script, the random source and the instant; a malformed script throws.
 */
import { addWorkingDays, clock, dateEn, dateZh, daySpokenZh, monthEn, monthNumber } from './calendar.ts'

/**
 * A conversation piece with a real topic, written by hand. `when` limits where it fits: months, days of the month
 * (both in Hong Kong, inclusive), and which part of the conversation's history (0 is its start, 1 its end).
 */
export interface Thread {
  in: string
  when?: { months?: readonly number[]; days?: readonly [number, number]; part?: readonly [number, number] }
  script: string
}

/** How a conversation ends: what a visitor sees first. */
export interface Tail {
  in: string
  /** Working minutes between the last message and now. */
  endedMinutesAgo: number
  /** Short name → how many of the last messages that person has not read. */
  unread?: Readonly<Record<string, number>>
  script: string
}

export interface ScriptLine {
  who: string
  /** Minutes since the line before, where the script fixes them. */
  gapMinutes: number | undefined
  text: string
  /** What later lines call this message. */
  label: string | undefined
  threadOf: string | undefined
  quoteOf: string | undefined
  reactions: { emoji: string; who: readonly string[] }[]
  forward: Forward | undefined
}

/** A message of another conversation, by words of it. */
export interface Forward {
  in: string
  words: string
}

export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** An integer between both ends, inclusive. */
  integer(low: number, high: number): number
  pick<T>(items: readonly T[]): T
}

/** A small seeded generator (mulberry32): the same seed always gives the same numbers. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (items) => {
      const item = items[Math.floor(next() * items.length)]
      if (item === undefined) throw new Error('a demo script picks from an empty list')
      return item
    },
  }
}

/** A 32-bit seed from a text, so that each conversation has a stream of its own (FNV-1a). */
export function seedFrom(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

const linePattern = /^([A-Za-z]+)((?: [+#>~]\w+)*): (.+)$/

/** The lines of a script; throws on a line that is neither a message nor belongs to one, and on a label nobody has. */
export function parseScript(script: string): ScriptLine[] {
  const lines: ScriptLine[] = []
  for (const raw of script.split('\n')) {
    const line = raw.trim()
    if (line === '') continue
    if (/^[|*^]/.test(line)) {
      const last = lines.at(-1)
      if (last === undefined) throw new Error('a demo script starts with a continuation')
      continueLine(last, line)
      continue
    }
    const match = linePattern.exec(line)
    if (match?.[1] === undefined || match[3] === undefined) throw new Error(`not a demo script line: ${line}`)
    const marks = match[2] ?? ''
    const marked = (sign: string) => new RegExp(` \\${sign}(\\w+)`).exec(marks)?.[1]
    const labelled = (sign: string) => {
      const label = marked(sign)
      if (label === undefined || lines.some((above) => above.label === label)) return label
      throw new Error(`a demo script has no message ${label} above: ${line}`)
    }
    const gap = marked('+')
    lines.push({
      who: match[1],
      gapMinutes: gap === undefined ? undefined : Number(gap),
      text: match[3],
      label: marked('#'),
      threadOf: labelled('>'),
      quoteOf: labelled('~'),
      reactions: [],
      forward: undefined,
    })
  }
  return lines
}

function continueLine(message: ScriptLine, line: string): void {
  const rest = line.slice(1).replace(/^ /, '')
  if (line.startsWith('|')) {
    message.text += `\n${rest}`
    return
  }
  if (line.startsWith('*')) {
    const [emoji = '', ...who] = rest.split(' ')
    if (who.length === 0) throw new Error(`nobody reacts in a demo script: ${line}`)
    message.reactions.push({ emoji, who })
    return
  }
  const [key = '', words] = rest.split(/: (.+)/)
  if (words === undefined) throw new Error(`a demo script passes nothing on: ${line}`)
  message.forward = { in: key, words }
}

/** Scripts separated by lines of `---`. */
export function splitScripts(text: string): string[] {
  return text
    .split(/^\s*---\s*$/m)
    .map((s) => s.trim())
    .filter((s) => s !== '')
}

/** What one expansion draws on: named lists to pick from, and the slots already named in this piece. */
export interface Expansion {
  random: Random
  lists: Readonly<Record<string, readonly string[]>>
  named: Map<string, string>
}

/**
 * The text with its choices made and its slots filled. `{x=n 3-9}` names a value that `{x}` repeats. Kinds: `n`
 * (integer), `hkd` (rounded to tens, thousands separated), `of LIST`, `zh±N`/`en±N` (date N working days away),
 * `day+N` (that day as people say it: 聽日, 下星期三),
 * `hm+N` (time of day N minutes on), `mon±N` (English month) and `月±N` (month number with 月).
 */
export function expandText(text: string, atMs: number, expansion: Expansion): string {
  const chosen = text.replace(/<([^<>]*)>/g, (_, options: string) => expansion.random.pick(options.split('|')))
  const filled = chosen.replace(/\{([^{}]+)\}/g, (_, slot: string) => {
    const known = expansion.named.get(slot)
    if (known !== undefined) return known
    const named = /^([a-z]+)=(.+)$/.exec(slot)
    const value = slotValue(named?.[2] ?? slot, atMs, expansion)
    if (named?.[1] !== undefined) expansion.named.set(named[1], value)
    return value
  })
  // A slot between Chinese words brings the script's spaces along; nobody types those.
  return filled.replace(/(?<=[\p{Script=Han}）]) (?=\p{Script=Han})/gu, '')
}

function slotValue(slot: string, atMs: number, { random, lists }: Expansion): string {
  const range = /^(n|hkd) (\d+)-(\d+)$/.exec(slot)
  if (range !== null) {
    const value = random.integer(Number(range[2]), Number(range[3]))
    return range[1] === 'n' ? String(value) : (Math.round(value / 10) * 10).toLocaleString('en-US')
  }
  const list = /^of ([a-z]+)$/.exec(slot)?.[1]
  if (list !== undefined) return random.pick(lists[list] ?? [])
  const relative = /^(zh|day|en|hm|mon|月)([+-]\d+)?$/.exec(slot)
  const offset = Number(relative?.[2] ?? 0)
  switch (relative?.[1]) {
    case 'zh':
      return dateZh(addWorkingDays(atMs, offset))
    case 'day':
      return daySpokenZh(atMs, addWorkingDays(atMs, offset))
    case 'en':
      return dateEn(addWorkingDays(atMs, offset))
    case 'hm':
      return clock(atMs, offset)
    case 'mon':
      return monthEn(atMs, offset)
    case '月':
      return `${monthNumber(atMs, offset)}月`
    default:
      throw new Error(`not a demo script slot: ${slot}`)
  }
}
