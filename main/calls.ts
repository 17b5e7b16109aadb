// Owns the answers to bridge calls: parses the arguments, checks that the state allows the call, does it, returns a Result.
// Always holds: nothing throws across the bridge; a call that needs the cache is refused while there is none; arguments
// are parsed strictly whatever the host has checked. The handlers about messages, conversations, files and fleet are beside it.

import { z } from 'zod'
import { type CallName, calls, callsWithoutCache, isCallName } from '../shared/bridge.ts'
import type { conversationCalls } from '../shared/bridge-conversations.ts'
import type { fileCalls } from '../shared/bridge-files.ts'
import type { fleetCalls } from '../shared/bridge-fleet.ts'
import type { messageCalls } from '../shared/bridge-messages.ts'
import { FailureError, fail, ok, type Result } from '../shared/result.ts'
import { conversationHandlers } from './calls-conversations.ts'
import { fileHandlers } from './calls-files.ts'
import { fleetHandlers } from './calls-fleet.ts'
import { messageHandlers } from './calls-messages.ts'
import type { CallCache, CallParts, Handlers, OpenParts } from './calls-parts.ts'
import { errorName } from './log.ts'

export type { CallParts } from './calls-parts.ts'

/** The handler of bridge calls that a shell serves. */
export function createCalls(parts: CallParts): (name: string, args: unknown) => Promise<Result<unknown>> {
  const cache = (): CallCache => {
    const open = parts.cache()
    if (!open.ok) throw new FailureError(open.error)
    return open.value
  }
  const open: OpenParts = { store: () => cache().store, files: () => cache().files }
  const handlers: Handlers<CallName> = {
    ...messageHandlers(parts, open),
    ...conversationHandlers(parts, open),
    ...fileHandlers(parts, open),
    ...fleetHandlers(parts, open),
    ...appHandlers(parts),
  }
  return async (name, args) => {
    if (!isCallName(name)) return fail('bad-input', 'No such call.')
    const parsed = calls[name].args.safeParse(args)
    if (!parsed.success) return fail('bad-input', z.prettifyError(parsed.error).slice(0, 500))
    try {
      if (!callsWithoutCache.has(name)) {
        const cache = parts.cache()
        if (!cache.ok) return cache
      }
      return await (handlers[name] as (args: unknown) => Promise<Result<unknown>>)(parsed.data)
    } catch (error) {
      if (error instanceof FailureError) return { ok: false, error: error.failure }
      return failed(parts, name, error)
    }
  }
}

function failed(parts: CallParts, name: string, error: unknown): Result<never> {
  try {
    return { ok: false, error: parts.storeFailure(error) }
  } catch {
    parts.log.error('bridge.fault', { call: name, error: errorName(error) })
    return fail('internal')
  }
}

const done = (result: Result<void>): Result<Record<string, never>> => (result.ok ? ok({}) : result)

type AppCall = Exclude<
  CallName,
  keyof typeof messageCalls | keyof typeof conversationCalls | keyof typeof fileCalls | keyof typeof fleetCalls
>

/** The calls about the session, the lock and the window itself. */
function appHandlers(parts: CallParts): Handlers<AppCall> {
  return {
    getSession: () => ok(parts.getSession()),
    enroll: parts.enroll,
    lock: () => done(parts.lock()),
    unlock: async (args) => done(await parts.unlock(args)),
    setPassphrase: async (args) => done(await parts.setPassphrase(args)),
    noteActivity() {
      parts.noteActivity()
      return ok({})
    },
    dismissCacheNotice() {
      const cache = parts.cache()
      if (cache.ok) cache.value.store.dismissNotice()
      parts.sessionChanged()
      return ok({})
    },
    dismissConversationsWiped() {
      parts.dismissConversationsWiped()
      return ok({})
    },
    setSettings: (change) => ok(parts.setSettings(change)),
    retryConnection() {
      parts.session().dispatch({ type: 'connect-asked' })
      return ok({})
    },
    async openLink({ url }) {
      const parsed = URL.parse(url)
      if (!parsed || !['http:', 'https:', 'mailto:'].includes(parsed.protocol))
        return fail('not-allowed', 'This kind of link is not opened.')
      if (parsed.username || parsed.password) return fail('not-allowed', 'A link with a password in it is not opened.')
      await parts.openExternal(parsed.href)
      return ok({})
    },
  }
}
