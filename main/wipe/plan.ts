// Owns the order of a wipe's work and what its journal says after each step. Pure.
// Always holds: keys go before files, files before the receipt, the device key last, after the receipt has been
// acknowledged; a step that was cut off is done again, and doing it again is harmless.

import type { WipeOrder, WipeReceipt } from '../../shared/proof.ts'

/** How far a wipe is; written durably after each step. */
export interface Journal {
  readonly format: 1
  /** The order as received (compact JWS). */
  readonly order: string
  /** Where the receipt goes, since the identity that knows it is destroyed before the journal. */
  readonly serverOrigin: string
  readonly startedAtMs: number
  /** Process starts this wipe has seen. */
  readonly attempts: number
  /** Data keys the profile held when the order came. */
  readonly keysHeld: number
  readonly keysGoneAtMs?: number
  readonly filesGone?: FilesGone
  /** The signed receipt (compact JWS). */
  readonly receipt?: string
  readonly delivered?: boolean
  readonly deviceKeyGone?: boolean
}

export interface FilesGone {
  readonly atMs: number
  readonly files: number
  readonly bytes: number
  /** Files that could not be removed. Their keys are gone. */
  readonly left: number
}

export type WipeStep = 'destroy-keys' | 'remove-files' | 'sign-receipt' | 'deliver' | 'destroy-device-key' | 'finish'

/** The step to do next. */
export function nextStep(journal: Journal): WipeStep {
  if (journal.keysGoneAtMs === undefined) return 'destroy-keys'
  if (journal.filesGone === undefined) return 'remove-files'
  if (journal.receipt === undefined) return 'sign-receipt'
  if (!journal.delivered) return 'deliver'
  if (!journal.deviceKeyGone) return 'destroy-device-key'
  return 'finish'
}

/** What the device signs once keys and files are gone. Throws where the journal is not that far: a bug. */
export function receiptOf(
  order: WipeOrder,
  journal: Journal,
  about: { readonly userId: WipeReceipt['userId']; readonly bootId: string; readonly version: string },
): WipeReceipt {
  const { keysGoneAtMs, filesGone } = journal
  if (keysGoneAtMs === undefined || !filesGone) throw new Error('receipt before the work is done')
  return {
    wipeId: order.wipeId,
    deviceId: order.deviceId,
    userId: about.userId,
    outcome: filesGone.left === 0 ? 'wiped' : 'partial',
    keysDestroyed: journal.keysHeld,
    filesRemoved: filesGone.files,
    bytesRemoved: filesGone.bytes,
    filesLeft: filesGone.left,
    startedAtMs: journal.startedAtMs,
    keysGoneAtMs,
    finishedAtMs: filesGone.atMs,
    attempts: journal.attempts,
    bootId: about.bootId,
    version: about.version,
  }
}
