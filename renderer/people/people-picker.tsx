// Owns choosing people by name: a field with those chosen, and under it those who fit. Follows ARIA's combobox with a list
// box of several choices. Always holds: the list keeps its height, so that nothing jumps while typing; deactivated people
// and those left out are not offered.

import { Check, Search, X } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useId, useMemo, useRef, useState } from 'react'
import type { UserId } from '../../shared/model.ts'
import { useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { PersonAvatar } from '../components/avatar.tsx'
import { Presence } from '../components/presence.tsx'
import { Text } from '../components/text.tsx'
import { filterPeople } from './directory.ts'
import { PersonLine } from './person-line.tsx'
import { useWatched } from './watched.ts'
import './people-picker.css'

/** Rows shown: who is not among them is found by more letters. */
const shownRows = 50

interface PeoplePickerProps {
  readonly label: string
  /** Not offered: who is in already, and the user. */
  readonly without: ReadonlySet<UserId>
  /** In the order in which they were chosen. Without it, a choice ends it. */
  readonly picked?: readonly UserId[]
  readonly onPick: (userId: UserId) => void
  readonly most?: number
}

export function PeoplePicker({ label, without, picked, onPick, most = Infinity }: PeoplePickerProps): ReactNode {
  const people = useWorkspace((state) => state.people)
  const { t, language } = useTranslator()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const listId = useId()
  const field = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const found = useMemo(() => {
    const offered = (people ?? []).filter((person) => person.active && !without.has(person.userId))
    return filterPeople(offered, text, undefined, language).slice(0, shownRows)
  }, [people, without, text, language])
  const chosen = (picked ?? []).flatMap((id) => people?.find((person) => person.userId === id) ?? [])
  const isFull = chosen.length >= most
  useWatched(
    `picker${listId}`,
    found.map((person) => person.userId),
  )

  const choose = (userId: UserId | undefined) => {
    if (userId === undefined || (isFull && picked?.includes(userId) !== true)) return
    onPick(userId)
    if (picked !== undefined) setText('')
    field.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    const last = found.length - 1
    const latest = chosen.at(-1)
    if (event.key === 'Enter') choose(found[at]?.userId)
    else if (event.key === 'ArrowDown') setAt(at >= last ? 0 : at + 1)
    else if (event.key === 'ArrowUp') setAt(at <= 0 ? last : at - 1)
    else if (event.key === 'Backspace' && text === '' && latest !== undefined) onPick(latest.userId)
    else return
    event.preventDefault()
  }
  useEffect(() => {
    list.current?.querySelector(`[data-index="${at}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [at])

  return (
    <div className="picker">
      <div className="picker__box" onPointerDown={() => setTimeout(() => field.current?.focus())}>
        <Search aria-hidden="true" />
        {chosen.map((person) => (
          <button
            aria-label={t('picker.remove', { name: person.displayName })}
            className="picker__chip"
            data-testid="picker-chip"
            key={person.userId}
            onClick={() => onPick(person.userId)}
            type="button"
          >
            <Text className="ellipsis">{person.displayName}</Text>
            <X aria-hidden="true" />
          </button>
        ))}
        <input
          aria-activedescendant={found[at] === undefined ? undefined : `${listId}-${at}`}
          aria-autocomplete="list"
          aria-controls={listId}
          aria-expanded="true"
          aria-label={label}
          autoComplete="off"
          // biome-ignore lint/a11y/noAutofocus: the dialog is opened to type into it.
          autoFocus
          data-testid="picker-box"
          onChange={(event) => {
            setText(event.target.value)
            setAt(0)
          }}
          onKeyDown={onKeyDown}
          placeholder={chosen.length === 0 ? t('people.filter') : ''}
          ref={field}
          role="combobox"
          spellCheck={false}
          type="text"
          value={text}
        />
      </div>
      <div
        aria-label={label}
        aria-multiselectable={picked !== undefined}
        className="picker__list"
        id={listId}
        ref={list}
        role="listbox"
      >
        {found.map((person, index) => {
          const isPicked = picked?.includes(person.userId) === true
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox handles the keys; focus never leaves it.
            // biome-ignore lint/a11y/useFocusableInteractive: options are pointed at with aria-activedescendant.
            <div
              aria-selected={picked === undefined ? index === at : isPicked}
              className="picker__row"
              data-at={index === at ? '' : undefined}
              data-index={index}
              data-testid="picker-row"
              id={`${listId}-${index}`}
              key={person.userId}
              onClick={() => choose(person.userId)}
              onPointerMove={() => setAt(index)}
              role="option"
            >
              <Presence userId={person.userId}>
                <PersonAvatar id={person.userId} name={person.displayName} />
              </Presence>
              <span className="member__lines">
                <span className="member__name">
                  <Text className="ellipsis">{person.displayName}</Text>
                </span>
                <PersonLine person={person} />
              </span>
              {isPicked && <Check aria-hidden="true" />}
            </div>
          )
        })}
        {found.length === 0 && (
          // biome-ignore lint/a11y/useFocusableInteractive: says that there is nothing to choose.
          <div aria-disabled="true" aria-selected="false" className="picker__none" role="option">
            {t(people === undefined || people.length === 0 ? 'people.empty.title' : 'people.none.title')}
          </div>
        )}
      </div>
    </div>
  )
}
