// Owns the HTTP exchanges by which parts of files come and go: one call, one part, one answer told as data.
// Always holds: only the workspace server's origin is called, no redirect is followed; an answer is bounded and timed; what a
// server says it did is believed of uploads only as far as the next answer, and of downloads not at all (the hash decides).

import { limits } from '../../shared/limits.ts'
import { type Failure, type FailureCode, fail, isFailureCode } from '../../shared/result.ts'
import { problemSchema } from '../../shared/wire.ts'

export type Reply<T> = { readonly type: 'ok'; readonly value: T } | Refusal
export type Refusal =
  /** The permit is over. */
  | { readonly type: 'renew' }
  /** Another part is due: the server has to be asked which. */
  | { readonly type: 'elsewhere' }
  /** Worth another try. */
  | { readonly type: 'again'; readonly retryAfterMs?: number }
  | { readonly type: 'failed'; readonly failure: Failure }

export interface FilePermit {
  readonly sha256: string
  readonly permit: string
}

export interface Exchange {
  /** Sends a part; `sent` hears its bytes as they leave. The bytes must stay as they are until the reply. */
  put(
    to: FilePermit,
    part: number,
    bytes: Uint8Array,
    sent: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<Reply<undefined>>
  /** All parts are sent; `failed` with file-mismatch where the server found another hash, and has dropped them. */
  finish(to: FilePermit, signal: AbortSignal): Promise<Reply<undefined>>
  /** Fetches a part into `bytes`, all of which it must fill; `got` hears them as they come. */
  get(
    from: FilePermit,
    part: number,
    bytes: Uint8Array,
    got: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<Reply<undefined>>
}

const SLICE_BYTES = 64 * 1024
const BINARY = 'application/octet-stream'

/** Failures that pass: the network, a server that is busy or being seen to. */
const passing: ReadonlySet<FailureCode> = new Set([
  'offline',
  'unavailable',
  'rate-limited',
  'internal',
  'disk-full',
  'too-slow',
])
const isPassing = ({ code }: Failure): boolean => passing.has(code)

/** What a refusal, by HTTP or over the connection, means for a transfer. */
export function replyTo(failure: Failure): Refusal {
  if (failure.code === 'proof-invalid') return { type: 'renew' }
  if (!isPassing(failure)) return { type: 'failed', failure }
  return failure.retryAfterMs === undefined ? { type: 'again' } : { type: 'again', retryAfterMs: failure.retryAfterMs }
}

/** Exchanges with the server at `origin()`, `undefined` while none is known. */
export function createExchange(origin: () => string | undefined): Exchange {
  async function call<T>(
    { sha256, permit }: FilePermit,
    path: string,
    init: RequestInit & { headers?: Record<string, string> },
    signal: AbortSignal,
    read: (response: Response) => Promise<Reply<T>>,
  ): Promise<Reply<T>> {
    const server = origin()
    if (server === undefined) return { type: 'again' }
    try {
      const response = await fetch(`${server}/v1/files/${sha256}/${path}`, {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${permit}`, 'accept-encoding': 'identity' },
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(limits.filePartMs)]),
      })
      return response.ok ? await read(response) : await refusalOf(response)
    } catch {
      // The line broke, or the transfer was ended: whoever ended it knows.
      return { type: 'again' }
    }
  }

  return {
    put: (to, part, bytes, sent, signal) =>
      call(
        to,
        `parts/${part}`,
        {
          method: 'PUT',
          // The length has to be said: a stream has none, and the server takes no body of unknown length.
          headers: { 'content-type': BINARY, 'content-length': String(bytes.length) },
          body: streamOf(bytes, sent),
          duplex: 'half',
        },
        signal,
        accepted,
      ),
    finish: (to, signal) => call(to, 'finish', { method: 'POST' }, signal, accepted),
    get: (from, part, bytes, got, signal) =>
      call(from, `parts/${part}`, { method: 'GET' }, signal, (response) => readPart(response, bytes, got)),
  }
}

async function accepted(response: Response): Promise<Reply<undefined>> {
  await response.body?.cancel()
  return { type: 'ok', value: undefined }
}

/** Slice by slice as the line takes them: progress can be told, and the event loop never encrypts megabytes at once. */
function streamOf(bytes: Uint8Array, sent: (bytes: number) => void): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream(
    {
      pull(controller) {
        const slice = bytes.subarray(at, at + SLICE_BYTES)
        at += slice.length
        controller.enqueue(slice)
        sent(at)
        if (at === bytes.length) controller.close()
      },
    },
    { highWaterMark: 0 },
  )
}

async function readPart(
  response: Response,
  bytes: Uint8Array,
  got: (bytes: number) => void,
): Promise<Reply<undefined>> {
  let at = 0
  for await (const chunk of response.body ?? []) {
    if (at + chunk.length > bytes.length) return { type: 'failed', failure: fail('file-mismatch').error }
    bytes.set(chunk, at)
    at += chunk.length
    got(at)
  }
  return at === bytes.length ? { type: 'ok', value: undefined } : { type: 'again' }
}

async function refusalOf(response: Response): Promise<Refusal> {
  const text = await readBounded(response)
  if (response.status === 409) return { type: 'elsewhere' }
  const problem = problemSchema.safeParse(parseJson(text))
  // A proxy in front of the server answers in its own words.
  if (!problem.success) {
    if (response.status >= 500 || response.status === 429 || response.status === 408) return { type: 'again' }
    return { type: 'failed', failure: fail('not-allowed', `The address answered ${response.status}.`).error }
  }
  const { code, detail, title, retryAfterMs } = problem.data
  return replyTo(fail(isFailureCode(code) ? code : 'not-allowed', detail ?? title, retryAfterMs).error)
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > limits.httpBodyBytes) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
