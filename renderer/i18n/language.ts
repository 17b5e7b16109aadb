// Owns the choice of the window's language and of the locale for dates. Pure.

import type { Settings } from '../../shared/bridge.ts'
import type { Language } from './catalog.ts'

/** The language for `setting`, where 'system' takes the first of the system's tags that we have; English otherwise. */
export function chooseLanguage(setting: Settings['language'], systemLanguages: readonly string[]): Language {
  if (setting !== 'system') return setting
  for (const tag of systemLanguages) {
    const language = languageOfTag(tag)
    if (language !== undefined) return language
  }
  return 'en'
}

/** Script first, then region: zh-HK, zh-MO and zh-TW write Traditional, any other zh Simplified. */
function languageOfTag(tag: string): Language | undefined {
  const parts = tag.toLowerCase().split(/[-_]/)
  if (parts[0] === 'en') return 'en'
  if (parts[0] === 'yue') return parts.includes('hans') ? 'zh-Hans' : 'zh-Hant-HK'
  if (parts[0] !== 'zh') return undefined
  if (parts.includes('hant')) return 'zh-Hant-HK'
  if (parts.includes('hans')) return 'zh-Hans'
  return parts.some((part) => part === 'hk' || part === 'mo' || part === 'tw') ? 'zh-Hant-HK' : 'zh-Hans'
}

/** The locale for dates and numbers: the system's own region of the window's language, Hong Kong's where it has none. */
export function formatLocale(language: Language, systemLanguages: readonly string[]): string {
  const fallback = { en: 'en-HK', 'zh-Hant-HK': 'zh-Hant-HK', 'zh-Hans': 'zh-Hans-CN' }[language]
  const tag = systemLanguages.find((candidate) => languageOfTag(candidate) === language && /[-_]/.test(candidate))
  if (tag === undefined) return fallback
  try {
    return Intl.getCanonicalLocales(tag.replaceAll('_', '-'))[0] ?? fallback
  } catch {
    return fallback
  }
}
