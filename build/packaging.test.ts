// Owns the proof that the packaging configuration is one that electron-builder accepts, with the fuses that we promise.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { getConfig, validateConfiguration } from 'app-builder-lib/out/util/config/config.js'
import { describe, expect, it } from 'vitest'
import { outside } from './bundle.ts'
import { projectFolder } from './process.ts'

const config = await getConfig(projectFolder, path.join(projectFolder, 'electron-builder.yml'), undefined)

/** What the validator asks of its log where nothing is to be written. */
const silent = { isEnabled: false } as Parameters<typeof validateConfiguration>[1]

describe('packaging', () => {
  it('[TOOL4] electron-builder accepts the configuration, and would refuse a misspelt one', async () => {
    await expect(validateConfiguration(config, silent)).resolves.toBeUndefined()
    const misspelt = { ...config, asarUnpacked: ['x'] }
    await expect(validateConfiguration(misspelt, silent)).rejects.toThrow('asarUnpacked')
  })

  it('[TOOL4] fuses: no Node, no options, no inspector; cookies sealed; code from the checked archive alone', () => {
    expect(config.electronFuses).toEqual({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableCookieEncryption: true,
      onlyLoadAppFromAsar: true,
      enableEmbeddedAsarIntegrityValidation: true,
      grantFileProtocolExtraPrivileges: false,
    })
    expect(config.asar).toBe(true)
  })

  it('[TOOL4] the package ships just those packages that the bundle leaves outside', () => {
    const files = (config.files as unknown as { filter: string[] }[])
      .flatMap((set) => set.filter)
      .filter((pattern) => pattern.startsWith('node_modules/'))
    const shipped = new Set(files.map((pattern) => pattern.split('/')[1]))
    const { dependencies } = JSON.parse(readFileSync(path.join(projectFolder, 'package.json'), 'utf8'))
    expect([...shipped]).toEqual(outside.filter((name) => name in dependencies))
  })
})
