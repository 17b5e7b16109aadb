// Owns the acts at the end of the details: opening and closing a channel, archiving, leaving. Those that give something up
// ask first, in a dialog.

import { Archive, ArchiveRestore, Globe, LockKeyhole, LogOut, ShieldX } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ConversationView } from '../../shared/bridge.ts'
import { useAct } from '../app/act.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { ActButton } from '../components/act-button.tsx'
import { ProblemLine } from '../components/problem-line.tsx'
import { rightsOf } from './rights.ts'

export function DetailsActs({ conversation }: { readonly conversation: ConversationView }): ReactNode {
  const { conversationId, isOpen, name } = conversation
  const myId = useWorkspace((state) => state.session?.me?.userId)
  const isIt = useWorkspace((state) => state.session?.roles.includes('it') === true)
  const { changeConversation, showDialog, beginConversationWipe } = useActions()
  const { t } = useTranslator()
  const { busy, failure, run } = useAct()
  const rights = rightsOf(conversation, myId)
  if (!rights.leave && !isIt) return undefined
  const Access = isOpen ? LockKeyhole : Globe
  return (
    <div className="details__acts">
      <ProblemLine failure={failure} />
      {rights.open && (
        <ActButton
          busy={busy}
          className="details__act"
          data-testid="details-access"
          onClick={() => void run(() => changeConversation({ conversationId, isOpen: !isOpen }))}
        >
          <Access aria-hidden="true" />
          {t(isOpen ? 'details.closeChannel' : 'details.openChannel')}
        </ActButton>
      )}
      {rights.archive && (
        <ActButton
          aria-haspopup="dialog"
          className="details__act"
          data-testid="details-archive"
          onClick={() => showDialog('archive', { conversationId })}
        >
          <Archive aria-hidden="true" />
          {t('row.archive')}
        </ActButton>
      )}
      {rights.unarchive && (
        <ActButton
          busy={busy}
          className="details__act"
          data-testid="details-unarchive"
          onClick={() => void run(() => changeConversation({ conversationId, archived: false }))}
        >
          <ArchiveRestore aria-hidden="true" />
          {t('archived.back')}
        </ActButton>
      )}
      {rights.leave && (
        <ActButton
          aria-haspopup="dialog"
          className="details__act details__act--danger"
          data-testid="details-leave"
          onClick={() => showDialog('leave', { conversationId })}
        >
          <LogOut aria-hidden="true" />
          {t('row.leave')}
        </ActButton>
      )}
      {isIt && (
        <ActButton
          aria-haspopup="dialog"
          className="details__act details__act--danger"
          data-testid="details-wipe"
          onClick={() => beginConversationWipe(conversationId, name)}
        >
          <ShieldX aria-hidden="true" />
          {t('details.wipe')}
        </ActButton>
      )}
    </div>
  )
}
