// Owns copying text. Always holds: plain text only, and only on the user's own act.

/** Copies `text`; true where it worked. Falls back where the host refuses the asynchronous clipboard. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    const write = (event: ClipboardEvent) => {
      event.clipboardData?.setData('text/plain', text)
      event.preventDefault()
    }
    document.addEventListener('copy', write, { once: true })
    const copied = document.execCommand('copy')
    document.removeEventListener('copy', write)
    return copied
  }
}
