// Owns the benchmark `seal`: sealing and opening a record as the cache does it with libsodium-wrappers, against the same
// work over sodium-native (the peer) and against the bare libsodium-wrappers call on unpadded bytes with a fixed nonce (the
// floor: what padding, nonces and copies cost).
// Always holds: contenders run one after the other, each in a process of its own, on plaintexts of the same sizes.

import { type Figures, ratio } from './figures.ts'
import { installPeers, type Outcome, runContender } from './peers.ts'
import type { SealFigures } from './seal.program.ts'

/** Figures for `count` records of an ordinary message's size, and fewer larger ones. Microseconds a call. */
export async function benchSeal(count: number): Promise<Figures> {
  const noPeers = await installPeers()
  const runOf = (kind: string) => runContender<SealFigures>('seal.program.ts', [kind, String(count)])
  const cipher = await runOf('cipher')
  if (!cipher.ok) throw new Error(cipher.reason)
  const peer: Outcome<SealFigures> =
    noPeers === undefined ? await runOf('sodium-native') : { ok: false, reason: noPeers }
  const floor = await runOf('bare')
  return {
    records: count,
    sealUs: cipher.value.message.sealUs,
    openUs: cipher.value.message.openUs,
    toPeer: compared(cipher.value, peer),
    toFloor: compared(cipher.value, floor),
    cipher: cipher.value,
    peer: figuresOf(peer),
    floor: figuresOf(floor),
  }
}

const figuresOf = (outcome: Outcome<SealFigures>) => (outcome.ok ? outcome.value : { missing: outcome.reason })

/** Ours over theirs: below 1 is better. */
function compared(ours: SealFigures, theirs: Outcome<SealFigures>): Figures | undefined {
  if (!theirs.ok) return undefined
  const of = (size: keyof SealFigures) => ({
    seal: ratio(ours[size].sealUs, theirs.value[size].sealUs),
    open: ratio(ours[size].openUs, theirs.value[size].openUs),
  })
  return { message: of('message'), longMessage: of('longMessage'), shard: of('shard') }
}
