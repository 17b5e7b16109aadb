// Owns the window's frame while conversations may be read: notice, rail, side pane, content, details, dialogs, shortcuts.
// Always holds: the side pane is between 220 and 420 px wide and leaves the content at least 400.

import {
  type CSSProperties,
  lazy,
  memo,
  type ReactNode,
  Suspense,
  useCallback,
  useEffect,
  useRef,
  useState,
} from 'react'
import { ConversationList } from '../conversations/conversation-list.tsx'
import { StatusStrip } from '../conversations/status-strip.tsx'
import { ConversationView } from '../messages/conversation-view.tsx'
import { PeoplePane } from '../people/people-pane.tsx'
import { PersonView } from '../people/person-view.tsx'
import { SearchPane } from '../search/search-pane.tsx'
import type { DialogName } from '../state/state.ts'
import { Announcer } from './announcer.tsx'
import { CacheNoticeBar } from './cache-notice-bar.tsx'
import { ConversationsWipedBar } from './conversations-wiped-bar.tsx'
import { Rail } from './rail.tsx'
import { focusComposer, useShortcuts } from './shortcuts.ts'
import { Splitter } from './splitter.tsx'
import { useWindowNews } from './window-news.ts'
import { useActions, useTranslator, useWorkspace } from './workspace-context.ts'
import './frame.css'

const loadSwitcher = async () => ({ default: (await import('../conversations/quick-switcher.tsx')).QuickSwitcher })
const loadSettings = async () => ({ default: (await import('../settings/settings-dialog.tsx')).SettingsDialog })
const loadPlaces = async () => ({ default: (await import('../conversations/place-dialogs.tsx')).PlaceDialogs })
const loadFleet = async () => ({ default: (await import('../fleet/fleet-area.tsx')).FleetArea })
const loadOrder = async () => ({ default: (await import('../fleet/order-dialog.tsx')).OrderDialog })
const QuickSwitcher = lazy(loadSwitcher)
const SettingsDialog = lazy(loadSettings)
const PlaceDialogs = lazy(loadPlaces)
const FleetArea = lazy(loadFleet)
const OrderDialog = lazy(loadOrder)

export const Frame = memo(function Frame(): ReactNode {
  const pane = useWorkspace((state) => state.pane)
  const dialog = useWorkspace((state) => state.dialog)
  const isIt = useWorkspace((state) => state.session?.roles.includes('it') === true)
  const saved = useWorkspace((state) => state.session?.settings.listWidthPx ?? 280)
  const { setSettings, showDialog } = useActions()
  const { t } = useTranslator()
  const closeDialog = useCallback(() => showDialog(undefined), [showDialog])
  const [dragged, setDragged] = useState<number>()
  const width = dragged ?? saved
  useShortcuts()
  useWindowNews()

  // Fetched while the window rests, so that the first use is as quick as the second.
  useEffect(() => {
    const idle = requestIdleCallback(() => void Promise.all([loadSwitcher(), loadSettings(), loadPlaces()]))
    return () => cancelIdleCallback(idle)
  }, [])
  useEffect(() => {
    if (!isIt) return undefined
    const idle = requestIdleCallback(() => void Promise.all([loadFleet(), loadOrder()]))
    return () => cancelIdleCallback(idle)
  }, [isIt])

  // A dialog opened from a menu finds nothing to give the focus back to: the menu is gone by then.
  const hadDialog = useRef(false)
  useEffect(() => {
    const closed = hadDialog.current && dialog === undefined
    hadDialog.current = dialog !== undefined
    if (!closed) return
    const frame = requestAnimationFrame(() => {
      if (document.activeElement === document.body) focusComposer()
    })
    return () => cancelAnimationFrame(frame)
  }, [dialog])

  const style: CSSProperties & Record<'--side-width', string> = { '--side-width': `${width}px` }
  return (
    <div className="frame" data-wide={pane === 'fleet' ? '' : undefined} style={style}>
      <div className="frame__notices">
        <CacheNoticeBar />
        <ConversationsWipedBar />
      </div>
      <Rail />
      {pane !== 'fleet' && (
        <aside aria-label={t(`${pane === 'conversations' ? 'list' : pane}.label`)} className="side">
          {pane === 'conversations' && <ConversationList />}
          {pane === 'search' && <SearchPane />}
          {pane === 'people' && <PeoplePane />}
          <StatusStrip />
          <Splitter
            label={t('list.resize')}
            max={420}
            min={220}
            onChange={setDragged}
            onCommit={(value) => {
              void setSettings({ listWidthPx: value }).finally(() => setDragged(undefined))
            }}
            value={width}
          />
        </aside>
      )}
      <main className="content">
        {pane === 'fleet' ? (
          <Suspense>
            <FleetArea />
          </Suspense>
        ) : pane === 'people' ? (
          <PersonView />
        ) : (
          <ConversationView />
        )}
      </main>
      <Announcer />
      <Suspense>
        {dialog === 'switcher' && <QuickSwitcher onClose={closeDialog} />}
        {(dialog === 'settings' || dialog === 'app-lock') && (
          <SettingsDialog atAppLock={dialog === 'app-lock'} key={dialog} onClose={closeDialog} />
        )}
        {dialog === 'order' && <OrderDialog onClose={closeDialog} />}
        {isAboutPlaces(dialog) && <PlaceDialogs dialog={dialog} onClose={closeDialog} />}
      </Suspense>
    </div>
  )
})

const ownDialogs: ReadonlySet<DialogName> = new Set(['switcher', 'settings', 'app-lock', 'order'])
function isAboutPlaces(dialog: DialogName | undefined): boolean {
  return dialog !== undefined && !ownDialogs.has(dialog)
}
