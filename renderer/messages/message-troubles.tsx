// Owns what stands under a message that was refused, or an act on which was: why, and both ways out.

import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { FailureView, MessageView } from '../../shared/bridge.ts'
import type { ClientId } from '../../shared/model.ts'
import { useActions, useTranslator } from '../app/workspace-context.ts'

export function MessageTroubles({ message }: { readonly message: MessageView }): ReactNode {
  const { t } = useTranslator()
  const { delivery, pending, clientId } = message
  return (
    <>
      {delivery.state === 'failed' && (
        <Trouble clientId={clientId} failure={delivery.failure} what={t('messages.notSent')} />
      )}
      {pending?.failure !== undefined && (
        <Trouble clientId={pending.clientId} failure={pending.failure} what={t(`refused.${pending.act}`)} />
      )}
    </>
  )
}

interface TroubleProps {
  readonly what: string
  readonly failure: FailureView
  readonly clientId: ClientId | undefined
}

function Trouble({ what, failure, clientId }: TroubleProps): ReactNode {
  const { retryMessage, discardMessage } = useActions()
  const translator = useTranslator()
  const { t } = translator
  return (
    <div className="message__failed" data-code={failure.code} data-testid="message-trouble">
      <CircleAlert aria-hidden="true" />
      <span>
        <strong>{what}</strong> · {translator.failure(failure.code)}
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
