// Owns showing a message's blocks: paragraphs, code to be copied, lists, quotes, links and mentions.
// Always holds: text is text and never markup; a link opens through main only; a mention of the reader stands out most.

import { Check, Copy } from 'lucide-react'
import { type MouseEvent, type ReactNode, useState } from 'react'
import type { MentionView } from '../../shared/bridge.ts'
import { useActions, useTranslator } from '../app/workspace-context.ts'
import { IconButton } from '../components/icon-button.tsx'
import type { Inline } from '../text/inline.ts'
import type { Block } from '../text/markdown.ts'
import { copyText } from './clipboard.ts'
import './markdown-view.css'

interface MarkdownViewProps {
  readonly blocks: readonly Block[]
  readonly mentions: readonly MentionView[]
  /** Stands behind the last words. */
  readonly after?: ReactNode
}

export function MarkdownView({ blocks, mentions, after }: MarkdownViewProps): ReactNode {
  const last = blocks.length - 1
  return blocks.map((block, index) => (
    <BlockView
      after={index === last ? after : undefined}
      block={block}
      // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of a text keep their places.
      key={index}
      mentions={mentions}
    />
  ))
}

interface BlockViewProps {
  readonly block: Block
  readonly mentions: readonly MentionView[]
  readonly after: ReactNode
}

function BlockView({ block, mentions, after }: BlockViewProps): ReactNode {
  switch (block.type) {
    case 'paragraph':
      return (
        <p className="md__paragraph">
          <Pieces mentions={mentions} pieces={block.children} />
          {after}
        </p>
      )
    case 'code':
      return (
        <>
          <CodeBlock language={block.language} text={block.text} />
          {after}
        </>
      )
    case 'quote':
      return (
        <>
          <blockquote className="md__quote">
            <MarkdownView blocks={block.children} mentions={mentions} />
          </blockquote>
          {after}
        </>
      )
    case 'list': {
      const List = block.ordered ? 'ol' : 'ul'
      return (
        <>
          <List className="md__list">
            {block.items.map(({ marker, children }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the items of a text keep their places.
              <li key={index}>
                <span aria-hidden={block.ordered ? undefined : 'true'} className="md__marker tabular">
                  {block.ordered ? marker : '•'}
                </span>
                <div className="md__item">
                  <MarkdownView blocks={children} mentions={mentions} />
                </div>
              </li>
            ))}
          </List>
          {after}
        </>
      )
    }
  }
}

interface PiecesProps {
  readonly pieces: readonly Inline[]
  readonly mentions: readonly MentionView[]
}

function Pieces({ pieces, mentions }: PiecesProps): ReactNode {
  return pieces.map((piece, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text keep their places.
    <Piece key={index} mentions={mentions} piece={piece} />
  ))
}

function Piece({ piece, mentions }: { readonly piece: Inline; readonly mentions: readonly MentionView[] }): ReactNode {
  if (piece.type === 'text') return piece.text
  if (piece.type === 'code') return <code className="md__code">{piece.text}</code>
  if (piece.type === 'mention') return <MentionMark mention={mentions[piece.index]} text={piece.text} />
  const children = <Pieces mentions={mentions} pieces={piece.children} />
  switch (piece.type) {
    case 'strong':
      return <strong>{children}</strong>
    case 'emphasis':
      return <em>{children}</em>
    case 'strike':
      return <s>{children}</s>
    default:
      return <MessageLink url={piece.url}>{children}</MessageLink>
  }
}

function MentionMark({
  mention,
  text,
}: {
  readonly mention: MentionView | undefined
  readonly text: string
}): ReactNode {
  const { showPerson } = useActions()
  const userId = mention?.type === 'person' ? mention.userId : undefined
  const className = mention?.me === true ? 'mention mention--me' : 'mention'
  if (userId === undefined) return <span className={className}>{text}</span>
  return (
    <button
      className={className}
      data-testid="mention"
      onClick={() => showPerson(userId)}
      // By keyboard, people are reached in the people pane; a stop at every name would be in the way.
      tabIndex={-1}
      type="button"
    >
      {text}
    </button>
  )
}

function CodeBlock({ text, language }: { readonly text: string; readonly language: string }): ReactNode {
  const { t } = useTranslator()
  const [copied, setCopied] = useState(false)
  return (
    <figure
      aria-label={language === '' ? t('code.label') : t('code.labelOf', { language })}
      className="md__block"
      lang="en"
    >
      <pre
        className="md__pre"
        // Wider than its box it is scrolled, by keyboard too.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached by keyboard (WCAG 2.1.1).
        tabIndex={0}
      >
        <code>{text}</code>
      </pre>
      <IconButton
        className="icon-button--small md__copy"
        data-testid="code-copy"
        icon={copied ? Check : Copy}
        label={t(copied ? 'acts.copied' : 'code.copy')}
        onClick={() => void copyText(text).then(setCopied)}
        onPointerLeave={() => setCopied(false)}
      />
    </figure>
  )
}

function MessageLink({ url, children }: { readonly url: string; readonly children: ReactNode }): ReactNode {
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
      {children}
    </a>
  )
}
