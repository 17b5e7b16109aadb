// Proves that the demo's workspace comes into a server whole: its files are what they say and can be fetched, its history is
// taken as it is, and doing it again changes nothing.

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { fileInfoSchema } from '../../shared/model.ts'
import { createFolder, type Folder, listFiles } from '../../testing/folders.ts'
import { createServer, type Server } from '../server.ts'
import { createMemoryStore } from '../store/memory.ts'
import type { Store } from '../store/port.ts'
import { bringDemo } from './bring.ts'
import { demoFile, demoFileNames } from './files/files.ts'
import { buildDemo } from './history.ts'

const nowMs = Date.parse('2026-11-23T12:31:00+08:00')
const clock = { nowMs: () => nowMs, after: () => () => undefined }
/** Drawing its pictures takes a while. */
const demo = buildDemo({ nowMs, seed: 852 })
const open: { server: Server; folder: Folder }[] = []
afterEach(async () => {
  for (const { server, folder } of open.splice(0)) {
    await server.close()
    folder.remove()
  }
})

async function start(): Promise<{ server: Server; store: Store; filesDir: string }> {
  const folder = createFolder()
  const filesDir = join(folder.dir, 'files')
  const store = createMemoryStore()
  const server = await createServer({ store, filesDir, clock })
  open.push({ server, folder })
  return { server, store, filesDir }
}

test('[DEMO14] is taken by a server as it is, and a second time changes nothing', async () => {
  const { server, store, filesDir } = await start()
  expect(await bringDemo(server, demo)).toMatchObject({
    ok: true,
    value: { people: demo.people.length, conversations: demo.conversations.length },
  })
  const ofIt = store.view.users().filter((row) => row.roles.includes('it'))
  expect(ofIt.map((row) => [row.userName, row.department])).toEqual([
    ['arjun.mehta', 'IT'],
    ['jason.lau', 'IT'],
  ])
  const before = listFiles(filesDir).sort()
  expect(await bringDemo(server, demo)).toEqual({ ok: true, value: { people: 0, conversations: 0, events: 0 } })
  expect(listFiles(filesDir).sort()).toEqual(before)
  const archived = store.view.conversations().filter((row) => row.archived)
  expect(archived).toHaveLength(demo.conversations.filter((c) => c.archivedAtMs !== undefined).length)
})

test('[DEMO22] every file of a message that stands is here, and may be fetched by its readers', async () => {
  const { server, store, filesDir } = await start()
  await bringDemo(server, demo)
  const reader = store.view.userByFoldedName(demo.staff[0])
  if (reader === undefined) throw new Error('no reader')
  let fetched = 0
  for (const c of demo.conversations) {
    for (const { by, files = [] } of c.messages) {
      for (const { sha256, bytes } of files) {
        expect(store.view.file(sha256)?.bytes).toBe(bytes)
        const author = store.view.userByFoldedName(by)
        expect(author !== undefined && store.view.holdsFile(author.userId, sha256)).toBe(true)
        if (!c.members.includes(demo.staff[0])) continue
        expect(store.view.seesFile(reader.userId, sha256), c.key).toBe(true)
        fetched++
      }
    }
  }
  expect(fetched).toBeGreaterThanOrEqual(12)
  // Sealed: none of them lies there as it is.
  expect(listFiles(filesDir).length).toBeGreaterThanOrEqual(fetched)
})

test.each(demoFileNames.map((name) => [name]))('[DEMO23] %s is what its name says', (name) => {
  const { info, bytes } = demoFile(name)
  expect(fileInfoSchema.safeParse(info).success).toBe(true)
  expect(info).toMatchObject({
    name,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('base64url'),
  })
  const head = Buffer.from(bytes.subarray(0, 8)).toString('latin1')
  const text = Buffer.from(bytes).toString('latin1')
  switch (name.slice(name.lastIndexOf('.') + 1)) {
    case 'png': {
      expect(head).toBe('\x89PNG\r\n\x1a\n')
      const [widthPx, heightPx] = pngSize(bytes)
      expect(info.thumbnail).toMatchObject({ widthPx, heightPx, mediaType: 'image/png' })
      expect(info.thumbnail?.data.length).toBeLessThanOrEqual(limits.thumbnailChars)
      const small = pngSize(Buffer.from(info.thumbnail?.data ?? '', 'base64'))
      expect(small[0] / small[1]).toBeCloseTo(widthPx / heightPx, 1)
      break
    }
    case 'pdf': {
      expect(text.startsWith('%PDF-1.4')).toBe(true)
      const xref = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1])
      expect(text.slice(xref, xref + 4)).toBe('xref')
      const [, first] = [...text.slice(xref).matchAll(/^(\d{10}) \d{5} [nf] $/gm)].map((match) => Number(match[1]))
      expect(text.slice(first, (first ?? 0) + 7)).toBe('1 0 obj')
      break
    }
    case 'xlsx':
    case 'docx':
      expect(head.startsWith('PK\x03\x04')).toBe(true)
      expect(text).toContain('[Content_Types].xml')
      expect(Buffer.from(bytes.subarray(-22, -18)).toString('latin1')).toBe('PK\x05\x06')
      break
    default:
      expect(info.mediaType).toMatch(/^text\//)
      expect(new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toMatch(/\n$/)
  }
})

/** Width and height, once the rows have been found to be there. */
function pngSize(bytes: Uint8Array): readonly [number, number] {
  const file = Buffer.from(bytes)
  const size = [file.readUInt32BE(16), file.readUInt32BE(20)] as const
  const at = file.indexOf('IDAT')
  const rows = inflateSync(file.subarray(at + 4, at + 4 + file.readUInt32BE(at - 4)))
  expect(rows.length).toBe(size[1] * (1 + size[0] * 3))
  return size
}
