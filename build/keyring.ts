// Owns an OS key store for tests on Linux: a message bus and a gnome-keyring of their own, unlocked, in a temporary folder.
// Always holds: the user's own bus and keyring are never touched; both programs end by their ids, and the folder goes.
// macOS and Windows have a key store at all times and need nothing from here.

import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { findProgram, run, start, stop } from './process.ts'

const readyLimitMs = 10_000
const pollMs = 50

export interface Keyring {
  /** Set over a program's environment, together with `--password-store=gnome-libsecret` for Electron. */
  env: Record<string, string>
  close(): Promise<void>
}

/** The account that bus, keyring and the program under test share: a bus refuses every other. */
export interface Account {
  uid: number
  gid: number
}

function readAddress(stream: Readable): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = ''
    stream.setEncoding('utf8')
    stream.on('data', (chunk: string) => {
      text += chunk
      if (text.includes('\n')) resolve(text.trim())
    })
    stream.once('close', () => resolve(undefined))
  })
}

/**
 * Opens a key store for `account` (default: who runs this). Undefined where the programs are missing or do not come up.
 * The caller closes it.
 */
export async function openKeyring(account?: Account): Promise<Keyring | undefined> {
  if (process.platform !== 'linux') return { env: {}, close: async () => undefined }
  const busProgram = findProgram('dbus-daemon')
  const askProgram = findProgram('dbus-send')
  const keyringProgram = findProgram('gnome-keyring-daemon')
  if (busProgram === undefined || askProgram === undefined || keyringProgram === undefined) return undefined

  const folder = mkdtempSync(path.join(tmpdir(), 'causeway-keyring-'))
  if (account !== undefined) chownSync(folder, account.uid, account.gid)
  // Whatever the bus starts by itself must not find the user's own folders either.
  const env: NodeJS.ProcessEnv = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_RUNTIME_DIR: folder }
  const bus = start(busProgram, ['--session', '--nofork', '--nopidfile', '--print-address=3'], {
    ...account,
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const address = await readAddress(bus.stdio[3] as Readable)
  if (address === undefined) {
    rmSync(folder, { recursive: true, force: true })
    return undefined
  }
  env.DBUS_SESSION_BUS_ADDRESS = address
  const daemon = start(keyringProgram, ['--foreground', '--unlock', '--components=secrets'], {
    ...account,
    cwd: folder,
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // The new keyring's password: any will do, for the folder is gone afterwards.
  daemon.stdin?.end('\n')
  const close = async () => {
    await stop(daemon)
    await stop(bus)
    rmSync(folder, { recursive: true, force: true })
  }
  const busOnly = { ...env, DBUS_SESSION_BUS_ADDRESS: address }
  const question = [
    '--session',
    '--print-reply',
    '--dest=org.freedesktop.DBus',
    '/',
    'org.freedesktop.DBus.NameHasOwner',
  ]
  const startedAtMs = performance.now()
  while (performance.now() - startedAtMs < readyLimitMs) {
    const answer = await run(askProgram, [...question, 'string:org.freedesktop.secrets'], {
      env: busOnly,
      ...(account === undefined ? {} : { account }),
    })
    if (answer.output.includes('boolean true')) return { env: { DBUS_SESSION_BUS_ADDRESS: address }, close }
    await delay(pollMs)
  }
  await close()
  return undefined
}
