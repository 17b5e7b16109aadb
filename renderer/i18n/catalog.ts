// Owns the types of the catalogs and the list of languages. Always holds: every language has every key, and every
// failure code of shared/result.ts has a sentence; a missing one does not compile.

import { en } from './en.ts'
import type { enFailures } from './failures-en.ts'
import { zhHans } from './zh-hans.ts'
import { zhHantHk } from './zh-hant-hk.ts'

export type MessageKey = keyof typeof en
export type Catalog = Readonly<Record<MessageKey, string>>
export type FailureCatalog = Readonly<Record<keyof typeof enFailures, string>>

export const languages = ['en', 'zh-Hant-HK', 'zh-Hans'] as const
export type Language = (typeof languages)[number]

export const catalogs: Readonly<Record<Language, Catalog>> = { en, 'zh-Hant-HK': zhHantHk, 'zh-Hans': zhHans }

/** Each language by its own name, as people look for it in a list. */
export const languageNames: Readonly<Record<Language, string>> = {
  en: 'English',
  'zh-Hant-HK': '繁體中文（香港）',
  'zh-Hans': '简体中文',
}
