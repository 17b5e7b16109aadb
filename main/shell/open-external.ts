// Owns handing a URL to the system's browser from Node.
// Always holds: no shell sees the URL; it is one argument of a program of the system. The caller has checked its scheme.

import { spawn } from 'node:child_process'
import { FailureError, fail } from '../../shared/result.ts'

/** Opens `url`; throws FailureError `unavailable` where the system has no program for it. */
export function openExternal(url: string): Promise<void> {
  const [command, args] = commandFor(url)
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true, windowsHide: true })
    child.once('error', (error) => {
      reject(new FailureError(fail('unavailable', 'No program opens links here.').error, { cause: error }))
    })
    child.once('spawn', () => {
      child.unref()
      resolve()
    })
  })
}

function commandFor(url: string): [string, string[]] {
  if (process.platform === 'darwin') return ['open', [url]]
  if (process.platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', url]]
  return ['xdg-open', [url]]
}
