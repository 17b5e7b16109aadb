// Owns the lockfile's completeness: `npm ci` needs an entry for every platform's optional package, but npm leaves out those
// that the registry at hand does not carry. Run as a program it adds them; as a module it lists what is missing.
// Always holds: entries say nothing about where a package is fetched from. It never invents an integrity hash: an entry
// added here has none until `npm install` runs where that package can be had.

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const lockfilePath = path.join(import.meta.dirname, '..', 'package-lock.json')

interface LockedPackage {
  version?: string
  resolved?: string
  integrity?: string
  dev?: boolean
  optional?: boolean
  os?: string[]
  cpu?: string[]
  libc?: string[]
  optionalDependencies?: Record<string, string>
}

export interface Lockfile {
  packages: Record<string, LockedPackage>
}

export interface MissingPackage {
  name: string
  version: string
  dev: boolean
}

/** The project's lockfile. */
export function readLockfile(): Lockfile {
  return JSON.parse(readFileSync(lockfilePath, 'utf8')) as Lockfile
}

/** Optional packages that a locked package pins to one version and that have no entry at any level that it resolves from. */
export function missingOptionalPackages(lockfile: Lockfile): MissingPackage[] {
  const missing = new Map<string, MissingPackage>()
  for (const [place, entry] of Object.entries(lockfile.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const found = Object.keys(lockfile.packages).some((other) => {
        if (!other.endsWith(`node_modules/${name}`)) return false
        const parent = other.slice(0, -`node_modules/${name}`.length)
        return `${place}/`.startsWith(parent)
      })
      if (!found) missing.set(name, { name, version, dev: entry.dev === true })
    }
  }
  return [...missing.values()]
}

const archNames: Record<string, string> = {
  arm: 'arm',
  ia32: 'ia32',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
}

/** What a platform package's name says of the machines it fits: `core-linux-arm64-musl` is Linux, arm64, musl. */
export function platformOf(name: string): { os: string[]; cpu: string[]; libc?: string[] } {
  const words = (name.split('/').at(-1) ?? name).split('-')
  const os = words.find((word) =>
    /^(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)$/.test(word),
  )
  const cpu = words.find((word) => /^(arm64|x64|loong64|mips64el|ppc64le)$/.test(word) || archNames[word] !== undefined)
  if (words.some((word) => word.startsWith('wasm'))) return { os: [], cpu: ['wasm32'] }
  if (os === undefined || cpu === undefined) throw new Error(`lockfile: cannot tell the platform of ${name}`)
  const libc = words.some((word) => word.startsWith('musl'))
    ? ['musl']
    : words.some((word) => word.startsWith('gnu'))
      ? ['glibc']
      : undefined
  return os === 'linux' && libc !== undefined ? { os: [os], cpu: [cpu], libc } : { os: [os], cpu: [cpu] }
}

function addMissing(): void {
  const lockfile = readLockfile()
  for (const { name, version, dev } of missingOptionalPackages(lockfile)) {
    const platform = platformOf(name)
    lockfile.packages[`node_modules/${name}`] = {
      version,
      cpu: platform.cpu,
      ...(dev ? { dev } : {}),
      ...(platform.libc ? { libc: platform.libc } : {}),
      optional: true,
      ...(platform.os.length > 0 ? { os: platform.os } : {}),
    }
    console.log(`added ${name}@${version}`)
  }
  const [root, ...rest] = Object.entries(lockfile.packages)
  if (root === undefined) throw new Error('lockfile: no packages')
  rest.sort(([a], [b]) => a.localeCompare(b, 'en'))
  lockfile.packages = Object.fromEntries([root, ...rest])
  writeFileSync(lockfilePath, `${JSON.stringify(lockfile, undefined, 2)}\n`)
}

if (import.meta.main) addMissing()
