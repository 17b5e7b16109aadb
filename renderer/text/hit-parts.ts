// Owns telling a search hit's message from its file names: the index knows them as one text, people do not.
// Always holds: each range stands in exactly one part or is cut at its edge; a hit whose text does not end in its files'
// names is shown whole, as a message.

import type { FileView, SearchHit } from '../../shared/bridge.ts'

type Range = readonly [number, number]

interface HitFile {
  readonly file: FileView
  /** [start, end) in UTF-16 units of the file's name. */
  readonly ranges: readonly Range[]
}

interface HitParts {
  readonly body: string
  readonly ranges: readonly Range[]
  readonly files: readonly HitFile[]
}

/** `hit.text` (the message, then its file names, each behind one blank or line break) taken apart. */
export function partsOf({ text, files = [], ranges }: Pick<SearchHit, 'text' | 'files' | 'ranges'>): HitParts {
  const found: HitFile[] = []
  let end = text.length
  for (const file of files.toReversed()) {
    const start = end - file.name.length
    if (start < 0 || text.slice(start, end) !== file.name) return whole(text, files, ranges)
    found.unshift({ file, ranges: within(ranges, start, end) })
    end = start
    if (end === 0) break
    if (!/\s/.test(text.charAt(end - 1))) return whole(text, files, ranges)
    end--
  }
  return { body: text.slice(0, end), ranges: within(ranges, 0, end), files: found }
}

function whole(text: string, files: readonly FileView[], ranges: readonly Range[]): HitParts {
  return { body: text, ranges, files: files.map((file) => ({ file, ranges: [] })) }
}

function within(ranges: readonly Range[], start: number, end: number): readonly Range[] {
  return ranges.flatMap(([from, to]) => {
    const cut: Range = [Math.max(from, start) - start, Math.min(to, end) - start]
    return cut[1] > cut[0] ? [cut] : []
  })
}
