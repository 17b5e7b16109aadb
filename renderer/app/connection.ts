// Owns whether acts that need the server can be done now. Always holds: it is a hint for what is offered; main decides.

import { useWorkspace } from './workspace-context.ts'

/** True while the server is there. */
export function useIsConnected(): boolean {
  return useWorkspace((state) => state.session?.state === 'live' || state.session?.state === 'catching-up')
}
