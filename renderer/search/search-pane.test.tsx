import { afterEach, describe, expect, it } from 'vitest'
import type { BridgeResult, SearchHit, SearchPage } from '../../shared/bridge.ts'
import { fail, ok, senderId } from '../dev/fake-host.ts'
import { a } from '../dev/fake-workspace.ts'
import { type Staged, stage } from '../dev/staged.tsx'
import { SearchPane } from './search-pane.tsx'

let staged: Staged
afterEach(() => staged.remove())

const hit = (seq: number, change: Partial<SearchHit> = {}): SearchHit => ({
  conversationId: a,
  conversationName: 'fx-desk',
  seq,
  senderId,
  senderName: 'Grace',
  atMs: seq,
  text: `holiday ${seq}`,
  ranges: [[0, 7]],
  ...change,
})
async function open(answer: (cursor: string | undefined) => BridgeResult<SearchPage>) {
  staged = await stage(<SearchPane />, { answers: { search: ({ cursor }) => answer(cursor) } })
}
/** Types, and presses Enter so that the question is asked without the pause. */
async function searchFor(text: string) {
  await staged.type('search-box', text)
  await press('Enter')
  await staged.settle()
}
const press = (key: string) =>
  staged.settle(() =>
    (document.activeElement ?? document.body).dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }),
    ),
  )
const questions = () => staged.host.asked.filter(({ name }) => name === 'search').map(({ args }) => args)
const text = () => staged.page.textContent

describe('the search pane', () => {
  it('[UI39] an empty box offers the filters, and choosing one writes it and waits for its value', async () => {
    await open(() => ok({ hits: [], complete: true }))
    const chips = [...staged.page.querySelectorAll<HTMLElement>('[data-testid="search-filter"]')]
    expect(chips.map((chip) => chip.dataset.filter)).toEqual(['from', 'in', 'before', 'after', 'has'])
    await staged.settle(() => chips[0]?.click())
    expect(staged.get<HTMLInputElement>('search-box').value).toBe('from:')
    expect(staged.get('search-problem').dataset.filter).toBe('from')
    expect(questions()).toEqual([])
  })

  it('[UI39] a filter in the text is a token that takes itself out', async () => {
    await open(() => ok({ hits: [hit(1)], complete: true }))
    await searchFor('from:grace holiday')
    expect(staged.get('search-token').textContent).toBe('From grace')
    await staged.click('search-token')
    expect(staged.get<HTMLInputElement>('search-box').value).toBe('holiday')
  })

  it.each([
    ['from', 'Nobody here is called “xyz”'],
    ['in', 'No conversation is called “xyz”'],
    ['before', '“xyz” is not a day'],
    ['after', '“xyz” is not a day'],
    ['has', 'Messages cannot be found by “xyz”'],
  ] as const)('[UI39] a %s: that cannot be followed is told in words of its own', async (filter, words) => {
    await open(() => ok({ hits: [], complete: true, problem: { filter, value: 'xyz' } }))
    await searchFor(`${filter}:xyz`)
    expect(staged.get('search-problem').textContent).toContain(words)
    expect(text()).not.toContain('Nothing found')
  })

  it('[UI39] arrows lead from the box to the hits and back, and Enter to the first', async () => {
    await open(() => ok({ hits: [hit(2), hit(1)], complete: true }))
    await searchFor('holiday')
    const hits = [...staged.page.querySelectorAll('[data-testid="search-hit"]')]
    staged.get('search-box').focus()
    await press('ArrowDown')
    await press('ArrowDown')
    expect(document.activeElement).toBe(hits[1])
    await press('ArrowUp')
    await press('ArrowUp')
    expect(document.activeElement).toBe(staged.get('search-box'))
    await press('Enter')
    expect(document.activeElement).toBe(hits[0])
  })

  it('[UI39] while indexing goes on, that is said beside what was found', async () => {
    await open(() => ok({ hits: [hit(1)], complete: false }))
    await searchFor('holiday')
    expect(text()).toContain('Still indexing')
  })

  it('[UI39] where the rest cannot be read, what was found stays and it can be tried again', async () => {
    let fails = true
    await open((cursor) => {
      if (cursor === undefined) return ok({ hits: [hit(2)], cursor: 'next', complete: true })
      return fails ? fail('unavailable') : ok({ hits: [hit(1)], complete: true })
    })
    await searchFor('holiday')
    const more = () => staged.settle(() => staged.page.querySelector<HTMLElement>('.search__more button')?.click())
    await more()
    expect(staged.page.querySelector('[role="alert"]')?.textContent).toContain('could not be read')
    expect(staged.page.querySelectorAll('[data-testid="search-hit"]')).toHaveLength(1)
    fails = false
    await more()
    expect(staged.page.querySelectorAll('[data-testid="search-hit"]')).toHaveLength(2)
  })

  it('[UI40] a find in a file’s name is marked in the name, and the message is shown without it', async () => {
    const files = [
      { name: 'other.png', mediaType: 'image/png', bytes: 1 },
      { name: 'plan.pdf', mediaType: 'application/pdf', bytes: 1 },
    ]
    await open(() =>
      ok({ hits: [hit(1, { text: 'see\nother.png\nplan.pdf', files, ranges: [[14, 18]] })], complete: true }),
    )
    await searchFor('plan')
    expect(staged.page.querySelector('.hit__text')?.textContent).toBe('see')
    const shown = [...staged.page.querySelectorAll('.hit__file')]
    expect(shown.map((file) => file.textContent)).toEqual(['plan.pdf+1'])
    expect(shown[0]?.querySelector('mark')?.textContent).toBe('plan')
  })
})
