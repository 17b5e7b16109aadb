// Owns the story of a sign-out: cut off anywhere, it ends with a closed app that says so and has destroyed nothing; enrolled
// again by the same person, everything is there.

import { createCanaryScanner } from './canaries.ts'
import { must } from './fake-shell.ts'
import { openWholeProfile } from './opened-profile.ts'
import type { FaultClient } from './wipe-faults-client.ts'
import { hasObeyed, isSignedOut, type Lie, type OrderStory, REASON, type Scene } from './wipe-faults-story.ts'

/** What a sign-out leaves where it is. */
const kept = ['vault/device.sealed', 'vault/local.sealed', 'store/cache.db']

export function createSignOutStory({ site, plan, room, host, serverUp, say, inTime }: Scene): OrderStory {
  let given = false

  const device = () => {
    const server = host()
    return server && must(server.server.admin.listDevices({})).find(({ id }) => id === site.deviceId)
  }
  const lost = ({ files }: Lie) => kept.filter((name) => !files.includes(name))

  return {
    async give() {
      const { admin } = (await serverUp()).server
      if (!given) must(admin.signOutDevice({ deviceId: site.deviceId, reason: REASON }))
      given = true
    },
    isDelivered: () => hasObeyed(room.profile),
    isFinished: () => false,
    isQuiet: () => isSignedOut(room.profile),
    faultsAfter(_found, left) {
      const gone = lost(left)
      return gone.length > 0 ? [`a sign-out has destroyed ${gone}`] : []
    },
    async finish(app) {
      const session = () => app.must('getSession', {})
      await inTime(
        app.until(async () => {
          const { signOut, state } = await session()
          return state === 'signed-out' && signOut?.reason === REASON
        }),
        'the sign-out',
      )
      await inTime(
        app.until(() => isSignedOut(room.profile)),
        'what is kept of the sign-out',
      )
      await inTime(
        app.until(async () => (await app.call('listConversations', {})).error !== undefined),
        'the closing of the cache',
      )
      if (device()?.status !== 'signed-out') say(`the server says ${device()?.status}`)
      const { code } = must((await serverUp()).server.admin.createEnrolment({ user: site.me }))
      await app.must('enroll', { serverUrl: host()?.url ?? '', code })
      await inTime(
        app.until(async () => {
          const { state, appLock } = await session()
          if (appLock.locked) await app.must('unlock', { passphrase: site.passphrase })
          return state === 'live'
        }),
        'the way back',
      )
      if (device()?.status !== 'active') say(`the server says ${device()?.status}, of a device that is back`)
      await expectAll(app)
      await app.until(async () => (await session()).queued === 0)
    },
    async faultsAtEnd() {
      const passphrase = plan.variant === 'locked' || plan.variant === 'locked-later' ? site.passphrase : undefined
      const { contents, unopened } = await openWholeProfile(room.profile, passphrase)
      const scanner = createCanaryScanner(site.conversationIds.flatMap((id) => site.marksOf(id)))
      const namesIn = (list: typeof contents) =>
        new Set(list.flatMap(({ place, bytes }) => scanner.scanBytes(bytes, place).map(({ canary }) => canary)))
      const there = namesIn(contents)
      const gone = [...namesIn(site.opened.contents)].filter((name) => !there.has(name))
      return [
        ...(gone.length > 0 ? [`${gone.length} marks are gone, the first ${gone[0]}`] : []),
        ...unopened
          .filter((place) => place !== 'shard file' && place !== 'file part left behind')
          .map((place) => `a ${place} opens with no key`),
      ]
    },
  }

  async function expectAll(app: FaultClient): Promise<void> {
    // After a catch-up it is further up.
    for (const conversationId of plan.variant === 'catching-up' ? [] : site.conversationIds) {
      const page = JSON.stringify(await app.must('readConversation', { conversationId, limit: 100 }))
      if (!page.includes(site.lastWordOf(conversationId))) say('a conversation is not there any more')
    }
  }
}
