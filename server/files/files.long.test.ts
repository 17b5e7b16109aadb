// Checks with a file of hundreds of megabytes that the server's memory does not grow with it.

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { partCount } from '../../shared/sealed-parts.ts'
import { fileHash, filePart } from '../../testing/file-bytes.ts'
import { finish, putPart } from '../../testing/file-site.ts'
import { createFolder } from '../../testing/folders.ts'

const mib = 1024 * 1024
const bytes = 400 * mib + 12_345
const seed = 1

test('[FIL29] a large file streams through: memory is bounded, up and down, and the bytes are the same', {
  timeout: 300_000,
}, async () => {
  const folder = createFolder()
  const sha256 = fileHash(seed, bytes)
  const program = new URL('../../testing/file-site.program.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [program, folder.dir, sha256, String(bytes)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const next = async (): Promise<{ url: string; permit: string; rssBytes: number }> => {
      const { value, done } = await lines.next()
      if (done === true) throw new Error('the program ended')
      return JSON.parse(value)
    }
    const { url, permit, rssBytes: before } = await next()
    for (let part = 0; part < partCount(bytes); part++) {
      const put = await putPart(url, sha256, part, permit, Uint8Array.from(filePart(seed, bytes, part)))
      expect(put).toMatchObject({ status: 200, parts: part + 1 })
    }
    expect(await finish(url, sha256, permit)).toMatchObject({ status: 200 })
    child.stdin.write('\n')
    const sent = await next()
    const hash = createHash('sha256')
    for (let part = 0; part < partCount(bytes); part++) {
      const headers = { authorization: `Bearer ${sent.permit}` }
      const response = await fetch(`${url}/v1/files/${sha256}/parts/${part}`, { headers })
      hash.update(new Uint8Array(await response.arrayBuffer()))
    }
    expect(hash.digest('base64url')).toBe(sha256)
    child.stdin.write('\n')
    const { rssBytes } = await next()
    // A quarter of the file: garbage between two collections, and nothing that grows.
    expect(rssBytes - before).toBeLessThan(100 * mib)
  } finally {
    const ended = new Promise((resolve) => child.on('exit', resolve))
    child.stdin.end()
    await ended
    folder.remove()
  }
})
