// Owns what the files module needs of the app: the server by request and by HTTP, and who hears what becomes of a message.
// Always holds: a message whose files cannot be sent is marked so in the outbox, and shown.

import { limits } from '../shared/limits.ts'
import { fail } from '../shared/result.ts'
import type { Changes } from './coalesce.ts'
import type { FilesParts } from './files/files.ts'
import type { backoffMs } from './session/backoff.ts'
import type { Session } from './session/session.ts'
import type { Store } from './store/store.ts'

export interface AppFilesParts
  extends Pick<FilesParts, 'dir' | 'openedDir' | 'shell' | 'origin' | 'policy' | 'storeFailure' | 'clock' | 'log'> {
  readonly session: () => Session | undefined
  readonly changes: Changes
  readonly listChanged: () => void
  readonly backoffMs: typeof backoffMs
  /** In [0, 1). */
  readonly random: () => number
}

/** The parts of createFiles() over an open store. */
export function filesParts(parts: AppFilesParts, store: Store): FilesParts {
  const { session, changes, listChanged, backoffMs, random, ...rest } = parts
  return {
    ...rest,
    store,
    request: async (request) => session()?.request(request) ?? fail('offline'),
    retryMs: (attempt) => backoffMs(attempt, random(), limits.transferRetryFirstMs, limits.transferRetryMostMs),
    changed(conversationId) {
      changes.attachments(conversationId)
      changes.conversation(conversationId)
    },
    readyToSend: () => session()?.flush(),
    cannotSend(clientId, failure) {
      const entry = store.outboxEntry(clientId)
      if (!entry || !store.setFailure(clientId, failure)) return
      changes.conversation(entry.conversationId)
      listChanged()
    },
  }
}
