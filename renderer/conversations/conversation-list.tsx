// Owns the list of conversations: sections, roving focus, the rows' menu, marks for what is unread out of view.
// Always holds: arrow keys move the focus and never open; Enter, Space or a click open; what is archived is folded away
// until asked for.

import { ChevronDown, CircleAlert, Search, X } from 'lucide-react'
import {
  type KeyboardEvent,
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { shortcut } from '../app/shortcuts.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { IconButton } from '../components/icon-button.tsx'
import { Text } from '../components/text.tsx'
import { useWatched } from '../people/watched.ts'
import { ConversationRow } from './conversation-row.tsx'
import { badgeOf } from './counts.ts'
import { ListSkeleton } from './list-skeleton.tsx'
import { NewMenu } from './new-menu.tsx'
import { type Section, sectionsOf } from './sections.ts'
import './conversation-list.css'

export function ConversationList(): ReactNode {
  const conversations = useWorkspace((state) => state.conversations)
  const workspaceName = useWorkspace((state) => state.session?.workspaceName)
  const filling = useWorkspace((state) => state.session?.state === 'catching-up')
  const { showDialog } = useActions()
  const { t } = useTranslator()
  return (
    <>
      <header className="side-header">
        <div className="side-header__row">
          <h1 className="side-header__title ellipsis">
            <Text>{workspaceName ?? t('product.name')}</Text>
          </h1>
          <NewMenu />
        </div>
        <button
          aria-haspopup="dialog"
          className="jump"
          data-testid="jump-open"
          onClick={() => showDialog('switcher')}
          type="button"
        >
          <Search aria-hidden="true" />
          <span className="jump__label">{t('list.jump')}</span>
          <kbd className="kbd">{shortcut('K')}</kbd>
        </button>
        <ListProblem />
      </header>
      {conversations === undefined ? (
        <ListSkeleton label={t('list.loading')} />
      ) : conversations.length > 0 ? (
        <Sections />
      ) : filling ? (
        <ListSkeleton label={t('list.filling.title')} />
      ) : (
        <p className="list list__none">{t('list.empty.title')}</p>
      )}
    </>
  )
}

/** Why the last act on a row was not done. */
function ListProblem(): ReactNode {
  const problem = useWorkspace((state) => state.listFailure)
  const { dismissListFailure } = useActions()
  const { t, failure } = useTranslator()
  if (problem === undefined) return undefined
  return (
    <div className="list-problem" role="alert">
      <CircleAlert aria-hidden="true" />
      <span>{failure(problem.code)}</span>
      <IconButton className="icon-button--small" icon={X} label={t('details.close')} onClick={dismissListFailure} />
    </div>
  )
}

const RowMenu = lazy(async () => ({ default: (await import('./menus.tsx')).RowMenu }))

interface MenuPlace {
  readonly conversationId: string
  readonly anchor: HTMLElement
}

interface OutOfView {
  readonly above: number
  readonly below: number
}

function Sections(): ReactNode {
  const conversations = useWorkspace((state) => state.conversations)
  const openId = useWorkspace((state) => state.openId)
  const { t, number } = useTranslator()
  const sections = useMemo(() => sectionsOf(conversations ?? []), [conversations])
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set(['archived']))
  const [menu, setMenu] = useState<MenuPlace>()
  const point = useRef<HTMLSpanElement>(null)
  const [focusedId, setFocusedId] = useState<string>()
  const [hidden, setHidden] = useState<OutOfView>({ above: 0, below: 0 })
  const list = useRef<HTMLElement>(null)

  const shownRows = (section: Section) =>
    collapsed.has(section.key)
      ? section.rows.filter((row) => badgeOf(row) > 0 || row.failed > 0 || row.conversationId === openId)
      : section.rows
  const ids = sections.flatMap((section) => shownRows(section).map((row) => row.conversationId as string))
  const tabStop = [focusedId, openId].find((id) => id !== undefined && ids.includes(id)) ?? ids[0]

  const watched = sections.flatMap((section) => shownRows(section).flatMap((row) => row.other?.userId ?? []))
  useWatched('list', watched)

  const openMenu = useCallback((conversationId: string, anchor: HTMLElement, at?: { x: number; y: number }) => {
    const mark = point.current
    if (at !== undefined && mark !== null) {
      mark.style.left = `${at.x}px`
      mark.style.top = `${at.y}px`
      // Where the menu was opened by pointer, its row has the focus once it is closed.
      anchor.focus({ preventScroll: true })
    }
    setMenu({ conversationId, anchor: at === undefined || mark === null ? anchor : mark })
  }, [])
  const closeMenu = useCallback(() => setMenu(undefined), [])
  const menuOf = conversations?.find((c) => c.conversationId === menu?.conversationId)

  // biome-ignore lint/correctness/useExhaustiveDependencies: measured again whenever other rows are shown.
  useEffect(() => {
    const element = list.current
    if (element === null) return
    const measure = () => {
      const view = element.getBoundingClientRect()
      let above = 0
      let below = 0
      for (const row of element.querySelectorAll<HTMLElement>('[data-unread]:not([data-unread="0"])')) {
        const { top, bottom } = row.getBoundingClientRect()
        if (bottom <= view.top + 8) above++
        else if (top >= view.bottom - 8) below++
      }
      setHidden((before) => (before.above === above && before.below === below ? before : { above, below }))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [sections, collapsed, openId])

  // Switching by Alt+arrow keeps the open row in view; what opens by itself at the start leaves the list at its top.
  const shownId = useRef(openId)
  useEffect(() => {
    if (openId !== undefined && shownId.current !== undefined && shownId.current !== openId)
      rowElement(list.current, openId)?.scrollIntoView({ block: 'nearest' })
    shownId.current = openId
  }, [openId])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-conversation-id]') : null
    if (row === null) return
    const at = ids.indexOf(row.dataset.conversationId ?? '')
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: ids.length - 1 }[event.key]
    const id = to === undefined ? undefined : ids[to]
    if (to === undefined) return
    event.preventDefault()
    if (id !== undefined) rowElement(list.current, id)?.focus()
  }

  const showHidden = (direction: 'above' | 'below') => {
    const element = list.current
    if (element === null) return
    const view = element.getBoundingClientRect()
    const rows = [...element.querySelectorAll<HTMLElement>('[data-unread]:not([data-unread="0"])')]
    const target =
      direction === 'below'
        ? rows.find((row) => row.getBoundingClientRect().top >= view.bottom - 8)
        : rows.findLast((row) => row.getBoundingClientRect().bottom <= view.top + 8)
    target?.scrollIntoView({ block: 'center' })
    target?.focus()
  }

  return (
    <div className="list-frame">
      <span aria-hidden="true" className="list-point" ref={point} />
      <Suspense>
        {menu !== undefined && menuOf !== undefined && (
          <RowMenu anchor={menu.anchor} conversation={menuOf} onClose={closeMenu} />
        )}
      </Suspense>
      {hidden.above > 0 && (
        <button className="list-pill list-pill--above" onClick={() => showHidden('above')} type="button">
          ↑ {t('list.unreadAbove', { count: hidden.above })}
        </button>
      )}
      <nav
        aria-label={t('list.label')}
        className="list"
        data-testid="conversation-list"
        onKeyDown={onKeyDown}
        ref={list}
      >
        {sections.map((section) => {
          const name = section.space ?? t(`list.${section.kind}`)
          const isCollapsed = collapsed.has(section.key)
          return (
            <section className="list__section" key={section.key}>
              <h2 className="list__heading">
                <button
                  aria-expanded={!isCollapsed}
                  className="list__toggle"
                  data-section={section.kind}
                  data-testid="section-toggle"
                  onClick={() => {
                    const next = new Set(collapsed)
                    if (!next.delete(section.key)) next.add(section.key)
                    setCollapsed(next)
                  }}
                  type="button"
                >
                  <Text className="ellipsis">{name}</Text>
                  {section.kind === 'archived' && (
                    <span className="list__kind tabular">{number(section.rows.length)}</span>
                  )}
                  {section.space !== undefined && <span className="list__kind">{t('list.channels')}</span>}
                  <ChevronDown aria-hidden="true" />
                </button>
              </h2>
              <ul>
                {shownRows(section).map((row) => (
                  <li key={row.conversationId}>
                    <ConversationRow
                      conversation={row}
                      current={row.conversationId === openId}
                      menuOpen={row.conversationId === menu?.conversationId}
                      onFocus={setFocusedId}
                      onMenu={openMenu}
                      tabStop={row.conversationId === tabStop}
                    />
                  </li>
                ))}
              </ul>
            </section>
          )
        })}
      </nav>
      {hidden.below > 0 && (
        <button className="list-pill list-pill--below" onClick={() => showHidden('below')} type="button">
          ↓ {t('list.unreadBelow', { count: hidden.below })}
        </button>
      )}
    </div>
  )
}

function rowElement(list: HTMLElement | null, id: string): HTMLElement | undefined {
  return list?.querySelector<HTMLElement>(`[data-conversation-id="${CSS.escape(id)}"]`) ?? undefined
}
