// Owns what the window tells main of its own accord: that keyboard or pointer were used, whether the window has the focus,
// and drafts when it is left.
// Always holds: it tells that something was done, never what; a window that is hidden or closed has its drafts kept first.

import { useEffect } from 'react'
import { useActions } from './workspace-context.ts'

const uses = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const

/** Listens while the frame is shown. */
export function useWindowNews(): void {
  const { noteActivity, saveDrafts, noteFocus } = useActions()
  useEffect(() => {
    const options = { capture: true, passive: true } as const
    for (const use of uses) window.addEventListener(use, noteActivity, options)
    const tellFocus = () => noteFocus(document.visibilityState === 'visible' && document.hasFocus())
    tellFocus()
    window.addEventListener('focus', tellFocus)
    window.addEventListener('blur', tellFocus)
    document.addEventListener('visibilitychange', tellFocus)
    window.addEventListener('blur', saveDrafts)
    window.addEventListener('pagehide', saveDrafts)
    document.addEventListener('visibilitychange', saveDrafts)
    return () => {
      for (const use of uses) window.removeEventListener(use, noteActivity, options)
      window.removeEventListener('focus', tellFocus)
      window.removeEventListener('blur', tellFocus)
      document.removeEventListener('visibilitychange', tellFocus)
      window.removeEventListener('blur', saveDrafts)
      window.removeEventListener('pagehide', saveDrafts)
      document.removeEventListener('visibilitychange', saveDrafts)
    }
  }, [noteActivity, saveDrafts, noteFocus])
}
