// Owns the dot that tells whether a person is there, on the corner of what stands for them, with words for screen readers.
// Always holds: shape tells it as well as colour; of people about whom nothing is known nothing is shown.

import type { ReactNode } from 'react'
import type { UserId } from '../../shared/model.ts'
import { useTranslator, useWorkspace } from '../app/workspace-context.ts'
import './presence.css'

interface PresenceProps {
  /** Undefined: nobody's, as for a group. */
  readonly userId: UserId | undefined
  readonly children: ReactNode
  readonly size?: 'large'
}

export function Presence({ userId, children, size }: PresenceProps): ReactNode {
  const state = useWorkspace(({ presence }) => (userId === undefined ? undefined : presence[userId]))
  const { t } = useTranslator()
  return (
    <span className="presence" data-size={size}>
      {children}
      {state !== undefined && (
        <>
          <span aria-hidden="true" className="presence__dot" data-state={state} data-testid="presence-dot" />
          <span className="visually-hidden">{t(`presence.${state}`)}</span>
        </>
      )}
    </span>
  )
}
