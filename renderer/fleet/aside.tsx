// Owns the frame of what stands beside the fleet's lists: title, way out, body.

import { ArrowLeft, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useActions } from '../app/workspace-context.ts'
import { IconButton } from '../components/icon-button.tsx'
import { Text } from '../components/text.tsx'
import { focusRows } from './focus.ts'
import './aside.css'

interface AsideProps {
  readonly label: string
  readonly closeLabel: string
  readonly title: string
  readonly testId: string
  /** Where it was opened from. */
  readonly back?: { readonly label: string; readonly onBack: () => void }
  readonly children: ReactNode
}

export function Aside({ label, closeLabel, title, testId, back, children }: AsideProps): ReactNode {
  const { showAside } = useActions()
  return (
    <aside aria-label={label} className="fleet-aside" data-testid="fleet-aside" tabIndex={-1}>
      <header className="fleet-aside__header">
        {back !== undefined && (
          <IconButton data-testid="aside-back" icon={ArrowLeft} label={back.label} onClick={back.onBack} />
        )}
        <h2 className="fleet-aside__title ellipsis">
          <Text>{title}</Text>
        </h2>
        <IconButton
          data-testid="aside-close"
          icon={X}
          label={closeLabel}
          onClick={() => {
            showAside(undefined)
            focusRows()
          }}
        />
      </header>
      <div className="fleet-aside__body" data-testid={testId}>
        {children}
      </div>
    </aside>
  )
}

interface FactProps {
  readonly label: string
  readonly children: ReactNode
  readonly testId?: string
}

export function Fact({ label, children, testId }: FactProps): ReactNode {
  return (
    <div>
      <dt>{label}</dt>
      <dd data-testid={testId}>{children}</dd>
    </div>
  )
}

/** Bars where the body will be. */
export function AsideSkeleton({ label }: { readonly label: string }): ReactNode {
  return (
    <div aria-busy="true" aria-label={label} className="skeleton fleet-aside__skeleton" role="status">
      {['46%', '72%', '58%', '66%', '38%', '60%'].map((width) => (
        <span className="skeleton__bar" key={width} style={{ width }} />
      ))}
    </div>
  )
}
