// Owns the faults of the disk under an app that is being wiped: counts the operations that change files, ends the program with
// SIGKILL before, after or in the midst of one of them, and refuses some as a system would.
// Always holds: only this thread's synchronous operations of node:fs pass here; what is not asked for happens as ever.
// Must never be imported by the product.

import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/** `half`: of what one write was to write, the first half; before another operation. */
export type OperationPhase = 'before' | 'half' | 'after'

export interface Refusal {
  /** Names of node:fs. */
  readonly calls: readonly string[]
  /** A piece of the path. */
  readonly path: string
  /** As EACCES. */
  readonly code: string
  /** How often, before it is let through. */
  readonly times: number
}

export interface DiskFaults {
  /** Counting begins with the first operation on a path that has this piece; at once where absent. */
  readonly from?: string
  readonly killAt?: { readonly operation: number; readonly phase: OperationPhase }
  readonly refusals: readonly Refusal[]
  /** Told of each operation, from the first that counts. */
  readonly note: (operation: number, call: string, path: string) => void
}

const changing = [
  'ftruncateSync',
  'fsyncSync',
  'mkdirSync',
  'openSync',
  'renameSync',
  'rmSync',
  'rmdirSync',
  'unlinkSync',
  'writeSync',
] as const

type Call = (...args: unknown[]) => unknown

/** Puts the faults under everything that this process does from now on. */
export function installDiskFaults({ from, killAt, refusals, note }: DiskFaults): void {
  const paths = new Map<unknown, string>()
  const left = new Map(refusals.map((refusal) => [refusal, refusal.times]))
  let count = from === undefined ? 0 : undefined

  function refuse(name: string, path: string): void {
    for (const [refusal, times] of left) {
      if (times <= 0 || !refusal.calls.includes(name) || !path.includes(refusal.path)) continue
      left.set(refusal, times - 1)
      throw Object.assign(new Error(`${refusal.code}: refused, ${name}`), { code: refusal.code })
    }
  }

  const wrapped = (name: (typeof changing)[number]): Call => {
    const original = fs[name] as Call
    return (...args) => {
      const path = paths.get(args[0]) ?? String(args[0])
      const opened = (result: unknown) => {
        if (name === 'openSync') paths.set(result, path)
        return result
      }
      // A file that is only read changes nothing; a program's own output is none of the disk's.
      const counts = name === 'openSync' ? isForWriting(args[1]) : path.includes('/')
      if (!counts) return opened(original(...args))
      if (count === undefined && from !== undefined && path.includes(from)) count = 0
      refuse(name, path)
      if (count === undefined) return opened(original(...args))
      count += 1
      note(count, name, path)
      const isDue = killAt?.operation === count
      if (isDue && killAt.phase === 'half' && name === 'writeSync') original(args[0], ...firstHalf(args.slice(1)))
      if (isDue && killAt.phase !== 'after') die()
      const result = opened(original(...args))
      if (isDue) die()
      return result
    }
  }
  Object.assign(fs, Object.fromEntries(changing.map((name) => [name, wrapped(name)])))
  syncBuiltinESMExports()
}

function isForWriting(flags: unknown): boolean {
  if (typeof flags === 'number') return (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0
  return typeof flags === 'string' && flags !== 'r'
}

/** Arguments of a write, after its descriptor, that write half as much. */
function firstHalf([data, offset, length, position]: unknown[]): unknown[] {
  const bytes = typeof data === 'string' ? Buffer.from(data) : (data as Uint8Array)
  const at = typeof offset === 'number' ? offset : 0
  const whole = typeof length === 'number' ? length : bytes.length - at
  return [bytes, at, Math.floor(whole / 2), position]
}

/** Nothing runs after it. */
export function die(): never {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('killed')
}
