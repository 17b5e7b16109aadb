// Owns what each run of the fault test does: what is ordered, under which circumstances the order comes, and where each life of
// the app is cut off. Pure: a run's plan follows from seed and number.
// Always holds: every boundary between steps has its turn; the rest is chance.

import type { ConversationWipeStep } from '../main/wipe/conversation-plan.ts'
import type { WipeStep } from '../main/wipe/plan.ts'
import { createRandom, type Random } from './random.ts'
import type { KillPoint, Step, Story } from './wipe-faults-client.ts'

const deviceSteps: readonly WipeStep[] = [
  'destroy-keys',
  'remove-files',
  'sign-receipt',
  'deliver',
  'destroy-device-key',
  'finish',
]
const conversationSteps: readonly ('journal' | ConversationWipeStep)[] = [
  'journal',
  'destroy-keys',
  'remove-files',
  'sign-receipt',
  'deliver',
  'forget',
]
/** In their order. A sign-out has none: it is one durable write. */
export const stepsOf: Readonly<Record<Story, readonly Step[]>> = {
  device: deviceSteps,
  conversations: conversationSteps,
  'sign-out': [],
}

export const stories: Readonly<Record<Story, string>> = {
  device: 'wipe of the device',
  conversations: 'wipe of two conversations',
  'sign-out': 'sign-out',
}

/** Under which circumstances the order comes. */
export const variants = {
  live: 'live, at rest',
  'opened-copy': 'a copy of a file is open in another program',
  locked: 'locked since its start, by passphrase',
  'locked-later': 'locked by its user',
  uploading: 'in the midst of an upload',
  'catching-up': 'in the midst of a catch-up',
  'not-running': 'while the app is off',
  'network-gone': 'the server is gone after the order, and back later',
  'receipt-refused': 'the receipt is answered 401, 404 and 500 first',
  'two-orders': 'ordered twice at once, and again',
  'two-kinds': 'device and conversations ordered at once',
  'signed-out': 'signed out before',
  'read-only-keys': 'the folder of the keys is read-only for a while',
  'read-only-files': 'read-only files, and a folder that cannot be changed',
  'held-open': 'files are held open by another process',
  'busy-files': 'a file that cannot be removed, as on Windows while it is read',
  'disk-full': 'no room on the disk',
} as const
export type Variant = keyof typeof variants

export type Kill =
  | KillPoint
  /** SIGKILL from outside, this long after the order was given, or after the start of the process. */
  | { readonly type: 'time'; readonly afterMs: number }

export interface RunPlan {
  readonly index: number
  readonly story: Story
  readonly variant: Variant
  /** Each life's end; a last one is not cut off. */
  readonly kills: readonly Kill[]
  /** How long the key store takes for each answer. */
  readonly keyStoreMs: number
  /** The host keeps a witness of the profile outside it. */
  readonly witness: boolean
  /** Started once more when all is over. */
  readonly again: boolean
  /** Everything on disk is searched after each kill, too. */
  readonly thorough: boolean
}

/** File operations of an order that nobody cut off, as measured. */
export type Course = Readonly<Record<Story, number>>

/** How long after the order a kill may come. */
const WITHIN_MS = 200
/** From the start of a process to the end of what was ordered. */
const LIFE_MS = 700

const device = (...list: Variant[]) => list.map((variant) => ['device', variant] as const)
const conversations = (...list: Variant[]) => list.map((variant) => ['conversations', variant] as const)
const signOut = (...list: Variant[]) => list.map((variant) => ['sign-out', variant] as const)
const order: readonly (readonly [Story, Variant])[] = [
  ...device('live', 'catching-up', 'uploading', 'not-running', 'locked', 'locked-later', 'network-gone'),
  ...conversations('live', 'uploading', 'not-running', 'locked', 'network-gone'),
  ...device('opened-copy', 'receipt-refused', 'two-orders', 'read-only-keys', 'read-only-files', 'held-open'),
  ...signOut('live', 'uploading', 'not-running'),
  ...device('busy-files', 'disk-full', 'live', 'two-kinds', 'signed-out', 'network-gone', 'uploading'),
  ...conversations('catching-up', 'opened-copy', 'locked-later', 'receipt-refused', 'disk-full', 'two-orders', 'live'),
  ...device('catching-up', 'not-running', 'locked', 'live'),
  ...signOut('catching-up', 'locked'),
]

/** The plan of run `index`, from 0. */
export function planRun(seed: number, index: number, course: Course): RunPlan {
  const random = createRandom(seed * 1_000_003 + index)
  // Their number and that of the kinds of kills have no common divisor: every pair comes.
  const [story, variant] = order[index % order.length] as (typeof order)[number]
  const lives = 1 + (random.chance(0.55) ? 1 : 0) + (random.chance(0.35) ? 1 + random.int(3) : 0)
  const kills = Array.from({ length: lives }, (_, life) =>
    drawKill(random, story, { kind: life === 0 ? index % 4 : random.int(4), life, index, operations: course[story] }),
  )
  return {
    index,
    story,
    variant,
    kills,
    keyStoreMs: random.pick([0, 0, 5, 40]),
    witness: random.chance(0.4),
    again: random.chance(0.3),
    thorough: random.chance(0.08),
  }
}

interface Draw {
  readonly kind: number
  readonly life: number
  readonly index: number
  readonly operations: number
}

function drawKill(random: Random, story: Story, { kind, life, index, operations }: Draw): Kill {
  const boundaries = stepsOf[story].flatMap((step) => (['before', 'after'] as const).map((when) => ({ step, when })))
  if (kind === 0 && boundaries.length > 0) {
    const at = life === 0 ? Math.floor(index / 4) : random.int(boundaries.length)
    return { type: 'probe', ...(boundaries[at % boundaries.length] as (typeof boundaries)[number]) }
  }
  if (kind <= 1) {
    const phase = random.pick(['before', 'half', 'after'] as const)
    return { type: 'operation', operation: 1 + random.int(operations), phase }
  }
  if (kind === 2 && story !== 'sign-out' && random.chance(0.4)) {
    const when = random.pick(['before', 'sent', 'sent', 'answered'] as const)
    return { type: 'receipt', when, afterMs: random.int(60) / 10 }
  }
  // Most of it happens soon.
  const most = life > 0 ? LIFE_MS : random.chance(0.6) ? WITHIN_MS / 3 : WITHIN_MS
  return { type: 'time', afterMs: random.int(most * 1000) / 1000 }
}
