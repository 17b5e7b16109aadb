// Owns one search hit: where, who, when, and the words around what was found. Opening it leads to the message itself.

import type { ReactNode } from 'react'
import type { SearchHit } from '../../shared/bridge.ts'
import { useActions, useNowMs, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { Text } from '../components/text.tsx'
import { excerptOf } from '../text/excerpt.ts'
import { languageOf } from '../text/script.ts'

export function SearchHitRow({ hit }: { readonly hit: SearchHit }): ReactNode {
  const { conversationId, conversationName, senderName, seq, atMs, text, ranges } = hit
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
      <span className="hit__text" lang={languageOf(text, language)}>
        {excerptOf(text, ranges).map((segment) => {
          const key = at
          at += segment.text.length
          return segment.marked ? <mark key={key}>{segment.text}</mark> : segment.text
        })}
      </span>
      <Text className="hit__where ellipsis">{conversationName}</Text>
    </button>
  )
}
