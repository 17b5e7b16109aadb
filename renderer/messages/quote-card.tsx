// Owns messages shown within a message: the one it answers, and the one it forwards. Both lead to where they stand.

import { CornerUpLeft, Forward } from 'lucide-react'
import type { ReactNode } from 'react'
import type { QuoteView } from '../../shared/bridge.ts'
import { useActions, useNowMs, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { Text } from '../components/text.tsx'
import { parseMarkdown, plainText } from '../text/markdown.ts'
import { languageOf } from '../text/script.ts'
import { MarkdownView } from './markdown-view.tsx'

/** How much of a quoted text is looked at for its two lines, in UTF-16 units. */
const quotedChars = 400
/** …and of a forwarded one, whole but for the longest. */
const forwardedChars = 4000

export function QuoteCard({ quote, reachable }: { readonly quote: QuoteView; readonly reachable: boolean }): ReactNode {
  const { jumpTo } = useActions()
  const { t } = useTranslator()
  const { state, senderName, text, seq } = quote
  if (state === 'deleted') {
    return (
      <div className="quote-card" data-testid="quote">
        <span className="quote-card__text quote-card__text--gone">{t('quote.deleted')}</span>
      </div>
    )
  }
  const words = plainText(text.slice(0, quotedChars))
  return (
    <button
      className="quote-card"
      data-testid="quote"
      onClick={() => void jumpTo(seq)}
      tabIndex={reachable ? 0 : -1}
      type="button"
    >
      <span className="visually-hidden">{t('quote.jump')}</span>
      <span className="quote-card__name">
        <CornerUpLeft aria-hidden="true" />
        <Text className="ellipsis">{senderName}</Text>
      </span>
      {state === 'elsewhere' && words === '' ? (
        <span className="quote-card__text quote-card__text--gone">{t('quote.elsewhere')}</span>
      ) : (
        <Text className="quote-card__text">{words === '' ? t('quote.files') : words}</Text>
      )}
    </button>
  )
}

interface ForwardedCardProps {
  readonly forwarded: QuoteView
  readonly reachable: boolean
}

export function ForwardedCard({ forwarded, reachable }: ForwardedCardProps): ReactNode {
  const { openConversation } = useActions()
  const { t, language, moment } = useTranslator()
  const nowMs = useNowMs()
  const { conversationId, senderName, atMs, text, seq } = forwarded
  const from = useWorkspace((state) => state.conversations?.find((c) => c.conversationId === conversationId))
  const shown = text.slice(0, forwardedChars).toWellFormed()
  return (
    <div className="forwarded" data-testid="forwarded">
      <div className="forwarded__head">
        <Forward aria-hidden="true" />
        <span>{t('forwarded.label')}</span>
        <Text className="forwarded__name">{senderName}</Text>
        {atMs !== undefined && <span className="tabular">{moment(atMs, nowMs)}</span>}
        {from !== undefined && conversationId !== undefined && (
          <button
            className="text-button"
            onClick={() => void openConversation(conversationId, seq)}
            tabIndex={reachable ? 0 : -1}
            type="button"
          >
            {t('forwarded.jump', { name: from.name })}
          </button>
        )}
      </div>
      {shown !== '' && (
        <div className="message__text" lang={languageOf(shown, language)}>
          <MarkdownView blocks={parseMarkdown(shown)} mentions={[]} />
        </div>
      )}
    </div>
  )
}
