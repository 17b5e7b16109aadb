// Checks of the SQLite store what only a file can get wrong; the port's contract stands in store-contract.test.ts.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import { afterAll, expect, test, vi } from 'vitest'
import { type ConversationId, makeId, type UserId } from '../../shared/model.ts'
import { migrations } from './migrations.ts'
import type { Store } from './port.ts'
import { openSqliteStore } from './sqlite.ts'

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
    const fields = { department: undefined, title: undefined, managerId: undefined, active: true }
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
    tx.recordAct({ atMs: 1, act: 'a', subject: '', detail: '{}' })
  })
  expect([...view.deletedSeqs(conversationId, 1, 9)]).toEqual([2])
  expect(view.conversation(conversationId)).toMatchObject({ ownerId: undefined, isOpen: false, archived: false })
  const other = new Database(path)
  expect(() => other.exec('UPDATE events SET target_seq = 1')).toThrow('only grows')
  expect(() => other.exec('DELETE FROM acts')).toThrow('only grows')
  expect(() => other.exec("UPDATE acts SET act = 'b'")).toThrow('only grows')
  other.close()
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
