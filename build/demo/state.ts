// Owns the demo's folder: where things lie in it, what the demo remembers between starts, its log.
// Always holds: nothing of the demo lies outside `.demo/`; what is remembered is replaced whole.

import { createWriteStream, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { projectFolder } from '../process.ts'

const demoFolder = path.join(projectFolder, '.demo')

export const demoPaths = {
  server: path.join(demoFolder, 'server'),
  adminToken: path.join(demoFolder, 'server', 'admin-token'),
  keyring: path.join(demoFolder, 'keyring'),
  log: path.join(demoFolder, 'demo.log'),
  screenshots: [path.join(demoFolder, 'screenshot.png'), path.join(demoFolder, 'screenshot-2.png')],
  desktop: (number: number) => path.join(demoFolder, `desktop-${number}`),
} as const

const stateSchema = z.object({
  /** The running demo's process. */
  pid: z.number().int().optional(),
  port: z.number().int().optional(),
  host: z.enum(['electron', 'chromium']).optional(),
  keyring: z.enum(['system', 'own']).optional(),
  isImported: z.boolean().optional(),
})
export type DemoState = z.infer<typeof stateSchema>

const stateFile = path.join(demoFolder, 'state.json')

/** What the last start left; empty where there was none. */
export function readDemoState(): DemoState {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(stateFile, 'utf8')))
  } catch {
    return {}
  }
}

/** Puts `changes` into what is remembered. */
export function rememberDemo(changes: DemoState): void {
  replaceDemoState({ ...readDemoState(), ...changes })
}

function replaceDemoState(state: DemoState): void {
  mkdirSync(demoFolder, { recursive: true, mode: 0o700 })
  writeFileSync(`${stateFile}.new`, JSON.stringify(state))
  renameSync(`${stateFile}.new`, stateFile)
}

/** Notes that this process runs the demo; the function returned takes the note back. */
export function claimDemo(): () => void {
  rememberDemo({ pid: process.pid })
  return () => {
    const { pid: _pid, ...rest } = readDemoState()
    replaceDemoState(rest)
  }
}

/** True where another process runs the demo in this checkout. */
export function isDemoRunning(): boolean {
  const { pid } = readDemoState()
  if (pid === undefined || pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

export function removeDemo(): void {
  rmSync(demoFolder, { recursive: true, force: true })
}

/** The demo's log, begun anew: what server and desktops write. */
export function openDemoLog(): (source: string, text: string) => void {
  mkdirSync(demoFolder, { recursive: true, mode: 0o700 })
  const stream = createWriteStream(demoPaths.log, { flags: 'w', mode: 0o600 })
  return (source, text) => {
    for (const line of text.split('\n')) if (line !== '') stream.write(`${source}: ${line}\n`)
  }
}
