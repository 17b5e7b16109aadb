// Owns turning a key and its arguments into text, and dates, numbers and lists into the chosen locale's form.
// Always holds: a broken or unknown message never throws into a screen; times are in the computer's own zone, 24 hours.

import { IntlMessageFormat } from 'intl-messageformat'
import { times } from '../../shared/limits.ts'
import { isFailureCode } from '../../shared/result.ts'
import { type Catalog, catalogs, type Language, type MessageKey } from './catalog.ts'
import { formatLocale } from './language.ts'

export type MessageArguments = Readonly<Record<string, string | number>>

export interface Translator {
  readonly language: Language
  /** The text for `key`. */
  t(key: MessageKey, values?: MessageArguments): string
  /** The sentence for a failure's code; a code of a newer peer gets a general sentence that names it. */
  failure(code: string): string
  /** 14:02 */
  time(atMs: number): string
  /** Shortest form that tells when, seen from `nowMs`: 14:02 · yesterday · Thu · 3 Nov · 3 Nov 2024. */
  shortDate(atMs: number, nowMs: number): string
  /** The day as a separator names it, seen from `nowMs`. */
  day(atMs: number, nowMs: number): string
  /** Time of day, with the weekday within a week and with the date beyond, seen from `nowMs`. */
  moment(atMs: number, nowMs: number): string
  /** Day and time in full. */
  full(atMs: number): string
  number(value: number): string
  /** 34 kB · 1.2 MB: in the units of a thousand that the system's own file lists use most. */
  size(bytes: number): string
  list(items: readonly string[]): string
}

const sizeUnits = ['B', 'kB', 'MB', 'GB', 'TB'] as const

function localDay(atMs: number): number {
  const date = new Date(atMs)
  // UTC of the local calendar day, so that days are whole multiples apart whatever daylight saving does.
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / times.DAY_MS
}

/** A translator for `language`; `systemLanguages` give the region for dates. */
export function createTranslator(language: Language, systemLanguages: readonly string[]): Translator {
  const catalog: Catalog = catalogs[language]
  const locale = formatLocale(language, systemLanguages)
  const formats = new Map<MessageKey, IntlMessageFormat>()
  const dateFormats = new Map<string, Intl.DateTimeFormat>()
  const numberFormat = new Intl.NumberFormat(locale)
  const tenths = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })
  const listFormat = new Intl.ListFormat(locale, { type: 'conjunction', style: 'long' })

  function dateFormat(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    const known = dateFormats.get(name)
    if (known !== undefined) return known
    const made = new Intl.DateTimeFormat(locale, options)
    dateFormats.set(name, made)
    return made
  }

  function t(key: MessageKey, values?: MessageArguments): string {
    const text = catalog[key]
    if (values === undefined && !text.includes('{') && !text.includes("'")) return text
    try {
      let format = formats.get(key)
      if (format === undefined) {
        format = new IntlMessageFormat(text, locale, undefined, { ignoreTag: true })
        formats.set(key, format)
      }
      return String(format.format(values))
    } catch {
      return text
    }
  }

  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  const time = (atMs: number) => dateFormat('time', clock).format(atMs)
  const sameYear = (a: number, b: number) => new Date(a).getFullYear() === new Date(b).getFullYear()

  return {
    language,
    t,
    failure: (code) => (isFailureCode(code) ? t(`failure.${code}`) : t('failure.unknown', { code })),
    time,
    shortDate(atMs, nowMs) {
      const days = localDay(nowMs) - localDay(atMs)
      if (days <= 0) return time(atMs)
      if (days === 1) return t('messages.yesterday')
      if (days < 7) return dateFormat('weekday', { weekday: 'short' }).format(atMs)
      if (sameYear(atMs, nowMs)) return dateFormat('dayMonth', { day: 'numeric', month: 'short' }).format(atMs)
      return dateFormat('year', { day: 'numeric', month: 'short', year: 'numeric' }).format(atMs)
    },
    day(atMs, nowMs) {
      const days = localDay(nowMs) - localDay(atMs)
      if (days === 0) return t('messages.today')
      if (days === 1) return t('messages.yesterday')
      const options = { weekday: 'long', day: 'numeric', month: 'long' } as const
      if (sameYear(atMs, nowMs)) return dateFormat('day', options).format(atMs)
      return dateFormat('dayYear', { ...options, year: 'numeric' }).format(atMs)
    },
    moment(atMs, nowMs) {
      const days = Math.abs(localDay(nowMs) - localDay(atMs))
      if (days === 0) return time(atMs)
      if (days < 7) return dateFormat('weekdayTime', { weekday: 'short', ...clock }).format(atMs)
      return dateFormat('dateTime', { day: 'numeric', month: 'short', ...clock }).format(atMs)
    },
    full: (atMs) => dateFormat('full', { day: 'numeric', month: 'long', year: 'numeric', ...clock }).format(atMs),
    number: (value) => numberFormat.format(value),
    size(bytes) {
      const power = Math.min(sizeUnits.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3))
      const amount = bytes / 1000 ** power
      return `${power > 1 && amount < 100 ? tenths.format(amount) : numberFormat.format(Math.round(amount))} ${sizeUnits[power]}`
    },
    list: (items) => listFormat.format(items),
  }
}
