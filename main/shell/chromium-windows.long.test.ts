// Owns the proof, in an installed browser, of the windows that the Chromium host opens beside the app's: what is asked there
// nobody else can answer, and what is drawn there runs nothing and reaches nobody.

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Log } from '../log.ts'
import { findBrowser } from './browser-path.ts'
import { launchBrowser } from './chromium-launch.ts'
import { createBrowserPrinter } from './chromium-print.ts'
import { askForPlace, askInPage } from './chromium-question.ts'
import type { Question } from './shell.ts'
import { wordsFor } from './words.ts'

const browserPath = findBrowser()
const root = mkdtempSync(join(tmpdir(), 'causeway-windows-'))
const log: Log = { error() {}, info() {}, debug() {} }
const question: Question = {
  title: 'Wipe desktops',
  message: 'Wipe <b>1 desktop</b>?',
  detail: 'first line\n<script>window.hit = 1</script>',
  confirmLabel: 'Wipe',
  cancelLabel: 'Cancel',
  isDanger: true,
}

/** A net for what hangs; opening a window takes a shared machine a second or two. */
const inTime = { timeout: 60_000 }
/** What a page in hand would be told; counted. */
let server: Server
let site = ''
let visits: string[] = []
beforeAll(async () => {
  server = createServer((request, response) => {
    visits.push(request.url ?? '')
    response.setHeader('access-control-allow-origin', '*').end('visited')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  visits = []
})
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve))
  rmSync(root, { recursive: true, force: true })
})

describe.skipIf(browserPath === undefined)('asking in a window of its own', () => {
  let context: BrowserContext
  let app: Page
  beforeAll(async () => {
    const browserDir = mkdtempSync(join(root, 'browser-'))
    context = await launchBrowser({ browserPath: browserPath ?? '', browserDir, isHeadless: true, args: [] })
  })
  beforeEach(async () => {
    app = await context.newPage()
  })
  afterEach(async () => {
    const open = context.browser()?.contexts() ?? []
    await Promise.all(open.filter((each) => each !== context).map((each) => each.close()))
  })
  afterAll(() => context.close())

  /** The page of the one question that stands, its words on it. */
  async function standing(): Promise<Page> {
    const found = () => {
      const [own, ...more] = (context.browser()?.contexts() ?? []).filter((each) => each !== context)
      return more.length === 0 ? own?.pages()[0] : undefined
    }
    await expect.poll(found, inTime).toBeDefined()
    const page = found() as Page
    await expect.poll(() => page.getByTestId('question-no').textContent(), inTime).toBe('Cancel')
    return page
  }
  async function asked(question: () => Promise<string | undefined>) {
    const said = question()
    return { page: await standing(), said }
  }
  const ask = () => asked(() => askInPage(app, question))

  test('[BRF19] words are shown as text, the safe answer has the focus, and a hand answers', async () => {
    const { page, said } = await ask()
    expect(await page.locator('#message').textContent()).toBe(question.message)
    expect(await page.locator('#detail').textContent()).toBe(question.detail)
    expect(await page.evaluate('[document.activeElement.id, document.title, window.hit]')).toEqual([
      'no',
      question.title,
      undefined,
    ])
    await press(page, 'yes')
    expect(await said).toBe('')
    expect(context.browser()?.contexts()).toEqual([context])
  })

  test.each<[string, (page: Page) => Promise<unknown>]>([
    ['the other button', (page) => press(page, 'no')],
    ['Enter, where the focus is', (page) => page.keyboard.press('Enter')],
    ['Escape', (page) => page.keyboard.press('Escape')],
    ['a closed window', (page) => page.close()],
    ['another page in its place', (page) => page.goto('about:blank#elsewhere').then(() => page.reload())],
    ['the end of the app’s window', () => app.close()],
  ])('[BRF19] no is %s', async (_name, act) => {
    const { page, said } = await ask()
    await act(page).catch(() => undefined)
    expect(await said).toBeUndefined()
  })

  test('[BRF19] a click that no hand made is no answer', async () => {
    const { page, said } = await ask()
    await page.evaluate(`document.getElementById('yes').click()`)
    await page.evaluate(`document.getElementById('yes').dispatchEvent(new MouseEvent('click', { bubbles: true }))`)
    await press(page, 'no')
    expect(await said).toBeUndefined()
  })

  test('[BRF19] that window has no bridge, reaches nobody and is reached by no page', async () => {
    await context.exposeBinding('causewayCall', () => 'called')
    await context.addInitScript({ content: 'window.causeway = {}' })
    const { page, said } = await ask()
    const seen = await page.evaluate(`(async (site) => {
      const image = document.createElement('img')
      const loaded = new Promise((resolve) => { image.onload = image.onerror = (event) => resolve(event.type) })
      image.src = site + '/image'
      document.body.append(image)
      const frame = document.createElement('iframe')
      frame.src = site + '/frame'
      document.body.append(frame)
      let markup = 'set'
      try { document.body.innerHTML = '<p>x' } catch { markup = 'refused' }
      return {
        bridge: ['causeway', 'causewayCall', 'opener'].map((name) => typeof window[name]),
        opener: window.opener === null,
        fetch: await fetch(site + '/fetch').then(() => 'fetched', () => 'refused'),
        image: await loaded,
        popUp: typeof window.open(site + '/pop'),
        notifications: await Promise.resolve(globalThis.Notification?.requestPermission() ?? 'denied'),
        markup,
      }
    })(${JSON.stringify(site)})`)
    expect(seen).toEqual({
      bridge: ['undefined', 'undefined', 'object'],
      opener: true,
      fetch: 'refused',
      image: 'error',
      popUp: 'object',
      notifications: 'denied',
      markup: 'refused',
    })
    await expect.poll(() => page.context().pages(), inTime).toEqual([page])
    expect(visits).toEqual([])
    expect(context.pages()).not.toContain(page)
    expect(await app.evaluate('[window.length, window.opener]')).toEqual([0, null])
    await press(page, 'no')
    await said
  })

  test('[BRF20] where a file goes is written there; a place that is taken is asked about, one that is none again', async () => {
    const taken = join(root, 'taken.pdf')
    writeFileSync(taken, '')
    const words = wordsFor(['en'])
    const { page, said } = await asked(() => askForPlace(app, 'proof.pdf', words))
    expect(await page.getByTestId('question-text').inputValue()).toMatch(/proof( \(\d+\))?\.pdf$/)
    const next = async (page: Page, act: (page: Page) => Promise<unknown>): Promise<Page> => {
      const closed = page.waitForEvent('close')
      await act(page)
      await closed
      return standing()
    }
    const fill = (text: string) => async (page: Page) => {
      await page.getByTestId('question-text').fill(text)
      await press(page, 'yes')
    }
    const again = await next(page, fill('nowhere/proof.pdf'))
    expect(await again.locator('#detail').textContent()).toBe(words.noPlace)
    const replace = await next(again, fill(taken))
    expect(await replace.locator('#message').textContent()).toBe(words.replaceWhat('taken.pdf'))
    const last = await next(replace, (page) => press(page, 'no'))
    expect(await last.getByTestId('question-text').inputValue()).toBe(taken)
    await fill(join(root, 'free.pdf'))(last)
    expect(await said).toBe(join(root, 'free.pdf'))
  })
})

describe.skipIf(browserPath === undefined)('drawing a document', () => {
  test('[BRF21] it is drawn without script and network, and its browser leaves nothing', async () => {
    const hostDir = join(root, 'host')
    const print = createBrowserPrinter({ browserPath: browserPath ?? '', hostDir, log })
    const page = `<!doctype html><meta charset="utf-8"><title>Certificate</title>
      <link rel="stylesheet" href="${site}/style"><script src="${site}/script"></script>
      <meta http-equiv="refresh" content="0;url=${site}/refresh">
      <body>drawn<img src="${site}/image"><iframe src="${site}/frame"></iframe>
      <script>document.body.textContent = 'run'; fetch('${site}/fetch')</script>
      <noscript>without script</noscript></body>`
    const [one, other] = await Promise.all([print(page), print('<p>another')])
    if (!one.ok || !other.ok) throw new Error('not drawn')
    expect(Buffer.from(one.value).subarray(0, 5).toString()).toBe('%PDF-')
    expect(await textOf(one.value)).toBe('drawn without script')
    expect(await textOf(other.value)).toBe('another')
    expect(visits).toEqual([])
    expect(existsSync(hostDir) ? readdirSync(hostDir) : []).toEqual([])
  })

  test('[BRF21] a browser that does not start is told', async () => {
    const print = createBrowserPrinter({ browserPath: join(root, 'no-browser'), hostDir: join(root, 'host2'), log })
    expect(await print('<p>x')).toMatchObject({ error: { code: 'unavailable' } })
    expect(readdirSync(join(root, 'host2'))).toEqual([])
  })
})

/** The window goes with the answer, which the driver may take for a failure of the click. */
async function press(page: Page, button: 'yes' | 'no'): Promise<void> {
  const closed = page.waitForEvent('close')
  await page
    .getByTestId(`question-${button}`)
    .click()
    .catch(() => undefined)
  await closed
}

async function textOf(pdf: Uint8Array): Promise<string> {
  const { getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs')
  const loading = getDocument({ data: new Uint8Array(pdf), verbosity: 0 })
  const document = await loading.promise
  const { items } = await (await document.getPage(1)).getTextContent()
  await loading.destroy()
  return items
    .map((item) => ('str' in item ? item.str : ''))
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim()
}
