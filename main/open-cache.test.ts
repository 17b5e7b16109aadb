// Owns the proof of the cache's life in the whole app: set aside and rescued, kept within policy's bounds, brought under a
// new root key, told from an older copy of itself.

import { copyFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { times } from '../shared/limits.ts'
import {
  clockOff,
  type Desk,
  endDesks,
  enrolled,
  idle,
  live,
  say,
  session,
  shows,
  startServer,
  texts,
} from '../testing/desk.ts'
import { must } from '../testing/fake-shell.ts'
import { findBytes, listFiles } from '../testing/folders.ts'

afterEach(endDesks)

const cacheOf = (desk: Desk) => join(desk.dir, 'store/cache.db')
const find = async (desk: Desk, text: string) => {
  const search = async () => must(await desk.shell.call('search', { text }))
  await desk.shell.until(async () => (await search()).complete)
  return (await search()).hits.map((hit) => hit.text)
}

async function used() {
  const server = await startServer()
  const id = server.found('合規', ['tai-man', 'ka-yan'])
  const desk = await enrolled(server, 'tai-man')
  await desk.shell.until(async () => (await texts(desk, id))[0] !== 'not-found')
  await say(desk, id, '伺服器已收到 received')
  await idle(desk)
  return { server, id, desk }
}

describe('a cache that cannot be used', () => {
  test('[APP40] what was not sent is carried over, told to the user, and sent', async () => {
    const { server, id, desk } = await used()
    const heads = server.headSeq(id)
    await server.stop()
    await say(desk, id, '離線寫下 written offline')
    await desk.stop()
    const db = new Database(cacheOf(desk))
    db.exec('UPDATE person SET sealed = zeroblob(300)')
    db.close()
    const again = await desk.restart()
    expect(await session(again)).toMatchObject({
      queued: 1,
      cacheNotice: { reason: 'damaged', rescued: 1, maybeLost: false },
    })
    await server.start()
    await shows(again, id, '離線寫下 written offline')
    await idle(again)
    expect(server.headSeq(id)).toBe(heads + 1)
    await shows(again, id, '伺服器已收到 received')
    must(await again.shell.call('dismissCacheNotice', {}))
    expect((await session(again)).cacheNotice).toBeUndefined()
  })

  test('[APP41] an older copy of the cache alone is not taken for it', async () => {
    const { id, desk } = await used()
    await desk.stop()
    const copy = join(desk.dir, '..', 'copy.db')
    copyFileSync(cacheOf(desk), copy)
    const later = await desk.restart()
    await live(later)
    await say(later, id, 'after the copy')
    await idle(later)
    await later.stop()
    // A contact notes how far the cache is.
    const noted = await later.restart()
    await live(noted)
    await noted.stop()
    copyFileSync(copy, cacheOf(desk))
    const last = await noted.restart()
    await shows(last, id, 'after the copy')
    expect((await session(last)).cacheNotice?.reason).toBe('rolled-back')
  })
})

describe('bounds', () => {
  test('[APP42] what policy no longer lets a desktop keep leaves it: rows, keys, search, at once', async () => {
    const { server, id, desk } = await used()
    expect(await find(desk, '伺服器')).toEqual(['伺服器已收到 received'])
    server.setPolicy({ cacheDays: 1 })
    // Two days later, by the desktop's clock and by the server's.
    server.pass(2 * times.DAY_MS)
    const months = await desk.restart({ clock: clockOff(2 * times.DAY_MS) })
    await months.shell.until(async () => (await texts(months, id)).length === 0)
    expect(await find(months, '伺服器')).toEqual([])
    await months.stop()
    const db = new Database(cacheOf(months), { readonly: true })
    expect(db.prepare('SELECT count(*) FROM event').pluck().get()).toBe(0)
    expect(db.prepare('SELECT count(*) FROM segment').pluck().get()).toBe(0)
    db.close()
  })
})

describe('rotation', () => {
  test('[APP43] another share brings another root key; the cache goes on under it, offline too', async () => {
    const { server, id, desk } = await used()
    const keyRows = (file: string) => {
      const db = new Database(file, { readonly: true })
      const found = db.prepare('SELECT sealed FROM keyring').pluck().all() as Uint8Array[]
      db.close()
      return found
    }
    await desk.stop()
    const before = keyRows(cacheOf(desk))
    const again = await desk.restart()
    await live(again)
    server.rotate(server.deviceOf('tai-man'))
    await say(again, id, 'after the rotation')
    await idle(again)
    await again.stop()
    expect(findBytes(dirname(cacheOf(desk)), before)).toEqual([])
    await server.stop()
    const offline = await again.restart()
    expect(await texts(offline, id)).toEqual(['伺服器已收到 received', 'after the rotation'])
    expect((await session(offline)).cacheNotice).toBeUndefined()
  })
})

describe('search on disk', () => {
  test('[APP44] is sealed in shards of its own, and finds after a restart without indexing anew', async () => {
    const { desk } = await used()
    expect(await find(desk, '收到')).toEqual(['伺服器已收到 received'])
    await desk.stop()
    const shards = readdirSync(join(desk.dir, 'store/shards'))
    expect(shards).toHaveLength(1)
    expect(findBytes(desk.dir, ['伺服器', 'received'])).toEqual([])
    const again = await desk.restart()
    expect(await find(again, 'receiv')).toEqual(['伺服器已收到 received'])
    await again.stop()
    expect(listFiles(join(desk.dir, 'store/shards'))).toHaveLength(1)
  })
})
