// Owns a button for what needs the server: without a connection it does nothing and says why, by tooltip and to screen
// readers. Always holds: it keeps its place in the tab order, so that the reason can be found; a second press while the
// first is under way does nothing.

import type { ComponentProps, ReactNode } from 'react'
import { useIsConnected } from '../app/connection.ts'
import { useTranslator } from '../app/workspace-context.ts'
import './button.css'

interface ActButtonProps extends Omit<ComponentProps<'button'>, 'type' | 'disabled'> {
  readonly busy?: boolean
  /** Nothing to do yet, for a reason that the form itself tells. */
  readonly unready?: boolean
  /** Sends the form it stands in. */
  readonly submits?: boolean
}

export function ActButton(props: ActButtonProps): ReactNode {
  const { busy = false, unready = false, submits = false, onClick, className = 'button', children, ...rest } = props
  const isConnected = useIsConnected()
  const { t } = useTranslator()
  const reason = isConnected ? undefined : t('places.offline')
  const isDisabled = busy || unready || !isConnected
  return (
    <button
      {...rest}
      aria-busy={busy || undefined}
      aria-description={reason}
      aria-disabled={isDisabled || undefined}
      className={className}
      data-tip={reason ?? rest['aria-label']}
      onClick={(event) => {
        if (isDisabled) event.preventDefault()
        else onClick?.(event)
      }}
      type={submits ? 'submit' : 'button'}
    >
      {children}
    </button>
  )
}
