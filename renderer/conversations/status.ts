// Owns what the status strip says for a session. Pure. Always holds: it answers three questions in words: is it live,
// since when not, and until when can this be read.

import type { SessionView } from '../../shared/bridge.ts'
import { times } from '../../shared/limits.ts'
import type { Translator } from '../i18n/translator.ts'

export interface Status {
  readonly tone: 'live' | 'busy' | 'offline' | 'warn'
  readonly title: string
  /** Shown beside one another, with a point between. */
  readonly details: readonly string[]
  readonly warnings: readonly string[]
  readonly canRetry: boolean
  /** Of 1, while catching up with a known total. */
  readonly progress: number | undefined
}

/** The strip's content for `session` at `nowMs`. */
export function statusOf(session: SessionView, nowMs: number, translator: Translator): Status {
  const { t, moment, number, failure } = translator
  const queued = session.queued > 0 ? [t('status.queued', { count: session.queued })] : []
  const readable =
    session.readableUntilMs === undefined
      ? []
      : [t('status.readableUntil', { time: moment(session.readableUntilMs, nowMs) })]
  const warnings = [
    ...(session.problem === undefined || isReach(session.problem.code) ? [] : [failure(session.problem.code)]),
    ...(session.clockSkewMs === undefined ? [] : [skewOf(session.clockSkewMs, t)]),
  ]
  const plain = { details: queued, warnings, canRetry: false, progress: undefined }
  switch (session.state) {
    case 'live':
      return { ...plain, tone: 'live', title: t('status.live') }
    case 'catching-up': {
      const { catchUp } = session
      if (catchUp === undefined || catchUp.total === 0) return { ...plain, tone: 'busy', title: t('status.catchingUp') }
      const title = t('status.catchingUpCount', { done: number(catchUp.done), total: number(catchUp.total) })
      return { ...plain, tone: 'busy', title, progress: Math.max(0, Math.min(1, catchUp.done / catchUp.total)) }
    }
    case 'update-required':
      return {
        ...plain,
        tone: 'warn',
        title: t('status.updateRequired'),
        details: [t('status.updateDetail'), ...readable, ...queued],
      }
    case 'offline': {
      const since = session.lastHeardAtMs
      const title = since === undefined ? t('status.offline') : t('status.offlineSince', { time: moment(since, nowMs) })
      return { ...plain, tone: 'offline', title, details: [...readable, ...queued], canRetry: true }
    }
    case 'connecting':
    case 'handshaking':
    case 'signed-out':
    case 'locked':
    case 'wiping':
    case 'wiped':
      return { ...plain, tone: 'busy', title: t('status.connecting'), details: [...readable, ...queued] }
  }
}

/** Problems that being offline says already. */
function isReach(code: string): boolean {
  return code === 'unavailable' || code === 'offline' || code === 'update-required' || code === 'too-slow'
}

/** `skewMs` is the server's clock minus ours: positive where ours is behind. */
function skewOf(skewMs: number, t: Translator['t']): string {
  const away = Math.abs(skewMs)
  const amount =
    away >= 2 * times.DAY_MS
      ? t('status.days', { count: Math.round(away / times.DAY_MS) })
      : away >= 2 * times.HOUR_MS
        ? t('status.hours', { count: Math.round(away / times.HOUR_MS) })
        : t('status.minutes', { count: Math.max(1, Math.round(away / times.MINUTE_MS)) })
  return t(skewMs > 0 ? 'status.skewBehind' : 'status.skewAhead', { amount })
}
