// Owns the shape of a session: what it needs of the app, what it tells it, what the app may ask of it. Types only.

import type { ClientId, ConversationEvent, ConversationId, Policy } from '../../shared/model.ts'
import type { SignOutOrder, WipeOrder } from '../../shared/proof.ts'
import type { Failure, Result } from '../../shared/result.ts'
import type { Answer, Request } from '../../shared/wire.ts'
import type { Log } from '../log.ts'
import type { Lost, Store } from '../store/store.ts'
import type { Vault } from '../vault/vault.ts'
import type { Numbered, Standing } from '../wipe/window.ts'
import type { Lively, Presence, Typing } from './lively.ts'
import type { Event, State } from './machine.ts'
import type { OpenSocket } from './socket.ts'

export interface Clock {
  /** Milliseconds since the epoch by this computer's clock. */
  nowMs(): number
  /** Runs once after `ms`; returns the way to cancel it. */
  setTimer(run: () => void, ms: number): () => void
}

/** What the app does for the session, and hears from it. */
export interface SessionHost {
  store(): Store | undefined
  /** Opens the cache with the lease that has just been saved; `app-locked` where that waits for the passphrase. */
  openCache(): Promise<Result<Store>>
  /** The lease that has just been saved brings another share while the cache is open: seals the cache's keyring anew. */
  rekeyCache(): Promise<void>
  closeCache(): void
  /** How an order stands beside those obeyed before. */
  orderStanding(order: Numbered): Standing
  /** A verified order: begins the wipe. Resolves when the intent is durable. */
  beginWipe(order: WipeOrder, jws: string): Promise<void>
  /**
   * A verified order for single conversations. Resolves when the intent is durable and, where the cache is open, their keys
   * are gone; the app goes on.
   */
  wipeConversations(order: WipeOrder, jws: string): Promise<void>
  /** A verified sign-out. Resolves when it is durable and the server's half of the root key is erased here. */
  signOut(order: SignOutOrder): Promise<void>
  /** Devices or orders have changed. */
  fleetMoved(): void
  /** Sealed bytes on the disk; undefined while the cache is closed. */
  cacheBytes(): number | undefined
  policyChanged(policy: Policy): void
  stateChanged(): void
  listChanged(): void
  conversationChanged(conversationId: ConversationId): void
  eventsAdded(conversationId: ConversationId, events: readonly ConversationEvent[], live: boolean): void
  conversationsLost(lost: readonly Lost[]): void
  /** All files of this message are on the server, or it has none. */
  isReady(clientId: ClientId): boolean
  /** The server can be asked from here on, or no more. */
  reachableChanged(isReachable: boolean): void
  /** Those whose presence has changed, of the people in view. */
  presenceChanged(people: readonly Presence[]): void
  /** Who types in a conversation now, whole. */
  typingChanged(conversationId: ConversationId, typing: readonly Typing[]): void
  /** Names an error from the store as a failure, or throws it on where it is a bug. */
  storeFailure(error: unknown): Failure
}

export interface SessionParts {
  readonly vault: Pick<
    Vault,
    'identity' | 'sign' | 'verifyAuthority' | 'saveLease' | 'rotationPending' | 'isLocked' | 'update'
  >
  readonly host: SessionHost
  readonly openSocket: OpenSocket
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly randomBytes: (count: number) => Uint8Array
  readonly about: { readonly version: string; readonly platform: string }
  readonly log: Log
}

export interface Session {
  state(): State
  dispatch(event: Event): void
  /** Facts beside the state that the window shows. */
  facts(): {
    readonly lastHeardAtMs: number | undefined
    readonly retryAtMs: number | undefined
    readonly clockSkewMs: number | undefined
    readonly catchUp: { readonly done: number; readonly total: number } | undefined
    /** What the user may do beyond talking, as the server last told it. */
    readonly roles: readonly string[]
  }
  sending(): ReadonlySet<ClientId>
  /** A message has been put into the outbox. */
  flush(): void
  markRead(conversationId: ConversationId, seq: number): void
  /** Settings of a conversation have been changed here: tells the server, now or on the next connection. */
  sendPrefs(conversationId: ConversationId): void
  /** Asks the server. Codes: offline, update-required, unavailable, and the server's. */
  request(request: Request): Promise<Result<Answer>>
  fetchOlder(conversationId: ConversationId): Promise<Result<void>>
  /** Fetches history back to a seq, at most limits.jumpEvents. Codes: not-found, offline, unavailable. */
  loadBack(conversationId: ConversationId, seq: number): Promise<Result<{ reached: boolean }>>
  /** Resolves once the user may see a conversation, or gives up waiting for that. */
  granted(conversationId: ConversationId): Promise<void>
  /** Whom and what the user looks at, that they type, that they are there. */
  readonly lively: Pick<Lively, 'setView' | 'noteTyping' | 'noteActivity' | 'noteAway'>
  newClientId(): ClientId
  /** Ends the connection and all timers, for good. Resolves when no frame is being handled any more. */
  stop(): Promise<void>
}
