/**
 * Writes a script's lines out as messages of one conversation: who speaks, when, what, to whom, in which thread.
 * Everything is a function of the plan, the lines, the times and the random source; a name nobody has throws.
 */
import type { PastMention } from '../conversations/import.ts'
import type { ConversationPlan } from './conversations.ts'
import { people, userNameOf } from './people.ts'
import type { Forward, Random, ScriptLine } from './script.ts'
import { expandText } from './script.ts'
import { vocabulary } from './vocabulary.ts'

/** A message before it has its place among those of its conversation. */
export interface WrittenMessage {
  /** userName of the author. */
  by: string
  atMs: number
  body: string
  mentions: PastMention[]
  threadOf: WrittenMessage | undefined
  quoteOf: WrittenMessage | undefined
  reactions: { emoji: string; by: string }[]
  forward: Forward | undefined
}

/** The messages of a piece; `times` has an instant for each line. */
export function writeMessages(
  { plan, random }: { plan: ConversationPlan; random: Random },
  lines: readonly ScriptLine[],
  times: readonly number[],
): WrittenMessage[] {
  const lists = plan.words === undefined ? vocabulary : { ...vocabulary, ...plan.words }
  const expansion = { random, lists, named: new Map<string, string>() }
  const roles = new Map<string, string>()
  const named = new Map<string, WrittenMessage>()
  return lines.map((line, index) => {
    const atMs = times[index] ?? 0
    const by = userNameOf(playerOf(line.who, plan, roles, random))
    const message: WrittenMessage = {
      by,
      atMs,
      ...withMentions(expandText(line.text, atMs, expansion)),
      threadOf: line.threadOf === undefined ? undefined : named.get(line.threadOf),
      quoteOf: line.quoteOf === undefined ? undefined : named.get(line.quoteOf),
      reactions: line.reactions.flatMap(({ emoji, who }) => who.map((name) => ({ emoji, by: userNameOf(name) }))),
      forward: line.forward,
    }
    if (line.label !== undefined) named.set(line.label, message)
    return message
  })
}

/** Who speaks a role in this piece: the same person throughout, and a different one for each role where possible. */
function playerOf(who: string, plan: ConversationPlan, roles: Map<string, string>, random: Random): string {
  const cast = plan.cast[who]
  if (cast === undefined) return who
  const known = roles.get(who)
  if (known !== undefined) return known
  const taken = new Set(roles.values())
  const free = cast.filter((name) => !taken.has(name))
  const chosen = random.pick(free.length > 0 ? free : cast)
  roles.set(who, chosen)
  return chosen
}

const departments = new Set(people.map((person) => person.department))
/** Short name, department or everybody after an @ that is not of an address; `@[Retail Operations]` holds its blanks. */
const mentionPattern = /(?<![\w.])@(?:\[([^\]]+)\]|([A-Za-z]+|所有人))/g

/** The text with short names written out as people see them, and where they stand. */
function withMentions(text: string): { body: string; mentions: PastMention[] } {
  const mentions: PastMention[] = []
  let body = ''
  let from = 0
  for (const match of text.matchAll(mentionPattern)) {
    const name = match[1] ?? match[2] ?? ''
    body += text.slice(from, match.index)
    from = match.index + match[0].length
    const start = body.length
    if (name === 'channel' || name === '所有人') {
      body += `@${name}`
      mentions.push({ type: 'everyone', start, end: body.length })
    } else if (departments.has(name)) {
      body += `@${name}`
      mentions.push({ type: 'department', start, end: body.length, department: name })
    } else {
      const userName = userNameOf(name)
      body += `@${people.find((person) => person.userName === userName)?.displayName}`
      mentions.push({ type: 'person', start, end: body.length, userName })
    }
  }
  return { body: body + text.slice(from), mentions }
}
