// Owns the mark at the end of a message's row: waiting, being sent, sent, read by whom; or an act on it that waits.
// Always holds: the mark is told in words as well; it takes the same room whatever it shows.

import { Check, CheckCheck, Clock, Send } from 'lucide-react'
import type { ReactNode } from 'react'
import type { MessageView } from '../../shared/bridge.ts'
import type { UserId } from '../../shared/model.ts'
import { useTranslator } from '../app/workspace-context.ts'
import type { MessageCommands } from './message-commands.ts'
import { useRows } from './row-context.ts'

interface DeliveryMarkProps {
  readonly message: MessageView
  /** The newest delivered message of this user's. */
  readonly tick: boolean
  readonly readBy: readonly UserId[]
  readonly commands: MessageCommands
  readonly reachable: boolean
}

export function DeliveryMark({ message, tick, readBy, commands, reachable }: DeliveryMarkProps): ReactNode {
  const { conversation } = useRows()
  const { t } = useTranslator()
  const { delivery, pending } = message
  if (delivery.state === 'sent' && pending !== undefined && pending.failure === undefined) {
    return <Mark icon={Clock} label={t(`pending.${pending.act}`)} />
  }
  if (delivery.state === 'queued') return <Mark icon={Clock} label={t('messages.queued')} />
  if (delivery.state === 'sending') return <Mark icon={Send} label={t('messages.sending')} />
  if (delivery.state !== 'sent' || !tick) return <span className="message__delivery" />
  if (readBy.length === 0) return <Mark icon={Check} label={t('messages.sent')} />
  if (conversation.kind === 'direct') return <Mark icon={CheckCheck} label={t('read.direct')} tone="read" />
  const label = t('read.by', { count: readBy.length })
  return (
    <button
      aria-haspopup="dialog"
      aria-label={label}
      className="message__delivery message__delivery--read tabular"
      data-testid="read-by"
      data-tip={label}
      onClick={(event) => commands.readers(event.currentTarget)}
      tabIndex={reachable ? 0 : -1}
      type="button"
    >
      <CheckCheck aria-hidden="true" />
      {readBy.length}
    </button>
  )
}

interface MarkProps {
  readonly icon: typeof Check
  readonly label: string
  readonly tone?: 'read'
}

function Mark({ icon: Icon, label, tone }: MarkProps): ReactNode {
  return (
    <span className="message__delivery" data-testid="delivery" data-tip={label} data-tone={tone}>
      <Icon aria-hidden="true" />
      <span className="visually-hidden">{label}</span>
    </span>
  )
}
