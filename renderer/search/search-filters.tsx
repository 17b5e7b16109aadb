// Owns how filters are offered and shown: a row of chips that write one into the box, the filters that stand in it as
// tokens that take themselves out again, and what each means while the box is empty.
// Always holds: chips and tokens stand below the box whether it has the focus or not, so that nothing moves under a click.

import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslator } from '../app/workspace-context.ts'
import type { MessageKey } from '../i18n/catalog.ts'
import { type FilterName, type FilterToken, filterNames, filtersIn } from '../text/search-filters.ts'

interface ChipsProps {
  readonly text: string
  readonly onAdd: (name: FilterName) => void
  readonly onRemove: (token: FilterToken) => void
}

/** For a box that has text: the filters in it, and those that may be added. */
export function FilterChips({ text, onAdd, onRemove }: ChipsProps): ReactNode {
  const { t } = useTranslator()
  const tokens = filtersIn(text).filter((token) => token.finished)
  return (
    <fieldset aria-label={t('search.filters')} className="filters">
      {tokens.map((token) => {
        const label = `${t(`search.filter.${token.name}`)}${token.name === 'has' ? '' : ` ${token.value}`}`
        return (
          <button
            aria-label={t('search.token.remove', { filter: label })}
            className="filter filter--set"
            data-filter={token.name}
            data-testid="search-token"
            key={token.start}
            onClick={() => onRemove(token)}
            title={t('search.token.remove', { filter: text.slice(token.start, token.end) })}
            type="button"
          >
            <span className="ellipsis">{label}</span>
            <X aria-hidden="true" />
          </button>
        )
      })}
      {filterNames
        .filter((name) => !tokens.some((token) => token.name === name))
        .map((name) => (
          <button
            className="filter"
            data-filter={name}
            data-testid="search-filter"
            key={name}
            onClick={() => onAdd(name)}
            title={`${codeOf(name)} ${t(`search.about.${name}`)}`}
            type="button"
          >
            {t(`search.filter.${name}`)}
          </button>
        ))}
    </fieldset>
  )
}

const examples: Readonly<Record<Exclude<FilterName, 'has'>, MessageKey>> = {
  from: 'search.example.from',
  in: 'search.example.in',
  before: 'search.example.date',
  after: 'search.example.date',
}

/** For an empty box: every filter, how it is written and what it finds. */
export function FilterHelp({ onAdd }: { readonly onAdd: (name: FilterName) => void }): ReactNode {
  const { t } = useTranslator()
  return (
    <section aria-label={t('search.filters')} className="filter-help">
      <h2 className="filter-help__title">{t('search.filters')}</h2>
      <ul>
        {filterNames.map((name) => (
          <li key={name}>
            <button
              className="filter-help__row"
              data-filter={name}
              data-testid="search-filter"
              onClick={() => onAdd(name)}
              type="button"
            >
              <span className="filter-help__code">
                {codeOf(name)}
                {name !== 'has' && <span className="filter-help__example">{t(examples[name])}</span>}
              </span>
              <span className="filter-help__about">{t(`search.about.${name}`)}</span>
            </button>
          </li>
        ))}
        <li className="filter-help__row filter-help__row--plain">
          <span className="filter-help__code">{t('search.example.phrase')}</span>
          <span className="filter-help__about">{t('search.about.phrase')}</span>
        </li>
      </ul>
    </section>
  )
}

function codeOf(name: FilterName): string {
  return name === 'has' ? 'has:file' : `${name}:`
}
