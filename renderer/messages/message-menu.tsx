// Owns the menu of a message: everything that may be done with it. Loaded when first opened.

import {
  CheckCheck,
  CircleDot,
  Copy,
  Forward,
  History,
  type LucideIcon,
  MessageSquareReply,
  Pencil,
  Quote,
  SmilePlus,
  Trash2,
} from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { Menu, MenuItem, Popover, Separator } from 'react-aria-components'
import type { MessageView } from '../../shared/bridge.ts'
import { useTranslator } from '../app/workspace-context.ts'
import type { WritingPlace } from '../state/writing.ts'
import { useCommands } from './message-commands.ts'
import type { Overlay } from './row-context.ts'
import '../components/menu.css'
import './overlays.css'

interface MessageMenuProps {
  readonly message: MessageView
  readonly place: WritingPlace
  readonly anchor: HTMLElement
  readonly archived: boolean
  readonly show: (overlay: Overlay) => void
  readonly onClose: () => void
}

export function MessageMenu({ message, place, anchor, archived, show, onClose }: MessageMenuProps): ReactNode {
  const commands = useCommands(message, place, archived, show)
  const { rights } = commands
  const { t } = useTranslator()
  const trigger = useMemo(() => ({ current: anchor }), [anchor])
  return (
    <Popover
      aria-label={t('messages.actions')}
      className="menu"
      isOpen
      onOpenChange={(open) => (open ? undefined : onClose())}
      placement="bottom end"
      triggerRef={trigger}
    >
      <Menu aria-label={t('messages.actions')} autoFocus="first" className="menu__list" onClose={onClose}>
        {rights.react && (
          <Item icon={SmilePlus} id="react" keys="+" onAction={() => commands.react(anchor)}>
            {t('acts.react')}
          </Item>
        )}
        {rights.thread && place.threadSeq === undefined && (
          <Item icon={MessageSquareReply} id="thread" keys="R" onAction={commands.thread}>
            {t('acts.thread')}
          </Item>
        )}
        {rights.quote && (
          <Item icon={Quote} id="quote" keys="Q" onAction={commands.quote}>
            {t('acts.quote')}
          </Item>
        )}
        {rights.forward && (
          <Item icon={Forward} id="forward" keys="F" onAction={commands.forward}>
            {t('acts.forward')}
          </Item>
        )}
        {rights.copy && (
          <Item icon={Copy} id="copy" keys="C" onAction={() => void commands.copy()}>
            {t('messages.copy')}
          </Item>
        )}
        {(rights.unread || rights.readers || rights.history) && <Separator className="menu__line" />}
        {rights.unread && place.threadSeq === undefined && (
          <Item icon={CircleDot} id="unread" onAction={commands.unread}>
            {t('acts.unread')}
          </Item>
        )}
        {rights.readers && (
          <Item icon={CheckCheck} id="readers" onAction={() => commands.readers(anchor)}>
            {t('acts.readBy')}
          </Item>
        )}
        {rights.history && (
          <Item icon={History} id="history" onAction={() => commands.history(anchor)}>
            {t('acts.history')}
          </Item>
        )}
        {(rights.edit || rights.delete) && <Separator className="menu__line" />}
        {rights.edit && (
          <Item icon={Pencil} id="edit" keys="E" onAction={commands.edit}>
            {t('acts.edit')}
          </Item>
        )}
        {rights.delete && (
          <Item danger icon={Trash2} id="delete" onAction={commands.remove}>
            {t('acts.delete')}
          </Item>
        )}
      </Menu>
    </Popover>
  )
}

interface ItemProps {
  readonly id: string
  readonly icon: LucideIcon
  readonly children: string
  readonly keys?: string
  readonly danger?: boolean
  readonly onAction: () => void
}

function Item({ id, icon: Icon, children, keys, danger = false, onAction }: ItemProps): ReactNode {
  return (
    <MenuItem
      className="menu__item"
      data-danger={danger ? '' : undefined}
      data-testid={`message-menu-${id}`}
      id={id}
      // What it opens comes once the menu has gone and given the focus back.
      onAction={() => requestAnimationFrame(onAction)}
      textValue={children}
    >
      <Icon aria-hidden="true" />
      <span className="menu__label">{children}</span>
      {keys !== undefined && (
        <span aria-hidden="true" className="menu__keys">
          {keys}
        </span>
      )}
    </MenuItem>
  )
}
