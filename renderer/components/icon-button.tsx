// Owns a button that shows an icon only: its label is its accessible name and its tooltip.

import type { LucideIcon } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import './button.css'

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children' | 'type' | 'className'> {
  readonly icon: LucideIcon
  readonly label: string
  readonly keys?: string
  readonly tipSide?: 'right'
  readonly className?: string
}

export function IconButton({ icon: Icon, label, keys, tipSide, className, ...rest }: IconButtonProps): ReactNode {
  return (
    <button
      {...rest}
      aria-label={label}
      className={className ?? 'icon-button'}
      data-keys={keys}
      data-tip={label}
      data-tip-side={tipSide}
      type="button"
    >
      <Icon aria-hidden="true" />
    </button>
  )
}
