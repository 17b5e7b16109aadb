// Owns finding entries in one part of a shard: lists met with each other, then filters, then the newest.
// Always holds: the shortest list goes first; arrays for entry numbers are kept from query to query, never their results.

import type { Wanted } from './entry-terms.ts'
import type { Part } from './part.ts'

/** What must hold besides the terms. `lowKey` inclusive, `beforeKey` exclusive: only entries with keys between count. */
export interface Sieve {
  readonly lowKey: number
  readonly beforeKey: number
  /** 1 where a number is asked for, see `maskOf`. */
  readonly slots: Uint8Array | undefined
  readonly senders: Uint8Array | undefined
  readonly fromMs: number
  readonly untilMs: number
  readonly hasFile: boolean | undefined
}

let candidates = new Uint32Array(0)
let others = new Uint32Array(0)
let marks = new Uint8Array(0)

/** A set of small numbers such that looking one up costs next to nothing: a filter looks at every entry. */
export function maskOf(numbers: ReadonlySet<number>): Uint8Array {
  let highest = -1
  for (const number of numbers) highest = Math.max(highest, number)
  const mask = new Uint8Array(highest + 1)
  for (const number of numbers) mask[number] = 1
  return mask
}

/** The newest entries of a part that have all that is wanted and pass, newest first, at most `limit`. */
export function newestEntries(part: Part, wanted: Wanted, sieve: Sieve, limit: number): number[] {
  const found = meet(part, wanted)
  if (found === undefined) return []
  const { keys } = part.columns
  const best: number[] = []
  let worst = sieve.lowKey
  for (let i = (found === 'all' ? part.size : found) - 1; i >= 0; i--) {
    const entry = found === 'all' ? i : (candidates[i] as number)
    const key = keys[entry] as number
    if (key < worst || key >= sieve.beforeKey) {
      if (part.isInOrder && key < worst) break
      continue
    }
    if (!passes(part, entry, sieve)) continue
    let at = best.length
    while (at > 0 && (keys[best[at - 1] as number] as number) < key) at--
    best.splice(at, 0, entry)
    if (best.length > limit) best.pop()
    if (best.length < limit) continue
    if (part.isInOrder) break
    worst = keys[best[limit - 1] as number] as number
  }
  return best
}

function passes({ columns, gone }: Part, entry: number, sieve: Sieve): boolean {
  return (
    gone[entry] === 0 &&
    (sieve.hasFile === undefined || (columns.files[entry] === 1) === sieve.hasFile) &&
    (sieve.senders === undefined || sieve.senders[columns.senders[entry] as number] === 1) &&
    (sieve.slots === undefined || sieve.slots[columns.slots[entry] as number] === 1) &&
    (columns.ats[entry] as number) >= sieve.fromMs &&
    (columns.ats[entry] as number) < sieve.untilMs
  )
}

/** Puts the entries with all that is wanted into `candidates`, ascending: how many; undefined: none can be. */
function meet(part: Part, wanted: Wanted): number | 'all' | undefined {
  if (wanted.hashes.length + wanted.words.length === 0) return 'all'
  const groups: { lists: readonly number[]; length: number }[] = []
  for (const hash of wanted.hashes) {
    const list = part.hashList(hash)
    if (list === undefined) return undefined
    groups.push({ lists: [list], length: part.lengthOf(list) })
  }
  for (const { word, prefix } of wanted.words) {
    const lists = part.wordLists(word, prefix)
    if (lists.length === 0) return undefined
    groups.push({ lists, length: lists.reduce((sum, list) => sum + part.lengthOf(list), 0) })
  }
  widen(part.size)
  let count: number | undefined
  for (const { lists } of groups.sort((a, b) => a.length - b.length)) {
    const [only] = lists
    if (lists.length > 1) count = keepMarked(part, lists, count)
    else if (only !== undefined)
      count = count === undefined ? part.read(only, candidates) : part.keep(only, candidates, count)
    if (count === 0) return undefined
  }
  return count
}

function widen(size: number): void {
  if (size <= candidates.length) return
  candidates = new Uint32Array(size * 2)
  others = new Uint32Array(size * 2)
  marks = new Uint8Array(size * 2)
}

/** Keeps of the first `count` candidates (undefined: of all entries) those of any of the lists. */
function keepMarked(part: Part, lists: readonly number[], count: number | undefined): number {
  marks.fill(0, 0, part.size)
  for (const list of lists) {
    const length = part.read(list, others)
    for (let i = 0; i < length; i++) marks[others[i] as number] = 1
  }
  let kept = 0
  const among = count ?? part.size
  for (let i = 0; i < among; i++) {
    const entry = count === undefined ? i : (candidates[i] as number)
    if (marks[entry] === 1) candidates[kept++] = entry
  }
  return kept
}
