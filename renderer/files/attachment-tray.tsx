// Owns what is attached to a draft, above its field: each file's likeness or icon, name, size and progress, a way to take it
// off, and what was not attached and why. Always holds: nothing in it tells what a file is but by its name and likeness.

import { CircleAlert, X } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import type { Attachment } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import type { ConversationId } from '../../shared/model.ts'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { FileIcon } from '../components/file-icon.tsx'
import { FileName } from '../components/file-name.tsx'
import { IconButton } from '../components/icon-button.tsx'
import type { MessageKey } from '../i18n/catalog.ts'
import type { Translator } from '../i18n/translator.ts'
import { type Attaching, attachingIn, type RefusedFile, type WaitingFile } from '../state/files.ts'
import { shownName } from '../text/file-name.ts'
import { useLikeness } from './object-url.ts'
import { ProgressBar } from './progress-bar.tsx'
import './attachment-tray.css'

/** Files refused for one reason that are named. */
const mostNames = 3

/** What is attached to the draft of a conversation, read anew when its composer opens. */
export function useAttaching(conversationId: ConversationId): Attaching {
  const attaching = useWorkspace((state) => attachingIn(state, conversationId))
  const { readAttachments } = useActions()
  useEffect(() => void readAttachments(conversationId), [conversationId, readAttachments])
  return attaching
}

/** Why what is attached cannot be sent now; undefined where it can. */
export function attachingNote({ attachments, waiting }: Attaching): MessageKey | undefined {
  if (attachments.some(({ transfer }) => transfer.state === 'failed')) return 'files.inTheWay'
  return waiting.length > 0 || attachments.some(({ transfer }) => transfer.state !== 'here') ? 'files.wait' : undefined
}

interface AttachmentTrayProps {
  readonly conversationId: ConversationId
  readonly attaching: Attaching
  /** The focus goes here when what had it goes away. */
  readonly focusField: () => void
}

export function AttachmentTray({ conversationId, attaching, focusField }: AttachmentTrayProps): ReactNode {
  const { attachments, waiting } = attaching
  const { detachFile, detachWaiting } = useActions()
  const { t, size } = useTranslator()
  const count = attachments.length + waiting.length
  const bytes = [...attachments, ...waiting].reduce((sum, file) => sum + file.bytes, 0)
  if (count === 0) return undefined
  return (
    <section aria-label={t('files.attached')} className="tray" data-testid="tray">
      <ul className="tray__list">
        {attachments.map((file) => (
          <AttachedItem
            file={file}
            key={file.fileId}
            onRemove={() => {
              detachFile(conversationId, file.fileId)
              focusField()
            }}
          />
        ))}
        {waiting.map((file) => (
          <WaitingItem
            file={file}
            key={file.key}
            onRemove={() => {
              detachWaiting(conversationId, file.key)
              focusField()
            }}
          />
        ))}
      </ul>
      {count > 1 && <p className="tray__sum tabular">{t('files.count', { count, size: size(bytes) })}</p>}
    </section>
  )
}

interface RefusedFilesProps {
  readonly conversationId: ConversationId
  readonly refused: readonly RefusedFile[]
  readonly focusField: () => void
}

/** What was not attached, and why. */
export function RefusedFiles({ conversationId, refused, focusField }: RefusedFilesProps): ReactNode {
  const { dismissRefused } = useActions()
  const translator = useTranslator()
  const { t } = translator
  return (
    <div className="refused" data-testid="files-refused" role="alert">
      <CircleAlert aria-hidden="true" />
      <ul className="refused__list">
        {[...new Set(refused.map((file) => file.reason))].map((reason) => (
          <li key={reason}>
            {refusal(
              reason,
              refused.filter((file) => file.reason === reason),
              translator,
            )}
          </li>
        ))}
      </ul>
      <IconButton
        className="icon-button--small"
        icon={X}
        label={t('files.refused.dismiss')}
        onClick={() => {
          dismissRefused(conversationId)
          focusField()
        }}
      />
    </div>
  )
}

/** What was refused for one reason: a few of them by name. */
function refusal(reason: string, files: readonly RefusedFile[], { t, size, failure }: Translator): ReactNode {
  const why =
    reason === 'too-large'
      ? t('files.refused.too-large', { size: size(limits.fileBytes) })
      : reason === 'too-many'
        ? t('files.refused.too-many', { count: limits.filesPerMessage })
        : reason === 'folder' || reason === 'unreadable' || reason === 'disk-full'
          ? t(`files.refused.${reason}`)
          : failure(reason)
  const named = files.filter(({ name }) => name !== '')
  if (named.length === 0) return t('files.refused.pick', { reason: why })
  return (
    <>
      {named.slice(0, mostNames).map(({ key, name }) => (
        <strong className="refused__name" key={key}>
          <FileName name={name} />
        </strong>
      ))}
      {named.length > mostNames && (
        <span className="tabular">{t('files.refused.more', { count: named.length - mostNames })}</span>
      )}
      <span>{why}</span>
    </>
  )
}

interface ItemProps<T> {
  readonly file: T
  readonly onRemove: () => void
}

function AttachedItem({ file, onRemove }: ItemProps<Attachment>): ReactNode {
  const { name, bytes, transfer, thumbnail } = file
  const { t, size, failure } = useTranslator()
  const likeness = useLikeness(thumbnail)
  const shown = shownName(name)
  return (
    <li className="attached" data-state={transfer.state} data-testid="attached" title={shown}>
      {likeness === undefined ? (
        <span className="attached__icon">
          <FileIcon file={file} />
        </span>
      ) : (
        <img alt="" className="attached__likeness" draggable={false} src={likeness} />
      )}
      <span className="attached__lines">
        <FileName name={name} />
        {transfer.state === 'failed' ? (
          <span className="attached__failed" role="alert">
            {failure(transfer.failure.code)}
          </span>
        ) : transfer.state === 'staging' ? (
          <>
            <span className="attached__line tabular">
              {t('files.progress', { done: size(transfer.doneBytes), total: size(bytes) })}
            </span>
            <ProgressBar done={transfer.doneBytes} label={t('files.addingOf', { name: shown })} total={bytes} />
          </>
        ) : (
          <span className="attached__line tabular">{size(bytes)}</span>
        )}
      </span>
      <RemoveButton name={shown} onRemove={onRemove} />
    </li>
  )
}

function WaitingItem({ file, onRemove }: ItemProps<WaitingFile>): ReactNode {
  const { t } = useTranslator()
  const { name } = file
  return (
    <li className="attached" data-state="turn" data-testid="attached" title={shownName(name)}>
      <span className="attached__icon">
        <FileIcon file={{ name, mediaType: '' }} />
      </span>
      <span className="attached__lines">
        <FileName name={name} />
        <span className="attached__line">{t('files.turn')}</span>
      </span>
      <RemoveButton name={shownName(name)} onRemove={onRemove} />
    </li>
  )
}

function RemoveButton({ name, onRemove }: { readonly name: string; readonly onRemove: () => void }): ReactNode {
  const { t } = useTranslator()
  return (
    <IconButton
      className="icon-button--small attached__remove"
      data-testid="detach"
      icon={X}
      label={t('files.remove', { name })}
      onClick={onRemove}
    />
  )
}
