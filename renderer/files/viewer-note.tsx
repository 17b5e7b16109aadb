// Owns what the viewer says in the place of a file that is not shown, or not yet.

import type { ReactNode } from 'react'

interface ViewerNoteProps {
  readonly text: string
  readonly busy?: boolean
  readonly children?: ReactNode
}

export function ViewerNote({ text, busy = false, children }: ViewerNoteProps): ReactNode {
  return (
    <div aria-busy={busy || undefined} className="viewer__note" data-testid="viewer-note" role="status">
      <p>{text}</p>
      {children}
    </div>
  )
}
