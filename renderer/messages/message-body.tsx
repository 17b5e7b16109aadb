// Owns the text of a message: its language, its form, the mark that it was edited, and folding of very long ones.
// Always holds: of a folded message only what is shown is looked at, however long and odd the rest is.

import { type ReactNode, useMemo, useState } from 'react'
import type { MentionView } from '../../shared/bridge.ts'
import { useTranslator } from '../app/workspace-context.ts'
import { parseMarkdown } from '../text/markdown.ts'
import { languageOf } from '../text/script.ts'
import { MarkdownView } from './markdown-view.tsx'

/** Longer than this, in UTF-16 units or lines, a message is folded: more than half a screen. */
const foldChars = 1600
const foldLines = 24

interface MessageBodyProps {
  readonly text: string
  readonly mentions: readonly MentionView[]
  readonly messageKey: string
  readonly expanded: Set<string>
  /** Stands behind the last words. */
  readonly mark: ReactNode
}

/** The beginning of a long text, up to the end of a line where there is one, and of no pair's half. */
function beginningOf(text: string): string {
  const lines = text.split('\n', foldLines).join('\n')
  return lines.length <= foldChars ? lines : lines.slice(0, foldChars).toWellFormed()
}

/** What tells the language of a text: an English one may name people in Chinese. */
function withoutNames(text: string, mentions: readonly MentionView[]): string {
  if (mentions.length === 0) return text
  const rest = mentions.toReversed().reduce((left, { start, end }) => left.slice(0, start) + left.slice(end), text)
  return rest.trim() === '' ? text : rest
}

export function MessageBody({ text, mentions, messageKey, expanded, mark }: MessageBodyProps): ReactNode {
  const { t, language } = useTranslator()
  const [open, setOpen] = useState(() => expanded.has(messageKey))
  const long = text.length > foldChars || text.split('\n', foldLines + 1).length > foldLines
  const isFolded = long && !open
  const blocks = useMemo(() => {
    const shown = isFolded ? beginningOf(text) : text
    return parseMarkdown(shown, mentions)
  }, [text, mentions, isFolded])
  const toggle = () => {
    if (open) expanded.delete(messageKey)
    else expanded.add(messageKey)
    setOpen(!open)
  }
  return (
    <>
      <div
        className={isFolded ? 'message__text message__text--folded' : 'message__text'}
        data-testid="message-text"
        lang={languageOf(withoutNames(text, mentions), language)}
      >
        <MarkdownView after={isFolded ? undefined : mark} blocks={blocks} mentions={mentions} />
      </div>
      {long && (
        <button aria-expanded={open} className="text-button message__fold" onClick={toggle} type="button">
          {t(open ? 'messages.showLess' : 'messages.showAll')}
        </button>
      )}
      {isFolded && mark}
    </>
  )
}
