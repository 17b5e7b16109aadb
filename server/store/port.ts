// Owns the storage port of the workspace server: the rows it keeps and the questions it answers, for sqlite.ts and its
// in-memory twin memory.ts. store-contract.test.ts is run on both.
// Always holds: work inside `transact` is synchronous, is all or nothing, and is durable when `transact` returns; the
// event log only grows; a revision is given out once. Must never hold message text: contents arrive sealed.

import type { Role } from '../../shared/fleet.ts'
import type {
  ClientId,
  ConversationId,
  ConversationKind,
  ConversationPrefs,
  DeviceId,
  UserId,
} from '../../shared/model.ts'
import type { FleetTx, FleetView } from './port-fleet.ts'

export type * from './port-fleet.ts'

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
  readonly roles: readonly Role[]
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
export type StoredDeviceStatus = 'active' | 'wipe-pending' | 'wiped' | 'signed-out' | 'revoked'

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
  /** Sealed bytes on its disk, as it last told. */
  readonly cacheBytes: number | undefined
}
export type DevicePatch = Partial<
  Pick<
    DeviceRow,
    'platform' | 'clientVersion' | 'status' | 'lastSeenAtMs' | 'leaseUntilMs' | 'orderCounter' | 'cacheBytes'
  >
>

export interface LeaseShareRow {
  readonly generation: number
  /** The share, sealed by the server's master key. */
  readonly sealed: Uint8Array
}

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
  /** Revision of the access feed at the last change of these fields or of who is a member. */
  readonly revision: number
  /** Who made it; undefined where IT did. */
  readonly ownerId: UserId | undefined
  /** Anybody may find and join it. */
  readonly isOpen: boolean
}
export interface ConversationRow extends NewConversationRow {
  readonly archived: boolean
  readonly headSeq: number
  readonly headAtMs: number
  /** IT has taken the words up to here, and including it, from desktops; 0 where it has not. */
  readonly withdrawnSeq: number
}
export type ConversationPatch = Partial<
  Pick<ConversationRow, 'name' | 'topic' | 'isOpen' | 'archived' | 'revision' | 'withdrawnSeq'>
>

/** What browsing looks through. */
export type OpenConversationRow = Pick<ConversationRow, 'conversationId' | 'name' | 'topic' | 'space'>

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
  /** Absent where the user has set nothing. */
  readonly prefs?: ConversationPrefs
}

export interface ReadRow {
  readonly userId: UserId
  readonly seq: number
}

/** A file on its way here. */
export interface UploadRow {
  readonly userId: UserId
  /** Of the plain bytes, base64url. */
  readonly sha256: string
  /** Of the whole file. */
  readonly bytes: number
  /** Where its parts lie, below the server's folder of files. */
  readonly folder: string
  /** The file's key, sealed by the server's master key. */
  readonly sealedKey: Uint8Array
  /** When its last part came. */
  readonly touchedAtMs: number
}

/** A file that is here whole, once, however many messages have it. */
export interface FileRow {
  readonly sha256: string
  readonly bytes: number
  readonly folder: string
  readonly sealedKey: Uint8Array
  readonly createdAtMs: number
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
  /** Of `edited`, `deleted` and `reacted`: the seq of the message they are about; of a reply: its thread's first message. */
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

export interface SentPlace {
  readonly conversationId: ConversationId
  readonly seq: number
  readonly atMs: number
}

export type Appended =
  | { readonly type: 'appended'; readonly position: number; readonly seq: number; readonly atMs: number }
  /** The pair of device and clientId is in the log already, here. */
  | ({ readonly type: 'repeated' } & SentPlace)

/** A line of the record of what IT did; it only grows. */
export interface ActRow {
  /** Ascending from 1. */
  readonly position: number
  readonly atMs: number
  /** Name of whoever did it, and their identity (admin/actor.ts); empty in lines of before these were kept. */
  readonly actor: string
  readonly actorId: string
  /** As admin routes are named. */
  readonly act: string
  /** Id of what was acted on; empty for the workspace itself. */
  readonly subject: string
  /** JSON object: what the act was given. No content, no key. */
  readonly detail: string
}

/** Questions that change nothing. Rows are snapshots: a later change does not show in them. */
export interface StoreView extends FleetView {
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
  /** The user's devices, in order of enrolment. */
  devicesOf(userId: UserId): DeviceRow[]
  /** Active devices whose lease ended after `fromMs`, at the latest at `untilMs`, the first to end first. */
  leasesEnded(fromMs: number, untilMs: number): DeviceId[]
  leaseShare(deviceId: DeviceId): LeaseShareRow | undefined

  conversation(conversationId: ConversationId): ConversationRow | undefined
  conversationByDirectKey(directKey: string): ConversationRow | undefined
  /** In order of creation. */
  conversations(): ConversationRow[]
  /** Open and not archived, in order of creation. */
  openConversations(): OpenConversationRow[]
  /** Every membership, revoked ones included. */
  memberships(): MembershipRow[]
  membership(conversationId: ConversationId, userId: UserId): MembershipRow | undefined
  /** The active members, in order of their ids. */
  memberIdsOf(conversationId: ConversationId): UserId[]
  /** Whoever is or was a member, in order of their ids. */
  memberIdsEverOf(conversationId: ConversationId): UserId[]
  /** What changed for this user after `revision`, in order of revision. */
  accessSince(userId: UserId, revision: number, limit: number): AccessRow[]
  /** Heads of the conversations the user is an active member of. */
  headsOf(userId: UserId): HeadRow[]
  readSeq(userId: UserId, conversationId: ConversationId): number
  /** How far each active member has read who has read anything. */
  readsOf(conversationId: ConversationId): ReadRow[]
  /** What the user has set for the conversation. */
  prefs(userId: UserId, conversationId: ConversationId): ConversationPrefs | undefined

  /** Events with fromSeq ≤ seq ≤ toSeq, ascending. */
  events(conversationId: ConversationId, fromSeq: number, toSeq: number): EventRow[]
  /** Those seqs with fromSeq ≤ seq ≤ toSeq that an event of kind `deleted` is about. */
  deletedSeqs(conversationId: ConversationId, fromSeq: number, toSeq: number): ReadonlySet<number>

  /** Where the event of this pair stands. */
  placeOf(deviceId: DeviceId, clientId: ClientId): SentPlace | undefined
  /** Seq of the first event at or after `atMs`; undefined where none is as late. */
  seqAt(conversationId: ConversationId, atMs: number): number | undefined
  /** The latest event of kind `edited` about this message. */
  lastEdit(conversationId: ConversationId, targetSeq: number): EventRow | undefined
  /** The different emoji that stand on this message, as their tags. */
  reactionTags(conversationId: ConversationId, targetSeq: number): string[]

  upload(userId: UserId, sha256: string): UploadRow | undefined
  /** The last touched first. */
  uploadsOf(userId: UserId): UploadRow[]
  /** Touched before `touchedMs`, of everybody. */
  uploadsBefore(touchedMs: number): UploadRow[]
  file(sha256: string): FileRow | undefined
  /** Whether the user has handed in all bytes of this file. */
  holdsFile(userId: UserId, sha256: string): boolean
  /** Whether the message there has this file. */
  fileIn(sha256: string, conversationId: ConversationId, seq: number): boolean
  /** Whether a message that has not been withdrawn has this file, in a conversation that the user is an active member of. */
  seesFile(userId: UserId, sha256: string): boolean

  /** The record of acts after `position`, ascending. */
  actsSince(position: number, limit: number): ActRow[]
  /** What was done to `subject`, the newest first. */
  actsOn(subject: string, limit: number): ActRow[]
}

/** Changes, legal inside `transact` only. A row that breaks uniqueness or a reference throws: callers ask first. */
export interface StoreTx extends StoreView, FleetTx {
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
  setDeviceStatus(deviceIds: readonly DeviceId[], status: StoredDeviceStatus): void
  putLeaseShare(deviceId: DeviceId, row: LeaseShareRow): void
  /** Destroys the server's halves of the devices' root keys. */
  destroyLeaseShares(deviceIds: readonly DeviceId[]): void

  /** Not archived, without events. */
  insertConversation(row: NewConversationRow): void
  updateConversation(conversationId: ConversationId, patch: ConversationPatch): void
  putMembership(row: MembershipRow): void

  /** Appends after the conversation's head: seq without gaps from 1, time never decreasing. */
  appendEvent(event: NewEvent): Appended
  /** Sets the read position where `seq` is higher; true where it moved. */
  raiseRead(userId: UserId, conversationId: ConversationId, seq: number): boolean
  putPrefs(userId: UserId, conversationId: ConversationId, prefs: ConversationPrefs): void
  /** Notes that the user's emoji stands on the message, or no more. */
  putReaction(conversationId: ConversationId, targetSeq: number, userId: UserId, tag: string, on: boolean): void
  /** Forgets every emoji on the message. */
  dropReactions(conversationId: ConversationId, targetSeq: number): void

  /** Replaces the user's upload of this file. */
  putUpload(row: UploadRow): void
  dropUpload(userId: UserId, sha256: string): void
  insertFile(row: FileRow): void
  /** Repeating it is harmless, as with the next. */
  addHolder(userId: UserId, sha256: string): void
  addFileRef(sha256: string, conversationId: ConversationId, seq: number): void
  dropFileRefs(conversationId: ConversationId, seq: number): void

  /** Adds to the record of acts. */
  recordAct(act: Omit<ActRow, 'position'>): void
}

export interface Store {
  readonly view: StoreView
  /** Runs `work` as one transaction: durable on return; where `work` throws, nothing of it remains. Does not nest. */
  transact<T>(work: (tx: StoreTx) => T): T
  close(): void
}
