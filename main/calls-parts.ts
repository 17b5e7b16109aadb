// Owns what bridge calls act on and what a set of their handlers looks like, for the files that hold them. Types only.

import type { CallArgs, CallName, CallResult } from '../shared/bridge.ts'
import type { ConversationId, Policy } from '../shared/model.ts'
import type { Failure, Result } from '../shared/result.ts'
import type { VerifyDetached } from '../shared/wipe-proof.ts'
import type { Files } from './files/files.ts'
import type { Log } from './log.ts'
import type { Search } from './search/search.ts'
import type { Session } from './session/session.ts'
import type { Shell } from './shell/shell.ts'
import type { Live, Store } from './store/store.ts'
import type { Identity } from './vault/vault.ts'

/** The cache while it is open, with what goes with it. */
export interface CallCache {
  readonly store: Store
  readonly search: Search
  readonly files: Files
}

/** What the calls about the fleet need beside the session: the host outside the window, and what this desktop has pinned. */
export interface FleetParts {
  readonly shell: Pick<Shell, 'confirm' | 'printPdf' | 'saveAs'>
  readonly identity: () => Pick<Identity, 'deviceId' | 'workspaceId' | 'authorityKeys'> | undefined
  readonly verifySignature: VerifyDetached
  /** BCP 47 tags of the window, most wanted first. */
  readonly languages: () => readonly string[]
}

/** What the calls act on. */
export interface CallParts {
  readonly session: () => Session
  /** The open cache, or why there is none. */
  readonly cache: () => Result<CallCache>
  /** What is known of the moment and stands in no row of the cache. */
  readonly live: () => Live
  readonly policy: () => Policy
  readonly getSession: () => CallResult<'getSession'>
  readonly enroll: (args: CallArgs<'enroll'>) => Promise<Result<CallResult<'enroll'>>>
  readonly setSettings: (change: CallArgs<'setSettings'>) => CallResult<'setSettings'>
  readonly openExternal: Shell['openExternal']
  readonly pickFiles: Shell['pickFiles']
  readonly fleet: FleetParts
  /** The user has read that conversations were wiped here. */
  readonly dismissConversationsWiped: () => void
  readonly lock: () => Result<void>
  readonly unlock: (args: CallArgs<'unlock'>) => Promise<Result<void>>
  readonly setPassphrase: (args: CallArgs<'setPassphrase'>) => Promise<Result<void>>
  readonly noteActivity: () => void
  /** The window shows this conversation and has the focus; or none. */
  readonly viewChanged: (conversationId: ConversationId | undefined) => void
  readonly sessionChanged: () => void
  readonly nowMs: () => number
  readonly listChanged: () => void
  readonly conversationChanged: (conversationId: ConversationId) => void
  /** Names an error of the store, or throws on what is a bug. */
  readonly storeFailure: (error: unknown) => Failure
  readonly log: Log
}

/** Handlers of these calls; `store` throws a FailureError where there is none. */
export type Handlers<N extends CallName> = {
  [M in N]: (args: CallArgs<M>) => Promise<Result<CallResult<M>>> | Result<CallResult<M>>
}

/** The parts of the open cache, for a handler; each throws a FailureError where it is closed. */
export interface OpenParts {
  readonly store: () => Store
  readonly files: () => Files
}
