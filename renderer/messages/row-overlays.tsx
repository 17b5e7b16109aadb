// Owns what opens over the rows of messages: one picker, menu, list or dialog at a time, for all rows together.
// Always holds: it goes when its conversation does; the row it belongs to stays marked while it is open.

import { lazy, type ReactNode, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import type { ConversationView } from '../../shared/bridge.ts'
import { type Overlay, type RowContext, RowsContext } from './row-context.ts'

const EmojiPopover = lazy(async () => ({ default: (await import('./emoji-popover.tsx')).EmojiPopover }))
const MessageMenu = lazy(async () => ({ default: (await import('./message-menu.tsx')).MessageMenu }))
const ReadersPopover = lazy(async () => ({ default: (await import('./readers-popover.tsx')).ReadersPopover }))
const HistoryPopover = lazy(async () => ({ default: (await import('./history-popover.tsx')).HistoryPopover }))
const DatePopover = lazy(async () => ({ default: (await import('./date-popover.tsx')).DatePopover }))
const ForwardDialog = lazy(async () => ({ default: (await import('./forward-dialog.tsx')).ForwardDialog }))
const DeleteDialog = lazy(async () => ({ default: (await import('./delete-dialog.tsx')).DeleteDialog }))

interface RowOverlaysProps {
  readonly conversation: ConversationView
  /** The lists of messages, which bear `RowsContext` by `withRows`. */
  readonly children: (show: (overlay: Overlay) => void) => ReactNode
}

export function RowOverlays({ conversation, children }: RowOverlaysProps): ReactNode {
  const [overlay, setOverlay] = useState<Overlay>()
  const close = useCallback(() => setOverlay(undefined), [])
  const { conversationId } = conversation
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever is open belongs to the conversation before.
  useEffect(() => close, [conversationId, close])

  const anchor = overlay !== undefined && 'anchor' in overlay ? overlay.anchor : undefined
  useEffect(() => {
    const row = anchor?.closest<HTMLElement>('.message')
    if (row === null || row === undefined) return undefined
    row.dataset.open = ''
    return () => {
      delete row.dataset.open
    }
  }, [anchor])

  return (
    <>
      {children(setOverlay)}
      <Suspense>
        {overlay !== undefined && (
          <Shown conversation={conversation} onClose={close} overlay={overlay} show={setOverlay} />
        )}
      </Suspense>
    </>
  )
}

interface ShownProps {
  readonly overlay: Overlay
  readonly conversation: ConversationView
  readonly show: (overlay: Overlay) => void
  readonly onClose: () => void
}

function Shown({ overlay, conversation, show, onClose }: ShownProps): ReactNode {
  switch (overlay.type) {
    case 'react':
      return <EmojiPopover {...overlay} onClose={onClose} />
    case 'more':
      return <MessageMenu {...overlay} archived={conversation.archived} onClose={onClose} show={show} />
    case 'readers':
      return <ReadersPopover {...overlay} conversation={conversation} onClose={onClose} />
    case 'history':
      return <HistoryPopover {...overlay} onClose={onClose} />
    case 'date':
      return <DatePopover {...overlay} onClose={onClose} />
    case 'forward':
      return <ForwardDialog {...overlay} onClose={onClose} />
    case 'delete':
      return <DeleteDialog {...overlay} onClose={onClose} />
  }
}

interface RowsProps {
  readonly conversation: ConversationView
  /** The thread whose rows these are. */
  readonly threadSeq?: number
  readonly show: (overlay: Overlay) => void
  readonly children: ReactNode
}

/** The rows of a conversation, or of a thread of it. */
export function Rows({ conversation, threadSeq, show, children }: RowsProps): ReactNode {
  const { conversationId, kind, archived } = conversation
  const context = useMemo(
    (): RowContext => ({
      conversation: { conversationId, kind, archived },
      place: { conversationId, threadSeq },
      show,
    }),
    [conversationId, kind, archived, threadSeq, show],
  )
  return <RowsContext value={context}>{children}</RowsContext>
}
