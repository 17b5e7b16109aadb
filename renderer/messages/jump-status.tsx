// Owns the quiet sign over the messages that a jump is on its way, or why it did not lead there.

import { History, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useActions, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import { IconButton } from '../components/icon-button.tsx'

export function JumpStatus(): ReactNode {
  const jump = useWorkspace((state) => state.jump)
  const { cancelJump } = useActions()
  const translator = useTranslator()
  const { t } = translator
  if (jump === undefined) return undefined
  const isLoading = jump.type === 'loading'
  const text = isLoading
    ? t('jump.loading')
    : jump.type === 'short'
      ? t('jump.notReached')
      : t('jump.failed', { reason: translator.failure(jump.failure.code) })
  return (
    <div className="jump-status" data-testid="jump-status" data-type={jump.type} role={isLoading ? 'status' : 'alert'}>
      <History aria-hidden="true" />
      <span>{text}</span>
      <IconButton
        className="icon-button--small"
        icon={X}
        label={t(isLoading ? 'jump.cancel' : 'jump.dismiss')}
        onClick={cancelJump}
      />
      {isLoading && <span aria-hidden="true" className="jump-status__bar" />}
    </div>
  )
}
