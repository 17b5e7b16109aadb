// Owns the rows of a long list of the server's that are held here, by pages: fetching those in view, reading them again
// when something has changed, and beginning anew with another question.
// Always holds: rows shown answer one question, never parts of two; what answers an older question is dropped; rows stay
// while newer ones are on their way; pages scrolled past are not fetched, and pages far away are forgotten.

import type { BridgeResult, FailureView } from '../../shared/bridge.ts'
import { limits } from '../../shared/limits.ts'

export interface RowWindow<T> {
  /** By number: page n begins with row n × limits.fleetPage. */
  readonly pages: Readonly<Partial<Record<number, readonly T[]>>>
  /** Rows in all; undefined before the first answer. */
  readonly total: number | undefined
  /** Grows with each new question answered: the list begins at its top then. */
  readonly epoch: number
  /** Another question is asked and not answered yet; rows are those of the one before. */
  readonly asking: boolean
  /** Why rows are missing or old. Cleared by the next answer. */
  readonly failure: FailureView | undefined
}

export const emptyRows = { pages: {}, total: undefined, epoch: 0, asking: false, failure: undefined } as const

export interface RowPage<T> {
  readonly from: number
  readonly total: number
  readonly rows: readonly T[]
}

interface RowParts<T> {
  readonly read: (from: number, limit: number) => Promise<BridgeResult<RowPage<T>>>
  readonly get: () => RowWindow<T>
  readonly set: (change: Partial<RowWindow<T>>) => void
}

export interface RowPager<T> {
  /** Asks another question: what is shown stays until it is answered. */
  restart(): void
  /** Rows `from` to `to` are in view. */
  look(from: number, to: number): void
  /** Something has changed: what is in view is read again, the rest once it is in view. Also after a failure. */
  refresh(): void
  /** Rows `from` to `to`, fetching what is not held; undefined where the question changed or the server failed. */
  load(from: number, to: number): Promise<readonly T[] | undefined>
  /** Drops every row and whatever is under way. */
  forget(): void
}

const pageRows = limits.fleetPage
/** Rows fetched beyond those in view: about two screens, so that slow scrolling never meets a gap. */
const aheadRows = 50
/** Reads under way at once: the page in view and the next. */
const readsAtOnce = 2
/** Pages held: five thousand rows; the farthest from view leave first. */
const pagesKept = 25

/** The row at `index`, where it is held. */
export function rowAt<T>(window: RowWindow<T>, index: number): T | undefined {
  return window.pages[Math.floor(index / pageRows)]?.[index % pageRows]
}

/** How many rows `after` stands lower than `before` in most of what both hold of rows `from` to `to`; 0 without a majority. */
export function shiftOf<T>(
  before: RowWindow<T>,
  after: RowWindow<T>,
  [from, to]: readonly [number, number],
  idOf: (row: T) => string,
): number {
  const places = new Map<string, number>()
  for (let index = from - pageRows; index <= to + pageRows; index++) {
    const row = rowAt(after, index)
    if (row !== undefined) places.set(idOf(row), index)
  }
  const votes = new Map<number, number>()
  let seen = 0
  for (let index = from; index <= to; index++) {
    const row = rowAt(before, index)
    if (row === undefined) continue
    seen++
    const place = places.get(idOf(row))
    if (place !== undefined) votes.set(place - index, (votes.get(place - index) ?? 0) + 1)
  }
  for (const [shift, count] of votes) if (count * 2 > seen) return shift
  return 0
}

/** A pager whose rows live where `get` and `set` say. */
export function createRowPager<T>({ read, get, set }: RowParts<T>): RowPager<T> {
  /** Which question; grows with each. */
  let question = 0
  /** The question that the rows held answer. */
  let answered = -1
  /** How often something has changed; a page is fresh where it was asked for in this round. */
  let round = 0
  let inView: readonly [number, number] = [0, 0]
  let failed = false
  const askedIn = new Map<number, number>()
  const reading = new Set<number>()

  function begin(): void {
    question++
    round++
    failed = false
    inView = [0, 0]
    askedIn.clear()
    reading.clear()
  }

  /** The page to read next: in view and missing before in view and old. */
  function nextPage(): number | undefined {
    const { total } = get()
    if (answered !== question || total === undefined) return reading.has(0) ? undefined : 0
    const last = Math.max(0, Math.ceil(total / pageRows) - 1)
    const from = Math.min(last, Math.max(0, Math.floor((inView[0] - aheadRows) / pageRows)))
    const to = Math.min(last, Math.floor((inView[1] + aheadRows) / pageRows))
    const wanted = Array.from({ length: to - from + 1 }, (_, index) => from + index).filter(
      (page) => !reading.has(page),
    )
    return wanted.find((page) => !askedIn.has(page)) ?? wanted.find((page) => askedIn.get(page) !== round)
  }

  function pump(): void {
    while (!failed && reading.size < readsAtOnce) {
      const page = nextPage()
      if (page === undefined) return
      void readPage(page)
    }
  }

  async function readPage(page: number): Promise<void> {
    const asked = question
    const askedRound = round
    reading.add(page)
    const answer = await read(page * pageRows, pageRows)
    if (asked !== question) return
    reading.delete(page)
    if (answer.ok) take(page, askedRound, answer.value)
    else {
      // Asked again by its reader, by a change or by the connection, not by scrolling.
      failed = true
      if (answered === question) set({ failure: answer.error })
      // Rows of the question before are no answer to this one.
      else set({ ...emptyRows, epoch: get().epoch + 1, failure: answer.error })
    }
    pump()
  }

  function take(page: number, askedRound: number, { from, total, rows }: RowPage<T>): void {
    const before = get()
    const isNew = answered !== question
    answered = question
    // Of another length: what is held of other pages may stand elsewhere by now.
    if (before.total !== total) askedIn.clear()
    askedIn.set(page, askedRound)
    const pages: Partial<Record<number, readonly T[]>> = isNew ? {} : { ...before.pages }
    pages[page] = from === page * pageRows ? rows : []
    for (const held of farAway(pages, total)) {
      delete pages[held]
      askedIn.delete(held)
    }
    set({ pages, total, asking: false, failure: undefined, ...(isNew ? { epoch: before.epoch + 1 } : {}) })
  }

  function farAway(pages: Readonly<Partial<Record<number, unknown>>>, total: number): readonly number[] {
    const held = Object.keys(pages).map(Number)
    const beyond = held.filter((page) => page > 0 && page * pageRows >= total)
    const middle = (inView[0] + inView[1]) / 2 / pageRows
    const near = held
      .filter((page) => !beyond.includes(page))
      .toSorted((a, b) => Math.abs(a + 0.5 - middle) - Math.abs(b + 0.5 - middle))
    return [...beyond, ...near.slice(pagesKept)]
  }

  return {
    restart() {
      begin()
      set({ asking: true, failure: undefined })
      pump()
    },
    look(from, to) {
      inView = [from, to]
      pump()
    },
    refresh() {
      round++
      failed = false
      pump()
    },
    async load(from, to) {
      const asked = question
      const rows: T[] = []
      for (let page = Math.floor(from / pageRows); page <= Math.floor(to / pageRows); page++) {
        let held = get().pages[page]
        if (held === undefined) {
          const answer = await read(page * pageRows, pageRows)
          if (asked !== question || !answer.ok) return undefined
          held = answer.value.rows
        }
        rows.push(...held.slice(Math.max(0, from - page * pageRows), to - page * pageRows + 1))
      }
      return rows
    },
    forget() {
      begin()
      answered = -1
      set({ ...emptyRows, epoch: get().epoch + 1 })
    },
  }
}
