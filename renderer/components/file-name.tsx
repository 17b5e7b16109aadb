// Owns the name of a file: a long one is cut in its middle, so that its ending stays in view, and may bear marks.
// Always holds: the name is text, in one direction, and whole for a screen reader and as a title.

import type { ReactNode } from 'react'
import { useTranslator } from '../app/workspace-context.ts'
import { cutOf, shownName } from '../text/file-name.ts'
import { languageOf } from '../text/script.ts'
import './file-name.css'

interface FileNameProps {
  readonly name: string
  /** [start, end) in UTF-16 units of `name`, ascending. */
  readonly ranges?: readonly (readonly [number, number])[]
}

export function FileName({ name, ranges = [] }: FileNameProps): ReactNode {
  const { language } = useTranslator()
  const shown = shownName(name)
  const cut = cutOf(shown)
  return (
    <bdi className="file-name" dir="ltr" lang={languageOf(shown, language)}>
      <span className="file-name__start">{marked(shown, 0, cut, ranges)}</span>
      {cut < shown.length && <span className="file-name__end">{marked(shown, cut, shown.length, ranges)}</span>}
    </bdi>
  )
}

/** The part [start, end) of `name` with what stands in `ranges` marked. */
function marked(name: string, start: number, end: number, ranges: NonNullable<FileNameProps['ranges']>): ReactNode[] {
  const pieces: ReactNode[] = []
  let at = start
  for (const [from, to] of ranges) {
    const begin = Math.max(at, from)
    const stop = Math.min(end, to)
    if (stop <= begin) continue
    pieces.push(name.slice(at, begin), <mark key={begin}>{name.slice(begin, stop)}</mark>)
    at = stop
  }
  pieces.push(name.slice(at, end))
  return pieces
}
