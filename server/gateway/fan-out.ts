// Owns the fan-out port: what the parts of the server tell connected devices through the gateway, after a commit.
// Always holds: each call is about committed state and never fails; whoever is not connected catches up by cursor.
// One process serves it from its own connections (live.ts); several would carry the same calls between them.

import type { Role } from '../../shared/fleet.ts'
import type { ConversationId, ConversationPrefs, DeviceId, Policy, UserId } from '../../shared/model.ts'
import type { SignOutRow, WipeRow } from '../store/port.ts'

/** What the gateway needs of a wipe to hand it out. */
export type OrderedWipe = Pick<WipeRow, 'wipeId' | 'deviceId' | 'conversationIds' | 'order'>

export interface FanOut {
  /** An event (JSON text) has been appended; called in the order of seq. */
  appended(conversationId: ConversationId, event: string): void
  directoryChanged(): void
  /** These users have gained or lost a conversation. */
  accessChanged(userIds: readonly UserId[]): void
  /** Members, name or state of a conversation have changed by an event: told to devices that do not learn it from that. */
  infoChanged(conversationId: ConversationId): void
  /** A person's settings for a conversation, as they now stand. */
  prefsMoved(userId: UserId, conversationId: ConversationId, prefs: ConversationPrefs, byDevice: DeviceId): void
  readMoved(userId: UserId, conversationId: ConversationId, seq: number, byDevice: DeviceId): void
  /** Called again once its order is signed, where it was not at first. */
  wipeOrdered(wipe: OrderedWipe): void
  /** Called once it is signed. */
  signOutOrdered(signOut: SignOutRow): void
  /** The device has carried out an order for single conversations: it may be handed further ones. */
  ordersDue(deviceId: DeviceId): void
  rolesChanged(userId: UserId, roles: readonly Role[]): void
  userDeactivated(userId: UserId): void
  policyChanged(policy: Policy): void
  /** The share or the term of this device's lease has changed; of every device's where none is named. */
  leaseChanged(deviceId?: DeviceId): void
}
