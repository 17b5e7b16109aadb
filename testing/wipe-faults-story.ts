// Owns what the three stories of the fault test have in common: how a profile lies there, what a process has answered, where it
// was killed, and whether the documents of a wipe verify with a library of others.
// Always holds: a fault is a line of text, without words of the workspace; nothing is repaired or waited for here.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { compactVerify, importJWK } from 'jose'
import { createDevKeyStore, devKeyStoreFile } from '../main/shell/dev-key-store.ts'
import { createSealedFiles, parseJson } from '../main/vault/sealed-files.ts'
import type { OrderEntry } from '../main/wipe/conversation-plan.ts'
import type { Journal } from '../main/wipe/plan.ts'
import type { AdminWipe } from '../shared/admin.ts'
import type { WipeId } from '../shared/model.ts'
import type { WipeReceipt } from '../shared/proof.ts'
import { must } from './fake-shell.ts'
import { listFiles } from './folders.ts'
import type { Room } from './forensics.ts'
import type { FaultClient, Noted, Posted, Step, Story } from './wipe-faults-client.ts'
import { type RunPlan, stepsOf } from './wipe-faults-plan.ts'
import type { FaultSite, RunServer } from './wipe-faults-site.ts'

export const REASON = '手提電腦遺失 lost laptop'

/** Where a story happens. */
export interface Scene {
  readonly site: FaultSite
  readonly plan: RunPlan
  readonly room: Room
  /** Undefined while it is gone. */
  readonly host: () => RunServer | undefined
  readonly serverUp: () => Promise<RunServer>
  readonly say: (fault: string) => void
  /** Rejects where `work` takes longer than anything does. */
  readonly inTime: <T>(work: Promise<T>, what: string) => Promise<T>
}

/** How an order is given, and what must hold of it. */
export interface OrderStory {
  /** Gives the order, or gives it again. */
  give(): Promise<void>
  /** The server has handed it out. */
  isDelivered(): boolean
  /** It has come as far as it can: with the server to its end, without one as far as the receipt. */
  isQuiet(app: FaultClient): boolean | Promise<boolean>
  /** Nothing is left to be cut off. */
  isFinished(): boolean
  /** Faults of a profile as a process left it, given how it lay before. */
  faultsAfter(found: Lie, left: Lie): string[]
  /** In the last life: waits for the end and looks at the screen. */
  finish(app: FaultClient): Promise<void>
  /** Faults once all is over. `posted`: every receipt that was sent. */
  faultsAtEnd(posted: readonly Posted[], attempts: Attempts, starts: number): Promise<string[]>
}

/** How a profile lies there, while no process has it. */
export interface Lie {
  readonly journal: Journal | undefined
  /** Of the wipe of conversations. */
  readonly entry: OrderEntry | undefined
  readonly files: readonly string[]
  /** The file that stands for the system’s key store is there. */
  readonly keyStore: boolean
}

export function lieOf(profileDir: string): Lie {
  return {
    journal: journalIn(profileDir),
    entry: entriesIn(profileDir)[0],
    files: existsSync(profileDir) ? listFiles(profileDir) : [],
    keyStore: existsSync(`${profileDir}.dev-keystore`),
  }
}

/** Wipes of conversations that are not yet acknowledged. */
export function entriesIn(profileDir: string): readonly OrderEntry[] {
  const book = readJson(path.join(profileDir, 'wipe/orders.json')) as { orders: OrderEntry[] } | undefined
  return book?.orders ?? []
}

/** An order that leaves the profile standing has been obeyed, and is known to have been. */
export function hasObeyed(profileDir: string): boolean {
  const book = readJson(path.join(profileDir, 'wipe/orders.json')) as { window: { obeyed: unknown[] } } | undefined
  return (book?.window.obeyed.length ?? 0) > 0
}

/** The identity says so: a sign-out is kept by it, whatever else could not be written. */
export async function isSignedOut(profileDir: string): Promise<boolean> {
  const files = createSealedFiles({
    keyStore: createDevKeyStore(devKeyStoreFile(profileDir)),
    profile: {
      read: (name) => readFileSync(path.join(profileDir, name)),
      write: () => undefined,
      shred: () => undefined,
    },
  })
  const opened = await files.read('vault/device.sealed')
  if (opened.type !== 'opened') throw new Error('the identity does not open')
  return (parseJson(opened.bytes) as { signedOut?: unknown }).signedOut !== undefined
}

/** What stands in a file that an app at work may remove at any time. */
export function readJson(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
  return JSON.parse(text)
}

export const journalIn = (profileDir: string) =>
  readJson(path.join(profileDir, 'wipe/journal.json')) as Journal | undefined

/** Process starts that have had a hand in it: surely, and perhaps. */
export interface Attempts {
  readonly least: number
  readonly most: number
}

// --- what a process has done ------------------------------------------------------------------------------------------------

/** Faults of what a process has answered and done, by its notes. */
export function faultsOfNotes(story: Story, notes: readonly Noted[]): string[] {
  const faults: string[] = []
  const wasOrdered = notes[0]?.type === 'started' && notes[0].ordered
  const ranks = stepsOf[story]
  let reached = -1
  for (const note of notes) {
    // What is not about the conversations is answered as ever.
    const isWrong = note.type === 'answer' && (story === 'conversations' ? note.shows : note.outcome === 'ok')
    if (note.type === 'answer' && isWrong) {
      if (wasOrdered) faults.push(`${note.name} was answered by an app that was started under the order`)
      else if (note.before) faults.push(`${note.name} was asked and answered after the order had come`)
      else if (note.after) faults.push(`${note.name} was answered after the order had come`)
    }
    if (note.type === 'probe' && story === 'device') {
      const rank = ranks.indexOf(note.step)
      if (rank < reached) faults.push(`${note.step} after ${ranks[reached]}`)
      reached = Math.max(rank, reached)
    }
  }
  return [...new Set(faults)]
}

export type KillPlace =
  | 'before the journal'
  | 'writing the journal'
  | 'journalled'
  | 'resuming'
  | `inside ${Step}`
  | `after ${Step}`
  | 'after the end'
  | 'sign-out'

/** Where a process was killed, by what it had noted; with the profile as it found it, and as it left it. */
export function placeOf(story: Story, notes: readonly Noted[], found: Lie, left: Lie): KillPlace {
  if (story === 'sign-out') return 'sign-out'
  const probe = notes.findLast((note) => note.type === 'probe')
  if (probe?.type === 'probe') {
    const isLast = probe.step === stepsOf[story].at(-1) && probe.when === 'after'
    return isLast ? 'after the end' : `${probe.when === 'before' ? 'inside' : 'after'} ${probe.step}`
  }
  if (found.journal ?? found.entry) return 'resuming'
  if (left.journal ?? left.entry) return 'journalled'
  if (notes[0]?.type === 'started' && notes[0].ordered) return 'after the end'
  const isWriting = notes.some((note) => note.type === 'operation' && note.file.startsWith('wipe/'))
  return isWriting ? 'writing the journal' : 'before the journal'
}

// --- documents -----------------------------------------------------------------------------------------------------------------

export interface Documents {
  readonly faults: readonly string[]
  /** What the device said, where it verifies. */
  readonly receipt: WipeReceipt | undefined
}

/** Looks at the documents of a wipe that is over with nothing but published keys and jose. */
export async function documentsOf(wipe: AdminWipe, posted: readonly Posted[], site: FaultSite): Promise<Documents> {
  if (wipe.status !== 'done' || wipe.receipt === undefined) {
    return { faults: [`the server says ${wipe.status}`], receipt: undefined }
  }
  const faults: string[] = []
  const others = new Set(
    posted.flatMap(({ wipeId, receipt }) => (wipeId === wipe.wipeId && receipt !== wipe.receipt ? [receipt] : [])),
  ).size
  if (others > 0) faults.push(`${others + 1} different receipts were sent`)
  const [authority] = site.keys.authorities
  const opened = async (what: string, jws: string | undefined, publicKey: string, kid: string) => {
    try {
      const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: publicKey }, 'EdDSA')
      const verified = await compactVerify(jws ?? '', key, { algorithms: ['EdDSA'] })
      if (verified.protectedHeader.kid !== kid) faults.push(`the ${what} names another key`)
      return JSON.parse(new TextDecoder().decode(verified.payload)) as Record<string, unknown>
    } catch (error) {
      faults.push(`the ${what} does not verify: ${error instanceof Error ? error.message : 'unknown'}`)
      return undefined
    }
  }
  const order = await opened('order', wipe.order, authority.publicKey, authority.kid)
  const receipt = await opened('receipt', wipe.receipt, wipe.devicePublicKey, wipe.deviceId)
  const counter = await opened('countersignature', wipe.countersignature, authority.publicKey, authority.kid)
  for (const [what, document] of Object.entries({ order, receipt, countersignature: counter })) {
    if (document && (document.wipeId !== wipe.wipeId || document.deviceId !== wipe.deviceId))
      faults.push(`the ${what} is about something else`)
  }
  return { faults, receipt: receipt as WipeReceipt | undefined }
}

export interface ReceiptExpected {
  readonly outcome: WipeReceipt['outcome']
  readonly keysAtLeast: number
  readonly attempts: Attempts
}

/** Faults of what a receipt says. */
export function faultsOfReceipt(receipt: WipeReceipt, expected: ReceiptExpected): string[] {
  const faults: string[] = []
  const wrong = (what: string, value: unknown) => faults.push(`the receipt’s ${what} is ${value}`)
  if (receipt.outcome !== expected.outcome) wrong('outcome', receipt.outcome)
  if (receipt.filesLeft > 0 !== (expected.outcome === 'partial')) wrong('filesLeft', receipt.filesLeft)
  if (receipt.keysDestroyed < expected.keysAtLeast) wrong('keysDestroyed', receipt.keysDestroyed)
  const { least, most } = expected.attempts
  if (receipt.attempts < Math.max(1, least) || receipt.attempts > Math.max(1, most))
    wrong('attempts', `${receipt.attempts}, not ${least} to ${most}`)
  const { startedAtMs, keysGoneAtMs, finishedAtMs } = receipt
  if (!(startedAtMs <= keysGoneAtMs && keysGoneAtMs <= finishedAtMs && finishedAtMs <= Date.now()))
    wrong('times', `${startedAtMs} ${keysGoneAtMs} ${finishedAtMs}`)
  return faults
}

/** The wipe as the server has it now, or had it last. */
export function wipeNow(host: RunServer | undefined, known: AdminWipe | undefined): AdminWipe | undefined {
  return known && host ? must(host.server.admin.showWipe({ wipeId: known.wipeId as WipeId })) : known
}
