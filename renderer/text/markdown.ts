// Owns reading a message's text as blocks: paragraphs, code, lists and quotes, as people mean them in a conversation. A
// line without a marker ends a list or a quote; headings, tables, images and HTML are text as typed.
// Always holds: linear in the text's length and bounded in depth, whatever the text is; the same text is read once.

import { flat as flatInline, type Inline, isExcessive, type MentionRange, parseInline } from './inline.ts'

export type Block =
  | { readonly type: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly type: 'code'; readonly text: string; readonly language: string }
  | { readonly type: 'quote'; readonly children: readonly Block[] }
  | { readonly type: 'list'; readonly ordered: boolean; readonly items: readonly ListItem[] }
export interface ListItem {
  /** As typed: `-`, `1.`, `2)`. */
  readonly marker: string
  readonly children: readonly Block[]
}

/** A stretch of the text that is a mention, [start, end) in UTF-16 units. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** Quotes and lists within each other deeper than this are text as typed. */
const depthMost = 5
/** A whole message with more marks of a kind than this has no formatting within its lines. */
const marksMost = 1600
/** Texts whose reading is remembered: those of a few screens, and of a long list of conversations. */
const remembered = 800

interface Line {
  readonly text: string
  /** Where `text` begins in the message. */
  readonly offset: number
}

/** What holds for the whole message. */
interface Reading {
  readonly mentions: readonly MentionRange[]
  readonly formatted: boolean
}

const fence = /^ {0,3}(`{3,}|~{3,})[ \t]*([^`]*)$/
const quote = /^ {0,3}> ?/
const item = /^( {0,3})([-*+]|\d{1,9}[.)])([ \t]+)(?=\S)/
/** A line drawn with dashes or stars is no list. */
const rule = /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/

const known = new Map<string, readonly Block[]>()

/** The blocks of `text`; a mention piece names its place in `mentions`, which lie within a line each, in order. */
export function parseMarkdown(text: string, mentions: readonly Range[] = []): readonly Block[] {
  const key = `${mentions.map(({ start, end }) => `${start}-${end}`).join()} ${text}`
  const before = known.get(key)
  if (before !== undefined) {
    known.delete(key)
    known.set(key, before)
    return before
  }
  const lines: Line[] = []
  let offset = 0
  for (const line of text.split('\n')) {
    lines.push({ text: line, offset })
    offset += line.length + 1
  }
  const ranges: MentionRange[] = []
  // They come from another process: what does not fit is no mention.
  for (const [index, { start, end }] of mentions.entries())
    if (start >= (ranges.at(-1)?.end ?? 0) && end > start && end <= text.length) ranges.push({ start, end, index })
  const blocks = blocksOf(lines, { mentions: ranges, formatted: !isExcessive(text, marksMost) }, 0)
  known.set(key, blocks)
  if (known.size > remembered) known.delete(known.keys().next().value as string)
  return blocks
}

/** The words of a message in one line, without their formatting: for cards and previews. */
export function plainText(text: string): string {
  return flatBlocks(parseMarkdown(text)).replace(/\s+/g, ' ').trim()
}

function flatBlocks(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      if (block.type === 'paragraph') return flatInline(block.children)
      if (block.type === 'code') return block.text
      if (block.type === 'quote') return flatBlocks(block.children)
      return block.items.map(({ marker, children }) => `${marker} ${flatBlocks(children)}`).join(' ')
    })
    .join(' ')
}

/** Which of the mentions handed to `parseMarkdown` stand as mentions, not within code. */
export function mentionsIn(blocks: readonly Block[]): ReadonlySet<number> {
  const found = new Set<number>()
  const within = (pieces: readonly Inline[]) => {
    for (const piece of pieces) {
      if (piece.type === 'mention') found.add(piece.index)
      else if ('children' in piece) within(piece.children)
    }
  }
  const walk = (all: readonly Block[]) => {
    for (const block of all) {
      if (block.type === 'paragraph') within(block.children)
      else if (block.type === 'quote') walk(block.children)
      else if (block.type === 'list') for (const { children } of block.items) walk(children)
    }
  }
  walk(blocks)
  return found
}

/** True where `caret` stands in a fenced block of code: there, Enter breaks the line. */
export function isInCodeBlock(text: string, caret: number): boolean {
  let open: string | undefined
  let offset = 0
  for (const line of text.split('\n')) {
    const mark = fence.exec(line)
    if (offset + line.length >= caret) {
      // On the opening line itself the block is not entered yet unless the caret stands behind the mark.
      return open !== undefined ? !closes(line, open) || offset === caret : mark !== null && caret > offset + 2
    }
    if (open === undefined) open = mark?.[1]
    else if (closes(line, open)) open = undefined
    offset += line.length + 1
  }
  return false
}

function closes(line: string, open: string): boolean {
  const mark = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1]
  return mark !== undefined && mark[0] === open[0] && mark.length >= open.length
}

function isBlank({ text }: Line): boolean {
  return text.trim() === ''
}

function blocksOf(lines: readonly Line[], reading: Reading, depth: number): readonly Block[] {
  const blocks: Block[] = []
  let paragraph: Line[] = []
  const endParagraph = () => {
    if (paragraph.length > 0) blocks.push({ type: 'paragraph', children: inlineOf(paragraph, reading) })
    paragraph = []
  }
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] as Line
    if (isBlank(line)) {
      endParagraph()
      at++
      continue
    }
    const fenced = fence.exec(line.text)
    if (fenced !== null) {
      endParagraph()
      const open = fenced[1] as string
      let end = at + 1
      while (end < lines.length && !closes((lines[end] as Line).text, open)) end++
      const text = lines.slice(at + 1, end).map((inner) => inner.text)
      blocks.push({ type: 'code', text: text.join('\n'), language: (fenced[2] ?? '').trim() })
      at = end + 1
      continue
    }
    if (depth < depthMost && quote.test(line.text)) {
      endParagraph()
      const inner: Line[] = []
      for (; at < lines.length && quote.test((lines[at] as Line).text); at++)
        inner.push(cut(lines[at] as Line, quote.exec((lines[at] as Line).text)?.[0].length ?? 0))
      blocks.push({ type: 'quote', children: blocksOf(inner, reading, depth + 1) })
      continue
    }
    const marker = depth < depthMost ? markerOf(line) : undefined
    // A number in the middle of a sentence begins a list only where it is the first.
    if (marker !== undefined && (paragraph.length === 0 || !marker.ordered || /^1[.)]$/.test(marker.text))) {
      endParagraph()
      const list = listAt(lines, at, reading, depth)
      blocks.push(list.block)
      at = list.next
      continue
    }
    paragraph.push(line)
    at++
  }
  endParagraph()
  return blocks
}

function markerOf(
  line: Line,
): { readonly text: string; readonly ordered: boolean; readonly width: number } | undefined {
  if (rule.test(line.text)) return undefined
  const match = item.exec(line.text)
  if (match === null) return undefined
  const text = match[2] as string
  return { text, ordered: text.length > 1, width: match[0].length }
}

function listAt(lines: readonly Line[], from: number, reading: Reading, depth: number) {
  const ordered = markerOf(lines[from] as Line)?.ordered === true
  const items: ListItem[] = []
  let at = from
  while (at < lines.length) {
    const marker = markerOf(lines[at] as Line)
    if (marker === undefined || marker.ordered !== ordered) break
    const inner = [cut(lines[at] as Line, marker.width)]
    at++
    // What is indented belongs to the item, blank lines between included.
    for (;;) {
      let next = at
      while (next < lines.length && isBlank(lines[next] as Line)) next++
      const follows = lines[next]
      if (follows === undefined) break
      const indent = indentOf(follows.text)
      if (indent < 2) break
      for (; at < next; at++) inner.push(lines[at] as Line)
      inner.push(cut(follows, Math.min(indent, marker.width)))
      at = next + 1
    }
    items.push({ marker: marker.text, children: blocksOf(inner, reading, depth + 1) })
    // One blank line between items does not end the list.
    const next = lines[at]
    const after = lines[at + 1]
    if (next !== undefined && isBlank(next) && after !== undefined && markerOf(after)?.ordered === ordered) at++
  }
  return { block: { type: 'list', ordered, items } as const, next: at }
}

/** Blanks that a line begins with; a tab is enough to belong below. */
function indentOf(text: string): number {
  if (text.startsWith('\t')) return 1 + 1
  return text.length - text.trimStart().length
}

/** `line` without its first `width` characters, of which only blanks and markers are taken. */
function cut({ text, offset }: Line, width: number): Line {
  const taken = text.startsWith('\t') ? 1 : width
  return { text: text.slice(taken), offset: offset + taken }
}

function inlineOf(lines: readonly Line[], { mentions, formatted }: Reading): readonly Inline[] {
  const ranges: MentionRange[] = []
  let joined = 0
  if (mentions.length > 0) {
    for (const { text, offset } of lines) {
      for (const { start, end, index } of mentions)
        if (start >= offset && end <= offset + text.length)
          ranges.push({ start: start - offset + joined, end: end - offset + joined, index })
      joined += text.length + 1
    }
  }
  return parseInline(lines.map(({ text }) => text).join('\n'), ranges, formatted)
}
