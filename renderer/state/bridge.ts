// Owns calling main from the window. Always holds: an answer is always a result; a broken host is a failure with a code,
// never an exception in a screen. It is the only file of the renderer that names the bridge's call shape.

import type { BridgeResult, CallArgs, CallName, CallResult, CausewayApi } from '../../shared/bridge.ts'

export type Ask = <N extends CallName>(name: N, args: CallArgs<N>) => Promise<BridgeResult<CallResult<N>>>

/** `api.call` that answers `internal` where the host itself fails. */
export function createAsk(api: CausewayApi): Ask {
  return async (name, args) => {
    try {
      return await api.call(name, args)
    } catch {
      return { ok: false, error: { code: 'internal', message: 'the host did not answer' } }
    }
  }
}

/**
 * Runs `work` once at a time: asked again while it runs, it runs once more after, however often it was asked. So a burst
 * of change events costs two reads, and the last read is never older than the last event.
 */
export function coalesce(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  let again = false
  const run = async () => {
    do {
      again = false
      await work()
    } while (again)
  }
  return () => {
    if (running !== undefined) {
      again = true
      return running
    }
    running = run().finally(() => {
      running = undefined
    })
    return running
  }
}
