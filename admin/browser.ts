// Owns finding an installed browser of the Chromium family that can print, for the CLI.
// Always holds: what the user names comes first (CAUSEWAY_CHROMIUM), then PATH, then where installers put it.

import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const namesOnPath = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'microsoft-edge-stable',
  'msedge',
]

function usualPlaces(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string[] {
  if (platform === 'darwin') {
    return ['/Applications', join(env.HOME ?? '', 'Applications')].flatMap((folder) =>
      ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((name) =>
        join(folder, `${name}.app`, 'Contents', 'MacOS', name),
      ),
    )
  }
  if (platform === 'win32') {
    return [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].flatMap((folder) =>
      folder === undefined
        ? []
        : [
            join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
            join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
            join(folder, 'Chromium', 'Application', 'chrome.exe'),
          ],
    )
  }
  return ['/opt/google/chrome/chrome', '/opt/microsoft/msedge/msedge', '/usr/lib/chromium/chromium']
}

/** Full path of a browser that can be started, or undefined where there is none. */
export function findBrowser(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  if (env.CAUSEWAY_CHROMIUM) return isProgram(env.CAUSEWAY_CHROMIUM) ? env.CAUSEWAY_CHROMIUM : undefined
  const ending = platform === 'win32' ? '.exe' : ''
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const onPath = namesOnPath.flatMap((name) => folders.map((folder) => join(folder, name + ending)))
  return [...onPath, ...usualPlaces(platform, env)].find(isProgram)
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
