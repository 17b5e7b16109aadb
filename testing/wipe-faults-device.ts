// Owns the story of a wipe of the whole device: cut off anywhere, it ends with nothing left but the notice, the receipt
// acknowledged and the device key gone; meanwhile the app is never half open.

import { existsSync } from 'node:fs'
import path from 'node:path'
import { rowOf } from '../main/profile/persisted.ts'
import type { AdminWipe } from '../shared/admin.ts'
import type { ConversationId } from '../shared/model.ts'
import { must } from './fake-shell.ts'
import { listFiles } from './folders.ts'
import type { FaultClient } from './wipe-faults-client.ts'
import type { Variant } from './wipe-faults-plan.ts'
import {
  documentsOf,
  faultsOfReceipt,
  journalIn,
  type Lie,
  lieOf,
  type OrderStory,
  REASON,
  readJson,
  type Scene,
  wipeNow,
} from './wipe-faults-story.ts'

/** Where the cache may be closed when the order comes, so that nobody knows how many keys it had. */
const closedVariants: ReadonlySet<Variant> = new Set([
  'locked',
  'locked-later',
  'disk-full',
  'signed-out',
  'two-kinds',
  'read-only-files',
])

export function createDeviceStory({ site, plan, room, host, serverUp, say, inTime }: Scene): OrderStory {
  const { variant } = plan
  const journalFile = path.join(room.profile, 'wipe/journal.json')
  const noticeFile = path.join(room.profile, 'wipe/notice.json')
  let wipe: AdminWipe | undefined
  /** Of the conversations, where these were ordered too. */
  let other: AdminWipe | undefined

  const now = () => {
    wipe = wipeNow(host(), wipe)
    return wipe
  }
  const isFinished = () => existsSync(noticeFile) && !existsSync(journalFile)

  async function orderConversations(): Promise<void> {
    const { admin } = (await serverUp()).server
    const conversationIds = [...site.conversationIds]
    const target = { type: 'conversations' as const, conversationIds }
    const { orderId } = must(admin.giveOrder({ kind: 'wipe', target, reason: REASON }))
    const [row] = must(admin.showOrder({ orderId })).devices
    if (row?.wipeId) other = must(admin.showWipe({ wipeId: row.wipeId }))
  }

  return {
    async give() {
      const { admin } = (await serverUp()).server
      if (now()?.status === 'done') return
      if (variant === 'two-kinds' && !wipe) await orderConversations()
      const order = () => must(admin.wipeDevice({ deviceId: site.deviceId, reason: REASON }))
      const first = order()
      if (wipe && first.wipeId !== wipe.wipeId) say('the same device is under two orders')
      if (variant === 'two-orders' && order().wipeId !== first.wipeId) say('two orders at once are two wipes')
      wipe = first
    },
    isDelivered: () => now()?.status !== 'pending',
    isFinished,
    isQuiet(app) {
      if (variant === 'read-only-keys') return app.notes().filter(({ type }) => type === 'probe').length >= 2
      if (host()) return isFinished() && now()?.status === 'done'
      const journal = journalIn(room.profile)
      // An app that never heard of the order is as it was.
      return journal ? journal.receipt !== undefined : app.state() === 'offline' || app.state() === 'locked'
    },
    faultsAfter(found, left) {
      const { journal, files } = left
      if (!journal) {
        const isLost = found.journal && !files.includes('wipe/notice.json') && variant !== 'disk-full'
        return isLost ? ['the journal is gone before the end'] : []
      }
      const faults = faultsOfJournal(left)
      if (found.journal && journal.attempts < found.journal.attempts) faults.push('attempts were forgotten')
      if (found.journal?.receipt && journal.receipt !== found.journal.receipt) faults.push('the receipt has changed')
      return faults
    },
    async finish(app) {
      if (variant === 'two-orders') await this.give()
      await inTime(
        app.until(async () => isFinished() && now()?.status === 'done'),
        'the last life',
      )
      await inTime(
        app.until(async () => (await app.must('getSession', {})).state === 'wiped'),
        'the last screen',
      )
      const { wipe: told } = await app.must('getSession', {})
      if (told?.reason !== REASON) say('the screen does not tell the reason')
      await expectNothing(app, site.conversationIds[0], site.word, site.passphrase, say)
    },
    async faultsAtEnd(posted, attempts, starts) {
      const ended = now()
      if (!ended) return ['there was no wipe']
      const outcome = variant === 'read-only-files' || variant === 'busy-files' ? 'partial' : 'wiped'
      const { faults, receipt } = await documentsOf(ended, posted, site)
      const closed = closedVariants.has(variant) || plan.witness
      const said = receipt ? faultsOfReceipt(receipt, { outcome, keysAtLeast: closed ? 2 : 3, attempts }) : []
      const notice = (readJson(noticeFile) ?? {}) as Record<string, unknown>
      const isTold = notice.reason === REASON && notice.receipt === 'delivered'
      // With the device its conversations are gone.
      const open = other && wipeNow(host(), other)?.status !== 'done'
      return [
        ...faults,
        ...said,
        ...whatIsLeft(room.profile, outcome === 'partial', starts),
        ...(isTold ? [] : ['the notice is missing or wrong']),
        ...(open ? ['the wipe of the conversations is open for ever'] : []),
      ]
    },
  }
}

/** A profile against what its journal says of it. */
function faultsOfJournal({ journal, files, keyStore }: Lie): string[] {
  const faults: string[] = []
  if (!journal) return faults
  const has = (name: string) => files.includes(name)
  const rule = (name: string) => rowOf(name)?.eraseOn ?? ''
  if (journal.keysGoneAtMs !== undefined) {
    const keys = files.filter((name) => rule(name) === 'wipe-first')
    if (keys.length > 0) faults.push(`keys are said to be gone, and ${keys} is there`)
  }
  if (journal.filesGone?.left === 0) {
    const left = files.filter((name) => !['never', 'wipe-acknowledged'].includes(rule(name)) && !isLog(name))
    if (left.length > 0) faults.push(`files are said to be gone, and ${left} is there`)
  }
  if (!journal.delivered && !(has('vault/device.sealed') && keyStore))
    faults.push('the device key is gone before the receipt was acknowledged')
  if (journal.deviceKeyGone && has('vault/device.sealed')) faults.push('the device key is said to be gone, and is not')
  return faults
}

/** A program that is started again has a log again, which tells no content. */
const isLog = (name: string) => name.startsWith('logs/')

function whatIsLeft(profileDir: string, isPartial: boolean, starts: number): string[] {
  const faults: string[] = []
  const { files, keyStore } = lieOf(profileDir)
  const left = files.filter((name) => name !== 'profile.lock' && name !== 'wipe/notice.json')
  const wrong = left.filter((name) => !isPartial || name.startsWith('vault/') || name.startsWith('wipe/'))
  const stray = wrong.filter((name) => !(isLog(name) && starts > 1))
  if (stray.length > 0) faults.push(`left behind: ${stray.join(', ')}`)
  if (keyStore) faults.push('the key store’s secret is left')
  const witness = path.join(path.dirname(profileDir), 'witness')
  if (existsSync(witness) && listFiles(witness).length > 0) faults.push('the witness is left')
  return faults
}

async function expectNothing(
  app: FaultClient,
  conversationId: ConversationId | undefined,
  text: string,
  passphrase: string,
  say: (fault: string) => void,
): Promise<void> {
  if (conversationId === undefined) throw new Error('no conversation')
  const answered = [
    await app.call('listConversations', {}),
    await app.call('readConversation', { conversationId, limit: 5 }),
    await app.call('search', { text }),
    await app.call('unlock', { passphrase }),
  ]
  for (const { ok } of answered) if (ok !== undefined) say('a wiped app answers')
}
