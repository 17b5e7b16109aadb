// Owns the checks that every host makes on a bridge call before the app sees it: sender, form, size, number under way.
// Always holds: the answer is a BridgeResult as JSON text; nothing throws across; a call refused here never reaches the app.

import { limits } from '../../shared/limits.ts'
import { FailureError, fail, ok, type Result } from '../../shared/result.ts'
import { errorName, type Log } from '../log.ts'

export type BridgeHandler = (name: string, args: unknown) => Promise<Result<unknown>>

/** What a host knows of whoever sent a call. */
export interface Sender {
  /** The call came out of the window this program opened. */
  readonly isOurWindow: boolean
  /** …out of its top frame. */
  readonly isMainFrame: boolean
  /** URL of the frame, '' where it has gone. */
  readonly url: string
}

/** True for the top frame of our own window showing our own page; `origin` as in `causeway://app`. */
export function isTrustedSender(sender: Sender, origin: string): boolean {
  return sender.isOurWindow && sender.isMainFrame && (sender.url === origin || sender.url.startsWith(`${origin}/`))
}

export interface BridgeGate {
  serve(handle: BridgeHandler): void
  /**
   * Answers one call as JSON text. Codes of its own: not-allowed (sender), bad-input (name or JSON), too-large (above
   * limits.bridgeCallBytes), rate-limited (limits.bridgeCallsInFlight under way), internal (the handler threw).
   */
  call(isTrusted: boolean, name: unknown, argsJson: unknown): Promise<string>
  /** Resolves when no call is under way. */
  settled(): Promise<void>
}

/** A gate in front of the app's handler; calls wait for the handler until the app serves one. */
export function createBridgeGate(options: { readonly log: Log }): BridgeGate {
  let provide: (handle: BridgeHandler) => void = () => undefined
  let handler = new Promise<BridgeHandler>((resolve) => {
    provide = resolve
  })
  const underWay = new Set<Promise<Result<unknown>>>()

  const check = async (isTrusted: boolean, name: unknown, argsJson: unknown): Promise<Result<unknown>> => {
    if (!isTrusted) {
      options.log.error('bridge-sender-refused')
      return fail('not-allowed', 'Only the window of this program may call.')
    }
    if (typeof name !== 'string' || typeof argsJson !== 'string') return fail('bad-input')
    if (argsJson.length > limits.bridgeCallBytes || Buffer.byteLength(argsJson) > limits.bridgeCallBytes) {
      return fail('too-large')
    }
    if (underWay.size >= limits.bridgeCallsInFlight) return fail('rate-limited')
    let args: unknown
    try {
      args = JSON.parse(argsJson)
    } catch {
      return fail('bad-input', 'The arguments are not JSON.')
    }
    const work = callHandler(handler, name, args, options.log)
    underWay.add(work)
    try {
      return await work
    } finally {
      underWay.delete(work)
    }
  }

  return {
    serve(handle) {
      provide(handle)
      handler = Promise.resolve(handle)
    },
    async call(isTrusted, name, argsJson) {
      return resultJson(await check(isTrusted, name, argsJson))
    },
    async settled() {
      while (underWay.size > 0) await Promise.allSettled([...underWay])
    },
  }
}

async function callHandler(
  handler: Promise<BridgeHandler>,
  name: string,
  args: unknown,
  log: Log,
): Promise<Result<unknown>> {
  try {
    return await (await handler)(name, args)
  } catch (error) {
    if (error instanceof FailureError) return { ok: false, error: error.failure }
    log.error('bridge-call-threw', { error: errorName(error) })
    return fail('internal')
  }
}

function resultJson(result: Result<unknown>): string {
  return JSON.stringify(result.ok ? ok(result.value ?? {}) : result)
}
