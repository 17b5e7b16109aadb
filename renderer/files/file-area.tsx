// Owns where files are dropped and pasted: the whole content side of an open conversation.
// Always holds: a file that is dropped anywhere never replaces the page; what cannot be attached here is not taken.

import { FilePlus2 } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { ConversationView } from '../../shared/bridge.ts'
import { focusComposer } from '../app/shortcuts.ts'
import { useActions, useStateReader, useTranslator } from '../app/workspace-context.ts'
import { bringsFiles, dropped, pasted } from './intake.ts'
import './file-area.css'

interface FileAreaProps {
  readonly conversation: Pick<ConversationView, 'conversationId' | 'kind' | 'name' | 'archived'>
  readonly children: ReactNode
}

export function FileArea({ conversation, children }: FileAreaProps): ReactNode {
  const { conversationId, kind, name, archived } = conversation
  const { attachFiles } = useActions()
  const read = useStateReader()
  const { t } = useTranslator()
  const area = useRef<HTMLDivElement>(null)
  const [isOver, setOver] = useState(false)

  useEffect(() => {
    // Over a dialog nothing is taken: it is about something else.
    const takes = (event: DragEvent) =>
      !archived &&
      read().dialog === undefined &&
      read().viewed === undefined &&
      event.target instanceof Node &&
      area.current?.contains(event.target) === true
    const onOver = (event: DragEvent) => {
      if (!bringsFiles(event.dataTransfer)) return
      event.preventDefault()
      const taken = takes(event)
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = taken ? 'copy' : 'none'
      setOver(taken)
    }
    const onLeave = (event: DragEvent) => {
      // Between two elements there is always a next one; out of the window there is none.
      if (event.relatedTarget === null) setOver(false)
    }
    const onDrop = (event: DragEvent) => {
      setOver(false)
      const data = event.dataTransfer
      if (data === null || !bringsFiles(data)) return
      event.preventDefault()
      if (!takes(event)) return
      const { files, folders } = dropped(data)
      attachFiles(conversationId, files, folders)
      focusComposer()
    }
    window.addEventListener('dragover', onOver)
    window.addEventListener('dragleave', onLeave)
    window.addEventListener('drop', onDrop)
    return () => {
      window.removeEventListener('dragover', onOver)
      window.removeEventListener('dragleave', onLeave)
      window.removeEventListener('drop', onDrop)
    }
  }, [archived, attachFiles, conversationId, read])

  const shown = kind === 'channel' ? `#${name}` : name
  return (
    <div
      className="file-area"
      onPaste={(event) => {
        if (archived || event.defaultPrevented) return
        const intake = pasted(event.clipboardData, () => t('files.pastedName', { time: timestamp(new Date()) }))
        if (intake === undefined) return
        event.preventDefault()
        attachFiles(conversationId, intake.files)
        focusComposer()
      }}
      ref={area}
    >
      {children}
      {isOver && (
        <div aria-hidden="true" className="file-area__curtain" data-testid="drop-curtain">
          <div className="file-area__hint">
            <FilePlus2 />
            <strong>{t('files.drop', { name: shown })}</strong>
            <span>{t('files.dropHint')}</span>
          </div>
        </div>
      )}
    </div>
  )
}

/** 2025-11-21 15.02.09, as file names on every system may hold it. */
function timestamp(now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
  return `${day} ${two(now.getHours())}.${two(now.getMinutes())}.${two(now.getSeconds())}`
}
