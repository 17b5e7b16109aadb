// Owns the seeded randomness of tests: the same seed gives the same run on every machine.
// Always holds: no clock, no system randomness. Never used outside tests, demos and benchmarks: it is not secret.

export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** An integer in [0, below). */
  int(below: number): number
  /** True with probability `p`. */
  chance(p: number): boolean
  pick<T>(list: readonly T[]): T
  bytes(count: number): Uint8Array
  /** A generator of its own, so that drawing more here does not shift what is drawn there. */
  fork(): Random
}

/** A generator from a 32-bit seed (splitmix32 steps: full period, well mixed, not cryptographic). */
export function createRandom(seed: number): Random {
  let state = seed | 0
  const draw = (): number => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
  const random: Random = {
    next: () => draw() / 0x1_0000_0000,
    int: (below) => Math.floor(random.next() * below),
    chance: (p) => random.next() < p,
    pick: (list) => {
      if (list.length === 0) throw new RangeError('nothing to pick from')
      return list[random.int(list.length)] as (typeof list)[number]
    },
    bytes: (count) => Uint8Array.from({ length: count }, () => draw() & 0xff),
    fork: () => createRandom(draw()),
  }
  return random
}
