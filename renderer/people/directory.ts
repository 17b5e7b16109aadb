// Owns which people the people pane shows and in what order. Pure.

import type { PersonView } from '../../shared/bridge.ts'
import { rank } from '../conversations/sections.ts'

/** Departments of `people`, by name in the order of `language`. */
export function departmentsOf(people: readonly PersonView[], language: string): readonly string[] {
  const names = new Set(
    people.flatMap((p) => (p.department === undefined || p.department === '' ? [] : [p.department])),
  )
  return [...names].sort((a, b) => a.localeCompare(b, language))
}

/** People of `department` (all where undefined) that fit `text`: by name, deactivated ones last; best fit first. */
export function filterPeople(
  people: readonly PersonView[],
  text: string,
  department: string | undefined,
  language: string,
): readonly PersonView[] {
  const ordered = people
    .filter((person) => department === undefined || person.department === department)
    .sort((a, b) => Number(b.active) - Number(a.active) || a.displayName.localeCompare(b.displayName, language))
  return rank(ordered, text, (person) => [person.displayName, person.userName, person.title ?? ''])
}
