// Owns the tests of what a file is by its bytes, and of what may be opened with another program.

import { expect, test } from 'vitest'
import { limits } from '../../shared/limits.ts'
import { png, zipOf } from '../../testing/file-examples.ts'
import { createMacroScan, isOpenable, needsMacroScan, sniff } from './sniff.ts'

const bytes = (text: string) => Buffer.from(text, 'utf8')
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const cfb = Buffer.concat([hex('d0cf11e0a1b11ae1'), Buffer.alloc(600)])
const mz = Buffer.concat([bytes('MZ'), Buffer.alloc(200)])
const docxMain = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'
const docmMain = 'application/vnd.ms-word.document.macroEnabled.main+xml'
const contentTypes = (main: string) =>
  `<?xml version="1.0"?><Types><Override PartName="/word/document.xml" ContentType="${main}"/></Types>`
const docx = zipOf({ '[Content_Types].xml': contentTypes(docxMain), 'word/document.xml': '<w/>' })
const docm = zipOf({ '[Content_Types].xml': contentTypes(docmMain), 'word/document.xml': '<w/>' })

test.each([
  ['image', 'image/png', png],
  ['image', 'image/gif', bytes('GIF89a\u0001')],
  ['image', 'image/jpeg', hex('ffd8ffe0 0010 4a464946 00')],
  ['image', 'image/webp', Buffer.concat([bytes('RIFF'), hex('1a000000'), bytes('WEBPVP8 '), Buffer.alloc(20)])],
  ['pdf', 'application/pdf', bytes('%PDF-1.7\n')],
  ['text', 'text/plain', bytes('中文 and English\r\n\ttab')],
  ['text', 'text/plain', bytes('<html><script>alert(1)</script></html>')],
  ['text', 'text/plain', bytes('')],
  ['other', 'application/octet-stream', hex('00 01 02 03')],
  ['other', 'application/octet-stream', bytes('text with a \u0000 in it')],
  // A bitmap is a picture, but none that the window decodes.
  ['other', 'image/bmp', Buffer.concat([bytes('BM'), Buffer.alloc(60)])],
])('[FIL52] the bytes tell: %s, %s', async (kind, mediaType, content) => {
  expect(await sniff(content, true)).toMatchObject({ kind, mediaType })
})

test('[FIL52] text that is cut in mid-character at the end of what is looked at is text; in its middle it is not', async () => {
  const half = bytes('字').subarray(0, 2)
  expect((await sniff(Buffer.concat([bytes('a'), half]), false)).kind).toBe('text')
  expect((await sniff(Buffer.concat([bytes('a'), half]), true)).kind).toBe('other')
  expect((await sniff(Buffer.concat([half, bytes('a')]), false)).kind).toBe('other')
})

test.each([
  ['a.png', png, true],
  ['a.txt', bytes('words'), true],
  // Big5: no UTF-8, and no signature.
  ['a.txt', hex('a4a4 a4e5'), true],
  ['a.csv', bytes('a,b'), true],
  ['a.docx', docx, true],
  ['a.doc', cfb, true],
  ['a.pdf', bytes('%PDF-1.7\n'), true],
  // Lies about what it is.
  ['a.pdf', mz, false],
  ['a.txt', mz, false],
  ['a.png', bytes('%PDF-1.7\n'), false],
  ['a.jpg', png, false],
  ['a.docx', docm, false],
  ['a.docx', zipOf({ 'a.exe': 'MZ' }), false],
  ['a.pdf', bytes('words'), false],
  // Does more than show.
  ['a.exe', mz, false],
  ['a.bat', bytes('del *'), false],
  ['a.js', bytes('words'), false],
  ['a.html', bytes('words'), false],
  ['a.svg', bytes('<svg/>'), false],
  ['a.lnk', Buffer.concat([hex('4c0000000114020000000000c000000000000046'), Buffer.alloc(60)]), false],
  ['a.url', bytes('[InternetShortcut]'), false],
  ['a.docm', docm, false],
  ['a.xls', cfb, false],
  ['a.zip', zipOf({ 'a.txt': 'words' }), false],
  ['a', png, false],
  ['constructor', bytes('words'), false],
  ['a.constructor', bytes('words'), false],
])('[FIL53] %s with its bytes: may be opened elsewhere?', async (name, content, may) => {
  expect(isOpenable(name, await sniff(content, true))).toBe(may)
})

test('[FIL54] macros are found in old and new documents, wherever a piece ends', async () => {
  expect(needsMacroScan(await sniff(cfb, true))).toBe(true)
  expect(needsMacroScan(await sniff(docx, true))).toBe(true)
  expect(needsMacroScan(await sniff(png, true))).toBe(false)
  for (const name of [Buffer.from('_VBA_PROJECT', 'utf16le'), bytes('word/vbaProject.bin')]) {
    const content = Buffer.concat([Buffer.alloc(1000), name, Buffer.alloc(1000)])
    for (let cut = 995; cut <= 1000 + name.length + 1; cut++) {
      const scan = createMacroScan()
      scan(content.subarray(0, cut))
      expect(scan(content.subarray(cut)), `cut at ${cut}`).toBe(true)
    }
    // Pieces shorter than the name.
    const scan = createMacroScan()
    let found = false
    for (let at = 0; at < content.length; at += 3) found = scan(content.subarray(at, at + 3))
    expect(found).toBe(true)
  }
  const scan = createMacroScan()
  expect(scan(docx)).toBe(false)
  expect(scan(Buffer.alloc(limits.fileChunkBytes))).toBe(false)
})
