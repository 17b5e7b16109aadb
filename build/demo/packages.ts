// Owns getting what the demo needs from Debian's own packages, where this user may: root, apt-get, not forbidden.
// Always holds: it says what it is about to install; CAUSEWAY_NO_INSTALL=1 forbids it; anything else is advice in words.

import { existsSync } from 'node:fs'
import { findProgram, run } from '../process.ts'

const INSTALL_MS = 10 * 60_000

/** True where packages may be installed without asking anyone. */
export function mayInstall(): boolean {
  return (
    process.platform === 'linux' &&
    process.getuid?.() === 0 &&
    existsSync('/etc/debian_version') &&
    findProgram('apt-get') !== undefined &&
    !process.env.CAUSEWAY_NO_INSTALL
  )
}

/** Installs Debian packages and answers whether that went well; `say` hears what is being done. */
export async function install(packages: readonly string[], say: (text: string) => void): Promise<boolean> {
  if (!mayInstall()) return false
  say(`Installing ${packages.join(', ')} with apt-get (once; CAUSEWAY_NO_INSTALL=1 forbids it)…`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const ticker = setInterval(() => say('  still installing'), 15_000)
  try {
    const apt = (args: string[]) => run('apt-get', ['-q', '-y', ...args], { env, timeoutMs: INSTALL_MS })
    let result = await apt(['install', '--no-install-recommends', ...packages])
    if (result.code !== 0) {
      await apt(['update'])
      result = await apt(['install', '--no-install-recommends', ...packages])
    }
    if (result.code !== 0)
      say(`apt-get could not install them:\n${result.output.trimEnd().split('\n').slice(-3).join('\n')}`)
    return result.code === 0
  } finally {
    clearInterval(ticker)
  }
}

/** Whether some font of this computer has Chinese characters; true where that cannot be told. */
export async function hasChineseFont(): Promise<boolean> {
  if (process.platform !== 'linux' || findProgram('fc-list') === undefined) return true
  const { code, output } = await run('fc-list', [':lang=zh-hk', 'family'])
  return code !== 0 || output.trim() !== ''
}
