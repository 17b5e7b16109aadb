// Owns the exchange over an admitted connection: feeds, catch-up, live events, read marks, settings of conversations.
// Always holds: a batch is durable before anything is told about it; a page past a gap is fetched before anything later
// is applied; a server of version 1 gets nothing that it does not know. What goes out is in sends.ts, what is asked in
// requests.ts. Store errors are not handled here: they end the connection (run.ts).

import { limits } from '../../shared/limits.ts'
import type { ClientId, ConversationEvent, ConversationId } from '../../shared/model.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Answer, DownFrame, DownFrameOf, Head, PullFrame, Request, UpFrame } from '../../shared/wire.ts'
import type { Log } from '../log.ts'
import type { Applied, Lost, Store } from '../store/store.ts'
import { type Gap, HEAD_UNKNOWN, missedEvents, planPulls } from './catch-up.ts'
import { createPrefs } from './prefs.ts'
import { failureFrom, isPassing, pauseMs } from './refusals.ts'
import { createRequests } from './requests.ts'
import { createSends, type SendsParts } from './sends.ts'

/** What has changed, told after it is durable. */
export interface SyncListener {
  conversationChanged(conversationId: ConversationId): void
  listChanged(): void
  /** New messages are in the store; `live` where they have just been sent rather than caught up on. */
  eventsAdded(conversationId: ConversationId, events: readonly ConversationEvent[], live: boolean): void
  conversationsLost(lost: readonly Lost[]): void
  /** A message has been handed to the server. */
  messageSent(conversationId: ConversationId): void
  /** The heads are known: from here on, until stop(), the server can be asked. */
  reached(): void
  /** Catch-up progress in events; undefined once live. */
  progress(progress: { done: number; total: number } | undefined): void
  caughtUp(): void
  fellBehind(): void
}

export interface SyncParts {
  readonly store: Pick<
    Store,
    | 'self'
    | 'applyDirectory'
    | 'applyAccess'
    | 'applyEvents'
    | 'applyRead'
    | 'applyReads'
    | 'applyReaders'
    | 'applyPrefs'
    | 'unsentPrefs'
    | 'positions'
    | 'position'
    | 'unsentRead'
    | 'waiting'
    | 'outboxEntry'
    | 'setFailure'
    | 'takeOut'
    | 'file'
  >
  /** The protocol version of this connection. */
  readonly version: number
  readonly isReady: SendsParts['isReady']
  /** The conversation that the window shows: fetched first. */
  readonly inView?: () => ConversationId | undefined
  readonly send: (frame: UpFrame) => void
  readonly listener: SyncListener
  readonly setTimer: (run: () => void, ms: number) => () => void
  readonly log: Log
}

export interface Sync {
  handle(frame: DownFrame): void
  /** Sends what waits in the outbox. */
  flush(): void
  /** Messages handed to the server and not yet seen in the log. */
  readonly sending: ReadonlySet<ClientId>
  markRead(conversationId: ConversationId, seq: number): void
  /** Tells the server this user's settings for a conversation, where it may not have them. */
  sendPrefs(conversationId: ConversationId): void
  /** Codes: offline, update-required, unavailable, and the server's. */
  request(request: Request): Promise<Result<Answer>>
  /** Fetches one page below what is cached. Codes: offline, not-found, unavailable. */
  fetchOlder(conversationId: ConversationId): Promise<Result<void>>
  /** Resolves once the user may see a conversation, or after limits.requestMs, or at the end. */
  granted(conversationId: ConversationId): Promise<void>
  /** Conversations have been emptied here: answers under way are about what is gone, and what is left is fetched anew. */
  conversationsWiped(conversationIds: readonly ConversationId[]): void
  stop(): void
}

interface Pull {
  readonly conversationId: ConversationId
  readonly from: PullFrame['from']
  readonly waiters: ((result: Result<void>) => void)[]
}

/** Begins the exchange; the server's directory, access and heads frames are awaited first. */
export function createSync(parts: SyncParts): Sync {
  const { store, send, listener, setTimer, log, version } = parts
  const heads = new Map<ConversationId, Head>()
  const pulls = new Map<number, Pull>()
  /** Conversations whose pages contradicted themselves: left alone until the next connection. */
  const faulty = new Set<ConversationId>()
  const grantWaiters = new Map<ConversationId, Set<() => void>>()
  let nextId = 1
  let headsComplete = false
  let live = false
  let stopped = false
  let missedAtStart = 0
  /** Set while the server has asked for a pause in pulls; calling it calls the resumption off. */
  let resumePulls: (() => void) | undefined
  const requests = createRequests({ send, setTimer, version, nextId: () => nextId++ })
  const prefs = createPrefs({ store, send, version })
  const sends = createSends({
    store,
    send,
    setTimer,
    version,
    isReady: parts.isReady,
    sent: listener.messageSent,
    changed(conversationId) {
      listener.conversationChanged(conversationId)
      listener.listChanged()
    },
  })

  const gaps = (): Gap[] =>
    store.positions().flatMap((position) => {
      const head = heads.get(position.conversationId)
      return head && !faulty.has(position.conversationId)
        ? [{ ...position, headSeq: head.headSeq, headAtMs: head.headAtMs }]
        : []
    })

  function plan(): void {
    if (!headsComplete || stopped || resumePulls) return
    const now = gaps()
    const busy = new Set([...pulls.values()].map((pull) => pull.conversationId))
    const { pulls: wanted, caughtUp } = planPulls(now, busy, parts.inView?.())
    for (const { conversationId, from } of wanted) pull(conversationId, from)
    if (!caughtUp) {
      const missing = missedEvents(now)
      missedAtStart = Math.max(missedAtStart, missing)
      listener.progress({ done: missedAtStart - missing, total: missedAtStart })
      if (live) listener.fellBehind()
      live = false
    } else if (!live) {
      live = true
      missedAtStart = 0
      listener.progress(undefined)
      listener.caughtUp()
    }
  }

  function pull(conversationId: ConversationId, from: PullFrame['from'], waiter?: Pull['waiters'][number]): void {
    const id = nextId++
    pulls.set(id, { conversationId, from, waiters: waiter ? [waiter] : [] })
    send({ type: 'pull', id, conversationId, from, limit: limits.eventsPerPull })
  }

  function settlePull(id: number, result: Result<void>): Pull | undefined {
    const pull = pulls.get(id)
    pulls.delete(id)
    for (const waiter of pull?.waiters ?? []) waiter(result)
    return pull
  }

  function raiseHead(conversationId: ConversationId, headSeq: number, headAtMs: number): void {
    if (!store.position(conversationId)) return
    const head = heads.get(conversationId)
    if (!head || head.headSeq === HEAD_UNKNOWN)
      heads.set(conversationId, { conversationId, headSeq, headAtMs, readSeq: 0 })
    else if (headSeq > head.headSeq)
      heads.set(conversationId, { ...head, headSeq, headAtMs: Math.max(headAtMs, head.headAtMs) })
  }

  /** The server's word on a head replaces what was assumed of it. */
  function setHead(conversationId: ConversationId, headSeq: number): void {
    const head = heads.get(conversationId)
    if (head) heads.set(conversationId, { ...head, headSeq })
  }

  function applied(conversationId: ConversationId, result: Applied, isLive: boolean): void {
    if (result.type === 'broken') {
      log.error('sync.brokenBatch')
      faulty.add(conversationId)
    }
    if (result.type !== 'applied' || result.events.length === 0) return
    sends.settleBy(result.events)
    listener.eventsAdded(conversationId, result.events, isLive)
    listener.conversationChanged(conversationId)
    listener.listChanged()
  }

  function onEvents(frame: DownFrameOf<'events'>): void {
    const pull = pulls.get(frame.id)
    if (!pull || pull.conversationId !== frame.conversationId) {
      log.info('sync.unaskedPage', { late: frame.id < nextId })
      return
    }
    const result = store.applyEvents(frame.conversationId, frame.events)
    setHead(frame.conversationId, frame.headSeq)
    applied(frame.conversationId, result, false)
    const position = store.position(frame.conversationId)
    if (position && !answered(pull.from, position, frame.headSeq)) {
      log.error('sync.emptyPage')
      faulty.add(frame.conversationId)
    }
    settlePull(frame.id, ok(undefined))
    plan()
    // Events settle sends whose acknowledgement is still to come: what waited behind them may go.
    flush()
  }

  function onEvent({ event }: DownFrameOf<'event'>): void {
    raiseHead(event.conversationId, event.seq, event.atMs)
    applied(event.conversationId, store.applyEvents(event.conversationId, [event]), true)
    plan()
    flush()
  }

  function onAccess(frame: DownFrameOf<'access'>): void {
    const lost = store.applyAccess(frame.granted, frame.revoked, frame.cursor)
    for (const id of frame.revoked) letGo(id)
    if (lost.length > 0) listener.conversationsLost(lost)
    for (const info of frame.granted) {
      faulty.delete(info.conversationId)
      // Granted while live: the server does not repeat heads, so its newest page is asked for and tells the head.
      if (headsComplete && !heads.has(info.conversationId)) raiseHead(info.conversationId, HEAD_UNKNOWN, 0)
      listener.conversationChanged(info.conversationId)
      for (const granted of grantWaiters.get(info.conversationId) ?? []) granted()
    }
    listener.listChanged()
    plan()
  }

  /** Access is lost: answers still under way are about a conversation that is no longer this one, should it come back. */
  function letGo(conversationId: ConversationId): void {
    heads.delete(conversationId)
    prefs.letGo(conversationId)
    letGoOfAnswers(conversationId)
  }

  function letGoOfAnswers(conversationId: ConversationId): void {
    sends.letGo()
    for (const [id, pull] of [...pulls]) if (pull.conversationId === conversationId) settlePull(id, fail('not-found'))
  }

  function onHeads(frame: DownFrameOf<'heads'>): void {
    const readsMoved = store.applyReads(frame.heads)
    if (prefs.onHeads(frame.heads) || readsMoved) listener.listChanged()
    for (const head of frame.heads) {
      heads.set(head.conversationId, head)
      const unsent = store.unsentRead(head.conversationId, head.readSeq)
      if (unsent !== undefined) send({ type: 'read', conversationId: head.conversationId, seq: unsent })
    }
    if (frame.more) return
    const isFirst = !headsComplete
    headsComplete = true
    if (isFirst) listener.reached()
    plan()
    flush()
  }

  function onSent(frame: DownFrameOf<'sent'>): void {
    // The message leaves the outbox with its event; where that came before (a repeated send), it leaves now.
    const isStored = (store.position(frame.conversationId)?.high ?? 0) >= frame.seq
    sends.accepted(frame.clientId, isStored)
    if (!isStored) raiseHead(frame.conversationId, frame.seq, frame.atMs)
    else if (store.takeOut(frame.clientId)) listener.conversationChanged(frame.conversationId)
    flush()
  }

  function onRefused(frame: DownFrameOf<'refused'>): void {
    const failure = failureFrom(frame)
    if (frame.id !== undefined && !requests.onRefused(frame.id, failure)) {
      const refused = settlePull(frame.id, { ok: false, error: failure })
      if (refused && isPassing(failure))
        resumePulls ??= setTimer(() => {
          resumePulls = undefined
          plan()
        }, pauseMs(failure))
      else if (refused) faulty.add(refused.conversationId)
      plan()
    }
    if (frame.clientId !== undefined) sends.refused(frame.clientId, failure)
  }

  function flush(): void {
    if (headsComplete && !stopped) sends.flush()
  }

  return {
    sending: sends.sending,
    flush,
    handle(frame) {
      if (stopped) return
      switch (frame.type) {
        case 'directory':
          store.applyDirectory(frame.people, frame.cursor)
          return listener.listChanged()
        case 'access':
          return onAccess(frame)
        case 'heads':
          return onHeads(frame)
        case 'events':
          return onEvents(frame)
        case 'event':
          return onEvent(frame)
        case 'sent':
          return onSent(frame)
        case 'refused':
          return onRefused(frame)
        case 'readMoved':
          if (store.applyRead(frame.conversationId, frame.seq, 'server')) listener.listChanged()
          return
        case 'prefsMoved':
          if (prefs.onMoved(frame.conversationId, frame.prefs)) listener.listChanged()
          return
        case 'reads':
          if (store.applyReaders(frame.conversationId, frame.reads)) listener.conversationChanged(frame.conversationId)
          return
        case 'answer':
          return requests.onAnswer(frame)
        default:
          return
      }
    },
    markRead(conversationId, seq) {
      if (!stopped) send({ type: 'read', conversationId, seq })
    },
    sendPrefs: (conversationId) => (headsComplete && !stopped ? prefs.tell(conversationId) : undefined),
    request: (asked) => (headsComplete && !stopped ? requests.perform(asked) : Promise.resolve(fail('offline'))),
    granted(conversationId) {
      if (stopped || store.position(conversationId)) return Promise.resolve()
      return new Promise((resolve) => {
        const waiters = grantWaiters.get(conversationId) ?? new Set()
        grantWaiters.set(conversationId, waiters)
        const settle = () => {
          cancel()
          waiters.delete(settle)
          if (waiters.size === 0) grantWaiters.delete(conversationId)
          resolve()
        }
        const cancel = setTimer(settle, limits.requestMs)
        waiters.add(settle)
      })
    },
    fetchOlder(conversationId) {
      const position = store.position(conversationId)
      if (!position) return Promise.resolve(fail('not-found'))
      if (stopped || !headsComplete) return Promise.resolve(fail('offline'))
      if (position.low === 1) return Promise.resolve(ok(undefined))
      return new Promise((resolve) => {
        const cancel = setTimer(() => resolve(fail('unavailable')), limits.olderPageMs)
        const waiter = (result: Result<void>) => {
          cancel()
          resolve(result)
        }
        const running = [...pulls.values()].find((pull) => pull.conversationId === conversationId)
        if (running) running.waiters.push(waiter)
        else
          pull(
            conversationId,
            { before: position.low === 0 ? (heads.get(conversationId)?.headSeq ?? 0) + 1 : position.low },
            waiter,
          )
      })
    },
    conversationsWiped(conversationIds) {
      if (stopped) return
      for (const conversationId of conversationIds) {
        faulty.delete(conversationId)
        letGoOfAnswers(conversationId)
      }
      plan()
      flush()
    },
    stop() {
      if (stopped) return
      stopped = true
      sends.stop()
      requests.stop()
      for (const waiters of [...grantWaiters.values()]) for (const settle of [...waiters]) settle()
      resumePulls?.()
      for (const id of [...pulls.keys()]) settlePull(id, fail('offline'))
      listener.progress(undefined)
    },
  }
}

/** False where a page brought nothing of what was asked for although there is some: it would be asked for for ever. */
function answered(
  from: PullFrame['from'],
  { low, high }: { readonly low: number; readonly high: number },
  headSeq: number,
): boolean {
  if ('after' in from) return high > from.after || headSeq <= from.after
  // Asked from beyond the head: that it is lower is an answer too.
  return (low > 0 && low < from.before) || headSeq < from.before - 1 || from.before === 1
}
