// Owns the admin API over HTTP: the routes of shared/admin.ts, behind the bearer token.
// Always holds: nothing is looked at before the token has been compared, in constant time; parameters, queries and bodies
// are parsed strictly; which field is wrong is told, never its value; a request repeated with its Idempotency-Key is answered
// as the first time.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type AdminRouteName, adminRoutes } from '../../shared/admin.ts'
import { limits } from '../../shared/limits.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { sendProblem } from '../problems.ts'
import type { Actor } from './actor.ts'
import type { ActAnswer, AdminActs } from './acts.ts'
import type { Idempotency, Keep } from './idempotency.ts'
import type { Operators } from './operators.ts'

/**
 * POSTs that take no key. The first three answer a secret, which is told once and not kept; whoever lost such an answer makes
 * a new one. The others change nothing.
 */
const keyless: ReadonlySet<AdminRouteName> = new Set([
  'createEnrolment',
  'createOperator',
  'createWebhook',
  'queryDevices',
  'tryOrder',
])

/** Where input does not fit: paths and codes, not values. */
export function whyNot(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || '(body)'}: ${issue.code}`)
    .join('; ')
}

/** The idempotency key of a request; undefined where it has none. Failure: `bad-input`. */
function keyOf({ headers }: FastifyRequest): Result<string | undefined> {
  const key = headers['idempotency-key']
  if (key === undefined) return ok(undefined)
  const isKey = typeof key === 'string' && /^[\x21-\x7e]+$/.test(key) && key.length <= limits.idempotencyKeyChars
  return isKey
    ? ok(key)
    : fail('bad-input', `Idempotency-Key must be 1 to ${limits.idempotencyKeyChars} visible ASCII characters.`)
}

/** Registers every admin route under /admin/v1. */
export function registerAdminRoutes(
  app: FastifyInstance,
  parts: { acts: AdminActs; operators: Pick<Operators, 'actorOf'>; idempotency: Idempotency },
): void {
  const { acts, operators, idempotency } = parts

  function actorOf(request: FastifyRequest): Actor | undefined {
    const [, token] = /^Bearer ([A-Za-z0-9_-]+)$/i.exec(request.headers.authorization ?? '') ?? []
    return token === undefined ? undefined : operators.actorOf(token)
  }

  async function perform<N extends AdminRouteName>(name: N, request: FastifyRequest, reply: FastifyReply) {
    const by = actorOf(request)
    if (by === undefined) return refuse(reply)
    const route: (typeof adminRoutes)[AdminRouteName] & { readonly query?: z.ZodType } = adminRoutes[name]
    const params = route.params.safeParse(request.params)
    // A parameter that cannot name anything names nothing that is there.
    if (!params.success) return sendProblem(reply, { code: 'not-found', message: 'There is no such thing.' })
    const query = (route.query ?? z.unknown()).safeParse(request.query)
    if (!query.success) return sendProblem(reply, { code: 'bad-input', message: whyNot(query.error) })
    const body = (route.body ?? z.unknown()).safeParse(request.body ?? {})
    if (!body.success) return sendProblem(reply, { code: 'bad-input', message: whyNot(body.error) })
    const key = keyOf(request)
    if (!key.ok) return sendProblem(reply, key.error)
    const input = {
      ...params.data,
      ...(route.query === undefined ? {} : (query.data as object)),
      ...(route.body === undefined ? {} : (body.data as object)),
    }
    const act = acts[name] as (input: unknown, by: Actor, keep?: Keep<ActAnswer<N>>) => Result<ActAnswer<N>>
    const isKeyed = key.value !== undefined && route.method === 'POST' && !keyless.has(name)
    const result = isKeyed
      ? idempotency.once<ActAnswer<N>>({ identity: by.identity, key: key.value ?? '', name, input }, (keep) =>
          act(input, by, keep),
        )
      : act(input, by)
    return result.ok ? reply.send(result.value) : sendProblem(reply, result.error)
  }

  for (const name of Object.keys(adminRoutes) as AdminRouteName[]) {
    const { method, path } = adminRoutes[name]
    app.route({
      method,
      url: `/admin/v1${path}`,
      onRequest: async (request, reply) => {
        if (actorOf(request) === undefined) return refuse(reply)
      },
      handler: (request, reply) => perform(name, request, reply),
    })
  }
}

function refuse(reply: FastifyReply): FastifyReply {
  reply.header('www-authenticate', 'Bearer')
  return sendProblem(reply, { code: 'not-allowed', message: 'The token is missing, wrong or revoked.' }, 401)
}
