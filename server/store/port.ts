// Owns the storage port of the workspace server: the rows it keeps and the questions it answers, for sqlite.ts and its
// in-memory twin memory.ts. store-contract.test.ts is run on both.
// Always holds: work inside `transact` is synchronous, is all or nothing, and is durable when `transact` returns; the
// event log only grows; a revision is given out once. Must never hold message text: contents arrive sealed.

import type { ClientId, ConversationId, ConversationKind, DeviceId, UserId, WipeId } from '../../shared/model.ts'

/** The two feeds that devices follow by revision. */
export type FeedName = 'directory' | 'access'

export interface UserRow {
  readonly userId: UserId
  readonly userName: string
  /** userName as compared; unique. */
  readonly foldedName: string
  readonly displayName: string
  readonly department: string | undefined
  readonly title: string | undefined
  readonly managerId: UserId | undefined
  readonly active: boolean
  /** Revision of the directory feed at the last change. */
  readonly revision: number
}

export interface CodeRow {
  /** Keyed hash of the normalised code. */
  readonly codeHash: Uint8Array
  readonly userId: UserId
  readonly createdAtMs: number
  readonly expiresAtMs: number
  readonly usedAtMs: number | undefined
  /** The device it enrolled. */
  readonly deviceId: DeviceId | undefined
}

/** Without 'lease-expired', which follows from the clock. */
export type StoredDeviceStatus = 'active' | 'wipe-pending' | 'wiped' | 'revoked'

export interface DeviceRow {
  readonly deviceId: DeviceId
  readonly userId: UserId
  /** Ed25519, base64url; unique. */
  readonly publicKey: string
  readonly name: string
  readonly platform: string
  readonly clientVersion: string
  readonly status: StoredDeviceStatus
  readonly enrolledAtMs: number
  readonly lastSeenAtMs: number | undefined
  readonly leaseUntilMs: number | undefined
  /** Counter of the last order to this device; 0 before the first. */
  readonly orderCounter: number
}
export type DevicePatch = Partial<
  Pick<DeviceRow, 'platform' | 'clientVersion' | 'status' | 'lastSeenAtMs' | 'leaseUntilMs' | 'orderCounter'>
>

export interface LeaseShareRow {
  readonly generation: number
  /** The share, sealed by the server's master key. */
  readonly sealed: Uint8Array
}

export interface WipeRow {
  readonly wipeId: WipeId
  readonly deviceId: DeviceId
  readonly status: 'pending' | 'delivered' | 'done' | 'failed'
  /** Compact JWS. */
  readonly order: string
  readonly receipt: string | undefined
  readonly issuedAtMs: number
  readonly deliveredAtMs: number | undefined
  readonly doneAtMs: number | undefined
}
export type WipePatch = Partial<Pick<WipeRow, 'status' | 'receipt' | 'deliveredAtMs' | 'doneAtMs'>>

export interface NewConversationRow {
  readonly conversationId: ConversationId
  readonly kind: ConversationKind
  /** Empty for direct conversations. */
  readonly name: string
  readonly topic: string | undefined
  readonly space: string | undefined
  readonly labels: Readonly<Record<string, string>> | undefined
  /** The pair of a direct conversation, the smaller id first; unique. */
  readonly directKey: string | undefined
  readonly createdAtMs: number
  /** The conversation's content key, sealed by the server's master key. */
  readonly sealedKey: Uint8Array
  /** Revision of the access feed at the last change of these fields. */
  readonly revision: number
}
export interface ConversationRow extends NewConversationRow {
  readonly headSeq: number
  readonly headAtMs: number
}

export interface MembershipRow {
  readonly conversationId: ConversationId
  readonly userId: UserId
  /** False once revoked; the row stays, so that a device which was away learns of it. */
  readonly active: boolean
  /** Revision of the access feed at the last change. */
  readonly revision: number
}

/** A line of one user's access feed: what changed last, at which revision. */
export interface AccessRow {
  readonly conversationId: ConversationId
  readonly granted: boolean
  readonly revision: number
}

/** A conversation's end, and how far one user has read in it. */
export interface HeadRow {
  readonly conversationId: ConversationId
  readonly headSeq: number
  readonly headAtMs: number
  readonly readSeq: number
}

export interface EventRow {
  /** Place in the server's whole log, ascending. */
  readonly position: number
  readonly conversationId: ConversationId
  readonly seq: number
  readonly atMs: number
  readonly actorId: UserId
  readonly deviceId: DeviceId | undefined
  readonly clientId: ClientId | undefined
  readonly kind: string
  /** Of `edited` and `deleted`: the seq of the message they are about. */
  readonly targetSeq: number | undefined
  /** Content sealed under the conversation's key, bound to conversation and seq. */
  readonly sealed: Uint8Array
}

export interface NewEvent {
  readonly conversationId: ConversationId
  /** The clock's time; the row gets the head's time where that is later. */
  readonly atMs: number
  readonly actorId: UserId
  /** With `clientId`: who sent it. A second event of the same pair is not appended. */
  readonly deviceId: DeviceId | undefined
  readonly clientId: ClientId | undefined
  readonly kind: string
  /** Below the seq that the event gets. */
  readonly targetSeq: number | undefined
  /** Seals the content for the place that the log gives it. */
  readonly seal: (seq: number) => Uint8Array
}

export type Appended =
  | { readonly type: 'appended'; readonly position: number; readonly seq: number; readonly atMs: number }
  /** The pair of device and clientId is in the log already, here. */
  | { readonly type: 'repeated'; readonly conversationId: ConversationId; readonly seq: number; readonly atMs: number }

/** A line of the record of what IT did; it only grows. */
export interface ActRow {
  /** Ascending from 1. */
  readonly position: number
  readonly atMs: number
  /** As admin routes are named. */
  readonly act: string
  /** Id of what was acted on; empty for the workspace itself. */
  readonly subject: string
  /** JSON object: what the act was given. No content, no key. */
  readonly detail: string
}

/** Questions that change nothing. Rows are snapshots: a later change does not show in them. */
export interface StoreView {
  meta(key: string): string | undefined
  revision(feed: FeedName): number

  user(userId: UserId): UserRow | undefined
  userByFoldedName(foldedName: string): UserRow | undefined
  /** By userName in code point order of the folded form. */
  users(): UserRow[]
  /** Changed after `revision`, in order of revision. */
  usersSince(revision: number, limit: number): UserRow[]

  code(codeHash: Uint8Array): CodeRow | undefined
  /** Unused and unexpired at `nowMs`, the first to expire first. */
  openCodesOf(userId: UserId, nowMs: number): CodeRow[]

  device(deviceId: DeviceId): DeviceRow | undefined
  deviceByPublicKey(publicKey: string): DeviceRow | undefined
  /** In order of enrolment. */
  devices(): DeviceRow[]
  leaseShare(deviceId: DeviceId): LeaseShareRow | undefined

  wipe(wipeId: WipeId): WipeRow | undefined
  /** The one wipe of this device that is pending or delivered. */
  openWipeOf(deviceId: DeviceId): WipeRow | undefined

  conversation(conversationId: ConversationId): ConversationRow | undefined
  conversationByDirectKey(directKey: string): ConversationRow | undefined
  /** In order of creation. */
  conversations(): ConversationRow[]
  /** Every membership, revoked ones included. */
  memberships(): MembershipRow[]
  /** What changed for this user after `revision`, in order of revision. */
  accessSince(userId: UserId, revision: number, limit: number): AccessRow[]
  /** Heads of the conversations the user is an active member of. */
  headsOf(userId: UserId): HeadRow[]
  readSeq(userId: UserId, conversationId: ConversationId): number

  /** Events with fromSeq ≤ seq ≤ toSeq, ascending. */
  events(conversationId: ConversationId, fromSeq: number, toSeq: number): EventRow[]
  /** Those seqs with fromSeq ≤ seq ≤ toSeq that an event of kind `deleted` is about. */
  deletedSeqs(conversationId: ConversationId, fromSeq: number, toSeq: number): ReadonlySet<number>

  /** The record of acts after `position`, ascending. */
  actsSince(position: number, limit: number): ActRow[]
}

/** Changes, legal inside `transact` only. A row that breaks uniqueness or a reference throws: callers ask first. */
export interface StoreTx extends StoreView {
  setMeta(key: string, value: string): void
  /** Takes the next revision of a feed: strictly above every one given out before. */
  nextRevision(feed: FeedName): number

  insertUser(row: UserRow): void
  updateUser(row: UserRow): void

  insertCode(row: CodeRow): void
  spendCode(codeHash: Uint8Array, usedAtMs: number, deviceId: DeviceId): void
  /** Drops codes that expired before `expiredBeforeMs`. */
  dropCodes(expiredBeforeMs: number): void

  insertDevice(row: DeviceRow): void
  updateDevice(deviceId: DeviceId, patch: DevicePatch): void
  putLeaseShare(deviceId: DeviceId, row: LeaseShareRow): void
  /** Destroys the server's half of the device's root key. */
  destroyLeaseShare(deviceId: DeviceId): void

  insertWipe(row: WipeRow): void
  updateWipe(wipeId: WipeId, patch: WipePatch): void

  insertConversation(row: NewConversationRow): void
  putMembership(row: MembershipRow): void

  /** Appends after the conversation's head: seq without gaps from 1, time never decreasing. */
  appendEvent(event: NewEvent): Appended
  /** Sets the read position where `seq` is higher; true where it moved. */
  raiseRead(userId: UserId, conversationId: ConversationId, seq: number): boolean

  /** Adds to the record of acts. */
  recordAct(act: Omit<ActRow, 'position'>): void
}

export interface Store {
  readonly view: StoreView
  /** Runs `work` as one transaction: durable on return; where `work` throws, nothing of it remains. Does not nest. */
  transact<T>(work: (tx: StoreTx) => T): T
  close(): void
}
