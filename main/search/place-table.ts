// Owns a map from two numbers below 2^32 to one below 2^32 - 1, in one array.
// Always holds: half full at most; nothing is allocated but when it widens. A Map with keys past 31 bits boxes each of them.

export interface PlaceTable {
  /** -1 where there is nothing. */
  get(high: number, low: number): number
  set(high: number, low: number, value: number): void
  /** Overwrites and empties it. */
  clear(): void
}

/** Numbers per seat: high, low, value + 1 (0: free), and one that keeps seats from straddling cache lines. */
const SEAT = 4

/** An empty table. */
export function createPlaceTable(): PlaceTable {
  let seats = new Uint32Array(SEAT * 512)
  let taken = 0

  /** Where a key is, or where it would go. */
  function seatOf(high: number, low: number): number {
    const mask = seats.length / SEAT - 1
    let hash = Math.imul(high, 0x9e3779b1) ^ low
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
    for (let at = hash ^ (hash >>> 13); ; at++) {
      const seat = (at & mask) * SEAT
      if (seats[seat + 2] === 0 || (seats[seat + 1] === low && seats[seat] === high)) return seat
    }
  }

  function put(high: number, low: number, stored: number): boolean {
    const seat = seatOf(high, low)
    const isNew = seats[seat + 2] === 0
    seats[seat] = high
    seats[seat + 1] = low
    seats[seat + 2] = stored
    return isNew
  }

  function widen(): void {
    const narrow = seats
    seats = new Uint32Array(narrow.length * 2)
    for (let i = 0; i < narrow.length; i += SEAT) {
      if (narrow[i + 2] !== 0) put(narrow[i] as number, narrow[i + 1] as number, narrow[i + 2] as number)
    }
    narrow.fill(0)
  }

  return {
    get: (high, low) => (seats[seatOf(high, low) + 2] as number) - 1,
    set(high, low, value) {
      if (put(high, low, value + 1) && ++taken * 2 * SEAT > seats.length) widen()
    },
    clear() {
      seats.fill(0)
      taken = 0
    },
  }
}
