// Owns the HTTP routes by which parts of files come and go, each under a permit as bearer token.
// Always holds: nothing of a body is read before the permit has been judged; a part streams through in chunks, at the pace of
// its reader, and its connection ends with limits.filePartMs; an answer is never taken for a page of anything.

import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { limits } from '../../shared/limits.ts'
import { fileInfoSchema } from '../../shared/model.ts'
import { type Failure, failureCodes, type Result } from '../../shared/result.ts'
import type { Clock } from '../clock.ts'
import { sendProblem } from '../problems.ts'
import type { Ask, Files } from './files.ts'
import type { Outcome } from './uploads.ts'

const binary = 'application/octet-stream'
/** The route of a part, which may take longer than other requests. */
export const filePartPath = '/v1/files/:sha256/parts/:part'
const fileSchema = z.object({ sha256: fileInfoSchema.shape.sha256 })
const partSchema = fileSchema.extend({
  part: z
    .string()
    .regex(/^(?:0|[1-9]\d{0,3})$/)
    .transform(Number),
})

const noSuch: Failure = { code: 'not-found', message: failureCodes['not-found'] }

/** The bearer token (RFC 6750), or an empty one, which nothing accepts. */
function askOf(request: FastifyRequest, sha256: string): Ask {
  const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ', 2)
  return { token: scheme?.toLowerCase() === 'bearer' ? token : '', sha256 }
}

/** Tells what became of an upload: 200 with the count of parts here, or 409 with it where another part is due. */
function tell(reply: FastifyReply, outcome: Result<Outcome>): FastifyReply {
  if (!outcome.ok) return sendProblem(reply, outcome.error)
  const { type, parts } = outcome.value
  if (type === 'done') return reply.send({ parts })
  return sendProblem(reply, { code: 'file-missing', message: 'Another part is due.' }, 409, { parts })
}

/** Registers them under /v1/files on `app`. */
export function registerFileRoutes(app: FastifyInstance, files: Files, clock: Clock): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(binary, (_request, _payload, done) => done(null))

    /** Ends a connection that is too slow; called off when the answer is out. */
    function limit(reply: FastifyReply): void {
      const callOff = clock.after(limits.filePartMs, () => reply.raw.destroy())
      reply.raw.once('close', callOff)
    }

    scope.put(filePartPath, async (request, reply) => {
      const params = partSchema.safeParse(request.params)
      if (!params.success) return sendProblem(reply, noSuch)
      limit(reply)
      const length = request.headers['content-length']
      const { sha256, part } = params.data
      const bodyBytes = length === undefined ? undefined : Number(length)
      const taken = await files.take(askOf(request, sha256), part, bodyBytes, request.raw)
      // What is left of a body that was not wanted is read over where it is short, and refused where it is not.
      if (!taken.ok && !(Number(length) <= limits.filePartBytes)) reply.header('connection', 'close')
      return tell(reply, taken)
    })

    scope.post('/v1/files/:sha256/finish', async (request, reply) => {
      const params = fileSchema.safeParse(request.params)
      if (!params.success) return sendProblem(reply, noSuch)
      return tell(reply, await files.finish(askOf(request, params.data.sha256)))
    })

    scope.get(filePartPath, { exposeHeadRoute: false }, async (request, reply) => {
      const params = partSchema.safeParse(request.params)
      if (!params.success) return sendProblem(reply, noSuch)
      const { sha256, part } = params.data
      const fetched = await files.fetch(askOf(request, sha256), part)
      if (!fetched.ok) return sendProblem(reply, fetched.error)
      const { plainBytes, chunks, close } = fetched.value
      if (reply.raw.destroyed) {
        close()
        return reply
      }
      limit(reply)
      reply.raw.once('close', close)
      const etag = `"${sha256}-${part}"`
      reply.headers({
        'content-type': binary,
        'content-disposition': 'attachment',
        etag,
      })
      if (request.headers['if-none-match'] === etag) return reply.code(304).send()
      return reply.header('content-length', plainBytes).send(Readable.from(chunks, { objectMode: false }))
    })
  })
}
