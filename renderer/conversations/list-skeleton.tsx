// Owns the shape of the list before it is read. Rows have the height of the real ones, so nothing jumps.

import type { ReactNode } from 'react'

const widths = ['62%', '44%', '70%', '52%', '38%', '66%', '48%']

export function ListSkeleton({ label }: { readonly label: string }): ReactNode {
  return (
    <div aria-busy="true" aria-label={label} className="list skeleton" role="status">
      {widths.map((width) => (
        <div className="row row--skeleton" key={width}>
          <span className="avatar avatar--medium avatar--plain" />
          <span className="row__lines">
            <span className="skeleton__bar" style={{ width }} />
            <span className="skeleton__bar" style={{ width: '86%', opacity: 0.6 }} />
          </span>
        </div>
      ))}
    </div>
  )
}
