// Owns noting that orders have been handed to their devices, and finding those that are to be handed over next.
// Always holds: a delivery is noted only after the frame has been given to a socket; noting it twice changes nothing.

import type { Commits } from '../commits.ts'
import type { OrderHandover } from '../gateway/live.ts'
import type { SignOuts } from './sign-outs.ts'
import type { Wipes } from './wipes.ts'

export function createOrderHandover(parts: {
  commits: Commits
  wipes: Pick<Wipes, 'noteDelivered' | 'dueConversationWipes'>
  signOuts: Pick<SignOuts, 'noteDelivered'>
}): OrderHandover {
  const { commits, wipes, signOuts } = parts
  const nothing = () => undefined
  return {
    wipeSent: ({ wipeId }) => commits.enqueue((tx) => wipes.noteDelivered(tx, wipeId), nothing),
    signOutSent: ({ orderId, deviceId }) =>
      commits.enqueue((tx) => signOuts.noteDelivered(tx, orderId, deviceId), nothing),
    due: (deviceId, give) =>
      commits.enqueue(
        (tx) => wipes.dueConversationWipes(tx, deviceId, true),
        (outcome) => {
          if (outcome.ok) give(outcome.value)
        },
      ),
  }
}
