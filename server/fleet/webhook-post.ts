// Owns one try to hand a message to a webhook: an HTTP POST, and what came of it.
// Always holds: no redirect is followed and nothing of the answer but its status and Retry-After is looked at; a try ends
// within limits.webhookMs. Must never throw: what goes wrong is what came of it.

import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { limits } from '../../shared/limits.ts'
import type { Clock } from '../clock.ts'
import { lookupFor, parseTarget } from './webhook-target.ts'

export type PostOutcome =
  | { readonly type: 'answered'; readonly status: number; readonly retryAfterMs: number | undefined }
  /** `reason`: a code of the system's, or `timeout`. */
  | { readonly type: 'failed'; readonly reason: string }
/** Answers once; `callOff` ends the try, after which nothing is answered. */
export type Post = (
  message: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string },
  done: (outcome: PostOutcome) => void,
) => { callOff(): void }

/** Only the form in seconds: dates need the receiver's clock (RFC 9110 §10.2.3). */
function retryAfterOf({ headers }: IncomingMessage): number | undefined {
  const text = headers['retry-after']
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) * 1000 : undefined
}

const codeOf = (error: Error) => ('code' in error && typeof error.code === 'string' ? error.code : 'failed')

/** Posts over the network. */
export function createPost(clock: Clock): Post {
  return ({ url: text, headers, body }, done) => {
    let request: ClientRequest | undefined
    let ended = false
    const callOffTimer = clock.after(limits.webhookMs, () => end({ type: 'failed', reason: 'timeout' }))
    function end(outcome?: PostOutcome): void {
      if (ended) return
      ended = true
      callOffTimer()
      // What else the receiver says is not for us; the connection is its own and goes with it.
      request?.destroy()
      if (outcome !== undefined) done(outcome)
    }

    const target = parseTarget(text)
    if (!target.ok) {
      // It was one when it was set: rules have changed since. Asked for later, as any answer is.
      setImmediate(() => end({ type: 'failed', reason: 'EACCES' }))
      return { callOff: () => end() }
    }
    const url = target.value
    request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      agent: false,
      lookup: lookupFor(url),
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    })
    request.on('response', (response) =>
      end({ type: 'answered', status: response.statusCode ?? 0, retryAfterMs: retryAfterOf(response) }),
    )
    // Also once it has ended: what destroying it brings about has no other listener.
    request.on('error', (error) => end({ type: 'failed', reason: codeOf(error) }))
    request.end(body)
    return { callOff: () => end() }
  }
}
