// Owns the one form in which the product keeps the text of a message. Imports nothing, so that the window can use it too.

/**
 * Body text as the product keeps it: LF line ends, no control character but tab and newline, no lone surrogate, no blank
 * line at either end. May return the empty string, which is no message.
 */
export function normaliseBody(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd()
}
