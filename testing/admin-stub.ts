// Owns a stand-in for the admin API: serves the routes of shared/admin.ts from functions, as strictly as the contract.
// Always holds: bound to loopback on a free port; a request without the token, or that does not fit, is a problem.

import fastify from 'fastify'
import type { z } from 'zod'
import { type AdminRouteName, adminRoutes } from '../shared/admin.ts'
import { type Failure, failureCodes } from '../shared/result.ts'

/** Answers a route, or refuses it with a status and a failure. */
export type StubHandler = (
  params: Readonly<Record<string, string>>,
  body: unknown,
) => z.input<z.ZodType> | { readonly status: number; readonly failure: Failure | { code: string; message: string } }

export interface AdminStub {
  readonly url: string
  /** What was asked, in order. */
  readonly requests: readonly { readonly route: AdminRouteName; readonly params: unknown; readonly body: unknown }[]
  close(): Promise<void>
}

/** Starts the stub. A route without a handler answers `not-found`. */
export async function startAdminStub(
  token: string,
  handlers: Partial<Record<AdminRouteName, StubHandler>>,
): Promise<AdminStub> {
  const requests: { route: AdminRouteName; params: unknown; body: unknown }[] = []
  const app = fastify({ forceCloseConnections: true })
  const problem = (status: number, code: string, detail: string) => ({
    type: 'about:blank',
    title: Object.hasOwn(failureCodes, code) ? failureCodes[code as keyof typeof failureCodes] : code,
    status,
    code,
    detail,
  })

  for (const [name, route] of Object.entries(adminRoutes) as [AdminRouteName, (typeof adminRoutes)[AdminRouteName]][]) {
    app.route({
      method: route.method,
      url: `/admin/v1${route.path}`,
      handler: async (request, reply) => {
        const refuse = (status: number, code: string, detail: string) =>
          reply
            .status(status)
            .type('application/problem+json')
            .send(problem(status, code, detail))
        if (request.headers.authorization !== `Bearer ${token}`) return refuse(401, 'not-allowed', 'No valid token.')
        const params = route.params.safeParse(request.params)
        const body = route.body?.safeParse(request.body ?? {})
        if (!params.success || body?.success === false) return refuse(400, 'bad-input', 'Does not fit.')
        requests.push({ route: name, params: params.data, body: body?.data })
        const answer = handlers[name]?.(params.data as Record<string, string>, body?.data)
        if (answer === undefined) return refuse(404, 'not-found', 'No such thing.')
        if (isRefusal(answer)) return refuse(answer.status, answer.failure.code, answer.failure.message)
        return reply.send(answer)
      },
    })
  }
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { url, requests, close: () => app.close() }
}

function isRefusal(answer: unknown): answer is { status: number; failure: Failure } {
  return typeof answer === 'object' && answer !== null && 'failure' in answer
}
