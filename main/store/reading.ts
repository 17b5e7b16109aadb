// Owns how a message reads now: its words with their latest edit, whom they name, its files, what it forwards. Pure.
// Always holds: a body that only repeats file names or forwarded words is no text of its own; of mentions only those are told
// that lie in the text, in order and apart from each other, whatever the server sent.

import { type FileInfo, type Forwarded, isKnownContent, type Mention } from '../../shared/model.ts'
import { isDeleted } from './amendments.ts'
import type { Amendment, EventRecord } from './records.ts'

export interface Reading {
  /** Empty where the message is files or a forwarded message alone. */
  readonly text: string
  readonly mentions: readonly Mention[]
  readonly editedAtMs?: number
  readonly files: readonly FileInfo[]
  readonly forwarded?: Forwarded
}

/** How the message in `record` reads; undefined where it is none, or deleted. */
export function readingOf({ content }: EventRecord, amendment: Amendment | undefined): Reading | undefined {
  if (!isKnownContent(content) || content.type !== 'message' || isDeleted(amendment)) return undefined
  const edit = amendment?.edit
  const { body, isFallback, files = [], forwarded } = content
  const text = edit?.body ?? (isFallback ? '' : body)
  return {
    text,
    mentions: sound(edit ? edit.mentions : content.mentions, text),
    ...(edit && { editedAtMs: edit.atMs }),
    files,
    ...(forwarded && { forwarded }),
  }
}

function sound(mentions: readonly Mention[] | undefined, text: string): readonly Mention[] {
  let end = 0
  return (mentions ?? []).filter((mention) => {
    const isSound = mention.start >= end && mention.end > mention.start && mention.end <= text.length
    if (isSound) end = mention.end
    return isSound
  })
}

/** All that can be found in a message: its words, those it forwards, the names of its files, a line each. */
export function wordsOf({ text, forwarded, files }: Reading): string {
  return [text, forwarded?.body ?? '', ...files.map(({ name }) => name)].filter((line) => line !== '').join('\n')
}

/** What stands for a message where there is one line for it, at most `most` characters. */
export function lineOf({ text, forwarded, files }: Pick<Reading, 'text' | 'forwarded'> & Named, most: number): string {
  const words = text || forwarded?.body || files.map(({ name }) => name).join(', ')
  return words.slice(0, most).toWellFormed().replace(/\s+/g, ' ')
}
interface Named {
  readonly files: readonly { readonly name: string }[]
}
