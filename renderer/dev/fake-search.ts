// Owns the made-up search of the development page: words as parts of a text, and the filters on their simplest terms.

import type { CallArgs, CallResult, SearchHit } from '../../shared/bridge.ts'
import { filtersIn, withoutFilter } from '../text/search-filters.ts'
import type { SampleConversation } from './sample.ts'

const pageHits = 30

/** The page of hits in `all` that `asked` asks for. */
export function searchPage(
  all: readonly SampleConversation[],
  asked: CallArgs<'search'>,
  complete: boolean,
): CallResult<'search'> {
  const filters = filtersIn(asked.text)
  let words = asked.text
  for (const token of filters.toReversed()) words = withoutFilter(words, token)
  const filterValue = (name: string) => filters.find((filter) => filter.name === name)?.value.toLowerCase()
  const people = new Set(all.flatMap(({ messages }) => messages.map((message) => message.senderName)))
  for (const { name: filter, value } of filters) {
    const names = filter === 'from' ? [...people] : filter === 'in' ? all.map(({ view }) => view.name) : undefined
    const isNamed = names?.some((name) => name.toLowerCase().includes(value.toLowerCase())) ?? true
    const isDay = !(filter === 'before' || filter === 'after') || /^\d{4}(-\d{1,2}){0,2}$/.test(value)
    if (value !== '' && isNamed && isDay && (filter !== 'has' || value === 'file')) continue
    return { hits: [], complete, problem: { filter, value } }
  }
  const wanted = words
    .replace(/["“”「」]/g, '')
    .trim()
    .toLowerCase()
  const before = Date.parse(filterValue('before') ?? '')
  const after = Date.parse(filterValue('after') ?? '')
  const hits: SearchHit[] = []
  for (const { view, messages } of all) {
    if (asked.conversationId !== undefined && view.conversationId !== asked.conversationId) continue
    if (!view.name.toLowerCase().includes(filterValue('in') ?? '')) continue
    for (const { content, seq, senderId, senderName, atMs } of messages) {
      if (content.type !== 'text' || seq === undefined) continue
      if (!senderName.toLowerCase().includes(filterValue('from') ?? '')) continue
      if (atMs >= before || atMs < after) continue
      if (filterValue('has') !== undefined && content.files === undefined) continue
      const text = [content.text, ...(content.files ?? []).map((file) => file.name)].join('\n')
      const ranges = rangesOf(text.toLowerCase(), wanted)
      if (wanted !== '' && ranges.length === 0) continue
      hits.push({
        conversationId: view.conversationId,
        conversationName: view.name,
        seq,
        senderId,
        senderName,
        atMs,
        text,
        ranges,
        ...(content.files === undefined ? {} : { files: content.files }),
      })
    }
  }
  hits.sort((a, b) => b.atMs - a.atMs)
  const from = Number(asked.cursor ?? 0)
  const page = hits.slice(from, from + pageHits)
  const next = from + page.length < hits.length ? { cursor: String(from + page.length) } : {}
  return { hits: page, ...next, complete }
}

function rangesOf(text: string, wanted: string): [number, number][] {
  const ranges: [number, number][] = []
  if (wanted === '') return ranges
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + wanted.length))
    ranges.push([at, at + wanted.length])
  return ranges
}
