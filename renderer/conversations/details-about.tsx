// Owns what the details tell of a conversation and let its people change: name, topic, what kind it is, who made it; and
// what the user has set for it.

import type { ReactNode } from 'react'
import type { ConversationView } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { PersonAvatar } from '../components/avatar.tsx'
import { EditableText } from '../components/editable-text.tsx'
import { Presence } from '../components/presence.tsx'
import { Switch } from '../components/switch.tsx'
import { Text } from '../components/text.tsx'
import { PersonLine } from '../people/person-line.tsx'
import { useWatched } from '../people/watched.ts'
import { rightsOf } from './rights.ts'
import './details.css'

interface DetailsProps {
  readonly conversation: ConversationView
}

export function DetailsAbout({ conversation }: DetailsProps): ReactNode {
  const { conversationId, kind, name, topic, space, isOpen, ownerId } = conversation
  const people = useWorkspace((state) => state.people)
  const myId = useWorkspace((state) => state.session?.me?.userId)
  const { changeConversation } = useActions()
  const { t } = useTranslator()
  const rights = rightsOf(conversation, myId)
  const owner = people?.find((person) => person.userId === ownerId)
  if (kind === 'direct') return <DetailsPerson conversation={conversation} />
  const kindText =
    kind === 'channel' ? t(isOpen ? 'details.kind.open' : 'details.kind.closed') : t('details.kind.group')
  return (
    <dl className="facts">
      <EditableText
        canBeEmpty={false}
        canEdit={rights.rename}
        editLabel={t('details.rename')}
        label={t('details.name')}
        most={limits.conversationNameChars}
        none=""
        onSave={(next) => changeConversation({ conversationId, name: next })}
        testId="details-name"
        value={name}
      />
      <EditableText
        canBeEmpty
        canEdit={rights.topic}
        editLabel={t('details.retopic')}
        label={t('details.topic')}
        most={limits.topicChars}
        none={t('details.noTopic')}
        onSave={(next) => changeConversation({ conversationId, topic: next })}
        testId="details-topic"
        value={topic ?? ''}
      />
      <div>
        <dt>{t('details.kind')}</dt>
        <dd>{kindText}</dd>
      </div>
      {space !== undefined && (
        <div>
          <dt>{t('details.space')}</dt>
          <dd>
            <Text>{space}</Text>
          </dd>
        </div>
      )}
      {owner !== undefined && (
        <div>
          <dt>{t('details.owner')}</dt>
          <dd>
            <Text>{owner.displayName}</Text>
          </dd>
        </div>
      )}
    </dl>
  )
}

function DetailsPerson({ conversation: { other } }: DetailsProps): ReactNode {
  const { showPerson } = useActions()
  const { t } = useTranslator()
  useWatched('details', other === undefined ? [] : [other.userId])
  if (other === undefined) return undefined
  return (
    <button className="member" data-testid="member" onClick={() => showPerson(other.userId)} type="button">
      <Presence userId={other.userId}>
        <PersonAvatar id={other.userId} inactive={!other.active} name={other.displayName} />
      </Presence>
      <span className="member__lines">
        <span className="member__name">
          <Text className="ellipsis">{other.displayName}</Text>
          {!other.active && <span className="tag">{t('people.inactive')}</span>}
        </span>
        <PersonLine person={other} />
      </span>
    </button>
  )
}

/** What the user has set for the conversation, on all their devices. */
export function DetailsPrefs({ conversation }: DetailsProps): ReactNode {
  const { conversationId, pinned, muted } = conversation
  const { setPrefs } = useActions()
  const { t } = useTranslator()
  return (
    <div className="details__switches">
      <Switch
        label={t('details.pin')}
        on={pinned}
        onChange={(on) => void setPrefs(conversationId, { pinned: on })}
        testId="details-pin"
      />
      <Switch
        about={t('details.mute.about')}
        label={t('details.mute')}
        on={muted}
        onChange={(on) => void setPrefs(conversationId, { muted: on })}
        testId="details-mute"
      />
    </div>
  )
}
