// Owns the proof that hosts are found where the environment says, and that their absence is an answer, not a crash.

import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openDisplay } from './display.ts'
import { openKeyring } from './keyring.ts'
import { findProgram, run } from './process.ts'
import { findChromium, findElectron } from './runtime.ts'

/** Whether an X server takes connections on this display, by its abstract socket as clients do first. */
function answers(display: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(`\0/tmp/.X11-unix/X${display?.slice(1)}`)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

describe('runtime', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('[TOOL7] CAUSEWAY_CHROMIUM decides alone', () => {
    vi.stubEnv('CAUSEWAY_CHROMIUM', process.execPath)
    expect(findChromium()).toMatchObject({ type: 'found', executable: process.execPath })
    vi.stubEnv('CAUSEWAY_CHROMIUM', '/nowhere/chromium')
    expect(findChromium()).toMatchObject({ type: 'missing' })
  })

  it('[TOOL7] an override folder without Electron is missing, and nothing is downloaded for it', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'causeway-electron-'))
    vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', folder)
    expect(await findElectron({ mayDownload: true })).toMatchObject({ type: 'missing' })
    rmSync(folder, { recursive: true })
  })
})

describe('display', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('[TOOL8] a display that is there is used as it is', async () => {
    vi.stubEnv('DISPLAY', ':7')
    expect(await openDisplay()).toMatchObject({ env: {} })
  })

  it.runIf(process.platform === 'linux' && findProgram('Xvfb') !== undefined)(
    '[TOOL8] without one, a virtual one takes a free number and goes when closed',
    async () => {
      vi.stubEnv('DISPLAY', '')
      vi.stubEnv('WAYLAND_DISPLAY', '')
      const [first, second] = await Promise.all([openDisplay(), openDisplay()])
      expect(first?.env.DISPLAY).toMatch(/^:\d+$/)
      expect(second?.env.DISPLAY).not.toBe(first?.env.DISPLAY)
      expect(await answers(first?.env.DISPLAY)).toBe(true)
      await Promise.all([first?.close(), second?.close()])
      expect(await answers(first?.env.DISPLAY)).toBe(false)
    },
  )
})

describe('keyring', () => {
  it.runIf(['dbus-daemon', 'dbus-send', 'gnome-keyring-daemon'].every((name) => findProgram(name) !== undefined))(
    '[TOOL9] an unlocked key store answers on a bus of its own, and both are gone when closed',
    async () => {
      const keyring = await openKeyring()
      const address = keyring?.env.DBUS_SESSION_BUS_ADDRESS
      expect(address).toMatch(/^unix:/)
      const question = [
        '--session',
        '--print-reply',
        '--dest=org.freedesktop.secrets',
        '/org/freedesktop/secrets/aliases/default',
      ]
      const locked = [
        ...question,
        'org.freedesktop.DBus.Properties.Get',
        'string:org.freedesktop.Secret.Collection',
        'string:Locked',
      ]
      const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: address ?? '' }
      expect((await run('dbus-send', locked, { env })).output).toContain('boolean false')
      await keyring?.close()
      expect((await run('dbus-send', locked, { env })).code).not.toBe(0)
    },
  )
})
