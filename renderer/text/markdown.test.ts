import { describe, expect, it } from 'vitest'
import type { Inline } from './inline.ts'
import { type Block, isInCodeBlock, mentionsIn, parseMarkdown, plainText } from './markdown.ts'

const open = { strong: '<b>', emphasis: '<i>', strike: '<s>' } as const
const inline = (pieces: readonly Inline[]): string =>
  pieces
    .map((piece) => {
      if (piece.type === 'text') return piece.text
      if (piece.type === 'code') return `<c>${piece.text}</c>`
      if (piece.type === 'mention') return `<@${piece.index}>${piece.text}</@>`
      if (piece.type === 'link') return `<a ${piece.url}>${inline(piece.children)}</a>`
      return `${open[piece.type]}${inline(piece.children)}</>`
    })
    .join('')
const show = (blocks: readonly Block[]): string =>
  blocks
    .map((block) => {
      if (block.type === 'paragraph') return `p(${inline(block.children)})`
      if (block.type === 'code') return `code:${block.language}(${block.text})`
      if (block.type === 'quote') return `quote(${show(block.children)})`
      return `list(${block.items.map(({ marker, children }) => `${marker} ${show(children)}`).join('|')})`
    })
    .join('')
const read = (text: string) => show(parseMarkdown(text))

describe('the subset of Markdown', () => {
  it.each([
    ['**bold** *italic* _too_ ~~struck~~ `code`', 'p(<b>bold</> <i>italic</> <i>too</> <s>struck</> <c>code</c>)'],
    ['**粗體，**後面係中文', 'p(<b>粗體，</>後面係中文)'],
    ['請看**「重要」**通知', 'p(請看<b>「重要」</>通知)'],
    ['***both***', 'p(<i><b>both</></>)'],
    ['snake_case_name 2*3*4', 'p(snake_case_name 2<i>3</>4)'],
    ['a\nb\n\nc', 'p(a\nb)p(c)'],
    ['- a\n- b\n  - c\n後話', 'list(- p(a)|- p(b)list(- p(c)))p(後話)'],
    ['1. a\n2) b', 'list(1. p(a)|2) p(b))'],
    ['> one\n> two\nreply', 'quote(p(one\ntwo))p(reply)'],
    ['> - **a**', 'quote(list(- p(<b>a</>)))'],
    ['```ts\nlet a = "**"\n\n  b\n```\nafter', 'code:ts(let a = "**"\n\n  b)p(after)'],
    ['```\nnever closed', 'code:(never closed)'],
    ['on 3\n2025. was good', 'p(on 3\n2025. was good)'],
  ])('[UI50] reads %j', (text, expected) => {
    expect(read(text)).toBe(expected)
  })

  it.each([
    '# heading',
    'a\n---',
    '* * *',
    '<b>html</b> <script>alert(1)</script>',
    '![picture](https://a.hk/x.png)',
    'C:\\temp\\_x &amp; \\* &lt;',
    '| a | b |\n| - | - |',
    '[label][ref]',
    '[x]: https://a.hk',
    '<https://>',
    '2 ** 3 and * alone',
    '~one tilde~',
    'a  \n    indented  \tand aligned',
  ])('[UI50] leaves %j as typed', (text) => {
    expect(plainText(text)).toBe(text.replace(/\s+/g, ' ').trim())
    expect(JSON.stringify(parseMarkdown(text))).not.toMatch(/"(?:strong|emphasis|strike|code|list)"/)
  })

  it('[UI50] keeps the blanks that lines begin with', () => {
    expect(read('*Table:*\n  · VaR    2.41m\n  · DV01   118k')).toBe(
      'p(<i>Table:</>\n  · VaR    2.41m\n  · DV01   118k)',
    )
    expect(read('  *a*')).toBe('p(  <i>a</>)')
  })

  it('[UI51] makes links of http, https and mailto only, and shows any other as typed', () => {
    expect(read('[page](https://a.hk/x_y_z)')).toBe('p(<a https://a.hk/x_y_z>page</a>)')
    expect(read('**https://a.hk/*b*?c=~~d~~**')).toContain('https://a.hk/*b*?c=~~d')
    expect(read('mail a.b_c_d@e.hk')).toBe('p(mail <a mailto:a.b_c_d@e.hk>a.b_c_d@e.hk</a>)')
    for (const url of ['javascript:alert(1)', 'file:///etc/passwd', 'data:text/html,x', '//a.hk', '/a', 'ftp://a.hk']) {
      expect(read(`[page](${url})`)).toBe(`p([page](${url}))`)
    }
  })

  it('[UI51] shows a label that reads as another address as typed', () => {
    expect(read('[https://bank.hk/login](https://evil.example)')).not.toContain('>bank')
    expect(read('[bank.hk](https://evil.example)')).toContain('[bank.hk](')
    expect(read('[bank.hk](https://bank.hk/x)')).toBe('p(<a https://bank.hk/x>bank.hk</a>)')
  })

  it('[UI52] a mention stands where its range is, whatever is in the name and around it', () => {
    const text = '> **hi** @a_b_c and\n- `@in code` *@Grace [W]*\n\n請問@陳大文，**see** @x'
    const range = (name: string) => ({ start: text.indexOf(name), end: text.indexOf(name) + name.length })
    const mentions = [range('@a_b_c'), range('@in code'), range('@Grace [W]'), range('@陳大文'), range('@x')]
    const blocks = parseMarkdown(text, mentions)
    expect(show(blocks)).toBe(
      'quote(p(<b>hi</> <@0>@a_b_c</@> and))list(- p(<c>@in code</c> <i><@2>@Grace [W]</@></>))' +
        'p(請問<@3>@陳大文</@>，<b>see</> <@4>@x</@>)',
    )
    expect([...mentionsIn(blocks)]).toEqual([0, 2, 3, 4])
  })

  it('[UI52] ranges that do not fit the text harm nothing', () => {
    const blocks = parseMarkdown('**ab** c', [
      { start: 3, end: 99 },
      { start: 6, end: 6 },
    ])
    expect(plainText('**ab** c')).toBe('ab c')
    expect(mentionsIn(blocks).size).toBeLessThan(2)
  })

  it.each([
    ['*'.repeat(16_000)],
    ['*a'.repeat(8000)],
    ['_a *b '.repeat(2600)],
    ['['.repeat(16_000)],
    ['[a](b "'.repeat(2200)],
    ['`a``b```c````d'.repeat(1100)],
    ['~~a'.repeat(5000)],
  ])('[UI53] more marks than people type stand as typed (%#)', (text) => {
    expect(read(text)).toBe(`p(${text})`)
  })

  it('[UI53] nesting has a bottom, below which markers are text', () => {
    expect(show(parseMarkdown('>'.repeat(16_000))).match(/quote\(/g)).toHaveLength(5)
    expect(show(parseMarkdown('- '.repeat(8000))).length).toBeLessThan(17_000)
    const stairs = Array.from({ length: 120 }, (_, depth) => `${'  '.repeat(depth)}- x`).join('\n')
    expect(show(parseMarkdown(stairs)).match(/list\(/g)?.length).toBeLessThan(200)
    const deep = `${'*_'.repeat(100)}x${'_*'.repeat(100)}`
    expect(plainText(deep)).toContain('x')
  })

  it('[UI53] the same text is read once', () => {
    const text = 'the *same* text'
    expect(parseMarkdown(text)).toBe(parseMarkdown(text))
  })

  it('[UI54] knows where a block of code is being written', () => {
    const text = 'a\n```js\nlet x\n```\nb'
    const at = (part: string) => text.indexOf(part) + part.length
    expect(isInCodeBlock(text, at('a'))).toBe(false)
    expect(isInCodeBlock(text, at('```js'))).toBe(true)
    expect(isInCodeBlock(text, at('let x'))).toBe(true)
    expect(isInCodeBlock(text, text.length)).toBe(false)
    expect(isInCodeBlock('```', 3)).toBe(true)
    expect(isInCodeBlock('```\nx\n```', 9)).toBe(false)
    expect(isInCodeBlock('no code', 3)).toBe(false)
  })
})
