// Owns the virtual list of one stretch of messages: where it opens, that it sticks to the end, that pages above come in
// without a jump, jumps to a message held, roving focus, the floating day, the ways to the latest and the first unread.
// Always holds: the reader's place changes only by the reader, or at the end by following what is new.

import { ArrowDown, ArrowUp } from 'lucide-react'
import {
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import type { ConversationView } from '../../shared/bridge.ts'
import type { UserId } from '../../shared/model.ts'
import { focusComposer } from '../app/shortcuts.ts'
import { useActions, useNowMs, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { lastSeqOf, type Timeline } from '../state/timeline.ts'
import { JumpStatus } from './jump-status.tsx'
import { MessageRow } from './message-row.tsx'
import { DayRow, NoticeRow, UnreadRow } from './quiet-rows.tsx'
import type { Overlay } from './row-context.ts'
import { Rows } from './row-overlays.tsx'
import { rowsOf, type TimelineRow } from './rows.ts'
import { TopRow } from './top-row.tsx'
import './message-list.css'

/** Nearer than this to the end counts as standing at it, in pixels: less than one line. */
const endPx = 16
/** Nearer than this to an edge the next page is fetched, in pixels: about one screen. */
const fetchPx = 800

interface MessageListProps {
  readonly conversation: ConversationView
  readonly timeline: Timeline
  readonly show: (overlay: Overlay) => void
}

const nobody: readonly UserId[] = []

/** The row of the message `seq`, or of the first after it: what was asked for may be no message by itself. */
function rowOfSeq(rows: readonly TimelineRow[], seq: number): number {
  const held = rows.findIndex((row) => 'message' in row && row.message.seq !== undefined && row.message.seq >= seq)
  return held === -1 ? rows.length - 1 : held
}

/** Where a stretch opens: at its target, at the first unread message, or at the end. */
function openingOf(
  rows: readonly TimelineRow[],
  timeline: Timeline,
): { index: number; align: 'start' | 'center' | 'end' } {
  const { targetSeq } = timeline
  if (targetSeq !== undefined) return { index: rowOfSeq(rows, targetSeq), align: 'center' }
  const unread = rows.findIndex((row) => row.type === 'unread')
  if (unread !== -1) return { index: Math.max(0, unread - 1), align: 'start' }
  return { index: rows.length - 1, align: 'end' }
}

/**
 * Calls `place` in each of the next two frames and then `done`: the second knows the sizes that the first had measured.
 * A window that draws no frame (covered, minimised) goes on after a while all the same. What it returns calls it off.
 */
function placeTwice(place: () => void, done: () => void): () => void {
  let cancel: () => void = () => undefined
  const step = (left: number) => {
    const run = () => {
      cancel()
      place()
      if (left > 1) step(left - 1)
      else done()
    }
    const frame = requestAnimationFrame(run)
    const timer = setTimeout(run, 150)
    cancel = () => {
      cancelAnimationFrame(frame)
      clearTimeout(timer)
    }
  }
  step(2)
  return () => cancel()
}

export function MessageList({ conversation, timeline, show }: MessageListProps): ReactNode {
  const { readOlder, readNewer, showLatest, setAttention, jumpTo } = useActions()
  const myId = useWorkspace((state) => state.session?.me?.userId)
  const { t, day } = useTranslator()
  const nowMs = useNowMs()
  const { messages, unreadAfterSeq, reachesNewest } = timeline
  const { unreadAbove } = timeline
  // The line stands only where unread begins: not on top of a page that begins later.
  const firstSeq = messages.find((message) => message.seq !== undefined)?.seq
  const isAbove = unreadAbove !== undefined && firstSeq !== undefined && firstSeq > unreadAbove.seq
  const lineSeq = isAbove ? undefined : unreadAfterSeq
  const rows = useMemo(() => rowsOf(messages, lineSeq), [messages, lineSeq])

  const virtualizer = useRef<VirtualizerHandle>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const atEnd = useRef(false)
  const settled = useRef(false)
  const [ready, setReady] = useState(false)
  const [standsAtEnd, setStandsAtEnd] = useState(true)
  const [seenSeq, setSeenSeq] = useState(() => timeline.newestSeq)
  const [floating, setFloating] = useState<number>()
  const [passedUnread, setPassedUnread] = useState(false)
  const [focusedKey, setFocusedKey] = useState<string>()
  const expanded = useRef(new Set<string>())
  const lastOffset = useRef(0)
  /** Who wrote is on the way to the end: until what they wrote stands there, or they turn back. */
  const led = useRef(false)
  const rowsNow = useRef(rows)
  rowsNow.current = rows

  const attend = useCallback(() => {
    setAttention({ atEnd: atEnd.current && settled.current, focused: document.hasFocus() })
  }, [setAttention])

  // At once and on the element itself: the list's own way there waits for sizes and would undo a turn of the wheel that
  // comes meanwhile. What is measured later calls this again.
  const toEnd = useCallback(() => {
    const element = scroller.current
    if (element === null) return
    element.scrollTop = element.scrollHeight
    // Where the list has become shorter, the end lies higher: nobody has scrolled up.
    lastOffset.current = element.scrollTop
  }, [])

  const look = useCallback(() => {
    const handle = virtualizer.current
    const element = scroller.current
    if (handle === null || element === null || !settled.current) return
    // The element's own figures: the virtual list learns of a new viewport only after the scroll that it causes.
    const scrollOffset = element.scrollTop
    const belowPx = element.scrollHeight - element.clientHeight - scrollOffset
    // While somebody is led to the end, rows that turn out smaller than they were taken for move the list up too.
    const movedUp = !led.current && scrollOffset < lastOffset.current - 1
    lastOffset.current = scrollOffset
    // Away from the end without having moved up: something grew. Only the reader leaves the end.
    if (atEnd.current && belowPx > endPx && !movedUp && reachesNewest) {
      toEnd()
      return
    }
    atEnd.current = belowPx <= endPx
    setStandsAtEnd(atEnd.current)
    attend()
    const index = handle.findItemIndex(scrollOffset + 4)
    const row = rowsNow.current[index]
    setFloating(
      row === undefined || row.type === 'day' || row.type === 'top' || scrollOffset <= 0 ? undefined : row.dayMs,
    )
    const unreadRow = rowsNow.current.findIndex((each) => each.type === 'unread')
    if (unreadRow !== -1 && index <= unreadRow) setPassedUnread(true)
    if (scrollOffset < fetchPx) void readOlder()
    if (belowPx < fetchPx) void readNewer()
  }, [attend, readOlder, readNewer, reachesNewest, toEnd])

  const { written } = timeline
  /** Read while it opens: who writes before it stands is led to the end all the same. */
  const writtenNow = useRef(written)
  writtenNow.current = written

  // Opens at its place before the first paint that shows it; measuring takes a frame or two.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a stretch opens once; another stretch is another list (key).
  useLayoutEffect(() => {
    const { index, align } = openingOf(rows, timeline)
    const place = () => {
      if (writtenNow.current > 0) toEnd()
      else virtualizer.current?.scrollToIndex(index, { align, ...(align === 'start' ? { offset: -8 } : {}) })
    }
    place()
    return placeTwice(place, () => {
      settled.current = true
      setReady(true)
      look()
    })
  }, [])

  // A jump to a message that is held already.
  const { jump, targetSeq } = timeline
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each jump; the first place is where it opened.
  useLayoutEffect(() => {
    if (jump === 0 || targetSeq === undefined) return undefined
    const index = rowOfSeq(rowsNow.current, targetSeq)
    led.current = false
    atEnd.current = false
    return placeTwice(() => virtualizer.current?.scrollToIndex(index, { align: 'center' }), look)
  }, [jump])

  // Who writes stands at the end, wherever they have read: what they wrote is followed.
  useLayoutEffect(() => {
    if (written === 0 || !reachesNewest) return
    led.current = true
    atEnd.current = true
    toEnd()
  }, [written, reachesNewest, toEnd])

  const lastKey = messages.at(-1)?.key
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was written has come once another message is the last.
  useLayoutEffect(() => {
    if (!led.current) return undefined
    return placeTwice(
      () => {
        if (led.current) toEnd()
      },
      () => {
        led.current = false
      },
    )
  }, [lastKey, toEnd])

  useEffect(() => {
    const element = scroller.current
    const turnBack = () => {
      led.current = false
    }
    const kinds = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const
    for (const kind of kinds) element?.addEventListener(kind, turnBack, { passive: true })
    return () => {
      for (const kind of kinds) element?.removeEventListener(kind, turnBack)
    }
  }, [])

  // What is new at the end is followed by a reader who stands there.
  useLayoutEffect(() => {
    if (!settled.current || timeline.grewAbove) return
    if (atEnd.current && reachesNewest) {
      toEnd()
      setSeenSeq(lastSeqOf(messages))
    }
  }, [messages, reachesNewest, timeline.grewAbove, toEnd])

  // A short page may leave room above or below without any scrolling.
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at again after each change of the stretch.
  useEffect(() => {
    const frame = requestAnimationFrame(look)
    return () => cancelAnimationFrame(frame)
  }, [timeline, look])

  useEffect(() => {
    if (standsAtEnd && reachesNewest) setSeenSeq(timeline.newestSeq)
  }, [standsAtEnd, reachesNewest, timeline.newestSeq])

  useEffect(() => {
    window.addEventListener('focus', attend)
    window.addEventListener('blur', attend)
    document.addEventListener('visibilitychange', attend)
    return () => {
      window.removeEventListener('focus', attend)
      window.removeEventListener('blur', attend)
      document.removeEventListener('visibilitychange', attend)
    }
  }, [attend])

  const focusRow = (index: number) => {
    const row = rows[index]
    if (row === undefined) return
    setFocusedKey(row.key)
    virtualizer.current?.scrollToIndex(index, { align: 'nearest' })
    requestAnimationFrame(() => {
      scroller.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(row.key)}"]`)?.focus()
    })
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !(event.target instanceof HTMLElement)) return
    const key = event.target.dataset.row
    if (key === undefined) return
    const at = rows.findIndex((row) => row.key === key)
    const isStop = (index: number) => rows[index]?.type === 'message'
    let to = -1
    if (event.key === 'ArrowUp') for (to = at - 1; to >= 0 && !isStop(to); to--);
    else if (event.key === 'ArrowDown') for (to = at + 1; to < rows.length && !isStop(to); to++);
    else if (event.key === 'Home') to = rows.findIndex((row) => row.type === 'message')
    else if (event.key === 'End') to = rows.findLastIndex((row) => row.type === 'message')
    else return
    event.preventDefault()
    if (to >= rows.length) focusComposer()
    else focusRow(to)
  }

  const focusedIndex = focusedKey === undefined ? -1 : rows.findIndex((row) => row.key === focusedKey)
  const tabKey = focusedIndex === -1 ? rows.findLast((row) => row.type === 'message')?.key : focusedKey
  const fresh = messages.filter((message) => !message.mine && message.seq !== undefined && message.seq > seenSeq).length
  const showPill = ready && (!standsAtEnd || !reachesNewest)
  const showUnread = ready && unreadAbove !== undefined && !passedUnread && unreadAfterSeq !== undefined
  const tickKey = rows.find((row) => row.type === 'message' && row.tick)?.key
  const tickSeq = messages.find((message) => message.key === tickKey)?.seq
  const readBy =
    tickSeq === undefined
      ? nobody
      : timeline.readers.filter(({ userId, seq }) => seq >= tickSeq && userId !== myId).map(({ userId }) => userId)

  const renderRow = (row: TimelineRow): ReactElement => {
    switch (row.type) {
      case 'top':
        return <TopRow conversation={conversation} key={row.key} timeline={timeline} />
      case 'day':
        return (
          <DayRow
            dayMs={row.dayMs}
            key={row.key}
            onJump={(anchor) => show({ type: 'date', dayMs: row.dayMs, anchor })}
          />
        )
      case 'unread':
        return <UnreadRow key={row.key} />
      case 'notice':
        return <NoticeRow key={row.key} message={row.message} />
      case 'message':
        return (
          <MessageRow
            expanded={expanded.current}
            head={row.head}
            key={row.key}
            message={row.message}
            onFocus={setFocusedKey}
            readBy={row.tick ? readBy : nobody}
            tabStop={row.key === tabKey}
            target={timeline.targetSeq !== undefined && row.message.seq === timeline.targetSeq}
            tick={row.tick}
          />
        )
    }
  }

  return (
    <div className="conversation__messages">
      {floating !== undefined && showPill && (
        <div aria-hidden="true" className="floating-day">
          <span className="day__label">{day(floating, nowMs)}</span>
        </div>
      )}
      <div
        aria-label={t('messages.label', { name: conversation.name })}
        aria-live="off"
        className="message-list"
        data-ready={ready ? '' : undefined}
        data-testid="message-list"
        onKeyDown={onKeyDown}
        ref={scroller}
        role="log"
      >
        <div className="message-list__space" />
        <Rows conversation={conversation} show={show}>
          <Virtualizer
            bufferSize={600}
            data={rows}
            {...(focusedIndex === -1 ? {} : { keepMounted: [focusedIndex] })}
            onResize={() => {
              if (settled.current && atEnd.current && reachesNewest) toEnd()
            }}
            onScroll={look}
            ref={virtualizer}
            shift={timeline.grewAbove}
          >
            {renderRow}
          </Virtualizer>
        </Rows>
      </div>
      <JumpStatus />
      {showUnread && (
        <button
          className="unread-pill"
          data-testid="jump-unread"
          onClick={() => {
            setPassedUnread(true)
            void jumpTo(unreadAbove.seq)
          }}
          type="button"
        >
          <ArrowUp aria-hidden="true" />
          {t('jump.firstUnread', { count: unreadAbove.count })}
        </button>
      )}
      {showPill && (
        <button
          className="latest-pill"
          data-testid="jump-latest"
          onClick={() => {
            if (reachesNewest) toEnd()
            else void showLatest()
          }}
          type="button"
        >
          <ArrowDown aria-hidden="true" />
          {fresh > 0 ? t('messages.latestCount', { count: fresh }) : t('messages.latest')}
        </button>
      )}
    </div>
  )
}
