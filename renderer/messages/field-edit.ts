// Owns changing the text of a field as if it had been typed, so that undo takes it back and React hears of it.

/** Puts `text` in place of [from, to) of `field`. */
export function replaceText(field: HTMLTextAreaElement, from: number, to: number, text: string): void {
  field.focus()
  field.setSelectionRange(from, to)
  const command = text === '' ? 'delete' : 'insertText'
  if (from === to && text === '') return
  // Deprecated and without successor: only this keeps the field's own undo.
  if (typeof document.execCommand === 'function' && document.execCommand(command, false, text)) return
  // Elsewhere by the element's own setter: React listens for what its own does not announce.
  const next = field.value.slice(0, from) + text + field.value.slice(to)
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set?.call(field, next)
  field.setSelectionRange(from + text.length, from + text.length)
  field.dispatchEvent(new Event('input', { bubbles: true }))
}
