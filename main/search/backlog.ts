// Owns what is still to be indexed, in order: what has just come before history, and of each range the newest first.
// Always holds: nothing stands in it twice, as long as nobody puts it there twice. Pure data: it reads and writes nothing else.

export interface SlotRange {
  readonly slot: number
  readonly fromSeq: number
  readonly toSeq: number
}

export interface Backlog {
  /** What has just come: before all history. */
  addFresh(range: SlotRange): void
  /** History, after what stands here already. */
  addHistory(range: SlotRange): void
  /** Takes out the next stretch: at most `most` events. */
  next(most: number): SlotRange | undefined
  /** What a slot held below `belowSeq` is not to be indexed any more. */
  remove(slot: number, belowSeq: number): void
  /** Events in it. */
  events(): number
  clear(): void
}

/** An empty backlog. */
export function createBacklog(): Backlog {
  let fresh: SlotRange[] = []
  let history: SlotRange[] = []
  const from = (ranges: readonly SlotRange[], slot: number, seq: number): SlotRange[] =>
    ranges.flatMap((range) => {
      if (range.slot !== slot || range.fromSeq >= seq) return [range]
      return range.toSeq < seq ? [] : [{ ...range, fromSeq: seq }]
    })
  return {
    addFresh: (range) => void fresh.push(range),
    addHistory: (range) => void history.push(range),
    next(most) {
      const ranges = fresh.length > 0 ? fresh : history
      const [range] = ranges
      if (!range) return undefined
      const { slot, fromSeq, toSeq } = range
      const cut = Math.max(fromSeq, toSeq - most + 1)
      if (cut === fromSeq) ranges.shift()
      else ranges[0] = { slot, fromSeq, toSeq: cut - 1 }
      return { slot, fromSeq: cut, toSeq }
    },
    remove(slot, belowSeq) {
      fresh = from(fresh, slot, belowSeq)
      history = from(history, slot, belowSeq)
    },
    events: () => [...fresh, ...history].reduce((sum, { fromSeq, toSeq }) => sum + toSeq - fromSeq + 1, 0),
    clear() {
      fresh = []
      history = []
    },
  }
}
