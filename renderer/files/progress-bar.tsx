// Owns the bar that shows how far a file is. Always holds: it has a name for screen readers and says nothing by itself.

import type { ReactNode } from 'react'
import './progress-bar.css'

interface ProgressBarProps {
  readonly label: string
  readonly done: number
  readonly total: number
}

export function ProgressBar({ label, done, total }: ProgressBarProps): ReactNode {
  return <progress aria-label={label} className="progress" max={Math.max(1, total)} value={Math.min(done, total)} />
}
