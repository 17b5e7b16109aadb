// Owns the command `npm run bench -- NAME [--json]`: runs one benchmark and prints its figures, those of the peer or floor
// in the same run, and their ratio. Always holds: figures of one run are compared with each other only; nothing is asserted.

import { benchSeal } from './seal.ts'
import { benchStore } from './store.ts'

const benches: Record<string, (count: number) => Promise<Record<string, unknown>>> = {
  seal: benchSeal,
  store: benchStore,
}

const [name = '', ...rest] = process.argv.slice(2)
const bench = benches[name]
const count = Number(rest.find((word) => /^\d+$/.test(word)) ?? 100_000)
if (!bench) {
  console.error(`usage: npm run -s bench -- ${Object.keys(benches).join('|')} [COUNT] [--json]`)
  process.exit(2)
}
const figures = await bench(count)
if (rest.includes('--json')) console.log(JSON.stringify({ bench: name, ...figures }))
else for (const [figure, value] of Object.entries(figures)) console.log(`${figure.padEnd(34)} ${String(value)}`)
