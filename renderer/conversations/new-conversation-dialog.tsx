// Owns beginning a conversation: with a person, in a group, or in a channel. Always holds: the dialog closes only once it is
// there; what failed is told in it, and what was entered stays.

import { Hash, MessageSquare, Users } from 'lucide-react'
import { type FormEvent, type ReactNode, useId, useMemo, useState } from 'react'
import { Radio, RadioGroup, Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { limits } from '../../shared/limits.ts'
import type { UserId } from '../../shared/model.ts'
import { useAct } from '../app/act.ts'
import { useIsConnected } from '../app/connection.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { ActButton } from '../components/act-button.tsx'
import { ModalDialog } from '../components/modal-dialog.tsx'
import { ProblemLine } from '../components/problem-line.tsx'
import { PeoplePicker } from '../people/people-picker.tsx'
import './places.css'

export const newDialogs = ['new-direct', 'new-group', 'new-channel'] as const
export type NewDialog = (typeof newDialogs)[number]
const icons = { 'new-direct': MessageSquare, 'new-group': Users, 'new-channel': Hash } as const

interface NewConversationProps {
  readonly kind: NewDialog
  readonly onClose: () => void
}

export function NewConversationDialog({ kind, onClose }: NewConversationProps): ReactNode {
  const { showDialog } = useActions()
  const { t } = useTranslator()
  const isConnected = useIsConnected()
  return (
    <ModalDialog onClose={onClose} testId="new-conversation" title={t('create.title')}>
      <Tabs
        className="kinds"
        onSelectionChange={(chosen) => {
          const next = newDialogs.find((dialog) => dialog === chosen)
          if (next !== undefined && next !== kind) showDialog(next)
        }}
        selectedKey={kind}
      >
        <TabList aria-label={t('create.title')} className="kinds__list">
          {newDialogs.map((dialog) => {
            const Icon = icons[dialog]
            return (
              <Tab className="kinds__tab" data-testid={dialog} id={dialog} key={dialog}>
                <Icon aria-hidden="true" />
                {t(`create.${dialog}`)}
              </Tab>
            )
          })}
        </TabList>
        {!isConnected && (
          <p className="kinds__offline" role="status">
            {t(kind === 'new-direct' ? 'create.offlineDirect' : 'places.offline')}
          </p>
        )}
        <TabPanel className="kinds__panel" id="new-direct">
          <DirectForm onClose={onClose} />
        </TabPanel>
        <TabPanel className="kinds__panel" id="new-group">
          <GroupForm onClose={onClose} />
        </TabPanel>
        <TabPanel className="kinds__panel" id="new-channel">
          <ChannelForm onClose={onClose} />
        </TabPanel>
      </Tabs>
    </ModalDialog>
  )
}

interface FormProps {
  readonly onClose: () => void
}

function useJustMe(): ReadonlySet<UserId> {
  const myId = useWorkspace((state) => state.session?.me?.userId)
  return useMemo(() => new Set(myId === undefined ? [] : [myId]), [myId])
}

function DirectForm({ onClose }: FormProps): ReactNode {
  const { messagePerson } = useActions()
  const { t } = useTranslator()
  const { failure, run } = useAct(onClose)
  return (
    <div className="modal__body">
      <PeoplePicker
        label={t('create.whom')}
        onPick={(userId) => void run(() => messagePerson(userId))}
        without={useJustMe()}
      />
      <ProblemLine failure={failure} />
    </div>
  )
}

function GroupForm({ onClose }: FormProps): ReactNode {
  const people = useWorkspace((state) => state.people)
  const { createConversation } = useActions()
  const { t, number } = useTranslator()
  const { busy, failure, run } = useAct(onClose)
  const [picked, setPicked] = useState<readonly UserId[]>([])
  const [name, setName] = useState('')
  const id = useId()
  // A group without a name of its own bears those of its people, as people would call it.
  const ofPeople = picked
    .flatMap((userId) => people?.find((person) => person.userId === userId)?.displayName ?? [])
    .join(t('create.nameJoin'))
    .slice(0, limits.conversationNameChars)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (picked.length === 0) return
    const given = name.trim() === '' ? ofPeople : name.trim()
    void run(() => createConversation({ kind: 'group', name: given, memberIds: [...picked] }))
  }
  return (
    <form className="kinds__form" onSubmit={submit}>
      <div className="modal__body">
        <PeoplePicker
          label={t('create.members')}
          most={limits.groupMembers - 1}
          onPick={(userId) => setPicked(toggled(picked, userId))}
          picked={picked}
          without={useJustMe()}
        />
        <div className="labelled">
          <label className="labelled__label" htmlFor={id}>
            {t('create.name')} <span className="labelled__optional">{t('create.optional')}</span>
          </label>
          <input
            autoComplete="off"
            className="input"
            data-testid="create-name"
            id={id}
            maxLength={limits.conversationNameChars}
            onChange={(event) => setName(event.target.value)}
            placeholder={ofPeople}
            value={name}
          />
        </div>
        <ProblemLine failure={failure} />
      </div>
      <footer className="modal__footer">
        <span aria-live="polite" className="modal__note">
          {picked.length === 0 ? t('create.pickSome') : t('create.picked', { count: number(picked.length) })}
        </span>
        <ActButton
          busy={busy}
          className="button button--primary"
          data-testid="create-submit"
          submits
          unready={picked.length === 0}
        >
          {t('create.group')}
        </ActButton>
      </footer>
    </form>
  )
}

function ChannelForm({ onClose }: FormProps): ReactNode {
  const { createConversation } = useActions()
  const { t } = useTranslator()
  const { busy, failure, run, forget } = useAct(onClose)
  const [name, setName] = useState('')
  const [topic, setTopic] = useState('')
  const [access, setAccess] = useState('open')
  const [isMissing, setMissing] = useState(false)
  const id = useId()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() === '') {
      setMissing(true)
      document.getElementById(`${id}-name`)?.focus()
      return
    }
    const about = topic.trim() === '' ? {} : { topic: topic.trim() }
    void run(() =>
      createConversation({ kind: 'channel', name: name.trim(), ...about, isOpen: access === 'open', memberIds: [] }),
    )
  }
  return (
    <form className="kinds__form" onSubmit={submit}>
      <div className="modal__body">
        <div className="labelled">
          <label className="labelled__label" htmlFor={`${id}-name`}>
            {t('create.name')}
          </label>
          <input
            aria-describedby={isMissing ? `${id}-missing` : undefined}
            aria-invalid={isMissing}
            autoComplete="off"
            // biome-ignore lint/a11y/noAutofocus: the dialog is opened to type into it.
            autoFocus
            className="input"
            data-testid="create-name"
            id={`${id}-name`}
            maxLength={limits.conversationNameChars}
            onChange={(event) => {
              setName(event.target.value)
              setMissing(false)
              forget()
            }}
            placeholder={t('create.channelExample')}
            value={name}
          />
          {isMissing && (
            <p className="labelled__error" id={`${id}-missing`} role="alert">
              {t('create.nameMissing')}
            </p>
          )}
        </div>
        <div className="labelled">
          <label className="labelled__label" htmlFor={`${id}-topic`}>
            {t('details.topic')} <span className="labelled__optional">{t('create.optional')}</span>
          </label>
          <input
            autoComplete="off"
            className="input"
            data-testid="create-topic"
            id={`${id}-topic`}
            maxLength={limits.topicChars}
            onChange={(event) => setTopic(event.target.value)}
            value={topic}
          />
        </div>
        <RadioGroup aria-label={t('create.access')} className="choices" onChange={setAccess} value={access}>
          {(['open', 'closed'] as const).map((kind) => (
            <Radio className="choice" data-testid={`create-${kind}`} key={kind} value={kind}>
              <span aria-hidden="true" className="choice__dot" />
              <span className="choice__lines">
                <span className="choice__name">{t(`create.${kind}`)}</span>
                <span className="choice__about">{t(`create.${kind}.about`)}</span>
              </span>
            </Radio>
          ))}
        </RadioGroup>
        <ProblemLine failure={failure} />
      </div>
      <footer className="modal__footer">
        <span className="modal__note">{t('create.inviteLater')}</span>
        <ActButton busy={busy} className="button button--primary" data-testid="create-submit" submits>
          {t('create.channel')}
        </ActButton>
      </footer>
    </form>
  )
}

/** `userIds` with `userId` put in at the end, or taken out. */
export function toggled(userIds: readonly UserId[], userId: UserId): readonly UserId[] {
  return userIds.includes(userId) ? userIds.filter((id) => id !== userId) : [...userIds, userId]
}
