// Owns the line above the messages: name, topic or title, who is there, member count, and the ways to details and search.

import { Archive, BellOff, PanelRight, Search } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ConversationView } from '../../shared/bridge.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { ConversationAvatar } from '../components/avatar.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { Presence } from '../components/presence.tsx'
import { Text } from '../components/text.tsx'
import { useWatched } from '../people/watched.ts'
import './conversation-header.css'

export function ConversationHeader({ conversation }: { readonly conversation: ConversationView }): ReactNode {
  const detailsOpen = useWorkspace((state) => state.detailsOpen)
  const { toggleDetails, showPane, setSearchWithin } = useActions()
  const { t } = useTranslator()
  const { kind, name, topic, other, memberIds, muted, archived } = conversation
  useWatched('header', other === undefined ? [] : [other.userId])
  const line =
    kind === 'direct' ? [other?.title, other?.department].filter((part) => part !== undefined).join(' · ') : topic
  return (
    <header className="header">
      <span className="header__figure">
        <Presence userId={other?.userId}>
          <ConversationAvatar conversation={conversation} />
        </Presence>
      </span>
      <div className="header__names">
        <h2 className="header__name ellipsis" data-testid="conversation-name">
          <Text>{name}</Text>
          {archived && (
            <span className="tag header__tag">
              <Archive aria-hidden="true" />
              {t('header.archived')}
            </span>
          )}
          {muted && (
            <span className="header__muted" title={t('list.muted')}>
              <BellOff aria-hidden="true" />
              <span className="visually-hidden">{t('list.muted')}</span>
            </span>
          )}
          {other?.active === false && <span className="tag">{t('header.inactive')}</span>}
        </h2>
        {line !== undefined && line !== '' && (
          <p className="header__topic ellipsis" title={line}>
            <Text>{line}</Text>
          </p>
        )}
      </div>
      {kind !== 'direct' && (
        <button className="header__members tabular" onClick={() => toggleDetails()} type="button">
          {t('header.members', { count: memberIds.length })}
        </button>
      )}
      <IconButton
        icon={Search}
        label={t('header.find')}
        onClick={() => {
          setSearchWithin(true)
          showPane('search')
        }}
      />
      <IconButton
        aria-expanded={detailsOpen}
        data-testid="details-toggle"
        icon={PanelRight}
        label={t(detailsOpen ? 'header.detailsClose' : 'header.details')}
        onClick={() => toggleDetails()}
      />
    </header>
  )
}
