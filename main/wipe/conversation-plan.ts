// Owns the order of work of a wipe of single conversations, and what its journal says after each step. Pure.
// Always holds: keys go before files, files before the receipt; the entry goes once the receipt has been acknowledged; a step
// that was cut off is done again, and doing it again is harmless.

import type { ConversationId } from '../../shared/model.ts'
import type { WipeOrder, WipeReceipt } from '../../shared/proof.ts'

/** How far one order is; written durably after each step. */
export interface OrderEntry {
  /** The order as received (compact JWS). */
  readonly order: string
  readonly startedAtMs: number
  /** Process starts it has seen. */
  readonly attempts: number
  readonly destroyed?: Destroyed
  readonly filesGone?: { readonly atMs: number; readonly left: number; readonly leftBytes: number }
  /** The signed receipt (compact JWS). */
  readonly receipt?: string
}

/** What the destruction of the keys came to. */
export interface Destroyed {
  readonly atMs: number
  readonly held: readonly ConversationId[]
  readonly keys: number
  /** Files that then lay on the disk without a key, and their bytes. */
  readonly files: number
  readonly bytes: number
  readonly folders: readonly string[]
  readonly shards: readonly { readonly shardId: number; readonly keyId: number }[]
}

export type ConversationWipeStep = 'destroy-keys' | 'remove-files' | 'sign-receipt' | 'deliver' | 'forget'

/** The step to do next; `deliver` leads to `forget`. */
export function nextStepOf(entry: OrderEntry): ConversationWipeStep {
  if (!entry.destroyed) return 'destroy-keys'
  if (!entry.filesGone) return 'remove-files'
  return entry.receipt === undefined ? 'sign-receipt' : 'deliver'
}

/** What the device signs once keys and files are gone. Throws where the entry is not that far: a bug. */
export function conversationReceiptOf(
  order: Pick<WipeOrder, 'wipeId' | 'deviceId'>,
  { destroyed, filesGone, startedAtMs, attempts }: OrderEntry,
  about: { readonly userId: WipeReceipt['userId']; readonly bootId: string; readonly version: string },
): WipeReceipt {
  if (!destroyed || !filesGone) throw new Error('receipt before the work is done')
  return {
    wipeId: order.wipeId,
    deviceId: order.deviceId,
    userId: about.userId,
    outcome: filesGone.left === 0 ? 'wiped' : 'partial',
    scope: 'conversations',
    conversationIds: [...destroyed.held],
    keysDestroyed: destroyed.keys,
    filesRemoved: Math.max(0, destroyed.files - filesGone.left),
    bytesRemoved: Math.max(0, destroyed.bytes - filesGone.leftBytes),
    filesLeft: filesGone.left,
    startedAtMs,
    keysGoneAtMs: destroyed.atMs,
    finishedAtMs: filesGone.atMs,
    attempts,
    bootId: about.bootId,
    version: about.version,
  }
}
