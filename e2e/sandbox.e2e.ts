// Owns the proof, on Electron and as an ordinary user, that the kernel confines the renderer and that the system's key
// store seals the device key. As root it runs the desktop under an account without rights of its own.
// Always holds: what cannot be shown on this machine is skipped with its reason.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { chromium, expect, test } from 'playwright/test'
import { type Account, openKeyring } from '../build/keyring.ts'
import { findProgram } from '../build/process.ts'
import { root, startWorkspace, type Workspace } from './workspace.ts'

/** The account `nobody` of every Linux; any without rights does. */
const NOBODY: Account = { uid: 65_534, gid: 65_534 }

const closers: (() => Promise<void>)[] = []
test.afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

function stopLater(child: ChildProcess): ChildProcess {
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  closers.push(async () => {
    child.kill('SIGTERM')
    await ended
  })
  return child
}

/** A display of that account's own: an X server serves the user that started it. */
async function openDisplayFor(account: Account): Promise<string> {
  const args = ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp']
  const child = stopLater(spawn('Xvfb', args, { ...account, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] }))
  const number = await firstLine(child.stdio[3] as Readable, /(\d+)\n/)
  return `:${number}`
}

function firstLine(stream: Readable, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      const found = pattern.exec(text)?.[1]
      if (found !== undefined) resolve(found)
    })
    stream.once('close', () => reject(new Error(`ended without ${pattern}: ${text}`)))
  })
}

/** Pids of the renderers below `pid`, by the system's process table. */
function renderersOf(pid: number): number[] {
  const found: number[] = []
  for (const entry of globSync('/proc/[0-9]*/status')) {
    try {
      const child = Number(entry.split('/')[2])
      if (!isBelow(child, pid)) continue
      if (readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('--type=renderer')) found.push(child)
    } catch {
      // The process ended while it was looked at.
    }
  }
  return found
}

function isBelow(pid: number, ancestor: number): boolean {
  for (let at = pid; at > 1; ) {
    if (at === ancestor) return true
    at = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${at}/status`, 'utf8'))?.[1] ?? 0)
  }
  return false
}

async function enrolmentCode(workspace: Workspace): Promise<string> {
  await workspace.admin('users', 'create', '--name', 'mei.chan', '--display', '陳美兒 Mei Chan')
  const { code } = await workspace.admin<{ code: string }>('enroll', 'create', '--user', 'mei.chan')
  return code
}

test('[SHL44] the renderer runs under seccomp without Node, and libsecret seals the device key', async () => {
  test
    .info()
    .skip(test.info().project.name !== 'electron', 'the Chromium host is no product and has no system key store')
  test.info().skip(process.platform !== 'linux', 'reads the process table of Linux')
  const account = process.getuid?.() === 0 ? NOBODY : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  const electron = process.env.CAUSEWAY_ELECTRON ?? ''
  const main = join(root, 'dist/electron/main.js')
  test.info().skip(findProgram('Xvfb') === undefined, 'Xvfb is not installed')
  const can = (command: string, ...args: string[]) => spawnSync(command, args, { ...account, cwd: '/' }).status === 0
  test
    .info()
    .skip(!can('test', '-r', main) || !can('test', '-x', electron), 'an ordinary user cannot read this checkout')
  test.info().skip(!can('unshare', '-U', 'true'), 'this system lets no ordinary user make namespaces')

  const folder = mkdtempSync(join(tmpdir(), 'causeway-sandbox-'))
  closers.push(async () => rmSync(folder, { recursive: true, force: true }))
  chownSync(folder, account.uid, account.gid)
  chmodSync(folder, 0o700)
  const keyring = await openKeyring(account)
  test.info().skip(keyring === undefined, 'there is no key store: install dbus and gnome-keyring')
  closers.push(async () => keyring?.close())
  const dataDir = mkdtempSync(join(tmpdir(), 'causeway-sandbox-server-'))
  closers.push(async () => rmSync(dataDir, { recursive: true, force: true }))
  const workspace = await startWorkspace(dataDir)
  closers.push(() => workspace.stop())

  const profileDir = join(folder, 'profile')
  const args = ['--remote-debugging-port=0', main, '--profile', profileDir, '--server', workspace.url]
  const child = stopLater(
    spawn(electron, [...args, '--enroll', await enrolmentCode(workspace)], {
      ...account,
      cwd: folder,
      env: { ...process.env, HOME: folder, DISPLAY: await openDisplayFor(account), ...keyring?.env },
      stdio: ['ignore', 'ignore', 'pipe'],
    }),
  )
  const endpoint = await firstLine(child.stderr as Readable, /DevTools listening on (ws:\S+)/)
  const browser = await chromium.connectOverCDP(endpoint)
  closers.push(() => browser.close())
  const ourPage = () =>
    browser
      .contexts()[0]
      ?.pages()
      .find((page) => page.url().startsWith('causeway:'))
  await expect.poll(() => ourPage()?.url()).toBe('causeway://app/')
  const sealedFile = join(profileDir, 'vault', 'device.sealed')
  await expect.poll(() => existsSync(sealedFile)).toBe(true)

  expect(
    await ourPage()?.evaluate(() => [typeof Reflect.get(window, 'process'), typeof Reflect.get(window, 'require')]),
  ).toEqual(['undefined', 'undefined'])
  const renderers = renderersOf(child.pid ?? 0)
  expect(renderers.length).toBeGreaterThan(0)
  for (const pid of renderers) {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    expect(status).toMatch(/^Seccomp:\s+2$/m)
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m)
    expect(status).toMatch(new RegExp(`^Uid:\\s+${account.uid}\\s`, 'm'))
  }
  const sealed = JSON.parse(readFileSync(sealedFile, 'utf8')) as { backend: string; sealed: string }
  expect(sealed.backend).toBe('gnome_libsecret')
  // Chromium's mark for what the key store's key sealed; the built-in password's is v10.
  expect(Buffer.from(sealed.sealed, 'base64').subarray(0, 3).toString()).toBe('v11')
})
