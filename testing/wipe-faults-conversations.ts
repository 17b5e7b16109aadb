// Owns the story of a wipe of two conversations, the one that is worked in and one that is read: cut off anywhere, it ends with
// nothing of them that opens, nor what destroyed keys or records were as they lay sealed; everything else is as it was.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { AdminWipe } from '../shared/admin.ts'
import { type Canary, type CanaryScanner, createCanaryScanner } from './canaries.ts'
import { must } from './fake-shell.ts'
import { type OpenedProfile, openWholeProfile } from './opened-profile.ts'
import type { FaultClient } from './wipe-faults-client.ts'
import type { Variant } from './wipe-faults-plan.ts'
import type { FaultSite } from './wipe-faults-site.ts'
import {
  documentsOf,
  entriesIn,
  faultsOfReceipt,
  lieOf,
  type OrderStory,
  REASON,
  type Scene,
  wipeNow,
} from './wipe-faults-story.ts'

/** The conversations that are wiped. */
const wipedIn = ({ conversationIds }: FaultSite) => [...conversationIds.slice(0, 1), ...conversationIds.slice(-1)]
const keptIn = ({ conversationIds }: FaultSite) => conversationIds.slice(1, -1)

/** Words of the conversations that are wiped. Their names stay, and what was sent after the order had been given. */
export function wipedWords(site: FaultSite, variant: Variant): Canary[] {
  const isSending = variant === 'uploading' || variant === 'catching-up'
  const stays = isSending
    ? /^(new )?(conversation name|topic)|^(search query|browsed text)|^(outbox|waiting)/
    : /^(new )?(conversation name|topic)|^(search query|browsed text)/
  return wipedIn(site)
    .flatMap((id) => site.marksOf(id))
    .filter(({ name }) => !stays.test(name))
}

/** What of the wiped conversations the profile held, as it lay sealed; without shards and parts of files, which are files. */
function sealedWords(site: FaultSite, variant: Variant): Secret[] {
  const wiped = createCanaryScanner(wipedWords(site, variant))
  return site.opened.contents.flatMap(({ place, bytes, sealed }) => {
    const isFile = place === 'shard file' || place.startsWith('file part')
    return !isFile && wiped.scanBytes(bytes, place).length > 0 ? [{ name: `${place}, as sealed,`, bytes: sealed }] : []
  })
}
type Secret = Extract<Canary, { bytes: Uint8Array }>

export function createConversationsStory({ site, plan, room, host, serverUp, say, inTime }: Scene): OrderStory {
  const { variant } = plan
  const conversationIds = wipedIn(site)
  let wipe: AdminWipe | undefined

  const now = () => {
    wipe = wipeNow(host(), wipe)
    return wipe
  }
  const isFinished = () => now()?.status === 'done' && entriesIn(room.profile).length === 0
  const isClosed = variant === 'locked' || variant === 'locked-later'

  /** Rows of them in the database or its log, as they lay sealed: gone before their destruction is noted. */
  let rows: CanaryScanner | undefined
  function sealedStill(): string[] {
    rows ??= createCanaryScanner(sealedWords(site, variant))
    const search = rows
    return ['store/cache.db', 'store/cache.db-wal'].flatMap((name) => {
      const file = path.join(room.profile, name)
      return existsSync(file)
        ? search.scanBytes(readFileSync(file), name).map(({ canary }) => `${canary} in ${name}`)
        : []
    })
  }

  async function order(): Promise<AdminWipe> {
    const { admin } = (await serverUp()).server
    const target = { type: 'conversations' as const, conversationIds }
    const { orderId } = must(admin.giveOrder({ kind: 'wipe', target, reason: REASON }))
    const [row] = must(admin.showOrder({ orderId })).devices
    if (!row?.wipeId) throw new Error('the order is for nobody')
    return must(admin.showWipe({ wipeId: row.wipeId }))
  }

  return {
    async give() {
      const first = wipe
      wipe = await order()
      // Another order of the same is another wipe, to which nothing is left.
      if (variant === 'two-orders' && !first) wipe = await order()
    },
    isDelivered: () => now()?.status !== 'pending',
    isFinished,
    isQuiet(app) {
      const [entry] = entriesIn(room.profile)
      // What waits for the passphrase goes no further.
      if (isClosed) return entry !== undefined
      // Without room a cache that was closed stays so, and keeps what it has.
      if (variant === 'disk-full' && app.state() === 'locked') return true
      if (host()) return isFinished()
      return entry ? entry.receipt !== undefined : app.state() === 'offline' || app.state() === 'locked'
    },
    faultsAfter(found, left) {
      const faults: string[] = []
      const missing = ['vault/device.sealed', 'vault/local.sealed'].filter((name) => !left.files.includes(name))
      if (missing.length > 0) faults.push(`${missing} is gone`)
      if (found.entry?.receipt && left.entry?.receipt && left.entry.receipt !== found.entry.receipt)
        faults.push('the receipt has changed')
      if (left.entry?.destroyed) faults.push(...sealedStill())
      return faults
    },
    async finish(app) {
      if (variant === 'two-orders') await this.give()
      if (isClosed) await app.must('unlock', { passphrase: site.passphrase })
      await inTime(
        app.until(async () => isFinished()),
        'the last life',
      )
      await inTime(
        app.until(async () => (await app.must('getSession', {})).state === 'live'),
        'the last screen',
      )
      await look(app)
    },
    async faultsAtEnd(posted, attempts) {
      const ended = now()
      if (!ended) return ['there was no wipe']
      const isSecond = variant === 'two-orders'
      const { faults, receipt } = await documentsOf(ended, posted, site)
      const said = receipt
        ? faultsOfReceipt(receipt, {
            outcome: 'wiped',
            keysAtLeast: isSecond ? 0 : 2,
            attempts: isSecond ? { least: 1, most: attempts.most } : attempts,
          })
        : []
      if (receipt && !isSecond && receipt.conversationIds?.length !== conversationIds.length)
        said.push(`the receipt names ${receipt.conversationIds?.length} conversations`)
      const passphrase = isClosed ? site.passphrase : undefined
      const opened = await openWholeProfile(room.profile, passphrase)
      return [
        ...faults,
        ...said,
        ...faultsOfContents(site, variant, opened),
        ...(await faultsOfRemains({ site, plan, room }, opened)),
      ]
    },
  }

  /** What the window sees: of these nothing, of the others what it always saw. */
  async function look(app: FaultClient): Promise<void> {
    const words = wipedWords(site, variant).flatMap((canary) => ('text' in canary ? [canary.text] : []))
    for (const conversationId of conversationIds) {
      const page = JSON.stringify(await app.call('readConversation', { conversationId, limit: 100 }))
      if (words.some((word) => page.includes(word))) say('a wiped conversation is shown')
    }
    // After a catch-up it is further up.
    for (const conversationId of variant === 'catching-up' ? [] : keptIn(site)) {
      const page = JSON.stringify(await app.must('readConversation', { conversationId, limit: 100 }))
      if (!page.includes(site.lastWordOf(conversationId))) say('another conversation is not there any more')
    }
    const { hits } = await app.must('search', { text: site.word })
    if (hits.length > 0) say('the search finds what was wiped')
    const { conversationsWiped } = await app.must('getSession', {})
    if (conversationsWiped?.reason !== REASON) say('the window does not tell the reason')
  }
}

/** What opens in the profile: none of the words that were wiped, all of the others that were there. */
function faultsOfContents(site: FaultSite, variant: Variant, { contents, unopened }: OpenedProfile): string[] {
  const faults = unopened
    .filter((place) => place !== 'shard file' && place !== 'file part left behind')
    .map((place) => `a ${place} opens with no key`)
  const wiped = createCanaryScanner(wipedWords(site, variant))
  for (const { place, bytes } of contents) {
    const [first] = wiped.scanBytes(bytes, place)
    if (first) faults.push(`${first.canary} still opens in ${place}`)
  }
  const others = createCanaryScanner(keptIn(site).flatMap((id) => site.marksOf(id)))
  const namesIn = (opened: OpenedProfile['contents']) =>
    new Set(opened.flatMap(({ place, bytes }) => others.scanBytes(bytes, place).map(({ canary }) => canary)))
  const there = namesIn(contents)
  const lost = [...namesIn(site.opened.contents)].filter((name) => !there.has(name))
  if (lost.length > 0) faults.push(`${lost.length} marks of other conversations are gone, the first ${lost[0]}`)
  return [...new Set(faults)]
}

/** The bytes on the disk: none of the keys that went, none of the records that went, as they lay sealed. */
async function faultsOfRemains(
  { site, plan: { variant }, room }: Pick<Scene, 'site' | 'plan' | 'room'>,
  now: OpenedProfile,
): Promise<string[]> {
  const stands = new Set([...now.sealedKeys.values(), ...now.contents.map(({ sealed }) => sealed)].map(hex))
  const gone: Canary[] = []
  const note = (name: string, bytes: Uint8Array) => void (stands.has(hex(bytes)) || gone.push({ name, bytes }))
  for (const [id, sealed] of site.opened.sealedKeys) note(`key ${id}, as sealed`, sealed)
  for (const { name, bytes } of sealedWords(site, variant)) note(name, bytes)
  const { hits } = await createCanaryScanner(gone).scanFolder(room.profile)
  const { files } = lieOf(room.profile)
  return [
    ...(gone.length < 20 ? ['too little was looked for'] : []),
    ...hits.map(({ canary, file }) => `${canary} is left in ${file}`),
    ...files
      .filter((name) => name.startsWith(path.posix.join('store', 'quarantine-')))
      .map((name) => `${name} is left`),
  ]
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
