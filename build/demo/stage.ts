// Owns what the demo's windows open on: a host, a display, a key store, and installing them where that is allowed.
// Always holds: Electron is used only with a key store that it accepts; desktops that were enrolled on one host stay on it,
// because another could not open what was sealed.

import { bundle } from '../bundle.ts'
import { type Display, openDisplay } from '../display.ts'
import { chooseHost, type Host, installAdvice } from '../hosts.ts'
import { type DemoKeyring, type KeyringKind, openDemoKeyring } from './keyring.ts'
import { install, mayInstall } from './packages.ts'
import { demoPaths, readDemoState, rememberDemo } from './state.ts'

/** Room for two windows of the size that a desktop opens with. */
const SCREEN = { width: 2400, height: 820 }

export interface Stage {
  readonly host: Host
  /** What the windows need in their environment. */
  readonly env: Readonly<Record<string, string>>
  /** Arguments for the key store and, without any display, for a window that is not shown. */
  readonly args: readonly string[]
  /** Nobody can see the windows: pictures are taken instead. */
  readonly isUnseen: boolean
  /** Sentences on what was chosen and why. */
  readonly notes: readonly string[]
  close(): Promise<void>
}

export type Staged =
  | { readonly type: 'ready'; readonly stage: Stage }
  | { readonly type: 'impossible'; readonly why: string }

type Say = (text: string) => void

/** Finds, or installs, what the demo runs on. */
export async function openStage(say: Say): Promise<Staged> {
  const remembered = readDemoState()
  const display = await findDisplay(say)
  const notes: string[] = []
  let host = await findHost(remembered.host, display !== undefined, notes, say)
  let keyring: DemoKeyring | undefined
  if (host?.name === 'electron') {
    say('Building the desktop…')
    await bundle(['renderer', 'electron'])
    keyring = await openDemoKeyring({
      electron: host.executable,
      folder: demoPaths.keyring,
      env: display?.env ?? {},
      kinds: keyringKinds(remembered.keyring, display?.env.DISPLAY !== undefined),
    })
    if (keyring === undefined) {
      notes.push('Electron is not used: it finds no key store that keeps secrets (install dbus and gnome-keyring).')
      host = remembered.host === 'electron' ? undefined : await findHost('chromium', display !== undefined, notes, say)
    }
  }
  if (host === undefined) {
    await display?.close()
    const advice = remembered.host === undefined ? installAdvice : adviseOnOtherHost(remembered.host)
    return { type: 'impossible', why: [...notes, advice].join('\n') }
  }
  if (host.name === 'chromium') await bundle(['renderer'])
  rememberDemo({ host: host.name, ...(keyring === undefined ? {} : { keyring: keyring.kind }) })
  notes.push(
    keyring === undefined
      ? 'Keys are sealed by a file beside each profile (--dev-keystore): a stand-in, for demos and tests only.'
      : `Keys are sealed by ${keyring.says}.`,
  )
  notes.push('Times are shown as in Hong Kong.')
  const isHidden = display === undefined
  if (isHidden) notes.push('There is no display: the windows run unseen.')
  else if (display.env.DISPLAY !== undefined)
    notes.push(`There is no display here: the windows open on ${display.says}.`)
  return {
    type: 'ready',
    stage: {
      host,
      // The firm is in Hong Kong: its working day should read as one wherever the demo is shown.
      env: { ...display?.env, ...keyring?.env, TZ: 'Asia/Hong_Kong' },
      args: [...(keyring === undefined ? ['--dev-keystore'] : []), ...(isHidden ? ['--headless-window'] : [])],
      isUnseen: isHidden || display.env.DISPLAY !== undefined,
      notes,
      async close() {
        keyring?.close()
        await display?.close()
      },
    },
  }
}

async function findDisplay(say: Say): Promise<Display | undefined> {
  const display = await openDisplay(SCREEN)
  if (display !== undefined || !mayInstall()) return display
  return (await install(['xvfb'], say)) ? openDisplay(SCREEN) : undefined
}

/** Electron needs a display; the Chromium host can do without. */
async function findHost(
  wanted: Host['name'] | undefined,
  hasDisplay: boolean,
  notes: string[],
  say: Say,
): Promise<Host | undefined> {
  if (wanted === 'electron' && !hasDisplay) {
    notes.push('Electron is not used: there is no display, and Xvfb is not installed.')
    return undefined
  }
  say('Looking for Electron or a browser…')
  const host = hasDisplay ? wanted : 'chromium'
  const choice = await chooseHost(host)
  if (choice.type === 'chosen') return choice.host
  notes.push(...choice.reasons)
  if (host === 'electron' || !mayInstall()) return undefined
  if (!(await install(['chromium', 'fonts-noto-cjk'], say))) return undefined
  const again = await chooseHost('chromium')
  return again.type === 'chosen' ? again.host : undefined
}

/** Where nobody could answer a key store that asks to be unlocked, only the demo's own is tried. */
function keyringKinds(remembered: KeyringKind | undefined, isUnseen: boolean): KeyringKind[] {
  if (remembered !== undefined) return [remembered]
  return isUnseen ? ['own'] : ['system', 'own']
}

function adviseOnOtherHost(host: Host['name']): string {
  const name = host === 'electron' ? 'Electron' : 'the Chromium host'
  return `The demo's desktops were enrolled on ${name}, which cannot be used now. "npm start -- --reset" begins anew.`
}
