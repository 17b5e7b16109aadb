// Owns telling why an act failed, at the place where it was asked for, in the user's language.

import { CircleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { FailureView } from '../../shared/bridge.ts'
import { useTranslator } from '../app/workspace-context.ts'
import './problem-line.css'

export function ProblemLine({ failure }: { readonly failure: FailureView | undefined }): ReactNode {
  const translator = useTranslator()
  if (failure === undefined) return undefined
  return (
    <p className="problem-line" data-code={failure.code} data-testid="problem-line" role="alert">
      <CircleAlert aria-hidden="true" />
      {translator.failure(failure.code)}
    </p>
  )
}
