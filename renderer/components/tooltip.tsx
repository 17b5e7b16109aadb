// Owns the one tooltip of the window: it names any element with `data-tip` (and an optional `data-keys` shortcut).
// Always holds: it repeats an accessible name and adds none; Escape hides it; the pointer may rest on it (WCAG 1.4.13).

import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import './tooltip.css'

/** Rest of the pointer before a tooltip appears, in milliseconds. */
const delayMs = 450
const gapPx = 6
const marginPx = 6

interface Tip {
  readonly anchor: HTMLElement
  readonly text: string
  readonly keys: string | undefined
}

function tipOf(target: EventTarget | null): Tip | undefined {
  const anchor = target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null
  const text = anchor?.dataset.tip
  if (anchor === null || text === undefined || text === '') return undefined
  return { anchor, text, keys: anchor.dataset.keys }
}

export function TooltipLayer(): ReactNode {
  const [tip, setTip] = useState<Tip>()
  const box = useRef<HTMLDivElement>(null)

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const hide = () => {
      clearTimeout(timer)
      setTip(undefined)
    }
    const over = (event: PointerEvent) => {
      if (event.pointerType === 'touch' || box.current?.contains(event.target as Node) === true) return
      const next = tipOf(event.target)
      clearTimeout(timer)
      if (next === undefined) timer = setTimeout(() => setTip(undefined), 80)
      else timer = setTimeout(() => setTip(next), delayMs)
    }
    const focus = (event: FocusEvent) => {
      const next = tipOf(event.target)
      if (next?.anchor.matches(':focus-visible') === true) setTip(next)
      else hide()
    }
    const key = (event: KeyboardEvent) => {
      if (event.key !== 'Tab') hide()
    }
    document.addEventListener('pointerover', over)
    document.addEventListener('pointerdown', hide, true)
    document.addEventListener('focusin', focus)
    document.addEventListener('focusout', hide)
    document.addEventListener('keydown', key, true)
    window.addEventListener('blur', hide)
    document.addEventListener('scroll', hide, true)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('pointerover', over)
      document.removeEventListener('pointerdown', hide, true)
      document.removeEventListener('focusin', focus)
      document.removeEventListener('focusout', hide)
      document.removeEventListener('keydown', key, true)
      window.removeEventListener('blur', hide)
      document.removeEventListener('scroll', hide, true)
    }
  }, [])

  useLayoutEffect(() => {
    const element = box.current
    if (element === null || tip === undefined) return
    const anchor = tip.anchor.getBoundingClientRect()
    const { width, height } = element.getBoundingClientRect()
    const aside = tip.anchor.dataset.tipSide === 'right'
    const left = aside ? anchor.right + gapPx : anchor.left + anchor.width / 2 - width / 2
    const below = anchor.bottom + gapPx
    const above = anchor.top - gapPx - height
    const top = aside ? anchor.top + anchor.height / 2 - height / 2 : above >= marginPx ? above : below
    element.style.left = `${Math.max(marginPx, Math.min(left, window.innerWidth - width - marginPx))}px`
    element.style.top = `${Math.max(marginPx, Math.min(top, window.innerHeight - height - marginPx))}px`
  }, [tip])

  if (tip === undefined) return undefined
  return (
    <div aria-hidden="true" className="tooltip" ref={box}>
      {tip.text}
      {tip.keys !== undefined && <kbd className="kbd kbd--inverse">{tip.keys}</kbd>}
    </div>
  )
}
