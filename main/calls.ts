// Owns the answers to bridge calls: parses the arguments, checks that the state allows the call, does it, returns a Result.
// Always holds: nothing throws across the bridge; a call that needs the cache is refused while there is none; arguments
// are parsed strictly whatever the host has checked.

import { z } from 'zod'
import {
  type CallArgs,
  type CallName,
  type CallResult,
  calls,
  callsWithoutCache,
  isCallName,
  type MessagePage,
} from '../shared/bridge.ts'
import { type ConversationId, normaliseBody } from '../shared/model.ts'
import { type FailureCode, FailureError, fail, ok, type Result } from '../shared/result.ts'
import { errorName, type Log } from './log.ts'
import type { Search } from './search/search.ts'
import type { Session } from './session/run.ts'
import type { Store } from './store/store.ts'

/** What the calls act on. */
export interface CallParts {
  readonly session: () => Session
  /** The open cache, or why there is none. */
  readonly cache: () => Result<{ readonly store: Store; readonly search: Search }>
  readonly getSession: () => CallResult<'getSession'>
  readonly enroll: (args: CallArgs<'enroll'>) => Promise<Result<CallResult<'enroll'>>>
  readonly setSettings: (change: CallArgs<'setSettings'>) => CallResult<'setSettings'>
  readonly openExternal: (url: string) => Promise<void>
  readonly lock: () => Result<void>
  readonly unlock: (args: CallArgs<'unlock'>) => Promise<Result<void>>
  readonly setPassphrase: (args: CallArgs<'setPassphrase'>) => Promise<Result<void>>
  readonly noteActivity: () => void
  readonly sessionChanged: () => void
  readonly nowMs: () => number
  readonly listChanged: () => void
  readonly conversationChanged: (conversationId: ConversationId) => void
  /** Names an error of the store, or throws on what is a bug. */
  readonly storeFailure: (error: unknown) => { readonly code: FailureCode; readonly message: string }
  readonly log: Log
}

type Handlers = { [N in CallName]: (args: CallArgs<N>) => Promise<Result<CallResult<N>>> | Result<CallResult<N>> }

/** The handler of bridge calls that a shell serves. */
export function createCalls(parts: CallParts): (name: string, args: unknown) => Promise<Result<unknown>> {
  const handlers = handlersOver(parts)
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
    const { code, message } = parts.storeFailure(error)
    return fail(code, message)
  } catch {
    parts.log.error('bridge.fault', { call: name, error: errorName(error) })
    return fail('internal')
  }
}

const done = (result: Result<void>): Result<Record<string, never>> => (result.ok ? ok({}) : result)

function handlersOver(parts: CallParts): Handlers {
  const store = () => {
    const cache = parts.cache()
    if (!cache.ok) throw new FailureError(cache.error)
    return cache.value.store
  }

  async function readConversation({
    conversationId,
    before,
    limit,
  }: CallArgs<'readConversation'>): Promise<Result<MessagePage>> {
    const page = () => store().readPage(conversationId, before, limit, parts.session().sending())
    const first = page()
    // Where the cache ends before the page does, the server is asked for the rest; offline, what is here is shown.
    if (!first.ok || !first.value.olderUnavailable) return first
    if (first.value.messages.length >= limit) return ok({ ...first.value, olderUnavailable: false })
    const fetched = await parts.session().fetchOlder(conversationId)
    if (!fetched.ok) return first
    const second = page()
    // Connected, so what is still missing can be had with the next page.
    return second.ok ? ok({ ...second.value, olderUnavailable: false }) : second
  }

  function changed(conversationId: ConversationId): void {
    parts.conversationChanged(conversationId)
    parts.listChanged()
    parts.session().flush()
  }

  return {
    getSession: () => ok(parts.getSession()),
    enroll: parts.enroll,
    listConversations: () => ok({ conversations: store().listConversations(parts.session().sending()) }),
    readConversation,
    sendMessage({ conversationId, body, clientId = parts.session().newClientId() }) {
      const text = normaliseBody(body)
      if (text === '') return fail('bad-input', 'The message is empty.')
      const queued = store().enqueue(conversationId, { clientId, body: text, createdAtMs: parts.nowMs() })
      if (!queued.ok) return queued
      changed(conversationId)
      return ok({ clientId })
    },
    retryMessage({ clientId }) {
      const entry = store().outboxEntry(clientId)
      if (!entry) return fail('not-found', 'No such message is waiting.')
      store().setFailure(clientId, undefined)
      changed(entry.conversationId)
      return ok({})
    },
    discardMessage({ clientId }) {
      const entry = store().outboxEntry(clientId)
      if (!entry) return fail('not-found', 'No such message is waiting.')
      if (parts.session().sending().has(clientId)) return fail('not-allowed', 'The message is on its way.')
      store().takeOut(clientId)
      changed(entry.conversationId)
      return ok({})
    },
    markRead({ conversationId, seq }) {
      if (!store().position(conversationId)) return fail('not-found', 'No such conversation.')
      if (store().applyRead(conversationId, seq, 'user')) {
        const upTo = Math.min(seq, store().position(conversationId)?.high ?? 0)
        parts.session().markRead(conversationId, upTo)
        parts.listChanged()
      }
      return ok({})
    },
    listPeople: () => ok({ people: store().listPeople() }),
    async search({ text, conversationId, cursor }) {
      const cache = parts.cache()
      return cache.ok ? cache.value.search.find(text, conversationId, cursor) : cache
    },
    saveDraft({ conversationId, text }) {
      const saved = store().saveDraft(conversationId, text)
      if (!saved.ok) return saved
      if (saved.value) parts.listChanged()
      return ok({})
    },
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
