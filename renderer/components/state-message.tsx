// Owns the designed empty, no-result and failure state of a pane: an icon, a title, a sentence, perhaps an act.

import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import './state-message.css'

interface StateMessageProps {
  readonly icon: LucideIcon
  readonly title: string
  readonly body?: ReactNode
  readonly children?: ReactNode
  readonly compact?: boolean
}

export function StateMessage({ icon: Icon, title, body, children, compact = false }: StateMessageProps): ReactNode {
  return (
    <div className={compact ? 'state-message state-message--compact' : 'state-message'}>
      <span aria-hidden="true" className="state-message__icon">
        <Icon />
      </span>
      <p className="state-message__title">{title}</p>
      {body !== undefined && <p className="state-message__body">{body}</p>}
      {children}
    </div>
  )
}
