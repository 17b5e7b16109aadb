// Owns one message: avatar and name at a group's head, the text, its delivery, and the acts on it.
// Always holds: a refused message says why and offers both ways out; acts are reached by pointer and keyboard alike.

import { Check, CircleAlert, Clock, Copy, RotateCw, Send, Trash2 } from 'lucide-react'
import { memo, type ReactNode, useState } from 'react'
import type { MessageView } from '../../shared/bridge.ts'
import { useActions, useTranslator } from '../app/workspace-context.ts'
import { PersonAvatar } from '../components/avatar.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { Text } from '../components/text.tsx'
import { copyText } from './clipboard.ts'
import { FileChips } from './file-chips.tsx'
import { MessageBody } from './message-body.tsx'

interface MessageRowProps {
  readonly message: MessageView
  readonly head: boolean
  readonly tick: boolean
  readonly target: boolean
  readonly tabStop: boolean
  /** Keys of long messages shown whole; outlives the row's own life in the virtual list. */
  readonly expanded: Set<string>
  readonly onFocus: (key: string) => void
}

export const MessageRow = memo(function MessageRow(props: MessageRowProps): ReactNode {
  const { message, head, tick, target, tabStop, expanded, onFocus } = props
  const { senderId, senderName, atMs, delivery, content, key } = message
  const { t, time, full } = useTranslator()
  const classes = ['message', head ? 'message--head' : '', target ? 'message--target' : ''].filter(Boolean).join(' ')
  return (
    <article
      aria-label={t('messages.item', { name: senderName, time: full(atMs) })}
      className={classes}
      data-delivery={delivery.state}
      data-key={key}
      data-row={key}
      data-testid="message"
      onFocus={() => onFocus(key)}
      tabIndex={tabStop ? 0 : -1}
    >
      <div className="message__gutter">
        {head ? (
          <PersonAvatar id={senderId} name={senderName} />
        ) : (
          <time aria-hidden="true" className="message__side-time tabular">
            {time(atMs)}
          </time>
        )}
      </div>
      <div className="message__main">
        {head && (
          <div className="message__head">
            <Text className="message__name ellipsis">{senderName}</Text>
            <time className="message__time tabular" dateTime={new Date(atMs).toISOString()} title={full(atMs)}>
              {time(atMs)}
            </time>
          </div>
        )}
        {content.type === 'text' && (
          <>
            <MessageBody
              editedAtMs={content.editedAtMs}
              expanded={expanded}
              // Shown whole or not is remembered for the text that it was, not for what an edit made of it.
              key={content.editedAtMs}
              messageKey={key}
              text={content.text}
            />
            {content.files !== undefined && content.files.length > 0 && <FileChips files={content.files} />}
          </>
        )}
        {content.type === 'deleted' && (
          <p className="message__deleted" data-testid="message-deleted">
            <Trash2 aria-hidden="true" />
            {t('messages.deleted')}
          </p>
        )}
        {delivery.state === 'failed' && <Failed message={message} />}
      </div>
      <DeliveryMark message={message} tick={tick} />
      <Acts message={message} reachable={tabStop} />
    </article>
  )
}, sameRow)

/** Pages are read again on each change, so rows arrive as new objects that are mostly equal. */
function sameRow(a: MessageRowProps, b: MessageRowProps): boolean {
  return (
    a.head === b.head &&
    a.tick === b.tick &&
    a.target === b.target &&
    a.tabStop === b.tabStop &&
    a.onFocus === b.onFocus &&
    (a.message === b.message || JSON.stringify(a.message) === JSON.stringify(b.message))
  )
}

function DeliveryMark({ message, tick }: { readonly message: MessageView; readonly tick: boolean }): ReactNode {
  const { t } = useTranslator()
  const { state } = message.delivery
  const mark =
    state === 'queued'
      ? { icon: Clock, label: t('messages.queued') }
      : state === 'sending'
        ? { icon: Send, label: t('messages.sending') }
        : state === 'sent' && tick
          ? { icon: Check, label: t('messages.sent') }
          : undefined
  if (mark === undefined) return <span className="message__delivery" />
  const Icon = mark.icon
  return (
    <span className="message__delivery" data-tip={mark.label}>
      <Icon aria-hidden="true" />
      <span className="visually-hidden">{mark.label}</span>
    </span>
  )
}

function Failed({ message }: { readonly message: MessageView }): ReactNode {
  const { retryMessage, discardMessage } = useActions()
  const { t, failure } = useTranslator()
  const { clientId, delivery } = message
  if (delivery.state !== 'failed') return undefined
  return (
    <div className="message__failed">
      <CircleAlert aria-hidden="true" />
      <span>
        <strong>{t('messages.notSent')}</strong> · {failure(delivery.failure.code)}
      </span>
      {clientId !== undefined && (
        <>
          <button
            className="text-button"
            data-testid="message-retry"
            onClick={() => void retryMessage(clientId)}
            type="button"
          >
            {t('messages.retry')}
          </button>
          <button
            className="text-button text-button--danger"
            data-testid="message-discard"
            onClick={() => void discardMessage(clientId)}
            type="button"
          >
            {t('messages.discard')}
          </button>
        </>
      )}
    </div>
  )
}

function Acts({ message, reachable }: { readonly message: MessageView; readonly reachable: boolean }): ReactNode {
  const { retryMessage, discardMessage } = useActions()
  const { t } = useTranslator()
  const [copied, setCopied] = useState(false)
  const { content, delivery, clientId } = message
  if (content.type !== 'text') return undefined
  const tabIndex = reachable ? 0 : -1
  return (
    <div aria-label={t('messages.actions')} className="message__acts" role="toolbar">
      {delivery.state === 'failed' && clientId !== undefined && (
        <IconButton
          className="icon-button--small"
          icon={RotateCw}
          label={t('messages.retry')}
          onClick={() => void retryMessage(clientId)}
          tabIndex={tabIndex}
        />
      )}
      {(delivery.state === 'failed' || delivery.state === 'queued') && clientId !== undefined && (
        <IconButton
          className="icon-button--small"
          icon={Trash2}
          label={t('messages.discard')}
          onClick={() => void discardMessage(clientId)}
          tabIndex={tabIndex}
        />
      )}
      <IconButton
        className="icon-button--small"
        icon={copied ? Check : Copy}
        label={t(copied ? 'messages.copied' : 'messages.copy')}
        onClick={() => void copyText(content.text).then(setCopied)}
        onPointerLeave={() => setCopied(false)}
        tabIndex={tabIndex}
      />
    </div>
  )
}
