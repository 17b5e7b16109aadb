// Owns the program that runs many worlds: `node testing/world-run.ts --seeds 1000 --from 1 [--acts 160] [--keep-going]`.
// Always holds: prints one line of JSON a hundred seeds, one for each failing seed, and one at the end; exits 1 where a seed
// failed, at the first of them unless told to keep going.

import { parseArgs } from 'node:util'
import { runWorld } from './world.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    acts: { type: 'string', default: '160' },
    'keep-going': { type: 'boolean', default: false },
  },
})
const [seeds, from, acts] = [values.seeds, values.from, values.acts].map(Number) as [number, number, number]
const total = { seeds: 0, failed: 0, acts: 0, events: 0, frames: 0, connections: 0, restarts: 0, crashes: 0 }
const startedAtMs = performance.now()

function print(line: object): void {
  const seconds = (performance.now() - startedAtMs) / 1000
  const rate = {
    seedsPerSecond: +(total.seeds / seconds).toFixed(1),
    eventsPerSecond: Math.round(total.events / seconds),
  }
  console.log(JSON.stringify({ ...total, ...rate, ...line }))
}

for (let seed = from; seed < from + seeds; seed++) {
  try {
    const report = await runWorld(seed, { acts })
    for (const key of ['acts', 'events', 'frames', 'connections', 'restarts', 'crashes'] as const)
      total[key] += report[key]
  } catch (error) {
    total.failed += 1
    print({ failedSeed: seed, error: error instanceof Error ? error.message : 'unknown' })
    if (error instanceof Error && !values['keep-going']) console.error(error.stack)
    if (!values['keep-going']) process.exit(1)
  }
  total.seeds += 1
  if (total.seeds % 100 === 0) print({})
}
print({ seconds: Math.round((performance.now() - startedAtMs) / 1000) })
process.exit(total.failed > 0 ? 1 : 0)
