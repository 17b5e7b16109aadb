// Owns which orders this device has obeyed, and so whether one that comes is new: a window over their counters, as RFC 4303
// §3.4.3 has for packets, since orders that were signed one after another need not arrive so. Pure.
// Always holds: an order that was obeyed is never new again, under whatever counter the server signs it anew; without a memory
// only counters above the last one kept are.

/** How far below the highest counter an order may still be new, and how many obeyed orders are remembered by their id. */
export const WINDOW = 256

export interface OrderWindow {
  /** The highest counter obeyed. */
  readonly highest: number
  /** Orders obeyed, the latest last. Each took a counter of its own: those within the window are all here. */
  readonly obeyed: readonly { readonly id: string; readonly counter: number }[]
  /** Counters below the highest that no obeyed order had, ascending. */
  readonly skipped: readonly number[]
}

export const noOrders: OrderWindow = { highest: 0, obeyed: [], skipped: [] }

export type Standing = 'new' | 'met-again' | 'replayed'

export interface Numbered {
  readonly id: string
  readonly counter: number
  /** Begun, it leaves its counter with the identity before it leaves anything else; see below. */
  readonly mayBeBegun: boolean
}

/** How an order stands. `kept`: the counter of the last order obeyed, as the identity has it. */
export function standingOf(window: OrderWindow, kept: number, { id, counter, mayBeBegun }: Numbered): Standing {
  if (window.obeyed.some((order) => order.id === id)) return 'met-again'
  if (counter > Math.max(window.highest, kept) || window.skipped.includes(counter)) return 'new'
  // Equal, and nobody else's: the order already begun, met again because its journal was lost. One counter is one order.
  const isFree = window.obeyed.every((order) => order.counter !== counter)
  return counter === kept && isFree && mayBeBegun ? 'new' : 'replayed'
}

/** The window once this order is obeyed. */
export function withObeyed(window: OrderWindow, kept: number, id: string, counter: number): OrderWindow {
  const before = Math.max(window.highest, kept)
  const highest = Math.max(before, counter)
  const jumped = range(Math.max(before + 1, highest - WINDOW + 1), counter - 1)
  return {
    highest,
    obeyed: [...window.obeyed, { id, counter }].slice(-WINDOW),
    skipped: [...window.skipped, ...jumped].filter((each) => each !== counter && each > highest - WINDOW),
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i)
}
