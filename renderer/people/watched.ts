// Owns how parts of the window say whose presence they show. Always holds: what a part has named ends when it goes.

import { type RefObject, useEffect, useState } from 'react'
import type { UserId } from '../../shared/model.ts'
import { useActions } from '../app/workspace-context.ts'

/** While shown, `place` shows the presence of `people`. */
export function useWatched(place: string, people: readonly UserId[]): void {
  const { watchPeople } = useActions()
  const key = people.join(' ')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the people.
  useEffect(() => watchPeople(place, people), [watchPeople, place, key])
  useEffect(() => () => watchPeople(place, []), [watchPeople, place])
}

/** Rows kept beside those in view, so that scrolling a little asks nothing. */
const besideRows = 10

/** Of `items`, shown as rows of `rowPx` pixels in the scrolling `list`, those in view and some beside them. */
export function useRowsInView<T>(
  list: RefObject<HTMLElement | null>,
  items: readonly T[],
  rowPx: number,
): readonly T[] {
  const [from, setFrom] = useState(0)
  const [count, setCount] = useState(30)
  const isEmpty = items.length === 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: an empty list is not on the page.
  useEffect(() => {
    const element = list.current
    if (element === null) return
    const measure = () => {
      // In steps of ten rows: a pixel of scrolling changes nothing.
      setFrom(Math.floor(element.scrollTop / rowPx / besideRows) * besideRows)
      setCount(Math.ceil(element.clientHeight / rowPx / besideRows) * besideRows + besideRows)
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [list, rowPx, isEmpty])
  return items.slice(Math.max(0, from - besideRows), from + count)
}
