// Owns the proof of what orders of the organisation do to a whole app that goes on: real server, real disk, real sockets; the
// host is played.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { SessionView } from '../shared/bridge.ts'
import { limits } from '../shared/limits.ts'
import type { ConversationId } from '../shared/model.ts'
import { fromBase64url, openCountersignature, openReceipt } from '../shared/proof.ts'
import { FailureError, fail } from '../shared/result.ts'
import {
  clockOff,
  type Desk,
  endDesks,
  enrolled,
  idle,
  live,
  say,
  session,
  shows,
  startDesk,
  startServer,
  texts,
} from '../testing/desk.ts'
import { codeOf, must } from '../testing/fake-shell.ts'
import { findBytes, listFiles } from '../testing/folders.ts'
import { verifyDetached } from '../testing/signing.ts'
import type { Workspace } from '../testing/workspace.ts'
import { persisted } from './profile/persisted.ts'
import type { ConversationWipeProbe } from './wipe/orders.ts'

afterEach(endDesks)

const until = (desk: Desk, check: (view: SessionView) => boolean): Promise<void> =>
  desk.shell.until(async () => check(await session(desk)))
const notices = async ({ shell }: Desk, conversationId: ConversationId): Promise<string[]> => {
  const page = await shell.call('readConversation', { conversationId, limit: 200 })
  if (!page.ok) return [page.error.code]
  return page.value.messages.flatMap(({ content }) => (content.type === 'notice' ? [content.notice] : []))
}
const find = async ({ shell }: Desk, text: string): Promise<string[]> => {
  await shell.until(async () => must(await shell.call('search', { text })).complete)
  return must(await shell.call('search', { text })).hits.map((hit) => hit.text)
}
const wipeConversations = (server: Workspace, conversationIds: ConversationId[], reason = '項目結束') =>
  server.order({ kind: 'wipe', target: { type: 'conversations', conversationIds }, reason })
const signOut = (server: Workspace, userName: string, reason = '離職手續') =>
  server.order({ kind: 'sign-out', target: { type: 'devices', deviceIds: [server.deviceOf(userName)] }, reason })
const mineOf = (server: Workspace, order: { readonly orderId: Parameters<Workspace['wipesOf']>[0] }) =>
  wipesOf(server, order).find(({ deviceId }) => deviceId === server.deviceOf('tai-man'))
const wipesOf = (server: Workspace, order: { readonly orderId: Parameters<Workspace['wipesOf']>[0] }) =>
  server.wipesOf(order.orderId)

/** Hears how far the wipes of a desktop are: 'forget' comes once the server has acknowledged a receipt. */
function createSteps() {
  const seen: string[] = []
  const waiting = new Set<() => void>()
  const probe: ConversationWipeProbe = (step, when) => {
    if (when === 'after') seen.push(step)
    for (const look of [...waiting]) look()
  }
  return {
    /** For a start of the desktop. */
    options: { conversationWipeProbe: probe },
    /** Resolves once this step has been done so many times. */
    done: (step: Parameters<ConversationWipeProbe>[0], times = 1) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (seen.filter((each) => each === step).length < times) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
  }
}

/** Two conversations of both people, each with a message; both desktops have them. */
async function pair() {
  const server = await startServer()
  const first = server.found('項目甲', ['tai-man', 'ka-yan'])
  const second = server.found('項目乙', ['tai-man', 'ka-yan'])
  const steps = createSteps()
  const steps2 = createSteps()
  const one = await enrolled(server, 'tai-man', steps.options)
  const two = await enrolled(server, 'ka-yan', steps2.options)
  for (const [id, body] of [
    [first, 'secret canary of the first'],
    [second, 'words of the second'],
  ] as const) {
    await one.shell.until(async () => (await texts(one, id))[0] !== 'not-found')
    await say(one, id, body)
    await shows(two, id, body)
    await shows(one, id, body)
  }
  await idle(one)
  return { server, first, second, one, two, steps, steps2 }
}

describe('wipe of single conversations', () => {
  test('[CWP60] live: gone on every desktop of its members, the rest stays, receipted, told until it is read', async () => {
    const { server, first, second, one, two, steps, steps2 } = await pair()
    must(await one.shell.call('saveDraft', { conversationId: first, text: 'begun' }))
    expect(await find(one, 'canary')).toHaveLength(1)
    const resets = one.shell.windowsReset
    const order = wipeConversations(server, [first])
    for (const desk of [one, two]) {
      await until(desk, ({ conversationsWiped }) => conversationsWiped !== undefined)
      await desk.shell.until(async () => (await notices(desk, first)).includes('withdrawn'))
      expect(await texts(desk, first)).toEqual([])
      expect(await texts(desk, second)).toEqual(['words of the second'])
      expect(await find(desk, 'canary')).toEqual([])
      expect(await find(desk, 'second')).toHaveLength(1)
      expect((await session(desk)).state).toBe('live')
    }
    expect(one.shell.windowsReset).toBeGreaterThan(resets)
    expect(await notices(one, first)).toEqual(['created', 'joined', 'withdrawn'])
    const list = must(await one.shell.call('listConversations', {})).conversations
    const view = list.find(({ conversationId }) => conversationId === first)
    expect(view).toMatchObject({ name: '項目甲', unread: 0 })
    expect(view).not.toHaveProperty('draft')
    expect(view).not.toHaveProperty('lastMessage')
    expect((await session(one)).conversationsWiped).toMatchObject({
      names: ['項目甲'],
      issuedBy: 'IT 支援組',
      reason: '項目結束',
    })
    await Promise.all([steps.done('forget'), steps2.done('forget')])
    const wipes = wipesOf(server, order)
    expect(wipes.map(({ status }) => status)).toEqual(['done', 'done'])
    expect(wipes).toHaveLength(2)
    const authority = server.authorityKey()
    for (const { receipt = '', countersignature = '', devicePublicKey } of wipes) {
      const verify = (key: string) => (_kid: string, bytes: Uint8Array, signature: Uint8Array) =>
        verifyDetached(fromBase64url(key) as Uint8Array, bytes, signature)
      const signed = must(openReceipt(receipt, verify(devicePublicKey)))
      expect(signed).toMatchObject({ scope: 'conversations', conversationIds: [first], outcome: 'wiped', filesLeft: 0 })
      expect(signed.keysDestroyed).toBeGreaterThanOrEqual(2)
      expect(must(openCountersignature(countersignature, verify(authority)))).not.toHaveProperty('shareDestroyedAtMs')
    }
    must(await one.shell.call('dismissConversationsWiped', {}))
    expect(await session(one)).not.toHaveProperty('conversationsWiped')
    // It goes on from here.
    await say(two, first, 'a new beginning')
    await shows(one, first, 'a new beginning')
    expect(await notices(one, first)).toEqual(['created', 'joined', 'withdrawn'])
    const again = await two.restart()
    expect((await session(again)).conversationsWiped).toMatchObject({ names: ['項目甲'] })
    await shows(again, first, 'a new beginning')
    expect(findBytes(one.dir, ['canary', '項目甲'])).toEqual([])
  })

  test('[CWP61] ordered while a desktop is off: carried out when it comes back, what it wrote meanwhile goes too', async () => {
    const { server, first, second, one, steps } = await pair()
    await server.stop()
    await until(one, ({ state }) => state === 'offline')
    await say(one, first, 'written offline')
    await say(one, second, 'stays in line')
    await one.stop()
    await server.start()
    const order = wipeConversations(server, [first])
    const back = await one.restart(steps.options)
    await until(back, ({ conversationsWiped }) => conversationsWiped !== undefined)
    await live(back)
    await idle(back)
    await back.shell.until(async () => (await notices(back, first)).includes('withdrawn'))
    expect(await texts(back, first)).toEqual([])
    expect(await texts(back, second)).toEqual(['words of the second', 'stays in line'])
    await steps.done('forget')
    expect(mineOf(server, order)?.status).toBe('done')
  })

  test('[CWP62] two at once, for a conversation each: both gone, two receipts, one connection', async () => {
    const { server, first, second, one, steps } = await pair()
    await one.stop()
    const orders = [wipeConversations(server, [first]), wipeConversations(server, [second], 'zweite')]
    const back = await one.restart(steps.options)
    await live(back)
    for (const id of [first, second])
      await back.shell.until(async () => (await notices(back, id)).includes('withdrawn'))
    await steps.done('forget', 2)
    expect(orders.map((order) => mineOf(server, order)?.status)).toEqual(['done', 'done'])
    const told: string[] = []
    for (let view = await session(back); view.conversationsWiped; view = await session(back)) {
      told.push(view.conversationsWiped.reason)
      must(await back.shell.call('dismissConversationsWiped', {}))
    }
    expect(told).toEqual(['項目結束', 'zweite'])
  })

  test('[CWP62] with a wipe of the whole device beside it, the device wins and its receipt stands for both', async () => {
    const { server, first, one } = await pair()
    await one.stop()
    const order = wipeConversations(server, [first])
    const { wipeId } = server.wipe(server.deviceOf('tai-man'), 'lost')
    const back = await one.restart()
    await until(back, ({ wipe }) => wipe?.receipt === 'delivered')
    const kept = persisted.filter((row) => row.eraseOn === 'never').map((row) => row.path)
    for (const name of listFiles(back.dir)) expect(kept).toContain(name)
    expect([server.showWipe(wipeId).status, mineOf(server, order)?.status]).toEqual(['done', 'done'])
  })

  test('[CWP63] while the app is locked it waits in the journal, and is done before anything is read', async () => {
    const { server, first, second, one, steps } = await pair()
    must(await one.shell.call('setPassphrase', { next: 'correct horse battery' }))
    must(await one.shell.call('lock', {}))
    const order = wipeConversations(server, [first])
    await steps.done('journal')
    expect(existsSync(join(one.dir, 'wipe/orders.json'))).toBe(true)
    expect(mineOf(server, order)?.status).not.toBe('done')
    expect(await session(one)).toMatchObject({ state: 'locked', appLock: { locked: true } })
    expect(findBytes(one.dir, ['canary', '項目甲'])).toEqual([])
    // Over a restart, and without a network.
    await server.stop()
    const back = await one.restart(steps.options)
    must(await back.shell.call('unlock', { passphrase: 'correct horse battery' }))
    expect(await texts(back, first)).toEqual([])
    expect(await texts(back, second)).toEqual(['words of the second'])
    expect((await session(back)).conversationsWiped).toMatchObject({ names: ['項目甲'] })
    await server.start()
    must(await back.shell.call('retryConnection', {}))
    await steps.done('forget')
    expect(mineOf(server, order)?.status).toBe('done')
  })

  test('[CWP63] with its lease over, it is done as soon as the server opens the cache again', async () => {
    const { server, first, second, one, steps } = await pair()
    await one.stop()
    const order = wipeConversations(server, [first])
    const late = await one.restart({ ...steps.options, clock: clockOff(80 * 3_600_000) })
    await live(late)
    await late.shell.until(async () => (await notices(late, first)).includes('withdrawn'))
    expect(await texts(late, second)).toEqual(['words of the second'])
    await steps.done('forget')
    expect(mineOf(server, order)?.status).toBe('done')
  })

  test('[CWP64] in the midst of catching up: what was on its way is let go, and it ends caught up', async () => {
    const server = await startServer()
    const id = server.found('項目甲', ['tai-man'])
    for (let i = 0; i < 3 * limits.eventsPerPull; i++)
      server.append(id, 'tai-man', { type: 'message', body: `canary ${i}` } as Parameters<Workspace['append']>[2])
    const one = await startDesk()
    must(await one.shell.call('enroll', { serverUrl: server.url, code: server.code('tai-man') }))
    await one.shell.until(async () => (await texts(one, id)).some((text) => text.startsWith('canary')))
    wipeConversations(server, [id])
    await one.shell.until(async () => (await notices(one, id)).includes('withdrawn'))
    await live(one)
    expect(await texts(one, id)).toEqual([])
    expect(await find(one, 'canary')).toEqual([])
  })

  test('[CWP65] in the midst of sending a file: message, file and its sealed parts go', async () => {
    const { server, first, one, steps } = await pair()
    await server.stop()
    await until(one, ({ state }) => state === 'offline')
    const bytes = 3 * limits.fileSliceBytes
    const asked = { conversationId: first, name: 'plan.txt', mediaType: 'text/plain', bytes }
    const { fileId } = must(await one.shell.call('attachFile', asked))
    for (let offset = 0; offset < bytes; offset += limits.fileSliceBytes)
      must(
        await one.shell.call('appendFile', {
          fileId,
          offset,
          data: Buffer.alloc(limits.fileSliceBytes, 'canary').toString('base64'),
        }),
      )
    must(await one.shell.call('sendMessage', { conversationId: first, body: 'see file', fileIds: [fileId] }))
    await one.shell.until(() => listFiles(one.dir).some((name) => name.startsWith('files/')))
    await server.start()
    const order = wipeConversations(server, [first])
    must(await one.shell.call('retryConnection', {}))
    await steps.done('forget')
    expect(mineOf(server, order)?.status).toBe('done')
    await idle(one)
    expect(await texts(one, first)).toEqual([])
    await one.stop()
    expect(listFiles(one.dir).filter((name) => name.startsWith('files/'))).toEqual([])
  })

  test('[CWP66] its receipt is kept while there is no network, and delivered after a restart', async () => {
    const { server, first, one, steps } = await pair()
    must(await one.shell.call('setPassphrase', { next: 'correct horse battery' }))
    must(await one.shell.call('lock', {}))
    const order = wipeConversations(server, [first])
    await steps.done('journal')
    await server.stop()
    must(await one.shell.call('unlock', { passphrase: 'correct horse battery' }))
    await steps.done('sign-receipt')
    expect(await texts(one, first)).toEqual([])
    await one.stop()
    const { orders } = JSON.parse(readFileSync(join(one.dir, 'wipe/orders.json'), 'utf8'))
    expect(orders).toHaveLength(1)
    await server.start()
    // Locked: a receipt needs no cache.
    await one.restart(steps.options)
    await steps.done('forget')
    expect(mineOf(server, order)).toMatchObject({ status: 'done', receipt: orders[0].receipt })
    expect(JSON.parse(readFileSync(join(one.dir, 'wipe/orders.json'), 'utf8'))).toMatchObject({ orders: [] })
  })
})

describe('what cannot be destroyed now', () => {
  test('[CWP67] on a full disk the cache is closed rather than read on, over a restart too, and opens once it is done', async () => {
    const { server, first, second, one, steps } = await pair()
    let isFull = true
    const options = {
      conversationWipeProbe(step, when) {
        if (isFull && step === 'destroy-keys' && when === 'before') throw new FailureError(fail('disk-full').error)
        steps.options.conversationWipeProbe(step, when)
      },
    } satisfies { conversationWipeProbe: ConversationWipeProbe }
    await one.stop()
    const full = await one.restart(options)
    await live(full)
    const order = wipeConversations(server, [first])
    await until(full, ({ state, problem }) => state === 'locked' && problem?.code === 'disk-full')
    expect([await texts(full, first), await texts(full, second)]).toEqual([['locked'], ['locked']])
    const again = await full.restart(options)
    await until(again, ({ state, problem }) => state === 'locked' && problem?.code === 'disk-full')
    expect(await texts(again, second)).toEqual(['locked'])
    isFull = false
    must(await again.shell.call('retryConnection', {}))
    await live(again)
    await again.shell.until(async () => (await notices(again, first)).includes('withdrawn'))
    expect(await texts(again, second)).toEqual(['words of the second'])
    await steps.done('forget')
    expect(mineOf(server, order)?.status).toBe('done')
  })
})

describe('wipe of the whole device', () => {
  const gone = async (server: Workspace, desk: Desk, wipeId: Parameters<Workspace['showWipe']>[0]) => {
    await until(desk, ({ wipe }) => wipe?.receipt === 'delivered')
    expect(server.showWipe(wipeId).status).toBe('done')
    const kept = persisted.filter((row) => row.eraseOn === 'never').map((row) => row.path)
    for (const name of listFiles(desk.dir)) expect(kept).toContain(name)
  }

  test('[CWP68] in the midst of catching up', async () => {
    const server = await startServer()
    const id = server.found('項目甲', ['tai-man'])
    for (let i = 0; i < 3 * limits.eventsPerPull; i++)
      server.append(id, 'tai-man', { type: 'message', body: `canary ${i}` } as Parameters<Workspace['append']>[2])
    const one = await startDesk()
    must(await one.shell.call('enroll', { serverUrl: server.url, code: server.code('tai-man') }))
    await one.shell.until(async () => (await texts(one, id)).some((text) => text.startsWith('canary')))
    const { wipeId } = server.wipe(server.deviceOf('tai-man'), 'lost')
    await gone(server, one, wipeId)
  })

  test('[CWP68] in the midst of sending a file', async () => {
    const { server, first, one } = await pair()
    const bytes = 3 * limits.fileSliceBytes
    const asked = { conversationId: first, name: 'plan.txt', mediaType: 'text/plain', bytes }
    const { fileId } = must(await one.shell.call('attachFile', asked))
    const data = Buffer.alloc(limits.fileSliceBytes, 'canary').toString('base64')
    for (let offset = 0; offset < bytes; offset += limits.fileSliceBytes)
      must(await one.shell.call('appendFile', { fileId, offset, data }))
    must(await one.shell.call('sendMessage', { conversationId: first, body: 'see file', fileIds: [fileId] }))
    const { wipeId } = server.wipe(server.deviceOf('tai-man'), 'lost')
    await gone(server, one, wipeId)
  })
})

describe('sign-out', () => {
  test('[CWP70] the cache closes, sealed and whole; enrolled again by the same person it opens with what was in it', async () => {
    const { server, first, one } = await pair()
    const deviceId = server.deviceOf('tai-man')
    await say(one, first, 'kept')
    await idle(one)
    signOut(server, 'tai-man')
    await until(one, ({ state }) => state === 'signed-out')
    expect(await session(one)).toMatchObject({
      state: 'signed-out',
      signOut: { workspaceName: '海灣行', issuedBy: 'IT 支援組', reason: '離職手續' },
      roles: [],
    })
    expect(codeOf(await one.shell.call('listConversations', {}))).toBe('signed-out')
    expect(existsSync(join(one.dir, 'store/cache.db'))).toBe(true)
    expect(one.shell.windowsReset).toBeGreaterThan(0)

    // Nothing opens by itself, at no start and whatever the user asks for.
    const back = await one.restart()
    expect(await session(back)).toMatchObject({ state: 'signed-out', signOut: { reason: '離職手續' } })
    must(await back.shell.call('retryConnection', {}))
    expect(codeOf(await back.shell.call('listConversations', {}))).toBe('signed-out')
    expect(codeOf(await back.shell.call('enroll', { serverUrl: server.url, code: server.code('ka-yan') }))).toBe(
      'already-exists',
    )
    expect((await session(back)).state).toBe('signed-out')

    await server.stop()
    await server.start()
    must(await back.shell.call('enroll', { serverUrl: server.url, code: server.code('tai-man') }))
    await live(back)
    expect(server.deviceOf('tai-man')).toBe(deviceId)
    expect(await texts(back, first)).toEqual(['secret canary of the first', 'kept'])
    expect(await session(back)).not.toHaveProperty('signOut')
    const later = await back.restart()
    await live(later)
    expect(await texts(later, first)).toEqual(['secret canary of the first', 'kept'])
  })

  test('[CWP77] started with a code, it is enrolled again at once; with a wrong one it stays signed out', async () => {
    const { server, first, one } = await pair()
    signOut(server, 'tai-man')
    await until(one, ({ state }) => state === 'signed-out')
    const wrong = await one.restart({ serverUrl: server.url, enrolCode: 'AAAA-AAAA-AAAA' })
    expect(await session(wrong)).toMatchObject({ state: 'signed-out', signOut: { reason: '離職手續' } })
    const back = await wrong.restart({ serverUrl: server.url, enrolCode: server.code('tai-man') })
    await live(back)
    expect(await texts(back, first)).toEqual(['secret canary of the first'])
  })

  test('[CWP71] a lease that is put back opens nothing', async () => {
    const { server, first, one } = await pair()
    await one.stop()
    const lease = join(one.dir, 'vault/lease.sealed')
    const copy = readFileSync(lease)
    const on = await one.restart()
    await live(on)
    signOut(server, 'tai-man')
    await until(on, ({ state }) => state === 'signed-out')
    await on.stop()
    await server.stop()
    writeFileSync(lease, copy)
    const back = await on.restart()
    expect(await session(back)).toMatchObject({ state: 'signed-out' })
    expect(await texts(back, first)).toEqual(['signed-out'])
  })

  test('[CWP72] a wipe reaches a desktop that is signed out', async () => {
    const { server, one } = await pair()
    signOut(server, 'tai-man')
    await until(one, ({ state }) => state === 'signed-out')
    const { wipeId } = server.wipe(server.deviceOf('tai-man'), 'lost after all')
    must(await one.shell.call('retryConnection', {}))
    await until(one, ({ wipe }) => wipe?.receipt === 'delivered')
    expect(await session(one)).toMatchObject({ state: 'wiped', wipe: { reason: 'lost after all' } })
    expect(server.showWipe(wipeId).status).toBe('done')
    expect(existsSync(join(one.dir, 'store'))).toBe(false)
  })

  test('[CWP73] signed out while it was off, with conversations ordered gone: both hold once it is enrolled again', async () => {
    const { server, first, second, one, steps } = await pair()
    await one.stop()
    const order = wipeConversations(server, [first])
    signOut(server, 'tai-man')
    const back = await one.restart(steps.options)
    await until(back, ({ state }) => state === 'signed-out')
    must(await back.shell.call('enroll', { serverUrl: server.url, code: server.code('tai-man') }))
    await live(back)
    await back.shell.until(async () => (await notices(back, first)).includes('withdrawn'))
    expect(await texts(back, first)).toEqual([])
    expect(await texts(back, second)).toEqual(['words of the second'])
    await steps.done('forget')
    expect(mineOf(server, order)?.status).toBe('done')
  })

  test('[CWP74] with a passphrase set, the same one opens it after enrolling again', async () => {
    const { server, first, one } = await pair()
    must(await one.shell.call('setPassphrase', { next: 'correct horse battery' }))
    signOut(server, 'tai-man')
    await until(one, ({ state }) => state === 'signed-out')
    const back = await one.restart()
    expect((await session(back)).state).toBe('signed-out')
    must(await back.shell.call('enroll', { serverUrl: server.url, code: server.code('tai-man') }))
    await until(back, ({ appLock, state }) => appLock.locked && state !== 'signed-out')
    must(await back.shell.call('unlock', { passphrase: 'correct horse battery' }))
    await live(back)
    expect(await texts(back, first)).toEqual(['secret canary of the first'])
  })
})

test('[CWP75] the fleet and who is of IT are told; the size of the cache reaches the fleet', async () => {
  const { server, one } = await pair()
  expect((await session(one)).roles).toEqual([])
  server.setRoles('tai-man', ['it'])
  await until(one, ({ roles }) => roles.includes('it'))
  const asked = { filter: {}, sort: { by: 'person' as const, descending: false }, from: 0, limit: 10 }
  const { devices } = must(await one.shell.call('listDevices', asked))
  expect(devices).toHaveLength(2)
  for (const { cacheBytes } of devices) expect(cacheBytes).toBeGreaterThan(10_000)
  const told = () => one.shell.events.filter(({ name }) => name === 'fleetChanged').length
  const before = told()
  signOut(server, 'ka-yan')
  await one.shell.until(() => told() > before)
})
