// Owns docs/SPEC.md: the rules of the product by id, gathered from the titles of the tests that hold them.
// Always holds: a rule on the page has a test, and a test's rule is on the page (spec.test.ts); `node build/spec.ts` writes it.

import { globSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { projectFolder } from './process.ts'

export const specFile = path.join(projectFolder, 'docs', 'SPEC.md')

/** Sections in reading order: the prefix of their rules, and what they are about. */
const sections: readonly (readonly [prefix: string, title: string])[] = [
  ['END', 'The whole product, end to end'],
  ['MOD', 'Model'],
  ['WIR', 'Wire'],
  ['PRF', 'Signed documents'],
  ['BRG', 'Bridge'],
  ['VLT', 'Vault'],
  ['PRO', 'Profile folder'],
  ['STR', 'Store of the desktop'],
  ['SCH', 'Search'],
  ['SES', 'Session'],
  ['SYN', 'Sync'],
  ['WLD', 'World: clients and a server under faults'],
  ['CMP', 'Older versions on the other side'],
  ['FUZ', 'What peers send, changed at random'],
  ['WIP', 'Remote wipe on the desktop'],
  ['CWP', 'Orders on the desktop: single conversations, sign-outs, what is refused'],
  ['WFI', 'Wipes under faults'],
  ['LSE', 'The lease and its witness'],
  ['APP', 'The app behind the bridge'],
  ['FRN', 'What a thief of the disk finds'],
  ['SHL', 'Hosts'],
  ['UI', 'Window'],
  ['UIF', 'Window: the fleet'],
  ['BRF', 'The fleet behind the bridge'],
  ['FIL', 'Files: sealed parts, the server, the desktop'],
  ['SRV', 'Server: gateway and conversations'],
  ['GAT', 'Server: gateway for many devices'],
  ['CNV', 'Server: conversations, requests and acts on messages'],
  ['STO', 'Server: storage port'],
  ['ENR', 'Server: enrolment'],
  ['DEV', 'Server: devices and wipes'],
  ['ORD', 'Server: orders, approvals, sign-outs'],
  ['FLT', 'Server: the fleet, operators, webhooks'],
  ['ADM', 'Server: admin API'],
  ['ADC', 'Admin CLI'],
  ['CRT', 'Admin CLI: orders, proofs and certificates'],
  ['DEMO', 'Demo workspace'],
  ['TOOL', 'Toolchain'],
  ['CAN', 'Test tools: canary scanner'],
  ['PAR', 'Test tools: socket pair'],
  ['EXA', 'Test tools: examples'],
]

const ruleInTitle = /(['"`])\[([A-Z]+)(\d+)\] ((?:(?!\1)[^\\\n]|\\.)*)\1/g

interface Rule {
  readonly prefix: string
  readonly number: number
  readonly sentences: string[]
}

/** Rules by id, as the titles of all tests say them. Throws for a prefix without a section. */
export function gatherRules(): Map<string, Rule> {
  const rules = new Map<string, Rule>()
  const files = globSync(
    ['{shared,main,preload,renderer,server,admin,testing,build}/**/*.test.{ts,tsx}', 'e2e/*.e2e.ts'],
    {
      cwd: projectFolder,
    },
  )
  for (const file of files.sort()) {
    for (const [, , prefix = '', number = '', title = ''] of readFileSync(
      path.join(projectFolder, file),
      'utf8',
    ).matchAll(ruleInTitle)) {
      if (!sections.some(([known]) => known === prefix)) throw new Error(`${file}: no section for ${prefix}${number}`)
      const id = `${prefix}${number}`
      const rule = rules.get(id) ?? { prefix, number: Number(number), sentences: [] }
      const sentence = title.replace(/\\(.)/g, '$1').replace(/%[sjdo]|\$\{[^}]*\}|\$\w+/g, '…')
      if (!rule.sentences.includes(sentence)) rule.sentences.push(sentence)
      rules.set(id, rule)
    }
  }
  return rules
}

/** The page. */
export function specPage(rules: Map<string, Rule> = gatherRules()): string {
  const lines = [
    '# What must hold',
    '',
    'Each rule has an id that the titles of its tests carry, and each sentence below is the title of a test (… where a test',
    'runs over many cases). Written by `node build/spec.ts`; `npm run check` fails where it is behind.',
  ]
  for (const [prefix, title] of sections) {
    const own = [...rules].filter(([, rule]) => rule.prefix === prefix).sort(([, a], [, b]) => a.number - b.number)
    if (own.length === 0) continue
    lines.push('', `## ${title}`, '')
    for (const [id, rule] of own) lines.push(`- **${id}** ${rule.sentences.join('; ')}`)
  }
  return `${lines.join('\n')}\n`
}

if (import.meta.main) writeFileSync(specFile, specPage())
