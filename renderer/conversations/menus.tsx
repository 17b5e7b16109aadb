// Owns the menus of the list: that of a row (pin, mute, unread, details, leave) and that of new conversations. Loaded when
// first opened. Always holds: the focus goes back to where the menu was asked for.

import {
  Archive,
  Bell,
  BellOff,
  Circle,
  CircleCheck,
  Compass,
  Hash,
  Info,
  LogOut,
  type LucideIcon,
  MessageSquare,
  Pin,
  PinOff,
  Users,
} from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { Menu, MenuItem, Popover, Separator } from 'react-aria-components'
import type { ConversationView } from '../../shared/bridge.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { Text } from '../components/text.tsx'
import { rightsOf } from './rights.ts'
import '../components/menu.css'

interface RowMenuProps {
  readonly conversation: ConversationView
  /** What it hangs from: an element, and where in it the pointer was. */
  readonly anchor: HTMLElement
  readonly onClose: () => void
}

export function RowMenu({ conversation, anchor, onClose }: RowMenuProps): ReactNode {
  const { conversationId, pinned, muted, unread, archived, name } = conversation
  const myId = useWorkspace((state) => state.session?.me?.userId)
  const { setPrefs, markUnread, markAllRead, openConversation, toggleDetails, showDialog, showPane } = useActions()
  const { t } = useTranslator()
  const rights = rightsOf(conversation, myId)
  const trigger = useMemo(() => ({ current: anchor }), [anchor])
  const isUnread = unread > 0
  return (
    <Popover
      aria-label={t('row.menu', { name })}
      className="menu"
      isOpen
      onOpenChange={(open) => (open ? undefined : onClose())}
      placement="bottom start"
      triggerRef={trigger}
    >
      <Menu aria-label={t('row.menu', { name })} autoFocus="first" className="menu__list" onClose={onClose}>
        <Item icon={pinned ? PinOff : Pin} id="pin" onAction={() => void setPrefs(conversationId, { pinned: !pinned })}>
          {t(pinned ? 'row.unpin' : 'row.pin')}
        </Item>
        <Item icon={muted ? Bell : BellOff} id="mute" onAction={() => void setPrefs(conversationId, { muted: !muted })}>
          {t(muted ? 'row.unmute' : 'row.mute')}
        </Item>
        <Item
          icon={isUnread ? CircleCheck : Circle}
          id="unread"
          onAction={() => void (isUnread ? markAllRead(conversationId) : markUnread(conversationId))}
        >
          {t(isUnread ? 'row.read' : 'row.unread')}
        </Item>
        <Separator className="menu__line" />
        <Item
          icon={Info}
          id="details"
          onAction={() => {
            showPane('conversations')
            void openConversation(conversationId)
            toggleDetails(true)
          }}
        >
          {t('header.details')}
        </Item>
        {!archived && rights.archive && (
          <Item icon={Archive} id="archive" onAction={() => showDialog('archive', { conversationId })}>
            {t('row.archive')}
          </Item>
        )}
        {rights.leave && (
          <Item danger icon={LogOut} id="leave" onAction={() => showDialog('leave', { conversationId })}>
            {t('row.leave')}
          </Item>
        )}
      </Menu>
    </Popover>
  )
}

interface NewMenuListProps {
  readonly anchor: HTMLElement
  readonly onClose: () => void
}

/** The ways to a new conversation, and to open channels. */
export function NewMenuList({ anchor, onClose }: NewMenuListProps): ReactNode {
  const { showDialog } = useActions()
  const { t } = useTranslator()
  const trigger = useMemo(() => ({ current: anchor }), [anchor])
  return (
    <Popover
      aria-label={t('create.title')}
      className="menu"
      isOpen
      onOpenChange={(open) => (open ? undefined : onClose())}
      placement="bottom end"
      triggerRef={trigger}
    >
      <Menu aria-label={t('create.title')} autoFocus="first" className="menu__list" onClose={onClose}>
        <Item icon={MessageSquare} id="new-direct" onAction={() => showDialog('new-direct')}>
          {t('create.menu.direct')}
        </Item>
        <Item icon={Users} id="new-group" onAction={() => showDialog('new-group')}>
          {t('create.menu.group')}
        </Item>
        <Item icon={Hash} id="new-channel" onAction={() => showDialog('new-channel')}>
          {t('create.menu.channel')}
        </Item>
        <Separator className="menu__line" />
        <Item icon={Compass} id="browse" onAction={() => showDialog('browse')}>
          {t('create.menu.browse')}
        </Item>
      </Menu>
    </Popover>
  )
}

interface ItemProps {
  readonly id: string
  readonly icon: LucideIcon
  readonly children: string
  readonly onAction: () => void
  readonly danger?: boolean
}

function Item({ id, icon: Icon, children, onAction, danger = false }: ItemProps): ReactNode {
  return (
    <MenuItem
      className="menu__item"
      data-danger={danger ? '' : undefined}
      data-testid={`menu-${id}`}
      id={id}
      onAction={onAction}
      textValue={children}
    >
      <Icon aria-hidden="true" />
      <Text>{children}</Text>
    </MenuItem>
  )
}
