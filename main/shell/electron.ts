// Owns the product's host: Electron's window, protocol, IPC, notices, tray and power events behind the Shell port.
// Always holds: the renderer is sandboxed, isolated and without Node; it shows our files over causeway:// and nothing else;
// every permission, navigation, pop-up, download, frame attachment and foreign sender is refused; its session is in memory.
// Must never: look at an Electron version (features are looked for), or let content of the window reach the disk.

import { join } from 'node:path'
import {
  app,
  BrowserWindow,
  dialog,
  type IpcMainInvokeEvent,
  ipcMain,
  Menu,
  type MenuItemConstructorOptions,
  type NativeImage,
  Notification,
  nativeImage,
  nativeTheme,
  powerMonitor,
  protocol,
  type Session,
  safeStorage,
  screen,
  session,
  shell as systemShell,
  Tray,
  type WebContents,
} from 'electron'
import { ok } from '../../shared/result.ts'
import { errorName, type Log } from '../log.ts'
import { type Assets, createAssets } from './assets.ts'
import { createBridgeGate, isTrustedSender } from './bridge-gate.ts'
import { chosenFiles, suggestedName } from './chosen-files.ts'
import type { Place } from './command-line.ts'
import { dotPixels } from './dot.ts'
import { measureFolder, removeExcept } from './host-folder.ts'
import { noProgram } from './open-external.ts'
import { printOn, printPreferences } from './print-window.ts'
import { createQuit } from './quit.ts'
import { createSafeStorageKeyStore } from './safe-storage.ts'
import type { Notice, PowerEvent, Shell } from './shell.ts'
import { languageTags } from './system-languages.ts'
import { wordsFor } from './words.ts'

const SCHEME = 'causeway'
const ORIGIN = `${SCHEME}://app`
const PAGE_URL = `${ORIGIN}/`
/** Without `persist:` Electron keeps all of a session in memory. */
const PARTITION = 'causeway'
const PRINT_PARTITION = 'causeway-print'
/** A renderer that dies again within this time is not started a third time: it would do so for ever. */
const CRASH_LOOP_MS = 10_000
const SMALLEST = { width: 720, height: 480 }
/** Files that the running browser process holds on to; Local State has the key that seals this profile on Windows. */
const HELD_FILES: ReadonlySet<string> = new Set([
  'SingletonLock',
  'SingletonSocket',
  'SingletonCookie',
  'lockfile',
  'Local State',
  'Preferences',
])

/**
 * What must happen before Electron is ready: where the host keeps its files, the scheme's privileges, the sandbox, one
 * instance a profile. Returns false where another instance has the profile; it has then been asked to show its window.
 */
export function prepareElectron(options: { readonly hostDir: string }): boolean {
  app.setName('Causeway')
  if (process.platform === 'win32') app.setAppUserModelId('com.causeway.desktop')
  for (const name of ['userData', 'sessionData'] as const) app.setPath(name, options.hostDir)
  app.setPath('crashDumps', join(options.hostDir, 'crash'))
  app.setAppLogsPath(join(options.hostDir, 'logs'))
  if (!app.requestSingleInstanceLock()) return false

  for (const flag of [
    'disable-background-networking',
    'disable-breakpad',
    'disable-component-update',
    'disable-domain-reliability',
    'disable-http-cache',
    'disable-sync',
    'no-pings',
  ]) {
    app.commandLine.appendSwitch(flag)
  }
  // On a desktop that Chromium does not know it would keep the key in the clear, which we refuse; Secret Service may be
  // there all the same.
  const desktop = process.env.XDG_CURRENT_DESKTOP ?? ''
  if (process.platform === 'linux' && !app.commandLine.hasSwitch('password-store') && !/kde/i.test(desktop)) {
    app.commandLine.appendSwitch('password-store', 'gnome-libsecret')
  }
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }])
  app.on('web-contents-created', (_event, contents) => guardContents(contents))
  return true
}

/** Resolves when Electron is ready: key store and windows can then be used. */
export function electronReady(): Promise<void> {
  return app.whenReady()
}

/** Where the profile lies when the command line names none: the system's folder for this program. */
export function defaultProfileDir(): string {
  return join(app.getPath('appData'), 'Causeway')
}

/** Ends the program with code 1; once packaged nobody reads the error stream, so `text` is shown as well. */
export function exitWithFailure(text: string): void {
  if (app.isPackaged) dialog.showErrorBox(wordsFor([app.getLocale()]).cannotStart, text)
  app.exit(1)
}

/** Ends a second instance quietly: the first has been asked to show its window. */
export function exitAsSecondInstance(): void {
  app.exit(0)
}

function guardContents(contents: WebContents): void {
  const refuse = (event: { preventDefault(): void }) => event.preventDefault()
  contents.on('will-navigate', (event) => {
    // A page that reloads itself stays where it is.
    if (event.url !== PAGE_URL || contents.getURL() !== PAGE_URL) event.preventDefault()
  })
  contents.on('will-redirect', refuse)
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame) event.preventDefault()
  })
  contents.on('will-attach-webview', refuse)
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
}

/** What a session may load: the renderer's files, documents given as data: addresses, or nothing. */
function guardSession(guarded: Session, loads: Assets | 'data' | 'nothing'): void {
  guarded.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  guarded.setPermissionCheckHandler(() => false)
  guarded.setDevicePermissionHandler(() => false)
  guarded.setSpellCheckerEnabled(false)
  guarded.on('will-download', (event) => event.preventDefault())
  guarded.webRequest.onBeforeRequest((details, answer) => {
    const isOurs = details.url.startsWith(PAGE_URL) || /^(?:data|blob|devtools):/.test(details.url)
    answer({ cancel: loads === 'nothing' || (loads === 'data' ? !details.url.startsWith('data:') : !isOurs) })
  })
  if (typeof loads === 'string') return
  guarded.protocol.handle(SCHEME, async (request) => {
    const isOurs = request.url.startsWith(PAGE_URL)
    const response = await loads.respond(request.method, isOurs ? request.url : '')
    return new Response(new Uint8Array(response.body), { status: response.status, headers: response.headers })
  })
}

/** The Shell over Electron. Call once, after electronReady(). */
export function createElectronShell(options: {
  readonly hostDir: string
  readonly rendererDir: string
  readonly preloadFile: string
  readonly place?: Place
  readonly witnessDir?: string
  readonly log: Log
}): Shell {
  const { log } = options
  const systemLanguages = languageTags(app.getPreferredSystemLanguages())
  const words = wordsFor(systemLanguages)
  const guarded = session.fromPartition(PARTITION, { cache: false })
  guardSession(guarded, createAssets(options.rendererDir))
  guardSession(session.defaultSession, 'nothing')
  const printing = session.fromPartition(PRINT_PARTITION, { cache: false })
  guardSession(printing, 'data')

  const gate = createBridgeGate({ log })
  let tray: Tray | undefined
  const { quit, onQuit, isQuitting } = createQuit({
    log,
    close: async () => undefined,
    exit: (code) => app.exit(code),
  })
  const notices = new Set<Notification>()
  let window: BrowserWindow | undefined
  let opening: Promise<void> | undefined
  let title = 'Causeway'
  let isProtected = false

  const isOurFrame = (event: IpcMainInvokeEvent): boolean => {
    const frame = event.senderFrame
    return isTrustedSender(
      {
        isOurWindow: window !== undefined && !window.isDestroyed() && event.sender === window.webContents,
        isMainFrame: frame !== null && frame.parent === null,
        url: frame?.url ?? '',
      },
      ORIGIN,
    )
  }
  ipcMain.handle('causeway:call', (event, name: unknown, argsJson: unknown) =>
    gate.call(isOurFrame(event), name, argsJson),
  )

  const openWindow = async (): Promise<void> => {
    const opened = new BrowserWindow({
      ...boundsFor(options.place),
      minWidth: SMALLEST.width,
      minHeight: SMALLEST.height,
      show: false,
      title,
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#14181b' : '#ffffff',
      autoHideMenuBar: true,
      webPreferences: {
        session: guarded,
        preload: options.preloadFile,
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webviewTag: false,
        webSecurity: true,
        spellcheck: false,
        navigateOnDragDrop: false,
        disableDialogs: true,
        devTools: !app.isPackaged,
      },
    })
    window = opened
    opened.setContentProtection(isProtected)
    opened.on('page-title-updated', (event) => event.preventDefault())
    opened.on('closed', () => {
      if (window === opened) window = undefined
    })
    reviveOnCrash(opened, log)
    const painted = new Promise<void>((resolve) => opened.once('ready-to-show', resolve))
    try {
      await opened.loadURL(PAGE_URL)
    } catch (error) {
      if (isQuitting()) return
      throw error
    }
    await painted
    if (!opened.isDestroyed()) opened.show()
  }

  const showWindow = async (): Promise<void> => {
    if (window === undefined) opening = openWindow()
    await opening
    if (window === undefined || window.isDestroyed()) return
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
  }
  /** A dialog belongs to our window, where there is one. */
  const parent = () => (window === undefined || window.isDestroyed() ? undefined : window)
  const clearNotices = () => {
    for (const shown of notices) shown.close()
    notices.clear()
  }
  const showOrLog = () => {
    showWindow().catch((error) => log.error('window-did-not-open', { error: errorName(error) }))
  }

  app.on('before-quit', (event) => {
    event.preventDefault()
    void quit()
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') void quit()
  })
  app.on('activate', showOrLog)
  app.on('second-instance', showOrLog)

  Menu.setApplicationMenu(applicationMenu())
  tray = createTray(log, [
    { label: words.open, click: showOrLog },
    { type: 'separator' },
    { label: words.quit, click: () => void quit() },
  ])
  tray?.on('click', showOrLog)

  return {
    kind: 'electron',
    keyStore: createSafeStorageKeyStore({ safeStorage, platform: process.platform }),
    systemLanguages,
    serve: gate.serve,
    emit(name, payload) {
      if (window === undefined || window.isDestroyed()) return
      window.webContents.send('causeway:event', name, JSON.stringify(payload))
    },
    showWindow,
    async resetWindow() {
      if (window === undefined || window.isDestroyed()) return
      const painted = new Promise<void>((resolve) => window?.webContents.once('did-finish-load', () => resolve()))
      window.webContents.reloadIgnoringCache()
      await painted
    },
    showStatus({ unread }) {
      title = unread > 0 ? `(${unread}) Causeway` : 'Causeway'
      app.setBadgeCount(unread)
      tray?.setToolTip(title)
      if (window === undefined || window.isDestroyed()) return
      window.setTitle(title)
      if (process.platform === 'win32') window.setOverlayIcon(unread > 0 ? dot('unread') : null, title)
    },
    notify(notice: Notice) {
      if (!Notification.isSupported()) return
      const shown = new Notification({ title: notice.title, body: notice.body })
      // Kept until it closes: a collected notification loses its click.
      notices.add(shown)
      shown.on('close', () => notices.delete(shown))
      shown.on('click', () => {
        notices.delete(shown)
        showOrLog()
        notice.onClick()
      })
      shown.show()
    },
    clearNotices,
    isFocused: () => window?.isFocused() ?? false,
    onPower,
    setContentProtection(on) {
      isProtected = on
      window?.setContentProtection(on)
    },
    openExternal: (url) => systemShell.openExternal(url),
    async pickFiles() {
      const asked: Parameters<typeof dialog.showOpenDialog>[0] = {
        properties: ['openFile', 'multiSelections', 'dontAddToRecent'],
      }
      const over = parent()
      const { filePaths } = await (over ? dialog.showOpenDialog(over, asked) : dialog.showOpenDialog(asked))
      return chosenFiles(filePaths)
    },
    async saveAs(name) {
      const asked: Parameters<typeof dialog.showSaveDialog>[0] = {
        defaultPath: join(app.getPath('downloads'), suggestedName(name)),
        properties: ['createDirectory', 'showOverwriteConfirmation', 'dontAddToRecent'],
      }
      const over = parent()
      const answer = await (over ? dialog.showSaveDialog(over, asked) : dialog.showSaveDialog(asked))
      return answer.canceled || answer.filePath === '' ? undefined : answer.filePath
    },
    async confirm(question) {
      const over = parent()
      if (over === undefined) return false
      const { title, message, detail, confirmLabel, cancelLabel, isDanger } = question
      const { response } = await dialog.showMessageBox(over, {
        type: isDanger ? 'warning' : 'question',
        ...{ title, message, detail, buttons: [confirmLabel, cancelLabel] },
        defaultId: 1,
        cancelId: 1,
        noLink: true,
      })
      return response === 0
    },
    printPdf: (html) =>
      printOn(
        new BrowserWindow({ show: false, webPreferences: { ...printPreferences, session: printing } }),
        html,
        log,
      ),
    ...(options.witnessDir !== undefined && { witnessDir: options.witnessDir }),
    async openPath(path) {
      return (await systemShell.openPath(path)) === '' ? ok(undefined) : noProgram()
    },
    async clearHostStorage() {
      const before = measureFolder(options.hostDir)
      clearNotices()
      for (const cleared of [guarded, printing, session.defaultSession]) {
        await cleared.clearStorageData()
        await cleared.clearCache()
        await cleared.clearAuthCache()
        await cleared.clearCodeCaches({ urls: [] })
        await cleared.clearHostResolverCache()
      }
      removeExcept(options.hostDir, HELD_FILES)
      const after = measureFolder(options.hostDir)
      return { files: Math.max(0, before.files - after.files), bytes: Math.max(0, before.bytes - after.bytes) }
    },
    onQuit,
    quit,
  }
}

function boundsFor(place: Place | undefined): { x?: number; y?: number; width: number; height: number } {
  if (place === undefined) return { width: 1180, height: 760 }
  const { x, y, width, height } = screen.getPrimaryDisplay().workArea
  const half = Math.max(SMALLEST.width, Math.floor(width / 2))
  return { x: place === 'left' ? x : x + width - half, y, width: half, height }
}

function reviveOnCrash(window: BrowserWindow, log: Log): void {
  let crashedAtMs = Number.NEGATIVE_INFINITY
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit' || window.isDestroyed()) return
    log.error('renderer-gone', { reason: details.reason, exitCode: details.exitCode })
    const nowMs = performance.now()
    if (nowMs - crashedAtMs > CRASH_LOOP_MS) window.webContents.reload()
    crashedAtMs = nowMs
  })
}

function onPower(listener: (event: PowerEvent) => void): () => void {
  const suspend = () => listener('suspend')
  const resume = () => listener('resume')
  const lock = () => listener('lock-screen')
  const unlock = () => listener('unlock-screen')
  powerMonitor.on('suspend', suspend)
  powerMonitor.on('resume', resume)
  powerMonitor.on('lock-screen', lock)
  powerMonitor.on('unlock-screen', unlock)
  return () => {
    powerMonitor.off('suspend', suspend)
    powerMonitor.off('resume', resume)
    powerMonitor.off('lock-screen', lock)
    powerMonitor.off('unlock-screen', unlock)
  }
}

function createTray(log: Log, entries: MenuItemConstructorOptions[]): Tray | undefined {
  try {
    const tray = new Tray(dot('accent'))
    tray.setToolTip('Causeway')
    tray.setContextMenu(Menu.buildFromTemplate(entries))
    return tray
  } catch (error) {
    log.info('tray-unavailable', { error: errorName(error) })
    return undefined
  }
}

function dot(kind: 'accent' | 'unread'): NativeImage {
  const { pixels, sizePx } = dotPixels(kind)
  return nativeImage.createFromBitmap(pixels, { width: sizePx, height: sizePx, scaleFactor: 2 })
}

/** Editing and zoom for the keyboard; nothing that reloads or inspects the page in a packaged program. */
function applicationMenu(): Menu {
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { role: 'togglefullscreen' },
  ]
  if (!app.isPackaged) view.push({ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' })
  const menus: MenuItemConstructorOptions[] = [
    { role: 'editMenu' },
    { role: 'viewMenu', submenu: view },
    { role: 'windowMenu' },
  ]
  if (process.platform === 'darwin') menus.unshift({ role: 'appMenu' })
  return Menu.buildFromTemplate(menus)
}
