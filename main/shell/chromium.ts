// Owns the stand-in host: an installed Chromium, Chrome or Edge in app mode, driven over CDP, behind the Shell port.
// Always holds: the page is ours from a made-up origin answered out of the built renderer; every other request, name
// look-up, pop-up, permission and download is refused; browsing is off the record and the profile goes with the program.
// Must never: be packaged, or take itself for the product: title and log say what it is. It shows no notices and no tray.

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { z } from 'zod'
import { FailureError, fail } from '../../shared/result.ts'
import { createApi } from '../../shared/window-api.ts'
import { errorName, type Log } from '../log.ts'
import { type Assets, createAssets } from './assets.ts'
import { createBridgeGate, isTrustedSender } from './bridge-gate.ts'
import { launchBrowser } from './chromium-launch.ts'
import { createBrowserPrinter } from './chromium-print.ts'
import { askForPlace, askInPage } from './chromium-question.ts'
import type { Place } from './command-line.ts'
import { measureFolder, ownFolder } from './host-folder.ts'
import { openExternal, openPath } from './open-external.ts'
import { createQuit } from './quit.ts'
import type { KeyStore, Shell } from './shell.ts'
import { languagesOfEnvironment } from './system-languages.ts'
import { onWake } from './wake.ts'
import { wordsFor } from './words.ts'

/** The `.invalid` domain (RFC 6761) never resolves: should a request escape, it goes nowhere. */
const ORIGIN = 'https://causeway.invalid'
const PAGE_URL = `${ORIGIN}/`
const TITLE = 'Causeway (Chromium host)'
const BINDING = 'causewayCall'
/** A page that has not drawn two frames by then is hidden; it is as painted as it will be. */
const PAINT_MS = 2000
/** A browser that has not opened its window by then will not: the driver itself can wait for ever on one that has died. */
const OPEN_MS = 30_000
/** A renderer that dies again within this time would do so for ever. */
const CRASH_LOOP_MS = 10_000
/** The layout's own minimum; a narrower half of a small screen overlaps the other. */
const SMALLEST_WIDTH_PX = 720
const screenSchema = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })

/** Runs in the page before any of its own scripts: makes `window.causeway` out of the same source as the preload. */
const initScript = `(() => {
  if (window !== window.top) return
  const call = window.${BINDING}
  delete window.${BINDING}
  window.open = () => null
  let deliver = () => undefined
  const createApi = ${createApi.toString()}
  const api = createApi({ call, receive: (take) => { deliver = take } })
  Object.defineProperty(window, 'causeway', { value: Object.freeze(api), enumerable: true })
  Object.defineProperty(window, Symbol.for('causeway.deliver'), { value: (name, json) => deliver(name, json) })
})()`

/** The Shell over an installed browser. Nothing is started before showWindow(). */
export function createChromiumShell(options: {
  readonly hostDir: string
  readonly rendererDir: string
  readonly keyStore: KeyStore
  readonly browserPath: string
  /** Without a visible window, for tests. */
  readonly isHeadless: boolean
  /** Written with the URL of the browser's debugging port once the window is open; tests only. */
  readonly debugPortFile?: string
  readonly place?: Place
  readonly witnessDir?: string
  readonly log: Log
}): Shell {
  const { log, hostDir } = options
  let browserDir: string | undefined
  const assets = createAssets(options.rendererDir, { title: TITLE })
  const gate = createBridgeGate({ log })
  const systemLanguages = languagesOfEnvironment(process.env)
  let opening: Promise<Page> | undefined
  let page: Page | undefined
  let title = TITLE

  const { quit, onQuit, isQuitting } = createQuit({
    log,
    async close() {
      await page?.context().close()
      if (browserDir !== undefined) rmSync(browserDir, { recursive: true, force: true, maxRetries: 3 })
    },
  })

  const openWindow = async (): Promise<Page> => {
    // Another program may have this profile open, and its browser there: the app then says so in our window.
    const ownDir = ownFolder(hostDir, 'chromium')
    browserDir = ownDir
    const context = await launchBrowser({
      browserPath: options.browserPath,
      browserDir: ownDir,
      isHeadless: options.isHeadless,
      args: [
        `--app=data:text/html,<title>${TITLE}</title>`,
        '--window-size=1180,760',
        ...(options.debugPortFile === undefined ? [] : ['--remote-debugging-port=0']),
      ],
    })
    const opened = context.pages()[0] ?? (await context.waitForEvent('page'))
    page = opened
    context.on('page', (other) => {
      if (other !== opened) void other.close()
    })
    opened.on('close', () => void quit())
    let crashedAtMs = Number.NEGATIVE_INFINITY
    opened.on('crash', () => {
      log.error('renderer-gone')
      const isLoop = performance.now() - crashedAtMs < CRASH_LOOP_MS
      crashedAtMs = performance.now()
      if (isLoop) void quit()
      else void opened.reload().catch(() => quit())
    })
    await context.exposeBinding(BINDING, (source, name: unknown, argsJson: unknown) => {
      const sender = {
        isOurWindow: source.page === opened,
        isMainFrame: source.frame === opened.mainFrame(),
        url: source.frame.url(),
      }
      return gate.call(isTrustedSender(sender, ORIGIN), name, argsJson)
    })
    await context.addInitScript({ content: initScript })
    await serveAssets(context, assets)
    if (options.place !== undefined) await putWindow(opened, options.place)
    await opened.goto(PAGE_URL, { waitUntil: 'load' })
    opened.on('framenavigated', (frame) => {
      if (frame === opened.mainFrame() && !frame.url().startsWith(PAGE_URL)) void goHome(opened, log)
    })
    await painted(opened)
    if (options.debugPortFile !== undefined) tellDebugPort(ownDir, options.debugPortFile)
    log.info('window-open', { host: 'chromium', browser: context.browser()?.version() ?? 'unknown' })
    return opened
  }
  const inPage = (task: (open: Page) => Promise<unknown>) => {
    // A page that is closing or navigating takes nothing in; it reads the state anew when it is back.
    if (page !== undefined && !page.isClosed()) void task(page).catch(() => undefined)
  }

  return {
    kind: 'chromium',
    keyStore: options.keyStore,
    systemLanguages,
    serve: gate.serve,
    emit(name, payload) {
      inPage((open) =>
        open.evaluate(
          ([event, json]) => {
            const deliver: unknown = Reflect.get(globalThis, Symbol.for('causeway.deliver'))
            if (typeof deliver === 'function') deliver(event, json)
          },
          [name, JSON.stringify(payload)],
        ),
      )
    },
    async showWindow() {
      opening ??= inTime(openWindow())
      try {
        await (await opening).bringToFront()
      } catch (error) {
        if (!isQuitting()) throw error
      }
    },
    async resetWindow() {
      if (page === undefined || page.isClosed()) return
      await page.reload({ waitUntil: 'load' })
      await painted(page)
    },
    showStatus({ unread }) {
      const next = unread > 0 ? `(${unread}) ${TITLE}` : TITLE
      if (next === title) return
      title = next
      inPage((open) =>
        open.evaluate((text) => {
          const page: unknown = Reflect.get(globalThis, 'document')
          if (typeof page === 'object' && page !== null) Reflect.set(page, 'title', text)
        }, next),
      )
    },
    notify() {
      log.debug('notice-not-shown', { host: 'chromium' })
    },
    clearNotices() {},
    // CDP holds the page focused whether it is or not; an open window counts as looked at.
    isFocused: () => page !== undefined && !page.isClosed(),
    onPower: (listener) => onWake(() => listener('resume')),
    setContentProtection(on) {
      if (on) log.info('content-protection-unavailable', { host: 'chromium' })
    },
    openExternal,
    // The page's own input and drop zone hand files over instead.
    async pickFiles() {
      throw new FailureError(fail('not-allowed', 'This host has no file dialog of its own.').error)
    },
    async saveAs(name) {
      if (page === undefined || page.isClosed())
        throw new FailureError(fail('unavailable', 'There is no window.').error)
      return askForPlace(page, name, wordsFor(systemLanguages))
    },
    confirm: async (question) =>
      page !== undefined && !page.isClosed() && (await askInPage(page, question)) !== undefined,
    printPdf: createBrowserPrinter(options),
    ...(options.witnessDir !== undefined && { witnessDir: options.witnessDir }),
    openPath,
    async clearHostStorage() {
      const before = measureFolder(hostDir)
      if (page === undefined || page.isClosed()) rmSync(hostDir, { recursive: true, force: true })
      else if (browserDir !== undefined) await clearOpenBrowser(page, browserDir)
      const after = measureFolder(hostDir)
      return { files: Math.max(0, before.files - after.files), bytes: Math.max(0, before.bytes - after.bytes) }
    },
    onQuit,
    quit,
  }
}

/** `opening`, or FailureError `unavailable` after thirty seconds. */
async function inTime(opening: Promise<Page>): Promise<Page> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const failure = fail('unavailable', 'The browser did not open its window.').error
    timer = setTimeout(() => reject(new FailureError(failure)), OPEN_MS)
  })
  try {
    return await Promise.race([opening, late])
  } finally {
    clearTimeout(timer)
  }
}

async function serveAssets(context: BrowserContext, assets: Assets): Promise<void> {
  await context.route('**/*', async (route) => {
    const request = route.request()
    if (!request.url().startsWith(PAGE_URL)) return route.abort('aborted')
    const response = await assets.respond(request.method(), request.url())
    return route.fulfill({ status: response.status, headers: { ...response.headers }, body: response.body })
  })
}

/** Puts the window into one half of the screen. */
async function putWindow(page: Page, place: Place): Promise<void> {
  const devTools = await page.context().newCDPSession(page)
  const { windowId } = await devTools.send('Browser.getWindowForTarget')
  const { result } = await devTools.send('Runtime.evaluate', {
    expression: '({ x: screen.availLeft, y: screen.availTop, width: screen.availWidth, height: screen.availHeight })',
    returnByValue: true,
  })
  const { x, y, width, height } = screenSchema.parse(result.value)
  const half = Math.max(SMALLEST_WIDTH_PX, Math.floor(width / 2))
  const left = place === 'left' ? x : x + width - half
  await devTools.send('Browser.setWindowBounds', { windowId, bounds: { left, top: y, width: half, height } })
  await devTools.detach()
}

/** Resolves when two frames have been drawn, so that what the first render made can be seen. */
async function painted(page: Page): Promise<void> {
  const drawn = page
    .evaluate(() => {
      const next: unknown = Reflect.get(globalThis, 'requestAnimationFrame')
      if (typeof next !== 'function') return undefined
      return new Promise<void>((resolve) => next(() => next(() => resolve())))
    })
    .catch(() => undefined)
  await Promise.race([drawn, new Promise<void>((resolve) => setTimeout(resolve, PAINT_MS).unref())])
}

async function goHome(page: Page, log: Log): Promise<void> {
  log.error('navigation-refused')
  await page.goto(PAGE_URL).catch((error) => log.error('window-did-not-load', { error: errorName(error) }))
}

async function clearOpenBrowser(page: Page, browserDir: string): Promise<void> {
  const devTools = await page.context().newCDPSession(page)
  await devTools.send('Network.clearBrowserCache')
  await devTools.send('Storage.clearDataForOrigin', { origin: ORIGIN, storageTypes: 'all' })
  await devTools.detach()
  for (const folder of ['Cache', 'Code Cache', 'GPUCache', 'Local Storage', 'Session Storage', 'Sessions']) {
    rmSync(join(browserDir, 'Default', folder), { recursive: true, force: true })
  }
}

function tellDebugPort(browserDir: string, file: string): void {
  const [port] = readFileSync(join(browserDir, 'DevToolsActivePort'), 'utf8').split('\n')
  writeFileSync(`${file}.new`, `http://127.0.0.1:${port}\n`)
  renameSync(`${file}.new`, file)
}
