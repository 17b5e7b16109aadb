// Owns the pane beside the messages: what the conversation is, and who is in it.

import { X } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import type { ConversationView, PersonView } from '../../shared/bridge.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { PersonAvatar } from '../components/avatar.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { Text } from '../components/text.tsx'

export function DetailsPane({ conversation }: { readonly conversation: ConversationView }): ReactNode {
  const people = useWorkspace((state) => state.people)
  const myId = useWorkspace((state) => state.session?.me?.userId)
  const { toggleDetails, showPerson } = useActions()
  const { t, language, number } = useTranslator()
  const { memberIds, topic, space, kind } = conversation
  const members = useMemo(() => {
    const byId = new Map((people ?? []).map((person) => [person.userId, person]))
    return memberIds
      .map((id) => byId.get(id))
      .filter((person): person is PersonView => person !== undefined)
      .sort((a, b) => a.displayName.localeCompare(b.displayName, language))
  }, [people, memberIds, language])
  const unknown = people === undefined ? 0 : memberIds.length - members.length
  return (
    <aside aria-label={t('details.label')} className="details" data-testid="details">
      <header className="details__header">
        <h2 className="details__title">{t('details.label')}</h2>
        <IconButton
          data-testid="details-close"
          icon={X}
          label={t('header.detailsClose')}
          onClick={() => toggleDetails(false)}
        />
      </header>
      <div className="details__body">
        <h3 className="details__heading">{t('details.about')}</h3>
        <dl className="facts">
          {kind !== 'direct' && (
            <div>
              <dt>{t('details.topic')}</dt>
              <dd>
                {topic === undefined ? (
                  <span className="facts__none">{t('details.noTopic')}</span>
                ) : (
                  <Text>{topic}</Text>
                )}
              </dd>
            </div>
          )}
          {space !== undefined && (
            <div>
              <dt>{t('details.space')}</dt>
              <dd>
                <Text>{space}</Text>
              </dd>
            </div>
          )}
          <div>
            <dt>{t('details.kind')}</dt>
            <dd>{t(`details.kind.${kind}`)}</dd>
          </div>
        </dl>
        <h3 className="details__heading">
          {t('details.members')} <span className="tabular">{number(memberIds.length)}</span>
        </h3>
        <ul className="member-list">
          {members.map((person) => (
            <li key={person.userId}>
              <button className="member" data-testid="member" onClick={() => showPerson(person.userId)} type="button">
                <PersonAvatar id={person.userId} inactive={!person.active} name={person.displayName} />
                <span className="member__lines">
                  <span className="member__name">
                    <Text className="ellipsis">{person.displayName}</Text>
                    {person.userId === myId && <span className="tag">{t('header.you')}</span>}
                    {!person.active && <span className="tag">{t('people.inactive')}</span>}
                  </span>
                  <PersonLine person={person} />
                </span>
              </button>
            </li>
          ))}
          {unknown > 0 && (
            <li className="member member--unknown">{`${t('details.unknownPerson')} × ${number(unknown)}`}</li>
          )}
        </ul>
      </div>
    </aside>
  )
}

/** Title and department, as far as known. */
export function PersonLine({ person }: { readonly person: PersonView }): ReactNode {
  const parts = [person.title, person.department].filter((part) => part !== undefined && part !== '')
  if (parts.length === 0) return undefined
  return <Text className="member__line ellipsis">{parts.join(' · ')}</Text>
}
