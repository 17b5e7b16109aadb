// Owns what becomes of a cache that cannot be used: it is moved aside, whole, and what the user wrote and had not sent is
// carried over to its successor.
// Always holds: nothing is deleted at the moment of damage; what was set aside goes after a while, and at once where history
// must not outlive a revocation or an eviction.

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ConversationId } from '../../shared/model.ts'
import { fail } from '../../shared/result.ts'
import type { SealedDatabase } from './database.ts'
import { type ConversationState, contexts, type OutboxRecord, outboxRecordFrom, type Unsent } from './records.ts'

const PREFIX = 'quarantine-'

/** Moves a database that cannot be used aside, with its companions; returns the folder's name. Nothing is deleted. */
export function quarantine(file: string, nowMs: number): string {
  const name = join(dirname(file), `${PREFIX}${new Date(nowMs).toISOString().replace(/[:.]/g, '-')}`)
  let folder = name
  for (let next = 2; existsSync(folder); next++) folder = `${name}-${next}`
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  for (const suffix of ['', '-wal', '-shm', '-journal']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, join(folder, `cache.db${suffix}`))
  }
  return folder
}

/** The caches that were set aside, as paths of their folders. */
export function setAsideOf(file: string): string[] {
  const parent = dirname(file)
  if (!existsSync(parent)) return []
  return readdirSync(parent)
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => join(parent, name))
}

/** Removes caches that were set aside before `beforeMs`, or all where it is absent. Returns how many. */
export function removeQuarantined(file: string, beforeMs = Number.POSITIVE_INFINITY): number {
  const parent = dirname(file)
  if (!existsSync(parent)) return 0
  const old = readdirSync(parent).filter((name) => name.startsWith(PREFIX) && setAsideMs(name) < beforeMs)
  for (const name of old) rmSync(join(parent, name), { recursive: true, force: true })
  return old.length
}

function setAsideMs(name: string): number {
  const time = /^quarantine-(\d{4}-\d\d-\d\dT\d\d)-(\d\d)-(\d\d)/.exec(name)
  const atMs = time ? Date.parse(`${time[1]}:${time[2]}:${time[3]}Z`) : Number.NaN
  // A name that is not ours has no date to wait for.
  return Number.isNaN(atMs) ? 0 : atMs
}

/** Unsent messages of a cache that did not open as a whole: those whose rows still open. */
export function rescueUnsent(half: SealedDatabase): { readonly unsent: Unsent[]; readonly maybeLost: boolean } {
  const unsent: Unsent[] = []
  try {
    const rows = half.db
      .prepare(
        `SELECT outbox.position, outbox.version, outbox.sealed, conversation.slot, conversation.key_id AS keyId,
           conversation.version AS conversationVersion, conversation.sealed AS conversation
         FROM outbox JOIN conversation USING (slot) ORDER BY outbox.position`,
      )
      .all() as RescueRow[]
    const total = half.db.prepare('SELECT count(*) FROM outbox').pluck().get() as number
    for (const row of rows) {
      const found = open(half, row)
      if (found) unsent.push(found)
    }
    return { unsent, maybeLost: unsent.length < total }
  } catch {
    return { unsent, maybeLost: true }
  }
}

interface RescueRow {
  readonly position: number
  readonly version: number
  readonly sealed: Uint8Array
  readonly slot: number
  readonly keyId: number
  readonly conversationVersion: number
  readonly conversation: Uint8Array
}

function open(half: SealedDatabase, row: RescueRow): Unsent | undefined {
  try {
    const context = contexts.conversation(row.slot, row.conversationVersion)
    const state = half.open(row.keyId, row.conversation, context) as ConversationState
    const record = outboxRecordFrom(half.open(row.keyId, row.sealed, contexts.outbox(row.position, row.version)))
    const conversationId: ConversationId = state.info.conversationId
    return { conversationId, record: withoutFiles(record) }
  } catch {
    return undefined
  }
}

/** Files stay behind, their keys are those of the cache set aside. The words wait for the user to decide what to do with them. */
export function withoutFiles(record: OutboxRecord): OutboxRecord {
  if (record.type === 'act' || !record.files) return record
  const { files: _, isFallback, ...rest } = record
  // Where there were no words, the body names the files.
  return { ...rest, ...(isFallback && rest.forward && { isFallback }), failure: fail('file-missing').error }
}
