// Owns the dialogs about conversations: which one is shown, inviting, and those that ask before something is given up.
// Always holds: a dialog about a conversation that is gone closes.

import { type ReactNode, useEffect, useMemo, useState } from 'react'
import type { ConversationView, FailureView } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import type { UserId } from '../../shared/model.ts'
import { useAct } from '../app/act.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { ActButton } from '../components/act-button.tsx'
import { ModalDialog } from '../components/modal-dialog.tsx'
import { ProblemLine } from '../components/problem-line.tsx'
import { PeoplePicker } from '../people/people-picker.tsx'
import type { DialogName } from '../state/state.ts'
import { BrowseDialog } from './browse-dialog.tsx'
import { NewConversationDialog, newDialogs, toggled } from './new-conversation-dialog.tsx'

interface PlaceDialogsProps {
  readonly dialog: DialogName | undefined
  readonly onClose: () => void
}

export function PlaceDialogs({ dialog, onClose }: PlaceDialogsProps): ReactNode {
  const about = useWorkspace((state) => state.dialogAbout)
  const conversation = useWorkspace((state) =>
    state.conversations?.find((c) => c.conversationId === state.dialogAbout?.conversationId),
  )
  const isGone = about !== undefined && conversation === undefined
  useEffect(() => {
    if (isGone) onClose()
  }, [isGone, onClose])
  const kind = newDialogs.find((name) => name === dialog)
  if (kind !== undefined) return <NewConversationDialog kind={kind} onClose={onClose} />
  if (dialog === 'browse') return <BrowseDialog onClose={onClose} />
  if (conversation === undefined) return undefined
  const parts = { conversation, onClose }
  switch (dialog) {
    case 'invite':
      return <InviteDialog {...parts} />
    case 'leave':
      return <LeaveDialog {...parts} />
    case 'archive':
      return <ArchiveDialog {...parts} />
    case 'remove-member':
      return about?.userId === undefined ? undefined : <RemoveDialog {...parts} userId={about.userId} />
    default:
      return undefined
  }
}

interface AboutProps {
  readonly conversation: ConversationView
  readonly onClose: () => void
}

function InviteDialog({ conversation, onClose }: AboutProps): ReactNode {
  const { conversationId, memberIds, kind, name } = conversation
  const { inviteMembers } = useActions()
  const { t, number } = useTranslator()
  const { busy, failure, run } = useAct(onClose)
  const [picked, setPicked] = useState<readonly UserId[]>([])
  const without = useMemo(() => new Set(memberIds), [memberIds])
  const most = kind === 'group' ? limits.groupMembers - memberIds.length : limits.membersPerRequest
  return (
    <ModalDialog onClose={onClose} testId="invite" title={t('invite.title', { name })}>
      <div className="modal__body">
        <PeoplePicker
          label={t('invite.whom')}
          most={most}
          onPick={(userId) => setPicked(toggled(picked, userId))}
          picked={picked}
          without={without}
        />
        <ProblemLine failure={failure} />
      </div>
      <footer className="modal__footer">
        <span aria-live="polite" className="modal__note">
          {picked.length === 0 ? t('invite.note') : t('create.picked', { count: number(picked.length) })}
        </span>
        <ActButton
          busy={busy}
          className="button button--primary"
          data-testid="invite-submit"
          onClick={() => void run(() => inviteMembers(conversationId, picked))}
          unready={picked.length === 0}
        >
          {t('invite.submit')}
        </ActButton>
      </footer>
    </ModalDialog>
  )
}

function LeaveDialog({ conversation, onClose }: AboutProps): ReactNode {
  const { conversationId, kind, name, isOpen } = conversation
  const { leaveConversation } = useActions()
  const { t } = useTranslator()
  return (
    <Decision
      act={() => leaveConversation(conversationId)}
      body={[
        t('leave.kept'),
        t(kind === 'channel' && isOpen ? 'leave.backOpen' : 'leave.backInvited'),
        ...(conversation.queued > 0 ? [t('leave.queued', { count: conversation.queued })] : []),
      ]}
      label={t('leave.submit')}
      onClose={onClose}
      testId="leave"
      title={t('leave.title', { name })}
    />
  )
}

function ArchiveDialog({ conversation, onClose }: AboutProps): ReactNode {
  const { conversationId, name } = conversation
  const { changeConversation } = useActions()
  const { t } = useTranslator()
  return (
    <Decision
      act={() => changeConversation({ conversationId, archived: true })}
      body={[t('archive.body'), t('archive.back')]}
      label={t('archive.submit')}
      onClose={onClose}
      testId="archive"
      title={t('archive.title', { name })}
    />
  )
}

function RemoveDialog({ conversation, onClose, userId }: AboutProps & { readonly userId: UserId }): ReactNode {
  const { conversationId, name } = conversation
  const person = useWorkspace((state) => state.people?.find((p) => p.userId === userId)?.displayName)
  const { removeMember } = useActions()
  const { t } = useTranslator()
  return (
    <Decision
      act={() => removeMember(conversationId, userId)}
      body={[t('remove.body')]}
      label={t('remove.submit')}
      onClose={onClose}
      testId="remove-member"
      title={t('remove.title', { name, person: person ?? t('details.unknownPerson') })}
    />
  )
}

interface DecisionProps {
  readonly title: string
  readonly body: readonly string[]
  readonly label: string
  readonly testId: string
  readonly act: () => Promise<FailureView | undefined>
  readonly onClose: () => void
}

function Decision({ title, body, label, testId, act, onClose }: DecisionProps): ReactNode {
  const { t } = useTranslator()
  const { busy, failure, run } = useAct(onClose)
  return (
    <ModalDialog asks onClose={onClose} testId={testId} title={title}>
      <div className="modal__body modal__body--text">
        {body.map((text) => (
          <p className="modal__text" key={text}>
            {text}
          </p>
        ))}
        <ProblemLine failure={failure} />
      </div>
      <footer className="modal__footer">
        {/* biome-ignore lint/a11y/noAutofocus: what changes nothing has the focus first. */}
        <button autoFocus className="button" data-testid={`${testId}-cancel`} onClick={onClose} type="button">
          {t('applock.cancel')}
        </button>
        <ActButton
          busy={busy}
          className="button button--danger"
          data-testid={`${testId}-submit`}
          onClick={() => void run(act)}
        >
          {label}
        </ActButton>
      </footer>
    </ModalDialog>
  )
}
