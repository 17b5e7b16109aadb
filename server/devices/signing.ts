// Owns signing what a large order left unsigned, in slices between which the server does its other work, and telling the
// gateway of each as soon as it is durable.
// Always holds: what is unsigned at a stop is signed after the next start; a device that comes earlier is handed its order
// all the same, signed as it comes (order-documents.ts).

import { limits } from '../../shared/limits.ts'
import type { Clock } from '../clock.ts'
import type { Commits } from '../commits.ts'
import type { FanOut } from '../gateway/fan-out.ts'
import type { StoreView } from '../store/port.ts'
import type { OrderDocuments } from './order-documents.ts'

export interface Signing {
  /** Signs what is unsigned, from the next turn of the event loop on. */
  run(): void
  stop(): void
}

export function createSigning(parts: {
  view: StoreView
  commits: Commits
  documents: OrderDocuments
  fanOut: FanOut
  clock: Clock
}): Signing {
  const { view, commits, documents, fanOut, clock } = parts
  let running = false
  let stopped = false
  let callOff: (() => void) | undefined

  function isDone(): boolean {
    return view.unsignedWipes(1).length === 0 && view.unsignedSignOuts(1).length === 0
  }

  function slice(): void {
    commits.enqueue(
      (tx) => {
        if (stopped) return { wipes: [], signOuts: [] }
        const wipes = tx.unsignedWipes(limits.signedPerSlice).map((row) => documents.signWipe(tx, row))
        const left = limits.signedPerSlice - wipes.length
        return { wipes, signOuts: tx.unsignedSignOuts(left).map((row) => documents.signSignOut(tx, row)) }
      },
      (outcome) => {
        if (stopped) return
        if (!outcome.ok) {
          callOff = clock.after(limits.commitRetryMs, slice)
          return
        }
        for (const wipe of outcome.value.wipes) fanOut.wipeOrdered(wipe)
        for (const signOut of outcome.value.signOuts) fanOut.signOutOrdered(signOut)
        running = !isDone()
        if (running) slice()
      },
    )
  }

  return {
    run: () => {
      if (running || stopped || isDone()) return
      running = true
      slice()
    },
    stop: () => {
      stopped = true
      callOff?.()
    },
  }
}
