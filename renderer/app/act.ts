// Owns running what a user has asked for from a form or a button. Always holds: one act at a time; its failure is kept for
// the place where it was asked, until it is tried again.

import { useRef, useState } from 'react'
import type { FailureView } from '../../shared/bridge.ts'

export interface Act {
  readonly busy: boolean
  readonly failure: FailureView | undefined
  run(act: () => Promise<FailureView | undefined>): Promise<void>
  /** What was wrong has been changed. */
  forget(): void
}

/** Calls `onDone` after what succeeded. */
export function useAct(onDone: () => void = () => undefined): Act {
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<FailureView>()
  const running = useRef(false)
  return {
    busy,
    failure,
    async run(act) {
      if (running.current) return
      running.current = true
      setBusy(true)
      setFailure(undefined)
      const failed = await act()
      running.current = false
      setBusy(false)
      setFailure(failed)
      if (failed === undefined) onDone()
    },
    forget: () => setFailure(undefined),
  }
}
