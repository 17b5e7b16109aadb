// Owns what an app is started with and what can be done with it from outside. Types only.

import type { Log } from './log.ts'
import type { Clock } from './session/session.ts'
import type { Shell } from './shell/shell.ts'
import type { ConversationWipeProbe } from './wipe/orders.ts'
import type { WipeStep } from './wipe/plan.ts'

export interface AppOptions {
  readonly shell: Shell
  readonly profileDir: string
  readonly version: string
  /** For the fleet table, for example 'win32-x64'. */
  readonly platform: string
  readonly deviceName: string
  /** Server address; with a code, enrols at start where the profile is not enrolled. Alone, it corrects the address. */
  readonly serverUrl?: string
  readonly enrolCode?: string
  readonly log: Log & { closeFile?(): void }
  readonly clock?: Clock
  /** Fault injection for tests of the wipe. */
  readonly wipeProbe?: (step: WipeStep, when: 'before' | 'after') => void
  /** The same of wipes of single conversations. */
  readonly conversationWipeProbe?: ConversationWipeProbe
}

export interface App {
  /** Serves the bridge, resumes an interrupted wipe, opens the cache, connects, shows the window. */
  start(): Promise<void>
  stop(): Promise<void>
}
