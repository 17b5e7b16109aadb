// Owns the formatting within a paragraph: bold, italic, struck, code, links, and stretches that stand as they are
// (mentions, bare addresses). Emphasis works beside Chinese text. Always holds: what is not formatting is the text as
// typed, backslashes and HTML included; a link leads only to http, https or mailto, and never elsewhere than it reads.
// Must never: take longer than a blink; a text with more marks than people type stands as typed.

import type { Nodes } from 'mdast'
import { type Extension, fromMarkdown, type Options } from 'mdast-util-from-markdown'
import { gfmStrikethroughFromMarkdown } from 'mdast-util-gfm-strikethrough'
import { cjkFriendlyExtension } from 'micromark-extension-cjk-friendly'
import { gfmStrikethrough } from 'micromark-extension-gfm-strikethrough'
import { linkRanges, urlOf } from './links.ts'

export type Inline =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'strong' | 'emphasis' | 'strike'; readonly children: readonly Inline[] }
  | { readonly type: 'link'; readonly url: string; readonly children: readonly Inline[] }
  /** `index`: which of the ranges handed in. */
  | { readonly type: 'mention'; readonly text: string; readonly index: number }

/** A stretch of the paragraph that is a mention; `index` is handed through. */
export interface MentionRange {
  readonly start: number
  readonly end: number
  readonly index: number
}

/** More marks of a kind than this stand as typed: twenty times what a long, carefully formatted message has. */
const marksMost = 400
/** Formatting within formatting deeper than this stands as typed. */
const depthMost = 16

/** How much of a label is looked at for an address, in UTF-16 units. */
const labelLooked = 300

type Syntax = NonNullable<Options['extensions']>[number]
type Construct =
  NonNullable<NonNullable<Syntax['text']>[string]> extends infer C
    ? C extends readonly (infer One)[]
      ? One
      : C
    : never

/** Of CommonMark only what stands within a line: attention, code and links with an address. The rest is text. */
const onlyInline: Syntax = {
  disable: {
    null: [
      ...['blockQuote', 'list', 'definition', 'codeIndented', 'codeFenced', 'headingAtx', 'setextUnderline'],
      ...['thematicBreak', 'htmlFlow', 'htmlText', 'autolink', 'labelStartImage', 'hardBreakEscape'],
      ...['characterEscape', 'characterReference'],
    ],
  },
}

const handlers: Extension = {
  enter: {
    atom(token) {
      // HTML is switched off, so its node is free to carry what stands as it is.
      this.enter({ type: 'html', value: this.sliceSerialize(token) }, token)
    },
    // What a line begins with within a paragraph is kept: people align by blanks.
    linePrefix(token) {
      this.config.enter.data?.call(this, token)
    },
  },
  exit: {
    atom(token) {
      this.exit(token)
    },
    linePrefix(token) {
      this.config.exit.data?.call(this, token)
    },
  },
}

/** Matches the stretches in `ends` (start → end), whatever is in them. */
function atoms(ends: ReadonlyMap<number, number>, text: string): Syntax {
  const construct: Construct = {
    name: 'atom',
    previous() {
      return ends.has(this.now().offset)
    },
    tokenize(effects, ok, nok) {
      let end: number | undefined
      const inside: typeof ok = (code) => {
        if (code === null || this.now().offset === end) {
          effects.exit('atom' as 'data')
          return ok(code)
        }
        effects.consume(code)
        return inside
      }
      return (code) => {
        end = ends.get(this.now().offset)
        if (end === undefined || code === null) return nok(code)
        effects.enter('atom' as 'data')
        return inside(code)
      }
    },
  }
  const codes = new Set([...ends.keys()].map((start) => text.charCodeAt(start)))
  return { text: Object.fromEntries([...codes].map((code) => [code, construct])) }
}

/**
 * The pieces of one paragraph, whose lines are joined by line feeds. `mentions` lie within a line each, in order.
 * `formatted` is false where marks are to stand as typed.
 */
export function parseInline(text: string, mentions: readonly MentionRange[], formatted: boolean): readonly Inline[] {
  const links = linkRanges(text).filter((link) => !mentions.some((m) => m.start < link.end && link.start < m.end))
  const standing = new Map<number, Inline & { readonly end: number }>()
  for (const { start, end, index } of mentions)
    standing.set(start, { type: 'mention', text: text.slice(start, end), index, end })
  for (const { start, end, url } of links)
    standing.set(start, { type: 'link', url, children: [{ type: 'text', text: text.slice(start, end) }], end })
  if (!formatted || !/[*_~`[]/.test(text) || isExcessive(text, marksMost)) return plain(text, standing)

  const indent = /^[ \t]*/.exec(text)?.[0] ?? ''
  const ends = new Map([...standing].map(([start, { end }]) => [start - indent.length, end - indent.length]))
  const rest = text.slice(indent.length)
  const root = fromMarkdown(rest, {
    extensions: [gfmStrikethrough({ singleTilde: false }), cjkFriendlyExtension(), onlyInline, atoms(ends, rest)],
    mdastExtensions: [gfmStrikethroughFromMarkdown(), handlers],
  })
  const read = (node: Nodes, depth: number): Inline[] => {
    const typed = (): Inline => ({ type: 'text', text: sliceOf(node, rest) })
    if (depth > depthMost) return [typed()]
    const children = () => ('children' in node ? merged(node.children.flatMap((child) => read(child, depth + 1))) : [])
    switch (node.type) {
      case 'root':
      case 'paragraph':
        return children()
      case 'text':
        return [{ type: 'text', text: node.value }]
      case 'break':
        return [{ type: 'text', text: '\n' }]
      case 'inlineCode':
        return [{ type: 'code', text: node.value }]
      case 'strong':
      case 'emphasis':
        return [{ type: node.type, children: children() }]
      case 'delete':
        return [{ type: 'strike', children: children() }]
      case 'html': {
        const start = (node.position?.start.offset ?? 0) + indent.length
        return [standing.get(start) ?? typed()]
      }
      case 'link': {
        const url = urlOf(node.url)
        const label = merged(children().flatMap(withoutLinks))
        // A picture is written like a link behind an exclamation mark; it is not shown.
        const isPicture = rest[(node.position?.start.offset ?? 0) - 1] === '!'
        if (isPicture || url === undefined || !/^(?:https?|mailto):/i.test(node.url) || !isHonest(flat(label), url))
          return [typed()]
        return [{ type: 'link', url, children: label }]
      }
      default:
        return [typed()]
    }
  }
  const lead: Inline[] = indent === '' ? [] : [{ type: 'text', text: indent }]
  return merged([...lead, ...read(root, 0)])
}

function sliceOf(node: Nodes, text: string): string {
  return text.slice(node.position?.start.offset ?? 0, node.position?.end.offset ?? 0)
}

/** The words of `pieces`, without their formatting. */
export function flat(pieces: readonly Inline[]): string {
  return pieces.map((piece) => ('children' in piece ? flat(piece.children) : piece.text)).join('')
}

/** A label that reads as an address must be the address it leads to. */
function isHonest(label: string, url: string): boolean {
  if (label.trim() === '') return false
  const shown = /(?:https?:\/\/)?((?:[\p{L}\p{N}-]+\.)+\p{L}{2,})/iu.exec(label.trim().slice(0, labelLooked))
  if (shown === null) return true
  const host = new URL(url).host || url.split('@').at(-1) || ''
  return host.toLowerCase() === (shown[1] as string).toLowerCase()
}

/** Links within a link's label are its words. */
function withoutLinks(piece: Inline): readonly Inline[] {
  return piece.type === 'link' ? piece.children : [piece]
}

function plain(text: string, standing: ReadonlyMap<number, Inline & { readonly end: number }>): readonly Inline[] {
  const pieces: Inline[] = []
  let at = 0
  for (const [start, piece] of [...standing].sort((a, b) => a[0] - b[0])) {
    if (start > at) pieces.push({ type: 'text', text: text.slice(at, start) })
    pieces.push(piece)
    at = piece.end
  }
  if (at < text.length) pieces.push({ type: 'text', text: text.slice(at) })
  return pieces
}

function merged(pieces: readonly Inline[]): Inline[] {
  const joined: Inline[] = []
  for (const piece of pieces) {
    const last = joined.at(-1)
    if (piece.type === 'text' && last?.type === 'text')
      joined[joined.length - 1] = { type: 'text', text: last.text + piece.text }
    else joined.push(piece)
  }
  return joined
}

/** More than `most` marks of a kind: matching them up costs their number squared. */
export function isExcessive(text: string, most: number): boolean {
  for (const mark of [/[*_~]+/g, /`+/g, /[[\]]/g]) {
    let found = 0
    for (const _ of text.matchAll(mark)) if (++found > most) return true
  }
  return false
}
