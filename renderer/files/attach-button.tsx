// Owns the button that attaches files: by the system's dialog, or by the page's own where the host has none.

import { Paperclip } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import type { ConversationId } from '../../shared/model.ts'
import { useActions, useTranslator } from '../app/workspace-context.ts'
import { IconButton } from '../components/icon-button.tsx'

interface AttachButtonProps {
  readonly conversationId: ConversationId
  /** The dialog is closed, or files are being taken in. */
  readonly onDone: () => void
}

export function AttachButton({ conversationId, onDone }: AttachButtonProps): ReactNode {
  const { pickFiles, attachFiles } = useActions()
  const { t } = useTranslator()
  const input = useRef<HTMLInputElement>(null)
  const hasDialog = useRef(true)
  const isOpen = useRef(false)
  const choose = async () => {
    if (isOpen.current) return
    if (hasDialog.current) {
      isOpen.current = true
      hasDialog.current = (await pickFiles(conversationId)) === 'done'
      isOpen.current = false
    }
    if (hasDialog.current) onDone()
    else input.current?.click()
  }
  return (
    <>
      <IconButton
        className="icon-button composer__attach"
        data-testid="attach"
        icon={Paperclip}
        label={t('files.attach')}
        onClick={() => void choose()}
      />
      <input
        aria-hidden="true"
        data-testid="attach-input"
        hidden
        multiple
        onChange={(event) => {
          const { files } = event.target
          attachFiles(conversationId, [...(files ?? [])])
          // So that the same file can be chosen again.
          event.target.value = ''
          onDone()
        }}
        ref={input}
        tabIndex={-1}
        type="file"
      />
    </>
  )
}
