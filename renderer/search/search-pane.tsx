// Owns the search pane: the box, what was found newest first, and what to say when nothing was.
// Always holds: results stay while the next answer is on its way, so the list does not flicker while typing.

import { CircleAlert, Search, SearchX, X } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { IconButton } from '../components/icon-button.tsx'
import { StateMessage } from '../components/state-message.tsx'
import { SearchHitRow } from './search-hit-row.tsx'
import './search-pane.css'

export function SearchPane(): ReactNode {
  const search = useWorkspace((state) => state.search)
  const open = useWorkspace((state) => state.conversations?.find((c) => c.conversationId === state.openId))
  const { setSearchText, setSearchWithin, showPane } = useActions()
  const { t } = useTranslator()
  const box = useRef<HTMLInputElement>(null)
  const results = useRef<HTMLDivElement>(null)
  useEffect(() => box.current?.select(), [])

  const onKeyDown = (event: KeyboardEvent) => {
    const hits = [...(results.current?.querySelectorAll<HTMLElement>('[data-testid="search-hit"]') ?? [])]
    const at = hits.indexOf(document.activeElement as HTMLElement)
    if (event.key === 'ArrowDown') hits[at + 1]?.focus()
    else if (event.key === 'ArrowUp') (at <= 0 ? box.current : hits[at - 1])?.focus()
    else if (event.key === 'Home' && at >= 0) hits[0]?.focus()
    else if (event.key === 'End' && at >= 0) hits.at(-1)?.focus()
    else return
    event.preventDefault()
  }

  return (
    <search className="search" onKeyDown={onKeyDown}>
      <div className="side-header">
        <div className="side-header__row">
          <h1 className="side-header__title">{t('rail.search')}</h1>
          <IconButton icon={X} label={t('details.close')} onClick={() => showPane('conversations')} />
        </div>
        <div className="field">
          <Search aria-hidden="true" />
          <input
            aria-label={t('search.label')}
            autoComplete="off"
            data-testid="search-box"
            onChange={(event) => setSearchText(event.target.value)}
            placeholder={t('search.placeholder')}
            ref={box}
            spellCheck={false}
            type="search"
            value={search.text}
          />
          {search.text !== '' && (
            <IconButton
              className="icon-button--small"
              icon={X}
              label={t('search.clear')}
              onClick={() => {
                setSearchText('')
                box.current?.focus()
              }}
            />
          )}
        </div>
        {open !== undefined && (
          <label className="within">
            <input
              checked={search.within}
              data-testid="search-within"
              onChange={(event) => setSearchWithin(event.target.checked)}
              type="checkbox"
            />
            <span className="ellipsis">{t('search.within', { name: open.name })}</span>
          </label>
        )}
      </div>
      <div className="search__results" ref={results}>
        <Results />
      </div>
    </search>
  )
}

function Results(): ReactNode {
  const search = useWorkspace((state) => state.search)
  const { setSearchWithin, readMoreHits } = useActions()
  const { t, failure, number } = useTranslator()
  const end = useRef<HTMLDivElement>(null)
  const { cursor, hits } = search

  useEffect(() => {
    const element = end.current
    if (element === null || cursor === undefined) return
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) void readMoreHits()
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [cursor, readMoreHits])

  if (search.failure !== undefined && hits.length === 0) {
    return (
      <div role="alert">
        <StateMessage compact icon={CircleAlert} title={t('search.failed', { reason: failure(search.failure.code) })} />
      </div>
    )
  }
  if (search.answered === undefined) {
    if (search.loading) return <HitSkeleton />
    return <StateMessage body={t('search.start.body')} compact icon={Search} title={t('search.start.title')} />
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
  return (
    <>
      <p className="search__count" role="status">
        {cursor === undefined
          ? t('search.count', { count: hits.length })
          : t('search.countMore', { count: number(hits.length) })}
      </p>
      {!search.complete && <p className="search__note">{t('search.incomplete')}</p>}
      <ul>
        {hits.map((hit) => (
          <li key={`${hit.conversationId}:${hit.seq}`}>
            <SearchHitRow hit={hit} />
          </li>
        ))}
      </ul>
      {cursor !== undefined && (
        <div className="search__more" ref={end}>
          <button className="button" onClick={() => void readMoreHits()} type="button">
            {t('search.more')}
          </button>
        </div>
      )}
    </>
  )
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
