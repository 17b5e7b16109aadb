// Owns the line under a person's name: title and department, as far as known.

import type { ReactNode } from 'react'
import type { PersonView } from '../../shared/bridge.ts'
import { Text } from '../components/text.tsx'
import './member.css'

export function PersonLine({ person }: { readonly person: PersonView }): ReactNode {
  const parts = [person.title, person.department].filter((part) => part !== undefined && part !== '')
  if (parts.length === 0) return undefined
  return <Text className="member__line ellipsis">{parts.join(' · ')}</Text>
}
