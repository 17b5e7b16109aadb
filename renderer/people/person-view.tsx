// Owns a person's page: who they are, whether they are there, writing to them, and the conversations shared with them.

import { MessageSquare, MonitorSmartphone, ShieldX, UserRound } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ConversationId } from '../../shared/model.ts'
import { useAct } from '../app/act.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { ActButton } from '../components/act-button.tsx'
import { ConversationAvatar, PersonAvatar } from '../components/avatar.tsx'
import { Presence } from '../components/presence.tsx'
import { ProblemLine } from '../components/problem-line.tsx'
import { StateMessage } from '../components/state-message.tsx'
import { Text } from '../components/text.tsx'
import { useWatched } from './watched.ts'

export function PersonView(): ReactNode {
  const person = useWorkspace(
    (state) =>
      state.people?.find((p) => p.userId === state.personId) ??
      (state.session?.me?.userId === state.personId ? state.session?.me : undefined),
  )
  const conversations = useWorkspace((state) => state.conversations)
  const myId = useWorkspace((state) => state.session?.me?.userId)
  const presence = useWorkspace((state) => (person === undefined ? undefined : state.presence[person.userId]))
  const isIt = useWorkspace((state) => state.session?.roles.includes('it') === true)
  const { openConversation, showPane, messagePerson, showDevicesOf, beginOrder } = useActions()
  const { t } = useTranslator()
  const { busy, failure, run } = useAct()
  useWatched('person', person === undefined ? [] : [person.userId])
  if (person === undefined) {
    return <StateMessage body={t('people.pick.body')} icon={UserRound} title={t('people.pick.title')} />
  }
  const isMe = person.userId === myId
  const direct = (conversations ?? []).find((c) => c.kind === 'direct' && c.other?.userId === person.userId)
  const shared = isMe
    ? []
    : (conversations ?? []).filter((c) => c.kind !== 'direct' && c.memberIds.includes(person.userId))
  const open = (conversationId: ConversationId) => {
    showPane('conversations')
    void openConversation(conversationId)
  }
  const facts = [
    { label: t('people.title'), value: person.title },
    { label: t('people.department'), value: person.department },
    { label: t('people.userName'), value: person.userName },
  ]
  return (
    <article className="person" data-testid="person-view">
      <header className="person__header">
        <Presence size="large" userId={person.userId}>
          <PersonAvatar id={person.userId} inactive={!person.active} name={person.displayName} size="large" />
        </Presence>
        <div className="person__names">
          <h2 className="person__name">
            <Text>{person.displayName}</Text>
          </h2>
          {presence !== undefined && (
            <p aria-hidden="true" className="person__presence">
              {t(`presence.${presence}`)}
            </p>
          )}
          {isMe && <span className="tag">{t('people.you')}</span>}
          {!person.active && <span className="tag">{t('people.inactive')}</span>}
        </div>
        {direct !== undefined ? (
          <button
            className="button button--primary"
            data-testid="person-message"
            onClick={() => open(direct.conversationId)}
            type="button"
          >
            <MessageSquare aria-hidden="true" />
            {t('people.message')}
          </button>
        ) : (
          !isMe &&
          person.active && (
            <ActButton
              busy={busy}
              className="button button--primary"
              data-testid="person-message"
              onClick={() => void run(() => messagePerson(person.userId))}
            >
              <MessageSquare aria-hidden="true" />
              {t('people.message')}
            </ActButton>
          )
        )}
      </header>
      <ProblemLine failure={failure} />
      <dl className="person__facts">
        {facts.map(({ label, value }) =>
          value === undefined || value === '' ? undefined : (
            <div key={label}>
              <dt>{label}</dt>
              <dd>
                <Text>{value}</Text>
              </dd>
            </div>
          ),
        )}
      </dl>
      {isIt && (
        <section>
          <h3 className="details__heading person__heading">{t('people.devices')}</h3>
          <div className="person__acts">
            <button
              className="button"
              data-testid="person-devices"
              onClick={() => showDevicesOf(person.userId, person.displayName)}
              type="button"
            >
              <MonitorSmartphone aria-hidden="true" />
              {t('people.showDevices')}
            </button>
            <ActButton
              aria-haspopup="dialog"
              className="button button--quiet-danger"
              data-testid="person-wipe"
              onClick={() =>
                beginOrder({
                  kind: 'wipe',
                  target: { type: 'user', userId: person.userId },
                  about: { type: 'person', name: person.displayName },
                })
              }
            >
              <ShieldX aria-hidden="true" />
              {t('device.wipeAll', { name: person.displayName })}
            </ActButton>
          </div>
        </section>
      )}
      {!isMe && (
        <section>
          <h3 className="details__heading person__heading">{t('people.shared')}</h3>
          {shared.length === 0 ? (
            <p className="person__none">{t('people.noShared')}</p>
          ) : (
            <ul>
              {shared.map((conversation) => (
                <li key={conversation.conversationId}>
                  <button className="member" onClick={() => open(conversation.conversationId)} type="button">
                    <ConversationAvatar conversation={conversation} />
                    <span className="member__lines">
                      <span className="member__name">
                        <Text className="ellipsis">{conversation.name}</Text>
                      </span>
                      {conversation.topic !== undefined && (
                        <Text className="member__line ellipsis">{conversation.topic}</Text>
                      )}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          )}
        </section>
      )}
    </article>
  )
}
