// Owns the key store that the demo's Electron seals its keys with on Linux: the user's own, or one of the demo's.
// Always holds: what is used has been tried with Electron itself; a store that would keep its key in the clear never passes.
// The demo's own keyring lies in its folder and stays there, so that the desktops open again at the next start.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { distFolder } from '../bundle.ts'
import { findProgram, run } from '../process.ts'

export type KeyringKind = 'system' | 'own'

export interface DemoKeyring {
  readonly kind: KeyringKind
  readonly env: Readonly<Record<string, string>>
  /** What it is, for a person to read. */
  readonly says: string
  close(): void
}

const CHECK_MS = 20_000
const ADDRESS_MS = 10_000
const busFlags = ['--session', '--nofork', '--nopidfile', '--print-address=3']
/** Runs a program until our end of standard input closes, however we end. The keyring goes when its bus goes. */
const WATCHED = '"$@" </dev/null & child=$!; cat; kill $child'

/**
 * The first key store of `kinds` that Electron accepts, or undefined where none does. `folder` holds the demo's own
 * keyring; `env` is what Electron needs to open on this display.
 */
export async function openDemoKeyring(options: {
  readonly electron: string
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  readonly kinds: readonly KeyringKind[]
}): Promise<DemoKeyring | undefined> {
  for (const kind of options.kinds) {
    const keyring = kind === 'system' ? systemKeyring() : await ownKeyring(options.folder)
    if (keyring === undefined) continue
    if (await isAccepted(options.electron, { ...options.env, ...keyring.env })) return keyring
    keyring.close()
  }
  return undefined
}

function systemKeyring(): DemoKeyring | undefined {
  if (process.platform === 'linux' && !process.env.DBUS_SESSION_BUS_ADDRESS) return undefined
  return { kind: 'system', env: {}, says: 'the key store of this computer', close: () => undefined }
}

async function ownKeyring(folder: string): Promise<DemoKeyring | undefined> {
  const busProgram = findProgram('dbus-daemon')
  const keyringProgram = findProgram('gnome-keyring-daemon')
  if (process.platform !== 'linux' || busProgram === undefined || keyringProgram === undefined) return undefined
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  // Sockets lie in the temporary folder: their paths may have 107 bytes, and a checkout can lie deeper than that.
  const sockets = mkdtempSync(path.join(tmpdir(), 'causeway-demo-'))
  const env: NodeJS.ProcessEnv = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_RUNTIME_DIR: sockets }
  const address = `unix:path=${path.join(sockets, 'bus')}`
  const bus = spawn('sh', ['-c', WATCHED, 'sh', busProgram, ...busFlags, `--address=${address}`], {
    env,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
  })
  const daemons = [bus]
  const close = () => {
    process.off('exit', close)
    for (const daemon of daemons) endGroup(daemon)
    rmSync(sockets, { recursive: true, force: true })
  }
  process.once('exit', close)
  if (!(await saysSomething(bus.stdio[3] as Readable))) {
    close()
    return undefined
  }
  env.DBUS_SESSION_BUS_ADDRESS = address
  const keyring = spawn(keyringProgram, ['--foreground', '--unlock', '--components=secrets'], {
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  daemons.push(keyring)
  // The keyring's password. It protects nothing more than the demo's folder does, and keeps the keyring from asking.
  keyring.stdin?.end('demo\n')
  await saysSomething(keyring.stdout as Readable)
  const says = 'a key store of the demo’s own (gnome-keyring)'
  return { kind: 'own', env: { DBUS_SESSION_BUS_ADDRESS: address }, says, close }
}

/** Resolves with true at the first line, false where the stream ends or is silent too long. */
function saysSomething(stream: Readable): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ADDRESS_MS)
    const finish = (said: boolean) => {
      clearTimeout(timer)
      resolve(said)
    }
    stream.once('data', () => finish(true))
    stream.once('close', () => finish(false))
    stream.once('error', () => finish(false))
  })
}

/** Whether Electron would seal with what it finds: its own check, in a process of its own. */
async function isAccepted(electron: string, env: Readonly<Record<string, string>>): Promise<boolean> {
  const folder = mkdtempSync(path.join(tmpdir(), 'causeway-check-'))
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const main = path.join(distFolder, 'electron', 'main.js')
  const result = await run(electron, [...sandbox, main, '--check-keystore', '--profile', folder], {
    env: { ...process.env, ...env },
    timeoutMs: CHECK_MS,
  })
  rmSync(folder, { recursive: true, force: true })
  return result.code === 0 && /^\{"backend":"[^"]*","ok":true/m.test(result.output)
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, 'SIGTERM')
  } catch {
    // It has gone already.
  }
}
