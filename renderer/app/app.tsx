// Owns the whole window: providers, theme and language on the root element, and which screen is shown.

import { lazy, type ReactNode, Suspense, useLayoutEffect, useMemo, useSyncExternalStore } from 'react'
import { useStore } from 'zustand'
import { TooltipLayer } from '../components/tooltip.tsx'
import { chooseLanguage } from '../i18n/language.ts'
import { createTranslator } from '../i18n/translator.ts'
import { screenOf } from '../state/screen.ts'
import type { Workspace } from '../state/state.ts'
import { Frame } from './frame.tsx'
import type { Minute } from './now.ts'
import { MinuteContext, TranslatorContext, WorkspaceContext } from './workspace-context.ts'

const Screens = lazy(async () => ({ default: (await import('../screens/screens.tsx')).Screens }))

interface AppProps {
  readonly workspace: Workspace
  readonly minute: Minute
}

export function App({ workspace, minute }: AppProps): ReactNode {
  const { store } = workspace
  const session = useStore(store, (state) => state.session)
  const startFailure = useStore(store, (state) => state.startFailure)
  const enrolAgain = useStore(store, (state) => state.enrolAgain)
  const unlocking = useStore(store, (state) => state.unlocking)
  const nowMs = useSyncExternalStore(minute.subscribe, minute.read)

  const setting = session?.settings.language ?? 'system'
  const tags = (session?.systemLanguages ?? navigator.languages).join(' ')
  const translator = useMemo(() => {
    const systemLanguages = tags.split(' ').filter((tag) => tag !== '')
    return createTranslator(chooseLanguage(setting, systemLanguages), systemLanguages)
  }, [setting, tags])

  const theme = session?.settings.theme ?? 'system'
  useLayoutEffect(() => {
    const { documentElement } = document
    documentElement.lang = translator.language
    if (theme === 'system') delete documentElement.dataset.theme
    else documentElement.dataset.theme = theme
  }, [theme, translator])

  const screen = screenOf(session, startFailure, enrolAgain, nowMs, unlocking)
  return (
    <WorkspaceContext value={workspace}>
      <MinuteContext value={minute}>
        <TranslatorContext value={translator}>
          <div className="app" data-state={session?.state ?? 'starting'} data-testid="session-state">
            {screen.type === 'frame' ? (
              <Frame />
            ) : screen.type === 'starting' ? undefined : (
              <Suspense>
                <Screens screen={screen} />
              </Suspense>
            )}
          </div>
          {/* Another screen, another tooltip: none may outlive the content that it names. */}
          <TooltipLayer key={screen.type} />
        </TranslatorContext>
      </MinuteContext>
    </WorkspaceContext>
  )
}
