// Owns the process of the `admin` CLI: arguments, standard streams and exit status, handed to run.ts.
// Always holds: it never calls process.exit, so that what was written is written; a closed pipe ends it quietly.

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { writeFile as writeBytes } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import sodium from 'libsodium-wrappers'
import { limits } from '../shared/limits.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import { printPdf } from './print.ts'
import { runAdmin } from './run.ts'
import type { ProofPrimitives } from './verification.ts'

async function readText(path: string): Promise<Result<string>> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of path === '-' ? process.stdin : createReadStream(path)) {
      const part = Buffer.from(chunk as Uint8Array)
      bytes += part.length
      if (bytes > limits.adminFileBytes) return fail('too-large', 'The file exceeds its size limit.')
      chunks.push(part)
    }
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    return fail('bad-input', `The file cannot be read as text${code}.`)
  }
}

async function writeFile(path: string, content: string | Uint8Array): Promise<Result<undefined>> {
  try {
    await writeBytes(path, content)
    return ok(undefined)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    return fail('bad-input', `The file cannot be written${code}.`)
  }
}

async function loadPrimitives(): Promise<ProofPrimitives> {
  await sodium.ready
  return {
    verify: (publicKey, bytes, signature) => {
      try {
        return sodium.crypto_sign_verify_detached(signature, bytes, publicKey)
      } catch {
        return false
      }
    },
    sha256: (bytes) => createHash('sha256').update(bytes).digest(),
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

process.exitCode = await runAdmin({
  argv: process.argv.slice(2),
  fetch: globalThis.fetch,
  platform: process.platform,
  readText,
  writeFile,
  printPdf: (page) =>
    printPdf(page, {
      env: process.env,
      platform: process.platform,
      isRoot: process.getuid?.() === 0,
      timeoutMs: limits.printMs,
    }),
  loadPrimitives,
  nowMs: Date.now,
  sleep: (ms) => sleep(ms),
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
})
