// Owns the emoji that can be chosen, and finding one by what it is called in English or Chinese, whichever is typed.
// Always holds: an emoji offered is one that a message takes; the lists are fetched when first needed and stay.

import type { Language } from '../i18n/catalog.ts'

export interface Emoji {
  readonly emoji: string
  /** Unicode's group of emoji. */
  readonly group: number
  /** What it is called, by language. */
  readonly labels: Readonly<Record<Language, string>>
  /** Names and tags in all languages, folded. */
  readonly words: string
}

/** What colleagues answer most: agreed, thanks, done, seen, laughing, celebrating. */
export const quickEmoji = ['👍', '🙏', '✅', '👀', '😂', '🎉'] as const

/** As a message takes it: of Unicode's recommended set, presented as an emoji. */
const sound = /^\p{RGI_Emoji}$/v

let loaded: Promise<readonly Emoji[]> | undefined

/** Every emoji in Unicode's order, without the forms in other skin tones. Rejects where the lists cannot be fetched. */
export function loadEmoji(): Promise<readonly Emoji[]> {
  loaded ??= read().catch((error: unknown) => {
    loaded = undefined
    throw error
  })
  return loaded
}

async function read(): Promise<readonly Emoji[]> {
  const [english, traditional, simplified] = await Promise.all([
    import('emojibase-data/en/compact.json'),
    import('emojibase-data/zh-hant/compact.json'),
    import('emojibase-data/zh/compact.json'),
  ])
  const named = (list: typeof english) => new Map(list.default.map((entry) => [entry.hexcode, entry]))
  const hant = named(traditional)
  const hans = named(simplified)
  return english.default
    .flatMap((entry): (Emoji & { readonly order: number })[] => {
      const { hexcode, unicode, group, order, label } = entry
      // The list adds a variation selector to some that are emoji without one, and leaves it off others that are not.
      const bare = unicode.replace(/\u{fe0f}$/u, '')
      const emoji = [bare, unicode, `${bare}\u{fe0f}`].find((form) => sound.test(form))
      // Components (skin tones, hair) stand for nothing by themselves.
      if (emoji === undefined || group === undefined || group === 2) return []
      const forms = [entry, hant.get(hexcode), hans.get(hexcode)]
      const words = forms.flatMap((form) => (form === undefined ? [] : [form.label, ...(form.tags ?? [])]))
      const labels = { en: label, 'zh-Hant-HK': forms[1]?.label ?? label, 'zh-Hans': forms[2]?.label ?? label }
      return [{ emoji, group, order: order ?? 0, labels, words: words.join('\n').toLowerCase() }]
    })
    .toSorted((a, b) => a.group - b.group || a.order - b.order)
}

/** Those of `all` with every word of `text` in a name or tag; names that are it, and that begin with it, first. */
export function findEmoji(all: readonly Emoji[], text: string): readonly Emoji[] {
  const words = text.toLowerCase().normalize('NFKC').split(/\s+/).filter(Boolean)
  const found = all.filter((one) => words.every((word) => one.words.includes(word)))
  const first = words[0]
  if (first === undefined) return all
  const fitOf = (one: Emoji) => {
    const names = one.words.split('\n')
    return names.includes(text.trim().toLowerCase()) ? 0 : names.some((name) => name.startsWith(first)) ? 1 : 2
  }
  return found
    .map((one) => ({ one, fit: fitOf(one) }))
    .toSorted((a, b) => a.fit - b.fit)
    .map(({ one }) => one)
}
