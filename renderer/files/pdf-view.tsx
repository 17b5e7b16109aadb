// Owns the pages of a PDF, one below the other, each drawn when it comes near the view and given up when it leaves it.
// Always holds: a page keeps its place before it is drawn; at most `mostPages` are shown.

import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react'
import { useTranslator } from '../app/workspace-context.ts'
import type { OpenedPdf, Pdf, PdfPage } from './pdf.ts'
import { ViewerNote } from './viewer-note.tsx'

/** Pages of one preview: more is read in a program for it. */
const mostPages = 200
/** Nearer than this to the view a page is drawn. */
const nearPx = 600
/** A page as long as nothing is known of it: A4 upright. */
const paper = { widthPx: 794, heightPx: 1123 }

interface PdfViewProps {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly scroller: RefObject<HTMLElement | null>
  /** Fitted to the width, or at 100 %. */
  readonly isFit: boolean
}

export function PdfView({ bytes, scroller, isFit }: PdfViewProps): ReactNode {
  const { t } = useTranslator()
  const [opened, setOpened] = useState<OpenedPdf>()
  const [first, setFirst] = useState<PdfPage>()
  useEffect(() => {
    let isShown = true
    let close: () => void = () => undefined
    // pdf.js takes the bytes over, and this may run again.
    void open(bytes.slice()).then(async (made) => {
      if ('pdf' in made) close = made.pdf.close
      const page = 'pdf' in made ? await made.pdf.page(1).catch(() => undefined) : undefined
      if (!isShown) return close()
      setFirst(page)
      setOpened(made)
    })
    return () => {
      isShown = false
      close()
    }
  }, [bytes])
  if (opened === undefined) return <ViewerNote busy text={t('viewer.loading')} />
  if ('problem' in opened) return <ViewerNote text={t(`viewer.${opened.problem}`)} />
  const { pdf } = opened
  const numbers = Array.from({ length: Math.min(pdf.pages, mostPages) }, (_, index) => index + 1)
  return (
    <div className="pdf" data-testid="pdf">
      {numbers.map((number) => (
        <Page first={first} isFit={isFit} key={number} number={number} pdf={pdf} scroller={scroller} />
      ))}
      {pdf.pages > mostPages && <p className="viewer__cut">{t('viewer.pdfMore', { count: mostPages })}</p>}
    </div>
  )
}

async function open(bytes: Uint8Array<ArrayBuffer>): Promise<OpenedPdf> {
  try {
    const { openPdf } = await import('./pdf.ts')
    return await openPdf(bytes)
  } catch {
    return { problem: 'broken' }
  }
}

interface PageProps {
  readonly pdf: Pdf
  readonly number: number
  readonly first: PdfPage | undefined
  readonly scroller: RefObject<HTMLElement | null>
  readonly isFit: boolean
}

function Page({ pdf, number, first, scroller, isFit }: PageProps): ReactNode {
  const { t } = useTranslator()
  const sheet = useRef<HTMLDivElement>(null)
  const [isNear, setNear] = useState(number === 1)
  const [page, setPage] = useState<PdfPage>()
  const [isBroken, setBroken] = useState(false)
  const size = page ?? first ?? paper

  useEffect(() => {
    const element = sheet.current
    if (element === null) return
    const observer = new IntersectionObserver(([entry]) => setNear(entry?.isIntersecting === true), {
      root: scroller.current,
      rootMargin: `${nearPx}px 0px`,
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [scroller])

  useEffect(() => {
    if (!isNear || page !== undefined) return
    let isShown = true
    pdf.page(number).then(
      (loaded) => isShown && setPage(loaded),
      () => isShown && setBroken(true),
    )
    return () => {
      isShown = false
    }
  }, [isNear, number, page, pdf])

  useEffect(() => {
    const element = sheet.current
    if (!isNear || page === undefined || element === null) return
    const drawing = new AbortController()
    // A canvas is drawn on once: it is made for this drawing and goes with it.
    const canvas = document.createElement('canvas')
    canvas.setAttribute('aria-hidden', 'true')
    page.draw(canvas, element.clientWidth, window.devicePixelRatio, drawing.signal).then(
      () => drawing.signal.aborted || element.replaceChildren(canvas),
      () => drawing.signal.aborted || setBroken(true),
    )
    return () => {
      drawing.abort()
      canvas.remove()
      canvas.width = 0
    }
  }, [isNear, page])

  return (
    <div
      aria-label={t('viewer.pdfPage', { page: number, count: pdf.pages })}
      className="pdf__page"
      data-fit={isFit ? '' : undefined}
      role="img"
      style={{ width: size.widthPx, aspectRatio: `${size.widthPx} / ${size.heightPx}` }}
    >
      <div className="pdf__sheet" ref={sheet} />
      {isBroken && <p className="viewer__cut">{t('viewer.broken')}</p>}
    </div>
  )
}
