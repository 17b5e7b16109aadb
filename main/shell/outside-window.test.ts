// Owns the proof of what hosts do outside the app's window: asking over stdio, drawing documents, where witnesses lie.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, describe, expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { ok } from '../../shared/result.ts'
import type { Log } from '../log.ts'
import { freePath, writtenPath } from './chosen-files.ts'
import { readCommandLine } from './command-line.ts'
import { createDevKeyStore } from './dev-key-store.ts'
import { createHeadlessShell, describeQuestions } from './headless.ts'
import { type PrintWindow, printOn, printPreferences } from './print-window.ts'
import type { Question, Shell } from './shell.ts'
import { witnessDirOf } from './witness-dir.ts'

const root = mkdtempSync(join(tmpdir(), 'causeway-outside-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const log: Log = { error() {}, info() {}, debug() {} }
const question: Question = {
  title: 'Wipe desktops',
  message: 'Wipe 1 desktop?',
  detail: 'Reason: lost',
  confirmLabel: 'Wipe',
  cancelLabel: 'Cancel',
  isDanger: true,
}

/** A headless desktop whose calls do `work`, with both ends of its lines. */
function headless(work: (shell: Shell, args: unknown) => Promise<unknown>) {
  const input = new PassThrough()
  const output = new PassThrough()
  let ended: () => void = () => undefined
  const end = new Promise<void>((resolve) => {
    ended = resolve
  })
  const keyStore = createDevKeyStore(join(root, 'unused'))
  const shell = createHeadlessShell({ keyStore, input, output, log, exit: () => ended() })
  shell.serve(async (_name, args) => ok(await work(shell, args)))
  const lines: Record<string, unknown>[] = []
  let rest = ''
  let look: () => void = () => undefined
  output.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts.map((line) => JSON.parse(line) as Record<string, unknown>))
    look()
  })
  return {
    lines,
    say: (line: unknown) => input.write(`${JSON.stringify(line)}\n`),
    async until(check: () => boolean): Promise<void> {
      while (!check())
        await new Promise<void>((resolve) => {
          look = resolve
        })
    },
    async end(): Promise<void> {
      input.end()
      await end
    },
  }
}

describe('the headless host', () => {
  test.each([
    [true, true],
    [false, false],
  ])('[BRF15] a question is an event, and the answer a line: %s', async (isYes, told) => {
    const host = headless((shell) => shell.confirm(question))
    host.say({ id: 1, call: 'giveOrder' })
    await host.until(() => host.lines.length === 1)
    expect(host.lines).toEqual([{ event: 'confirm', data: { id: 1, ...question } }])
    host.say({ confirm: 1, ok: isYes })
    await host.until(() => host.lines.length === 2)
    expect(host.lines[1]).toEqual({ id: 1, ok: told })
    await host.end()
  })

  test('[BRF15] what nobody asked, has been answered or is another question’s is no answer', async () => {
    const host = headless((shell) => shell.confirm(question))
    host.say({ confirm: 1, ok: true })
    host.say({ id: 1, call: 'giveOrder' })
    await host.until(() => host.lines.length === 2)
    host.say({ confirm: 2, ok: true })
    host.say({ confirm: 1, ok: 'yes' })
    host.say({ saveAs: 1, path: '/x' })
    host.say({ confirm: 1, ok: true })
    await host.until(() => host.lines.length === 6)
    expect(host.lines.filter((line) => !('event' in line))).toMatchObject([
      { id: null, error: { code: 'not-found' } },
      { id: null, error: { code: 'not-found' } },
      { id: null, error: { code: 'bad-input' } },
      { id: null, error: { code: 'not-found' } },
      { id: 1, ok: true },
    ])
    await host.end()
  })

  test('[BRF15] at the end of input every question is a no', async () => {
    const host = headless(async (shell) => ({
      isYes: await shell.confirm(question),
      place: (await shell.saveAs('a.pdf')) ?? 'none',
    }))
    host.say({ id: 1, call: 'saveWipeProof' })
    await host.until(() => host.lines.length === 1)
    await host.end()
    expect(host.lines.at(-1)).toEqual({ id: 1, ok: { isYes: false, place: 'none' } })
  })

  test('[BRF15] where a file is to go is asked as well', async () => {
    const host = headless(async (shell) => ({ place: (await shell.saveAs('a.pdf')) ?? 'none' }))
    host.say({ id: 1, call: 'saveWipeProof' })
    host.say({ id: 2, call: 'saveWipeProof' })
    await host.until(() => host.lines.length === 2)
    expect(host.lines[0]).toEqual({ event: 'saveAs', data: { id: 1, name: 'a.pdf' } })
    host.say({ saveAs: 1, path: join(root, 'a.pdf') })
    host.say({ saveAs: 2 })
    await host.until(() => host.lines.length === 4)
    expect(host.lines.slice(2)).toEqual([
      { id: 1, ok: { place: join(root, 'a.pdf') } },
      { id: 2, ok: { place: 'none' } },
    ])
    await host.end()
  })

  test('[BRF15] answers are read however many calls wait for them', async () => {
    const host = headless((shell) => shell.confirm(question))
    const many = limits.bridgeCallsInFlight
    for (let id = 1; id <= many; id++) host.say({ id, call: 'giveOrder' })
    host.say({ id: 'more', call: 'giveOrder' })
    for (let id = 1; id <= many; id++) host.say({ confirm: id, ok: true })
    await host.until(() => host.lines.filter((line) => line.ok === true).length === many)
    await host.end()
    expect(host.lines.find((line) => line.id === 'more')).toBeDefined()
  })

  test('[BRF15] --describe tells of the questions and their answers; without a browser nothing is drawn', async () => {
    expect(describeQuestions()).toMatchObject({
      confirm: {
        payload: { required: expect.arrayContaining(['id', 'message']) },
        answer: { required: ['confirm', 'ok'] },
      },
      saveAs: { payload: { required: ['id', 'name'] }, answer: { required: ['saveAs'] } },
    })
    const host = headless(async (shell) => shell.printPdf('<p>x'))
    host.say({ id: 1, call: 'saveWipeProof' })
    await host.until(() => host.lines.length === 1)
    expect(host.lines[0]).toMatchObject({ ok: { ok: false, error: { code: 'unavailable' } } })
    await host.end()
  })
})

describe('the witness folder', () => {
  const none = { devKeyStore: false }
  const at = join(root, 'profile')

  test.each<[string, NodeJS.Platform, NodeJS.ProcessEnv, string | undefined]>([
    ['state folder of XDG', 'linux', { HOME: '/home/k', XDG_STATE_HOME: '/state' }, '/state/causeway'],
    ['a relative one is none', 'linux', { HOME: '/home/k', XDG_STATE_HOME: 'state' }, '/home/k/.local/state/causeway'],
    ['macOS', 'darwin', { HOME: '/Users/k' }, '/Users/k/Library/Application Support/Causeway-state'],
    ['no home', 'linux', {}, undefined],
  ])('[BRF16] it is this user’s own: %s', (_name, platform, env, expected) => {
    expect(witnessDirOf(none, at, env, platform)).toBe(expected)
  })

  test('[BRF16] it never lies inside the profile', () => {
    const home = { HOME: root }
    expect(witnessDirOf(none, root, home, 'linux')).toBeUndefined()
    expect(witnessDirOf(none, join(root, '.local', 'state', 'causeway'), home, 'linux')).toBeUndefined()
    expect(witnessDirOf(none, join(root, '.local', 'state', 'causeway', 'p'), home, 'linux')).toBeDefined()
    for (const inside of [at, join(at, 'w'), join(at, 'x', '..', 'w')])
      expect(readCommandLine(['--profile', at, '--witness', inside])).toMatchObject({ error: { code: 'wrong-usage' } })
    for (const beside of [`${at}-w`, join(at, '..', 'w'), root])
      expect(readCommandLine(['--profile', at, '--witness', beside])).toMatchObject({
        value: { witnessDir: resolve(beside) },
      })
  })

  test('[BRF16] a test profile has the one it names, and none of the user’s', () => {
    const env = { HOME: root }
    expect(witnessDirOf({ devKeyStore: true }, at, env, 'linux')).toBeUndefined()
    expect(witnessDirOf({ devKeyStore: true, witnessDir: '/w' }, at, env, 'linux')).toBe('/w')
  })
})

describe('drawing in Electron', () => {
  function fakeWindow(change: Partial<PrintWindow> = {}) {
    const acts: string[] = []
    let isDestroyed = false
    const window: PrintWindow = {
      async loadURL(url) {
        acts.push(url)
      },
      webContents: { printToPDF: async () => Buffer.from('%PDF-1.4') },
      isDestroyed: () => isDestroyed,
      destroy() {
        isDestroyed = true
      },
      ...change,
    }
    return { window, acts, isDestroyed: () => isDestroyed }
  }

  test('[BRF17] the document comes as an address of its own, and the window goes with it', async () => {
    const fake = fakeWindow()
    const drawn = await printOn(fake.window, '<p>證明</p>', log)
    expect(drawn.ok && Buffer.from(drawn.value).toString()).toBe('%PDF-1.4')
    expect(fake.acts).toEqual([`data:text/html;charset=utf-8;base64,${Buffer.from('<p>證明</p>').toString('base64')}`])
    expect(fake.isDestroyed()).toBe(true)
  })

  test('[BRF17] a document that is not drawn is told, and the window goes all the same', async () => {
    const fake = fakeWindow({
      async loadURL() {
        throw new Error('ERR_FAILED')
      },
    })
    expect(await printOn(fake.window, '', log)).toMatchObject({ error: { code: 'unavailable' } })
    expect(fake.isDestroyed()).toBe(true)
  })

  test('[BRF17] such a window has no script, no preload and no Node', () => {
    expect(printPreferences).toMatchObject({
      ...{ javascript: false, sandbox: true, contextIsolation: true, nodeIntegration: false },
      ...{ webviewTag: false, webSecurity: true, disableDialogs: true },
    })
    expect(printPreferences).not.toHaveProperty('preload')
  })
})

describe('places of files', () => {
  test('[BRF18] a suggested place takes no other file’s', () => {
    const folder = join(root, 'downloads')
    mkdirSync(folder)
    expect(freePath(folder, '../proof.pdf')).toBe(join(folder, 'proof.pdf'))
    writeFileSync(join(folder, 'proof.pdf'), '')
    writeFileSync(join(folder, 'proof (2).pdf'), '')
    expect(freePath(folder, 'proof.pdf')).toBe(join(folder, 'proof (3).pdf'))
  })

  test('[BRF18] a written place is a file in a folder that is there', () => {
    expect(writtenPath(` ${join(root, 'a b.pdf')} `, '/home')).toBe(join(root, 'a b.pdf'))
    expect(writtenPath('~/a.pdf', root)).toBe(join(root, 'a.pdf'))
    for (const none of ['a.pdf', '', root, join(root, 'missing', 'a.pdf')])
      expect(writtenPath(none, root)).toBeUndefined()
  })
})
