import { describe, expect, it } from 'vitest'
import { toggleMark } from './formatting.ts'

/** `|` marks the ends of the selection. */
function apply(marked: string, mark: string): string {
  const start = marked.indexOf('|')
  const end = marked.lastIndexOf('|') - 1
  const text = marked.replaceAll('|', '')
  const change = toggleMark({ text, start, end: Math.max(start, end) }, mark)
  const next = text.slice(0, change.from) + change.text + text.slice(change.to)
  return `${next.slice(0, change.start)}|${next.slice(change.start, change.end)}|${next.slice(change.end)}`
}

describe('formatting by shortcut', () => {
  it.each([
    ['say |hello| you', '**', 'say **|hello|** you'],
    ['say **|hello|** you', '**', 'say |hello| you'],
    ['say |**hello**| you', '**', 'say |hello| you'],
    ['say **|hello|** you', '*', 'say ***|hello|*** you'],
    ['say |hello | you', '*', 'say *|hello|*  you'],
    ['say || you', '**', 'say **||** you'],
    ['|請留意|', '~~', '~~|請留意|~~'],
    ['|a|', '`', '`|a|`'],
  ])('[UI57] %j with %j becomes %j', (before, mark, after) => {
    expect(apply(before, mark)).toBe(after)
  })
})
