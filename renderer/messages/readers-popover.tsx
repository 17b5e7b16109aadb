// Owns the list of who has read a message, and who has not, as far as the server tells.

import type { ReactNode } from 'react'
import type { ConversationView, MessageView } from '../../shared/bridge.ts'
import type { UserId } from '../../shared/model.ts'
import { useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { PersonAvatar } from '../components/avatar.tsx'
import { Text } from '../components/text.tsx'
import { useNames } from './names.ts'
import { Popover } from './popover.tsx'

interface ReadersPopoverProps {
  readonly message: MessageView
  readonly conversation: ConversationView
  readonly anchor: HTMLElement
  readonly onClose: () => void
}

export function ReadersPopover({ message, conversation, anchor, onClose }: ReadersPopoverProps): ReactNode {
  const readers = useWorkspace((state) => state.timeline?.readers)
  const { t } = useTranslator()
  const others = conversation.memberIds.filter((userId) => userId !== message.senderId)
  const read = new Set(
    (readers ?? []).filter(({ seq }) => seq >= (message.seq ?? Infinity)).map(({ userId }) => userId),
  )
  const readBy = others.filter((userId) => read.has(userId))
  const rest = others.filter((userId) => !read.has(userId))
  return (
    <Popover anchor={anchor} label={t('read.title')} onClose={onClose} testId="readers">
      <div className="readers" role="none">
        {readBy.length === 0 && <p className="readers__heading">{t('read.none')}</p>}
        {readBy.length > 0 && <People heading={t('read.by', { count: readBy.length })} people={readBy} />}
        {readBy.length > 0 && rest.length > 0 && <People heading={t('read.notYet')} people={rest} />}
      </div>
    </Popover>
  )
}

function People({ heading, people }: { readonly heading: string; readonly people: readonly UserId[] }): ReactNode {
  const nameOf = useNames()
  return (
    <>
      <h3 className="readers__heading">{heading}</h3>
      <ul aria-label={heading}>
        {people.map((userId) => (
          <li className="readers__person" key={userId}>
            <PersonAvatar id={userId} name={nameOf(userId)} size="small" />
            <Text className="ellipsis">{nameOf(userId)}</Text>
          </li>
        ))}
      </ul>
    </>
  )
}
