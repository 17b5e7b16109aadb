// Owns noticing, where no desktop framework tells it, that the computer has slept.
// Always holds: told by the wall clock running ahead of the monotonic one; a clock set forward looks the same, and what
// hangs on it (the lease, the connection) then wants a look as well.

const LOOK_MS = 10_000
/** The clocks drift apart by less than this between two looks while the computer is awake. */
const SLEPT_MS = 5000

export interface Clocks {
  wallMs(): number
  monotonicMs(): number
}

const systemClocks: Clocks = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }

/** Returns a function that answers, at each look, whether the computer slept since the last. */
export function sleepDetector(clocks: Clocks): () => boolean {
  let lastMs = clocks.wallMs() - clocks.monotonicMs()
  return () => {
    const nowMs = clocks.wallMs() - clocks.monotonicMs()
    const slept = nowMs - lastMs > SLEPT_MS
    lastMs = nowMs
    return slept
  }
}

/** Calls `listener` after each sleep, within ten seconds of waking. Returns what stops it. */
export function onWake(listener: () => void): () => void {
  const slept = sleepDetector(systemClocks)
  const timer = setInterval(() => {
    if (slept()) listener()
  }, LOOK_MS)
  timer.unref()
  return () => clearInterval(timer)
}
