// Owns what the user may do to a conversation, by its kind, its owner and its state. Pure. Always holds: it only decides what
// the window offers; the server decides what is done.

import type { ConversationView } from '../../shared/bridge.ts'
import type { UserId } from '../../shared/model.ts'

export interface Rights {
  readonly rename: boolean
  readonly topic: boolean
  readonly invite: boolean
  readonly remove: boolean
  /** Open a channel to everybody, or close it. */
  readonly open: boolean
  readonly archive: boolean
  readonly unarchive: boolean
  readonly leave: boolean
}

/** What `myId` may do to `conversation`. */
export function rightsOf(conversation: ConversationView, myId: UserId | undefined): Rights {
  const { kind, ownerId, archived } = conversation
  const isDirect = kind === 'direct'
  // One made by IT has no owner: a group is then its members' own, a channel is IT's.
  const isOwner = ownerId === undefined ? kind === 'group' : ownerId === myId
  const may = (allowed: boolean) => allowed && !archived && !isDirect
  return {
    rename: may(kind === 'group' || isOwner),
    topic: may(true),
    invite: may(true),
    remove: may(isOwner),
    open: may(kind === 'channel' && isOwner),
    archive: may(isOwner),
    unarchive: archived && !isDirect && isOwner,
    leave: !isDirect,
  }
}
