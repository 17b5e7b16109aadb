// Owns the command `npm run bench -- NAME [--json]`: runs one benchmark and prints its figures, those of the peer or floor
// in the same run, and their ratio. Always holds: figures of one run are compared with each other only; nothing is asserted.

import { benchAccept } from './accept.ts'
import { benchCatchup } from './catchup.ts'
import { benchConnections } from './connections.ts'
import { benchFanout } from './fanout.ts'
import { benchLease } from './lease.ts'
import { benchLoop } from './loop.ts'
import { benchSeal } from './seal.ts'
import { benchSearch } from './search.ts'
import { benchStore } from './store.ts'
import { benchWipe } from './wipe.ts'

const benches: Record<string, (count: number) => Promise<Record<string, unknown>>> = {
  accept: benchAccept,
  catchup: benchCatchup,
  connections: benchConnections,
  fanout: benchFanout,
  lease: benchLease,
  loop: benchLoop,
  seal: benchSeal,
  search: benchSearch,
  store: benchStore,
  wipe: benchWipe,
}

const [name = '', ...rest] = process.argv.slice(2)
const bench = benches[name]
/** Of messages, unless a benchmark counts something else. */
const usualCounts: Record<string, number> = { connections: 10_000, lease: 10_000, wipe: 10 }
const count = Number(rest.find((word) => /^\d+$/.test(word)) ?? usualCounts[name] ?? 100_000)
if (!bench) {
  console.error(`usage: npm run -s bench -- ${Object.keys(benches).join('|')} [COUNT] [--json]`)
  process.exit(2)
}
const figures = await bench(count)
if (rest.includes('--json')) console.log(JSON.stringify({ bench: name, ...figures }))
else for (const [figure, value] of lines(figures)) console.log(`${figure.padEnd(44)} ${value}`)

/** One line a figure, groups named with dots; what could not be had is left out. */
function lines(group: object, prefix = ''): [figure: string, value: string][] {
  return Object.entries(group).flatMap(([name, value]): [string, string][] => {
    if (value === undefined) return []
    return typeof value === 'object' && value !== null
      ? lines(value, `${prefix}${name}.`)
      : [[`${prefix}${name}`, String(value)]]
  })
}
