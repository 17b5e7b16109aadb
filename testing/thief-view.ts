// Owns what a profile tells whoever has its disk and none of its keys, as text: names and sizes of files, rows and clear
// columns of each table, lengths of sealed values, settings.
// Always holds: opens no seal; works on a copy, since SQLite writes beside what it reads. Figures are rounded so that they
// say what a thief sees without changing with every run; `shapeOf` leaves them out altogether.

import { cpSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Database from 'better-sqlite3'
import { rowOf } from '../main/profile/persisted.ts'
import { listFiles } from './folders.ts'
import { tablesOf } from './opened-profile.ts'

/** Upper ends of the classes in which lengths of sealed values are told, bytes. */
const classes = [128, 256, 384, 512, 1024, 2048, 4096]

/** The view of the profile in `dir` as Markdown tables. */
export function viewOfThief(dir: string): string {
  const copy = mkdtempSync(path.join(tmpdir(), 'causeway-copy-'))
  try {
    cpSync(dir, copy, { recursive: true })
    return [filesText(copy), tablesText(copy), settingsText(copy)].join('\n\n')
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** The view without its figures: what kinds of things a thief learns. */
export function shapeOf(view: string): string {
  return view.replace(/\d+(?: (?:B|KiB|MiB))?/g, '#').replace(/ +/g, ' ')
}

function filesText(dir: string): string {
  const groups = new Map<string, { files: number; bytes: number; row: ReturnType<typeof rowOf> }>()
  for (const file of listFiles(dir)) {
    const name = file.replace(/\d+-\d+(?=\.sealed$)/, 'N-N').replace(/^files\/[0-9a-f]{32}\/\d+$/, 'files/RANDOM/N')
    const group = groups.get(name) ?? { files: 0, bytes: 0, row: rowOf(file) }
    groups.set(name, { ...group, files: group.files + 1, bytes: group.bytes + statSync(path.join(dir, file)).size })
  }
  return markdown(
    ['file', 'files', 'bytes, about', 'what it is', 'sealed by'],
    [...groups].map(([name, { files, bytes, row }]) => [
      `\`${name}\``,
      String(files),
      aboutBytes(bytes),
      row?.what ?? 'unknown',
      row?.sealedBy ?? 'unknown',
    ]),
  )
}

function tablesText(dir: string): string {
  const db = new Database(path.join(dir, 'store', 'cache.db'))
  try {
    const rows = tablesOf(db).map(({ name }) => {
      const columns = (db.pragma(`table_info(${name})`) as { name: string }[]).map((column) => column.name)
      const clear = columns.filter((column) => column !== 'sealed').join(', ')
      const count = db.prepare(`SELECT count(*) FROM ${name}`).pluck().get() as number
      const lengths = columns.includes('sealed')
        ? (db.prepare(`SELECT length(sealed) FROM ${name}`).pluck().all() as number[])
        : []
      const below = (most: number, least: number) => lengths.filter((length) => least < length && length <= most).length
      const histogram = [...classes, Number.POSITIVE_INFINITY].map((most, i) => below(most, classes[i - 1] ?? 0))
      return [`\`${name}\``, String(count), clear, String(new Set(lengths).size), ...histogram.map(String)]
    })
    const headings = [
      'table',
      'rows',
      'in the clear',
      'different lengths',
      ...classes.map((most) => `≤ ${most} B`),
      'longer',
    ]
    return markdown(headings, rows)
  } finally {
    db.close()
  }
}

function settingsText(dir: string): string {
  const settings = JSON.parse(readFileSync(path.join(dir, 'settings.json'), 'utf8')) as Record<string, unknown>
  return markdown(
    ['`settings.json`', 'value'],
    Object.entries(settings).map(([name, value]) => [name, String(value)]),
  )
}

/** To one figure, so that a run more or less does not show. */
function aboutBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes === 0 ? 0 : 2 ** Math.ceil(Math.log2(bytes))} B`
  const kibibytes = 2 ** Math.round(Math.log2(bytes / 1024))
  return kibibytes < 1024 ? `${kibibytes} KiB` : `${kibibytes / 1024} MiB`
}

function markdown(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n')
}
