// Owns the first look before a program of ours starts (`node --import ./build/guard.mjs …`): is what it needs installed?
// Always holds: it runs on any Node that npm runs on, costs no process, and either says what to do or stays silent.

import { existsSync } from 'node:fs'
import path from 'node:path'
import './parent.mjs'

const installed = existsSync(path.join(import.meta.dirname, '..', 'node_modules', 'zod', 'package.json'))
const major = Number(process.versions.node.split('.')[0])
if (!installed || major < 24) {
  process.stderr.write(
    installed
      ? `causeway: this needs the project's own Node 24 (this is ${process.versions.node}): start it with "npm run …", or run "npm ci" again.\n`
      : 'causeway: nothing is installed yet. Run "npm start" (installs and shows the demo) or "npm ci" first.\n',
  )
  process.exit(1)
}
