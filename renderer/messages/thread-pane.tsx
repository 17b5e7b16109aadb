// Owns the thread beside the messages, in the details' place: the message it is about, the replies, and a field for more.
// Always holds: a reader at the end follows what is new; Escape leads back to the conversation.

import { X } from 'lucide-react'
import {
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { ConversationView, MessageView } from '../../shared/bridge.ts'
import { useActions, useTranslator } from '../app/workspace-context.ts'
import { IconButton } from '../components/icon-button.tsx'
import { Text } from '../components/text.tsx'
import { TypingLine } from '../conversations/typing-line.tsx'
import type { ThreadState } from '../state/thread.ts'
import { lastSeqOf } from '../state/timeline.ts'
import { Composer } from './composer.tsx'
import { focusField } from './message-commands.ts'
import { MessageRow } from './message-row.tsx'
import { MessageSkeleton } from './message-skeleton.tsx'
import { UnreadRow } from './quiet-rows.tsx'
import type { Overlay } from './row-context.ts'
import { Rows } from './row-overlays.tsx'
import { rowsOf } from './rows.ts'

/** Nearer than this to the end counts as standing at it, in pixels. */
const endPx = 24

interface ThreadPaneProps {
  readonly conversation: ConversationView
  readonly thread: ThreadState
  readonly show: (overlay: Overlay) => void
}

export function ThreadPane({ conversation, thread, show }: ThreadPaneProps): ReactNode {
  const { closeThread } = useActions()
  const { t } = useTranslator()
  const { rootSeq, page } = thread
  const { conversationId, name } = conversation
  const close = () => {
    closeThread()
    focusField({ conversationId })
  }
  return (
    <aside
      aria-label={t('thread.title')}
      className="thread"
      data-testid="thread"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented || event.nativeEvent.isComposing) return
        event.preventDefault()
        event.stopPropagation()
        close()
      }}
    >
      <header className="details__header">
        <div className="thread__names">
          <h2 className="details__title">{t('thread.title')}</h2>
          <p className="thread__where ellipsis">
            <Text>{name}</Text>
          </p>
        </div>
        <IconButton data-testid="thread-close" icon={X} label={t('thread.close')} onClick={close} />
      </header>
      <Rows conversation={conversation} show={show} threadSeq={rootSeq}>
        <ThreadMessages thread={thread} />
      </Rows>
      {!conversation.archived && (
        <>
          <TypingLine conversation={conversation} threadSeq={rootSeq} />
          <Composer conversation={conversation} messages={page?.replies ?? none} threadSeq={rootSeq} />
        </>
      )}
    </aside>
  )
}

const none: readonly MessageView[] = []

function ThreadMessages({ thread }: { readonly thread: ThreadState }): ReactNode {
  const { attendThread } = useActions()
  const translator = useTranslator()
  const { t } = translator
  const scroller = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const [focusedKey, setFocusedKey] = useState<string>()
  const expanded = useRef(new Set<string>())
  const { page, failure, unreadAfterSeq, targetSeq } = thread
  const replies = page?.replies
  const rows = useMemo(() => rowsOf(replies ?? none, unreadAfterSeq), [replies, unreadAfterSeq])
  const all = page?.root === undefined ? (replies ?? none) : [page.root, ...(replies ?? none)]
  const tabKey = all.some((message) => message.key === focusedKey) ? focusedKey : all.at(-1)?.key

  const attend = useCallback(() => {
    if (atEnd.current) attendThread()
  }, [attendThread])

  // Opened, it stands at what was asked for or at the end; what is new is followed by a reader who stands there.
  const lastSeq = lastSeqOf(replies ?? none)
  const count = replies?.length
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever there is more, or another reply is asked for.
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null || count === undefined) return
    const target = targetSeq === undefined ? null : element.querySelector(`[data-seq="${targetSeq}"]`)
    if (target !== null && !target.hasAttribute('data-shown')) {
      target.setAttribute('data-shown', '')
      target.scrollIntoView({ block: 'center' })
    } else if (atEnd.current) element.scrollTop = element.scrollHeight
  }, [count, lastSeq, targetSeq])
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each change of the thread.
  useEffect(attend, [attend, count, lastSeq])
  useEffect(() => {
    window.addEventListener('focus', attend)
    return () => window.removeEventListener('focus', attend)
  }, [attend])

  if (failure !== undefined && page === undefined) {
    return (
      <div className="thread__messages" role="alert">
        <p className="thread__note">
          {t('thread.failed')}. {translator.failure(failure.code)}
        </p>
      </div>
    )
  }
  if (page === undefined) {
    return (
      <div aria-busy="true" aria-label={t('messages.loading')} className="thread__messages" role="status">
        <MessageSkeleton rows={3} />
      </div>
    )
  }
  const row = (message: MessageView, head: boolean, tick: boolean) => (
    <MessageRow
      expanded={expanded.current}
      head={head}
      inThread
      key={message.key}
      message={message}
      onFocus={setFocusedKey}
      readBy={nobody}
      tabStop={message.key === tabKey}
      target={targetSeq !== undefined && message.seq === targetSeq}
      tick={tick}
    />
  )
  return (
    <div
      aria-label={t('thread.label')}
      aria-live="off"
      className="thread__messages"
      onKeyDown={moveFocus}
      onScroll={(event) => {
        const { scrollHeight, clientHeight, scrollTop } = event.currentTarget
        atEnd.current = scrollHeight - clientHeight - scrollTop <= endPx
        attend()
      }}
      ref={scroller}
      role="log"
    >
      {page.root === undefined ? (
        <p className="thread__note">{t('thread.rootMissing')}</p>
      ) : (
        row(page.root, true, false)
      )}
      <p className="thread__count tabular">
        {page.replies.length === 0 ? t('thread.empty') : t('thread.replies', { count: page.replies.length })}
      </p>
      {page.olderUnavailable && <p className="thread__note">{t('thread.olderMissing')}</p>}
      {rows.map((each) => {
        if (each.type === 'unread') return <UnreadRow key={each.key} />
        return each.type === 'message' ? row(each.message, each.head, each.tick) : undefined
      })}
    </div>
  )
}

const nobody: readonly never[] = []

/** Up and down between the rows; beyond the last is the field. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  if (event.altKey || event.ctrlKey || event.metaKey || !(event.target instanceof HTMLElement)) return
  if (event.target.dataset.row === undefined) return
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
  if (step === undefined) return
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row]')]
  const next = rows[rows.indexOf(event.target) + step]
  event.preventDefault()
  if (next !== undefined) next.focus()
  else if (step === 1) document.querySelector<HTMLElement>('[data-testid="thread-composer"]')?.focus()
}
