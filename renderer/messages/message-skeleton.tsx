// Owns the shape of messages that are on their way: the avatar's and the lines' places, nothing that moves.

import type { ReactNode } from 'react'

const shapes = [
  ['22%', '64%'],
  ['16%', '82%', '46%'],
  ['26%', '38%'],
  ['18%', '72%'],
  ['24%', '56%', '68%'],
  ['20%', '30%'],
  ['16%', '76%'],
]

export function MessageSkeleton({ rows }: { readonly rows: number }): ReactNode {
  return (
    <div aria-hidden="true" className="message-skeleton skeleton">
      {shapes.slice(0, rows).map((lines) => (
        <div className="message-skeleton__row" key={lines.join()}>
          <span className="avatar avatar--medium avatar--plain" />
          <div className="message-skeleton__lines">
            {lines.map((width) => (
              <span className="skeleton__bar" key={width} style={{ width }} />
            ))}
          </div>
        </div>
      ))}
    </div>
  )
}
