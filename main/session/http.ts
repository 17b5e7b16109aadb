// Owns the client's two HTTP exchanges with the workspace server: enrolment and the delivery of a wipe receipt.
// Always holds: plain http only to this computer itself; answers are bounded, timed and parsed; a redirect is an error.

import { hostname } from 'node:os'
import type { z } from 'zod'
import { limits } from '../../shared/limits.ts'
import { toBase64url } from '../../shared/proof.ts'
import { FailureError, fail, isFailureCode, ok, type Result } from '../../shared/result.ts'
import {
  type EnrolRequest,
  enrolProofText,
  enrolResponseSchema,
  normaliseEnrolCode,
  problemSchema,
  serverInfoSchema,
} from '../../shared/wire.ts'
import type { Identity, Vault } from '../vault/vault.ts'
import { spokenVersions } from './machine.ts'

/** The origin of a server address as typed: https unless the address is this computer. `bad-input` otherwise. */
export function parseServerUrl(typed: string): Result<string> {
  const text = typed.trim()
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`)
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username || url.password)
    return fail('bad-input', 'This is not a server address.')
  const loopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  if (url.protocol === 'http:' && !loopback) return fail('bad-input', 'The server address must begin with https://.')
  return ok(url.origin)
}

/**
 * Enrols this device with a code: the vault then holds its identity. One that is signed out is enrolled as what it was, or
 * not at all: `wrong-server` where another workspace answers, `already-exists` where the code is not its person's. Codes
 * otherwise as in DESIGN §10 and failureCodes.
 */
export async function enrol(
  vault: Pick<Vault, 'identity' | 'draftDeviceKey' | 'enrolled'>,
  request: {
    readonly serverUrl: string
    readonly code: string
    readonly platform: string
    readonly version: string
    readonly deviceName?: string
  },
  nowMs: number,
): Promise<Result<Identity>> {
  const origin = parseServerUrl(request.serverUrl)
  if (!origin.ok) return origin
  const info = await call(`${origin.value}/v1/server`, { method: 'GET' }, serverInfoSchema)
  if (!info.ok) return info
  if (!spokenVersions.some((version) => info.value.versions.includes(version))) return fail('update-required')
  const before = vault.identity()?.signedOut && vault.identity()
  // Nothing of ours is registered elsewhere while a cache is kept here for another.
  if (before && before.workspaceId !== info.value.workspaceId) return fail('wrong-server')
  const key = vault.draftDeviceKey()
  const proof = key.sign(new TextEncoder().encode(enrolProofText(normaliseEnrolCode(request.code), key.publicKey)))
  const body: EnrolRequest = {
    code: request.code,
    devicePublicKey: key.publicKey,
    proof: toBase64url(proof),
    deviceName: (request.deviceName ?? (hostname() || 'desktop')).slice(0, limits.deviceNameChars),
    platform: request.platform,
    clientVersion: request.version,
  }
  const answer = await call(
    `${origin.value}/v1/enroll`,
    { method: 'POST', body: JSON.stringify(body) },
    enrolResponseSchema,
  )
  if (!answer.ok) return answer
  const { deviceId, userId, workspaceId, workspaceName, authorityKeys } = answer.value
  if (workspaceId !== info.value.workspaceId) return fail('wrong-server')
  if (before && (before.deviceId !== deviceId || before.userId !== userId)) return fail('already-exists')
  const identity: Identity = {
    deviceId,
    userId,
    workspaceId,
    workspaceName,
    authorityKeys,
    serverOrigin: origin.value,
    orderCounter: before?.orderCounter ?? 0,
    enrolledAtMs: nowMs,
  }
  await vault.enrolled(identity)
  return ok(identity)
}

/** Delivers a wipe receipt; true once acknowledged. Every failure is worth another try: the receipt is all that is left. */
export async function deliverReceipt(serverOrigin: string, wipeId: string, receipt: string): Promise<boolean> {
  const url = `${serverOrigin}/v1/wipes/${wipeId}/receipt`
  const answer = await request(url, { method: 'POST', body: JSON.stringify({ receipt }) })
  return answer.ok && answer.value.status === 200
}

async function call<T>(url: string, init: { method: string; body?: string }, schema: z.ZodType<T>): Promise<Result<T>> {
  const answer = await request(url, init)
  if (!answer.ok) return answer
  const { status, body } = answer.value
  if (status >= 200 && status < 300) {
    const parsed = schema.safeParse(body)
    return parsed.success ? ok(parsed.data) : fail('not-a-server')
  }
  const problem = problemSchema.safeParse(body)
  // A proxy in front of a server that is down answers in its own words.
  if (!problem.success) return fail(status >= 500 ? 'unavailable' : 'not-a-server', `The address answered ${status}.`)
  const { code, detail, title, retryAfterMs } = problem.data
  return isFailureCode(code) ? fail(code, detail ?? title, retryAfterMs) : fail('not-allowed', title)
}

async function request(
  url: string,
  init: { method: string; body?: string },
): Promise<Result<{ status: number; body: unknown }>> {
  let response: Response
  let text: string
  try {
    response = await fetch(url, {
      ...init,
      ...(init.body !== undefined && { headers: { 'content-type': 'application/json' } }),
      redirect: 'error',
      signal: AbortSignal.timeout(limits.httpMs),
    })
    text = await readBounded(response)
  } catch (error) {
    if (error instanceof FailureError) return { ok: false, error: error.failure }
    return fail('unavailable', `The server cannot be reached (${reasonOf(error)}).`)
  }
  try {
    return ok({ status: response.status, body: JSON.parse(text) })
  } catch {
    return ok({ status: response.status, body: undefined })
  }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > limits.httpBodyBytes) throw new FailureError(fail('not-a-server', 'The answer is too large.').error)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** A network error's code, without addresses or paths. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'no answer'
}
