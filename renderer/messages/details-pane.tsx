// Owns the pane beside the messages: what the conversation is, what the user has set for it, who is in it, and what may be
// done with it. Its parts stand with the conversations.

import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ConversationView } from '../../shared/bridge.ts'
import { useActions, useTranslator } from '../app/workspace-context.ts'
import { IconButton } from '../components/icon-button.tsx'
import { DetailsAbout, DetailsPrefs } from '../conversations/details-about.tsx'
import { DetailsActs } from '../conversations/details-acts.tsx'
import { DetailsMembers } from '../conversations/details-members.tsx'

export function DetailsPane({ conversation }: { readonly conversation: ConversationView }): ReactNode {
  const { toggleDetails } = useActions()
  const { t } = useTranslator()
  const { conversationId, kind } = conversation
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
      <div className="details__body" key={conversationId}>
        <DetailsAbout conversation={conversation} />
        <DetailsPrefs conversation={conversation} />
        {kind !== 'direct' && <DetailsMembers conversation={conversation} />}
        <DetailsActs conversation={conversation} />
      </div>
    </aside>
  )
}
