// Owns the program that runs many worlds: `node testing/world-run.ts --seeds 1000 --from 1 [--acts 70]`.
// Always holds: prints one line of JSON a hundred seeds and one at the end; exits 1 at the first failing seed, naming it.

import { parseArgs } from 'node:util'
import { runWorld } from './world.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    acts: { type: 'string', default: '70' },
  },
})
const [seeds, from, acts] = [values.seeds, values.from, values.acts].map(Number) as [number, number, number]
const total = { seeds: 0, acts: 0, events: 0, connections: 0, restarts: 0 }
const startedAtMs = performance.now()

for (let seed = from; seed < from + seeds; seed++) {
  try {
    const report = await runWorld(seed, acts)
    total.seeds += 1
    total.acts += report.acts
    total.events += report.events
    total.connections += report.connections
    total.restarts += report.restarts
  } catch (error) {
    console.log(
      JSON.stringify({ ...total, failedSeed: seed, error: error instanceof Error ? error.message : 'unknown' }),
    )
    if (error instanceof Error) console.error(error.stack)
    process.exit(1)
  }
  if (total.seeds % 100 === 0) console.log(JSON.stringify(total))
}
console.log(JSON.stringify({ ...total, ms: Math.round(performance.now() - startedAtMs) }))
process.exit(0)
