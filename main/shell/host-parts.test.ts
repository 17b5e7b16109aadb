import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { findBrowser } from './browser-path.ts'
import { chosenFiles, suggestedName } from './chosen-files.ts'
import { readCommandLine } from './command-line.ts'
import { measureFolder, ownFolder, removeExcept } from './host-folder.ts'
import { openPath } from './open-external.ts'
import { createQuit } from './quit.ts'
import { languagesOfEnvironment, languageTags } from './system-languages.ts'
import { sleepDetector } from './wake.ts'
import { wordsFor } from './words.ts'

const root = mkdtempSync(join(tmpdir(), 'causeway-host-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const log = { error() {}, info() {}, debug() {} }

test('[SHL29] the command line names a profile and, for enrolment, server and code', () => {
  expect(readCommandLine(['--profile', 'p', '--server', 'http://s', '--enroll', 'C', '--dev-keystore'])).toMatchObject({
    ok: true,
    value: { profileDir: resolve('p'), serverUrl: 'http://s', enrolCode: 'C', devKeyStore: true, headless: false },
  })
})

test('[SHL29] in Electron, flags of Chromium and the script’s own path are passed over', () => {
  const args = ['--no-sandbox', '--inspect=0', 'dist/electron/main.js', '--profile', 'p', '--password-store=x']
  expect(readCommandLine(args, true)).toMatchObject({ ok: true, value: { profileDir: resolve('p') } })
})

test('[SHL30] a named browser comes first; one that is not there is not replaced in silence', () => {
  const named = join(root, 'my-browser')
  const onPath = join(root, 'chromium')
  for (const file of [named, onPath]) {
    writeFileSync(file, '')
    chmodSync(file, 0o755)
  }
  expect(findBrowser({ PATH: root }, 'linux')).toBe(onPath)
  expect(findBrowser({ PATH: root, CAUSEWAY_CHROMIUM: named }, 'linux')).toBe(named)
  expect(findBrowser({ PATH: root, CAUSEWAY_CHROMIUM: join(root, 'missing') }, 'linux')).toBeUndefined()
})

test('[SHL31] the host’s folder is counted and emptied but for what the running browser holds', () => {
  const folder = join(root, 'host')
  mkdirSync(join(folder, 'Cache', 'deep'), { recursive: true })
  writeFileSync(join(folder, 'Cache', 'deep', 'entry'), '12345')
  writeFileSync(join(folder, 'Local State'), '123')
  expect(measureFolder(folder)).toEqual({ files: 2, bytes: 8 })
  removeExcept(folder, new Set(['Local State']))
  expect(measureFolder(folder)).toEqual({ files: 1, bytes: 3 })
  expect(existsSync(join(folder, 'Cache'))).toBe(false)
  expect(measureFolder(join(root, 'missing'))).toEqual({ files: 0, bytes: 0 })
})

test('[SHL31] a program has a folder of its own; those of programs that are gone are removed, no other', () => {
  const folder = join(root, 'shared-host')
  const running = join(folder, `chromium-${process.ppid}`)
  const gone = join(folder, 'chromium-2147483646')
  for (const each of [running, gone, join(folder, 'other')]) mkdirSync(each, { recursive: true })
  const own = ownFolder(folder, 'chromium')
  expect([own, running, gone, join(folder, 'other')].map((each) => existsSync(each))).toEqual([true, true, false, true])
  expect(own).toBe(join(folder, `chromium-${process.pid}`))
})

test('[SHL32] the program ends once, after the app’s work and the host’s, whatever they throw', async () => {
  const acts: string[] = []
  const { quit, onQuit, isQuitting } = createQuit({
    log,
    close: async () => {
      acts.push('close')
      throw new Error('stuck')
    },
    exit: (code) => acts.push(`exit ${code}`),
  })
  onQuit(async () => {
    acts.push('work')
    throw new Error('fault')
  })
  expect(isQuitting()).toBe(false)
  await Promise.all([quit(), quit()])
  expect(isQuitting()).toBe(true)
  expect(acts).toEqual(['work', 'close', 'exit 0'])
})

test.each([
  [{ LANG: 'zh_HK.UTF-8' }, 'zh-HK'],
  [{ LC_ALL: 'en_GB.UTF-8', LANG: 'zh_HK.UTF-8' }, 'en-GB'],
  [{ LANGUAGE: 'zh_TW:en', LANG: 'en_US.UTF-8' }, 'zh-TW'],
])('[SHL33] languages of the environment %j', (env, first) => {
  expect(languagesOfEnvironment(env)[0]).toBe(first)
})

test('[SHL33] what is no language tag is left out, and the list is never empty', () => {
  expect(languageTags(['C', 'c', 'POSIX', '', 'zh-hant-hk', 'zh-Hant-HK'])).toEqual(['zh-Hant-HK'])
  expect(languageTags(['C'])).toEqual(['en'])
})

test.each([
  [['zh-HK'], '開啟 Causeway'],
  [['zh-Hant'], '開啟 Causeway'],
  [['zh-CN', 'en'], '打开 Causeway'],
  [['fr', 'en'], 'Open Causeway'],
  [[], 'Open Causeway'],
])('[SHL33] the host’s own words for %j', (languages, open) => {
  expect(wordsFor(languages).open).toBe(open)
})

test('[SHL34] a sleep is noticed once, when the wall clock has run ahead of the monotonic one', () => {
  let wallMs = 1000
  let monotonicMs = 0
  const slept = sleepDetector({ wallMs: () => wallMs, monotonicMs: () => monotonicMs })
  wallMs += 10_000
  monotonicMs += 10_000
  expect(slept()).toBe(false)
  wallMs += 3_600_000
  monotonicMs += 10_000
  expect(slept()).toBe(true)
  expect(slept()).toBe(false)
})

test('[SHL45] of what was chosen only files are taken, with their names and sizes', () => {
  const folder = join(root, 'chosen')
  mkdirSync(folder)
  writeFileSync(join(folder, '報告 1.pdf'), '12345')
  const chosen = chosenFiles([join(folder, '報告 1.pdf'), folder, join(folder, 'gone.txt')])
  expect(chosen).toEqual([{ path: join(folder, '報告 1.pdf'), name: '報告 1.pdf', bytes: 5 }])
})

test.each([
  ['報告 1.pdf', '報告 1.pdf'],
  ['../../.ssh/authorized_keys', 'authorized_keys'],
  ['C:\\Windows\\win.ini', 'win.ini'],
  ['.bashrc', 'bashrc'],
  ['..', 'file'],
  [' \t', 'file'],
  ['a/', 'file'],
])('[SHL46] a sender’s name %j is suggested as %j', (name, suggested) => {
  expect(suggestedName(name)).toBe(suggested)
})

test('[SHL47] a path that could be taken for an option or lies nowhere fixed is not handed to the system', async () => {
  await expect(openPath('--version')).rejects.toThrow(RangeError)
})
