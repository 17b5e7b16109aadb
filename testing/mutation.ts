// Owns the damage done to real frames in tests: one value after another replaced, taken away, repeated, made too large, or
// taken from another frame; texts cut and joined.
// Always holds: what was done follows from the numbers given, so that fast-check can shrink it.

import fc from 'fast-check'

export interface Damage {
  readonly kind: 'none' | 'replace' | 'remove' | 'add' | 'repeat' | 'nudge' | 'graft' | 'cut' | 'join'
  /** Which value of the frame, counted through all of them. */
  readonly place: number
  /** Which oddity, or by how much. */
  readonly by: number
}

/** Values that programs forget about. */
const oddities: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  0.5,
  2 ** 31,
  2 ** 53,
  1e308,
  '',
  ' ',
  '\u0000',
  '\ud800',
  '__proto__',
  'constructor',
  'redacted',
  [],
  {},
  [[]],
  { type: 'message' },
  { __proto__: null },
  'x'.repeat(70_000),
  Array.from({ length: 3000 }, () => ({})),
]

export const damages: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom(
    'none',
    'replace',
    'replace',
    'remove',
    'add',
    'repeat',
    'nudge',
    'nudge',
    'graft',
    'graft',
    'cut',
    'join',
  ),
  place: fc.nat(200),
  by: fc.nat(1000),
})

interface Place {
  readonly of: Record<string, unknown>
  readonly key: string
}

/** Every value inside a frame, by where it stands. */
function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const of = value as Record<string, unknown>
  return Object.keys(of).flatMap((key) => [{ of, key }, ...placesIn(of[key])])
}

/** The frame's text with this damage; `other` is another frame to take a value from. */
export function damaged(text: string, { kind, place, by }: Damage, other: string): string {
  if (kind === 'cut') return text.slice(0, by % Math.max(1, text.length))
  if (kind === 'join') return text + other
  const frame: unknown = JSON.parse(text)
  const places = placesIn(frame)
  const found = places[place % Math.max(1, places.length)]
  if (!found || kind === 'none') return text
  const { of, key } = found
  const value = of[key]
  if (kind === 'remove') delete of[key]
  else if (kind === 'add') of[`more ${by}`] = value
  else if (kind === 'repeat') of[key] = Array.isArray(value) ? [...value, ...value] : [value, value]
  else if (kind === 'nudge') of[key] = nudged(value, by)
  else if (kind === 'graft') {
    const donors = placesIn(JSON.parse(other))
    const same = donors.filter((donor) => typeof donor.of[donor.key] === typeof value)
    const donor = (same.length > 0 ? same : donors)[by % Math.max(1, same.length || donors.length)]
    if (donor) of[key] = donor.of[donor.key]
  } else of[key] = oddities[by % oddities.length]
  return JSON.stringify(frame)
}

/** A value that is still of its kind, and another. */
function nudged(value: unknown, by: number): unknown {
  if (typeof value === 'number') return value + (by % 7) - 3
  if (typeof value === 'boolean') return !value
  if (typeof value === 'string') return by % 2 === 0 ? value.slice(0, -1) : `${value}0`
  if (Array.isArray(value)) return by % 2 === 0 ? value.slice(1) : [...value].reverse()
  return value
}

/** Frames of `texts` that differ in shape, at most `most`. */
export function shapesOf(texts: readonly string[], most: number): string[] {
  const shapeOf = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
    if (typeof value !== 'object' || value === null) return typeof value
    return Object.entries(value).map(([key, inner]) => [key, key === 'type' ? inner : shapeOf(inner)])
  }
  const byShape = new Map(texts.map((text) => [JSON.stringify(shapeOf(JSON.parse(text))), text]))
  return [...byShape.values()].slice(0, most)
}
