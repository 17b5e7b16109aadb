// Owns what a windowed host serves to its renderer: the built files, their types, and the headers they go out with.
// Always holds: only files that lay in the renderer folder at start are served, each under one exact path; a request path
// is looked up, never joined to a folder. The page may load nothing but these files and connect to nothing.

import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

/** Content Security Policy (CSP 3) with Trusted Types: files of ours alone, nothing inline, no connection anywhere. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-src 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const headers = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
}
const plainHeaders = { ...headers, 'content-type': 'text/plain; charset=utf-8' }

export interface AssetResponse {
  readonly status: 200 | 404 | 405
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface Assets {
  /** Answers a request for `url` (scheme and host are the caller's to check); `title` replaces the page's own. */
  respond(method: string, url: string): Promise<AssetResponse>
}

/** Lists `folder` (a built renderer with an index.html) once and serves what it holds. Throws if index.html is missing. */
export function createAssets(folder: string, options: { readonly title?: string } = {}): Assets {
  const fileByPath = new Map<string, string>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || contentTypes[extname(entry.name)] === undefined) continue
    const file = join(entry.parentPath, entry.name)
    fileByPath.set(file.slice(join(folder, '/').length - 1).replaceAll('\\', '/'), file)
  }
  const index = fileByPath.get('/index.html')
  if (index === undefined) throw new Error('the built renderer is missing: run the build first')
  fileByPath.set('/', index)

  return {
    async respond(method, url) {
      if (method !== 'GET' && method !== 'HEAD') return { status: 405, headers: plainHeaders, body: Buffer.alloc(0) }
      const file = fileByPath.get(pathOf(url))
      if (file === undefined) return { status: 404, headers: plainHeaders, body: Buffer.from('not found') }
      const body = await readFile(file)
      const contentType = contentTypes[extname(file)] as string
      return {
        status: 200,
        headers: { ...headers, 'content-type': contentType },
        body: file === index && options.title !== undefined ? titled(body, options.title) : body,
      }
    },
  }
}

function pathOf(url: string): string {
  try {
    return new URL(url).pathname
  } catch {
    return ''
  }
}

function titled(page: Buffer, title: string): Buffer {
  return Buffer.from(page.toString('utf8').replace(/<title>[^<]*<\/title>/, () => `<title>${title}</title>`))
}
