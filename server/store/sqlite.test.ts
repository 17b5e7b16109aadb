// Checks of the SQLite store what only a file can get wrong; the port's contract stands in store-contract.test.ts.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import { afterAll, expect, test, vi } from 'vitest'
import { type ConversationId, type DeviceId, makeId, type OrderId, type UserId } from '../../shared/model.ts'
import { migrations } from './migrations.ts'
import type { Store } from './port.ts'
import { openSqliteStore } from './sqlite.ts'
import { createOperatorStatements } from './sqlite-operators.ts'
import { createOrderStatements } from './sqlite-orders.ts'

// Processes are started and killed: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 })

const folder = mkdtempSync(join(tmpdir(), 'causeway-store-'))
const stores: Store[] = []
let files = 0
const newPath = () => join(folder, `${++files}.db`)
function open(path = newPath()): Store {
  const opened = openSqliteStore(path)
  if (!opened.ok) throw new Error(opened.error.code)
  stores.push(opened.value)
  return opened.value
}
afterAll(() => {
  for (const store of stores) store.close()
  rmSync(folder, { recursive: true, force: true })
})

function populate(store: Store) {
  return store.transact((tx) => {
    const userId = makeId('user', Buffer.alloc(20, 1))
    const conversationId = makeId('conversation', Buffer.alloc(20, 1))
    const fields = { department: undefined, title: undefined, managerId: undefined, active: true, roles: [] }
    tx.insertUser({ userId, userName: 'a', foldedName: 'a', displayName: 'A', revision: 1, ...fields })
    tx.insertConversation({
      conversationId,
      kind: 'group',
      name: 'g',
      topic: undefined,
      space: undefined,
      labels: undefined,
      directKey: undefined,
      createdAtMs: 1,
      sealedKey: Buffer.alloc(1),
      revision: 1,
      ownerId: undefined,
      isOpen: false,
    })
    return { userId, conversationId }
  })
}

test('[STO17] the file is private, write-ahead logged and synced in full', () => {
  const path = newPath()
  open(path)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600)
  const other = new Database(path, { readonly: true })
  expect(other.pragma('journal_mode', { simple: true })).toBe('wal')
  expect(other.pragma('user_version', { simple: true })).toBe(migrations.length)
  other.close()
})

test('[STO18] a database of a newer version is refused and stays byte for byte as it was', () => {
  const path = newPath()
  const store = openSqliteStore(path)
  if (store.ok) store.value.close()
  const database = new Database(path)
  database.pragma('user_version = 99')
  database.close()
  const before = readFileSync(path)
  expect(openSqliteStore(path)).toMatchObject({ ok: false, error: { code: 'data-too-new' } })
  expect(readFileSync(path).equals(before)).toBe(true)
})

test('[STO19] a newer version that stands in the write-ahead log only is refused too', () => {
  const path = newPath()
  const store = openSqliteStore(path)
  if (store.ok) store.value.close()
  const newer = new Database(path)
  newer.pragma('user_version = 99')
  expect(openSqliteStore(path)).toMatchObject({ ok: false, error: { code: 'data-too-new' } })
  newer.close()
})

test('[STO20] what is no database of ours is refused: garbage, and another program’s', () => {
  const garbage = newPath()
  writeFileSync(garbage, Buffer.alloc(8192, 0x41))
  expect(openSqliteStore(garbage)).toMatchObject({ ok: false, error: { code: 'store-corrupt' } })
  const zeros = newPath()
  writeFileSync(zeros, Buffer.alloc(8192))
  expect(openSqliteStore(zeros)).toMatchObject({ ok: false, error: { code: 'store-corrupt' } })
  const foreign = newPath()
  const database = new Database(foreign)
  database.pragma('application_id = 7')
  database.exec('CREATE TABLE t (x)')
  database.close()
  expect(openSqliteStore(foreign)).toMatchObject({ ok: false, error: { code: 'store-corrupt' } })
  expect(openSqliteStore(folder)).toMatchObject({ ok: false, error: { code: 'data-not-writable' } })
})

test('[STO21] the database itself refuses to change or drop an event', () => {
  const path = newPath()
  const store = open(path)
  const { userId: actorId, conversationId } = populate(store)
  const seal = () => Buffer.from('x')
  const none = { deviceId: undefined, clientId: undefined, targetSeq: undefined }
  const event = { conversationId, actorId, atMs: 1, ...none, kind: 'message', seal }
  store.transact((tx) => tx.appendEvent(event))
  const other = new Database(path)
  expect(() => other.exec('UPDATE events SET at_ms = 2')).toThrow('only grows')
  expect(() => other.exec('DELETE FROM events')).toThrow('only grows')
  other.close()
})

test('[STO30] a database of the first version is brought up to date with its events, and refuses as a new one does', () => {
  const path = newPath()
  const old = new Database(path)
  old.exec(migrations[0] ?? '')
  old.exec(`
    INSERT INTO users VALUES ('u', 'u', 'u', 'U', NULL, NULL, NULL, 1, 1);
    INSERT INTO conversations (conversation_id, kind, name, created_at_ms, sealed_key, revision, head_seq, head_at_ms)
      VALUES ('c', 'group', 'g', 1, x'01', 1, 2, 5);
    INSERT INTO events (conversation_id, seq, at_ms, actor_id, kind, sealed) VALUES ('c', 1, 5, 'u', 'created', x'02');
    INSERT INTO events (conversation_id, seq, at_ms, actor_id, kind, sealed) VALUES ('c', 2, 5, 'u', 'message', x'03');
  `)
  old.pragma(`application_id = ${0x43577376}`)
  old.pragma('user_version = 1')
  old.close()
  const { view, transact } = open(path)
  const conversationId = 'c' as ConversationId
  expect(view.events(conversationId, 1, 9).map((row) => [row.seq, row.kind, row.targetSeq])).toEqual([
    [1, 'created', undefined],
    [2, 'message', undefined],
  ])
  transact((tx) => {
    const none = { deviceId: undefined, clientId: undefined }
    const seal = () => Buffer.from('x')
    tx.appendEvent({ conversationId, actorId: 'u' as UserId, atMs: 1, ...none, kind: 'deleted', targetSeq: 2, seal })
    tx.recordAct({ atMs: 1, actor: 'IT', actorId: 'root', act: 'a', subject: '', detail: '{}' })
  })
  expect([...view.deletedSeqs(conversationId, 1, 9)]).toEqual([2])
  expect(view.conversation(conversationId)).toMatchObject({ ownerId: undefined, isOpen: false, archived: false })
  const other = new Database(path)
  expect(() => other.exec('UPDATE events SET target_seq = 1')).toThrow('only grows')
  expect(() => other.exec('DELETE FROM acts')).toThrow('only grows')
  expect(() => other.exec("UPDATE acts SET act = 'b'")).toThrow('only grows')
  other.close()
})

test('[ORD13] a database of the third version keeps its devices and wipes, each wipe an order of its own', () => {
  const path = newPath()
  const old = new Database(path)
  for (const step of migrations.slice(0, 3)) old.exec(step)
  const jws = (said: object) => `h.${Buffer.from(JSON.stringify(said)).toString('base64url')}.s`
  const order = jws({ reason: '遺失 “laptop”', issuedBy: '陳主任', counter: 4 })
  old.exec(`
    INSERT INTO users VALUES ('u', 'u', 'u', 'U', NULL, NULL, NULL, 1, 1);
    INSERT INTO devices VALUES ('d1', 'u', 'k1', 'One', 'linux', '0.1.0', 'wipe-pending', 1, 2, NULL, 4);
    INSERT INTO devices VALUES ('d2', 'u', 'k2', 'Two', 'linux', '0.1.0', 'wiped', 3, NULL, 5, 1);
    INSERT INTO enrolment_codes VALUES (x'01', 'u', 1, 2, 1, 'd1');
    INSERT INTO lease_shares VALUES ('d2', 1, x'05');
    INSERT INTO conversations (conversation_id, kind, name, created_at_ms, sealed_key, revision, head_seq, head_at_ms)
      VALUES ('c', 'group', 'g', 1, x'01', 1, 1, 5);
    INSERT INTO events (conversation_id, seq, at_ms, actor_id, device_id, client_id, kind, sealed)
      VALUES ('c', 1, 5, 'u', 'd1', 'm', 'message', x'02');
    INSERT INTO acts (at_ms, act, subject, detail) VALUES (1, 'rotateDevice', 'd2', '{}');
  `)
  const insert = old.prepare('INSERT INTO wipes VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  insert.run('wip_b', 'd2', 'done', jws({ reason: 'old', issuedBy: 'IT', counter: 1 }), 'receipt', 10, 11, 12)
  insert.run('wip_a', 'd1', 'delivered', order, null, 20, 21, null)
  old.pragma(`application_id = ${0x43577376}`)
  old.pragma('user_version = 3')
  old.close()
  const { view, transact } = open(path)
  const [d1, d2] = ['d1', 'd2'] as DeviceId[] as [DeviceId, DeviceId]
  expect(view.devices().map((row) => [row.deviceId, row.status, row.orderCounter, row.cacheBytes])).toEqual([
    ['d1', 'wipe-pending', 4, undefined],
    ['d2', 'wiped', 1, undefined],
  ])
  const kept = { conversationIds: undefined, expiresAtMs: undefined, countersignature: undefined }
  expect(view.openWipeOf(d1)).toEqual({
    ...kept,
    wipeId: 'wip_a',
    orderId: 'ord_a',
    deviceId: 'd1',
    status: 'delivered',
    order,
    counter: 4,
    receipt: undefined,
    issuedAtMs: 20,
    deliveredAtMs: 21,
    doneAtMs: undefined,
  })
  expect(view.wipesOfDevice(d2)).toMatchObject([{ wipeId: 'wip_b', orderId: 'ord_b', receipt: 'receipt', counter: 1 }])
  const [newer, older] = view.ordersBefore(undefined, 9)
  expect(older).toMatchObject({ orderId: 'ord_b', reason: 'old', orderedBy: 'IT', orderedAtMs: 10 })
  expect(newer).toMatchObject({ orderId: 'ord_a', state: 'issued', kind: 'wipe', reason: '遺失 “laptop”', devices: 1 })
  expect(newer).toMatchObject({
    orderedBy: '陳主任',
    orderedById: 'root',
    target: { type: 'devices', deviceIds: [d1] },
  })
  expect(view.deviceIdsOf('ord_a' as OrderId, 0, 9)).toEqual([d1])
  expect(view.orderProgress('ord_b' as OrderId)).toEqual({ pending: 0, delivered: 0, done: 1, failed: 0 })
  expect(view.user('u' as UserId)?.roles).toEqual([])
  expect(view.actsSince(0, 9)).toMatchObject([{ act: 'rotateDevice', actor: '', actorId: '' }])
  expect(view.leaseShare(d2)?.generation).toBe(1)
  transact((tx) => tx.updateDevice(d2, { status: 'signed-out' }))
  const raw = new Database(path)
  expect(raw.pragma('foreign_key_check')).toEqual([])
  expect(raw.pragma('integrity_check', { simple: true })).toBe('ok')
  raw.pragma('foreign_keys = ON')
  expect(() => raw.exec("DELETE FROM devices WHERE device_id = 'd1'")).toThrow('FOREIGN KEY')
  raw.close()
})

test('[ORD14] every question about the fleet is answered by an index', () => {
  const path = newPath()
  open(path)
  const database = new Database(path)
  const asked: string[] = []
  const prepare = (sql: string) => {
    asked.push(sql)
    return database.prepare(sql)
  }
  const recorder = { prepare } as unknown as typeof database
  createOrderStatements(recorder)
  createOperatorStatements(recorder)
  // Small tables that are listed whole.
  const whole = /FROM (operators|webhooks) ORDER BY rowid$/
  const scans = asked
    .filter((sql) => /^(SELECT|UPDATE|DELETE)/.test(sql) && !whole.test(sql))
    .flatMap((sql) => {
      const plan = database.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      const steps = plan.all(...Array.from({ length: sql.split('?').length - 1 }, () => 1)).map((row) => row.detail)
      return steps.filter((step) => /^SCAN \w+$|TEMP B-TREE FOR ORDER BY/.test(step)).map((step) => [step, sql])
    })
  expect(asked.length).toBeGreaterThan(30)
  expect(scans).toEqual([])
  database.close()
})

test('[STO22] everything committed is there after reopening', () => {
  const path = newPath()
  const first = openSqliteStore(path)
  if (!first.ok) throw new Error(first.error.code)
  const { conversationId, userId } = populate(first.value)
  first.value.close()
  const again = open(path)
  expect(again.view.conversation(conversationId)).toMatchObject({ name: 'g' })
  expect(again.view.user(userId)).toMatchObject({ userName: 'a' })
})

test('[STO23] killed in mid-batch: what was reported is there, nothing is there by half, the next start goes on', async () => {
  const path = newPath()
  const first = openSqliteStore(path)
  if (!first.ok) throw new Error(first.error.code)
  const { userId, conversationId } = populate(first.value)
  first.value.close()
  let reported = 0
  for (let round = 1; round <= 3; round++) {
    const program = new URL('./append-forever.ts', import.meta.url).pathname
    const child = spawn(process.execPath, [program, path, conversationId, userId], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = new Promise<NodeJS.Signals | null>((resolve) => child.on('exit', (_, signal) => resolve(signal)))
    let lines = 0
    for await (const line of createInterface({ input: child.stdout })) {
      reported = Number(line)
      // Every further line that was under way is read, too.
      if (++lines === round * 7) child.kill('SIGKILL')
    }
    expect(await exited).toBe('SIGKILL')
    const opened = openSqliteStore(path)
    if (!opened.ok) throw new Error(opened.error.code)
    const head = opened.value.view.conversation(conversationId)?.headSeq ?? 0
    const rows = opened.value.view.events(conversationId, 1, 1_000_000)
    opened.value.close()
    expect(head).toBeGreaterThanOrEqual(reported)
    expect(head % 20).toBe(0)
    expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: head }, (_, i) => i + 1))
    expect(rows.every((row) => row.sealed.length === 2000 && row.sealed[1999] === (row.seq & 255))).toBe(true)
    const raw = new Database(path)
    expect(raw.pragma('integrity_check', { simple: true })).toBe('ok')
    raw.close()
  }
  expect(reported).toBeGreaterThan(0)
})
