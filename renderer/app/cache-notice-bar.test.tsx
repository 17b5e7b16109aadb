import { afterEach, describe, expect, it } from 'vitest'
import type { CacheNotice } from '../../shared/bridge.ts'
import { ok, sessionOf } from '../dev/fake-host.ts'
import { type Staged, stage } from '../dev/staged.tsx'
import { CacheNoticeBar } from './cache-notice-bar.tsx'

let staged: Staged
afterEach(() => staged.remove())
const notice: CacheNotice = { reason: 'damaged', atMs: 1, rescued: 0, maybeLost: false }
const open = (change: Partial<CacheNotice>) =>
  stage(<CacheNoticeBar />, {
    state: { session: sessionOf({ cacheNotice: { ...notice, ...change } }) },
    answers: { dismissCacheNotice: () => ok({}), getSession: () => ok(sessionOf()) },
  })

describe('the notice about the cache', () => {
  it('[UI45] says why, what was carried over and what may be missing, and nothing that did not happen', async () => {
    staged = await open({ reason: 'rolled-back', rescued: 2, maybeLost: true })
    const worst = staged.get('cache-notice').textContent
    expect(worst).toContain('an older copy')
    expect(worst).toContain('2 unsent messages were')
    expect(worst).toContain('may be missing')
    staged.remove()
    staged = await open({})
    const best = staged.get('cache-notice').textContent
    expect(best).toContain('damaged')
    expect(best).not.toMatch(/unsent|missing/)
  })

  it('[UI45] goes when its reader dismisses it, and takes no focus before', async () => {
    staged = await open({ reason: 'other-key' })
    expect(staged.get('cache-notice').contains(document.activeElement)).toBe(false)
    await staged.click('cache-notice-dismiss')
    expect(staged.host.count('dismissCacheNotice')).toBe(1)
    expect(staged.find('cache-notice')).toBeUndefined()
  })
})
