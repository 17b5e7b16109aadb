// Owns the admin API over HTTP: the routes of shared/admin.ts, behind the bearer token.
// Always holds: nothing is looked at before the token has been compared, in constant time; parameters and bodies are
// parsed strictly; which field is wrong is told, never its value.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type AdminRouteName, adminRoutes } from '../../shared/admin.ts'
import { sendProblem } from '../problems.ts'
import type { AdminActs } from './acts.ts'

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Where input does not fit: paths and codes, not values. */
export function whyNot(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || '(body)'}: ${issue.code}`)
    .join('; ')
}

/** Registers every admin route under /admin/v1. */
export function registerAdminRoutes(app: FastifyInstance, acts: AdminActs, adminToken: string): void {
  const expected = digest(adminToken)

  function holdsToken(request: FastifyRequest): boolean {
    const [, token] = /^Bearer ([A-Za-z0-9_-]+)$/i.exec(request.headers.authorization ?? '') ?? []
    return token !== undefined && timingSafeEqual(digest(token), expected)
  }

  async function perform<N extends AdminRouteName>(name: N, request: FastifyRequest, reply: FastifyReply) {
    const route = adminRoutes[name]
    const params = route.params.safeParse(request.params)
    // A parameter that cannot name anything names nothing that is there.
    if (!params.success) return sendProblem(reply, { code: 'not-found', message: 'There is no such thing.' })
    const body = (route.body ?? z.unknown()).safeParse(request.body ?? {})
    if (!body.success) return sendProblem(reply, { code: 'bad-input', message: whyNot(body.error) })
    const act = acts[name] as (input: unknown) => ReturnType<AdminActs[N]>
    const result = act({ ...params.data, ...(route.body === undefined ? {} : (body.data as object)) })
    return result.ok ? reply.send(result.value) : sendProblem(reply, result.error)
  }

  for (const name of Object.keys(adminRoutes) as AdminRouteName[]) {
    const { method, path } = adminRoutes[name]
    app.route({
      method,
      url: `/admin/v1${path}`,
      onRequest: async (request, reply) => {
        if (holdsToken(request)) return
        reply.header('www-authenticate', 'Bearer')
        return sendProblem(reply, { code: 'not-allowed', message: 'The admin token is missing or wrong.' }, 401)
      },
      handler: (request, reply) => perform(name, request, reply),
    })
  }
}
