// Owns the small mark that says how a device, a step or an order stands. Always holds: the word says it all; colour repeats it.

import type { ReactNode } from 'react'
import type { Tone } from './device-words.ts'
import './state-chip.css'

export function StateChip({ tone, children, about }: { tone: Tone; children: string; about?: string }): ReactNode {
  return (
    <span className="state-chip" data-tip={about} data-tone={tone}>
      {children}
    </span>
  )
}
