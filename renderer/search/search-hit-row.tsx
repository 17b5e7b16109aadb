// Owns one search hit: where, who, when, and the words around what was found, in the message and in its files' names.
// Opening it leads to the message itself.

import type { ReactNode } from 'react'
import type { SearchHit } from '../../shared/bridge.ts'
import { useActions, useNowMs, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { FileIcon } from '../components/file-icon.tsx'
import { FileName } from '../components/file-name.tsx'
import { Text } from '../components/text.tsx'
import { excerptOf } from '../text/excerpt.ts'
import { partsOf } from '../text/hit-parts.ts'
import { languageOf } from '../text/script.ts'

/** File names shown of one hit: the list is of messages. */
const mostFiles = 3

export function SearchHitRow({ hit }: { readonly hit: SearchHit }): ReactNode {
  const { conversationId, conversationName, senderName, seq, atMs } = hit
  const { body, ranges, files } = partsOf(hit)
  // Of many files those are shown that were found, and one where none was.
  const found = files.filter((entry) => entry.ranges.length > 0)
  const shown = (found.length > 0 ? found : files).slice(0, found.length > 0 ? mostFiles : 1)
  const current = useWorkspace((state) => state.openId === conversationId && state.timeline?.targetSeq === seq)
  const { openConversation } = useActions()
  const { shortDate, full, language } = useTranslator()
  const nowMs = useNowMs()
  let at = 0
  return (
    <button
      aria-current={current ? 'true' : undefined}
      className="hit"
      data-conversation-id={conversationId}
      data-seq={seq}
      data-testid="search-hit"
      onClick={() => void openConversation(conversationId, seq)}
      type="button"
    >
      <span className="hit__line">
        <Text className="hit__sender ellipsis">{senderName}</Text>
        <time className="hit__time tabular" dateTime={new Date(atMs).toISOString()} title={full(atMs)}>
          {shortDate(atMs, nowMs)}
        </time>
      </span>
      <span className="hit__text" lang={languageOf(body, language)}>
        {excerptOf(body, ranges).map((segment) => {
          const key = at
          at += segment.text.length
          return segment.marked ? <mark key={key}>{segment.text}</mark> : segment.text
        })}
      </span>
      {shown.map((entry, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: files of a message keep their places, and two may be named alike.
        <span className="hit__file" key={place}>
          <FileIcon file={entry.file} />
          <FileName name={entry.file.name} ranges={entry.ranges} />
          {place === shown.length - 1 && files.length > shown.length && (
            <span className="hit__more tabular">+{files.length - shown.length}</span>
          )}
        </span>
      ))}
      <Text className="hit__where ellipsis">{conversationName}</Text>
    </button>
  )
}
