// Owns the long way of a large file: taken in from a disk, sent, fetched on another desktop and saved, between the product's
// own two ends over real HTTP, on a line that breaks again and again, with crashes and restarts of every side on the way.

import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, statSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { expect, test } from 'vitest'
import type { Transfer } from '../shared/bridge.ts'
import type { FileInfo } from '../shared/model.ts'
import { fail, type Result } from '../shared/result.ts'
import type { Answer, Request } from '../shared/wire.ts'
import { fileBytes, fileHash, fileSlice } from './file-bytes.ts'
import { openFileDesk } from './file-desk.ts'
import { openSite, type Site } from './file-site.ts'
import { createFolder } from './folders.ts'

const MIB = 1024 * 1024
const SEED = 77
const BYTES = 300 * MIB + 12_345
/** What a line carries before it breaks. */
const LINE_BYTES = 37 * MIB
/** Of two desktops, a server and a line in one process, above what it holds once a small file has gone the same way. */
const MEMORY_BYTES = 160 * MIB

/** A line to whatever server stands behind it now; each connection breaks after LINE_BYTES in either direction. */
async function openLine(port: () => number) {
  let breaks = 0
  const line = createServer((near) => {
    const far = connect(port(), '127.0.0.1')
    let carried = 0
    const end = () => {
      near.destroy()
      far.destroy()
    }
    const carry = (chunk: Buffer) => {
      carried += chunk.length
      if (carried < LINE_BYTES) return
      breaks += 1
      end()
    }
    near.on('data', carry).on('error', end).on('close', end).pipe(far)
    far.on('data', carry).on('error', end).on('close', end).pipe(near)
  })
  await new Promise<void>((resolve) => line.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(line.address() as AddressInfo).port}`,
    breaks: () => breaks,
    close: () => new Promise((resolve) => line.close(resolve)),
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('base64url')
}

/** How far a transfer is. */
const doneBytes = (state: Transfer | undefined) => (state && 'doneBytes' in state ? state.doneBytes : 0)

test('[FIL95] 300 MB go from disk to disk through cuts, crashes and restarts, in memory that does not grow with them', async () => {
  const folder = createFolder()
  let site: Site = await openSite({ dir: join(folder.dir, 'server') })
  const line = await openLine(() => Number(new URL(site.url).port))
  const [ann, ben] = [site.addPerson(), site.addPerson()]
  const conversationId = site.addConversation(ann.userId, ben.userId)
  let isUp = true
  const serverFor = (by: typeof ann) => ({
    origin: line.origin,
    async request(request: Request): Promise<Result<Answer>> {
      if (!isUp) return fail('offline')
      if (request.type === 'upload') return site.files.upload(by, { ...request, conversationId })
      return request.type === 'download' ? site.files.download(by, { ...request, conversationId }) : fail('bad-input')
    },
  })
  async function restartServer(): Promise<void> {
    isUp = false
    site = await site.restart()
    isUp = true
  }
  const near = await openFileDesk(serverFor(ann))
  const far = await openFileDesk(serverFor(ben))

  const original = join(folder.dir, 'Recording.bin')
  await pipeline(Readable.from(fileBytes(SEED, BYTES, MIB)), createWriteStream(original))
  const sha256 = fileHash(SEED, BYTES)

  // What is loaded and grown once is not counted.
  const small = await near.attach('small.bin', fileSlice(1, 0, 20 * MIB))
  const first = near.send([small])
  await near.until(() => near.ready.includes(first))
  const smallInfo = { name: 'small.bin', mediaType: '', bytes: 20 * MIB, sha256: fileHash(1, 20 * MIB) }
  site.refer(smallInfo.sha256, conversationId, (far.store.position(far.conversationId)?.high ?? 0) + 1)
  far.files.fetch(far.receive(smallInfo))
  await far.until(() => far.files.transferOf(far.conversationId, smallInfo.sha256)?.state === 'here')

  const before = process.memoryUsage().rss
  let peak = 0
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss - before)
  }, 50)

  const picked = await near.files.pick(near.conversationId, [original])
  const [fileId] = picked.ok ? picked.value.fileIds : []
  if (!fileId) throw new Error('picked')
  await near.until(() => near.files.transferOfFile(fileId)?.state === 'here')
  expect(near.store.file(fileId)?.sha256).toBe(sha256)

  const clientId = near.send([fileId])
  const sent = () => doneBytes(near.files.transferOfFile(fileId))
  await near.until(() => sent() > BYTES / 4)
  await near.restart('abandon')
  await near.until(() => sent() > BYTES / 2)
  await restartServer()
  await near.until(() => near.ready.includes(clientId))
  expect(line.breaks()).toBeGreaterThan(3)

  const info: FileInfo = { sha256, name: 'Recording.bin', mediaType: 'application/octet-stream', bytes: BYTES }
  const seq = (far.store.position(far.conversationId)?.high ?? 0) + 1
  site.refer(sha256, conversationId, seq)
  const shownId = far.receive(info)
  far.files.fetch(shownId)
  const got = () => doneBytes(far.files.transferOf(far.conversationId, sha256))
  await far.until(() => got() > BYTES / 4)
  await far.restart('abandon')
  // Whoever opens the conversation again wants the file again; what was there is kept.
  const page = far.store.readPage(far.conversationId, undefined, 1, { sending: new Set(), transferOf: () => undefined })
  expect(page.ok).toBe(true)
  expect(far.files.fetch(shownId).ok).toBe(true)
  await far.until(() => got() > BYTES / 2)
  await restartServer()
  await far.until(() => far.files.transferOf(far.conversationId, sha256)?.state === 'here')

  far.saveTo = join(folder.dir, 'Saved.bin')
  expect(await far.files.save(shownId)).toEqual({ ok: true, value: { saved: true } })
  expect(statSync(far.saveTo).size).toBe(BYTES)
  expect(await hashOf(far.saveTo)).toBe(sha256)
  clearInterval(watch)
  expect(peak).toBeLessThan(MEMORY_BYTES)

  await near.end()
  await far.end()
  await site.close()
  await line.close()
  folder.remove()
}, 240_000)
