// Owns a switch with its label before it: on or off, applied at once. Follows ARIA's switch.

import type { ReactNode } from 'react'
import './switch.css'

interface SwitchProps {
  readonly label: string
  readonly about?: string
  readonly on: boolean
  readonly testId: string
  readonly onChange: (on: boolean) => void
}

export function Switch({ label, about, on, testId, onChange }: SwitchProps): ReactNode {
  return (
    <button
      aria-checked={on}
      className="switch"
      data-testid={testId}
      onClick={() => onChange(!on)}
      role="switch"
      type="button"
    >
      <span className="switch__lines">
        <span>{label}</span>
        {about !== undefined && <span className="switch__about">{about}</span>}
      </span>
      <span aria-hidden="true" className="switch__track" />
    </button>
  )
}
