// Owns the search pane: the box, its filters, and moving between the box and what was found by keyboard.
// Always holds: arrow keys and Enter lead from the box to the hits and back, and never while an input method composes.

import { Search, X } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { IconButton } from '../components/icon-button.tsx'
import { type FilterName, withFilter, withoutFilter } from '../text/search-filters.ts'
import { FilterChips } from './search-filters.tsx'
import { SearchResults } from './search-results.tsx'
import './search-pane.css'

export function SearchPane(): ReactNode {
  const text = useWorkspace((state) => state.search.text)
  const within = useWorkspace((state) => state.search.within)
  const open = useWorkspace((state) => state.conversations?.find((c) => c.conversationId === state.openId))
  const { setSearchText, setSearchWithin, searchNow, showPane } = useActions()
  const { t } = useTranslator()
  const box = useRef<HTMLInputElement>(null)
  const results = useRef<HTMLDivElement>(null)
  useEffect(() => {
    box.current?.focus()
    box.current?.select()
  }, [])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    const hits = [...(results.current?.querySelectorAll<HTMLElement>('[data-testid="search-hit"]') ?? [])]
    const at = hits.indexOf(document.activeElement as HTMLElement)
    const inBox = document.activeElement === box.current
    if (at === -1 && !inBox) return
    if (event.key === 'ArrowDown') hits[at + 1]?.focus()
    else if (event.key === 'ArrowUp') (at <= 0 ? box.current : hits[at - 1])?.focus()
    else if (event.key === 'Home' && at >= 0) hits[0]?.focus()
    else if (event.key === 'End' && at >= 0) hits.at(-1)?.focus()
    else if (event.key === 'Enter' && inBox) {
      searchNow()
      hits[0]?.focus()
    } else return
    event.preventDefault()
  }

  /** Writes `next` into the box and goes on typing at its end. */
  const write = (next: string) => {
    setSearchText(next)
    requestAnimationFrame(() => {
      box.current?.focus()
      box.current?.setSelectionRange(next.length, next.length)
    })
  }
  const addFilter = (name: FilterName) => write(withFilter(text, name))

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
            value={text}
          />
          {text !== '' && (
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
        {text.trim() !== '' && (
          <FilterChips onAdd={addFilter} onRemove={(token) => write(withoutFilter(text, token))} text={text} />
        )}
        {open !== undefined && (
          <label className="within">
            <input
              checked={within}
              data-testid="search-within"
              onChange={(event) => setSearchWithin(event.target.checked)}
              type="checkbox"
            />
            <span className="ellipsis">{t('search.within', { name: open.name })}</span>
          </label>
        )}
      </div>
      <div className="search__results" ref={results}>
        <SearchResults onAddFilter={addFilter} />
      </div>
    </search>
  )
}
