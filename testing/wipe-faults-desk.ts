// Owns the circumstances under which an order comes to a desk: a full disk, files held open or read-only, a copy open in another
// program; and the state in which the app is to be.
// Always holds: what is mounted or opened here is let go by end(); nothing else of the machine is touched.

import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { must } from './fake-shell.ts'
import { listFiles } from './folders.ts'
import type { Room } from './forensics.ts'
import type { FaultClient } from './wipe-faults-client.ts'
import type { Refusal } from './wipe-faults-disk.ts'
import type { RunPlan } from './wipe-faults-plan.ts'
import type { FaultSite, RunServer } from './wipe-faults-site.ts'
import { REASON } from './wipe-faults-story.ts'

const isRoot = process.getuid?.() === 0
/** Of nobody: a user like any other. */
const NOBODY = 65_534
/** Room for a profile and what it writes while it is used. */
const SMALL_DISK_BYTES = 96 * 1024 * 1024

/** Why the plan cannot be played on this machine. */
export function whyNot({ variant }: RunPlan): string | undefined {
  if (variant === 'disk-full' && !(isRoot && process.platform === 'linux')) return 'only root may make a small disk'
  if (process.platform !== 'win32') return undefined
  return ['read-only-keys', 'read-only-files', 'held-open'].includes(variant)
    ? 'files have other rights here'
    : undefined
}

export interface Desk {
  readonly room: Room
  /** The app runs as this user. */
  readonly uid: number | undefined
  readonly refusals: readonly Refusal[]
  /** Brings an app that was just started to where the order is to find it. */
  prepare(app: FaultClient, serverUp: () => Promise<RunServer>): Promise<void>
  /** Ends what stands in the way for ever. */
  relent(): void
  end(): void
}

/** A copy of the site’s desk in `dir`, for this plan. */
export function createDesk(site: FaultSite, plan: RunPlan, dir: string, say: (fault: string) => void): Desk {
  const { variant } = plan
  const isReadOnly = variant === 'read-only-keys' || variant === 'read-only-files'
  const uid = isReadOnly && isRoot ? NOBODY : undefined
  const closings: (() => unknown)[] = []
  mkdirSync(dir, { recursive: true })
  if (variant === 'disk-full') {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SMALL_DISK_BYTES}`, 'tmpfs', dir])
    closings.push(() => execFileSync('umount', ['-l', dir]))
  }
  const room = site.desk(variant === 'locked' || variant === 'locked-later' ? 'passphrase' : 'open', dir)
  const filler = path.join(dir, 'filler')
  const profile = (...names: string[]) => path.join(room.profile, ...names)
  if (uid !== undefined) for (const file of [dir, path.dirname(dir), ...everythingIn(dir)]) chownSync(file, uid, uid)

  function fillDisk(): void {
    const fd = openSync(filler, 'w')
    for (let size = 1024 * 1024; size >= 512; size /= 2) {
      const bytes = Buffer.alloc(size)
      try {
        for (;;) writeSync(fd, bytes)
      } catch {
        // No room for this much any more.
      }
    }
    closeSync(fd)
    if (statfsSync(dir).bavail > 0) throw new Error('the disk has room left')
  }

  function holdOpen(): void {
    const names = ['store/cache.db', 'store/cache.db-wal', 'vault/local.sealed', 'vault/device.sealed']
    const parts = listFiles(profile('files')).slice(0, 2)
    const held = [...names, 'logs/causeway.log', ...parts.map((name) => path.join('files', name))]
    for (const name of held) {
      const fd = openSync(profile(name), 'r')
      closings.push(() => closeSync(fd))
    }
  }

  function makeReadOnly(): void {
    if (variant === 'read-only-files') {
      for (const name of listFiles(profile('files'))) chmodSync(profile('files', name), 0o400)
      chmodSync(profile('store/shards'), 0o500)
    } else {
      for (const name of readdirSync(profile('vault'))) chmodSync(profile('vault', name), 0o400)
      chmodSync(profile('vault'), 0o500)
    }
  }

  async function openCopy(app: FaultClient): Promise<void> {
    const conversationId = site.conversationIds.at(-1)
    if (conversationId === undefined) throw new Error('no conversation')
    const { messages } = await app.must('readConversation', { conversationId, limit: 60 })
    const views = messages.flatMap(({ content }) => (content.type === 'text' ? (content.files ?? []) : []))
    const here = views.find(({ fileId, transfer }) => fileId !== undefined && transfer?.state === 'here')
    if (here?.fileId === undefined) throw new Error('no file is here')
    await app.must('openFile', { fileId: here.fileId })
    if (listFiles(profile('open')).length !== 1) say('no copy was opened')
  }

  async function signOut(app: FaultClient, serverUp: () => Promise<RunServer>): Promise<void> {
    const { admin } = (await serverUp()).server
    must(admin.signOutDevice({ deviceId: site.deviceId, reason: REASON }))
    await app.until(async () => {
      const { signOut: told, state } = await app.must('getSession', {})
      return told !== undefined && state === 'signed-out'
    })
  }

  return {
    room,
    uid,
    refusals:
      variant === 'busy-files'
        ? [{ calls: ['unlinkSync', 'rmSync'], path: path.join('store', 'cache.db'), code: 'EBUSY', times: 1000 }]
        : [],
    async prepare(app, serverUp) {
      const session = () => app.must('getSession', {})
      const isConnected = async () => must((await serverUp()).server.admin.listDevices({}))[0]?.connected === true
      if (variant === 'catching-up') return app.until(async () => app.state() === 'catching-up')
      if (variant === 'locked') {
        return app.until(async () => (await isConnected()) && (await session()).state === 'locked')
      }
      if (variant === 'locked-later') await app.must('unlock', { passphrase: site.passphrase })
      await app.until(async () => (await session()).state === 'live')
      if (variant === 'uploading') {
        if ((await session()).queued === 0) say('nothing was being uploaded')
        return
      }
      await app.until(async () => (await session()).queued === 0)
      if (variant === 'opened-copy') await openCopy(app)
      if (variant === 'locked-later') await app.must('lock', {})
      if (variant === 'signed-out') await signOut(app, serverUp)
      if (variant === 'disk-full') fillDisk()
      if (variant === 'held-open') holdOpen()
      if (isReadOnly) makeReadOnly()
    },
    relent() {
      // A wipe of the device makes the room that its end takes; what stays needs some, as any program does.
      if (plan.story === 'conversations') rmSync(filler, { force: true })
      if (variant !== 'read-only-keys') return
      chmodSync(profile('vault'), 0o700)
      for (const name of readdirSync(profile('vault'))) chmodSync(profile('vault', name), 0o600)
    },
    end() {
      for (const close of closings.splice(0).reverse()) close()
    },
  }
}

function everythingIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true }).map((entry) =>
    path.join(entry.parentPath, entry.name),
  )
}
