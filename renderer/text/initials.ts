// Owns what stands in an avatar: one or two letters of a name and one of eight muted hues.
// Always holds: the same person has the same letters and hue in every window, whatever the language.

const han = /\p{Script=Han}/u

/** Number of hues in styles/tokens.css (`--avatar-0` …). */
export const avatarHues = 8

/**
 * The letters that stand for `name`: of a Chinese name its given name (the last one or two characters), of any other
 * the first letters of its first and last words. '?' for a name without a letter.
 */
export function initialsOf(name: string): string {
  const characters = [...name.normalize('NFC')]
  const hanCharacters = characters.filter((character) => han.test(character))
  if (hanCharacters.length > 0) {
    const firstRun = longestHanRun(characters)
    return firstRun.slice(firstRun.length > 2 ? -2 : -1).join('')
  }
  const words = name
    .split(/[\s_./·-]+/u)
    .map((word) => [...word].find((character) => /[\p{L}\p{N}]/u.test(character)))
    .filter((letter) => letter !== undefined)
  const first = words[0]
  const last = words.length > 1 ? words[words.length - 1] : undefined
  if (first === undefined) return '?'
  return (first + (last ?? '')).toLocaleUpperCase('en')
}

function longestHanRun(characters: readonly string[]): readonly string[] {
  let best: string[] = []
  let run: string[] = []
  for (const character of characters) {
    run = han.test(character) ? [...run, character] : []
    if (run.length > best.length) best = run
  }
  return best
}

/** The hue of `id`, 0 … avatarHues − 1 (FNV-1a over its UTF-16 units). */
export function hueOf(id: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193)
  return (hash >>> 8) % avatarHues
}
