// Owns the start of the window: takes the bridge that the host put there, makes the store, shows the app.
// Always holds: `window.causeway` is named here only; everything else gets it as a parameter.

import type { CausewayApi } from '../shared/bridge.ts'
import { mountApp } from './app/mount.tsx'

declare global {
  interface Window {
    /** Absent where the page is opened outside a host. */
    readonly causeway?: CausewayApi
  }
}

const root = document.getElementById('root')
if (root !== null) mountApp(root, window.causeway)
