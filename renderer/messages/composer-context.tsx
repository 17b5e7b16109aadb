// Owns the line above the field that tells what the text is for: an edit, or an answer to a message.

import { CornerUpLeft, Pencil, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslator } from '../app/workspace-context.ts'
import { IconButton } from '../components/icon-button.tsx'
import { Text } from '../components/text.tsx'
import type { QuotedMessage } from '../state/writing.ts'

interface ComposerContextProps {
  readonly edit: boolean
  /** A draft waits beneath the edit. */
  readonly waits: boolean
  readonly quote: QuotedMessage | undefined
  readonly onCancelEdit: () => void
  readonly onDropQuote: () => void
}

export function ComposerContext({ edit, waits, quote, onCancelEdit, onDropQuote }: ComposerContextProps): ReactNode {
  const { t } = useTranslator()
  if (edit) {
    return (
      <div className="composer__context" data-testid="composer-edit">
        <Pencil aria-hidden="true" />
        <p className="composer__about ellipsis">
          <strong>{t('edit.title')}</strong>
          {waits && ` · ${t('compose.editUnsaved')}`}
        </p>
        <IconButton
          className="icon-button--small"
          data-testid="edit-cancel"
          icon={X}
          label={t('edit.cancel')}
          onClick={onCancelEdit}
        />
      </div>
    )
  }
  if (quote === undefined) return undefined
  return (
    <div className="composer__context" data-testid="composer-quote">
      <CornerUpLeft aria-hidden="true" />
      <p className="composer__about ellipsis">
        <strong>{t('quote.replying', { name: quote.senderName })}</strong>{' '}
        <Text>{quote.text === '' ? t('quote.files') : quote.text}</Text>
      </p>
      <IconButton
        className="icon-button--small"
        data-testid="quote-drop"
        icon={X}
        label={t('quote.drop')}
        onClick={onDropQuote}
      />
    </div>
  )
}
