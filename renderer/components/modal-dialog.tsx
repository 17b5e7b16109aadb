// Owns the frame of a dialog: title, way out, body, and acts below. Follows ARIA's modal dialog; Escape and a press beside
// it close it.

import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useTranslator } from '../app/workspace-context.ts'
import { IconButton } from './icon-button.tsx'
import './modal-dialog.css'

interface ModalDialogProps {
  readonly title: string
  readonly testId: string
  readonly onClose: () => void
  readonly children: ReactNode
  /** Asks for a decision: narrow, and no way out but its buttons and Escape. */
  readonly asks?: boolean
  /** Has more to show than a form. */
  readonly wide?: boolean
}

export function ModalDialog({
  title,
  testId,
  onClose,
  children,
  asks = false,
  wide = false,
}: ModalDialogProps): ReactNode {
  const { t } = useTranslator()
  return (
    <ModalOverlay className="overlay" isDismissable isOpen onOpenChange={(open) => (open ? undefined : onClose())}>
      <Modal className={asks ? 'modal modal--asks' : wide ? 'modal modal--wide' : 'modal'}>
        <Dialog className="modal__dialog" data-testid={testId} role={asks ? 'alertdialog' : 'dialog'}>
          <header className="modal__header">
            <Heading className="modal__title" slot="title">
              {title}
            </Heading>
            {!asks && <IconButton data-testid="dialog-close" icon={X} label={t('details.close')} onClick={onClose} />}
          </header>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
