import { describe, expect, it } from 'vitest'
import { cutOf, fileKindOf, shownName } from './file-name.ts'

describe('file names', () => {
  it('[UI41] a name cannot turn the direction of the text or break the line, and keeps its length', () => {
    const name = 'invoice\u202efdp.exe\n\u2066x\u0000'
    expect(shownName(name)).toBe('invoice\ufffdfdp.exe\ufffd\ufffdx\ufffd')
    expect(shownName(name)).toHaveLength(name.length)
    expect(shownName('年報 2025（第三版）.pdf')).toBe('年報 2025（第三版）.pdf')
  })

  it('[UI41] a long name is cut before its ending, a short one not, and no pair is split', () => {
    expect(cutOf('short.pdf')).toBe(9)
    const long = 'a-very-long-name-of-a-scan-2025.pdf'
    expect(long.slice(cutOf(long))).toBe('n-2025.pdf')
    const pair = `${'x'.repeat(20)}😀123456789`
    expect(pair.slice(cutOf(pair))).toBe('😀123456789')
  })

  it.each([
    ['image/png', 'x', 'image'],
    ['VIDEO/mp4', 'x', 'video'],
    ['application/pdf', 'x', 'document'],
    ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'x', 'sheet'],
    ['application/octet-stream', 'Q3.XLSX', 'sheet'],
    ['', 'deck.pptx', 'slides'],
    ['application/zip', 'x', 'archive'],
    ['text/plain', 'notes', 'document'],
    ['', 'constructor', 'other'],
    ['', 'x.constructor', 'other'],
  ])('[UI41] %s %s is a picture of %s', (mediaType, name, kind) => {
    expect(fileKindOf(mediaType, name)).toBe(kind)
  })
})
