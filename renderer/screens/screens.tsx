// Owns the full screens: what the window shows when conversations cannot or must not be read.
// Always holds: each says what happened, what to do, and its code; none shows content of the workspace.

import type { ReactNode } from 'react'
import { useNowMs, useTranslator, useWorkspace } from '../app/workspace-context.ts'
import type { Screen } from '../state/screen.ts'
import { AppLockScreen } from './app-lock-screen.tsx'
import { EnrolScreen } from './enrol-screen.tsx'
import { LockedScreen } from './locked-screen.tsx'
import { NoBridgeScreen, ProblemScreen } from './problem-screen.tsx'
import { ScreenCard } from './screen-card.tsx'
import { SignedOutScreen } from './signed-out-screen.tsx'
import { WipedScreen, WipingScreen } from './wiped-screen.tsx'
import './screens.css'

export function Screens({ screen }: { readonly screen: Screen }): ReactNode {
  switch (screen.type) {
    case 'starting':
    case 'frame':
      return undefined
    case 'enrol':
      return <EnrolScreen back={screen.back} />
    case 'signed-out':
      return <SignedOutScreen />
    case 'app-locked':
      return <AppLockScreen />
    case 'locked':
      return <LockedScreen />
    case 'problem':
      return screen.failure.code === 'no-bridge' ? <NoBridgeScreen /> : <ProblemScreen failure={screen.failure} />
    case 'update-required':
      return <UpdateScreen />
    case 'wiping':
      return <WipingScreen />
    case 'wiped':
      return <WipedScreen />
  }
}

function UpdateScreen(): ReactNode {
  const version = useWorkspace((state) => state.session?.version ?? '')
  const readableUntilMs = useWorkspace((state) => state.session?.readableUntilMs)
  const { t, moment } = useTranslator()
  const nowMs = useNowMs()
  return (
    <ScreenCard testId="update-screen" title={t('update.title')}>
      <p>{t('update.body')}</p>
      <p>{t('update.todo', { version })}</p>
      {readableUntilMs !== undefined && readableUntilMs > nowMs && (
        <p className="screen__quiet">{t('status.readableUntil', { time: moment(readableUntilMs, nowMs) })}</p>
      )}
    </ScreenCard>
  )
}
