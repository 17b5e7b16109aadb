// Owns how an enrolment code looks while it is typed: upper case, groups of four, no other character.
// Always holds: formatting is idempotent and the caret stays beside the character it stood beside.
// It must never decide whether a code is right: the server does, and folds look-alikes itself.

import { limits } from '../../shared/limits.ts'

const groupChars = 4

export interface FormattedCode {
  readonly text: string
  /** Where the caret belongs in `text`. */
  readonly caret: number
  readonly complete: boolean
}

/** `typed` (or pasted) with the caret at `caret`, as the field shows it: XXXX-XXXX-XXXX. */
export function formatEnrolCode(typed: string, caret: number = typed.length): FormattedCode {
  const letters = lettersOf(typed).slice(0, limits.enrolCodeChars)
  const before = Math.min(lettersOf(typed.slice(0, caret)).length, letters.length)
  const groups = letters.match(new RegExp(`.{1,${groupChars}}`, 'g')) ?? []
  const text = groups.join('-')
  // At a group's end the caret stands behind the hyphen once there is one.
  const hyphens = Math.floor(before / groupChars)
  return { text, caret: Math.min(before + hyphens, text.length), complete: letters.length === limits.enrolCodeChars }
}

function lettersOf(typed: string): string {
  return typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
}
