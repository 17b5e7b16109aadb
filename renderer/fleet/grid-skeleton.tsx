// Owns what stands in place of a grid's rows until the server has told them.

import type { ReactNode } from 'react'
import './row-grid.css'

interface GridSkeletonProps {
  readonly label: string
  readonly className: string
  /** As the grid has them, 'check' for what takes a row. */
  readonly columns: readonly string[]
  readonly rowPx: number
}

const rows = Array.from({ length: 12 }, (_, index) => index)

export function GridSkeleton({ label, className, columns, rowPx }: GridSkeletonProps): ReactNode {
  return (
    <div aria-busy="true" aria-label={label} className="row-grid skeleton" data-testid="grid-skeleton" role="status">
      <div className="row-grid__head">
        <div className={`row-grid__row ${className}`} />
      </div>
      {rows.map((row) => (
        <div className={`row-grid__row ${className}`} key={row} style={{ height: rowPx }}>
          {columns.map((column) => (
            <div className="cell" data-col={column} key={column}>
              <span className="skeleton__bar" />
            </div>
          ))}
        </div>
      ))}
    </div>
  )
}
