// Owns where the focus goes between the fleet's lists and what stands beside them.

/** To what has just been opened beside the list. */
export function focusAside(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-testid="fleet-aside"]')?.focus())
}

/** Back to the list's row, where the focus was in what has just been closed. */
export function focusRows(): void {
  requestAnimationFrame(() => {
    if (document.activeElement !== document.body && document.activeElement !== null) return
    document.querySelector<HTMLElement>('.row-grid__rows [role="row"][tabindex="0"]')?.focus()
  })
}
