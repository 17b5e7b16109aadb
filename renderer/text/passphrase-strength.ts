// Owns the hint how hard a passphrase is to guess. Always holds: it is a hint, read from the text alone, and refuses
// nothing; what main refuses is the length. It must never keep or tell the text.

import { limits } from '../../shared/limits.ts'

export type Strength = 'short' | 'weak' | 'fair' | 'strong'

/** Bits of guessing work from which a hint is 'fair' and 'strong': Argon2id and the growing pause carry the rest. */
const fairBits = 36
const strongBits = 60

/** Words and runs that are tried first; each counts as one character. */
const tried =
  /password|passphrase|passw0rd|causeway|welcome|letmein|qwerty|asdfgh|zxcvbn|iloveyou|admin|hongkong|abc123|(?:19|20)\d\d/gu

/** How hard `passphrase` is to guess. */
export function strengthOf(passphrase: string): Strength {
  if (passphrase.length < limits.passphraseCharsLeast) return 'short'
  const bits = bitsOf(passphrase.normalize('NFKC').toLowerCase().replace(tried, '\0'), passphrase)
  return bits < fairBits ? 'weak' : bits < strongBits ? 'fair' : 'strong'
}

function bitsOf(text: string, original: string): number {
  const characters = [...text]
  const bitsEach = Math.log2(alphabetOf(original))
  let bits = 0
  for (const [index, character] of characters.entries()) {
    const before = characters[index - 1]
    const step = before === undefined ? undefined : Math.abs(code(character) - code(before))
    // A repeated character or the next of a run (aaa, 123, cba) tells almost nothing new, nor does one seen often.
    const seen = characters.indexOf(character) < index
    bits += step === 0 || step === 1 ? 0.5 : seen ? bitsEach / 2 : bitsEach
  }
  return bits
}

/** Characters to choose from, as far as the text shows: people choose poorly, so each class counts less than it holds. */
function alphabetOf(text: string): number {
  let size = 2
  if (/\p{Ll}|\p{Lo}/u.test(text)) size += 24
  if (/\p{Lu}/u.test(text)) size += 12
  if (/\p{Nd}/u.test(text)) size += 8
  if (/[^\p{L}\p{Nd}]/u.test(text)) size += 12
  if (/\p{Script=Han}/u.test(text)) size += 400
  return size
}

function code(character: string): number {
  return character.codePointAt(0) ?? 0
}
