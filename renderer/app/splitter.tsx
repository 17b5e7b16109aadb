// Owns the handle between side pane and content: drag, arrow keys, Home and End, double click to the default.
// Always holds: a change is told while it happens and committed once, when it ends.

import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react'

interface SplitterProps {
  readonly label: string
  /** All in CSS pixels. */
  readonly value: number
  readonly min: number
  readonly max: number
  readonly onChange: (value: number) => void
  readonly onCommit: (value: number) => void
}

const stepPx = 8
const defaultPx = 280

export function Splitter({ label, value, min, max, onChange, onCommit }: SplitterProps): ReactNode {
  const [dragging, setDragging] = useState(false)
  const grip = useRef({ x: 0, width: 0 })
  const within = (width: number) => Math.round(Math.max(min, Math.min(max, width)))

  const commit = (width: number) => {
    onChange(within(width))
    onCommit(within(width))
  }
  const down = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    grip.current = { x: event.clientX, width: value }
    setDragging(true)
  }
  const move = (event: PointerEvent) => {
    if (dragging) onChange(within(grip.current.width + event.clientX - grip.current.x))
  }
  const up = (event: PointerEvent) => {
    if (!dragging) return
    setDragging(false)
    const width = within(grip.current.width + event.clientX - grip.current.x)
    if (width !== grip.current.width) commit(width)
  }
  const key = (event: KeyboardEvent) => {
    const next = { ArrowLeft: value - stepPx, ArrowRight: value + stepPx, Home: min, End: max }[event.key]
    if (next === undefined || event.altKey) return
    event.preventDefault()
    commit(next)
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: an hr cannot be dragged; the window splitter pattern of ARIA asks for this.
    <div
      aria-label={label}
      aria-orientation="vertical"
      aria-valuemax={max}
      aria-valuemin={min}
      aria-valuenow={value}
      className="splitter"
      data-dragging={dragging ? '' : undefined}
      data-testid="list-splitter"
      onDoubleClick={() => commit(defaultPx)}
      onKeyDown={key}
      onPointerCancel={up}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      role="separator"
      tabIndex={0}
    />
  )
}
