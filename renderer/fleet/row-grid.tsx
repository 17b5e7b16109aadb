// Owns a long list of the server's as a grid: rows drawn as they come into view, gaps where they are not here yet, the
// keyboard, and the reader's place. Follows ARIA's grid; a row is what has the focus.
// Always holds: rows have one height; what changes above those in view does not move them; another question begins at the top.
// biome-ignore-all lint/a11y/useSemanticElements: a table's own elements cannot be drawn as they come into view.
// biome-ignore-all lint/a11y/useFocusableInteractive: a row has the focus, and one at a time is the grid's tab stop.

import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import { type RowWindow, rowAt, shiftOf } from '../state/row-window.ts'
import { CheckCell } from './cell.tsx'
import './row-grid.css'

export interface RowSelection<T> {
  readonly has: (row: T) => boolean
  readonly labelOf: (row: T) => string
  /** Rows cannot be taken one by one. */
  readonly fixed: boolean
  /** `through`: all from the last one taken. */
  readonly onToggle: (index: number, through: boolean) => void
  readonly onAll: () => void
}

interface RowGridProps<T> {
  readonly label: string
  readonly testId: string
  /** Names the columns' widths in CSS. */
  readonly className: string
  readonly rowPx: number
  readonly window: RowWindow<T>
  /** Unique and stable; the function as well. */
  readonly idOf: (row: T) => string
  /** Column headers, as cells of a row. */
  readonly headers: ReactNode
  /** The cells of a row; of one that is not here yet where `row` is undefined. */
  readonly Cells: (props: { readonly row: T | undefined }) => ReactNode
  readonly currentId: string | undefined
  readonly selection?: RowSelection<T>
  readonly onLook: (from: number, to: number) => void
  /** `byKey`: the focus goes along. */
  readonly onOpen: (row: T, byKey: boolean) => void
}

/** The row that an event is about. */
function indexOf(target: EventTarget): number | undefined {
  const row = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null
  return row === null ? undefined : Number(row.dataset.index)
}

export function RowGrid<T>(props: RowGridProps<T>): ReactNode {
  const { label, testId, className, rowPx, window: rows, idOf, headers, Cells, currentId, selection } = props
  const { onLook, onOpen } = props
  const scroller = useRef<HTMLDivElement>(null)
  const virtualizer = useRef<VirtualizerHandle>(null)
  const [focusAt, setFocusAt] = useState(0)
  const total = rows.total ?? 0
  const data = useMemo((): ArrayLike<undefined> => ({ length: total }), [total])
  const stop = Math.min(focusAt, Math.max(0, total - 1))

  const range = useCallback((): readonly [number, number] => {
    const element = scroller.current
    if (element === null) return [0, 0]
    const from = Math.floor(element.scrollTop / rowPx)
    return [from, Math.floor((element.scrollTop + Math.max(0, element.clientHeight - 1)) / rowPx)]
  }, [rowPx])
  /** Whoever comes by Tab comes to what is in view. */
  const settle = useCallback(() => {
    if (scroller.current?.contains(document.activeElement) === true) return
    const [from, to] = range()
    setFocusAt((index) => (index >= from && index <= to ? index : from))
  }, [range])
  const look = useCallback(() => onLook(...range()), [onLook, range])

  const focusRow = useCallback((index: number) => {
    setFocusAt(index)
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus())
  }, [])

  const shown = useRef(rows)
  useLayoutEffect(() => {
    const before = shown.current
    shown.current = rows
    const element = scroller.current
    if (element === null) return
    if (before.epoch !== rows.epoch) {
      element.scrollTop = 0
      setFocusAt(0)
    } else if (before.pages !== rows.pages && element.scrollTop > 0) {
      const shift = shiftOf(before, rows, range(), idOf)
      if (shift !== 0) {
        element.scrollTop += shift * rowPx
        const at = document.activeElement === null ? undefined : indexOf(document.activeElement)
        const isHere = element.contains(document.activeElement)
        if (isHere && at !== undefined) focusRow(at + shift)
        else setFocusAt((index) => Math.max(0, index + shift))
      }
    }
    look()
  }, [rows, rowPx, idOf, range, look, focusRow])

  useEffect(() => {
    const element = scroller.current
    if (element === null) return undefined
    const observer = new ResizeObserver(look)
    observer.observe(element)
    return () => observer.disconnect()
  }, [look])

  const onKeyDown = (event: KeyboardEvent) => {
    const at = indexOf(event.target)
    const command = event.ctrlKey || event.metaKey
    if (at === undefined || event.altKey) return
    const screen = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowPx) - 1)
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + screen,
      PageUp: at - screen,
      Home: 0,
      End: total - 1,
    }[event.key]
    const row = rowAt(rows, at)
    if (to !== undefined) {
      const next = Math.min(total - 1, Math.max(0, to))
      virtualizer.current?.scrollToIndex(next, { align: 'nearest' })
      focusRow(next)
    } else if (event.key === ' ' && !command) selection?.onToggle(at, event.shiftKey)
    else if (event.key === 'Enter' && row !== undefined) onOpen(row, true)
    else if (command && event.key.toLowerCase() === 'a' && selection !== undefined) selection.onAll()
    else return
    event.preventDefault()
  }
  const onClick = (event: MouseEvent) => {
    const at = indexOf(event.target)
    if (at === undefined) return
    setFocusAt(at)
    const isCheck = event.target instanceof Element && event.target.closest('[data-check]') !== null
    const row = rowAt(rows, at)
    if (isCheck) selection?.onToggle(at, event.shiftKey)
    else if (row !== undefined) onOpen(row, false)
  }

  const renderRow = (_: undefined, index: number): ReactElement => {
    const row = rowAt(rows, index)
    const isSelected = row !== undefined && selection?.has(row) === true
    return (
      <div
        aria-busy={row === undefined || undefined}
        aria-current={row !== undefined && idOf(row) === currentId ? 'true' : undefined}
        aria-rowindex={index + 2}
        aria-selected={selection === undefined ? undefined : isSelected}
        className={`row-grid__row ${className}`}
        data-id={row === undefined ? undefined : idOf(row)}
        data-index={index}
        data-testid={row === undefined ? undefined : `${testId}-row`}
        key={index}
        role="row"
        style={{ height: rowPx }}
        tabIndex={index === stop ? 0 : -1}
      >
        {selection !== undefined && (
          <CheckCell>
            {row !== undefined && (
              <input
                aria-label={selection.labelOf(row)}
                checked={isSelected}
                data-testid={`${testId}-check`}
                disabled={selection.fixed}
                readOnly
                tabIndex={-1}
                type="checkbox"
              />
            )}
          </CheckCell>
        )}
        <Cells row={row} />
      </div>
    )
  }

  return (
    <div
      aria-busy={rows.asking || undefined}
      aria-label={label}
      aria-multiselectable={selection === undefined ? undefined : true}
      aria-rowcount={total + 1}
      className="row-grid"
      data-asking={rows.asking ? '' : undefined}
      data-testid={testId}
      role="grid"
    >
      <div className="row-grid__head" role="rowgroup">
        <div aria-rowindex={1} className={`row-grid__row ${className}`} role="row">
          {headers}
        </div>
      </div>
      <div className="row-grid__rows" onClick={onClick} onKeyDown={onKeyDown} ref={scroller} role="rowgroup">
        <Virtualizer
          bufferSize={rowPx * 8}
          data={data}
          itemSize={rowPx}
          keepMounted={[stop]}
          onScroll={look}
          onScrollEnd={settle}
          ref={virtualizer}
        >
          {renderRow}
        </Virtualizer>
      </div>
    </div>
  )
}
