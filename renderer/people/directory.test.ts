import { describe, expect, it } from 'vitest'
import type { PersonView } from '../../shared/bridge.ts'
import type { UserId } from '../../shared/model.ts'
import { departmentsOf, filterPeople } from './directory.ts'

let next = 0
function person(displayName: string, department?: string, active = true): PersonView {
  return {
    userId: `usr_${String(next++).padStart(20, '0')}` as UserId,
    displayName,
    userName: displayName.toLowerCase().replaceAll(' ', '.'),
    ...(department === undefined ? {} : { department }),
    active,
  }
}
const people = [
  person('Zoe Lam', 'Risk'),
  person('Amy Ho', 'Markets', false),
  person('Ben Chu', 'Markets'),
  person('陳大文'),
]
const names = (text: string, department?: string) =>
  filterPeople(people, text, department, 'en').map((p) => p.displayName)

describe('the directory', () => {
  it('[UI23] lists people by name, deactivated ones last', () => {
    expect(names('')).toEqual(['Ben Chu', 'Zoe Lam', '陳大文', 'Amy Ho'])
  })

  it('[UI23] filters by department and by name or account', () => {
    expect(names('', 'Markets')).toEqual(['Ben Chu', 'Amy Ho'])
    expect(names('zoe.l')).toEqual(['Zoe Lam'])
    expect(names('大文')).toEqual(['陳大文'])
    expect(names('zoe', 'Markets')).toEqual([])
  })

  it('[UI23] names each department once', () => {
    expect(departmentsOf(people, 'en')).toEqual(['Markets', 'Risk'])
  })
})
