// Owns handing a URL or a file to the system's program for it, from Node.
// Always holds: no shell sees either; it is one argument of a program of the system. The caller has checked a URL's scheme,
// and a path is absolute, so that neither is taken for an option.

import { spawn } from 'node:child_process'
import { isAbsolute } from 'node:path'
import { FailureError, fail, ok, type Result } from '../../shared/result.ts'

/** Opens `url`; throws FailureError `unavailable` where the system has no program for it. */
export async function openExternal(url: string): Promise<void> {
  if (!(await start(commandFor(url)))) throw new FailureError(fail('unavailable', 'No program opens links here.').error)
}

/** Opens the file at an absolute path with the system's program for it. Codes: `unavailable`. */
export async function openPath(path: string): Promise<Result<void>> {
  if (!isAbsolute(path)) throw new RangeError('a path to open must be absolute')
  return (await start(commandFor(path))) ? ok(undefined) : noProgram()
}

/** No program of the system opens this file. */
export const noProgram = () => fail('unavailable', 'No program opens this file here.')

function start([command, args]: [string, string[]]): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'ignore', detached: true, windowsHide: true })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}

function commandFor(target: string): [string, string[]] {
  if (process.platform === 'darwin') return ['open', [target]]
  if (process.platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', target]]
  return ['xdg-open', [target]]
}
