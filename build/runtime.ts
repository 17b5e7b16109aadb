// Owns the search for something that can show our window: Electron's runtime, or an installed Chromium, Chrome or Edge.
// Always holds: no browser is ever downloaded; Electron's runtime is asked for once, and a refusal is remembered for a day.

import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { findProgram, isProgram, projectFolder, runTool } from './process.ts'

export type Runtime =
  | { type: 'found'; executable: string; says: string }
  /** `reason` completes the sentence "… is not used: ". */
  | { type: 'missing'; reason: string }

const downloadLimitMs = 60_000
const refusalLifeMs = 24 * 60 * 60 * 1000

const electronFolder = path.join(projectFolder, 'node_modules', 'electron')
const refusalFile = path.join(projectFolder, 'node_modules', '.cache', 'electron-refusal')

function electronIn(folder: string): string | undefined {
  const file = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform as string]
  const executable = path.join(folder, file ?? 'electron')
  return isProgram(executable) ? executable : undefined
}

function versionIn(folder: string): string {
  try {
    return readFileSync(path.join(folder, 'version'), 'utf8').trim().replace(/^v/, '')
  } catch {
    return 'unknown version'
  }
}

function foundElectron(folder: string): Runtime | undefined {
  const executable = electronIn(folder)
  return executable === undefined ? undefined : { type: 'found', executable, says: `Electron ${versionIn(folder)}` }
}

function rememberedRefusal(version: string): string | undefined {
  if (!existsSync(refusalFile)) return undefined
  if (Date.now() - statSync(refusalFile).mtimeMs > refusalLifeMs) return undefined
  const [refused, reason] = readFileSync(refusalFile, 'utf8').split('\n')
  return refused === version ? reason : undefined
}

/**
 * Electron's runtime: the folder that ELECTRON_OVERRIDE_DIST_PATH names, else the electron package's own, else downloaded
 * by that package's installer where `mayDownload` is set.
 */
export async function findElectron(options: { mayDownload: boolean }): Promise<Runtime> {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (override) {
    return foundElectron(override) ?? { type: 'missing', reason: 'ELECTRON_OVERRIDE_DIST_PATH holds no Electron' }
  }
  const dist = path.join(electronFolder, 'dist')
  const present = foundElectron(dist)
  if (present !== undefined) return present
  if (!options.mayDownload) return { type: 'missing', reason: 'its runtime is not on this machine' }

  const { version } = JSON.parse(readFileSync(path.join(electronFolder, 'package.json'), 'utf8')) as { version: string }
  const remembered = rememberedRefusal(version)
  if (remembered !== undefined) return { type: 'missing', reason: remembered }
  const result = await runTool('electron/install.js', [], { timeoutMs: downloadLimitMs })
  const downloaded = foundElectron(dist)
  if (result.code === 0 && downloaded !== undefined) return downloaded
  const reason = `its runtime could not be downloaded${result.timedOut ? ` within ${downloadLimitMs / 1000} s` : ''}`
  mkdirSync(path.dirname(refusalFile), { recursive: true })
  writeFileSync(refusalFile, `${version}\n${reason}\n`)
  return { type: 'missing', reason }
}

function usualPlaces(): string[] {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    )
  }
  if (process.platform === 'win32') {
    const roots = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
    const files = [
      'Google/Chrome/Application/chrome.exe',
      'Microsoft/Edge/Application/msedge.exe',
      'Chromium/Application/chrome.exe',
    ]
    return files.flatMap((file) => roots.filter((root) => root !== undefined).map((root) => path.join(root, file)))
  }
  return [
    '/usr/lib/chromium/chromium',
    '/opt/google/chrome/chrome',
    '/opt/microsoft/msedge/msedge',
    '/snap/bin/chromium',
  ]
}

const programNames = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'microsoft-edge-stable',
  'microsoft-edge',
]

/** An installed Chromium, Chrome or Edge: the one that CAUSEWAY_CHROMIUM names, else by PATH, usual places, Playwright's own. */
export function findChromium(): Runtime {
  const named = process.env.CAUSEWAY_CHROMIUM
  if (named) {
    if (isProgram(named)) return { type: 'found', executable: named, says: path.basename(named) }
    return { type: 'missing', reason: 'CAUSEWAY_CHROMIUM names no program' }
  }
  const executable = findProgram(...programNames) ?? [...usualPlaces(), chromium.executablePath()].find(isProgram)
  if (executable === undefined) return { type: 'missing', reason: 'no Chromium, Chrome or Edge is installed' }
  return { type: 'found', executable, says: path.basename(executable) }
}
