// Owns the bar of acts on a message: it is there while the pointer or the focus is on the row.

import { Check, Copy, Ellipsis, Forward, MessageSquareReply, Quote, RotateCw, SmilePlus, Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { MessageView } from '../../shared/bridge.ts'
import { useActions, useTranslator } from '../app/workspace-context.ts'
import { IconButton } from '../components/icon-button.tsx'
import type { MessageCommands } from './message-commands.ts'
import { useRows } from './row-context.ts'

interface MessageActsProps {
  readonly message: MessageView
  readonly commands: MessageCommands
  /** In the order of Tab. */
  readonly reachable: boolean
}

export function MessageActs({ message, commands, reachable }: MessageActsProps): ReactNode {
  const { place } = useRows()
  const { retryMessage, discardMessage } = useActions()
  const { t } = useTranslator()
  const [copied, setCopied] = useState(false)
  const { delivery, clientId } = message
  const { rights } = commands
  const waits = delivery.state === 'failed' || delivery.state === 'queued'
  if (message.content.type !== 'text') return undefined
  const common = { className: 'icon-button--small', tabIndex: reachable ? 0 : -1 } as const
  return (
    <div aria-label={t('messages.actions')} className="message__acts" role="toolbar">
      {rights.react && (
        <IconButton
          {...common}
          aria-haspopup="dialog"
          data-testid="act-react"
          icon={SmilePlus}
          keys="+"
          label={t('acts.react')}
          onClick={(event) => commands.react(event.currentTarget)}
        />
      )}
      {rights.thread && place.threadSeq === undefined && (
        <IconButton
          {...common}
          data-testid="act-thread"
          icon={MessageSquareReply}
          keys="R"
          label={t('acts.thread')}
          onClick={commands.thread}
        />
      )}
      {rights.quote && (
        <IconButton
          {...common}
          data-testid="act-quote"
          icon={Quote}
          keys="Q"
          label={t('acts.quote')}
          onClick={commands.quote}
        />
      )}
      {rights.forward && (
        <IconButton
          {...common}
          data-testid="act-forward"
          icon={Forward}
          keys="F"
          label={t('acts.forward')}
          onClick={commands.forward}
        />
      )}
      {delivery.state === 'failed' && clientId !== undefined && (
        <IconButton
          {...common}
          icon={RotateCw}
          label={t('messages.retry')}
          onClick={() => void retryMessage(clientId)}
        />
      )}
      {waits && clientId !== undefined && (
        <IconButton
          {...common}
          icon={Trash2}
          label={t('messages.discard')}
          onClick={() => void discardMessage(clientId)}
        />
      )}
      {message.seq === undefined ? (
        <IconButton
          {...common}
          icon={copied ? Check : Copy}
          label={t(copied ? 'acts.copied' : 'messages.copy')}
          onClick={() => void commands.copy().then(setCopied)}
          onPointerLeave={() => setCopied(false)}
        />
      ) : (
        <IconButton
          {...common}
          aria-haspopup="menu"
          data-testid="act-more"
          icon={Ellipsis}
          label={t('acts.more')}
          onClick={(event) => commands.more(event.currentTarget)}
        />
      )}
    </div>
  )
}
