// Owns the proof that the first commands on a fresh clone say what to do, and start nothing by halves.

import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { projectFolder, run, start } from './process.ts'

describe('fresh clone', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'causeway-clone-'))
    mkdirSync(path.join(folder, 'build'))
    for (const file of ['build/guard.mjs', 'build/bootstrap.mjs', 'build/parent.mjs', 'package-lock.json']) {
      copyFileSync(path.join(projectFolder, file), path.join(folder, file))
    }
    writeFileSync(path.join(folder, 'program.mjs'), "process.stdout.write('started')\n")
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('[TOOL5] a command before the installation says what to run, and does not start', async () => {
    const result = await run(process.execPath, ['--import', './build/guard.mjs', 'program.mjs'], { cwd: folder })
    expect(result.code).toBe(1)
    expect(result.output).toContain('npm start')
    expect(result.output).not.toContain('started')
  })

  it('[TOOL5] the same command after the installation starts, without a word', async () => {
    mkdirSync(path.join(folder, 'node_modules', 'zod'), { recursive: true })
    writeFileSync(path.join(folder, 'node_modules', 'zod', 'package.json'), '{}')
    const result = await run(process.execPath, ['--import', './build/guard.mjs', 'program.mjs'], { cwd: folder })
    expect(result).toMatchObject({ code: 0, output: 'started' })
  })

  it('[TOOL6] the bootstrap refuses a program that it does not know, and installs nothing for it', async () => {
    const result = await run(process.execPath, ['build/bootstrap.mjs', 'rm'], { cwd: folder })
    expect(result.code).toBe(1)
    expect(result.output).toContain('demo, test')
  })

  it('[TOOL6] a failed installation ends the run with a message and a code', async () => {
    const env = { ...process.env, npm_execpath: path.join(folder, 'npm-stub.js'), npm_node_execpath: process.execPath }
    writeFileSync(env.npm_execpath, 'process.exit(7)\n')
    const result = await run(process.execPath, ['build/bootstrap.mjs', 'test'], { cwd: folder, env })
    expect(result.code).toBe(1)
    expect(result.output).toContain('could not install')
  })

  it('[TOOL6] installs with `ci` and without install scripts, then brings the runtime alone', async () => {
    const env = { ...process.env, npm_execpath: path.join(folder, 'npm-stub.js'), npm_node_execpath: process.execPath }
    writeFileSync(env.npm_execpath, "console.log('npm', process.argv.slice(2).join(' '))\n")
    const result = await run(process.execPath, ['build/bootstrap.mjs', 'test'], { cwd: folder, env })
    const calls = result.output.split('\n').filter((line) => line.startsWith('npm '))
    expect(calls[0]).toContain('npm ci --ignore-scripts')
    expect(calls[1]).toContain('npm rebuild node')
    expect(result.output).toContain('Node 24 is not')
  })

  it.runIf(process.platform !== 'win32')('[TOOL11] a program whose npm was ended is asked to end too', async () => {
    const program =
      "process.on('SIGTERM', () => { console.log('asked'); process.exit(0) }); console.log('ready'); setTimeout(() => process.exit(3), 20_000)"
    writeFileSync(path.join(folder, 'lasting.mjs'), program)
    const env = { ...process.env, npm_lifecycle_event: 'test', NODE: process.execPath }
    const shell = start('sh', ['-c', '"$NODE" --import ./build/parent.mjs lasting.mjs & wait'], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: shell.stdout ?? Readable.from([]) })[Symbol.asyncIterator]()
    expect((await lines.next()).value).toBe('ready')
    shell.kill('SIGKILL')
    expect((await lines.next()).value).toBe('asked')
  })
})
