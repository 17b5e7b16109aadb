// Owns the list of whom the @ being typed may mean; the field keeps the focus and points at it.

import { Building2, UsersRound } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslator } from '../app/workspace-context.ts'
import { PersonAvatar } from '../components/avatar.tsx'
import { Text } from '../components/text.tsx'
import type { Suggestion } from '../text/mentions.ts'
import './mention-list.css'

interface MentionListProps {
  readonly id: string
  readonly suggestions: readonly Suggestion[]
  readonly at: number
  readonly onPoint: (index: number) => void
  readonly onChoose: (suggestion: Suggestion) => void
}

export function MentionList({ id, suggestions, at, onPoint, onChoose }: MentionListProps): ReactNode {
  const { t } = useTranslator()
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.querySelector(`[data-index="${at}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [at])
  return (
    <div aria-label={t('mention.list')} className="mention-list" id={id} ref={list} role="listbox" tabIndex={0}>
      {suggestions.map((suggestion, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field handles the keys; focus never leaves it.
        // biome-ignore lint/a11y/useFocusableInteractive: options are pointed at with aria-activedescendant.
        <div
          aria-selected={index === at}
          className="mention-list__row"
          data-index={index}
          data-testid="mention-option"
          id={`${id}-${index}`}
          key={suggestion.key}
          onClick={() => onChoose(suggestion)}
          // The field must not lose the focus to a press.
          onPointerDown={(event) => event.preventDefault()}
          onPointerMove={() => onPoint(index)}
          role="option"
        >
          <Face suggestion={suggestion} />
          <Text className="mention-list__name ellipsis">
            {suggestion.person === undefined ? `@${suggestion.name}` : suggestion.name}
          </Text>
          <Text className="mention-list__aside ellipsis">{asideOf(suggestion, t)}</Text>
        </div>
      ))}
    </div>
  )
}

function asideOf({ person, named }: Suggestion, t: ReturnType<typeof useTranslator>['t']): string {
  if (named.type === 'everyone') return t('mention.everyone')
  if (named.type === 'department') return t('mention.department')
  return [person?.title, person?.department].filter((part) => part !== undefined && part !== '').join(' · ')
}

function Face({ suggestion }: { readonly suggestion: Suggestion }): ReactNode {
  const { person, named } = suggestion
  if (person !== undefined) return <PersonAvatar id={person.userId} name={person.displayName} size="small" />
  const Icon = named.type === 'everyone' ? UsersRound : Building2
  return (
    <span aria-hidden="true" className="avatar avatar--small avatar--plain">
      <Icon />
    </span>
  )
}
