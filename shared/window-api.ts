// Owns how `window.causeway` is made from a transport; the Electron preload and the Chromium host's init script share it.
// Always holds: what comes out is the CausewayApi of shared/bridge.ts, by type; only JSON text crosses to main; names are
// not repeated here, main refuses the ones it does not know.
// Must never: import a value, or use anything from outside createApi: the Chromium host runs its source text in the page.

import type { BridgeResult, CausewayApi, FailureView } from './bridge.ts'

/** How text reaches main and comes back. */
export interface Transport {
  /** Carries a call's name and its arguments as JSON; answers a BridgeResult as JSON. */
  call(name: string, argsJson: string): Promise<string>
  /** Names the function that takes each event: its name and its payload as JSON. */
  receive(deliver: (name: string, payloadJson: string) => void): void
}

/** The API of the window over `transport`. A call never rejects: what goes wrong on the way is a failure too. */
export function createApi(transport: Transport): CausewayApi {
  const listenersByName = new Map<string, Set<(payload: never) => void>>()
  transport.receive((name, payloadJson) => {
    for (const listener of [...(listenersByName.get(name) ?? [])]) listener(JSON.parse(payloadJson) as never)
  })
  const failure = (code: string, message: string): { ok: false; error: FailureView } => ({
    ok: false,
    error: { code, message },
  })
  return {
    async call(name, args) {
      let argsJson: string | undefined
      try {
        argsJson = JSON.stringify(args)
      } catch {
        argsJson = undefined
      }
      if (argsJson === undefined) return failure('bad-input', 'The arguments are not plain data.')
      try {
        return JSON.parse(await transport.call(name, argsJson)) as BridgeResult<never>
      } catch {
        return failure('unavailable', 'The program did not answer.')
      }
    },
    on(name, listener) {
      const listeners = listenersByName.get(name) ?? new Set()
      listenersByName.set(name, listeners)
      const entry = (payload: never) => listener(payload)
      listeners.add(entry)
      return () => {
        listeners.delete(entry)
      }
    },
  }
}
