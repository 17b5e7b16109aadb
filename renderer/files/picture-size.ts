// Owns how large a picture says it is, read from its first bytes before anything decodes it. Pure.
// Always holds: a picture that would take more memory than a window should give is known before it is decoded; of what is
// not one of the four kinds shown here, or breaks off, nothing is known. Sources: PNG (W3C) §11.2.2, GIF89a §18,
// ITU-T T.81 §B.2.2, WebP container (RFC 9649) §2.

export interface PictureSize {
  readonly widthPx: number
  readonly heightPx: number
}

/** Largest picture that is decoded, in pixels: a phone's largest photo; 400 MB while it is drawn. */
export const decodedPixels = 100_000_000

/** What the header says, before any turning by EXIF; undefined where it does not say. */
export function pictureSize(bytes: Uint8Array): PictureSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    return sizeIn(view)
  } catch (error) {
    // Broken off within the header.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** True where a picture may be decoded here. */
export function isDecodable(bytes: Uint8Array): boolean {
  const size = pictureSize(bytes)
  return size !== undefined && size.widthPx > 0 && size.heightPx > 0 && size.widthPx * size.heightPx <= decodedPixels
}

function sizeIn(view: DataView): PictureSize | undefined {
  const magic = view.getUint32(0)
  if (magic === 0x89504e47) return { widthPx: view.getUint32(16), heightPx: view.getUint32(20) }
  if (magic === 0x47494638) return { widthPx: view.getUint16(6, true), heightPx: view.getUint16(8, true) }
  if (magic >>> 16 === 0xffd8) return jpegSize(view)
  if (magic === 0x52494646 && view.getUint32(8) === 0x57454250) return webpSize(view)
  return undefined
}

function jpegSize(view: DataView): PictureSize | undefined {
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return undefined
    const marker = view.getUint8(at + 1)
    if (marker === 0xff) {
      at += 1
      continue
    }
    // A start of frame; C4, C8 and CC are tables.
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return { heightPx: view.getUint16(at + 5), widthPx: view.getUint16(at + 7) }
    }
    if (marker === 0xd9 || marker === 0xda) return undefined
    const standsAlone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)
    at += standsAlone ? 2 : 2 + view.getUint16(at + 2)
  }
}

function webpSize(view: DataView): PictureSize | undefined {
  const uint24 = (at: number) => view.getUint16(at, true) + view.getUint8(at + 2) * 0x10000
  switch (view.getUint32(12)) {
    case 0x56503858: // 'VP8X'
      return { widthPx: uint24(24) + 1, heightPx: uint24(27) + 1 }
    case 0x56503820: // 'VP8 '
      return { widthPx: view.getUint16(26, true) & 0x3fff, heightPx: view.getUint16(28, true) & 0x3fff }
    case 0x5650384c: {
      // 'VP8L'
      const bits = view.getUint32(21, true)
      return { widthPx: (bits & 0x3fff) + 1, heightPx: ((bits >>> 14) & 0x3fff) + 1 }
    }
    default:
      return undefined
  }
}
