// Owns drawing a document as PDF in a window of Electron that nobody sees: what that window may do, and that it goes.
// Always holds: no script, no preload, no Node; the document comes as a data: address, and nothing else is asked of the
// session, which lets nothing else through. The window is destroyed, whatever comes of it.

import { limits } from '../../shared/limits.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { errorName, type Log } from '../log.ts'

/** What of a BrowserWindow is used. */
export interface PrintWindow {
  loadURL(url: string): Promise<void>
  readonly webContents: {
    printToPDF(options: {
      readonly pageSize: 'A4'
      readonly printBackground: boolean
      readonly preferCSSPageSize: boolean
      readonly generateTaggedPDF: boolean
    }): Promise<Uint8Array>
  }
  isDestroyed(): boolean
  destroy(): void
}

/** What such a window is made with, beside its session. */
export const printPreferences = {
  javascript: false,
  contextIsolation: true,
  sandbox: true,
  nodeIntegration: false,
  webviewTag: false,
  webSecurity: true,
  spellcheck: false,
  navigateOnDragDrop: false,
  disableDialogs: true,
  devTools: false,
} as const

/** The document as PDF, A4. Codes: `unavailable`. */
export async function printOn(window: PrintWindow, html: string, log: Log): Promise<Result<Uint8Array>> {
  let timer: NodeJS.Timeout | undefined
  // A window that has been destroyed never answers.
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('late')), limits.printMs)
  })
  try {
    return ok(await Promise.race([draw(window, html), late]))
  } catch (error) {
    log.error('print-failed', { error: errorName(error) })
    return fail('unavailable', 'The document was not drawn.')
  } finally {
    clearTimeout(timer)
    if (!window.isDestroyed()) window.destroy()
  }
}

async function draw(window: PrintWindow, html: string): Promise<Uint8Array> {
  await window.loadURL(`data:text/html;charset=utf-8;base64,${Buffer.from(html).toString('base64')}`)
  return window.webContents.printToPDF({
    pageSize: 'A4',
    printBackground: true,
    preferCSSPageSize: true,
    generateTaggedPDF: true,
  })
}
