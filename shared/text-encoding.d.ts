// Owns the two names of the platform that shared/ may use: both hosts have them (WHATWG Encoding), yet neither the DOM's
// nor Node's types are visible here. Only the compiler configurations of shared/ and of the pure files read this file.

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes?: Uint8Array): string
}
