// Owns measuring how long a process's event loop keeps others waiting, from inside that process.
// Always holds: two probes that know nothing of each other (Node's own histogram, and a timer of ours); times are
// milliseconds; a timer of 1 ms is itself late by 0–1 ms, which the idle figures of the same run show.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { round, type Spread, spread } from './figures.ts'

export interface LoopFigures {
  readonly seconds: number
  /** Node's monitorEventLoopDelay at 1 ms: time from one firing of its timer to the next. */
  readonly delayMs: Spread
  /** How late our own timer of 1 ms was. */
  readonly timerLateMs: Spread
  /** What an event waits that comes at any moment with equal chance: long turns weigh by their length. */
  readonly eventWaitP99Ms: number
  readonly turnsOver16Ms: number
  /**
   * Processor time of this thread between two firings of our timer: what turns cost where nobody else wants the core. Some
   * kernels count it in ticks of up to 4 ms.
   */
  readonly turnCpuMs: Spread
  /** Share of the time in which the loop was not idle. */
  readonly busy: number
}

/** Begins to measure; the answer ends it. */
export function startLoopProbe(): () => LoopFigures {
  const histogram = monitorEventLoopDelay({ resolution: 1 })
  const from = performance.now()
  const busyFrom = performance.eventLoopUtilization()
  const gaps: number[] = []
  const cpuMs: number[] = []
  let last = from
  let lastCpu = process.threadCpuUsage()
  let timer = setTimeout(tick, 1)
  function tick(): void {
    const now = performance.now()
    gaps.push(now - last)
    last = now
    const cpu = process.threadCpuUsage()
    cpuMs.push((cpu.user + cpu.system - lastCpu.user - lastCpu.system) / 1000)
    lastCpu = cpu
    timer = setTimeout(tick, 1)
  }
  histogram.enable()
  return () => {
    clearTimeout(timer)
    histogram.disable()
    const ms = (nanoseconds: number) => round(nanoseconds / 1e6)
    return {
      seconds: round((performance.now() - from) / 1000),
      delayMs: { p50: ms(histogram.percentile(50)), p99: ms(histogram.percentile(99)), max: ms(histogram.max) },
      eventWaitP99Ms: eventWait(gaps, 0.99),
      turnsOver16Ms: gaps.filter((gap) => gap > 16 + 1).length,
      turnCpuMs: spread(cpuMs),
      timerLateMs: spread(gaps.map((gap) => Math.max(0, gap - 1))),
      busy: round(performance.eventLoopUtilization(busyFrom).utilization),
    }
  }
}

/** The wait that `share` of all moments do not exceed, where each gap is a turn to whose end an event has to wait. */
export function eventWait(gaps: readonly number[], share: number): number {
  const total = gaps.reduce((sum, gap) => sum + gap, 0)
  let low = 0
  let high = gaps.reduce((most, gap) => Math.max(most, gap), 0)
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2
    const over = gaps.reduce((sum, gap) => sum + Math.max(0, gap - middle), 0)
    if (over > total * (1 - share)) low = middle
    else high = middle
  }
  return round(high)
}
