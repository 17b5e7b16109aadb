// Owns the proof that each dependency rule bites: a small tree in a temporary folder with one violation of each.
// Always holds: the rules under test are the project's own file, and what is allowed draws no complaint.

import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { projectFolder, run } from './process.ts'

const sources: Record<string, string> = {
  // What is allowed.
  'shared/model.ts': "import { z } from 'zod'\nexport const model = z.string()\nexport type Model = string",
  'main/app.ts':
    "import { vault } from './vault/vault.ts'\nimport { model } from '../shared/model.ts'\nimport type { Shell } from './shell/shell.ts'\nexport const app = (shell: Shell) => [vault, model, shell]",
  'main/vault/vault.ts':
    "import type { Session } from '../session/run.ts'\nimport { seal } from './seal.ts'\nexport const vault = seal\nexport type Vault = Session",
  'main/vault/seal.ts': "import { randomBytes } from 'node:crypto'\nexport const seal = randomBytes",
  'main/session/run.ts':
    "import { step } from './machine.ts'\nexport const run = step\nexport interface Session { live: boolean }",
  'main/session/machine.ts': "import { model } from '../../shared/model.ts'\nexport const step = model",
  'main/shell/shell.ts': 'export interface Shell { show: boolean }',
  'main/shell/electron.ts':
    "import { app as host } from 'electron'\nimport { app } from '../app.ts'\nexport const electron = [host, app]",
  'main/electron-entry.ts':
    "import { app } from 'electron'\nimport { electron } from './shell/electron.ts'\nexport const entry = [app, electron]",
  'preload/index.ts':
    "import { contextBridge } from 'electron'\nimport { model } from '../shared/model.ts'\nexport const exposed = [contextBridge, model]",
  'server/main.ts': "import { model } from '../shared/model.ts'\nexport const server = model",
  'testing/world.ts':
    "import { app } from '../main/app.ts'\nimport { server } from '../server/main.ts'\nexport const world = [app, server]",
  'main/vault/vault.test.ts':
    "import { world } from '../../testing/world.ts'\nimport { run } from '../session/run.ts'\nexport const tested = [world, run]",
  // What is not, one violation a file.
  'shared/bad-part.ts': "import { server } from '../server/main.ts'\nexport const bad = server",
  'shared/bad-node.ts': "import { readFileSync } from 'node:fs'\nexport const bad = readFileSync",
  'renderer/bad-part.ts': "import type { Shell } from '../main/shell/shell.ts'\nexport type Bad = Shell",
  'preload/bad-part.ts': "import { server } from '../server/main.ts'\nexport const bad = server",
  'server/bad-part.ts': "import { seal } from '../main/vault/seal.ts'\nexport const bad = seal",
  'admin/bad-part.ts': "import { server } from '../server/main.ts'\nexport const bad = server",
  'main/bad-part.ts': "import { server } from '../server/main.ts'\nexport const bad = server",
  'main/vault/bad.test.ts': "import { server } from '../../server/main.ts'\nexport const bad = server",
  'main/store/bad-testing.ts': "import { world } from '../../testing/world.ts'\nexport const bad = world",
  'main/store/bad-test.ts': "import { tested } from '../vault/vault.test.ts'\nexport const bad = tested",
  'main/store/bad-module.ts': "import { seal } from '../vault/seal.ts'\nexport const bad = seal",
  'main/store/bad-mixed.ts':
    "import { seal, type Sealed } from '../vault/seal.ts'\nexport const bad = seal\nexport type B = Sealed",
  'main/store/bad-dynamic.ts': "export const bad = () => import('../vault/seal.ts')",
  'main/store/bad-app.ts': "import { app } from '../app.ts'\nexport const bad = app",
  'main/store/bad-electron.ts': "import { app } from 'electron'\nexport const bad = app",
  'main/store/bad-tool.ts': "import fc from 'fast-check'\nexport const bad = fc",
  'main/store/bad-nowhere.ts': "import { gone } from './gone.ts'\nexport const bad = gone",
  'main/bad-join.ts': "import { seal } from './vault/seal.ts'\nexport const bad = seal",
  'main/shell/bad-module.ts': "import { seal } from '../vault/seal.ts'\nexport const bad = seal",
  'main/log.ts': "import { seal } from './vault/seal.ts'\nexport const bad = seal",
  'main/node-entry.ts': "import { seal } from './vault/seal.ts'\nexport const bad = seal",
  'main/wipe/plan.ts': "import { seal } from './other.ts'\nexport const bad = seal",
  'main/wipe/other.ts': 'export const seal = 1',
  'main/search/query.ts': "import type { Stats } from 'node:fs'\nexport type Bad = Stats",
  'main/store/bad-circle.ts': "import { b } from './bad-circle-two.ts'\nexport const a = () => b",
  'main/store/bad-circle-two.ts': "import { a } from './bad-circle.ts'\nexport const b = () => a",
}

/** Rule by violating file; where a file breaks two rules, the one that it is there for. */
const expected: [file: string, rule: string][] = [
  ['shared/bad-part.ts', 'shared-imports-only-own'],
  ['shared/bad-node.ts', 'node-stays-out-of-shared-and-pages'],
  ['renderer/bad-part.ts', 'renderer-imports-only-own-and-shared'],
  ['preload/bad-part.ts', 'preload-imports-only-own-and-shared'],
  ['server/bad-part.ts', 'server-imports-only-own-and-shared'],
  ['admin/bad-part.ts', 'admin-imports-only-own-and-shared'],
  ['main/bad-part.ts', 'main-imports-only-own-and-shared'],
  ['main/vault/bad.test.ts', 'main-tests-import-only-own-and-testing'],
  ['main/store/bad-testing.ts', 'main-imports-only-own-and-shared'],
  ['main/store/bad-test.ts', 'tests-stay-out-of-the-product'],
  ['main/store/bad-module.ts', 'only-app-joins-main'],
  ['main/store/bad-mixed.ts', 'only-app-joins-main'],
  ['main/store/bad-dynamic.ts', 'only-app-joins-main'],
  ['main/store/bad-app.ts', 'app-is-started-by-entries-only'],
  ['main/store/bad-electron.ts', 'electron-stays-in-its-shell'],
  ['main/store/bad-tool.ts', 'no-development-package-in-the-product'],
  ['main/store/bad-nowhere.ts', 'no-unresolvable'],
  ['main/bad-join.ts', 'only-app-joins-main-at-its-root'],
  ['main/shell/bad-module.ts', 'shell-joins-through-app'],
  ['main/log.ts', 'log-is-a-leaf'],
  ['main/node-entry.ts', 'entries-reach-only-app-and-shell'],
  ['main/wipe/plan.ts', 'pure-files-are-pure'],
  ['main/search/query.ts', 'pure-files-know-no-platform'],
  // A circle is reported once, for the file that it was entered by.
  ['main/store/bad-circle-two.ts', 'no-circular'],
]

interface Violation {
  from: string
  rule: { name: string }
}

describe('dependency rule', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'causeway-layers-'))
  let violations: Violation[] = []

  beforeAll(async () => {
    for (const [file, text] of Object.entries(sources)) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
      writeFileSync(path.join(folder, file), `${text}\n`)
    }
    for (const file of ['.dependency-cruiser.mjs', 'package.json']) {
      copyFileSync(path.join(projectFolder, file), path.join(folder, file))
    }
    symlinkSync(path.join(projectFolder, 'node_modules'), path.join(folder, 'node_modules'), 'junction')
    const program = path.join(projectFolder, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs')
    const parts = ['shared', 'main', 'preload', 'renderer', 'server', 'admin', 'testing']
    const options = ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...parts]
    const result = await run(process.execPath, [program, ...options], { cwd: folder })
    violations = JSON.parse(result.output.slice(result.output.indexOf('{'))).summary.violations
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each(expected)('[TOOL1] %s breaks %s', (file, rule) => {
    expect(violations.filter((violation) => violation.from === file).map((violation) => violation.rule.name)).toContain(
      rule,
    )
  })

  it('[TOOL1] what the design allows draws no complaint', () => {
    const bad = new Set([...expected.map(([file]) => file), 'main/store/bad-circle.ts'])
    expect(violations.filter((violation) => !bad.has(violation.from))).toEqual([])
  })

  it('[TOOL1] every rule of the configuration is proven here or concerns a test', async () => {
    const config = (await import(path.join(projectFolder, '.dependency-cruiser.mjs'))) as {
      default: { forbidden: { name: string }[] }
    }
    const proven = new Set(violations.map((violation) => violation.rule.name))
    const unproven = config.default.forbidden.map((rule) => rule.name).filter((name) => !proven.has(name))
    expect(unproven.filter((name) => !name.includes('-tests-'))).toEqual(['app-imports-no-shell'])
  })
})
