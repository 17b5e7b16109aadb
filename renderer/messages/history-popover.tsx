// Owns the list of what an edited message said before, oldest first, so far as it is cached.

import { type ReactNode, useEffect, useState } from 'react'
import type { BridgeResult, CallResult, MessageView } from '../../shared/bridge.ts'
import { useActions, useTranslator } from '../app/workspace-context.ts'
import type { WritingPlace } from '../state/writing.ts'
import { parseMarkdown } from '../text/markdown.ts'
import { languageOf } from '../text/script.ts'
import { MarkdownView } from './markdown-view.tsx'
import { Popover } from './popover.tsx'

interface HistoryPopoverProps {
  readonly message: MessageView
  readonly place: WritingPlace
  readonly anchor: HTMLElement
  readonly onClose: () => void
}

export function HistoryPopover({ message, place, anchor, onClose }: HistoryPopoverProps): ReactNode {
  const { readEdits } = useActions()
  const { t } = useTranslator()
  const [answer, setAnswer] = useState<BridgeResult<CallResult<'readEdits'>>>()
  const { seq } = message
  const { conversationId } = place
  useEffect(() => {
    let isGone = false
    if (seq !== undefined) void readEdits(conversationId, seq).then((read) => (isGone ? undefined : setAnswer(read)))
    return () => {
      isGone = true
    }
  }, [conversationId, seq, readEdits])
  return (
    <Popover anchor={anchor} label={t('edit.history')} onClose={onClose} placement="bottom start" testId="edit-history">
      <h3 className="popover__title">{t('edit.history')}</h3>
      <Versions answer={answer} />
    </Popover>
  )
}

function Versions({ answer }: { readonly answer: BridgeResult<CallResult<'readEdits'>> | undefined }): ReactNode {
  const translator = useTranslator()
  const { t, full, language } = translator
  if (answer === undefined) return <p className="popover__note">{t('edit.loading')}</p>
  if (!answer.ok) return <p className="popover__note">{translator.failure(answer.error.code)}</p>
  const { versions } = answer.value
  const last = versions.length - 1
  return (
    <ol className="history">
      {versions.length === 1 && <li className="history__when">{t('edit.partly')}</li>}
      {versions.map(({ atMs, text }, index) => (
        <li
          className={index === last ? 'history__version history__version--now' : 'history__version'}
          data-testid="edit-version"
          key={`${atMs} ${text}`}
        >
          <p className="history__when tabular">
            {[index === last ? t('edit.now') : index === 0 ? t('edit.original') : '', full(atMs)]
              .filter((part) => part !== '')
              .join(' · ')}
          </p>
          <div className="message__text" lang={languageOf(text, language)}>
            <MarkdownView blocks={parseMarkdown(text)} mentions={[]} />
          </div>
        </li>
      ))}
    </ol>
  )
}
