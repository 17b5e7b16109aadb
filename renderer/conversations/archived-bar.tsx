// Owns the quiet bar that stands in the composer's place in an archived conversation: why nothing can be written, and, for
// whoever may, the way back.

import { Archive } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ConversationView } from '../../shared/bridge.ts'
import { useAct } from '../app/act.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { ActButton } from '../components/act-button.tsx'
import { ProblemLine } from '../components/problem-line.tsx'
import { rightsOf } from './rights.ts'
import './archived-bar.css'

export function ArchivedBar({ conversation }: { readonly conversation: ConversationView }): ReactNode {
  const myId = useWorkspace((state) => state.session?.me?.userId)
  const { changeConversation } = useActions()
  const { t } = useTranslator()
  const { busy, failure, run } = useAct(() => undefined)
  const { conversationId, kind } = conversation
  return (
    <div className="archived" data-testid="archived-bar">
      <ProblemLine failure={failure} />
      <div className="archived__line">
        <Archive aria-hidden="true" />
        <p className="archived__text">{t(kind === 'channel' ? 'archived.channel' : 'archived.group')}</p>
        {rightsOf(conversation, myId).unarchive && (
          <ActButton
            busy={busy}
            data-testid="unarchive"
            onClick={() => void run(() => changeConversation({ conversationId, archived: false }))}
          >
            {t('archived.back')}
          </ActButton>
        )}
      </div>
    </div>
  )
}
