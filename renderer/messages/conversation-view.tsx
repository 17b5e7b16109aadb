// Owns the content side: header, messages, composer, and the details or a thread on demand; or what to do when none is open.

import { CircleAlert, Download, Inbox, MessagesSquare } from 'lucide-react'
import { lazy, type ReactNode, Suspense } from 'react'
import type { ConversationView as Conversation, MessageView } from '../../shared/bridge.ts'
import { shortcut } from '../app/shortcuts.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { StateMessage } from '../components/state-message.tsx'
import { ArchivedBar } from '../conversations/archived-bar.tsx'
import { TypingLine } from '../conversations/typing-line.tsx'
import { FileArea } from '../files/file-area.tsx'
import { Composer } from './composer.tsx'
import { ConversationHeader } from './conversation-header.tsx'
import { DetailsPane } from './details-pane.tsx'
import { MessageList } from './message-list.tsx'
import { MessageSkeleton } from './message-skeleton.tsx'
import type { Overlay } from './row-context.ts'
import { RowOverlays } from './row-overlays.tsx'
import { ThreadPane } from './thread-pane.tsx'
import './conversation-view.css'

const FileViewer = lazy(async () => ({ default: (await import('../files/file-viewer.tsx')).FileViewer }))

export function ConversationView(): ReactNode {
  const conversation = useWorkspace((state) => state.conversations?.find((c) => c.conversationId === state.openId))
  const some = useWorkspace((state) => state.conversations === undefined || state.conversations.length > 0)
  const filling = useWorkspace((state) => state.session?.state === 'catching-up')
  const { t } = useTranslator()
  if (conversation === undefined) {
    if (some) {
      const body = t('content.none.body', { shortcut: shortcut('K') })
      return <StateMessage body={body} icon={MessagesSquare} title={t('content.none.title')} />
    }
    if (filling) return <StateMessage body={t('list.filling.body')} icon={Download} title={t('list.filling.title')} />
    return <StateMessage body={t('list.empty.body')} icon={Inbox} title={t('list.empty.title')} />
  }
  return (
    <RowOverlays conversation={conversation}>
      {(show) => <Conversing conversation={conversation} show={show} />}
    </RowOverlays>
  )
}

interface ConversingProps {
  readonly conversation: Conversation
  readonly show: (overlay: Overlay) => void
}

function Conversing({ conversation, show }: ConversingProps): ReactNode {
  const detailsOpen = useWorkspace((state) => state.detailsOpen)
  const thread = useWorkspace((state) => state.thread)
  const messages = useWorkspace((state) => state.timeline?.messages)
  const viewed = useWorkspace((state) => state.viewed)
  return (
    <FileArea conversation={conversation}>
      <section className="conversation" data-testid="conversation">
        <ConversationHeader conversation={conversation} />
        <Messages conversation={conversation} show={show} />
        {conversation.archived ? (
          <ArchivedBar conversation={conversation} />
        ) : (
          <>
            <TypingLine conversation={conversation} />
            <Composer conversation={conversation} key={conversation.conversationId} messages={messages ?? none} />
          </>
        )}
      </section>
      {thread !== undefined ? (
        <ThreadPane
          conversation={conversation}
          key={`${conversation.conversationId}:${thread.rootSeq}`}
          show={show}
          thread={thread}
        />
      ) : (
        detailsOpen && <DetailsPane conversation={conversation} />
      )}
      <Suspense>{viewed !== undefined && <FileViewer viewed={viewed} />}</Suspense>
    </FileArea>
  )
}

const none: readonly MessageView[] = []

function Messages({ conversation, show }: ConversingProps): ReactNode {
  const timeline = useWorkspace((state) => state.timeline)
  const failure = useWorkspace((state) => state.timelineFailure)
  const { showLatest } = useActions()
  const translator = useTranslator()
  const { t } = translator
  if (failure !== undefined) {
    return (
      <div className="conversation__messages" role="alert">
        <StateMessage body={translator.failure(failure.code)} icon={CircleAlert} title={t('messages.failed')}>
          <button className="button" onClick={() => void showLatest()} type="button">
            {t('messages.retryRead')}
          </button>
        </StateMessage>
      </div>
    )
  }
  if (timeline === undefined) {
    return (
      <div aria-busy="true" aria-label={t('messages.loading')} className="conversation__messages" role="status">
        <MessageSkeleton rows={7} />
      </div>
    )
  }
  return (
    <MessageList
      conversation={conversation}
      key={`${conversation.conversationId}:${timeline.stretch}`}
      show={show}
      timeline={timeline}
    />
  )
}
