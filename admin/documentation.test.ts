// Owns the test that docs/ADMIN-API.md leaves no route, event or verb out, and shows nothing of the machine it was made on.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { adminRoutes, webhookEvents } from '../shared/admin.ts'
import { commands } from './commands.ts'

const text = readFileSync(path.join(import.meta.dirname, '..', 'docs', 'ADMIN-API.md'), 'utf8')

test('[CRT19] every route has a section with a call by curl, every event and verb is named', () => {
  for (const { method, path: route } of Object.values(adminRoutes)) {
    const heading = `### \`${method} ${route}\``
    expect(text).toContain(`${heading}\n`)
    const section = text.slice(text.indexOf(heading) + heading.length).split('\n### ')[0] ?? ''
    if (route !== '/status') expect(section, heading).toContain('curl -sS')
  }
  expect(text).toContain('curl -sS "$SERVER/admin/v1/status"')
  for (const event of webhookEvents) expect(text).toContain(`\`${event}\``)
  for (const { noun, verb } of commands) {
    if (verb === undefined) continue
    expect(text, `${noun} ${verb}`).toMatch(new RegExp(`\`${noun} [a-z-]+[^\`]*\``))
    expect(text, `${noun} ${verb}`).toMatch(new RegExp(`\`${noun} (?:[a-z-]+｜)*${verb}(?:｜[a-z-]+)*\``))
  }
})

test('[CRT19] the answers it shows name no address of a machine', () => {
  expect(text).not.toMatch(/127\.0\.0\.1|localhost:|\/tmp\/|\/root\//)
})
