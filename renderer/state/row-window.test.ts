import { describe, expect, it } from 'vitest'
import type { BridgeResult } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'
import { fail, ok, settle } from '../dev/fake-host.ts'
import { createRowPager, emptyRows, type RowPage, type RowWindow, rowAt, shiftOf } from './row-window.ts'

const size = limits.fleetPage

/** A pager over a server that answers when the test says so; rows are `${list}${index}`. */
function listed(total: number) {
  let rows: RowWindow<string> = emptyRows
  let list = 'a'
  const asked: { from: number; answer: (result?: BridgeResult<RowPage<string>>) => Promise<void> }[] = []
  const server = { total }
  const page = (from: number, limit: number, name: string) => ({
    from,
    total: server.total,
    rows: Array.from({ length: Math.max(0, Math.min(limit, server.total - from)) }, (_, at) => `${name}${from + at}`),
  })
  const pager = createRowPager<string>({
    read: (from, limit) =>
      new Promise((resolve) => {
        const name = list
        asked.push({
          from,
          answer: async (result = ok(page(from, limit, name))) => {
            resolve(result)
            await settle()
          },
        })
      }),
    get: () => rows,
    set: (change) => {
      rows = { ...rows, ...change }
    },
  })
  const take = () => {
    const next = asked.shift()
    if (next === undefined) throw new Error('nothing was asked')
    return next
  }
  return {
    pager,
    server,
    asked,
    take,
    rows: () => rows,
    ask(name: string) {
      list = name
      pager.restart()
    },
  }
}

describe('the rows of a long list', () => {
  it('[UIF1] fetches the pages in view and the next ones beside them, and none that was scrolled past', async () => {
    const { pager, asked, take, rows, ask } = listed(10_000)
    ask('a')
    expect(asked.map(({ from }) => from)).toEqual([0])
    await take().answer()
    expect(rows()).toMatchObject({ total: 10_000, epoch: 1, asking: false })
    expect(rowAt(rows(), 5)).toBe('a5')
    expect(rowAt(rows(), size)).toBeUndefined()
    pager.look(size - 20, size - 1)
    expect(asked.map(({ from }) => from)).toEqual([size])
    // Scrolled far on before it is here: what lies between is not asked for.
    pager.look(20 * size, 20 * size + 15)
    pager.look(40 * size + 60, 40 * size + 75)
    await take().answer()
    await take().answer()
    expect(asked.map(({ from }) => from)).toEqual([40 * size])
    await take().answer()
    expect(asked).toEqual([])
  })

  it('[UIF2] drops answers to an older question, and shows rows of one question only', async () => {
    const { asked, take, rows, ask } = listed(1000)
    ask('a')
    await take().answer()
    ask('b')
    expect(rows()).toMatchObject({ asking: true, total: 1000 })
    expect(rowAt(rows(), 0)).toBe('a0')
    const b = take()
    ask('c')
    await take().answer()
    expect(rowAt(rows(), 0)).toBe('c0')
    await b.answer()
    expect(rowAt(rows(), 0)).toBe('c0')
    expect(rows().epoch).toBe(2)
    expect(asked).toEqual([])
  })

  it('[UIF2] a question that fails leaves no rows of the one before, and is asked again', async () => {
    const { pager, take, rows, ask } = listed(1000)
    ask('a')
    await take().answer()
    ask('b')
    await take().answer(fail('unavailable'))
    expect(rows()).toMatchObject({ total: undefined, asking: false, failure: { code: 'unavailable' } })
    expect(rowAt(rows(), 0)).toBeUndefined()
    pager.refresh()
    await take().answer()
    expect(rowAt(rows(), 0)).toBe('b0')
    expect(rows().failure).toBeUndefined()
  })

  it('[UIF3] after a change reads again what is in view, at once; the rest once it is in view', async () => {
    const { pager, asked, take, ask } = listed(1000)
    ask('a')
    await take().answer()
    pager.look(2 * size + 60, 2 * size + 75)
    await take().answer()
    pager.refresh()
    expect(asked.map(({ from }) => from)).toEqual([2 * size])
    // Changed once more before the answer: that answer may be older than the change.
    pager.refresh()
    await take().answer()
    expect(asked.map(({ from }) => from)).toEqual([2 * size])
    await take().answer()
    expect(asked).toEqual([])
    pager.look(0, 15)
    expect(asked.map(({ from }) => from)).toEqual([0])
  })

  it('[UIF3] a list of another length makes what is held of it old', async () => {
    const { pager, server, asked, take, rows, ask } = listed(1000)
    ask('a')
    await take().answer()
    pager.look(size - 20, size - 1)
    await take().answer()
    expect(asked).toEqual([])
    server.total = 900
    pager.look(2 * size + 60, 2 * size + 75)
    await take().answer()
    expect(rows().total).toBe(900)
    pager.look(0, 15)
    expect(asked.map(({ from }) => from)).toEqual([0])
    server.total = 10
    await take().answer()
    expect(Object.keys(rows().pages)).toEqual(['0'])
  })

  it('[UIF3] scrolling does not ask again for what failed; a change or its reader does', async () => {
    const { pager, asked, take, rows, ask } = listed(1000)
    ask('a')
    await take().answer()
    pager.look(size + 60, size + 75)
    await take().answer(fail('offline'))
    expect(rows()).toMatchObject({ failure: { code: 'offline' }, total: 1000 })
    pager.look(size + 70, size + 85)
    expect(asked).toEqual([])
    pager.refresh()
    await take().answer()
    expect(rows().failure).toBeUndefined()
    expect(rowAt(rows(), size)).toBe(`a${size}`)
  })

  it('[UIF4] holds a bounded number of pages, those nearest to view', async () => {
    const { pager, take, rows, ask } = listed(20_000)
    ask('a')
    await take().answer()
    for (let page = 1; page < 60; page++) {
      pager.look(page * size + 60, page * size + 75)
      await take().answer()
    }
    const held = Object.keys(rows().pages).map(Number)
    expect(held.length).toBeLessThanOrEqual(26)
    expect(held).toContain(59)
    expect(held).not.toContain(0)
  })

  it('[UIF5] a stretch is brought whole, read where it is not held, and given up with its question', async () => {
    const { pager, take, ask } = listed(1000)
    ask('a')
    await take().answer()
    const stretch = pager.load(size - 2, 2 * size + 1)
    await take().answer()
    await take().answer()
    expect(await stretch).toEqual(Array.from({ length: size + 4 }, (_, at) => `a${size - 2 + at}`))
    const late = pager.load(0, 3 * size)
    const old = take()
    ask('b')
    await old.answer()
    expect(await late).toBeUndefined()
  })
})

describe('how far rows have moved', () => {
  const idOf = (row: string) => row
  const of = (...rows: string[]): RowWindow<string> => ({ ...emptyRows, total: rows.length, pages: { 0: rows } })

  it('[UIF6] is what most of those in view have moved by, and nothing without a majority', () => {
    const before = of('a', 'b', 'c', 'd', 'e')
    expect(shiftOf(before, of('x', 'y', 'a', 'b', 'c', 'd', 'e'), [1, 3], idOf)).toBe(2)
    expect(shiftOf(before, of('c', 'd', 'e'), [2, 4], idOf)).toBe(-2)
    // One that has gone elsewhere does not take its reader along.
    expect(shiftOf(before, of('b', 'a', 'c', 'd', 'e'), [0, 3], idOf)).toBe(0)
    expect(shiftOf(before, of('e', 'd', 'c', 'b', 'a'), [0, 4], idOf)).toBe(0)
    expect(shiftOf(before, of(), [0, 4], idOf)).toBe(0)
  })
})
