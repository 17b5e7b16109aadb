// Owns the proof that the windowed hosts keep the page in: no Node, no navigation, no permission, no foreign caller; and
// that on Electron the renderer is sandboxed by the kernel and the device key sealed by the system's key store.
// Always holds: seen from the page and from the system's process table, on the programs that users start.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, expect, test } from 'playwright/test'
import type { CausewayApi } from '../shared/bridge.ts'
import { limits } from '../shared/limits.ts'
import { type Desktop, hostOf, startDesktop } from './desktop.ts'
import { root } from './workspace.ts'

declare global {
  interface Window {
    readonly causeway: CausewayApi
  }
}

/** Chromium refuses to run sandboxed as root; sandbox.e2e.ts shows the sandbox as another user. */
const sandboxFlags = process.getuid?.() === 0 ? ['--no-sandbox'] : []

let folder = ''
let second: ChildProcess | undefined
let desktop: Desktop
test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-shell-'))
  desktop = await startDesktop(hostOf(test.info().project.name), { profileDir: join(folder, 'profile') })
})
test.afterEach(async () => {
  second?.kill()
  // Not there where it did not start.
  await (desktop as Desktop | undefined)?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('[SHL35] the window opens and the bridge answers', async () => {
  const session = await desktop.page.evaluate(() => window.causeway.call('getSession', {}))
  expect(session).toMatchObject({ ok: true, value: { host: hostOf(test.info().project.name), state: 'signed-out' } })
  await expect(desktop.page).toHaveTitle(test.info().project.name === 'electron' ? /^Causeway$/ : /\(Chromium host\)/)
})

test('[SHL36] the page has the bridge and nothing of Node or Electron', async () => {
  const seen = await desktop.page.evaluate(() => ({
    globals: ['process', 'require', 'module', 'Buffer', 'global', '__dirname', 'electron', 'ipcRenderer'].filter(
      (name) => name in window,
    ),
    bridge: Object.keys(window.causeway).sort(),
    isReplaceable: Reflect.set(window, 'causeway', 1),
    isExtensible: Reflect.set(window.causeway, 'call', 1),
  }))
  expect(seen).toEqual({ globals: [], bridge: ['call', 'on'], isReplaceable: false, isExtensible: false })
})

test('[SHL37] the page stays where it is: navigation, pop-ups and connections are refused', async () => {
  const { page } = desktop
  const home = page.url()
  for (const target of ['https://example.com/', 'http://127.0.0.1:9/', 'file:///etc/hostname', 'data:text/html,x']) {
    await page.evaluate((url) => window.location.assign(url), target).catch(() => undefined)
    // A request that was let through would commit or fail before this round trip to the main process is back.
    await expect.poll(() => page.url()).toBe(home)
    expect(await page.evaluate(() => window.causeway.call('getSession', {}))).toMatchObject({ ok: true })
  }
  const outcome = await page.evaluate(async () => ({
    popUp: window.open('https://example.com/') === null,
    fetch: await fetch('https://example.com/').then(
      () => 'fetched',
      () => 'refused',
    ),
    markup: (() => {
      try {
        document.createElement('p').innerHTML = '<img src=x>'
        return 'set'
      } catch {
        return 'refused'
      }
    })(),
  }))
  expect(outcome).toEqual({ popUp: true, fetch: 'refused', markup: 'refused' })
  expect(page.context().pages()).toHaveLength(1)
})

test('[SHL38] every permission is refused without asking', async () => {
  const answers = await desktop.page.evaluate(async () => ({
    notifications: await Notification.requestPermission(),
    location: await new Promise((resolve) =>
      navigator.geolocation.getCurrentPosition(
        () => resolve('granted'),
        () => resolve('denied'),
      ),
    ),
    camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(
      () => 'granted',
      () => 'denied',
    ),
    clipboard: await navigator.clipboard.readText().then(
      () => 'granted',
      () => 'denied',
    ),
  }))
  expect(answers).toEqual({ notifications: 'denied', location: 'denied', camera: 'denied', clipboard: 'denied' })
})

test('[SHL39] a frame inside the page cannot call', async () => {
  const { page } = desktop
  await page.evaluate(() => document.body.append(document.createElement('iframe')))
  const inside = page.frames().find((frame) => frame !== page.mainFrame())
  if (inside === undefined) throw new Error('there is no inner frame')
  expect(await inside.evaluate(() => typeof window.causeway)).toBe('undefined')
  // The Chromium host's binding stands in every frame; it is the host that refuses.
  const answer = await inside.evaluate(() => {
    const call: unknown = Reflect.get(window, 'causewayCall')
    return typeof call === 'function'
      ? (call('getSession', '{}') as Promise<string>)
      : '{"error":{"code":"not-allowed"}}'
  })
  expect(JSON.parse(answer)).toMatchObject({ error: { code: 'not-allowed' } })
})

test('[SHL40] malformed, oversized and too many calls are refused, and the next one is served', async () => {
  const answers = await desktop.page.evaluate(
    async ({ mostBytes, most }) => {
      const call = window.causeway.call as (name: string, args: unknown) => Promise<{ error?: { code: string } }>
      const codes = async (name: string, args: unknown) => (await call(name, args)).error?.code
      const flood = await Promise.all(Array.from({ length: most * 4 }, () => codes('getSession', {})))
      return {
        unknown: await codes('readFile', { path: '/etc/passwd' }),
        proto: await codes('__proto__', {}),
        extra: await codes('getSession', { more: 1 }),
        wrong: await codes('search', { text: 7 }),
        large: await codes('search', { text: 'x'.repeat(mostBytes) }),
        flood: flood.filter((code) => code !== undefined && code !== 'rate-limited'),
        after: await codes('getSession', {}),
      }
    },
    { mostBytes: limits.bridgeCallBytes, most: limits.bridgeCallsInFlight },
  )
  expect(answers).toEqual({
    unknown: 'bad-input',
    proto: 'bad-input',
    extra: 'bad-input',
    wrong: 'bad-input',
    large: 'too-large',
    flood: [],
    after: undefined,
  })
})

test('[SHL41] a second program on the same profile leaves the first alone', async () => {
  if (test.info().project.name === 'electron') {
    const args = [...sandboxFlags, join(root, 'dist/electron/main.js'), '--profile', desktop.profileDir]
    second = spawn(process.env.CAUSEWAY_ELECTRON ?? '', args, { stdio: 'ignore' })
    expect(await new Promise((resolve) => second?.once('close', resolve))).toBe(0)
  } else {
    const other = await startDesktop('chromium', { profileDir: desktop.profileDir })
    const session = await other.page.evaluate(() => window.causeway.call('getSession', {}))
    await other.close()
    expect(session).toMatchObject({ ok: true, value: { problem: { code: 'profile-in-use' } } })
  }
  // Seen cut off once (ERR_ABORTED) on a busy machine; what counts is that the first program still answers.
  await expect(() => desktop.page.reload()).toPass()
  const session = await desktop.page.evaluate(() => window.causeway.call('getSession', {}))
  expect(session).toMatchObject({ ok: true, value: { state: 'signed-out' } })
  expect(session.ok && session.value.problem?.code).not.toBe('profile-in-use')
})

test('[SHL42] the browser’s own files hold nothing that was typed, and the log tells nothing of calls', async () => {
  const typed = `TypedCanary${Date.now()}`
  await desktop.page.evaluate(async (text) => {
    const field = document.createElement('textarea')
    document.body.append(field)
    field.value = text
    await window.causeway.call('search', { text })
  }, typed)
  await desktop.close()
  const { globSync } = await import('node:fs')
  const files = globSync('**/*', { cwd: desktop.profileDir, withFileTypes: true }).filter((entry) => entry.isFile())
  expect(files.length).toBeGreaterThan(0)
  for (const file of files) {
    const bytes = readFileSync(join(file.parentPath, file.name))
    for (const encoding of ['utf8', 'utf16le'] as const)
      expect(bytes.includes(Buffer.from(typed, encoding))).toBe(false)
  }
})

test('[SHL43] a window that is not ours is refused, whatever preload it carries', async () => {
  test.info().skip(test.info().project.name !== 'electron', 'only Electron has windows that a program could add')
  const executablePath = process.env.CAUSEWAY_ELECTRON ?? ''
  const profileDir = join(folder, 'other')
  const app = await _electron.launch({
    executablePath,
    args: [...sandboxFlags, join(root, 'dist/electron/main.js'), '--profile', profileDir],
  })
  try {
    await app.firstWindow()
    const preload = join(root, 'dist/electron/preload.cjs')
    const answers = await app.evaluate(async ({ BrowserWindow }, file) => {
      const { webContents } = BrowserWindow.getAllWindows()[0] ?? {}
      const foreign = new BrowserWindow({ show: false, webPreferences: { preload: file, sandbox: true } })
      const ours = new BrowserWindow({
        show: false,
        webPreferences: { preload: file, sandbox: true, ...(webContents && { session: webContents.session }) },
      })
      await foreign.loadURL('about:blank')
      await ours.loadURL('causeway://app/')
      const call = 'window.causeway.call("getSession", {})'
      const results = [
        await foreign.webContents.executeJavaScript(call),
        await ours.webContents.executeJavaScript(call),
        await webContents?.executeJavaScript(call),
      ]
      foreign.destroy()
      ours.destroy()
      return results
    }, preload)
    expect(answers).toMatchObject([
      { ok: false, error: { code: 'not-allowed' } },
      { ok: false, error: { code: 'not-allowed' } },
      { ok: true },
    ])
  } finally {
    await app.close()
  }
})
