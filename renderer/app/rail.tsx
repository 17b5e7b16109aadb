// Owns the narrow rail at the window's edge: which pane is shown, locking, settings, and who is signed in.

import { Lock, type LucideIcon, MessagesSquare, MonitorSmartphone, Search, Settings, Users } from 'lucide-react'
import type { ReactNode } from 'react'
import { PersonAvatar } from '../components/avatar.tsx'
import { BrandMark } from '../components/brand-mark.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { badgeOf, badgeText } from '../conversations/counts.ts'
import { awaitingOf } from '../state/order-list.ts'
import type { Pane } from '../state/state.ts'
import { shiftShortcut, shortcut } from './shortcuts.ts'
import { useActions, useTranslator, useWorkspace } from './workspace-context.ts'

const panes: readonly { readonly pane: Pane; readonly icon: LucideIcon; readonly keys?: string }[] = [
  { pane: 'conversations', icon: MessagesSquare },
  { pane: 'search', icon: Search, keys: shortcut('F') },
  { pane: 'people', icon: Users },
]
/** For people with the IT role. */
const itPane = { pane: 'fleet', icon: MonitorSmartphone, keys: undefined } as const

export function Rail(): ReactNode {
  const current = useWorkspace((state) => state.pane)
  const me = useWorkspace((state) => state.session?.me)
  const dialog = useWorkspace((state) => state.dialog)
  const unread = useWorkspace((state) => (state.conversations ?? []).reduce((sum, c) => sum + badgeOf(c), 0))
  const isIt = useWorkspace((state) => state.session?.roles.includes('it') === true)
  const awaiting = useWorkspace((state) => awaitingOf(state.fleet.orders))
  const canLock = useWorkspace((state) => state.session?.appLock.enabled === true)
  const { showPane, showPerson, showDialog, lock } = useActions()
  const { t, number } = useTranslator()
  return (
    <nav aria-label={t('rail.label')} className="rail">
      <div className="rail__mark">
        <BrandMark size={28} />
      </div>
      {(isIt ? [...panes, itPane] : panes).map(({ pane, icon: Icon, keys }) => (
        <button
          aria-current={current === pane ? 'page' : undefined}
          className="rail__button"
          data-keys={keys}
          data-testid={`rail-${pane}`}
          data-tip={t(`rail.${pane}`)}
          data-tip-side="right"
          key={pane}
          onClick={() => showPane(pane)}
          type="button"
        >
          <Icon aria-hidden="true" />
          <span className="visually-hidden">{t(`rail.${pane}`)}</span>
          {pane === 'conversations' && unread > 0 && (
            <>
              <span aria-hidden="true" className="rail__badge tabular">
                {badgeText(unread, number)}
              </span>
              <span className="visually-hidden">{t('rail.unread', { count: unread })}</span>
            </>
          )}
          {pane === 'fleet' && awaiting > 0 && (
            <>
              <span aria-hidden="true" className="rail__badge tabular" data-testid="fleet-badge">
                {badgeText(awaiting, number)}
              </span>
              <span className="visually-hidden">{t('rail.awaiting', { count: awaiting })}</span>
            </>
          )}
        </button>
      ))}
      <div className="rail__space" />
      {canLock && (
        <IconButton
          className="rail__button"
          data-testid="lock-now"
          icon={Lock}
          keys={shiftShortcut('L')}
          label={t('rail.lock')}
          onClick={() => void lock()}
          tipSide="right"
        />
      )}
      <IconButton
        aria-haspopup="dialog"
        className="rail__button"
        data-testid="settings-open"
        icon={Settings}
        keys={shortcut(',')}
        label={t('rail.settings')}
        onClick={() => showDialog(dialog === 'settings' ? undefined : 'settings')}
        tipSide="right"
      />
      {me !== undefined && (
        <button
          aria-label={t('rail.me', { name: me.displayName })}
          className="rail__me"
          data-testid="rail-me"
          data-tip={me.displayName}
          data-tip-side="right"
          onClick={() => showPerson(me.userId)}
          type="button"
        >
          <PersonAvatar id={me.userId} name={me.displayName} />
        </button>
      )}
    </nav>
  )
}
