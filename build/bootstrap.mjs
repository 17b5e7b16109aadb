// Owns the step from a fresh clone to a running program: installs what is missing, then hands over to Node 24.
// Always holds: plain JavaScript for Node >= 20 with nothing installed; node_modules equals the lockfile before anything
// of ours runs. It must never run a package's install script but that of `node`, which brings the runtime.

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import './parent.mjs'

const projectFolder = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const modulesFolder = path.join(projectFolder, 'node_modules')
const lockfile = path.join(projectFolder, 'package-lock.json')
const marker = path.join(modulesFolder, '.causeway-lock')
const ownNode = path.join(modulesFolder, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
const programs = ['demo', 'test']
const oldestNode = 20

/** Says why this run cannot go on, and ends it. @param {string} text @returns {never} */
function giveUp(text) {
  process.stderr.write(`causeway: ${text}\n`)
  process.exit(1)
}

/** @returns {string} */
function lockHash() {
  return createHash('sha256').update(readFileSync(lockfile)).digest('hex')
}

/** Whether what `npm ci` or `npm install` left, without us, is what the lockfile asks for. @returns {boolean} */
function matchesLockfile() {
  try {
    const wanted = JSON.parse(readFileSync(lockfile, 'utf8')).packages
    const present = JSON.parse(readFileSync(path.join(modulesFolder, '.package-lock.json'), 'utf8')).packages
    return Object.entries(wanted).every(
      ([place, entry]) => place === '' || entry.optional === true || present[place]?.version === entry.version,
    )
  } catch {
    return false
  }
}

/** @returns {boolean} */
function isInstalled() {
  if (!existsSync(ownNode)) return false
  const hash = lockHash()
  if (existsSync(marker)) return readFileSync(marker, 'utf8') === hash
  if (!matchesLockfile()) return false
  writeFileSync(marker, hash)
  return true
}

/**
 * Runs npm to its end with its output shown. The npm that runs us is used, so that no shell is needed on Windows.
 * @param {string[]} args
 * @returns {Promise<number>} exit code
 */
function npm(args) {
  const script = process.env.npm_execpath
  const node = process.env.npm_node_execpath ?? process.execPath
  const child = script?.endsWith('.js')
    ? spawn(node, [script, ...args], { cwd: projectFolder, stdio: 'inherit' })
    : spawn('npm', args, { cwd: projectFolder, stdio: 'inherit', shell: process.platform === 'win32' })
  return new Promise((resolve) => {
    child.once('error', (error) => giveUp(`npm could not be started: ${error.message}`))
    child.once('close', (code) => resolve(code ?? 1))
  })
}

async function install() {
  const startedAtMs = Date.now()
  process.stdout.write(`Installing what package-lock.json lists (a minute or so, once)…\n`)
  const ticker = setInterval(() => {
    process.stdout.write(`  still installing, ${Math.round((Date.now() - startedAtMs) / 1000)} s\n`)
  }, 10_000)
  // A running program cannot be replaced on Windows: there, `install` leaves this very Node where it is.
  const runsFromModules = process.execPath.startsWith(modulesFolder + path.sep)
  const verb = process.platform === 'win32' && runsFromModules ? ['install', '--no-save'] : ['ci']
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
  const code = (await npm([...verb, '--ignore-scripts', ...quiet])) || (await npm(['rebuild', 'node', ...quiet]))
  clearInterval(ticker)
  if (code !== 0) giveUp('npm could not install the packages; its message is above.')
  if (!existsSync(ownNode))
    giveUp('the packages are there, but Node 24 is not: run "npm rebuild node" and read its message.')
  writeFileSync(marker, lockHash())
  process.stdout.write(`Installed in ${Math.round((Date.now() - startedAtMs) / 1000)} s.\n`)
}

/**
 * Runs a program of build/ under the project's own Node: in this process where it is that Node already.
 * @param {string} file
 * @param {string[]} args
 */
async function handOver(file, args) {
  const bin = path.join(modulesFolder, '.bin')
  const PATH = process.env.PATH ?? ''
  if (!PATH.split(path.delimiter).includes(bin)) process.env.PATH = `${bin}${path.delimiter}${PATH}`
  if (existsSync(ownNode) && realpathSync(process.execPath) === realpathSync(ownNode)) {
    process.argv = [process.argv[0] ?? ownNode, file, ...args]
    await import(pathToFileURL(file).href)
    return
  }
  const child = spawn(ownNode, ['--import', new URL('./parent.mjs', import.meta.url).href, file, ...args], {
    stdio: 'inherit',
  })
  // A terminal's Ctrl-C reaches the child by itself; a signal sent to this process alone must be passed on.
  process.on('SIGINT', () => undefined)
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) process.on(signal, () => child.kill(signal))
  child.once('error', (error) => giveUp(`Node 24 could not be started: ${error.message}`))
  child.once('close', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143)
  })
}

const [program = '', ...args] = process.argv.slice(2)
if (!programs.includes(program)) giveUp(`"${program}" is none of: ${programs.join(', ')}`)
if (Number(process.versions.node.split('.')[0]) < oldestNode) {
  giveUp(`Node ${oldestNode} or later is needed; this is ${process.versions.node}.`)
}
if (!isInstalled()) await install()
await handOver(path.join(projectFolder, 'build', `${program}.ts`), args)
