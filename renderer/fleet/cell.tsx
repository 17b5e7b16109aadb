// Owns a cell of a grid: its column by name, which CSS gives a width and, where there is no room, takes away.
// biome-ignore-all lint/a11y/useSemanticElements: a table's own elements cannot be drawn as they come into view.
// biome-ignore-all lint/a11y/useFocusableInteractive: the row has the focus; what sorts is a button in the cell.

import type { ReactNode } from 'react'

interface CellProps {
  readonly column: string
  /** `quiet`: beside the point; `end`: figures, on one edge; `stack`: two lines. */
  readonly look?: string
  readonly tip?: string | undefined
  readonly children: ReactNode
}

export function Cell({ column, look = '', tip, children }: CellProps): ReactNode {
  return (
    <div className={`cell ${look}`} data-col={column} role="gridcell" title={tip}>
      {children}
    </div>
  )
}

interface HeaderCellProps {
  readonly column: string
  readonly sort?: 'ascending' | 'descending' | undefined
  readonly children: ReactNode
}

export function HeaderCell({ column, sort, children }: HeaderCellProps): ReactNode {
  return (
    <div aria-sort={sort} className="cell cell--header" data-col={column} role="columnheader">
      {children}
    </div>
  )
}

/** The first cell of a row that can be taken; or of the header. */
export function CheckCell({
  header = false,
  children,
}: {
  readonly header?: boolean
  readonly children: ReactNode
}): ReactNode {
  return (
    <div className="row-grid__check" data-check={header ? undefined : ''} role={header ? 'columnheader' : 'gridcell'}>
      {children}
    </div>
  )
}

/** A row that is not here yet. */
export function GapCells({ columns }: { readonly columns: readonly string[] }): ReactNode {
  return columns.map((column) => (
    <Cell column={column} key={column}>
      <span aria-hidden="true" className="skeleton__bar" />
    </Cell>
  ))
}
