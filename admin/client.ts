// Owns the HTTP side of the admin API: one call per route of shared/admin.ts, answers parsed, failures as codes.
// Always holds: the token goes only to the server it was given for (redirects are refused) and into no message; an answer
// that does not fit the contract is a failure, never a value.

import { z } from 'zod'
import { type AdminRouteName, adminRoutes } from '../shared/admin.ts'
import { limits } from '../shared/limits.ts'
import { type Failure, type FailureCode, fail, isFailureCode, ok, type Result } from '../shared/result.ts'
import { problemSchema } from '../shared/wire.ts'
import { defined } from './command.ts'

export type AdminAnswer<N extends AdminRouteName> = z.infer<(typeof adminRoutes)[N]['answer']>

export interface AdminRequest {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: unknown
  /** Idempotency key of a POST: repeated with it, the request is answered as the first time. */
  readonly key?: string | undefined
}

/** Calls one route. `bad-input` before anything is sent where the request does not fit the contract. */
export type AdminCall = <N extends AdminRouteName>(name: N, request?: AdminRequest) => Promise<Result<AdminAnswer<N>>>

export interface AdminClientOptions {
  /** As given on the command line; a path in front of /admin/v1 is kept, for servers behind a proxy. */
  readonly server: URL
  readonly token: string
  readonly fetch: typeof globalThis.fetch
  readonly timeoutMs?: number
}

/** The server's address, or why it is none: https (http on this computer alone), no user info, query or fragment. */
export function parseServerUrl(text: string): Result<URL> {
  const url = URL.parse(text)
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return fail('bad-input', 'The server address must be an http or https URL.')
  }
  if (url.username || url.password || url.search || url.hash) {
    return fail('bad-input', 'The server address must not hold a user, a password, a query or a fragment.')
  }
  const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname)
  if (url.protocol === 'http:' && !loopback) {
    return fail(
      'bad-input',
      'The server address must begin with https://: the token would cross the network in the clear.',
    )
  }
  return ok(url)
}

/** A client of one server with one token. */
export function createAdminClient(options: AdminClientOptions): AdminCall {
  const { server, token, fetch, timeoutMs = limits.adminRequestMs } = options
  const base = `${server.origin}${server.pathname.replace(/\/+$/, '')}/admin/v1`

  return async (name, request = {}) => {
    const route = adminRoutes[name]
    const params = checked(route.params, request.params ?? {})
    if (!params.ok) return params
    const path = fillPath(route.path, params.value as Record<string, string>)
    if (!path.ok) return path
    const query = checked('query' in route ? route.query : z.strictObject({}), defined(request.query ?? {}))
    if (!query.ok) return query
    const body = route.body === undefined ? ok(undefined) : checked(route.body, request.body ?? {})
    if (!body.ok) return body

    const { key } = request
    if (key !== undefined && route.method !== 'POST') throw new TypeError('only a POST takes an idempotency key')

    const received = await exchange(fetch, base + path.value + searchOf(query.value as object), {
      method: route.method,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        accept: 'application/json, application/problem+json',
        authorization: `Bearer ${token}`,
        ...(route.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(route.body === undefined ? {} : { body: JSON.stringify(body.value) }),
    })
    if (!received.ok) return received
    const { status, value } = received.value
    if (status < 200 || status > 299) return { ok: false, error: failureOf(status, value) }
    const answer = route.answer.safeParse(value)
    if (!answer.success) return fail('not-a-server', 'The answer is not one of this version’s admin API.')
    return ok(answer.data as AdminAnswer<typeof name>)
  }
}

function searchOf(query: object): string {
  const text = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  ).toString()
  return text === '' ? '' : `?${text}`
}

function checked(schema: z.ZodType, value: unknown): Result<unknown> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return ok(parsed.data)
  const issue = parsed.error.issues[0]
  const where = issue?.path.join('.')
  return fail('bad-input', `${where ? `${where}: ` : ''}${issue?.message ?? 'does not fit'}`)
}

function fillPath(pattern: string, params: Record<string, string>): Result<string> {
  const values = Object.values(params)
  // URL parsers take these two, encoded or not, for "here" and "above": the request would reach another route.
  if (values.some((value) => value === '.' || value === '..')) {
    return fail('bad-input', 'A name of only dots cannot be addressed.')
  }
  return ok(pattern.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? '')))
}

async function exchange(
  fetch: typeof globalThis.fetch,
  url: string,
  init: RequestInit,
): Promise<Result<{ status: number; value: unknown }>> {
  try {
    const response = await fetch(url, init)
    const text = await readText(response)
    if (text === undefined) return fail('too-large', 'The answer exceeds its size limit.')
    return ok({ status: response.status, value: parseJson(text) })
  } catch (error) {
    return { ok: false, error: networkFailure(error) }
  }
}

async function readText(response: Response): Promise<string | undefined> {
  if (!response.body) return ''
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body) {
    bytes += chunk.byteLength
    if (bytes > limits.adminAnswerBytes) return undefined
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Only the system's error code is told: messages of the HTTP client may quote headers. */
function networkFailure(error: unknown): Failure {
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return { code: 'unavailable', message: 'The server did not answer in time.' }
  }
  const cause = error instanceof Error ? error.cause : undefined
  const code = systemCode(cause) ?? systemCode(error)
  if (code === undefined && cause instanceof Error && cause.message.includes('redirect')) {
    return { code: 'not-a-server', message: 'The address redirects elsewhere; give the server’s own address.' }
  }
  return { code: 'unavailable', message: `The server cannot be reached${code === undefined ? '' : ` (${code})`}.` }
}

function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error) || typeof error.code !== 'string')
    return undefined
  return /^[A-Z0-9_]{1,64}$/.test(error.code) ? error.code : undefined
}

const codeByStatus: Readonly<Record<number, FailureCode>> = {
  400: 'bad-input',
  401: 'not-allowed',
  403: 'not-allowed',
  404: 'not-found',
  409: 'already-exists',
  413: 'too-large',
  422: 'bad-input',
  429: 'rate-limited',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
}

/** RFC 9457 problem to failure; a code of a newer server falls back to what its status says. */
function failureOf(status: number, value: unknown): Failure {
  const problem = problemSchema.safeParse(value)
  const byStatus = codeByStatus[status]
  if (!problem.success) {
    const code = byStatus === 'unavailable' ? 'unavailable' : 'not-a-server'
    return { code, message: `The address answered with status ${status} and no problem details.` }
  }
  const { code, title, detail, retryAfterMs } = problem.data
  return {
    code: isFailureCode(code) ? code : (byStatus ?? 'internal'),
    message: detail ?? title,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
}
