// Owns the client of the forensic test: the real headless host, but that its user can choose files, and that a program for
// every file is there. CAUSEWAY_FORENSIC_OUTSIDE names the user's own folder: what lies in `chosen` is picked, what is saved
// comes to lie in `saved`. Must never be imported by the product.

import { mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { createLog } from '../main/log.ts'
import { chosenFiles } from '../main/shell/chosen-files.ts'
import { readCommandLine } from '../main/shell/command-line.ts'
import { createDevKeyStore, devKeyStoreFile } from '../main/shell/dev-key-store.ts'
import { createHeadlessShell } from '../main/shell/headless.ts'
import { logLevel, startApp } from '../main/shell/start.ts'
import { ok } from '../shared/result.ts'

const outside = process.env.CAUSEWAY_FORENSIC_OUTSIDE
const asked = readCommandLine(process.argv.slice(2))
if (outside === undefined || !asked.ok || asked.value.profileDir === undefined) throw new Error('wrong usage')
const { profileDir } = asked.value
const chosen = path.join(outside, 'chosen')
mkdirSync(path.join(profileDir, 'logs'), { recursive: true, mode: 0o700 })
const log = createLog({ file: path.join(profileDir, 'logs', 'causeway.log'), stderr: true, level: logLevel() })
const keyStore = createDevKeyStore(devKeyStoreFile(profileDir))
const headless = createHeadlessShell({ keyStore, input: process.stdin, output: process.stdout, log })
const shell = {
  ...headless,
  pickFiles: async () => chosenFiles(readdirSync(chosen).map((name) => path.join(chosen, name))),
  saveAs: async (name: string) => path.join(outside, 'saved', name),
  openPath: async () => ok(undefined),
}
await startApp(shell, profileDir, asked.value, log)
