// Owns the members in the details: who is in and who of them is there, finding one among many, bringing people in and taking
// them out.

import { Search, UserMinus, UserPlus } from 'lucide-react'
import { type ReactNode, useMemo, useState } from 'react'
import type { ConversationView, PersonView } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { ActButton } from '../components/act-button.tsx'
import { PersonAvatar } from '../components/avatar.tsx'
import { Presence } from '../components/presence.tsx'
import { Text } from '../components/text.tsx'
import { filterPeople } from '../people/directory.ts'
import { PersonLine } from '../people/person-line.tsx'
import { useWatched } from '../people/watched.ts'
import { rightsOf } from './rights.ts'

/** From this many members on there is a field to find one. */
const searchFrom = 8

export function DetailsMembers({ conversation }: { readonly conversation: ConversationView }): ReactNode {
  const { conversationId, memberIds, ownerId } = conversation
  const people = useWorkspace((state) => state.people)
  const myId = useWorkspace((state) => state.session?.me?.userId)
  const { showPerson, showDialog } = useActions()
  const { t, language, number } = useTranslator()
  const [text, setText] = useState('')
  const rights = rightsOf(conversation, myId)
  const members = useMemo(() => {
    const byId = new Map((people ?? []).map((person) => [person.userId, person]))
    return memberIds.map((id) => byId.get(id)).filter((person): person is PersonView => person !== undefined)
  }, [people, memberIds])
  const found = useMemo(() => filterPeople(members, text, undefined, language), [members, text, language])
  const unknown = people === undefined || text !== '' ? 0 : memberIds.length - members.length
  useWatched(
    'details',
    found.slice(0, limits.watchedPeople).map((person) => person.userId),
  )
  return (
    <>
      <div className="details__line">
        <h3 className="details__heading">
          {t('details.members')} <span className="tabular">{number(memberIds.length)}</span>
        </h3>
        {rights.invite && (
          <ActButton
            aria-haspopup="dialog"
            className="text-button details__add"
            data-testid="invite-open"
            onClick={() => showDialog('invite', { conversationId })}
          >
            <UserPlus aria-hidden="true" />
            {t('details.invite')}
          </ActButton>
        )}
      </div>
      {memberIds.length >= searchFrom && (
        <div className="field details__find">
          <Search aria-hidden="true" />
          <input
            aria-label={t('details.findMember')}
            autoComplete="off"
            data-testid="member-filter"
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Escape' || text === '') return
              event.preventDefault()
              event.stopPropagation()
              setText('')
            }}
            placeholder={t('details.findMember')}
            spellCheck={false}
            type="search"
            value={text}
          />
        </div>
      )}
      <ul className="member-list">
        {found.map((person) => (
          <li className="member-row" key={person.userId}>
            <button className="member" data-testid="member" onClick={() => showPerson(person.userId)} type="button">
              <Presence userId={person.userId}>
                <PersonAvatar id={person.userId} inactive={!person.active} name={person.displayName} />
              </Presence>
              <span className="member__lines">
                <span className="member__name">
                  <Text className="ellipsis">{person.displayName}</Text>
                  {person.userId === myId && <span className="tag">{t('header.you')}</span>}
                  {person.userId === ownerId && <span className="tag">{t('details.isOwner')}</span>}
                  {!person.active && <span className="tag">{t('people.inactive')}</span>}
                </span>
                <PersonLine person={person} />
              </span>
            </button>
            {rights.remove && person.userId !== myId && (
              <ActButton
                aria-haspopup="dialog"
                aria-label={t('details.remove', { name: person.displayName })}
                className="icon-button--small member-row__act"
                data-testid="member-remove"
                onClick={() => showDialog('remove-member', { conversationId, userId: person.userId })}
              >
                <UserMinus aria-hidden="true" />
              </ActButton>
            )}
          </li>
        ))}
        {unknown > 0 && (
          <li className="member member--unknown">{`${t('details.unknownPerson')} × ${number(unknown)}`}</li>
        )}
        {text !== '' && found.length === 0 && <li className="member member--unknown">{t('people.none.title')}</li>}
      </ul>
    </>
  )
}
