// Owns how end-to-end tests answer what a desktop asks outside its window: whether its user means it, and where a file goes.
// Always holds: the window itself is not touched; on Electron the system's dialog is stood in for, as a test cannot press it,
// on the Chromium host the host's own window is pressed; what was asked is handed back to be looked at.

import type { BrowserContext, ElectronApplication, Page } from 'playwright/test'

/** A desktop, with the program behind it where that is Electron. */
export interface Asking {
  readonly page: Page
  readonly app?: ElectronApplication
}

/** What was asked, as its reader sees it. */
export interface Asked {
  readonly message: string
  readonly detail: string
  readonly confirmLabel: string
}

/** Says yes or no to the question that `act` brings up. `act` must not wait for what comes after the answer. */
export async function answer(desktop: Asking, isYes: boolean, act: () => Promise<unknown>): Promise<Asked> {
  return desktop.app ? answerDialog(desktop.app, isYes, act) : answerWindow(desktop.page.context(), isYes, act)
}

/** Names `path` where `act`, as above, makes the desktop ask for one; undefined: saves nothing. */
export async function savePlace(desktop: Asking, path: string | undefined, act: () => Promise<unknown>): Promise<void> {
  if (desktop.app) return placeInDialog(desktop.app, path, act)
  const window = await windowAfter(desktop.page.context(), act)
  if (path !== undefined) await window.getByTestId('question-text').fill(path)
  await press(window, path !== undefined)
}

/** Does `act` and resolves once the window with the question stands. */
async function windowAfter(context: BrowserContext, act: () => Promise<unknown>): Promise<Page> {
  const [window] = await Promise.all([context.waitForEvent('page'), act()])
  // It is filled once it stands.
  await window.getByTestId('question-no').filter({ hasText: /\S/ }).waitFor()
  return window
}

async function press(window: Page, isYes: boolean): Promise<void> {
  const closed = window.waitForEvent('close')
  // The window goes with the answer, which the driver may take for a failure of the click.
  await window
    .getByTestId(isYes ? 'question-yes' : 'question-no')
    .click()
    .catch(() => undefined)
  await closed
}

async function answerWindow(context: BrowserContext, isYes: boolean, act: () => Promise<unknown>): Promise<Asked> {
  const window = await windowAfter(context, act)
  const text = async (part: string) => (await window.locator(part).textContent()) ?? ''
  const asked = {
    message: await text('#message'),
    detail: await text('#detail'),
    confirmLabel: await text('#yes'),
  }
  await press(window, isYes)
  return asked
}

async function answerDialog(app: ElectronApplication, isYes: boolean, act: () => Promise<unknown>): Promise<Asked> {
  const asked = await app.evaluateHandle(({ dialog }, isYes) => {
    const real = dialog.showMessageBox
    return {
      next: new Promise<Asked>((resolve) => {
        dialog.showMessageBox = async (...args: readonly unknown[]) => {
          dialog.showMessageBox = real
          const options = args.at(-1) as Electron.MessageBoxOptions
          const { message, detail = '', buttons = [], cancelId } = options
          resolve({ message, detail, confirmLabel: buttons[0] ?? '' })
          return { response: isYes ? 0 : (cancelId ?? 1), checkboxChecked: false }
        }
      }),
    }
  }, isYes)
  await act()
  const found = await asked.evaluate(({ next }) => next)
  await asked.dispose()
  return found
}

async function placeInDialog(
  app: ElectronApplication,
  path: string | undefined,
  act: () => Promise<unknown>,
): Promise<void> {
  const asked = await app.evaluateHandle(({ dialog }, path) => {
    const real = dialog.showSaveDialog
    return {
      next: new Promise<void>((resolve) => {
        dialog.showSaveDialog = async () => {
          dialog.showSaveDialog = real
          resolve()
          return { canceled: path === undefined, filePath: path ?? '' }
        }
      }),
    }
  }, path)
  await act()
  await asked.evaluate(({ next }) => next)
  await asked.dispose()
}
