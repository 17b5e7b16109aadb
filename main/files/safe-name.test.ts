// Owns the tests of safe file names.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { extensionOf, safeName } from './safe-name.ts'

test.each([
  ['Report.pdf', 'Report.pdf'],
  ['年度報告 2026（最終版）.docx', '年度報告 2026（最終版）.docx'],
  ['👨‍👩‍👧 family.png', '👨‍👩‍👧 family.png'],
  ['../../etc/passwd', '_.._etc_passwd'],
  ['C:\\Windows\\system32\\cmd.exe', 'C__Windows_system32_cmd.exe'],
  ['report.txt:stream.exe', 'report.txt_stream.exe'],
  // The reader would see invoiceexe.pdf.
  ['invoice\u202efdp.exe', 'invoicefdp.exe'],
  ['in\u200bvoice\u2066.pdf', 'invoice.pdf'],
  ['line\nbreak\u0000\u2028.txt', 'linebreak.txt'],
  ['invoice.pdf              .exe', 'invoice.pdf.exe'],
  ['report.exe. . .', 'report.exe'],
  ['.htaccess', 'file.htaccess'],
  ['...', 'file'],
  ['', 'file'],
  ['con', '_con'],
  ['NUL.txt', '_NUL.txt'],
  ['com1.tar.gz', '_com1.tar.gz'],
  ['LPT².log', '_LPT².log'],
  ['console.txt', 'console.txt'],
  ['e\u0301te\u0301.pdf', '\u00e9t\u00e9.pdf'],
  ['\ud800broken.txt', '\ufffdbroken.txt'],
])('[FIL50] %j is written as %j', (name, written) => {
  expect(safeName(name)).toBe(written)
})

test('[FIL51] a long name is cut between characters and keeps its extension', () => {
  const cut = safeName(`${'報'.repeat(200)}.pdf`)
  expect(cut).toMatch(/^報+\.pdf$/)
  expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(240)
  const family = safeName(`${'👨‍👩‍👧'.repeat(60)}.pdf`)
  expect(family.slice(0, -4).length % '👨‍👩‍👧'.length).toBe(0)
})

test('[FIL50] whatever the name, the result is one name that is written the same again', () => {
  const pieces = fc.constantFrom(
    '.',
    ' ',
    '/',
    '\\',
    ':',
    '\u202e',
    '\u200d',
    'con',
    'a',
    'é',
    '報',
    '\u0007',
    '.exe',
    '\ud800',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.array(pieces).map((some) => some.join('')),
      ),
      (name) => {
        const safe = safeName(name)
        expect(safe).not.toMatch(/[<>:"/\\|?*\p{Cc}\u202a-\u202e\u2066-\u2069]/u)
        expect(safe).not.toMatch(/^[. ]|[. ]$/)
        expect(safe.length).toBeGreaterThan(0)
        expect(safe.length).toBeLessThanOrEqual(120)
        expect(safeName(safe)).toBe(safe)
      },
    ),
    { numRuns: 2000 },
  )
})

test.each([
  ['a.PDF', 'pdf'],
  ['a.tar.gz', 'gz'],
  ['a', ''],
  ['a.', ''],
])('[FIL50] the extension of %j is %j', (name, extension) => {
  expect(extensionOf(name)).toBe(extension)
})
