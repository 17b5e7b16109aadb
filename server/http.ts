// Owns the HTTP side: who answers, enrolment, receipts by HTTP, the admin API, files, and the upgrade to the gateway.
// Always holds: every failure is a problem document; a fault is logged once and answered without its cause; nothing here
// is meant for browsers, and headers say so.

import Fastify, { type FastifyInstance } from 'fastify'
import { z } from 'zod'
import { limits } from '../shared/limits.ts'
import { wipeIdSchema } from '../shared/model.ts'
import type { FailureCode } from '../shared/result.ts'
import { enrolRequestSchema, receiptFrameSchema, type ServerInfo } from '../shared/wire.ts'
import { registerAdminRoutes, whyNot } from './admin/routes.ts'
import type { Clock } from './clock.ts'
import type { Commits } from './commits.ts'
import type { Attempts } from './devices/attempts.ts'
import type { Enrolment } from './devices/enrolment.ts'
import type { Wipes } from './devices/wipes.ts'
import type { Files } from './files/files.ts'
import { filePartPath, registerFileRoutes } from './files/routes.ts'
import type { FanOut } from './gateway/fan-out.ts'
import { type Gateway, protocolVersions, refuseUpgrade } from './gateway/gateway.ts'
import type { Log } from './log.ts'
import { sendProblem } from './problems.ts'
import type { Workspace } from './workspace.ts'

const receiptBodySchema = z.strictObject({ receipt: receiptFrameSchema.shape.receipt })

/** What Fastify refuses by itself, by its status. */
const codesByStatus: Partial<Record<number, FailureCode>> = { 404: 'not-found', 413: 'too-large' }

/** The HTTP server, not listening yet. */
export function createHttp(parts: {
  admin: Parameters<typeof registerAdminRoutes>[1]
  enrolment: Enrolment
  wipes: Pick<Wipes, 'takeReceipt'>
  fanOut: Pick<FanOut, 'ordersDue'>
  commits: Commits
  attempts: Attempts
  gateway: Gateway
  files: Files
  workspace: Workspace
  clock: Clock
  log: Log
}): FastifyInstance {
  const { admin, enrolment, wipes, fanOut, commits, attempts, gateway, files, workspace, clock, log } = parts
  const app = Fastify({
    logger: false,
    bodyLimit: limits.httpBodyBytes,
    // Of a part of a file; a shorter one for everything else is below.
    requestTimeout: limits.filePartMs,
    forceCloseConnections: true,
    // A user name of the longest kind, percent-encoded.
    routerOptions: { maxParamLength: limits.userNameChars * 12 },
  })

  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? {} : JSON.parse(body.toString()))
    } catch {
      done(Object.assign(new Error('not JSON'), { statusCode: 400 }))
    }
  })

  app.server.headersTimeout = limits.httpRequestMs
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.url !== filePartPath) {
      const callOff = clock.after(limits.httpRequestMs, () => {
        if (!request.raw.complete) request.raw.destroy()
      })
      reply.raw.once('close', callOff)
    }
    reply.headers({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
  })
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, { code: 'not-found', message: 'There is nothing here.' }),
  )
  app.setErrorHandler((error: unknown, _request, reply) => {
    const status =
      typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
        ? error.statusCode
        : 500
    if (status >= 400 && status < 500) {
      const code = codesByStatus[status] ?? 'bad-input'
      return sendProblem(reply, { code, message: 'The request cannot be read.' }, status)
    }
    log.error({ err: error }, 'a request could not be handled')
    return sendProblem(reply, { code: 'internal', message: 'Something went wrong here; it has been logged.' })
  })

  app.get('/v1/server', async (_request, reply) => {
    const info: ServerInfo = {
      product: 'causeway',
      workspaceId: workspace.workspaceId,
      versions: [...protocolVersions],
      timeMs: clock.nowMs(),
    }
    return reply.send(info)
  })

  app.post('/v1/enroll', async (request, reply) => {
    const body = enrolRequestSchema.safeParse(request.body)
    if (!body.success) return sendProblem(reply, { code: 'bad-input', message: whyNot(body.error) })
    const enrolled = enrolment.enrol(body.data, request.ip)
    if (enrolled.ok) return reply.send(enrolled.value)
    log.info({ code: enrolled.error.code }, 'enrolment refused')
    return sendProblem(reply, enrolled.error)
  })

  app.post('/v1/wipes/:wipeId/receipt', async (request, reply) => {
    const blockedMs = attempts.blockedForMs(request.ip)
    if (blockedMs !== undefined) {
      return sendProblem(reply, {
        code: 'rate-limited',
        message: 'Too many receipts were refused.',
        retryAfterMs: blockedMs,
      })
    }
    const params = z.object({ wipeId: wipeIdSchema }).safeParse(request.params)
    if (!params.success) return sendProblem(reply, { code: 'not-found', message: 'There is no such wipe.' })
    const body = receiptBodySchema.safeParse(request.body)
    if (!body.success) return sendProblem(reply, { code: 'bad-input', message: whyNot(body.error) })
    const { wipeId } = params.data
    const committed = await commits.run((tx) => wipes.takeReceipt(tx, wipeId, body.data.receipt))
    const taken = committed.ok ? committed.value : committed
    if (taken.ok) {
      fanOut.ordersDue(taken.value.deviceId)
      return reply.send({ wipeId })
    }
    if (committed.ok) attempts.failed(request.ip)
    return sendProblem(reply, taken.error)
  })

  registerAdminRoutes(app, admin)
  registerFileRoutes(app, files, clock)

  app.server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const path = (request.url ?? '').split('?', 1)[0]
    if (path === '/v1/connect') gateway.upgrade(request, socket, head)
    else refuseUpgrade(socket, '404 Not Found')
  })
  return app
}
