// Owns joining the modules into one app: profile, vault, cache, search, files, session, wipe, bridge. Knows no host.
// Always holds: an interrupted wipe is finished before the cache is opened or a window shown; the cache is open only with
// a valid lease; whatever ends the program leaves every file whole. Imports no Electron; the only place modules meet.

import { randomBytes, randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { type CallArgs, defaultSettings, type SessionView, type Settings } from '../shared/bridge.ts'
import { limits } from '../shared/limits.ts'
import type { ConversationId, Policy } from '../shared/model.ts'
import { type Failure, type FailureCode, FailureError, fail, ok, type Result } from '../shared/result.ts'
import { createEnrolment } from './app-enrolment.ts'
import { filesParts } from './app-files.ts'
import { createLeaseWatch } from './app-lease.ts'
import { createAppLock } from './app-lock.ts'
import { createSessionHost } from './app-session-host.ts'
import { createWipeRun } from './app-wipe.ts'
import { type CallParts, createCalls } from './calls.ts'
import { systemClock } from './clock.ts'
import { createCoalescer } from './coalesce.ts'
import { createFiles } from './files/files.ts'
import { shredAll } from './files/shred.ts'
import { errorName, type Log } from './log.ts'
import { createNotices } from './notices.ts'
import { createOpenCache, type OpenCache } from './open-cache.ts'
import { openProfile, type Profile } from './profile/profile.ts'
import { createSearch } from './search/search.ts'
import { backoffMs } from './session/backoff.ts'
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
const FILES_DIR = 'files'
const OPENED_DIR = 'open'

/** What holds until the server has told its policy: nothing leaves that this desktop alone can keep. */
const untold: Policy = { leaseHours: 1, notifications: 'hidden', contentProtection: true, downloads: false }

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
  /** The window shows it and has the focus, as it says. */
  let shownId: ConversationId | undefined
  const stopListening: (() => void)[] = []

  const changes = createCoalescer(clock, limits.changeEventMs, {
    session: () => shell.emit('sessionChanged', sessionView()),
    list() {
      shell.emit('conversationsChanged', {})
      showStatus()
    },
    conversation: (conversationId) => shell.emit('messagesChanged', { conversationId }),
    attachments: (conversationId) => shell.emit('attachmentsChanged', { conversationId }),
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
      policy: knownPolicy(),
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
      createFiles(opened) {
        const places = { dir: p.path(FILES_DIR), openedDir: p.path(OPENED_DIR) }
        const origin = () => v.identity()?.serverOrigin
        const asks = { origin, session: () => session, policy: knownPolicy, storeFailure: failureOfStore }
        const by = { backoffMs, random: Math.random, clock, log }
        return createFiles(filesParts({ ...places, ...asks, ...by, shell, changes, listChanged }, opened))
      },
      storeFailure,
      quarantine,
      removeQuarantined,
      clock,
      log,
      changed: listChanged,
      lost: () => session?.dispatch({ type: 'cache-lost' }),
    })
  const knownPolicy = () => policy ?? untold
  const store = () => cache?.current()?.store
  const files = () => cache?.current()?.files
  const failureOfStore = (error: unknown) => cache?.storeFailure(error) ?? storeFailure(error)
  /** Asked anew each time: they come and go. */
  const refs = { vault: () => vault, cache: () => cache, session: () => session, wipe: () => wipe }
  const leaseWatch = createLeaseWatch({ ...refs, clock, log })

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
      host: createSessionHost({
        shell,
        ...refs,
        vault: v,
        notices,
        changes,
        listChanged,
        stateChanged,
        policyChanged(next) {
          obey(next)
          // Kept for the next start, which may be offline.
          if (JSON.stringify(v.identity()?.policy) !== JSON.stringify(next)) inBackground(v.update({ policy: next }))
        },
        carryOutWipe: () => inBackground(wipeRun.carryOut()),
        inBackground,
        storeFailure: failureOfStore,
      }),
    })
  }

  const notices = createNotices({
    clock,
    store,
    settings: () => settings,
    policy: knownPolicy,
    systemLanguages: shell.systemLanguages,
    inView: () => (shell.isFocused() ? shownId : undefined),
    show: shell.notify,
    clear: shell.clearNotices,
    clicked: (conversationId, seq) => inBackground(showMessage(conversationId, seq)),
  })

  async function showMessage(conversationId: ConversationId, seq: number): Promise<void> {
    await shell.showWindow()
    if (store()?.position(conversationId)) shell.emit('messageAsked', { conversationId, seq })
  }

  const enrolNow = createEnrolment({
    ...refs,
    obstacle: () => obstacle,
    enrol,
    device: { deviceName: options.deviceName, ...about },
    nowMs: clock.nowMs,
    async begin(v) {
      obstacle = undefined
      await session?.stop()
      await cache?.abandon()
      for (const name of ['store', FILES_DIR, OPENED_DIR])
        if (profile) rmSync(profile.path(name), { recursive: true, force: true })
      session = newSession(v)
      session.dispatch({ type: 'enrolled' })
    },
  })

  async function enroll(args: CallArgs<'enroll'>): Promise<Result<SessionView>> {
    const enrolled = await enrolNow(args)
    return enrolled.ok ? ok(sessionView()) : enrolled
  }

  // --- app lock ---------------------------------------------------------------------------------------------------------------

  function lockAfterMinutes(): number {
    return Math.min(settings.lockAfterMinutes, policy?.lockAfterMinutes ?? Number.POSITIVE_INFINITY)
  }

  const appLock = createAppLock({
    ...refs,
    clock,
    log,
    idleMinutes: lockAfterMinutes,
    changed: () => changes.session(),
    opened: listChanged,
    locked: userLeft,
  })

  function obey(next: Policy): void {
    policy = next
    shell.setContentProtection(next.contentProtection)
    cache?.policyChanged(next)
    appLock.check()
    // What people may do here is shown.
    changes.session()
  }

  /** The user is not there: notifications go, and others see it. */
  function userLeft(): void {
    session?.lively.noteAway()
    notices.clear()
  }

  // --- wipe -------------------------------------------------------------------------------------------------------------------

  const wipeRun = createWipeRun({ ...refs, shell, stateChanged, clock, log })

  // --- life -------------------------------------------------------------------------------------------------------------------

  async function open(): Promise<void> {
    const opened = openProfile(options.profileDir)
    if (!opened.ok) {
      obstacle = opened.error
      return
    }
    profile = opened.value
    // What a crash left of opened files goes first, whether or not the cache is opened.
    shredAll(profile.path(OPENED_DIR))
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
      await wipeRun.carryOut()
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
    const told = v.identity()?.policy
    if (told) obey(told)
    await leaseWatch.check()
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
    noteActivity() {
      appLock.noteActivity()
      session?.lively.noteActivity()
    },
    viewChanged(conversationId) {
      shownId = conversationId
    },
    live: () => ({
      sending: session?.sending() ?? new Set(),
      transferOf: (conversationId, sha256) => files()?.transferOf(conversationId, sha256),
      transferOfFile: (fileId) => files()?.transferOfFile(fileId),
    }),
    policy: knownPolicy,
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
    pickFiles: () => shell.pickFiles(),
    nowMs: clock.nowMs,
    listChanged,
    conversationChanged: changes.conversation,
    storeFailure: failureOfStore,
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
          if (event === 'lock-screen' || event === 'unlock-screen') notices.screenLocked(event === 'lock-screen')
          if (event === 'suspend' || event === 'lock-screen') session?.lively.noteAway()
          if (event === 'lock-screen') appLock.lock()
          if (event !== 'resume') return
          appLock.check()
          inBackground(leaseWatch.check().finally(() => session?.dispatch({ type: 'connect-asked' })))
        }),
      )
      opening = open().catch((error: unknown) => {
        if (!(error instanceof FailureError)) throw error
        obstacle = error.failure
      })
      await opening
      if (obstacle) log.error('app.obstacle', { code: obstacle.code })
      leaseWatch.start()
      appLock.start()
      await shell.showWindow()
      showStatus()
      stateChanged()
    },
    async stop() {
      leaseWatch.stop()
      notices.stop()
      wipeRun.stop()
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
