// Owns ranges of seqs by conversation: what a shard covers, what is indexed, what is left to do.
// Always holds: the ranges of a slot are ascending, disjoint and not touching. Pure data: it reads and writes nothing else.

import type { CoveredRange } from '../store/records.ts'

/** Both ends included. */
export type SeqRange = readonly [fromSeq: number, toSeq: number]

export interface Coverage {
  add(slot: number, fromSeq: number, toSeq: number): void
  remove(slot: number, fromSeq: number, toSeq: number): void
  has(slot: number, seq: number): boolean
  hasSlot(slot: number): boolean
  /** The parts of fromSeq…toSeq that are not covered, ascending. */
  gaps(slot: number, fromSeq: number, toSeq: number): SeqRange[]
  /** True where any seq of fromSeq…toSeq is covered. */
  meets(slot: number, fromSeq: number, toSeq: number): boolean
  rows(): CoveredRange[]
  clear(): void
}

/** A coverage of `rows`. */
export function createCoverage(rows: readonly CoveredRange[] = []): Coverage {
  const bySlot = new Map<number, SeqRange[]>()
  const coverage: Coverage = {
    add(slot, fromSeq, toSeq) {
      const ranges = bySlot.get(slot) ?? []
      const first = firstEndingAt(ranges, fromSeq - 1)
      const after = firstBeginningAfter(ranges, first, toSeq + 1)
      const low = first < after ? Math.min(fromSeq, ranges[first]?.[0] ?? fromSeq) : fromSeq
      const high = first < after ? Math.max(toSeq, ranges[after - 1]?.[1] ?? toSeq) : toSeq
      ranges.splice(first, after - first, [low, high])
      bySlot.set(slot, ranges)
    },
    remove(slot, fromSeq, toSeq) {
      const ranges = bySlot.get(slot)
      if (!ranges) return
      const first = firstEndingAt(ranges, fromSeq)
      const after = firstBeginningAfter(ranges, first, toSeq)
      const cut = ranges.slice(first, after)
      const kept = cut.flatMap(([low, high]): SeqRange[] => [
        ...(low < fromSeq ? [[low, fromSeq - 1] as const] : []),
        ...(high > toSeq ? [[toSeq + 1, high] as const] : []),
      ])
      ranges.splice(first, after - first, ...kept)
      if (ranges.length === 0) bySlot.delete(slot)
    },
    has: (slot, seq) => coverage.meets(slot, seq, seq),
    hasSlot: (slot) => bySlot.has(slot),
    gaps(slot, fromSeq, toSeq) {
      const ranges = bySlot.get(slot) ?? []
      const found: SeqRange[] = []
      let from = fromSeq
      for (let i = firstEndingAt(ranges, fromSeq); i < ranges.length && from <= toSeq; i++) {
        const [low, high] = ranges[i] as SeqRange
        if (low > toSeq) break
        if (low > from) found.push([from, low - 1])
        from = high + 1
      }
      if (from <= toSeq) found.push([from, toSeq])
      return found
    },
    meets(slot, fromSeq, toSeq) {
      const ranges = bySlot.get(slot) ?? []
      const range = ranges[firstEndingAt(ranges, fromSeq)]
      return range !== undefined && range[0] <= toSeq
    },
    rows: () =>
      [...bySlot].map(([slot, ranges]) => ({ slot, ranges: ranges.map(([low, high]) => [low, high] as const) })),
    clear: () => bySlot.clear(),
  }
  for (const { slot, ranges } of rows) for (const [fromSeq, toSeq] of ranges) coverage.add(slot, fromSeq, toSeq)
  return coverage
}

/** The place of the first range that ends at `seq` or after. */
function firstEndingAt(ranges: readonly SeqRange[], seq: number): number {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ranges[middle] as SeqRange)[1] < seq) low = middle + 1
    else high = middle
  }
  return low
}

/** The place, from `start` on, of the first range that begins after `seq`. */
function firstBeginningAfter(ranges: readonly SeqRange[], start: number, seq: number): number {
  let at = start
  while (at < ranges.length && (ranges[at] as SeqRange)[0] <= seq) at++
  return at
}
