// Owns the search pane's question and the hits that answer it. Always holds: hits shown belong to the question shown or
// to the one before while the answer is on its way, never to an older one; a question is asked once typing pauses.

import { limits } from '../../shared/limits.ts'
import type { ConversationId } from '../../shared/model.ts'
import { filtersIn, finishedPart } from '../text/search-filters.ts'
import type { SearchState, WorkspaceActions, WorkspaceContext } from './state.ts'

export const emptySearch: SearchState = {
  text: '',
  within: false,
  answered: undefined,
  hits: [],
  cursor: undefined,
  complete: true,
  problem: undefined,
  loading: false,
  failure: undefined,
}

/** Pause in typing after which a question is asked, in milliseconds: below what is felt, above a keystroke's distance. */
const pauseMs = 120

type SearchActions = Pick<WorkspaceActions, 'setSearchText' | 'setSearchWithin' | 'searchNow' | 'readMoreHits'> & {
  /** What is cached has changed: an answer that was told to be in part is asked for again. */
  searchAgain(): void
  /** Drops hits of conversations other than `listed`, and what is under way. */
  forgetHits(listed: ReadonlySet<ConversationId>): void
  /** Drops what is under way. */
  forget(): void
}

/** The acts of the search pane over `context`. */
export function createSearchActions({ ask, store }: WorkspaceContext): SearchActions {
  let question = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function change(part: Partial<SearchState>): void {
    store.setState((state) => ({ search: { ...state.search, ...part } }))
  }

  async function read(asked: number, cursor: string | undefined): Promise<void> {
    const { search, openId } = store.getState()
    const text = finishedPart(search.text)
    const answer = await ask('search', {
      text,
      ...(search.within && openId !== undefined ? { conversationId: openId } : {}),
      ...(cursor === undefined ? {} : { cursor }),
    })
    if (asked !== question) return
    if (!answer.ok) {
      const rest = cursor === undefined ? { hits: [], cursor: undefined, problem: undefined, answered: text } : {}
      change({ loading: false, failure: answer.error, ...rest })
      return
    }
    const earlier = cursor === undefined ? [] : store.getState().search.hits
    change({
      answered: text,
      hits: [...earlier, ...answer.value.hits],
      cursor: answer.value.cursor,
      complete: answer.value.complete,
      problem: answer.value.problem,
      loading: false,
      failure: undefined,
    })
  }

  function askSoon(delayMs: number): void {
    clearTimeout(timer)
    const asked = ++question
    const { text, within } = store.getState().search
    if (finishedPart(text) === '') {
      const filter = filtersIn(text)[0]?.name
      const waiting = filter === undefined ? {} : { problem: { filter, value: '' } }
      change({ ...emptySearch, ...waiting, text, within })
      return
    }
    change({ loading: true })
    timer = setTimeout(() => void read(asked, undefined), delayMs)
  }

  store.subscribe((state, before) => {
    if (state.openId === before.openId || !state.search.within) return
    change({ within: state.openId !== undefined })
    askSoon(0)
  })

  return {
    setSearchText(text) {
      change({ text: text.slice(0, limits.searchChars) })
      askSoon(pauseMs)
    },
    setSearchWithin(within) {
      change({ within })
      askSoon(0)
    },
    searchNow() {
      const { text, answered, loading } = store.getState().search
      if (loading || (answered ?? '') !== finishedPart(text)) askSoon(0)
    },
    async readMoreHits() {
      const { search } = store.getState()
      if (search.cursor === undefined || search.loading) return
      change({ loading: true })
      await read(question, search.cursor)
    },
    searchAgain() {
      const { complete, loading } = store.getState().search
      if (!complete && !loading) askSoon(0)
    },
    forgetHits(listed) {
      const { hits, loading } = store.getState().search
      change({ hits: hits.filter(({ conversationId }) => listed.has(conversationId)) })
      if (loading) askSoon(0)
    },
    forget() {
      clearTimeout(timer)
      question++
    },
  }
}
