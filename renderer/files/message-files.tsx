// Owns the files of a message: pictures in the places they take, other files as cards, and the sending of one's own.
// Always holds: every file keeps its place in the message's order; what a file is, its bytes tell and not its sender.

import { type ReactNode, useId } from 'react'
import type { FileView, MessageView } from '../../shared/bridge.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { FileCard } from './file-card.tsx'
import { alone, among, isPicture } from './measures.ts'
import { PictureTile } from './picture-tile.tsx'
import { ProgressBar } from './progress-bar.tsx'
import './message-files.css'

interface MessageFilesProps {
  readonly message: MessageView
  readonly files: readonly FileView[]
  /** The row has the focus: what is in it can be reached by Tab. */
  readonly reachable: boolean
}

export function MessageFiles({ message, files, reachable }: MessageFilesProps): ReactNode {
  const { t } = useTranslator()
  const isMany = files.filter(isPicture).length > 1
  return (
    <>
      <ul aria-label={t('messages.files', { count: files.length })} className="message-files">
        {files.map((file, place) => (
          <li
            className={isPicture(file) ? 'message-files__picture' : 'message-files__card'}
            // biome-ignore lint/suspicious/noArrayIndexKey: files of a message keep their places, and two may be named alike.
            key={place}
          >
            {isPicture(file) ? (
              <PictureTile
                count={files.length}
                file={file}
                messageKey={message.key}
                most={isMany ? among : alone}
                place={place}
                reachable={reachable}
              />
            ) : (
              <FileCard
                file={file}
                isSent={message.seq !== undefined}
                messageKey={message.key}
                place={place}
                reachable={reachable}
              />
            )}
          </li>
        ))}
      </ul>
      <SendingLine files={files} message={message} reachable={reachable} />
    </>
  )
}

/** How far the files of a message of this user's are that has not left, and the way to take it back. */
function SendingLine({ message, files, reachable }: MessageFilesProps): ReactNode {
  const { discardMessage } = useActions()
  const { t, size } = useTranslator()
  const connected = useWorkspace((state) => state.session?.state === 'live')
  const id = useId()
  const { clientId, delivery } = message
  if (message.seq !== undefined || clientId === undefined || delivery.state === 'failed') return undefined
  const isUnderWay = files.some(({ transfer }) => transfer?.state === 'uploading')
  const total = files.reduce((sum, file) => sum + file.bytes, 0)
  const done = files.reduce((sum, { bytes, transfer }) => {
    if (transfer?.state === 'uploading' || transfer?.state === 'waiting') return sum + transfer.doneBytes
    return sum + (transfer?.state === 'remote' ? bytes : 0)
  }, 0)
  const label = t(isUnderWay || connected ? 'files.sending' : 'files.sendingWaits', { count: files.length })
  return (
    <div className="sending" data-testid="files-sending">
      <span id={id}>{label}</span>
      {isUnderWay && (
        <>
          <ProgressBar done={done} label={label} total={total} />
          <span className="sending__figures tabular">
            {t('files.progress', { done: size(done), total: size(total) })}
          </span>
        </>
      )}
      <button
        aria-describedby={id}
        className="text-button"
        data-testid="cancel-sending"
        onClick={() => void discardMessage(clientId)}
        tabIndex={reachable ? 0 : -1}
        type="button"
      >
        {t('files.cancelSending')}
      </button>
    </div>
  )
}
