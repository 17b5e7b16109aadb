// Owns the small square that stands for a person, a group or a channel. Decorative: the name always stands beside it.

import { Hash, Users } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ConversationView } from '../../shared/bridge.ts'
import { hueOf, initialsOf } from '../text/initials.ts'
import './avatar.css'

type Size = 'small' | 'medium' | 'large'

interface PersonAvatarProps {
  readonly id: string
  readonly name: string
  readonly size?: Size
  readonly inactive?: boolean
}

export function PersonAvatar({ id, name, size = 'medium', inactive = false }: PersonAvatarProps): ReactNode {
  return (
    <span
      aria-hidden="true"
      className={`avatar avatar--${size} avatar--hue${hueOf(id)}`}
      data-inactive={inactive ? '' : undefined}
    >
      {initialsOf(name)}
    </span>
  )
}

interface ConversationAvatarProps {
  readonly conversation: ConversationView
  readonly size?: Size
}

export function ConversationAvatar({ conversation, size = 'medium' }: ConversationAvatarProps): ReactNode {
  const { kind, other, name, conversationId } = conversation
  if (kind === 'direct') {
    return (
      <PersonAvatar
        id={other?.userId ?? conversationId}
        name={other?.displayName ?? name}
        size={size}
        inactive={other?.active === false}
      />
    )
  }
  const Icon = kind === 'channel' ? Hash : Users
  return (
    <span aria-hidden="true" className={`avatar avatar--${size} avatar--plain`}>
      <Icon />
    </span>
  )
}
