// Owns reading the admin token from its file.
// Always holds: the token is one line of visible ASCII, fit for a header; no failure or warning quotes any of it.

import { type FileHandle, open } from 'node:fs/promises'
import { limits } from '../shared/limits.ts'
import { fail, ok, type Result } from '../shared/result.ts'

export interface AdminToken {
  readonly token: string
  /** Where others on this computer may read the file (POSIX). */
  readonly warning?: string
}

/** Reads a token file; `bad-input` where there is none or it holds no token. */
export async function readToken(path: string, platform: NodeJS.Platform): Promise<Result<AdminToken>> {
  let text: string
  let mode: number
  let file: FileHandle | undefined
  try {
    file = await open(path, 'r')
    const status = await file.stat()
    if (!status.isFile()) return fail('bad-input', 'The token file is not a file.')
    mode = status.mode
    const buffer = Buffer.alloc(limits.adminTokenBytes + 2)
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0)
    text = buffer.toString('latin1', 0, bytesRead)
    buffer.fill(0)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    return fail('bad-input', `The token file cannot be read${code}.`)
  } finally {
    await file?.close()
  }
  const token = text.replace(/\r?\n$/, '')
  if (token.length > limits.adminTokenBytes || !/^[\x21-\x7e]+$/.test(token)) {
    return fail('bad-input', 'The token file must hold one token on one line.')
  }
  const shared = platform !== 'win32' && (mode & 0o077) !== 0
  return ok(
    shared
      ? { token, warning: `the token file can be read by others (mode ${(mode & 0o777).toString(8)}): chmod 600` }
      : { token },
  )
}
