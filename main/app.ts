// Owns joining the modules into one app: profile, vault, cache, search, files, session, wipe, bridge. Knows no host.
// Always holds: an interrupted wipe is finished before the cache is opened or a window shown; the cache is open only with
// a valid lease; whatever ends the program leaves every file whole. Imports no Electron; the only place modules meet.

import { randomBytes, randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { type CallArgs, defaultSettings, type SessionView, type Settings } from '../shared/bridge.ts'
import type { ConversationId } from '../shared/model.ts'
import { type Failure, type FailureCode, FailureError, fail, ok, type Result } from '../shared/result.ts'
import {
  CACHE_DIRS,
  type CachePlaces,
  cacheBytesOf,
  cachePlaces,
  OPENED_DIR,
  openCacheParts,
  remainsPaths,
} from './app-cache.ts'
import { appCallParts } from './app-calls.ts'
import { createEnrolment } from './app-enrolment.ts'
import { createLeaseWatch } from './app-lease.ts'
import { createAppLock } from './app-lock.ts'
import type { App, AppOptions } from './app-options.ts'
import { createAppOrders } from './app-orders.ts'
import { createAppPolicy } from './app-policy.ts'
import { listenToPower } from './app-power.ts'
import { createSessionHost } from './app-session-host.ts'
import { createAppWindow } from './app-window.ts'
import { createWipeRun } from './app-wipe.ts'
import { createCalls } from './calls.ts'
import { systemClock } from './clock.ts'
import { createFiles } from './files/files.ts'
import { shredAll } from './files/shred.ts'
import { errorName } from './log.ts'
import { createNotices } from './notices.ts'
import { createOpenCache, type OpenCache } from './open-cache.ts'
import { openProfile, type Profile } from './profile/profile.ts'
import { createSearch } from './search/search.ts'
import { shardFileName } from './search/shard-files.ts'
import { backoffMs } from './session/backoff.ts'
import { deliverReceipt, enrol, parseServerUrl } from './session/http.ts'
import { createSession, type Session } from './session/run.ts'
import { openSocket } from './session/socket.ts'
import { viewSession } from './session-view.ts'
import { changeSettings, readSettings, writeSettings } from './settings.ts'
import { storeFailure } from './store/failures.ts'
import { quarantine, removeQuarantined, setAsideOf } from './store/quarantine.ts'
import { openStore } from './store/store.ts'
import { createCipher, verifySignature } from './vault/cipher.ts'
import { createVault, type Vault } from './vault/vault.ts'
import { witnessPath } from './vault/witness.ts'
import { createOrders, ORDERS_FILE, type Orders } from './wipe/orders.ts'
import { createWipe, type Wipe } from './wipe/run.ts'

export type { App, AppOptions } from './app-options.ts'

/** Why a cache is not opened at the start that the connection, the user or room on the disk mends while the app runs. */
const passing: ReadonlySet<FailureCode> = new Set(['locked', 'app-locked', 'disk-full'])

/** An app on `shell`. Nothing happens before start(). */
export function createApp(options: AppOptions): App {
  const { shell, log, clock = systemClock } = options
  const about = { version: options.version, platform: options.platform }
  const cipherReady = createCipher()
  const bootId = randomUUID()
  let profile: Profile | undefined
  let vault: Vault | undefined
  let wipe: Wipe | undefined
  let orders: Orders | undefined
  let session: Session | undefined
  let cache: OpenCache | undefined
  let settings: Settings = defaultSettings
  /** What keeps the app from working at all, until the next start. */
  let obstacle: Failure | undefined
  /** The window shows it and has the focus, as it says. */
  let shownId: ConversationId | undefined
  const stopListening: (() => void)[] = []

  const store = () => cache?.current()?.store
  const { changes, listChanged, stateChanged } = createAppWindow({ shell, clock, view: sessionView, store })

  /** Work nobody waits for: a fault of it is logged, and does not end the program. */
  function inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => log.error('app.background', { error: errorName(error) }))
  }

  const policy = createAppPolicy({
    shell,
    cache: () => cache,
    appLock: () => appLock,
    settings: () => settings,
    changes,
  })

  // --- what the window sees -------------------------------------------------------------------------------------------

  function sessionView(): SessionView {
    return viewSession({
      shell,
      version: options.version,
      settings,
      policy: policy.known(),
      vault,
      session,
      store: store(),
      wipe,
      signOut: appOrders.signOutNotice(),
      obstacle,
      lockAfterMinutes: policy.lockAfterMinutes(),
      nowMs: clock.nowMs(),
    })
  }

  // --- the cache ----------------------------------------------------------------------------------------------------------

  const cacheOf = (places: CachePlaces, v: Vault): OpenCache =>
    createOpenCache(
      openCacheParts(places, {
        vault: v,
        cipher: cipherReady,
        openStore,
        createSearch,
        createFiles,
        prepare: appOrders.prepare,
        storeFailure,
        failureOfStore,
        quarantine,
        removeQuarantined,
        session: () => session,
        policy: policy.known,
        shell,
        changes,
        backoffMs,
        clock,
        log,
        changed: listChanged,
        lost: () => session?.dispatch({ type: 'cache-lost' }),
      }),
    )
  const failureOfStore = (error: unknown) => cache?.storeFailure(error) ?? storeFailure(error)
  /** Asked anew each time: they come and go. */
  const refs = {
    vault: () => vault,
    cache: () => cache,
    session: () => session,
    wipe: () => wipe,
    orders: () => orders,
  }
  const leaseWatch = createLeaseWatch({ ...refs, clock, log })

  // --- orders ---------------------------------------------------------------------------------------------------------------

  const appOrders = createAppOrders({ ...refs, shell, notices: () => notices, changes, listChanged, inBackground, log })

  const newOrders = (p: Profile, v: Vault): Orders =>
    createOrders({
      profile: p,
      vault: v,
      pathsOf: (remains) => remainsPaths(cachePlaces(p), remains, shardFileName),
      setAside: () => setAsideOf(cachePlaces(p).file),
      shredOpened: () => shredAll(cachePlaces(p).openedDir),
      deliver: deliverReceipt,
      storeFailure,
      nowMs: clock.nowMs,
      setTimer: clock.setTimer,
      about: { bootId, version: options.version },
      log,
      ...(options.conversationWipeProbe && { probe: options.conversationWipeProbe }),
    })

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
        cache: () => cache,
        wipe: () => wipe,
        vault: v,
        notices,
        changes,
        listChanged,
        stateChanged,
        orders: appOrders,
        cacheBytes() {
          const open = store()
          return open && profile && cacheBytesOf(cachePlaces(profile), open)
        },
        policyChanged(next) {
          policy.obey(next)
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
    policy: policy.known,
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
    async begin(v, isAgain) {
      obstacle = undefined
      await session?.stop()
      await cache?.abandon()
      appOrders.signedIn()
      if (!isAgain && profile) {
        orders?.abandon()
        for (const name of [...CACHE_DIRS, ORDERS_FILE]) rmSync(profile.path(name), { recursive: true, force: true })
        orders = newOrders(profile, v)
      }
      session = newSession(v)
      session.dispatch({ type: 'enrolled' })
    },
  })

  async function enroll(args: CallArgs<'enroll'>): Promise<Result<SessionView>> {
    const enrolled = await enrolNow(args)
    return enrolled.ok ? ok(sessionView()) : enrolled
  }

  // --- app lock ---------------------------------------------------------------------------------------------------------------

  const appLock = createAppLock({
    ...refs,
    clock,
    log,
    idleMinutes: policy.lockAfterMinutes,
    changed: () => changes.session(),
    opened: listChanged,
    locked: userLeft,
  })

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
    const { witnessDir } = shell
    vault = createVault({
      profile,
      keyStore: shell.keyStore,
      ...(witnessDir !== undefined && { witnessPath: witnessPath(witnessDir, profile.dir) }),
    })
    cache = cacheOf(cachePlaces(profile), vault)
    wipe = createWipe({
      profile,
      vault,
      closeCache() {
        // With the profile they go.
        orders?.abandon()
        return cache?.abandon() ?? Promise.resolve()
      },
      releaseFiles: () => log.closeFile?.(),
      clearHostStorage: shell.clearHostStorage,
      deliver: deliverReceipt,
      nowMs: clock.nowMs,
      setTimer: clock.setTimer,
      about: { bootId, version: options.version },
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
    if (identity.value) orders = newOrders(profile, vault)
    await begin(vault)
  }

  async function begin(v: Vault): Promise<void> {
    const usable = await shell.keyStore.check()
    if (!usable.ok) {
      obstacle = usable.error
      return
    }
    const identity = v.identity()
    const origin = options.serverUrl === undefined ? undefined : parseServerUrl(options.serverUrl)
    if (identity && origin?.ok && origin.value !== identity.serverOrigin) await v.update({ serverOrigin: origin.value })
    if (!identity || identity.signedOut) return beginClosed(v, identity !== undefined)
    if (orders) inBackground(orders.carryOn())
    if (identity.policy) policy.obey(identity.policy)
    await leaseWatch.check()
    const opened = (await cache?.open()) ?? fail('not-enrolled')
    if (!opened.ok && !passing.has(opened.error.code)) {
      obstacle = opened.error
      return
    }
    session?.dispatch({ type: 'started', enrolled: true, cache: opened.ok })
  }

  /** Never enrolled, or signed out by the organisation. */
  async function beginClosed(v: Vault, signedOut: boolean): Promise<void> {
    // Whatever of the lease was put back.
    if (signedOut) await v.eraseLease()
    const started = { type: 'started', enrolled: signedOut, signedOut, cache: false } as const
    session?.dispatch(started)
    if (options.serverUrl === undefined || options.enrolCode === undefined) return
    const done = await enroll({ serverUrl: options.serverUrl, code: options.enrolCode })
    if (!done.ok && !signedOut) session?.dispatch({ ...started, problem: done.error })
  }

  const callParts = appCallParts({
    ...refs,
    shell,
    obstacle: () => obstacle,
    appLock,
    changes,
    listChanged,
    policy: policy.known,
    settings: () => settings,
    getSession: sessionView,
    enroll,
    setSettings(change) {
      settings = changeSettings(settings, change)
      if (profile && !wipe?.underWay()) writeSettings(profile, settings)
      appLock.check()
      changes.session()
      return settings
    },
    viewChanged(conversationId) {
      shownId = conversationId
    },
    verifySignature,
    storeFailure: failureOfStore,
    clock,
    log,
  })

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
      stopListening.push(listenToPower({ ...refs, shell, notices, appLock, leaseWatch, inBackground }))
      opening = open().catch((error: unknown) => {
        if (!(error instanceof FailureError)) throw error
        obstacle = error.failure
      })
      await opening
      if (obstacle) log.error('app.obstacle', { code: obstacle.code })
      leaseWatch.start()
      appLock.start()
      await shell.showWindow()
      stateChanged()
    },
    async stop() {
      notices.stop()
      wipeRun.stop()
      for (const stop of stopListening.splice(0)) stop()
      changes.stop()
      wipe?.stop()
      orders?.stop()
      appLock.stop()
      await session?.stop()
      await cache?.close()
      await leaseWatch.stop()
      profile?.release()
      profile = undefined
    },
  }
}
