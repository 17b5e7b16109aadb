// Owns the benchmark `store`: ingest with search index, single reads and pages of 50 opened, searches, sizes; against keyed
// @signalapp/sqlcipher (the peer) and unencrypted better-sqlite3 (the floor) given the same messages in the same run.
// Always holds: contenders run one after the other, each in a process of its own on the same disk.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Figures, ratio } from './figures.ts'
import { installPeers, type Outcome, runContender } from './peers.ts'
import type { ContenderFigures } from './store.program.ts'

/** Figures for `count` messages. A contender that failed is given by its reason. */
export async function benchStore(count: number): Promise<Figures> {
  const noPeers = await installPeers()
  const dir = mkdtempSync(join(tmpdir(), 'causeway-bench-'))
  try {
    const runOf = async (kind: string, index: 'indexed' | 'alone'): Promise<Outcome<ContenderFigures>> => {
      const ownDir = join(dir, `${kind}-${index}`)
      mkdirSync(ownDir)
      const outcome = await runContender<ContenderFigures>('store.program.ts', [kind, String(count), ownDir, index])
      rmSync(ownDir, { recursive: true, force: true })
      return outcome
    }
    const peerOf = async (index: 'indexed' | 'alone'): Promise<Outcome<ContenderFigures>> =>
      noPeers === undefined ? runOf('sqlcipher', index) : { ok: false, reason: noPeers }
    const sealed = await runOf('sealed', 'indexed')
    if (!sealed.ok) throw new Error(sealed.reason)
    const peer = await peerOf('indexed')
    const floor = await runOf('plain', 'indexed')
    const alone = {
      sealed: await runOf('sealed', 'alone'),
      peer: await peerOf('alone'),
      floor: await runOf('plain', 'alone'),
    }
    return {
      messages: count,
      ingestPerSecond: sealed.value.ingestPerSecond,
      pageOf50P99Ms: sealed.value.pageMs.p99,
      toPeer: compared(sealed, peer),
      toFloor: compared(sealed, floor),
      storeAloneToPeer: compared(alone.sealed, alone.peer),
      storeAloneToFloor: compared(alone.sealed, alone.floor),
      sealed: sealed.value,
      peer: figuresOf(peer),
      floor: figuresOf(floor),
      storeAlone: { sealed: figuresOf(alone.sealed), peer: figuresOf(alone.peer), floor: figuresOf(alone.floor) },
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

const figuresOf = (outcome: Outcome<ContenderFigures>) => (outcome.ok ? outcome.value : { missing: outcome.reason })

/** Ours over theirs: above 1 is better for `ingest`, below 1 for everything else. */
function compared(ours: Outcome<ContenderFigures>, theirs: Outcome<ContenderFigures>): Figures | undefined {
  if (!ours.ok || !theirs.ok) return undefined
  const [a, b] = [ours.value, theirs.value]
  return {
    ingest: ratio(a.ingestPerSecond, b.ingestPerSecond),
    cpu: ratio(a.cpuUsPerMessage, b.cpuUsPerMessage),
    disk: ratio(a.diskMiB, b.diskMiB),
    readP50: ratio(a.readMs.p50, b.readMs.p50),
    readP99: ratio(a.readMs.p99, b.readMs.p99),
    pageP50: ratio(a.pageMs.p50, b.pageMs.p50),
    pageP99: ratio(a.pageMs.p99, b.pageMs.p99),
    findP50: ratio(a.findMs?.p50, b.findMs?.p50),
    findP99: ratio(a.findMs?.p99, b.findMs?.p99),
  }
}
