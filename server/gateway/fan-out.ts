// Owns the fan-out port: what the parts of the server tell connected devices through the gateway, after a commit.
// Always holds: each call is about committed state and never fails; whoever is not connected catches up by cursor.
// One process serves it from its own connections (live.ts); several would carry the same calls between them.

import type { ConversationId, DeviceId, Policy, UserId } from '../../shared/model.ts'
import type { WipeRow } from '../store/port.ts'

export interface FanOut {
  /** An event (JSON text) has been appended; called in the order of seq. */
  appended(conversationId: ConversationId, event: string): void
  directoryChanged(): void
  accessChanged(userIds: readonly UserId[]): void
  readMoved(userId: UserId, conversationId: ConversationId, seq: number, byDevice: DeviceId): void
  wipeOrdered(wipe: WipeRow): void
  userDeactivated(userId: UserId): void
  policyChanged(policy: Policy): void
  /** The share or the term of this device's lease has changed; of every device's where none is named. */
  leaseChanged(deviceId?: DeviceId): void
}
