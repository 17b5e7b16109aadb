// Owns what this desktop itself finds of a wipe's documents, and how they are written out for others.
// Always holds: order and countersignature are judged by the keys pinned at enrolment, never by keys that came with them; a
// receipt counts only where the authority has countersigned it, as the device's own key is known by the server's word alone.

import { createHash, randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CallResult } from '../shared/bridge.ts'
import { type CertificateLanguage, certificateHtml, factsOf } from '../shared/certificate.ts'
import type { WipeFile } from '../shared/fleet.ts'
import type { WipeOrder } from '../shared/proof.ts'
import { type Failure, fail, ok, type Result } from '../shared/result.ts'
import { type VerifyDetached, verifyWipeProof, type WipeProof } from '../shared/wipe-proof.ts'
import type { Identity } from './vault/vault.ts'

/** Whose word this desktop takes. */
export type Pinned = Pick<Identity, 'workspaceId' | 'authorityKeys'>

export interface Judgement {
  readonly verdict: CallResult<'showWipe'>['verdict']
  readonly proof: WipeProof
  /** The order, where its own signature holds, whatever there is about the rest. */
  readonly order?: WipeOrder
  /** Why it is `not-verified`. */
  readonly failure?: Failure
}

/** What `file` proves to a desktop that pinned `pinned`. */
export function judge(file: WipeFile, pinned: Pinned, verify: VerifyDetached, nowMs: number): Judgement {
  const { receipt, countersignature } = file
  const request = {
    order: file.order,
    devicePublicKey: file.devicePublicKey,
    authorityKeys: pinned.authorityKeys,
    workspaceId: pinned.workspaceId,
    verify,
    sha256: (bytes: Uint8Array) => createHash('sha256').update(bytes).digest(),
    nowMs,
  }
  const proof = verifyWipeProof({ ...request, receipt, countersignature })
  const order = verifyWipeProof(request)
  const read = order.type === 'open' ? { order: order.order } : {}
  const failure = proof.type === 'not-verified' ? proof.failure : contradiction(file, proof, pinned)
  if (failure) return { verdict: 'not-verified', proof, failure, ...read }
  return { verdict: proof.type === 'open' ? 'open' : 'verified', proof, ...read }
}

/** What the server says around documents that verify, and they do not bear out. */
function contradiction(
  file: WipeFile,
  proof: Exclude<WipeProof, { type: 'not-verified' }>,
  pinned: Pinned,
): Failure | undefined {
  const pinnedByKid = new Map(pinned.authorityKeys.map(({ kid, publicKey }) => [kid, publicKey]))
  const isOtherKey = file.authorityKeys.some(({ kid, publicKey }) => (pinnedByKid.get(kid) ?? publicKey) !== publicKey)
  if (isOtherKey) return fail('order-bad-signature', 'The server names another key than the pinned one.').error
  if (proof.order.wipeId !== file.wipeId) return fail('bad-input', 'The order is of another wipe.').error
  if (proof.order.deviceId !== file.device.deviceId) return fail('order-wrong-device').error
  if (proof.type === 'open') {
    return file.status === 'done'
      ? fail('receipt-malformed', 'It is said to be done, without a receipt.').error
      : undefined
  }
  return proof.countersignature
    ? undefined
    : fail('receipt-bad-signature', 'The authority has not countersigned the receipt.').error
}

/** The wipe as the window is shown it: what a document says stands only where that document is proven. */
export function wipeView(file: WipeFile, { verdict, proof, order }: Judgement): CallResult<'showWipe'> {
  const { wipeId, orderId, status, device, issuedAtMs, deliveredAtMs, doneAtMs, conversations } = file
  return {
    ...{ wipeId, orderId, status, device, issuedAtMs, verdict },
    ...(deliveredAtMs !== undefined && { deliveredAtMs }),
    ...(doneAtMs !== undefined && { doneAtMs }),
    ...(conversations && { conversations }),
    reason: order?.reason ?? '',
    orderedBy: order?.issuedBy ?? '',
    ...(order?.approvedBy !== undefined && { approvedBy: order.approvedBy }),
    ...(verdict === 'verified' && proof.type === 'verified' && proven(proof)),
  }
}

function proven({ receipt, countersignature }: Extract<WipeProof, { type: 'verified' }>) {
  const { outcome, filesRemoved, bytesRemoved, filesLeft, attempts, startedAtMs, finishedAtMs } = receipt
  return {
    ...(countersignature && { receivedAtMs: countersignature.receivedAtMs }),
    receiptSays: {
      ...{ outcome, filesRemoved, bytesRemoved, filesLeft, attempts, startedAtMs, finishedAtMs },
      destroyed: receipt.keysDestroyed,
      unreadableAtMs: receipt.keysGoneAtMs,
    },
  }
}

/** The certificate as a page. Codes: not-found without a receipt, and that of what does not verify. */
export function certificateOf(
  file: WipeFile,
  { proof, failure }: Judgement,
  pinned: Pinned,
  nowMs: number,
  language: CertificateLanguage,
): Result<string> {
  if (failure) return { ok: false, error: failure }
  const facts = factsOf({ ...file, authorityKeys: [...pinned.authorityKeys] }, proof, nowMs)
  if (!facts.ok) return facts
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions()
  return ok(certificateHtml(facts.value, language, timeZone))
}

/** The documents with what stands beside them, as `wipes verify` reads it; the keys are those that this desktop trusts. */
export function documentsOf(file: WipeFile, pinned: Pinned): string {
  const saved: WipeFile = { ...file, authorityKeys: [...pinned.authorityKeys] }
  return `${JSON.stringify(saved, undefined, 2)}\n`
}

/** Writes `bytes` where the user wants them, whole or not at all. Codes: disk-full, not-allowed. */
export async function writeWhole(to: string, bytes: Uint8Array): Promise<Result<void>> {
  const draft = join(dirname(to), `.${randomBytes(8).toString('hex')}.new`)
  try {
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(draft, to)
    return ok(undefined)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    return code === 'ENOSPC' || code === 'EDQUOT' ? fail('disk-full') : fail('not-allowed', 'It cannot be saved there.')
  }
}
