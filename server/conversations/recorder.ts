// Owns appending events in process, in the name of a member: for the demo, for tests, and for what the server itself will
// write. Always holds: the rules are those of the log (contents.ts, log.ts); devices hear of an event once it is durable.

import { type ConversationId, makeId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Access } from '../access/access.ts'
import type { Clock, Random } from '../clock.ts'
import { foldUserName } from '../directory/directory.ts'
import type { FanOut } from '../gateway/fan-out.ts'
import type { Sealing } from '../sealing.ts'
import type { Store } from '../store/port.ts'
import { type NewContent, prepareContent } from './contents.ts'
import { appendContent, eventJson } from './events.ts'
import type { Place } from './log.ts'

type MessageWithoutId = Omit<Extract<NewContent, { type: 'message' }>, 'clientId'>

export interface Entry {
  readonly conversationId: ConversationId
  /** userName. */
  readonly by: string
  readonly content: MessageWithoutId | Exclude<NewContent, { type: 'message' }>
}

export function createRecorder(parts: {
  store: Store
  access: Access
  sealing: Sealing
  fanOut: FanOut
  clock: Clock
  random: Random
}): { appendEvent(entry: Entry): Result<Place> } {
  const { store, access, sealing, fanOut, clock, random } = parts
  return {
    appendEvent: ({ conversationId, by, content }) => {
      const actorId = store.view.userByFoldedName(foldUserName(by))?.userId
      if (actorId === undefined) return fail('not-found', `No such user: ${by}.`)
      if (!access.mayPost(actorId, conversationId)) return fail('not-allowed')
      const whole: NewContent =
        content.type === 'message' ? { ...content, clientId: makeId('message', random(20)) } : content
      const made = store.transact((tx) => {
        if (tx.conversation(conversationId)?.archived !== false) return fail('conversation-archived')
        const ready = prepareContent(tx, sealing, conversationId, actorId, whole)
        if (!ready.ok) return ready
        const event = { conversationId, atMs: clock.nowMs(), actorId, ...ready.value }
        return ok({ place: appendContent(tx, sealing, event), json: ready.value.json })
      })
      if (!made.ok) return made
      const { seq, atMs } = made.value.place
      fanOut.appended(conversationId, eventJson({ conversationId, actorId, seq, atMs }, made.value.json))
      return ok({ seq, atMs })
    },
  }
}
