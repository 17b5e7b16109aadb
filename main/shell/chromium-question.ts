// Owns what the Chromium host asks the user outside the app's page: whether they mean it, and where a file is to go.
// Always holds: a window of its own in a browser context of its own, without bridge, network or a way for any page to open
// it; words go in as text alone; an answer counts only where a hand gave it; a window that is closed or led away says no.

import { existsSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import type { Page } from 'playwright-core'
import { z } from 'zod'
import { freePath, writtenPath } from './chosen-files.ts'
import { quietPage } from './chromium-launch.ts'
import type { Question } from './shell.ts'
import type { wordsFor } from './words.ts'

const WIDTH_PX = 560
const HEIGHT_PX = 540
const boundsSchema = z.object({ left: z.number(), top: z.number(), width: z.number(), height: z.number() })
const answerSchema = z.strictObject({ isYes: z.boolean(), text: z.string().max(4096) })

/** A question; with `field` it is answered by a line of text as well. */
export interface PageQuestion extends Question {
  readonly field?: { readonly label: string; readonly text: string }
}

const markup = `<!doctype html><html><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'">
<meta name="color-scheme" content="light dark">
<style>
  body { margin: 0; font: 14px/1.5 system-ui, "Noto Sans HK", "Noto Sans SC", sans-serif; background: Canvas; color: CanvasText }
  main { display: flex; flex-direction: column; box-sizing: border-box; min-height: 100vh; padding: 24px; gap: 12px }
  h1 { margin: 0; font-size: 16px; overflow-wrap: anywhere }
  p { margin: 0; flex: 1; white-space: pre-wrap; overflow-wrap: anywhere }
  label { display: flex; flex-direction: column; gap: 4px } [hidden] { display: none }
  div { display: flex; justify-content: flex-end; gap: 8px }
  input, button { font: inherit; padding: 8px 16px; border-radius: 8px; border: 1px solid GrayText }
  #yes { background: #0b7a75; color: #fff; border-color: transparent } #yes.danger { background: #c02a1f }
</style></head><body><main role="alertdialog" aria-labelledby="message" aria-describedby="detail">
<h1 id="message"></h1><p id="detail"></p>
<label id="field" hidden><span id="label"></span><input id="text" data-testid="question-text" autocomplete="off" spellcheck="false"></label>
<div><button id="no" type="button" data-testid="question-no"></button><button id="yes" type="button" data-testid="question-yes"></button></div>
</main></body></html>`

/** Runs in that page alone; resolves with the answer. */
const script = `(question) => new Promise((resolve) => {
  const part = (id) => document.getElementById(id)
  document.title = question.title
  part('message').textContent = question.message
  part('detail').textContent = question.detail
  part('yes').textContent = question.confirmLabel
  part('no').textContent = question.cancelLabel
  part('yes').classList.toggle('danger', question.isDanger)
  const field = part('text')
  if (question.field) {
    part('field').hidden = false
    part('label').textContent = question.field.label
    field.value = question.field.text
  }
  const answer = (isYes) => (event) => {
    if (event.isTrusted) resolve({ isYes, text: field.value })
  }
  part('yes').addEventListener('click', answer(true))
  part('no').addEventListener('click', answer(false))
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') answer(false)(event)
  })
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') answer(true)(event)
  })
  const first = question.field ? field : part('no')
  first.focus()
})`

/** Asks over the window of `page`; what was written ('' without a field), or undefined for no. */
export async function askInPage(page: Page, question: PageQuestion): Promise<string | undefined> {
  const browser = page.context().browser()
  if (browser === null) return undefined
  const context = await browser.newContext({
    viewport: null,
    colorScheme: null,
    reducedMotion: null,
    forcedColors: null,
    contrast: null,
    offline: true,
    ...quietPage,
  })
  const withoutWindow = () => void context.close().catch(() => undefined)
  page.once('close', withoutWindow)
  try {
    await context.route('**/*', (route) => route.abort('aborted'))
    const asking = await context.newPage()
    // A second tab of that window is none of ours.
    context.on('page', (other) => void other.close().catch(() => undefined))
    await asking.setContent(markup)
    await placeOver(page, asking)
    await asking.bringToFront()
    const answer = answerSchema.parse(await asking.evaluate(`(${script})(${JSON.stringify(question)})`))
    return answer.isYes ? answer.text : undefined
  } catch {
    return undefined
  } finally {
    page.off('close', withoutWindow)
    await context.close().catch(() => undefined)
  }
}

/** Asks where a file of this name is to go, until it is a place or the user lets go of it. */
export async function askForPlace(
  page: Page,
  name: string,
  words: ReturnType<typeof wordsFor>,
): Promise<string | undefined> {
  const downloads = join(homedir(), 'Downloads')
  const usual = statSync(downloads, { throwIfNoEntry: false })?.isDirectory() ? downloads : homedir()
  const common = { title: words.save, confirmLabel: words.save, cancelLabel: words.cancel, isDanger: false }
  let text = freePath(usual, name)
  const message = words.saveWhere(basename(text))
  for (let detail = ''; ; ) {
    const written = await askInPage(page, { ...common, message, detail, field: { label: words.place, text } })
    if (written === undefined) return undefined
    const path = writtenPath(written, homedir())
    detail = path === undefined ? words.noPlace : ''
    text = written
    if (path === undefined) continue
    if (!existsSync(path)) return path
    const replace = { message: words.replaceWhat(basename(path)), detail, confirmLabel: words.replace, isDanger: true }
    if ((await askInPage(page, { ...common, ...replace })) !== undefined) return path
  }
}

/** Puts the question where the eyes are: the middle of the app's window. */
async function placeOver(page: Page, asking: Page): Promise<void> {
  try {
    const [under, over] = await Promise.all([page, asking].map((each) => each.context().newCDPSession(each)))
    if (under === undefined || over === undefined) return
    const found = boundsSchema.parse((await under.send('Browser.getWindowForTarget')).bounds)
    const { windowId } = await over.send('Browser.getWindowForTarget')
    const left = Math.round(found.left + (found.width - WIDTH_PX) / 2)
    const top = Math.round(found.top + (found.height - HEIGHT_PX) / 3)
    await over.send('Browser.setWindowBounds', { windowId, bounds: { left, top, width: WIDTH_PX, height: HEIGHT_PX } })
    await Promise.all([under.detach(), over.detach()])
  } catch {
    // It is asked wherever the system puts it.
  }
}
