// Owns the exchange over an admitted connection: feeds, catch-up, live events, sends, read marks.
// Always holds: a batch is durable before anything is told about it; a page past a gap is fetched before anything later
// is applied; one message per conversation is under way at a time, so refusals never change the order; a repeated send is
// safe because the server dedups by clientId. Store errors are not handled here: they end the connection (run.ts).

import { limits } from '../../shared/limits.ts'
import type { ClientId, ConversationEvent, ConversationId, UserId } from '../../shared/model.ts'
import { type Failure, fail, failureCodes, isFailureCode, ok, type Result } from '../../shared/result.ts'
import type { DownFrame, DownFrameOf, Head, PullFrame, UpFrame } from '../../shared/wire.ts'
import type { Log } from '../log.ts'
import type { Applied, Lost, Store } from '../store/store.ts'
import { type Gap, HEAD_UNKNOWN, missedEvents, planPulls } from './catch-up.ts'

/** What has changed, told after it is durable. */
export interface SyncListener {
  conversationChanged(conversationId: ConversationId): void
  listChanged(): void
  /** New messages are in the store; `live` where they have just been sent rather than caught up on. */
  eventsAdded(conversationId: ConversationId, events: readonly ConversationEvent[], live: boolean): void
  conversationsLost(lost: readonly Lost[]): void
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
    | 'positions'
    | 'position'
    | 'unsentRead'
    | 'waiting'
    | 'outboxEntry'
    | 'setFailure'
    | 'takeOut'
  >
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
  /** Fetches one page below what is cached. Codes: offline, not-found, unavailable. */
  fetchOlder(conversationId: ConversationId): Promise<Result<void>>
  stop(): void
}

interface Pull {
  readonly conversationId: ConversationId
  readonly from: PullFrame['from']
  readonly waiters: ((result: Result<void>) => void)[]
}

/** Begins the exchange; the server's directory, access and heads frames are awaited first. */
export function createSync({ store, send, listener, setTimer, log }: SyncParts): Sync {
  const heads = new Map<ConversationId, Head>()
  const pulls = new Map<number, Pull>()
  /** Conversations whose pages contradicted themselves: left alone until the next connection. */
  const faulty = new Set<ConversationId>()
  const underWay = new Map<ClientId, ConversationId>()
  const sending = new Set<ClientId>()
  let nextPullId = 1
  let headsComplete = false
  let live = false
  let stopped = false
  let missedAtStart = 0
  /** Set while the server has asked for a pause in sends, or in pulls; calling it calls the resumption off. */
  let resumeFlush: (() => void) | undefined
  let resumePulls: (() => void) | undefined

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
    const { pulls: wanted, caughtUp } = planPulls(now, busy)
    for (const pull of wanted) request(pull.conversationId, pull.from)
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

  function request(conversationId: ConversationId, from: PullFrame['from'], waiter?: Pull['waiters'][number]): void {
    const id = nextPullId++
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
    for (const event of result.events)
      if (event.content.type === 'message') settleSend(event.content.clientId as ClientId, event.actorId)
    listener.eventsAdded(conversationId, result.events, isLive)
    listener.conversationChanged(conversationId)
    listener.listChanged()
  }

  function settleSend(clientId: ClientId, actorId: UserId): void {
    if (actorId !== store.self) return
    underWay.delete(clientId)
    sending.delete(clientId)
  }

  function onEvents(frame: DownFrameOf<'events'>): void {
    const pull = pulls.get(frame.id)
    if (!pull || pull.conversationId !== frame.conversationId) {
      log.info('sync.unaskedPage', { late: frame.id < nextPullId })
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
    }
    listener.listChanged()
    plan()
  }

  /** Access is lost: answers still under way are about a conversation that is no longer this one, should it come back. */
  function letGo(conversationId: ConversationId): void {
    heads.delete(conversationId)
    for (const clientId of sending) {
      if (store.outboxEntry(clientId)) continue
      sending.delete(clientId)
      underWay.delete(clientId)
    }
    for (const [id, pull] of [...pulls]) if (pull.conversationId === conversationId) settlePull(id, fail('not-found'))
  }

  function onHeads(frame: DownFrameOf<'heads'>): void {
    if (store.applyReads(frame.heads)) listener.listChanged()
    for (const head of frame.heads) {
      heads.set(head.conversationId, head)
      const unsent = store.unsentRead(head.conversationId, head.readSeq)
      if (unsent !== undefined) send({ type: 'read', conversationId: head.conversationId, seq: unsent })
    }
    if (frame.more) return
    headsComplete = true
    plan()
    flush()
  }

  function onSent(frame: DownFrameOf<'sent'>): void {
    underWay.delete(frame.clientId)
    // The message leaves the outbox with its event; where that came before (a repeated send), it leaves now.
    if ((store.position(frame.conversationId)?.high ?? 0) >= frame.seq) {
      sending.delete(frame.clientId)
      if (store.takeOut(frame.clientId)) listener.conversationChanged(frame.conversationId)
    } else raiseHead(frame.conversationId, frame.seq, frame.atMs)
    flush()
  }

  function onRefused(frame: DownFrameOf<'refused'>): void {
    const failure = failureFrom(frame)
    if (frame.id !== undefined) {
      const pull = settlePull(frame.id, { ok: false, error: failure })
      if (pull && isPassing(failure))
        resumePulls ??= setTimer(() => {
          resumePulls = undefined
          plan()
        }, pauseMs(failure))
      else if (pull) faulty.add(pull.conversationId)
      plan()
    }
    if (frame.clientId === undefined) return
    const conversationId = underWay.get(frame.clientId) ?? store.outboxEntry(frame.clientId)?.conversationId
    underWay.delete(frame.clientId)
    sending.delete(frame.clientId)
    if (isPassing(failure)) {
      resumeFlush ??= setTimer(() => {
        resumeFlush = undefined
        flush()
      }, pauseMs(failure))
    } else {
      store.setFailure(frame.clientId, failure)
      flush()
    }
    if (conversationId) listener.conversationChanged(conversationId)
    listener.listChanged()
  }

  function flush(): void {
    if (!headsComplete || stopped || resumeFlush) return
    const busy = new Set(underWay.values())
    for (const entry of store.waiting(sending)) {
      if (underWay.size >= limits.sendsInFlight) return
      if (busy.has(entry.conversationId)) continue
      busy.add(entry.conversationId)
      underWay.set(entry.record.clientId, entry.conversationId)
      sending.add(entry.record.clientId)
      send({
        type: 'send',
        conversationId: entry.conversationId,
        clientId: entry.record.clientId,
        body: entry.record.body,
      })
      listener.conversationChanged(entry.conversationId)
    }
  }

  return {
    sending,
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
        default:
          return
      }
    },
    markRead(conversationId, seq) {
      if (!stopped) send({ type: 'read', conversationId, seq })
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
          request(
            conversationId,
            { before: position.low === 0 ? (heads.get(conversationId)?.headSeq ?? 0) + 1 : position.low },
            waiter,
          )
      })
    },
    stop() {
      if (stopped) return
      stopped = true
      resumeFlush?.()
      resumePulls?.()
      for (const id of [...pulls.keys()]) settlePull(id, fail('offline'))
      underWay.clear()
      sending.clear()
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

/** True where the same request may pass later, by itself. */
function isPassing(failure: Failure): boolean {
  return failure.code === 'rate-limited' || failure.code === 'unavailable'
}

/** How long to pause after a passing refusal, capped as the pause before a connection is. */
function pauseMs(failure: Failure): number {
  return Math.min(failure.retryAfterMs ?? limits.backoffFirstMs, limits.updateRetryMs)
}

/** The server's words as a failure of ours; an unknown code counts as a refusal. */
export function failureFrom(frame: { code: string; message: string; retryAfterMs?: number | undefined }): Failure {
  const code = isFailureCode(frame.code) ? frame.code : 'not-allowed'
  const message = isFailureCode(frame.code) ? frame.message : failureCodes['not-allowed']
  return frame.retryAfterMs === undefined ? { code, message } : { code, message, retryAfterMs: frame.retryAfterMs }
}
