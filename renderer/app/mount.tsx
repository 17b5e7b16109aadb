// Owns putting the app into a page: used by the product's page and by the development page alike.

import '../styles/tokens.css'
import '../styles/base.css'

import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import type { CausewayApi } from '../../shared/bridge.ts'
import { createWorkspace } from '../state/workspace.ts'
import { App } from './app.tsx'
import { createMinute } from './now.ts'

/** Shows the app in `root` over `api`; without one, what main would be asked fails and the window says so. */
export function mountApp(root: HTMLElement, api: CausewayApi | undefined): void {
  const workspace = createWorkspace(api ?? noBridge)
  workspace.actions.start()
  createRoot(root).render(
    <StrictMode>
      <App minute={createMinute()} workspace={workspace} />
    </StrictMode>,
  )
}

const noBridge: CausewayApi = {
  call: () => Promise.resolve({ ok: false, error: { code: 'no-bridge', message: 'opened outside the app' } }),
  on: () => () => undefined,
}
