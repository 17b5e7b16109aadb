// Owns what the viewer shows of a file that is here: a picture, text or a PDF, by its bytes, or words in their place.
// Always holds: bytes are read when they are shown and let go after; a file larger than a preview may be is not read.

import { type ReactNode, type RefObject, useEffect, useMemo, useState } from 'react'
import type { FailureView, FileView } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import type { Inspection } from '../state/files.ts'
import { languageOf } from '../text/script.ts'
import type { Inspected } from './inspection.ts'
import { useObjectUrl } from './object-url.ts'
import { PdfView } from './pdf-view.tsx'
import { isDecodable } from './picture-size.ts'
import { readText, textFileBytes } from './text-file.ts'
import { ViewerNote } from './viewer-note.tsx'

interface FileContentsProps {
  readonly file: FileView
  readonly inspected: Inspected
  readonly isFit: boolean
  readonly scroller: RefObject<HTMLElement | null>
  readonly alt: string
}

export function FileContents(props: FileContentsProps): ReactNode {
  const { file, inspected, isFit, scroller, alt } = props
  const translator = useTranslator()
  const { t } = translator
  const mayTake = useWorkspace((state) => state.session?.may.takeFiles !== false)
  if (inspected === undefined) return <ViewerNote busy text={t('viewer.loading')} />
  if ('failure' in inspected) return <ViewerNote text={translator.failure(inspected.failure.code)} />
  const { inspection } = inspected
  if (inspection.kind === 'other') {
    return <ViewerNote text={t(mayTake ? 'viewer.noPreview' : 'files.keptNoPreview')} />
  }
  if (file.bytes === 0) return <ViewerNote text={t('viewer.empty')} />
  if (inspection.kind !== 'text' && file.bytes > limits.previewBytes) return <ViewerNote text={t('viewer.tooLarge')} />
  return <Bytes alt={alt} file={file} inspection={inspection} isFit={isFit} scroller={scroller} />
}

interface BytesProps extends Omit<FileContentsProps, 'inspected'> {
  readonly inspection: Inspection
}

function Bytes({ file, inspection, isFit, scroller, alt }: BytesProps): ReactNode {
  const { readFile } = useActions()
  const translator = useTranslator()
  const { fileId, bytes: total } = file
  const { kind, mediaType } = inspection
  const wanted = kind === 'text' ? Math.min(total, textFileBytes) : total
  const [bytes, setBytes] = useState<Uint8Array<ArrayBuffer>>()
  const [failure, setFailure] = useState<FailureView>()
  useEffect(() => {
    if (fileId === undefined) return
    const reading = new AbortController()
    void readFile(fileId, wanted, reading.signal).then((answer) => {
      if (reading.signal.aborted) return
      if (answer.ok) setBytes(answer.value)
      else setFailure(answer.error)
    })
    return () => reading.abort()
  }, [fileId, readFile, wanted])
  if (failure !== undefined) return <ViewerNote text={translator.failure(failure.code)} />
  if (bytes === undefined) return <ViewerNote busy text={translator.t('viewer.loading')} />
  if (kind === 'pdf') return <PdfView bytes={bytes} isFit={isFit} scroller={scroller} />
  if (kind === 'text') return <TextContents bytes={bytes} total={total} />
  return <PictureContents alt={alt} bytes={bytes} isFit={isFit} mediaType={mediaType} />
}

interface PictureContentsProps {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly mediaType: string
  readonly isFit: boolean
  readonly alt: string
}

function PictureContents({ bytes, mediaType, isFit, alt }: PictureContentsProps): ReactNode {
  const { t } = useTranslator()
  const blob = useMemo(
    () => (isDecodable(bytes) ? new Blob([bytes], { type: mediaType }) : undefined),
    [bytes, mediaType],
  )
  const url = useObjectUrl(blob)
  const [isBroken, setBroken] = useState(false)
  if (blob === undefined || isBroken) return <ViewerNote text={t('viewer.broken')} />
  return url === undefined ? undefined : (
    <img
      alt={alt}
      className="viewer__picture"
      data-fit={isFit ? '' : undefined}
      data-testid="viewer-picture"
      onError={() => setBroken(true)}
      src={url}
    />
  )
}

function TextContents({ bytes, total }: { readonly bytes: Uint8Array; readonly total: number }): ReactNode {
  const { t, language } = useTranslator()
  const { text, cut, encoding } = useMemo(() => readText(bytes, total, language), [bytes, language, total])
  return (
    <div className="viewer__text">
      <pre
        data-encoding={encoding}
        data-testid="viewer-text"
        dir="auto"
        lang={languageOf(text.slice(0, 2000), language)}
      >
        {text}
      </pre>
      {cut && <p className="viewer__cut">{t('viewer.cut')}</p>}
    </div>
  )
}
