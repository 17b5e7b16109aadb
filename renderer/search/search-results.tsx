// Owns what stands below the search box: what was found newest first, and what to say when nothing was or cannot be.
// Always holds: results stay while the next answer is on its way, so the list does not flicker while typing.

import { CalendarX, CircleAlert, type LucideIcon, MessageCircleQuestion, Search, SearchX, UserX } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import type { SearchPage } from '../../shared/bridge.ts'
import { useActions, useNowMs, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { StateMessage } from '../components/state-message.tsx'
import type { MessageKey } from '../i18n/catalog.ts'
import type { FilterName } from '../text/search-filters.ts'
import { FilterHelp } from './search-filters.tsx'
import { SearchHitRow } from './search-hit-row.tsx'

export function SearchResults({ onAddFilter }: { readonly onAddFilter: (name: FilterName) => void }): ReactNode {
  const search = useWorkspace((state) => state.search)
  const { setSearchWithin } = useActions()
  const { t, failure } = useTranslator()
  const { hits, problem } = search

  if (search.failure !== undefined && hits.length === 0) {
    return (
      <div role="alert">
        <StateMessage compact icon={CircleAlert} title={t('search.failed', { reason: failure(search.failure.code) })} />
      </div>
    )
  }
  if (problem !== undefined) return <FilterProblem problem={problem} />
  if (search.answered === undefined) {
    if (search.loading) return <HitSkeleton />
    return (
      <>
        <StateMessage body={t('search.start.body')} compact icon={Search} title={t('search.start.title')} />
        <FilterHelp onAdd={onAddFilter} />
      </>
    )
  }
  if (hits.length === 0) {
    return (
      <div role="status">
        <StateMessage
          body={t(search.within ? 'search.none.within' : 'search.none.body')}
          compact
          icon={SearchX}
          title={t('search.none.title', { text: search.answered })}
        >
          {search.within && (
            <button className="button" onClick={() => setSearchWithin(false)} type="button">
              {t('search.everywhere')}
            </button>
          )}
          {!search.complete && <p className="search__note">{t('search.incomplete')}</p>}
        </StateMessage>
      </div>
    )
  }
  return <Hits />
}

function Hits(): ReactNode {
  const { hits, cursor, complete, failure: failed } = useWorkspace((state) => state.search)
  const { readMoreHits } = useActions()
  const { t, failure, number } = useTranslator()
  const end = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const element = end.current
    // What failed is asked again by its reader, not by scrolling.
    if (element === null || cursor === undefined || failed !== undefined) return
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) void readMoreHits()
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [cursor, failed, readMoreHits])

  return (
    <>
      <p className="search__count" role="status">
        {cursor === undefined
          ? t('search.count', { count: hits.length })
          : t('search.countMore', { count: number(hits.length) })}
      </p>
      {!complete && <p className="search__note">{t('search.incomplete')}</p>}
      <ul>
        {hits.map((hit) => (
          <li key={`${hit.conversationId}:${hit.seq}`}>
            <SearchHitRow hit={hit} />
          </li>
        ))}
      </ul>
      {cursor !== undefined && (
        <div className="search__more" ref={end}>
          {failed !== undefined && (
            <p className="search__note" role="alert">
              {t('search.moreFailed', { reason: failure(failed.code) })}
            </p>
          )}
          <button className="button" onClick={() => void readMoreHits()} type="button">
            {t(failed === undefined ? 'search.more' : 'messages.retryRead')}
          </button>
        </div>
      )}
    </>
  )
}

type Problem = NonNullable<SearchPage['problem']>

/** Before and after share their words: both want a day. */
const subjects = { from: 'from', in: 'in', before: 'date', after: 'date', has: 'has' } as const
const icons: Readonly<Record<Problem['filter'], LucideIcon>> = {
  from: UserX,
  in: MessageCircleQuestion,
  before: CalendarX,
  after: CalendarX,
  has: SearchX,
}

function FilterProblem({ problem: { filter, value } }: { readonly problem: Problem }): ReactNode {
  const { t } = useTranslator()
  const nowMs = useNowMs()
  const subject = subjects[filter]
  const about: MessageKey = `search.problem.${subject}.body`
  // A filter still being typed has no value: that is a question, not a mistake.
  const title =
    value === '' ? t(`search.unfinished.${subject}`) : t(`search.problem.${subject}`, { value: value.slice(0, 60) })
  return (
    <div data-filter={filter} data-testid="search-problem" role="status">
      <StateMessage body={t(about, { example: dayText(nowMs) })} compact icon={icons[filter]} title={title} />
    </div>
  )
}

/** The day as the filters take it, on this computer's calendar: 2025-11-30. */
function dayText(atMs: number): string {
  const date = new Date(atMs)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

function HitSkeleton(): ReactNode {
  const { t } = useTranslator()
  return (
    <div aria-busy="true" aria-label={t('search.loading')} className="skeleton" role="status">
      {['58%', '44%', '66%', '50%'].map((width) => (
        <div className="hit hit--skeleton" key={width}>
          <span className="skeleton__bar" style={{ width }} />
          <span className="skeleton__bar" style={{ width: '92%' }} />
          <span className="skeleton__bar" style={{ width: '74%' }} />
        </div>
      ))}
    </div>
  )
}
