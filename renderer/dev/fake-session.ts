// Owns the made-up session of the development page: its state, its app lock and its notices, as the hash asks for.
// Hash parameters: state, language, theme, width, problem, receipt, lease, skew, lock=on|locked, retry=<seconds>,
// policy=<minutes>, cache=damaged|rolled-back|other-key, rescued=<count>, lost, quiet, no-forward,
// no-files, no-edit, no-delete, notifications=full|sender|hidden, it (has the IT role), signed-out (by IT, with
// state=signed-out), withdrawn=<count of conversations that IT wiped>, closed=<why the cache is closed>.

import type { SessionState, SessionView, WipeNotice } from '../../shared/bridge.ts'
import type { WipeId } from '../../shared/model.ts'
import { me } from './sample.ts'

const hourMs = 3_600_000
const workspaceName = '海峽資本 Straits Capital'

/** The session at `nowMs`. */
export function makeSession(hash: URLSearchParams, nowMs: number): SessionView {
  const state = (hash.get('state') ?? (hash.get('lock') === 'locked' ? 'locked' : 'live')) as SessionState
  const problem = hash.get('problem')
  const wipe: WipeNotice = {
    wipeId: `wip_${'7k2m'.repeat(5)}` as WipeId,
    workspaceName,
    issuedBy: '李家豪（資訊科技部）',
    reason: '手提電腦遺失：於 11 月 22 日在機場快綫遺留，已報警。Lost laptop, police report filed.',
    issuedAtMs: nowMs - 4 * 60_000,
    wipedAtMs: nowMs - 3 * 60_000,
    filesRemoved: 27,
    receipt: (hash.get('receipt') ?? 'delivered') as WipeNotice['receipt'],
  }
  const lock = hash.get('lock')
  const policyMinutes = Number(hash.get('policy') ?? 240)
  const retrySeconds = Number(hash.get('retry') ?? 0)
  const cacheReason = hash.get('cache')
  const withdrawn = Number(hash.get('withdrawn') ?? 0)
  const closed = hash.get('closed')
  const issuedBy = '李家豪（資訊科技部）'
  const away = state === 'offline' || state === 'connecting' || state === 'locked'
  const gone = state === 'signed-out' || state === 'wiped'
  return {
    state,
    host: 'electron',
    version: '0.1.0',
    settings: {
      theme: (hash.get('theme') ?? 'light') as SessionView['settings']['theme'],
      language: (hash.get('language') ?? 'en') as SessionView['settings']['language'],
      listWidthPx: Number(hash.get('width') ?? 280),
      lockAfterMinutes: 15,
      notify: 'all',
      quietHours: hash.has('quiet') ? { fromMinute: 1200, toMinute: 480 } : null,
    },
    may: {
      forward: !hash.has('no-forward'),
      takeFiles: !hash.has('no-files'),
      edit: !hash.has('no-edit'),
      delete: !hash.has('no-delete'),
    },
    systemLanguages: ['en-HK', 'zh-HK'],
    ...(gone ? {} : { workspaceName }),
    ...(gone || lock === 'locked' ? {} : { me }),
    lastHeardAtMs: nowMs - (away ? 52 * 60_000 : 2000),
    ...(hash.get('lease') === 'none'
      ? {}
      : { readableUntilMs: nowMs - (away ? 52 * 60_000 : 0) + (state === 'locked' ? -1 : 72) * hourMs }),
    ...(state === 'locked' ? { retryAtMs: nowMs + 120_000 } : {}),
    ...(state === 'catching-up' ? { catchUp: { done: 1284, total: 5120 } } : {}),
    queued: away ? 2 : 0,
    appLock: {
      enabled: lock !== null,
      locked: lock === 'locked',
      lockAfterMinutes: Math.min(15, policyMinutes),
      ...(retrySeconds > 0 ? { retryAtMs: Date.now() + retrySeconds * 1000 } : {}),
    },
    ...(cacheReason === null
      ? {}
      : {
          cacheNotice: {
            reason: cacheReason as NonNullable<SessionView['cacheNotice']>['reason'],
            atMs: nowMs - 5 * 60_000,
            rescued: Number(hash.get('rescued') ?? 0),
            maybeLost: hash.has('lost'),
          },
        }),
    ...(problem === null ? {} : { problem: { code: problem, message: problem } }),
    notifications: (hash.get('notifications') ?? 'full') as NonNullable<SessionView['notifications']>,
    ...(hash.has('skew') ? { clockSkewMs: Number(hash.get('skew')) * 60_000 } : {}),
    ...(state === 'wiping' || state === 'wiped' ? { wipe } : {}),
    ...(hash.has('signed-out')
      ? {
          signOut: {
            workspaceName,
            issuedBy,
            reason: '電腦將轉交中環辦公室使用。Your desktop moves to the Central office on Monday.',
            atMs: nowMs - 12 * 60_000,
            serverUrl: 'https://causeway.example.hk',
          },
        }
      : {}),
    ...(withdrawn > 0
      ? {
          conversationsWiped: {
            wipeId: `wip_${'4h8n'.repeat(5)}` as WipeId,
            names: ['fx-desk', '週年晚宴籌備小組', 'Grace Wong'].slice(0, withdrawn),
            issuedBy,
            reason: '誤發客戶名單 Client list was posted by mistake',
            atMs: nowMs - 7 * 60_000,
          },
        }
      : {}),
    ...(closed === null ? {} : { closed: closed as NonNullable<SessionView['closed']> }),
    roles: hash.has('it') ? ['it'] : [],
  }
}
