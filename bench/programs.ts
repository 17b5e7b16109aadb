// Owns the programs of one benchmark: processes of their own that are spoken to over an IPC channel.
// Always holds: they end with the benchmark, whichever way it ends; one that ends too early fails it.

import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { start, stop } from '../build/process.ts'

export interface Programs {
  /** Starts a program of this folder; `flags` are Node's. */
  start(name: string, args: readonly string[], flags?: readonly string[]): ChildProcess
  /** Ends all of them. */
  stop(): Promise<void>
}

export function createPrograms(): Programs {
  const children: ChildProcess[] = []
  return {
    start: (name, args, flags = []) => {
      const child = start(process.execPath, [...flags, join(import.meta.dirname, name), ...args], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      })
      children.push(child)
      return child
    },
    stop: async () => {
      await Promise.all(children.map((child) => stop(child)))
    },
  }
}

/** The next message of this type from a program; rejects where the program ends first. */
export function heard<M extends { readonly type: string }, T extends M['type']>(
  child: ChildProcess,
  type: T,
): Promise<Extract<M, { type: T }>> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`a program of the benchmark ended with ${code}`))
    child.once('exit', onExit)
    child.on('message', function onMessage(message) {
      if ((message as M).type !== type) return
      child.off('message', onMessage)
      child.off('exit', onExit)
      resolve(message as Extract<M, { type: T }>)
    })
  })
}
