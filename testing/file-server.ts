// Owns a small server for files in tests of the desktop: the requests and the HTTP routes as the wire tells them, in memory,
// with faults on demand. Always holds: it believes no hash, counts its own parts, and speaks problem documents as the product
// does. Must never be imported by the product.

import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Failure, type FailureCode, fail, ok, type Result } from '../shared/result.ts'
import { partBytes, partCount } from '../shared/sealed-parts.ts'
import type { Answer, Request } from '../shared/wire.ts'

/** What happens to a call instead of what should: the line is cut, or it is answered so. */
export type Fault = 'cut' | { readonly status: number; readonly code: FailureCode; readonly retryAfterMs?: number }

export interface FileServer {
  readonly origin: string
  request(request: Request): Promise<Result<Answer>>
  /** Calls in order: `upload`, `download`, `PUT 0`, `GET 3`, `finish`. */
  readonly calls: string[]
  /** Bytes of a whole file here. */
  content(sha256: string): Buffer | undefined
  /** Puts a file here; its hash. */
  keep(content: Buffer): string
  /** Asked for each HTTP call by its name in `calls`; undefined: nothing goes wrong. */
  fault: (call: string) => Fault | undefined
  /** What a request is refused with. */
  refuse: (request: Request) => Failure | undefined
  /** Changes what a GET serves. */
  alter: (bytes: Buffer) => Buffer
  /** Permits handed out before are no longer good. */
  expirePermits(): void
  close(): Promise<void>
}

interface Kept {
  readonly bytes: number
  parts: Buffer[]
  isWhole: boolean
}

export async function openFileServer(): Promise<FileServer> {
  const files = new Map<string, Kept>()
  const calls: string[] = []
  let permitFrom = 1
  let permits = 0

  function permit(): string {
    permits += 1
    return `permit-${permits}`
  }

  function isGood(request: IncomingMessage): boolean {
    const given = /^Bearer permit-(\d+)$/.exec(request.headers.authorization ?? '')
    return Number(given?.[1] ?? 0) >= permitFrom
  }

  function problem(response: ServerResponse, status: number, code: FailureCode, retryAfterMs?: number): void {
    response.writeHead(status, { 'content-type': 'application/problem+json' })
    response.end(JSON.stringify({ type: 'about:blank', title: code, status, code, retryAfterMs }))
  }

  async function bodyOf(request: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks)
  }

  async function put(request: IncomingMessage, response: ServerResponse, file: Kept, part: number): Promise<void> {
    const body = await bodyOf(request)
    const isWanted = request.headers['content-length'] === String(partBytes(file.bytes, part))
    if (!isWanted || body.length !== partBytes(file.bytes, part)) return problem(response, 400, 'bad-input')
    if (part !== file.parts.length) return problem(response, 409, 'file-missing')
    file.parts.push(body)
    response.end(JSON.stringify({ parts: file.parts.length }))
  }

  function finish(response: ServerResponse, file: Kept, sha256: string): void {
    if (file.parts.length !== partCount(file.bytes)) problem(response, 409, 'file-missing')
    else if (hashOf(Buffer.concat(file.parts)) === sha256) {
      file.isWhole = true
      response.end(JSON.stringify({ parts: file.parts.length }))
    } else {
      files.delete(sha256)
      problem(response, 422, 'file-mismatch')
    }
  }

  function get(response: ServerResponse, file: Kept, part: number): void {
    const bytes = file.parts[part]
    if (file.isWhole && bytes) response.end(server.alter(bytes))
    else problem(response, 404, 'file-missing')
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const found = /^\/v1\/files\/([\w-]{43})\/(?:parts\/(\d+)|finish)$/.exec(request.url ?? '')
    const [, sha256 = '', part] = found ?? []
    const call = part === undefined ? 'finish' : `${request.method} ${part}`
    calls.push(call)
    const fault = server.fault(call)
    if (fault === 'cut') {
      // In mid-body, both ways.
      response.write('half')
      request.once('data', () => request.socket.destroy())
      setImmediate(() => request.socket.destroy())
      return
    }
    if (fault) {
      await bodyOf(request)
      return problem(response, fault.status, fault.code, fault.retryAfterMs)
    }
    const file = files.get(sha256)
    if (!isGood(request)) {
      await bodyOf(request)
      return problem(response, 401, 'proof-invalid')
    }
    if (!file) return problem(response, 404, 'file-missing')
    if (part === undefined) return finish(response, file, sha256)
    return request.method === 'PUT' ? put(request, response, file, Number(part)) : get(response, file, Number(part))
  }

  const http = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))

  const server: FileServer = {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    calls,
    fault: () => undefined,
    refuse: () => undefined,
    alter: (bytes) => bytes,
    async request(request) {
      const refusal = server.refuse(request)
      if (refusal) return { ok: false, error: refusal }
      calls.push(request.type)
      if (request.type === 'upload') {
        const { sha256, bytes } = request
        const file = files.get(sha256) ?? { bytes, parts: [], isWhole: false }
        files.set(sha256, file)
        return ok({ type: 'upload', permit: permit(), parts: file.parts.length, complete: file.isWhole })
      }
      if (request.type === 'download') {
        const file = files.get(request.sha256)
        return file?.isWhole ? ok({ type: 'download', permit: permit(), bytes: file.bytes }) : fail('file-missing')
      }
      return fail('bad-input')
    },
    content(sha256) {
      const file = files.get(sha256)
      return file?.isWhole ? Buffer.concat(file.parts) : undefined
    },
    keep(content) {
      const count = partCount(content.length)
      const parts = Array.from({ length: count }, (_, part) => {
        const from = part * partBytes(content.length, 0)
        return content.subarray(from, from + partBytes(content.length, part))
      })
      const sha256 = hashOf(content)
      files.set(sha256, { bytes: content.length, parts, isWhole: true })
      return sha256
    },
    expirePermits() {
      permitFrom = permits + 1
    },
    async close() {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
  return server
}

const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('base64url')
