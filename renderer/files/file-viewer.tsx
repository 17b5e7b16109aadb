// Owns the dialog that shows a file of a message large: fetching it where it is not here, its contents, opening and saving,
// and the way to the message's other files. ← and → go between files, 0 fits, 1 shows at 100 %, Escape leaves.
// Always holds: it shows what the message shows now; a message that is deleted or withdrawn takes it with it.

import { ChevronLeft, ChevronRight, X, ZoomIn, ZoomOut } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { Dialog, Modal, ModalOverlay } from 'react-aria-components'
import type { FileView } from '../../shared/bridge.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { FileName } from '../components/file-name.tsx'
import { IconButton } from '../components/icon-button.tsx'
import { heldMessage, type ViewedFile } from '../state/files.ts'
import { shownName } from '../text/file-name.ts'
import { HandingButtons, handingFailure, useHanding } from './file-acts.tsx'
import { FileContents } from './file-contents.tsx'
import { isAtHand, useInspection } from './inspection.ts'
import { useLikeness } from './object-url.ts'
import { ProgressBar } from './progress-bar.tsx'
import { ViewerNote } from './viewer-note.tsx'
import './file-viewer.css'

export function FileViewer({ viewed }: { readonly viewed: ViewedFile }): ReactNode {
  const message = useWorkspace((state) => heldMessage(state, viewed.messageKey))
  const content = message?.content
  const files = content?.type === 'text' ? (content.files ?? []) : []
  const file = files[viewed.place]
  const { viewFile } = useActions()
  const { t } = useTranslator()
  const isGone = file === undefined
  useEffect(() => {
    if (isGone) viewFile(undefined)
  }, [isGone, viewFile])
  if (file === undefined) return undefined
  const step = (by: number) => {
    const place = viewed.place + by
    if (place >= 0 && place < files.length) viewFile({ ...viewed, place })
  }
  return (
    <ModalOverlay className="viewer-overlay" isDismissable isOpen onOpenChange={(open) => open || viewFile(undefined)}>
      <Modal className="viewer">
        <Dialog aria-label={t('viewer.label')} className="viewer__dialog" data-testid="viewer">
          <Viewed
            count={files.length}
            file={file}
            isSent={message?.seq !== undefined}
            key={viewed.place}
            place={viewed.place}
            step={step}
          />
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

interface ViewedProps {
  readonly file: FileView
  readonly isSent: boolean
  readonly place: number
  readonly count: number
  readonly step: (by: number) => void
}

function Viewed({ file, isSent, place, count, step }: ViewedProps): ReactNode {
  const { viewFile } = useActions()
  const translator = useTranslator()
  const { t, size } = translator
  const mayTake = useWorkspace((state) => state.session?.may.takeFiles !== false)
  const isHere = isAtHand(file, isSent)
  const inspected = useInspection(file, isHere)
  const handing = useHanding(file.fileId)
  const stage = useRef<HTMLElement>(null)
  const inspection = inspected !== undefined && 'inspection' in inspected ? inspected.inspection : undefined
  const scales = inspection?.kind === 'image' || inspection?.kind === 'pdf'
  const [isFit, setFit] = useState(true)
  const name = shownName(file.name)

  // The keys of scrolling work at once, and a screen reader begins at what is shown.
  useEffect(() => stage.current?.focus({ preventScroll: true }), [])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      // The window's shortcuts are about what lies below; locking is always possible.
      const locks = event.shiftKey && event.key.toLowerCase() === 'l'
      if (!locks) event.stopPropagation()
      return
    }
    const isScrolled = !isFit && stage.current !== null && stage.current.scrollWidth > stage.current.clientWidth
    if (event.key === 'ArrowRight' && !isScrolled) step(1)
    else if (event.key === 'ArrowLeft' && !isScrolled) step(-1)
    else if (event.key === '0') setFit(true)
    else if (event.key === '1') setFit(false)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  const note = handing.failure === undefined ? undefined : handingFailure(translator, handing.failure.code, mayTake)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the dialog, wherever the focus is in it.
    <div className="viewer__frame" onKeyDown={onKeyDown}>
      <header className="viewer__header">
        <div className="viewer__names">
          <h2 className="viewer__name">
            <FileName name={file.name} />
          </h2>
          <p className="viewer__facts tabular">
            {size(file.bytes)}
            {count > 1 && ` · ${t('viewer.place', { place: place + 1, count })}`}
            {!mayTake && ` · ${t('files.keptShort')}`}
          </p>
        </div>
        {scales && (
          <IconButton
            data-testid="viewer-scale"
            icon={isFit ? ZoomIn : ZoomOut}
            keys={isFit ? '1' : '0'}
            label={t(isFit ? 'viewer.actual' : 'viewer.fit')}
            onClick={() => setFit(!isFit)}
          />
        )}
        {inspection !== undefined && (
          <HandingButtons className="button" handing={handing} inspection={inspection} name={name} tabIndex={0} />
        )}
        {count > 1 && (
          <>
            <IconButton
              aria-disabled={place === 0 || undefined}
              data-testid="viewer-previous"
              icon={ChevronLeft}
              keys="←"
              label={t('viewer.previous')}
              onClick={() => step(-1)}
            />
            <IconButton
              aria-disabled={place === count - 1 || undefined}
              data-testid="viewer-next"
              icon={ChevronRight}
              keys="→"
              label={t('viewer.next')}
              onClick={() => step(1)}
            />
          </>
        )}
        <IconButton
          data-testid="viewer-close"
          icon={X}
          keys="Esc"
          label={t('viewer.close')}
          onClick={() => viewFile(undefined)}
        />
      </header>
      {note !== undefined && (
        <p className="viewer__alert" role="alert">
          {note}
        </p>
      )}
      <section
        aria-label={t('viewer.stage', { name })}
        className="viewer__stage"
        data-kind={inspection?.kind}
        ref={stage}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keys.
        tabIndex={0}
      >
        {isHere ? (
          <FileContents alt={name} file={file} inspected={inspected} isFit={isFit} scroller={stage} />
        ) : (
          <Fetching file={file} name={name} />
        )}
      </section>
      {!mayTake && inspection !== undefined && inspection.kind !== 'other' && (
        <p className="viewer__footer">{t('files.kept')}</p>
      )}
    </div>
  )
}

/** A file that is not here: its likeness, how far it is, and what stands in the way. */
function Fetching({ file, name }: { readonly file: FileView; readonly name: string }): ReactNode {
  const { fileId, transfer, bytes, thumbnail } = file
  const { fetchFile } = useActions()
  const { t, size, failure } = useTranslator()
  const isLive = useWorkspace((state) => state.session?.state === 'live')
  const likeness = useLikeness(thumbnail)
  const state = transfer?.state
  const asked = useRef(false)
  useEffect(() => {
    if (fileId === undefined || state !== 'remote' || asked.current) return
    asked.current = true
    void fetchFile(fileId)
  }, [fetchFile, fileId, state])
  const done = transfer !== undefined && 'doneBytes' in transfer ? transfer.doneBytes : 0
  return (
    <>
      {likeness !== undefined && thumbnail !== undefined && (
        <img
          alt={name}
          className="viewer__picture viewer__picture--likeness"
          src={likeness}
          style={{ maxWidth: thumbnail.widthPx, maxHeight: thumbnail.heightPx }}
        />
      )}
      {transfer?.state === 'failed' ? (
        <ViewerNote text={t('files.failed', { reason: failure(transfer.failure.code) })}>
          {fileId !== undefined && (
            <button className="button" onClick={() => void fetchFile(fileId)} type="button">
              {t('files.retry')}
            </button>
          )}
        </ViewerNote>
      ) : (
        <ViewerNote
          busy
          text={`${isLive ? t('viewer.fetching') : t('files.waiting')} · ${t('files.progress', { done: size(done), total: size(bytes) })}`}
        >
          <ProgressBar done={done} label={t('files.downloading', { name })} total={bytes} />
        </ViewerNote>
      )}
    </>
  )
}
