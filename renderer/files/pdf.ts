// Owns opening a PDF for a preview, with pdf.js in the window's own sandbox: its worker's code is loaded as a module of ours,
// since the page's policy lets no address become a script. Loaded on first use only.
// Always holds: nothing of a PDF runs or is fetched: no scripts, no forms, no links; tables for Chinese fonts come from our
// own files. Must never: be imported by what the first screen needs.

import * as pdfjs from 'pdfjs-dist/legacy/build/pdf.mjs'
// Puts its handler where pdf.js looks for it before it would start a Worker.
import 'pdfjs-dist/legacy/build/pdf.worker.mjs'
import { fromBase64 } from './base64.ts'

export interface PdfPage {
  /** At 100 %, in CSS pixels. */
  readonly widthPx: number
  readonly heightPx: number
  /** Draws the page `widthPx` CSS pixels wide for a screen of this density. Rejects once `signal` ends it. */
  draw(canvas: HTMLCanvasElement, widthPx: number, density: number, signal: AbortSignal): Promise<void>
}

export interface Pdf {
  readonly pages: number
  /** `number` counts from 1. Rejects where the page is damaged. */
  page(number: number): Promise<PdfPage>
  close(): void
}

export type OpenedPdf = { readonly pdf: Pdf } | { readonly problem: 'encrypted' | 'broken' }

/** Pixels of one drawn page: an A4 page at 400 dpi. */
const pagePixels = 16_000_000
/** Pixels of a picture within a PDF; a larger one is left out. */
const picturePixels = 100_000_000
const cssPerPoint = 96 / 72

const packageFolder = '../../node_modules/pdfjs-dist'

/** What pdf.js asks for its own data through. */
class OwnData {
  async fetch({ kind, filename }: { readonly kind: string; readonly filename: string }): Promise<Uint8Array> {
    const address =
      kind === 'cMapUrl'
        ? (await import('./pdf-tables.ts')).tables[`${packageFolder}/cmaps/${filename}`]
        : (await import('./pdf-fonts.ts')).fonts[`${packageFolder}/standard_fonts/${filename}`]
    const bytes = address === undefined ? undefined : fromBase64(address.slice(address.indexOf(',') + 1))
    if (bytes === undefined) throw new Error('no such table')
    return bytes
  }
}

/** Opens the PDF in `bytes`, which are taken over. */
export async function openPdf(bytes: Uint8Array<ArrayBuffer>): Promise<OpenedPdf> {
  const task = pdfjs.getDocument({
    data: bytes,
    // Only named: everything comes through OwnData.
    cMapUrl: 'tables/',
    standardFontDataUrl: 'fonts/',
    BinaryDataFactory: OwnData,
    useWorkerFetch: false,
    disableWorkerRendering: true,
    useWasm: false,
    enableXfa: false,
    stopAtErrors: false,
    maxImageSize: picturePixels,
    verbosity: 0,
  })
  try {
    const document = await task.promise
    return {
      pdf: {
        pages: document.numPages,
        page: async (number) => pageOf(await document.getPage(number)),
        close: () => void task.destroy(),
      },
    }
  } catch (error) {
    void task.destroy()
    const isEncrypted = error instanceof Error && error.name === 'PasswordException'
    return { problem: isEncrypted ? 'encrypted' : 'broken' }
  }
}

function pageOf(page: pdfjs.PDFPageProxy): PdfPage {
  const own = page.getViewport({ scale: cssPerPoint })
  return {
    widthPx: own.width,
    heightPx: own.height,
    async draw(canvas, widthPx, density, signal) {
      const wanted = (cssPerPoint * widthPx * density) / own.width
      const pixels = own.width * own.height * (wanted / cssPerPoint) ** 2
      const scale = wanted * Math.min(1, Math.sqrt(pagePixels / pixels))
      const viewport = page.getViewport({ scale })
      canvas.width = Math.max(1, Math.floor(viewport.width))
      canvas.height = Math.max(1, Math.floor(viewport.height))
      const work = page.render({ canvas, viewport, annotationMode: pdfjs.AnnotationMode.ENABLE })
      const stop = () => work.cancel()
      signal.addEventListener('abort', stop)
      try {
        await work.promise
      } finally {
        signal.removeEventListener('abort', stop)
        page.cleanup()
      }
    },
  }
}
