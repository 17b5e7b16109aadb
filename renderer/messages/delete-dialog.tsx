// Owns asking before a message is deleted for everybody.

import type { ReactNode } from 'react'
import type { MessageView } from '../../shared/bridge.ts'
import { useAct } from '../app/act.ts'
import { useActions, useTranslator } from '../app/workspace-context.ts'
import { ModalDialog } from '../components/modal-dialog.tsx'
import { ProblemLine } from '../components/problem-line.tsx'
import { Text } from '../components/text.tsx'
import type { WritingPlace } from '../state/writing.ts'
import { summaryOf } from './message-commands.ts'

interface DeleteDialogProps {
  readonly message: MessageView
  readonly place: WritingPlace
  readonly onClose: () => void
}

export function DeleteDialog({ message, place, onClose }: DeleteDialogProps): ReactNode {
  const { deleteMessage } = useActions()
  const { t } = useTranslator()
  const { failure, run } = useAct(onClose)
  const { seq } = message
  return (
    <ModalDialog asks onClose={onClose} testId="delete-dialog" title={t('delete.title')}>
      <div className="modal__body">
        <blockquote className="quote-card">
          <Text className="quote-card__text">{summaryOf(message)}</Text>
        </blockquote>
        <p className="modal__text">{t('delete.body')}</p>
        <ProblemLine failure={failure} />
      </div>
      <div className="modal__footer">
        <button className="button" onClick={onClose} type="button">
          {t('dialog.cancel')}
        </button>
        <button
          // biome-ignore lint/a11y/noAutofocus: the question was asked for; Enter answers it.
          autoFocus
          className="button button--danger"
          data-testid="delete-confirm"
          onClick={() => seq !== undefined && void run(() => deleteMessage(place.conversationId, seq))}
          type="button"
        >
          {t('delete.confirm')}
        </button>
      </div>
    </ModalDialog>
  )
}
