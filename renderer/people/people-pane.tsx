// Owns the directory in the side pane: find by name, filter by department, pick a person.

import { Search, Users } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from 'react'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { PersonAvatar } from '../components/avatar.tsx'
import { Presence } from '../components/presence.tsx'
import { StateMessage } from '../components/state-message.tsx'
import { Text } from '../components/text.tsx'
import { ListSkeleton } from '../conversations/list-skeleton.tsx'
import { departmentsOf, filterPeople } from './directory.ts'
import { PersonLine } from './person-line.tsx'
import { useRowsInView, useWatched } from './watched.ts'
import './people.css'

/** Height of a row, as people.css gives it. */
const rowPx = 44

export function PeoplePane(): ReactNode {
  const people = useWorkspace((state) => state.people)
  const personId = useWorkspace((state) => state.personId)
  const { showPerson } = useActions()
  const { t, language } = useTranslator()
  const [text, setText] = useState('')
  const [department, setDepartment] = useState<string>()
  const departments = useMemo(() => departmentsOf(people ?? [], language), [people, language])
  const found = useMemo(
    () => filterPeople(people ?? [], text, department, language),
    [people, text, department, language],
  )
  const tabStop = found.some((person) => person.userId === personId) ? personId : found[0]?.userId

  const list = useRef<HTMLUListElement>(null)
  const inView = useRowsInView(list, found, rowPx)
  useWatched(
    'people',
    inView.map((person) => person.userId),
  )

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-testid="person-row"]')]
    const at = rows.indexOf(document.activeElement as HTMLElement)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key]
    if (to === undefined || event.altKey) return
    event.preventDefault()
    rows[to]?.focus()
  }

  return (
    <>
      <div className="side-header">
        <div className="side-header__row">
          <h1 className="side-header__title">{t('rail.people')}</h1>
        </div>
        <div className="field">
          <Search aria-hidden="true" />
          <input
            aria-label={t('people.filter')}
            autoComplete="off"
            data-testid="people-filter"
            onChange={(event) => setText(event.target.value)}
            placeholder={t('people.filter')}
            spellCheck={false}
            type="search"
            value={text}
          />
        </div>
        <select
          aria-label={t('people.department')}
          className="select"
          data-testid="people-department"
          onChange={(event) => setDepartment(event.target.value === '' ? undefined : event.target.value)}
          value={department ?? ''}
        >
          <option value="">{t('people.allDepartments')}</option>
          {departments.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </div>
      {people === undefined ? (
        <ListSkeleton label={t('people.label')} />
      ) : found.length === 0 ? (
        <div className="list list--empty">
          <StateMessage
            body={t(people.length === 0 ? 'people.empty.body' : 'people.none.body')}
            compact
            icon={Users}
            title={t(people.length === 0 ? 'people.empty.title' : 'people.none.title')}
          />
        </div>
      ) : (
        <>
          <p className="people__count" role="status">
            {t('people.count', { count: found.length })}
          </p>
          <ul className="list member-list" onKeyDown={onKeyDown} ref={list}>
            {found.map((person) => (
              <li key={person.userId}>
                <button
                  aria-current={person.userId === personId ? 'true' : undefined}
                  className="member"
                  data-testid="person-row"
                  onClick={() => showPerson(person.userId)}
                  tabIndex={person.userId === tabStop ? 0 : -1}
                  type="button"
                >
                  <Presence userId={person.userId}>
                    <PersonAvatar id={person.userId} inactive={!person.active} name={person.displayName} />
                  </Presence>
                  <span className="member__lines">
                    <span className="member__name">
                      <Text className="ellipsis">{person.displayName}</Text>
                      {!person.active && <span className="tag">{t('people.inactive')}</span>}
                    </span>
                    <PersonLine person={person} />
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}
