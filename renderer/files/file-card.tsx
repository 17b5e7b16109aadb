// Owns a file of a message that is not shown as a picture: what it is, its name and size, how far it is, and what can be
// done with it. Always holds: its icon follows its bytes once they are here; policy and safety are explained, not silent.

import { Download, Eye, X } from 'lucide-react'
import type { ReactNode } from 'react'
import type { FileView, Transfer } from '../../shared/bridge.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { FileIcon } from '../components/file-icon.tsx'
import { FileName } from '../components/file-name.tsx'
import { IconButton } from '../components/icon-button.tsx'
import type { Inspection } from '../state/files.ts'
import { shownName } from '../text/file-name.ts'
import { HandingButtons, handingFailure, useHanding } from './file-acts.tsx'
import { useInspection } from './inspection.ts'
import { ProgressBar } from './progress-bar.tsx'

interface FileCardProps {
  readonly file: FileView
  /** It is fetched; one's own that has not left is sent. */
  readonly isSent: boolean
  readonly messageKey: string
  readonly place: number
  readonly reachable: boolean
}

export function FileCard({ file, isSent, messageKey, place, reachable }: FileCardProps): ReactNode {
  const { fileId, transfer } = file
  const translator = useTranslator()
  const { t } = translator
  const { viewFile, fetchFile, cancelFile } = useActions()
  const mayTake = useWorkspace((state) => state.session?.may.takeFiles !== false)
  const inspected = useInspection(file, transfer?.state === 'here')
  const handing = useHanding(fileId)
  const inspection = inspected !== undefined && 'inspection' in inspected ? inspected.inspection : undefined
  const name = shownName(file.name)
  const tabIndex = reachable ? 0 : -1
  const canView = inspection !== undefined && inspection.kind !== 'other'
  const note = noteOf(inspection, handing.failure?.code)

  function noteOf(known: Inspection | undefined, code: string | undefined): string | undefined {
    if (code !== undefined) return handingFailure(translator, code, mayTake)
    if (known === undefined || known.kind !== 'other') return undefined
    if (!mayTake) return t('files.keptNoPreview')
    return known.canOpen ? undefined : t('files.unsafe')
  }

  return (
    <>
      <div className="file-card" data-state={transfer?.state} data-testid="file-card" title={name}>
        <FileIcon file={iconOf(file, inspection)} />
        <span className="file-card__lines">
          <FileName name={file.name} />
          <CardLine file={file} isSent={isSent} kept={!mayTake && canView} />
        </span>
        {fileId !== undefined && (
          <span className="file-card__acts">
            {transfer?.state === 'remote' && (
              <IconButton
                data-testid="file-download"
                icon={Download}
                label={t('files.downloadOf', { name })}
                onClick={() => void fetchFile(fileId)}
                tabIndex={tabIndex}
              />
            )}
            {(transfer?.state === 'downloading' || (transfer?.state === 'waiting' && isSent)) && (
              <IconButton
                data-testid="file-cancel"
                icon={X}
                label={t('files.cancelOf', { name })}
                onClick={() => void cancelFile(fileId)}
                tabIndex={tabIndex}
              />
            )}
            {transfer?.state === 'failed' && isSent && (
              <button
                aria-label={t('files.retryOf', { name })}
                className="button"
                data-testid="file-retry"
                onClick={() => void fetchFile(fileId)}
                tabIndex={tabIndex}
                type="button"
              >
                {t('files.retry')}
              </button>
            )}
            {canView && (
              <IconButton
                aria-haspopup="dialog"
                data-testid="file-view"
                icon={Eye}
                label={t('files.viewOf', { name })}
                onClick={() => viewFile({ messageKey, place })}
                tabIndex={tabIndex}
              />
            )}
            {inspection !== undefined && (
              <HandingButtons
                className="button"
                handing={handing}
                inspection={inspection}
                name={name}
                tabIndex={tabIndex}
              />
            )}
          </span>
        )}
      </div>
      {note !== undefined && (
        <p
          className="file-card__note"
          data-testid="file-note"
          data-tone={handing.failure === undefined ? undefined : 'warn'}
          role={handing.failure === undefined ? undefined : 'alert'}
        >
          {note}
        </p>
      )}
      {inspected !== undefined && 'failure' in inspected && (
        <p className="file-card__note" data-tone="warn" role="alert">
          {t('files.actFailed', { reason: translator.failure(inspected.failure.code) })}
        </p>
      )}
    </>
  )
}

/** The file as its bytes tell, for its icon: a claim counts only until they are here. */
function iconOf({ name, mediaType }: FileView, inspection: Inspection | undefined) {
  return inspection === undefined ? { name, mediaType } : { name: '', mediaType: inspection.mediaType }
}

interface CardLineProps {
  readonly file: FileView
  readonly isSent: boolean
  readonly kept: boolean
}

function CardLine({ file, isSent, kept }: CardLineProps): ReactNode {
  const { t, size, failure } = useTranslator()
  const isLive = useWorkspace((state) => state.session?.state === 'live')
  const transfer: Transfer | undefined = file.transfer
  const { bytes } = file
  if (transfer?.state === 'failed') {
    return (
      <span className="file-card__line" data-tone="danger">
        {t(isSent ? 'files.failed' : 'files.uploadFailed', { reason: failure(transfer.failure.code) })}
      </span>
    )
  }
  if (transfer !== undefined && 'doneBytes' in transfer) {
    const figures = t('files.progress', { done: size(transfer.doneBytes), total: size(bytes) })
    const waits = t(isLive ? 'files.waitingHere' : 'files.waiting')
    const name = shownName(file.name)
    return (
      <>
        <span className="file-card__line tabular">
          {transfer.state === 'waiting' ? `${figures} · ${waits}` : figures}
        </span>
        <ProgressBar
          done={transfer.doneBytes}
          label={t(isSent ? 'files.downloading' : 'files.uploading', { name })}
          total={bytes}
        />
      </>
    )
  }
  return (
    <span className="file-card__line tabular" title={kept ? t('files.kept') : undefined}>
      {kept ? `${size(bytes)} · ${t('files.keptShort')}` : size(bytes)}
    </span>
  )
}
