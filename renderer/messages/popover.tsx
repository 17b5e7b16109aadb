// Owns the frame of what hangs from a message's row: a dialog that closes on Escape and on a press beside it.

import { type ReactNode, useMemo } from 'react'
import { Popover as AriaPopover, Dialog } from 'react-aria-components'
import './overlays.css'

interface PopoverProps {
  readonly anchor: HTMLElement
  readonly label: string
  readonly testId: string
  readonly onClose: () => void
  readonly placement?: 'bottom end' | 'bottom start' | 'bottom'
  readonly children: ReactNode
}

export function Popover({
  anchor,
  label,
  testId,
  onClose,
  placement = 'bottom end',
  children,
}: PopoverProps): ReactNode {
  const trigger = useMemo(() => ({ current: anchor }), [anchor])
  return (
    <AriaPopover
      className="popover"
      isOpen
      offset={6}
      onOpenChange={(open) => (open ? undefined : onClose())}
      placement={placement}
      triggerRef={trigger}
    >
      <Dialog aria-label={label} className="popover__dialog" data-testid={testId}>
        {children}
      </Dialog>
    </AriaPopover>
  )
}
