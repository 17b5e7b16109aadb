// Owns base64 as the bridge carries file bytes. Pure.
// Always holds: slices go through in constant memory; text that is not base64 is no bytes.

/** Characters handed to String.fromCharCode at a time: engines bound the number of arguments. */
const chunk = 0x8000

/** RFC 4648 §4, padded. */
export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += chunk) text += String.fromCharCode(...bytes.subarray(at, at + chunk))
  return btoa(text)
}

/** The bytes; undefined where `text` is not base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}
