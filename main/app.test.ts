// Owns the proof of the whole app below the window: real server, real disk, real sockets; the host is played.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { type CallName, calls, callsWithoutCache } from '../shared/bridge.ts'
import { fleetCalls } from '../shared/bridge-fleet.ts'
import { limits } from '../shared/limits.ts'
import { fromBase64url, openReceipt } from '../shared/proof.ts'
import { fail } from '../shared/result.ts'
import {
  clockOff,
  type Desk,
  endDesks,
  enrolled,
  folder,
  idle,
  live,
  say,
  session,
  shows,
  startDesk,
  startServer,
  texts,
} from '../testing/desk.ts'
import { silentLog } from '../testing/desktop.ts'
import { createExample } from '../testing/example.ts'
import { codeOf, createFakeShell, must } from '../testing/fake-shell.ts'
import { findBytes, listFiles } from '../testing/folders.ts'
import { createMemoryKeyStore } from '../testing/memory-key-store.ts'
import { verifyDetached } from '../testing/signing.ts'
import { createApp } from './app.ts'
import { persisted } from './profile/persisted.ts'

const DAY_MS = 86_400_000
afterEach(endDesks)

describe('the main job', () => {
  test('[APP2] enrol, talk, read offline, write offline, restart both sides: delivered once, in order', async () => {
    const server = await startServer()
    const id = server.found('合規 Compliance', ['tai-man', 'ka-yan'])
    const one = await enrolled(server, 'tai-man')
    const two = await startDesk()
    expect((await session(two)).state).toBe('signed-out')
    must(await two.shell.call('enroll', { serverUrl: server.url, code: server.code('ka-yan') }))
    await live(two)
    await two.shell.until(async () => must(await two.shell.call('listConversations', {})).conversations.length === 1)

    await say(one, id, '早晨，請各位下午三點前交報告。')
    await shows(two, id, '早晨，請各位下午三點前交報告。')
    await two.shell.until(() => two.shell.notices.length > 0)
    expect(two.shell.notices[0]).toMatchObject({ title: '陳大文', body: '早晨，請各位下午三點前交報告。' })
    const [listed] = must(await two.shell.call('listConversations', {})).conversations
    expect(listed).toMatchObject({ unread: 1, lastMessage: { senderName: '陳大文', mine: false } })
    await say(two, id, 'OK, will do.')
    await shows(one, id, 'OK, will do.')
    // Writing into a conversation reads it.
    await two.shell.until(
      async () => must(await two.shell.call('listConversations', {})).conversations[0]?.unread === 0,
    )

    await server.stop()
    await one.shell.until(async () => (await session(one)).state === 'offline')
    await say(one, id, 'first')
    const again = await one.restart()
    expect(await texts(again, id)).toEqual(['早晨，請各位下午三點前交報告。', 'OK, will do.', 'first'])
    const view = await session(again)
    expect(view).toMatchObject({ queued: 1, workspaceName: '海灣行', me: { displayName: '陳大文' } })
    expect(view.state).not.toBe('live')
    const clientId = await say(again, id, 'second')
    must(await again.shell.call('sendMessage', { conversationId: id, body: 'second', clientId }))
    await say(again, id, 'third')
    expect((await session(again)).queued).toBe(3)
    const find = async () => must(await again.shell.call('search', { text: '報告' }))
    await again.shell.until(async () => (await find()).complete)
    expect((await find()).hits.map((hit) => hit.text)).toEqual(['早晨，請各位下午三點前交報告。'])

    await server.start()
    for (const desk of [again, two]) must(await desk.shell.call('retryConnection', {}))
    await shows(two, id, 'third')
    await idle(again)
    const all = ['早晨，請各位下午三點前交報告。', 'OK, will do.', 'first', 'second', 'third']
    expect(await texts(two, id)).toEqual(all)
    expect(await texts(again, id)).toEqual(all)
    // Founded, joined, and each message once.
    expect(server.headSeq(id)).toBe(2 + all.length)
  })

  test('[APP3] nothing of it stands on the disk in the clear', async () => {
    const server = await startServer()
    const id = server.found('合規 Compliance', ['tai-man'])
    const desk = await enrolled(server, 'tai-man')
    await shell(desk)
    await say(desk, id, 'canary 報告書')
    await idle(desk)
    await desk.stop()
    expect(findBytes(desk.dir, ['canary', '報告書', '陳大文', 'Compliance', id])).toEqual([])
    for (const name of listFiles(desk.dir))
      expect(persisted.some((row) => (row.path.endsWith('/') ? name.startsWith(row.path) : row.path === name))).toBe(
        true,
      )

    async function shell(of: Desk) {
      await of.shell.until(async () => must(await of.shell.call('listConversations', {})).conversations.length === 1)
    }
  })
})

describe('wipe', () => {
  test('[APP4] ordered, carried out, proven, shown, and enrolled anew', async () => {
    const server = await startServer()
    const id = server.found('合規', ['tai-man', 'ka-yan'])
    const one = await enrolled(server, 'tai-man')
    const two = await enrolled(server, 'ka-yan')
    await one.shell.until(async () => (await texts(one, id))[0] !== 'not-found')
    await say(one, id, 'hello')
    await shows(two, id, 'hello')
    const ordered = server.wipe(server.deviceOf('tai-man'), '手提電腦遺失')
    await one.shell.until(async () => (await session(one)).wipe?.receipt === 'delivered')
    expect(await session(one)).toMatchObject({
      state: 'wiped',
      wipe: { wipeId: ordered.wipeId, reason: '手提電腦遺失', issuedBy: 'IT 支援組', workspaceName: '海灣行' },
    })
    expect(one.shell.events.some((event) => event.name === 'wiped')).toBe(true)
    expect(one.shell.windowsReset).toBeGreaterThan(0)
    expect(codeOf(await one.shell.call('listConversations', {}))).toBe('wiped')

    const wipe = server.showWipe(ordered.wipeId)
    expect(wipe.status).toBe('done')
    const key = fromBase64url(wipe.devicePublicKey) as Uint8Array
    const verify = (_kid: string, bytes: Uint8Array, signature: Uint8Array) => verifyDetached(key, bytes, signature)
    const receipt = wipe.receipt ?? ''
    expect(must(openReceipt(receipt, verify))).toMatchObject({
      wipeId: ordered.wipeId,
      outcome: 'wiped',
      filesLeft: 0,
    })
    const changed = `${receipt.slice(0, -10)}${receipt.at(-10) === 'A' ? 'B' : 'A'}${receipt.slice(-9)}`
    expect(openReceipt(changed, verify).ok).toBe(false)

    const kept = persisted.filter((row) => row.eraseOn === 'never').map((row) => row.path)
    for (const name of listFiles(one.dir)) expect(kept).toContain(name)
    expect(one.shell.keyStore.destroyed).toBe(true)
    expect(await texts(two, id)).toEqual(['hello'])

    const later = await one.restart()
    expect(await session(later)).toMatchObject({ state: 'wiped', wipe: { reason: '手提電腦遺失' } })
    must(await later.shell.call('enroll', { serverUrl: server.url, code: server.code('tai-man') }))
    await live(later)
    await shows(later, id, 'hello')
    expect((await session(later)).wipe).toBeUndefined()
  })

  test('[APP4] ordered while the desktop is off: carried out when it comes back, before anything is shown', async () => {
    const server = await startServer()
    const id = server.found('合規', ['tai-man'])
    const desk = await enrolled(server, 'tai-man')
    await desk.shell.until(async () => (await texts(desk, id))[0] !== 'not-found')
    await desk.stop()
    const { wipeId } = server.wipe(server.deviceOf('tai-man'), 'lost')
    const back = await desk.restart()
    await back.shell.until(async () => (await session(back)).wipe?.receipt === 'delivered')
    expect(server.showWipe(wipeId).status).toBe('done')
    expect(existsSync(join(back.dir, 'store'))).toBe(false)
  })

  test('[APP4] a window that cannot be reloaded stops neither the wipe nor the program', async () => {
    const server = await startServer()
    const id = server.found('合規', ['tai-man'])
    const desk = await enrolled(server, 'tai-man')
    await desk.shell.until(async () => (await texts(desk, id))[0] !== 'not-found')
    // A rejection that nobody handled would end the program, and fails the test run.
    Object.assign(desk.shell, { resetWindow: () => Promise.reject(new Error('the page has gone')) })
    const { wipeId } = server.wipe(server.deviceOf('tai-man'), 'lost')
    await desk.shell.until(async () => (await session(desk)).wipe?.receipt === 'delivered')
    expect(server.showWipe(wipeId).status).toBe('done')
    expect((await session(desk)).state).toBe('wiped')
  })
})

describe('calls', () => {
  const example = createExample(51)
  const args: { [N in CallName]: unknown } = {
    getSession: {},
    enroll: { serverUrl: 'http://127.0.0.1:1', code: 'X' },
    listConversations: {},
    readConversation: { conversationId: example.id('conversation'), limit: 10 },
    sendMessage: { conversationId: example.id('conversation'), body: 'x' },
    retryMessage: { clientId: example.id('message') },
    discardMessage: { clientId: example.id('message') },
    markRead: { conversationId: example.id('conversation'), seq: 1 },
    listPeople: {},
    search: { text: 'x' },
    setSettings: {},
    retryConnection: {},
    openLink: { url: 'https://example.com/' },
    saveDraft: { conversationId: example.id('conversation'), text: 'x' },
    lock: {},
    unlock: { passphrase: 'x' },
    setPassphrase: { next: 'long enough' },
    noteActivity: {},
    dismissCacheNotice: {},
    editMessage: { conversationId: example.id('conversation'), seq: 1, body: 'x' },
    deleteMessage: { conversationId: example.id('conversation'), seq: 1 },
    react: { conversationId: example.id('conversation'), seq: 1, emoji: '👍', on: true },
    readThread: { conversationId: example.id('conversation'), rootSeq: 1 },
    readEdits: { conversationId: example.id('conversation'), seq: 1 },
    seqAt: { conversationId: example.id('conversation'), atMs: 1 },
    loadBack: { conversationId: example.id('conversation'), seq: 1 },
    createConversation: { kind: 'group', name: 'x', memberIds: [] },
    changeConversation: { conversationId: example.id('conversation'), name: 'x' },
    joinConversation: { conversationId: example.id('conversation') },
    leaveConversation: { conversationId: example.id('conversation') },
    inviteMembers: { conversationId: example.id('conversation'), userIds: [example.id('user')] },
    removeMember: { conversationId: example.id('conversation'), userId: example.id('user') },
    browseConversations: { text: '' },
    setPrefs: { conversationId: example.id('conversation'), muted: true },
    setView: { people: [] },
    noteTyping: { conversationId: example.id('conversation') },
    pickFiles: { conversationId: example.id('conversation') },
    attachFile: { conversationId: example.id('conversation'), name: 'x', mediaType: '', bytes: 1 },
    appendFile: { fileId: example.id('file'), offset: 0, data: '' },
    listAttachments: { conversationId: example.id('conversation') },
    setThumbnail: {
      fileId: example.id('file'),
      thumbnail: { mediaType: 'image/png', data: 'AAAA', widthPx: 1, heightPx: 1 },
    },
    detachFile: { fileId: example.id('file') },
    fetchFile: { fileId: example.id('file') },
    cancelFile: { fileId: example.id('file') },
    inspectFile: { fileId: example.id('file') },
    readFile: { fileId: example.id('file'), offset: 0, length: 1 },
    openFile: { fileId: example.id('file') },
    saveFile: { fileId: example.id('file') },
    dismissConversationsWiped: {},
    listDevices: { filter: {}, sort: { by: 'person', descending: false }, from: 0, limit: 10 },
    showDevice: { deviceId: example.id('device') },
    tryOrder: { kind: 'wipe', target: { type: 'devices', deviceIds: [example.id('device')] } },
    giveOrder: { kind: 'wipe', target: { type: 'devices', deviceIds: [example.id('device')] }, reason: 'x' },
    decideOrder: { orderId: example.id('order'), approve: true },
    listOrders: {},
    showOrder: { orderId: example.id('order'), from: 0, limit: 10 },
    showWipe: { wipeId: example.id('wipe') },
    saveWipeProof: { wipeId: example.id('wipe'), form: 'documents' },
  }
  const names = Object.keys(calls) as CallName[]

  test('[APP5] not enrolled: what needs the cache is refused with not-enrolled, the rest is answered', async () => {
    const desk = await startDesk()
    for (const name of names) {
      const code = codeOf(await desk.shell.callRaw(name, args[name]))
      if (name === 'enroll') expect(code).toBe('unavailable')
      else if (name === 'lock') expect(code).toBe('not-allowed')
      else if (name === 'unlock' || name === 'setPassphrase') expect(code).toBe('not-enrolled')
      else expect(`${name} ${code}`).toBe(`${name} ${callsWithoutCache.has(name) ? 'ok' : 'not-enrolled'}`)
    }
    expect(desk.shell.opened).toEqual(['https://example.com/'])
  })

  test('[APP6] arguments that do not fit are refused with bad-input, whatever the state', async () => {
    const desk = await startDesk()
    const bad: [string, unknown][] = [
      ...names.map((name): [string, unknown] => [name, { ...(args[name] as object), extra: 1 }]),
      ...names.flatMap((name) => [null, undefined, 7, [], 'x'].map((value): [string, unknown] => [name, value])),
      ['readConversation', { conversationId: 'cnv_1', limit: 10 }],
      ['readConversation', { conversationId: example.id('conversation'), limit: 0 }],
      ['readConversation', { conversationId: example.id('conversation'), limit: 201 }],
      ['sendMessage', { conversationId: example.id('conversation'), body: 'x'.repeat(16_001) }],
      ['search', { text: 'x'.repeat(201) }],
      ['noSuchCall', {}],
      ['constructor', {}],
      ['__proto__', {}],
    ]
    for (const [name, value] of bad) expect(codeOf(await desk.shell.callRaw(name, value))).toBe('bad-input')
  })

  test('[APP7] enrolled: each call answers as its contract says, and names what it does not find', async () => {
    const server = await startServer()
    const id = server.found('合規', ['tai-man', 'ka-yan'])
    const desk = await enrolled(server, 'tai-man')
    await desk.shell.until(async () => (await texts(desk, id))[0] !== 'not-found')
    const { shell } = desk
    await say(desk, id, 'x marks the spot')
    await idle(desk)
    const good: { [N in CallName]?: unknown } = {
      ...args,
      readConversation: { conversationId: id, limit: 10 },
      sendMessage: { conversationId: id, body: 'y' },
      markRead: { conversationId: id, seq: 1 },
      saveDraft: { conversationId: id, text: 'y' },
      editMessage: { conversationId: id, seq: 3, body: 'x is gone' },
      react: { conversationId: id, seq: 3, emoji: '👍', on: true },
      deleteMessage: { conversationId: id, seq: 3 },
      readThread: { conversationId: id, rootSeq: 3 },
      readEdits: { conversationId: id, seq: 3 },
      seqAt: { conversationId: id, atMs: 1 },
      loadBack: { conversationId: id, seq: 1 },
      changeConversation: { conversationId: id, topic: 'x' },
      setPrefs: { conversationId: id, muted: true },
      noteTyping: { conversationId: id },
      pickFiles: { conversationId: id },
      attachFile: { conversationId: id, name: 'x', mediaType: '', bytes: 0 },
      listAttachments: { conversationId: id },
    }
    // Of people without the IT role; see the tests of the fleet.
    const fleet: string[] = Object.keys(fleetCalls)
    const apart = [...fleet, 'enroll', 'retryMessage', 'discardMessage', 'lock', 'unlock', 'setPassphrase']
    // What they are about does not exist; see the tests of files and of conversations.
    const about = ['appendFile', 'setThumbnail', 'detachFile', 'fetchFile', 'cancelFile', 'inspectFile', 'readFile']
    apart.push(
      ...about,
      'openFile',
      'saveFile',
      'joinConversation',
      'leaveConversation',
      'inviteMembers',
      'removeMember',
    )
    for (const name of names.filter((n) => fleet.includes(n)))
      expect(`${name} ${codeOf(await shell.callRaw(name, args[name]))}`).toBe(`${name} not-allowed`)
    for (const name of names.filter((n) => !apart.includes(n)))
      expect(calls[name].result.safeParse(must(await shell.callRaw(name, good[name]))).error).toBeUndefined()
    const unknown = names.filter((name) => /conversationId|clientId|fileId/.test(JSON.stringify(args[name])))
    for (const name of unknown)
      expect(`${name} ${codeOf(await shell.callRaw(name, args[name]))}`).toBe(`${name} not-found`)
    expect(codeOf(await shell.call('enroll', { serverUrl: server.url, code: 'X' }))).toBe('already-enrolled')
    for (const body of [' ', '\n\t\n', '\u0000\u0007'])
      expect(codeOf(await shell.call('sendMessage', { conversationId: id, body }))).toBe('bad-input')
    for (const url of ['javascript:alert(1)', 'file:///etc/passwd', 'https://a:b@c.example/', 'no url', 'smb://x/y'])
      expect(codeOf(await shell.call('openLink', { url }))).toBe('not-allowed')
  })

  test('[APP8] settings are kept, and a damaged settings file is not fatal', async () => {
    const desk = await startDesk()
    must(await desk.shell.call('setSettings', { theme: 'dark' }))
    const again = await desk.restart()
    expect((await session(again)).settings).toMatchObject({ theme: 'dark', language: 'system' })
    await again.stop()
    writeFileSync(join(desk.dir, 'settings.json'), '{"theme":')
    expect((await session(await again.restart())).settings.theme).toBe('system')
  })
})

describe('enrolment', () => {
  test('[APP9] a code past its time is named', async () => {
    const server = await startServer()
    const enrolCode = server.code('tai-man')
    server.pass(limits.enrolCodeLifeMs)
    const desk = await startDesk({ serverUrl: server.url, enrolCode })
    expect(await session(desk)).toMatchObject({ state: 'signed-out', problem: { code: 'code-expired' } })
  })

  test('[APP9] a code that is unknown or used is named, and another one may be tried', async () => {
    const server = await startServer()
    const used = server.code('tai-man')
    await enrolled(server, 'tai-man', { enrolCode: used })
    const desk = await startDesk({ serverUrl: server.url, enrolCode: used })
    expect(await session(desk)).toMatchObject({ state: 'signed-out', problem: { code: 'code-used' } })
    const { shell } = desk
    expect(codeOf(await shell.call('enroll', { serverUrl: server.url, code: 'AAAA-BBBB-CCCC' }))).toBe('code-unknown')
    must(await shell.call('enroll', { serverUrl: server.url, code: server.code('ka-yan') }))
    await live(desk)
    expect((await session(desk)).problem).toBeUndefined()
  })

  test('[APP10] a user who has been deactivated is told so, and what is cached stays readable', async () => {
    const server = await startServer()
    const id = server.found('合規', ['tai-man', 'ka-yan'])
    const desk = await enrolled(server, 'tai-man')
    await desk.shell.until(async () => (await texts(desk, id))[0] !== 'not-found')
    server.deactivate('tai-man')
    await desk.shell.until(async () => (await session(desk)).problem?.code === 'user-inactive')
    expect((await session(desk)).state).toBe('offline')
    expect(codeOf(await desk.shell.call('readConversation', { conversationId: id, limit: 10 }))).toBe('ok')
  })
})

describe('what stands in the way at start', () => {
  test.each(['keystore-unavailable', 'keystore-insecure'] as const)(
    '[APP11] %s: shown, nothing written',
    async (code) => {
      const keyStore = createMemoryKeyStore()
      keyStore.state = fail(code)
      const server = await startServer()
      const enrolCode = server.code('tai-man')
      const desk = await startDesk({ serverUrl: server.url, enrolCode }, undefined, keyStore)
      expect(await session(desk)).toMatchObject({ state: 'signed-out', problem: { code } })
      expect(codeOf(await desk.shell.call('listConversations', {}))).toBe(code)
      expect(codeOf(await desk.shell.call('enroll', { serverUrl: server.url, code: enrolCode }))).toBe(code)
      expect(desk.shell.windowsShown).toBe(1)
      expect(listFiles(desk.dir).filter((name) => name !== 'profile.lock')).toEqual([])
    },
  )

  test('[APP11] keystore-changed: shown, files kept, and a new enrolment begins afresh', async () => {
    const server = await startServer()
    const desk = await enrolled(server, 'tai-man')
    await desk.stop()
    desk.shell.keyStore.replaceSecret()
    const files = listFiles(desk.dir)
    const later = await desk.restart()
    expect(await session(later)).toMatchObject({ state: 'signed-out', problem: { code: 'keystore-changed' } })
    expect(listFiles(later.dir)).toEqual(files)
    must(await later.shell.call('enroll', { serverUrl: server.url, code: server.code('tai-man') }))
    await live(later)
  })

  test('[APP12] a cache of a newer version: named, left as it is, and no enrolment over it', async () => {
    const server = await startServer()
    const desk = await enrolled(server, 'tai-man')
    await desk.stop()
    const file = join(desk.dir, 'store', 'cache.db')
    const db = new Database(file)
    db.pragma('user_version = 99')
    db.close()
    const later = await desk.restart()
    expect((await session(later)).problem?.code).toBe('store-too-new')
    expect(codeOf(await later.shell.call('listConversations', {}))).toBe('store-too-new')
    expect(codeOf(await later.shell.call('enroll', { serverUrl: server.url, code: 'X' }))).toBe('store-too-new')
    await later.stop()
    const after = new Database(file, { readonly: true })
    expect(after.pragma('user_version', { simple: true })).toBe(99)
    after.close()
  })

  test('[APP13] a profile that another process has open is not touched', async () => {
    const desk = await startDesk()
    const second = await startDesk({}, desk.dir)
    expect((await session(second)).problem?.code).toBe('profile-in-use')
    expect(codeOf(await second.shell.call('listConversations', {}))).toBe('profile-in-use')
    expect(codeOf(await second.shell.call('enroll', { serverUrl: 'http://127.0.0.1:1', code: 'X' }))).toBe(
      'profile-in-use',
    )
    await desk.stop()
    expect((await session(await second.restart())).problem).toBeUndefined()
  })

  test('[APP13] a profile that is no folder: profile-not-writable', async () => {
    const dir = join(folder(), 'file', 'profile')
    mkdirSync(dirname(dirname(dir)), { recursive: true })
    writeFileSync(dirname(dir), 'a file')
    expect((await session(await startDesk({}, dir))).problem?.code).toBe('profile-not-writable')
  })

  test('[APP14] a damaged cache is moved aside whole, and everything is fetched again', async () => {
    const server = await startServer()
    const id = server.found('合規', ['tai-man'])
    const desk = await enrolled(server, 'tai-man')
    await desk.shell.until(async () => (await texts(desk, id))[0] !== 'not-found')
    await say(desk, id, 'kept by the server')
    await idle(desk)
    await desk.stop()
    const damaged = Buffer.alloc(40_960, 'damaged')
    for (const suffix of ['', '-wal'])
      if (existsSync(join(desk.dir, `store/cache.db${suffix}`)) || suffix === '')
        writeFileSync(join(desk.dir, `store/cache.db${suffix}`), damaged)
    const later = await desk.restart()
    await live(later)
    await shows(later, id, 'kept by the server')
    expect(listFiles(later.dir).some((name) => /^store\/quarantine-[^/]+\/cache\.db$/.test(name))).toBe(true)
  })

  test('[APP14] damage met while reading sets the cache aside too, without a restart', async () => {
    const server = await startServer()
    const id = server.found('合規', ['tai-man'])
    const desk = await enrolled(server, 'tai-man')
    await desk.shell.until(async () => (await texts(desk, id))[0] !== 'not-found')
    await say(desk, id, 'kept by the server')
    await idle(desk)
    await desk.stop()
    const db = new Database(join(desk.dir, 'store/cache.db'))
    expect(db.prepare('UPDATE event SET sealed = zeroblob(length(sealed))').run().changes).toBeGreaterThan(0)
    db.close()
    const later = await desk.restart()
    await shows(later, id, 'kept by the server')
    expect(listFiles(later.dir).some((name) => /^store\/quarantine-[^/]+\/cache\.db$/.test(name))).toBe(true)
  })
})

describe('time', () => {
  test('[APP15] the lease is over: locked, until contact opens the cache again', async () => {
    const server = await startServer()
    const id = server.found('合規', ['tai-man'])
    const desk = await enrolled(server, 'tai-man')
    await desk.shell.until(async () => (await texts(desk, id))[0] !== 'not-found')
    await say(desk, id, 'readable')
    await idle(desk)
    await desk.stop()
    await server.stop()
    const later = await desk.restart({ clock: clockOff(73 * 3_600_000) })
    await later.shell.until(async () => (await session(later)).state === 'locked')
    expect(codeOf(await later.shell.call('readConversation', { conversationId: id, limit: 10 }))).toBe('locked')
    expect((await session(later)).readableUntilMs).toBeUndefined()
    // Turning the clock back brings nothing back: the share is erased.
    const back = await later.restart()
    expect(codeOf(await back.shell.call('readConversation', { conversationId: id, limit: 10 }))).toBe('locked')
    await server.start()
    must(await back.shell.call('retryConnection', {}))
    await shows(back, id, 'readable')
  })

  test('[APP16] a clock that is off by a day is told, and everything works', async () => {
    const server = await startServer()
    const id = server.found('合規', ['tai-man', 'ka-yan'])
    for (const byMs of [DAY_MS, -DAY_MS]) {
      const desk = await enrolled(server, byMs > 0 ? 'tai-man' : 'ka-yan', { clock: clockOff(byMs) })
      await desk.shell.until(async () => (await texts(desk, id))[0] !== 'not-found')
      await say(desk, id, `off by ${byMs}`)
      await idle(desk)
      const view = await session(desk)
      expect(Math.abs((view.clockSkewMs ?? 0) + byMs)).toBeLessThan(60_000)
      expect(view.problem?.code).toBe('clock-skewed')
      expect(Math.abs((view.readableUntilMs ?? 0) - (Date.now() + byMs + 72 * 3_600_000))).toBeLessThan(60_000)
    }
  })

  test('[APP17] asleep and awake again: the connection ends in order and comes back at once', async () => {
    const server = await startServer()
    const desk = await enrolled(server, 'tai-man')
    desk.shell.power('suspend')
    expect((await session(desk)).state).toBe('offline')
    desk.shell.power('resume')
    await live(desk)
  })
})

test('[APP37] what is asked while the profile is being opened is answered once it is', async () => {
  const server = await startServer()
  const desk = await enrolled(server, 'tai-man')
  await desk.stop()
  const { keyStore } = desk.shell
  const release = keyStore.hold()
  const shell = createFakeShell(keyStore)
  const about = { version: '0.1.0', platform: 'test', deviceName: 'Desk' }
  const app = createApp({ shell, profileDir: desk.dir, log: silentLog, ...about })
  const starting = app.start()
  // An enrolled profile must not be taken for a new one meanwhile: enrolling would begin it anew.
  const asked = shell.call('enroll', { serverUrl: server.url, code: server.code('tai-man') })
  expect((await shell.call('getSession', {})).ok).toBe(true)
  release()
  expect(codeOf(await asked)).toBe('already-enrolled')
  await starting
  await app.stop()
})
