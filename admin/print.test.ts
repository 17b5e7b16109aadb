// Owns the tests of printing: a real browser where one is installed, and what is said where there is none or it does not print.

import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { findBrowser } from './browser.ts'
import { printPdf } from './print.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'causeway-admin-print-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const page = '<!doctype html><meta charset="utf-8"><title>t</title><p>離職'
const isRoot = process.getuid?.() === 0

function program(name: string, script: string): string {
  const file = path.join(folder, name)
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  return file
}
/** Temporary folders of prints that have not been cleared. */
function left(): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('causeway-print-'))
}

describe('printing', () => {
  test('[CRT15] without a browser it says what to install', async () => {
    const env = { ...process.env, CAUSEWAY_CHROMIUM: path.join(folder, 'none') }
    const printed = await printPdf(page, { env, platform: process.platform, isRoot, timeoutMs: 1000 })
    expect(printed).toMatchObject({ ok: false, error: { code: 'unavailable' } })
    expect(printed.ok ? '' : printed.error.message).toContain('CAUSEWAY_CHROMIUM')
  })

  test('[CRT15] a browser is found by name, on PATH, and where installers put it', () => {
    const chrome = program('google-chrome', 'exit 0')
    expect(findBrowser({ PATH: folder }, 'linux')).toBe(chrome)
    expect(findBrowser({ PATH: '', CAUSEWAY_CHROMIUM: chrome }, 'linux')).toBe(chrome)
    expect(findBrowser({ PATH: '', CAUSEWAY_CHROMIUM: folder }, 'linux')).toBeUndefined()
  })

  test.skipIf(process.platform === 'win32')(
    '[CRT15] a browser that prints nothing, or never ends, is a failure and leaves nothing',
    async () => {
      const env = { ...process.env, TMPDIR: folder }
      const before = process.env.TMPDIR
      process.env.TMPDIR = folder
      try {
        for (const [name, script, words] of [
          ['empty', 'exit 3', 'exit 3'],
          ['endless', 'exec sleep 600', 'within'],
        ] as const) {
          const given = { ...env, CAUSEWAY_CHROMIUM: program(name, script) }
          const printed = await printPdf(page, { env: given, platform: 'linux', isRoot, timeoutMs: 300 })
          expect(printed).toMatchObject({ ok: false, error: { code: 'unavailable' } })
          expect(printed.ok ? '' : printed.error.message).toContain(words)
        }
        expect(left()).toEqual([])
      } finally {
        if (before === undefined) delete process.env.TMPDIR
        else process.env.TMPDIR = before
      }
    },
  )

  test.skipIf(process.platform === 'win32')('[CRT15] only root gives up the browser’s sandbox', async () => {
    for (const asRoot of [false, true]) {
      const script = `for a in "$@"; do case $a in --print-to-pdf=*) printf "%%PDF-%s" "$*" > "$(echo "$a" | cut -d= -f2-)";; esac; done`
      const env = { ...process.env, CAUSEWAY_CHROMIUM: program(`arguments-${asRoot}`, script) }
      const printed = await printPdf(page, { env, platform: 'linux', isRoot: asRoot, timeoutMs: 60_000 })
      const said = printed.ok ? Buffer.from(printed.value).toString() : ''
      expect(said).toContain('--headless')
      expect(said.includes('--no-sandbox')).toBe(asRoot)
    }
  })

  test.skipIf(findBrowser(process.env, process.platform) === undefined)(
    '[CRT15] an installed browser prints the page',
    async () => {
      const printed = await printPdf(page, { env: process.env, platform: process.platform, isRoot, timeoutMs: 110_000 })
      expect(printed.ok && Buffer.from(printed.value.subarray(0, 5)).toString()).toBe('%PDF-')
      expect(printed.ok && printed.value.length).toBeGreaterThan(2000)
    },
  )
})
