// Owns joining the modules into one app: profile, vault, cache, search, session, wipe, bridge. Knows no host.
// Always holds: an interrupted wipe is finished before the cache is opened or a window shown; the cache is open only with
// a valid lease; whatever ends the program leaves every file whole. Imports no Electron; the only place modules meet.

import { randomBytes, randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { defaultSettings, type SessionView, type Settings } from '../shared/bridge.ts'
import { limits } from '../shared/limits.ts'
import type { ConversationEvent, ConversationId, Policy, UserId } from '../shared/model.ts'
import { type Failure, type FailureCode, FailureError, fail, ok, type Result } from '../shared/result.ts'
import { createAppLock } from './app-lock.ts'
import { type CallParts, createCalls } from './calls.ts'
import { createCoalescer } from './coalesce.ts'
import { errorName, type Log } from './log.ts'
import { noticeOf } from './notices.ts'
import { createOpenCache, type OpenCache } from './open-cache.ts'
import { openProfile, type Profile } from './profile/profile.ts'
import { createSearch } from './search/search.ts'
import { deliverReceipt, enrol, parseServerUrl } from './session/http.ts'
import { type Clock, createSession, type Session } from './session/run.ts'
import { openSocket } from './session/socket.ts'
import { viewSession } from './session-view.ts'
import { changeSettings, readSettings, writeSettings } from './settings.ts'
import type { Shell } from './shell/shell.ts'
import { storeFailure } from './store/failures.ts'
import { quarantine, removeQuarantined } from './store/quarantine.ts'
import { openStore } from './store/store.ts'
import { createCipher } from './vault/cipher.ts'
import { createVault, type Vault } from './vault/vault.ts'
import type { WipeStep } from './wipe/plan.ts'
import { createWipe, type Wipe } from './wipe/run.ts'

export interface AppOptions {
  readonly shell: Shell
  readonly profileDir: string
  readonly version: string
  /** For the fleet table, for example 'win32-x64'. */
  readonly platform: string
  readonly deviceName: string
  /** Server address; with a code, enrols at start where the profile is not enrolled. Alone, it corrects the address. */
  readonly serverUrl?: string
  readonly enrolCode?: string
  readonly log: Log & { closeFile?(): void }
  readonly clock?: Clock
  /** Fault injection for tests of the wipe. */
  readonly wipeProbe?: (step: WipeStep, when: 'before' | 'after') => void
}

export interface App {
  /** Serves the bridge, resumes an interrupted wipe, opens the cache, connects, shows the window. */
  start(): Promise<void>
  stop(): Promise<void>
}

const CACHE_FILE = 'store/cache.db'
const SHARD_DIR = 'store/shards'

const systemClock: Clock = {
  nowMs: () => Date.now(),
  setTimer(run, ms) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

/** An app on `shell`. Nothing happens before start(). */
export function createApp(options: AppOptions): App {
  const { shell, log, clock = systemClock } = options
  const about = { version: options.version, platform: options.platform }
  const cipherReady = createCipher()
  let profile: Profile | undefined
  let vault: Vault | undefined
  let wipe: Wipe | undefined
  let session: Session | undefined
  let cache: OpenCache | undefined
  let policy: Policy | undefined
  let settings: Settings = defaultSettings
  /** What keeps the app from working at all, until the next start. */
  let obstacle: Failure | undefined
  let cancelLeaseCheck: (() => void) | undefined
  let cancelWipeRetry: (() => void) | undefined
  let stopped = false
  const stopListening: (() => void)[] = []

  const changes = createCoalescer(clock, limits.changeEventMs, {
    session: () => shell.emit('sessionChanged', sessionView()),
    list() {
      shell.emit('conversationsChanged', {})
      showStatus()
    },
    conversation: (conversationId: ConversationId) => shell.emit('messagesChanged', { conversationId }),
  })

  /** Work nobody waits for: a fault of it is logged, and does not end the program. */
  function inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => log.error('app.background', { error: errorName(error) }))
  }

  // --- what the window sees -------------------------------------------------------------------------------------------

  function sessionView(): SessionView {
    return viewSession({
      shell,
      version: options.version,
      settings,
      vault,
      session,
      store: store(),
      wipe,
      obstacle,
      lockAfterMinutes: lockAfterMinutes(),
      nowMs: clock.nowMs(),
    })
  }

  function showStatus(): void {
    shell.showStatus({ unread: store()?.unread() ?? 0, state: sessionView().state })
  }

  /** The list has changed, and with it perhaps how many messages wait. */
  function listChanged(): void {
    changes.list()
    changes.session()
  }

  function stateChanged(): void {
    changes.session()
    showStatus()
  }

  // --- the cache ----------------------------------------------------------------------------------------------------------

  const cacheOf = (p: Profile, v: Vault): OpenCache =>
    createOpenCache({
      file: p.path(CACHE_FILE),
      shardDir: p.path(SHARD_DIR),
      vault: v,
      cipher: cipherReady,
      openStore,
      createSearch,
      storeFailure,
      quarantine,
      removeQuarantined,
      clock,
      log,
      changed: listChanged,
      lost: () => session?.dispatch({ type: 'cache-lost' }),
    })
  const store = () => cache?.current()?.store

  /** The lease is over: the share is erased, so that nothing short of the server opens the cache again. */
  async function checkLease(): Promise<void> {
    cache?.note()
    if (!vault || !(await vault.leaseOver(clock.nowMs()))) return
    log.info('lease.over')
    vault.eraseLease()
    session?.dispatch({ type: 'cache-lost' })
  }

  function watchLease(): void {
    if (stopped) return
    const untilMs = vault?.leaseUntilMs()
    const ms = Math.min(limits.leaseCheckMs, Math.max(1000, (untilMs ?? Number.POSITIVE_INFINITY) - clock.nowMs()))
    cancelLeaseCheck = clock.setTimer(() => inBackground(checkLease().finally(watchLease)), ms)
  }

  // --- the session ----------------------------------------------------------------------------------------------------------

  function newSession(v: Vault): Session {
    return createSession({
      vault: v,
      openSocket,
      clock,
      random: Math.random,
      randomBytes: (count) => randomBytes(count),
      about,
      log,
      host: {
        store,
        openCache: async () => cache?.open() ?? fail('not-enrolled'),
        rekeyCache: async () => cache?.rekey(),
        closeCache() {
          inBackground(cache?.close() ?? Promise.resolve())
          // What the window holds in memory goes with the keys.
          inBackground(shell.resetWindow())
        },
        async beginWipe(order, jws) {
          const origin = v.identity()?.serverOrigin
          if (!wipe || !origin) return
          await wipe.begin(order, jws, origin, (store()?.keyCount() ?? 0) + VAULT_KEYS)
          setImmediate(() => inBackground(carryOutWipe()))
        },
        policyChanged(next) {
          policy = next
          shell.setContentProtection(next.contentProtection)
          cache?.policyChanged(next)
          appLock.check()
        },
        stateChanged,
        listChanged,
        conversationChanged: changes.conversation,
        eventsAdded(conversationId, events, live) {
          cache?.current()?.search.add(conversationId, events)
          if (live) notifyOf(events)
        },
        conversationsLost(lost) {
          cache?.current()?.search.removed(lost)
          // An older copy must not bring back what was lost.
          cache?.note(true)
        },
        storeFailure: (error) => cache?.storeFailure(error) ?? storeFailure(error),
      },
    })
  }

  function notifyOf(events: readonly ConversationEvent[]): void {
    const nameOf = (userId: UserId) => store()?.person(userId)?.displayName
    const notice = shell.isFocused() ? undefined : noticeOf(events, { self: store()?.self, policy, nameOf })
    if (notice) shell.notify({ ...notice, onClick: () => inBackground(shell.showWindow()) })
  }

  /** Nothing is left to lose: no identity, one that the key store no longer opens, or one the server does not accept. */
  function mayEnrol(): Result<void> {
    if (obstacle && obstacle.code !== 'keystore-changed') return { ok: false, error: obstacle }
    const state = session?.state()
    const refusal = state && 'problem' in state ? state.problem?.code : undefined
    const useless = refusal !== undefined && uselessIdentity.has(refusal)
    return vault?.identity() && !wipe?.underWay() && !useless ? fail('already-enrolled') : ok(undefined)
  }

  async function enroll(args: { serverUrl: string; code: string }): Promise<Result<SessionView>> {
    const allowed = mayEnrol()
    if (!allowed.ok) return allowed
    if (!vault || !profile) return fail('internal')
    // The proof of an earlier wipe is delivered before the device is given a new identity.
    if (wipe?.underWay() && !(await wipe.deliverNow())) return fail('unavailable')
    const request = { serverUrl: args.serverUrl, code: args.code, deviceName: options.deviceName, ...about }
    const enrolled = await enrol(vault, request, clock.nowMs())
    if (!enrolled.ok) return enrolled
    obstacle = undefined
    wipe?.forget()
    await session?.stop()
    await cache?.abandon()
    rmSync(profile.path('store'), { recursive: true, force: true })
    session = newSession(vault)
    session.dispatch({ type: 'enrolled' })
    return ok(sessionView())
  }

  // --- app lock ---------------------------------------------------------------------------------------------------------------

  function lockAfterMinutes(): number {
    return Math.min(settings.lockAfterMinutes, policy?.lockAfterMinutes ?? Number.POSITIVE_INFINITY)
  }

  const appLock = createAppLock({
    clock,
    log,
    vault: () => vault,
    cache: () => cache,
    session: () => session,
    idleMinutes: lockAfterMinutes,
    changed: () => changes.session(),
    opened: listChanged,
  })

  // --- wipe -------------------------------------------------------------------------------------------------------------------

  async function carryOutWipe(): Promise<void> {
    if (!wipe) return
    stateChanged()
    try {
      await wipe.carryOut()
    } catch (error) {
      log.error('wipe.step', { error: errorName(error) })
    }
    const notice = wipe.notice()
    if (notice?.wipedAtMs === undefined) {
      // Keys or files could not be removed (a full or read-only disk): nothing opens meanwhile, and it is tried again.
      cancelWipeRetry = clock.setTimer(() => inBackground(carryOutWipe()), limits.receiptRetryFirstMs)
      return
    }
    session?.dispatch({ type: 'wiped' })
    shell.emit('wiped', notice)
    await shell.resetWindow()
    stateChanged()
  }

  // --- life -------------------------------------------------------------------------------------------------------------------

  async function open(): Promise<void> {
    const opened = openProfile(options.profileDir)
    if (!opened.ok) {
      obstacle = opened.error
      return
    }
    profile = opened.value
    settings = readSettings(profile)
    await cipherReady
    vault = createVault({ profile, keyStore: shell.keyStore })
    cache = cacheOf(profile, vault)
    wipe = createWipe({
      profile,
      vault,
      closeCache: () => cache?.abandon() ?? Promise.resolve(),
      releaseFiles: () => log.closeFile?.(),
      clearHostStorage: shell.clearHostStorage,
      deliver: deliverReceipt,
      nowMs: clock.nowMs,
      setTimer: clock.setTimer,
      about: { bootId: randomUUID(), version: options.version },
      changed(notice) {
        shell.emit('wiped', notice)
        changes.session()
      },
      log,
      ...(options.wipeProbe && { probe: options.wipeProbe }),
    })
    session = newSession(vault)
    const identity = await vault.load()
    if (wipe.underWay()) {
      if (!identity.ok) log.error('wipe.identity', { code: identity.error.code })
      session.dispatch({ type: 'order-accepted' })
      await carryOutWipe()
      return
    }
    if (!identity.ok) {
      obstacle = identity.error
      return
    }
    await begin(vault, identity.value !== undefined)
  }

  async function begin(v: Vault, enrolled: boolean): Promise<void> {
    const usable = await shell.keyStore.check()
    if (!usable.ok) {
      obstacle = usable.error
      return
    }
    if (!enrolled) {
      session?.dispatch({ type: 'started', enrolled: false, cache: false })
      if (options.serverUrl === undefined || options.enrolCode === undefined) return
      const done = await enroll({ serverUrl: options.serverUrl, code: options.enrolCode })
      if (!done.ok) session?.dispatch({ type: 'started', enrolled: false, cache: false, problem: done.error })
      return
    }
    if (options.serverUrl !== undefined) {
      const origin = parseServerUrl(options.serverUrl)
      if (origin.ok && origin.value !== v.identity()?.serverOrigin) await v.update({ serverOrigin: origin.value })
    }
    await checkLease()
    const opened = (await cache?.open()) ?? fail('not-enrolled')
    if (!opened.ok && opened.error.code !== 'locked' && opened.error.code !== 'app-locked') {
      obstacle = opened.error
      return
    }
    session?.dispatch({ type: 'started', enrolled: true, cache: opened.ok })
  }

  const callParts: CallParts = {
    session() {
      if (!session) throw new FailureError(obstacle ?? fail('not-enrolled').error)
      return session
    },
    cache() {
      const open = cache?.current()
      return open ? ok(open) : fail(whyNoCache())
    },
    lock: appLock.lock,
    unlock: appLock.unlock,
    setPassphrase: appLock.setPassphrase,
    noteActivity: appLock.noteActivity,
    getSession: sessionView,
    enroll,
    setSettings(change) {
      settings = changeSettings(settings, change)
      if (profile && !wipe?.underWay()) writeSettings(profile, settings)
      appLock.check()
      changes.session()
      return settings
    },
    openExternal: shell.openExternal,
    nowMs: clock.nowMs,
    listChanged,
    conversationChanged: changes.conversation,
    storeFailure: (error) => cache?.storeFailure(error) ?? storeFailure(error),
    sessionChanged: changes.session,
    log,
  }

  function whyNoCache(): FailureCode {
    if (obstacle) return obstacle.code
    const state = session?.state().type
    if (state === 'wiping' || state === 'wiped') return state
    if (!vault?.identity()) return 'not-enrolled'
    return vault.isLocked() ? 'app-locked' : 'locked'
  }

  return {
    async start() {
      const calls = createCalls(callParts)
      // What is asked while the profile is being opened is answered once it is, not as if there were none.
      let opening = Promise.resolve()
      shell.serve(async (name, args) => {
        if (name !== 'getSession') await opening
        return calls(name, args)
      })
      shell.onQuit(() => this.stop())
      stopListening.push(
        shell.onPower((event) => {
          if (event === 'suspend') session?.dispatch({ type: 'suspended' })
          if (event === 'lock-screen') appLock.lock()
          if (event !== 'resume') return
          appLock.check()
          inBackground(checkLease().finally(() => session?.dispatch({ type: 'connect-asked' })))
        }),
      )
      opening = open().catch((error: unknown) => {
        if (!(error instanceof FailureError)) throw error
        obstacle = error.failure
      })
      await opening
      if (obstacle) log.error('app.obstacle', { code: obstacle.code })
      watchLease()
      appLock.start()
      await shell.showWindow()
      showStatus()
      stateChanged()
    },
    async stop() {
      stopped = true
      cancelLeaseCheck?.()
      cancelWipeRetry?.()
      for (const stop of stopListening.splice(0)) stop()
      changes.stop()
      wipe?.stop()
      appLock.stop()
      await session?.stop()
      await cache?.close()
      profile?.release()
      profile = undefined
    },
  }
}

/** What a server says to a device that it will never admit again under its present identity. */
const uselessIdentity: ReadonlySet<string> = new Set(['device-unknown', 'device-revoked', 'device-wiped'])
/** Local secret and lease share: the keys of a profile outside the cache's keyring. */
const VAULT_KEYS = 2
