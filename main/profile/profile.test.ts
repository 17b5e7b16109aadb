// Owns the tests of the profile folder: the lock, atomic writes, removal, folders that cannot be used.

import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FailureError } from '../../shared/result.ts'
import { createFolder, type Folder, findBytes, listFiles } from '../../testing/folders.ts'
import { runProgram } from '../../testing/programs.ts'
import { failureOf, openProfile, type Profile } from './profile.ts'

let folder: Folder
beforeEach(() => {
  folder = createFolder()
})
afterEach(() => folder.remove())

function opened(dir = folder.dir): Profile {
  const profile = openProfile(dir)
  if (!profile.ok) throw new Error(profile.error.code)
  return profile.value
}
const codeOf = (act: () => unknown): unknown => {
  try {
    act()
    return 'none'
  } catch (error) {
    return error instanceof FailureError ? error.failure.code : error
  }
}
const isRoot = process.getuid?.() === 0

describe('lock', () => {
  test('[PRO1] a second opener is refused until the first releases, and releasing twice is harmless', () => {
    const first = opened()
    expect(openProfile(folder.dir)).toMatchObject({ error: { code: 'profile-in-use' } })
    first.release()
    first.release()
    opened().release()
  })

  test('[PRO2] another process holds it likewise, and its kill −9 gives it back', async () => {
    let seen: unknown
    const ended = await runProgram('profile-holder', [folder.dir, 'hold'], {
      killWhen() {
        seen ??= openProfile(folder.dir)
        return true
      },
    })
    expect(ended).toMatchObject({ signal: 'SIGKILL', lines: ['opened'] })
    expect(seen).toMatchObject({ error: { code: 'profile-in-use' } })
    const mine = opened()
    expect((await runProgram('profile-holder', [folder.dir, 'try'])).lines).toEqual(['profile-in-use'])
    mine.release()
  })

  test('[PRO3] the folder is made, for its owner alone', () => {
    const dir = join(folder.dir, 'a', 'b')
    opened(dir).release()
    if (process.platform !== 'win32') expect(statSync(dir).mode & 0o777).toBe(0o700)
  })
})

describe('files', () => {
  test('[PRO4] what was written is read; what is absent is undefined; removing the absent is fine', () => {
    const profile = opened()
    expect(profile.read('vault/x')).toBeUndefined()
    profile.write('vault/x', Buffer.from('one'))
    profile.write('vault/x', Buffer.from('two'))
    expect(Buffer.from(profile.read('vault/x')!).toString()).toBe('two')
    if (process.platform !== 'win32') expect(statSync(profile.path('vault/x')).mode & 0o777).toBe(0o600)
    profile.remove('vault/x')
    profile.remove('vault/x')
    profile.shred('vault/x')
    profile.shred('nowhere/x')
    profile.write('empty', new Uint8Array(0))
    expect(profile.read('empty')).toHaveLength(0)
    profile.release()
  })

  test('[PRO5] a draft left by a kill is harmless: reads pass it by, the next write replaces it', () => {
    const profile = opened()
    profile.write('settings.json', Buffer.from('old'))
    writeFileSync(profile.path('settings.json.new'), 'half of the n')
    expect(Buffer.from(profile.read('settings.json')!).toString()).toBe('old')
    profile.write('settings.json', Buffer.from('new'))
    expect(listFiles(folder.dir)).toEqual(['profile.lock', 'settings.json'])
    profile.release()
  })

  test('[PRO5] killed while writing, a file is whole: its old or its new content', async () => {
    for (const lines of [2, 7]) {
      await runProgram('profile-holder', [folder.dir, 'write'], { killWhen: (told) => told.length >= lines })
      const text = readFileSync(join(folder.dir, 'settings.json'), 'utf8')
      expect(text).toHaveLength(100_000)
      expect(text).toBe(text.charAt(0).repeat(100_000))
    }
  })

  test('[PRO6] removing and shredding take the draft, too', () => {
    const profile = opened()
    for (const name of ['vault/a', 'vault/b']) {
      profile.write(name, Buffer.from('secret secret'))
      writeFileSync(profile.path(`${name}.new`), 'secret secret')
    }
    profile.remove('vault/a')
    profile.shred('vault/b')
    expect(listFiles(folder.dir)).toEqual(['profile.lock'])
    expect(findBytes(folder.dir, ['secret secret'])).toEqual([])
    profile.release()
  })

  test('[PRO7] a write that fails says why, leaves the old content and no draft', () => {
    const profile = opened()
    mkdirSync(join(folder.dir, 'vault', 'x'), { recursive: true })
    expect(codeOf(() => profile.write('vault/x', Buffer.from('y')))).toBe('profile-not-writable')
    expect(existsSync(join(folder.dir, 'vault', 'x.new'))).toBe(false)
    expect(codeOf(() => profile.read('vault/x'))).toBe('profile-not-writable')
    profile.release()
  })
})

describe('folders that cannot be used', () => {
  test('[PRO10] a file in the place of the folder, or of one above it ⇒ profile-not-writable', () => {
    const file = join(folder.dir, 'file')
    writeFileSync(file, 'x')
    expect(openProfile(file)).toMatchObject({ error: { code: 'profile-not-writable' } })
    expect(openProfile(join(file, 'below'))).toMatchObject({ error: { code: 'profile-not-writable' } })
    mkdirSync(join(folder.dir, 'locked', 'profile.lock'), { recursive: true })
    expect(openProfile(join(folder.dir, 'locked'))).toMatchObject({ error: { code: 'profile-not-writable' } })
  })

  test('[PRO11] a folder or a lock that may only be read ⇒ profile-not-writable, never two who hold it', async () => {
    // Root may write everywhere, so the question is asked as a user that owns the folder and nothing else.
    const uid = isRoot ? 65_534 : undefined
    const ask = async () => {
      const ended = await runProgram('profile-holder', [folder.dir, 'try'], uid === undefined ? {} : { uid })
      return ended.lines[0]
    }
    opened().release()
    for (const path of [folder.dir, join(folder.dir, 'profile.lock')]) if (uid !== undefined) chownSync(path, uid, uid)
    expect(await ask()).toBe('opened')
    chmodSync(folder.dir, 0o500)
    expect(await ask()).toBe('profile-not-writable')
    chmodSync(folder.dir, 0o700)
    chmodSync(join(folder.dir, 'profile.lock'), 0o400)
    expect(await ask()).toBe('profile-not-writable')
  })

  test('[PRO12] errors of the system have their code', () => {
    const failure = (code: string) => failureOf(Object.assign(new Error(), { code })).error.code
    expect(['ENOSPC', 'EDQUOT', 'SQLITE_FULL'].map(failure)).toEqual(['disk-full', 'disk-full', 'disk-full'])
    expect(['EACCES', 'EROFS', 'SQLITE_CANTOPEN', ''].map(failure)).toEqual(Array(4).fill('profile-not-writable'))
  })
})
