// Owns handing a file to the system: opening it with another program, saving it. What stands in the way is told in words
// that say what to do. Always holds: nothing is offered that policy or the file's kind forbids.

import { type ReactNode, useState } from 'react'
import type { FailureView } from '../../shared/bridge.ts'
import type { FileId } from '../../shared/model.ts'
import { useActions, useTranslator } from '../app/workspace-context.ts'
import type { Translator } from '../i18n/translator.ts'
import type { Inspection } from '../state/files.ts'

export interface Handing {
  readonly busy: boolean
  readonly failure: FailureView | undefined
  open(): void
  save(): void
}

/** Opening and saving `fileId`. */
export function useHanding(fileId: FileId | undefined): Handing {
  const { openFile, saveFile } = useActions()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<FailureView>()
  const run = (act: (fileId: FileId) => Promise<FailureView | undefined>) => {
    if (fileId === undefined || busy) return
    setBusy(true)
    setFailure(undefined)
    void act(fileId).then((failed) => {
      setBusy(false)
      setFailure(failed)
    })
  }
  return { busy, failure, open: () => run(openFile), save: () => run(saveFile) }
}

/** Why a file was not handed over, for its user. `mayTake`: policy lets files leave. */
export function handingFailure({ t, failure }: Translator, code: string, mayTake: boolean): string {
  if (code === 'file-unsafe') return t(mayTake ? 'files.unsafe' : 'files.unsafeKept')
  if (code === 'policy-forbids') return t('files.kept')
  if (code === 'not-allowed') return t('files.noDialog')
  return t('files.actFailed', { reason: failure(code) })
}

interface HandingButtonsProps {
  readonly handing: Handing
  readonly inspection: Inspection
  readonly name: string
  readonly className: string
  readonly tabIndex: 0 | -1
}

export function HandingButtons(props: HandingButtonsProps): ReactNode {
  const { handing, inspection, name, className, tabIndex } = props
  const { t } = useTranslator()
  const common = { className, tabIndex, type: 'button', 'aria-disabled': handing.busy || undefined } as const
  return (
    <>
      {inspection.canOpen && (
        <button {...common} aria-label={t('files.openOf', { name })} data-testid="file-open" onClick={handing.open}>
          {t('files.open')}
        </button>
      )}
      {inspection.canSave && (
        <button {...common} aria-label={t('files.saveOf', { name })} data-testid="file-save" onClick={handing.save}>
          {t('files.save')}
        </button>
      )}
    </>
  )
}
