// Owns the proof that the lockfile installs everywhere and names no registry.

import { describe, expect, it } from 'vitest'
import { missingOptionalPackages, platformOf, readLockfile } from './lockfile.ts'

describe('lockfile', () => {
  it('[TOOL2] holds every optional package that a locked package pins, for each platform', () => {
    expect(missingOptionalPackages(readLockfile())).toEqual([])
  })

  it('[TOOL2] names no place that packages come from', () => {
    const entries = Object.entries(readLockfile().packages)
    expect(entries.filter(([, entry]) => entry.resolved !== undefined)).toEqual([])
  })

  it('[TOOL2] only optional packages may lack an integrity hash', () => {
    const entries = Object.entries(readLockfile().packages).filter(([place]) => place !== '')
    expect(entries.filter(([, entry]) => entry.integrity === undefined && entry.optional !== true)).toEqual([])
  })

  it('[TOOL2] finds a pinned package that has no entry, and none that has one above or beside it', () => {
    const lockfile = {
      packages: {
        '': {},
        'node_modules/a': {
          version: '1.0.0',
          dev: true,
          optionalDependencies: { 'a-linux-x64-musl': '1.0.0', 'a-win32-x64': '1.0.0' },
        },
        'node_modules/a-win32-x64': { version: '1.0.0', optional: true },
        'node_modules/b/node_modules/a-linux-x64-musl': { version: '1.0.0', optional: true },
      },
    }
    expect(missingOptionalPackages(lockfile)).toEqual([{ name: 'a-linux-x64-musl', version: '1.0.0', dev: true }])
  })

  it('[TOOL2] reads the platform from a package name, and refuses to guess', () => {
    expect(platformOf('@x/core-linux-arm64-musl')).toEqual({ os: ['linux'], cpu: ['arm64'], libc: ['musl'] })
    expect(platformOf('@x/core-win32-ia32-msvc')).toEqual({ os: ['win32'], cpu: ['ia32'] })
    expect(() => platformOf('left-pad')).toThrow('left-pad')
  })
})
