// Owns a picture in a message: its place from the first moment on, its likeness, then the picture itself once it is here.
// Always holds: small pictures are fetched as they come into view and large ones when asked for; the picture shown is no
// larger than its place needs; a file whose bytes are no picture stays at its likeness and opens as what it is.

import { Download } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { FileView } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { shownName } from '../text/file-name.ts'
import { fetchedUnasked, tileOf } from './measures.ts'
import { useLikeness, useObjectUrl } from './object-url.ts'
import type { PictureSize } from './picture-size.ts'
import { ProgressBar } from './progress-bar.tsx'

interface PictureTileProps {
  readonly file: FileView
  readonly messageKey: string
  readonly place: number
  readonly count: number
  readonly most: PictureSize
  readonly reachable: boolean
}

export function PictureTile({ file, messageKey, place, count, most, reachable }: PictureTileProps): ReactNode {
  const { fileId, thumbnail, transfer, bytes } = file
  const { viewFile, fetchFile } = useActions()
  const { t, size, failure } = useTranslator()
  const isLive = useWorkspace((state) => state.session?.state === 'live')
  const likeness = useLikeness(thumbnail)
  const picture = useObjectUrl(usePicture(file, most))
  const asked = useRef(false)

  const state = transfer?.state
  useEffect(() => {
    if (fileId === undefined || state !== 'remote' || !isLive || bytes > fetchedUnasked || asked.current) return
    // Once: cancelled, it waits to be asked for.
    asked.current = true
    void fetchFile(fileId)
  }, [bytes, fetchFile, fileId, isLive, state])

  const tile = tileOf(thumbnail ?? most, most)
  const name = shownName(file.name)
  const label = count > 1 ? t('files.pictureMore', { name, place: place + 1, count }) : t('files.picture', { name })
  const image = (
    <>
      {(picture ?? likeness) !== undefined && (
        <img
          alt=""
          className="picture__image"
          data-likeness={picture === undefined ? '' : undefined}
          draggable={false}
          src={picture ?? likeness}
        />
      )}
      {transfer !== undefined && 'doneBytes' in transfer && (
        <span className="picture__progress">
          <ProgressBar
            done={transfer.doneBytes}
            label={t(transfer.state === 'downloading' ? 'files.downloading' : 'files.uploading', { name })}
            total={bytes}
          />
        </span>
      )}
      {state === 'remote' && (
        <span className="picture__badge tabular">
          <Download aria-hidden="true" />
          {size(bytes)}
        </span>
      )}
      {transfer?.state === 'failed' && (
        <span className="picture__badge" title={failure(transfer.failure.code)}>
          {t('files.retry')}
        </span>
      )}
    </>
  )
  const style = { width: tile.widthPx, aspectRatio: `${tile.widthPx} / ${tile.heightPx}` }
  if (fileId === undefined) {
    return (
      <span aria-label={label} className="picture" role="img" style={style}>
        {image}
      </span>
    )
  }
  return (
    <button
      aria-haspopup="dialog"
      aria-label={label}
      className="picture"
      data-state={state}
      data-testid="picture"
      onClick={() => viewFile({ messageKey, place })}
      style={style}
      tabIndex={reachable ? 0 : -1}
      title={name}
      type="button"
    >
      {image}
    </button>
  )
}

/** The picture as it is shown in the list; undefined until it is here. */
function usePicture({ fileId, transfer, bytes, thumbnail }: FileView, most: PictureSize): Blob | undefined {
  const { pictureOf } = useActions()
  const [picture, setPicture] = useState<Blob>()
  // One's own is here while it is sent, too.
  const isHere = transfer?.state === 'here' || transfer?.state === 'uploading' || transfer?.state === 'waiting'
  const isShown = isHere && thumbnail !== undefined && bytes <= limits.previewBytes
  useEffect(() => {
    if (fileId === undefined || !isShown) return
    const reading = new AbortController()
    void pictureOf(fileId, bytes, most, reading.signal).then((made) => {
      if (!reading.signal.aborted) setPicture(made)
    })
    return () => reading.abort()
  }, [bytes, fileId, isShown, most, pictureOf])
  return picture
}
