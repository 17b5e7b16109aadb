// Owns who acts on the workspace: the holder of the admin token, an operator with a token of their own, a person of IT.
// Always holds: `identity` tells people apart, so that nobody approves what they ordered; an operator who is a person in
// the app has that person's identity.

import type { OperatorId, UserId } from '../../shared/model.ts'

export interface Actor {
  /** `root`, `operator:opr_…` or `user:usr_…`. */
  readonly identity: string
  /** As people read it: in orders, on wiped desktops, in the record of acts. */
  readonly name: string
  /** Holds the admin token: may change rules, operators and roles. */
  readonly isRoot: boolean
}

/** The holder of the admin token, under the workspace's own operator name. */
export const rootActor = (name: string): Actor => ({ identity: 'root', name, isRoot: true })
export const userActor = (userId: UserId, name: string): Actor => ({ identity: `user:${userId}`, name, isRoot: false })
/** `userId`: the person in the app that the operator is. */
export const operatorActor = (operatorId: OperatorId, name: string, userId?: UserId): Actor =>
  userId === undefined ? { identity: `operator:${operatorId}`, name, isRoot: false } : userActor(userId, name)
/** How a line of the record of acts names the actor. */
export const actedBy = ({ name, identity }: Actor) => ({ actor: name, actorId: identity })
