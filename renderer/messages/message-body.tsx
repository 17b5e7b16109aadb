// Owns the text of a message: its language, its links, the mark that it was edited, and folding of very long ones.
// Always holds: the text is text; a link opens through main only, and only http, https and mailto are links.

import { type MouseEvent, type ReactNode, useMemo, useState } from 'react'
import { useActions, useTranslator } from '../app/workspace-context.ts'
import { findLinks } from '../text/links.ts'
import { languageOf } from '../text/script.ts'

/** Longer than this, in UTF-16 units or lines, a message is folded: more than half a screen. */
const foldChars = 1600
const foldLines = 24

interface MessageBodyProps {
  readonly text: string
  readonly editedAtMs: number | undefined
  readonly messageKey: string
  readonly expanded: Set<string>
}

export function MessageBody({ text, editedAtMs, messageKey, expanded }: MessageBodyProps): ReactNode {
  const { t, language } = useTranslator()
  const [open, setOpen] = useState(() => expanded.has(messageKey))
  const pieces = useMemo(() => findLinks(text), [text])
  const long = text.length > foldChars || text.split('\n', foldLines + 1).length > foldLines
  const toggle = () => {
    if (open) expanded.delete(messageKey)
    else expanded.add(messageKey)
    setOpen(!open)
  }
  const isFolded = long && !open
  const mark = editedAtMs === undefined ? undefined : <EditedMark atMs={editedAtMs} />
  let at = 0
  return (
    <>
      <div
        className={isFolded ? 'message__text message__text--folded' : 'message__text'}
        lang={languageOf(text, language)}
      >
        {pieces.map((piece) => {
          const key = at
          at += piece.text.length
          return piece.type === 'text' ? piece.text : <MessageLink key={key} text={piece.text} url={piece.url} />
        })}
        {!isFolded && mark}
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

function EditedMark({ atMs }: { readonly atMs: number }): ReactNode {
  const { t, full, language } = useTranslator()
  return (
    <time
      className="message__edited"
      data-testid="message-edited"
      dateTime={new Date(atMs).toISOString()}
      lang={language}
      title={t('messages.editedAt', { time: full(atMs) })}
    >
      {t('messages.edited')}
    </time>
  )
}

function MessageLink({ text, url }: { readonly text: string; readonly url: string }): ReactNode {
  const { openLink } = useActions()
  const open = (event: MouseEvent) => {
    event.preventDefault()
    openLink(url)
  }
  return (
    <a
      className="link"
      draggable={false}
      href={url}
      onAuxClick={(event) => event.preventDefault()}
      onClick={open}
      rel="noreferrer"
      title={url}
    >
      {text}
    </a>
  )
}
