/**
 * Hong Kong time for the demo: which hours people write in, and dates as people write them.
 * Everything is computed from the instants given; nothing here reads a clock or the machine's time zone.
 * Hong Kong is UTC+8 all year (no summer time since 1979).
 */

export const minuteMs = 60_000
export const dayMs = 86_400_000
const hongKongOffsetMs = 8 * 60 * minuteMs

/** General holidays (days other than Sundays) that move with the moon or Easter, or are substitutes. */
const movableHolidays = new Set([
  ...['2026-02-17', '2026-02-18', '2026-02-19', '2026-04-03', '2026-04-04', '2026-04-06', '2026-04-07'],
  ...['2026-05-25', '2026-06-19', '2026-09-26', '2026-10-19'],
  ...['2027-02-06', '2027-02-08', '2027-02-09', '2027-03-26', '2027-03-27', '2027-03-29', '2027-04-05'],
  ...['2027-05-13', '2027-06-09', '2027-09-16', '2027-10-08', '2027-12-27'],
])
const fixedHolidays = new Set(['01-01', '05-01', '07-01', '10-01', '12-25', '12-26'])

export interface HongKongDate {
  year: number
  month: number
  date: number
  /** 0 is Sunday. */
  weekday: number
  minuteOfDay: number
}

/** The stretch of time in which people of one kind write; ends are exclusive. */
export interface Span {
  startMs: number
  endMs: number
}

/** The Hong Kong wall clock at an instant. */
export function hongKongDate(atMs: number): HongKongDate {
  const shifted = new Date(atMs + hongKongOffsetMs)
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    date: shifted.getUTCDate(),
    weekday: shifted.getUTCDay(),
    minuteOfDay: shifted.getUTCHours() * 60 + shifted.getUTCMinutes(),
  }
}

/** Midnight in Hong Kong at or before an instant. */
export function midnightMs(atMs: number): number {
  return Math.floor((atMs + hongKongOffsetMs) / dayMs) * dayMs - hongKongOffsetMs
}

/** Whether offices are open on the Hong Kong day of an instant. */
export function isWorkingDay(atMs: number): boolean {
  const { weekday } = hongKongDate(atMs)
  if (weekday === 0 || weekday === 6) return false
  const iso = new Date(atMs + hongKongOffsetMs).toISOString().slice(0, 10)
  return !movableHolidays.has(iso) && !fixedHolidays.has(iso.slice(5))
}

/** How a conversation keeps hours: offices stop for lunch, shops trade every day, chat fills the lunch hour. */
export type Hours = 'office' | 'shop' | 'social'

const dailyMinutes: Record<Hours, readonly (readonly [number, number])[]> = {
  office: [
    [9 * 60 + 5, 13 * 60],
    [14 * 60 + 5, 18 * 60 + 30],
  ],
  shop: [[9 * 60 + 40, 21 * 60 + 50]],
  social: [[9 * 60 + 20, 18 * 60 + 50]],
}

/** The spans of time between two instants in which conversations of this kind are written, ascending. */
export function spansBetween(hours: Hours, fromMs: number, toMs: number): Span[] {
  const spans: Span[] = []
  for (let dayStartMs = midnightMs(fromMs); dayStartMs < toMs; dayStartMs += dayMs) {
    if (hours !== 'shop' && !isWorkingDay(dayStartMs)) continue
    for (const [open, close] of dailyMinutes[hours]) {
      const startMs = Math.max(fromMs, dayStartMs + open * minuteMs)
      const endMs = Math.min(toMs, dayStartMs + close * minuteMs)
      if (startMs < endMs) spans.push({ startMs, endMs })
    }
  }
  return spans
}

/** The instant `amountMs` of span time after `fromMs`; undefined when the spans run out first. */
export function advance(spans: readonly Span[], fromMs: number, amountMs: number): number | undefined {
  let leftMs = amountMs
  for (const span of spans) {
    if (span.endMs <= fromMs) continue
    const startMs = Math.max(span.startMs, fromMs)
    if (startMs + leftMs < span.endMs) return startMs + leftMs
    // A pause for lunch or the night swallows the rest of a short gap rather than stretching it.
    leftMs = leftMs > 30 * minuteMs ? leftMs - (span.endMs - startMs) : Math.min(leftMs, 4 * minuteMs)
  }
  return undefined
}

/** The instant `amountMs` of span time before `fromMs`; undefined when the spans run out first. */
export function retreat(spans: readonly Span[], fromMs: number, amountMs: number): number | undefined {
  let leftMs = amountMs
  for (let i = spans.length - 1; i >= 0; i--) {
    const span = spans[i]
    if (span === undefined || span.startMs >= fromMs) continue
    const endMs = Math.min(span.endMs, fromMs)
    if (endMs - leftMs >= span.startMs) return Math.max(span.startMs, endMs - leftMs - 1)
    leftMs -= endMs - span.startMs
  }
  return undefined
}

/** The instant's day moved by a number of working days (0 keeps the day even if it is a holiday). */
export function addWorkingDays(atMs: number, count: number): number {
  const step = Math.sign(count) * dayMs
  let movedMs = atMs
  for (let left = Math.abs(count); left > 0; ) {
    movedMs += step
    if (isWorkingDay(movedMs)) left -= 1
  }
  return movedMs
}

const weekdaysZh = ['日', '一', '二', '三', '四', '五', '六']
const weekdaysEn = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const monthsEn = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
]

/** `11月26日（四）` */
export function dateZh(atMs: number): string {
  const d = hongKongDate(atMs)
  return `${d.month}月${d.date}日（${weekdaysZh[d.weekday]}）`
}

/** A day to come as people say it on the day of `atMs`: 聽日, 後日, 星期五, 下星期三, else the date. */
export function daySpokenZh(atMs: number, dayAtMs: number): string {
  const daysAhead = Math.round((midnightMs(dayAtMs) - midnightMs(atMs)) / dayMs)
  if (daysAhead === 1) return '聽日'
  if (daysAhead === 2) return '後日'
  const { month, date, weekday } = hongKongDate(dayAtMs)
  const today = (hongKongDate(atMs).weekday + 6) % 7
  if (daysAhead > 2 && today + daysAhead < 7) return `星期${weekdaysZh[weekday]}`
  if (daysAhead > 2 && today + daysAhead < 14) return `下星期${weekdaysZh[weekday]}`
  return `${month}月${date}日`
}

/** `Thu 26 Nov` */
export function dateEn(atMs: number): string {
  const d = hongKongDate(atMs)
  return `${weekdaysEn[d.weekday]} ${d.date} ${monthsEn[d.month - 1]?.slice(0, 3)}`
}

/** The month number of an instant moved by whole months, 1 to 12. */
export function monthNumber(atMs: number, offset: number): number {
  return ((((hongKongDate(atMs).month - 1 + offset) % 12) + 12) % 12) + 1
}

/** The English month name of an instant moved by whole months. */
export function monthEn(atMs: number, offset: number): string {
  return monthsEn[monthNumber(atMs, offset) - 1] ?? ''
}

/** `14:30`, moved by minutes and, when moved, rounded up to the quarter hour people would name. */
export function clock(atMs: number, offsetMinutes: number): string {
  const raw = hongKongDate(atMs).minuteOfDay + offsetMinutes
  const minute = offsetMinutes === 0 ? raw : Math.ceil(raw / 15) * 15
  const two = (n: number) => String(n).padStart(2, '0')
  return `${two(Math.floor(minute / 60) % 24)}:${two(minute % 60)}`
}
