// Owns making small pictures of large ones, in the sandboxed window: the likeness that goes with a message, and the picture
// shown in the list of messages.
// Always holds: turned as its camera says, never enlarged; bytes that do not decode make nothing; a picture that would take
// too much memory is not decoded at all.

import { limits } from '../../shared/limits.ts'
import type { Thumbnail } from '../../shared/model.ts'
import { toBase64 } from './base64.ts'
import { isDecodable, type PictureSize } from './picture-size.ts'

/** The longest side of a likeness, in pixels, largest first: the first that fits into limits.thumbnailChars is taken. */
const likenessSides = [240, 180, 128, 96, 64, 40, 24] as const
const likenessQualities = [0.7, 0.45] as const
/** A picture in the list has this many pixels for each of the page's, so that it is sharp on dense screens. */
const density = 2

export interface Pictures {
  /** The likeness of an attached picture; undefined where `bytes` are none. */
  likeness(bytes: Uint8Array<ArrayBuffer>, mediaType: string): Promise<Thumbnail | undefined>
  /** The picture as it is shown within `most`, in CSS pixels; undefined where `bytes` are none. */
  reduced(bytes: Uint8Array<ArrayBuffer>, mediaType: string, most: PictureSize): Promise<Blob | undefined>
}

/** The factor by which a picture gets smaller to fit into `most`; 1 where it fits as it is. */
export function reduction(size: PictureSize, most: PictureSize): number {
  return Math.min(1, most.widthPx / size.widthPx, most.heightPx / size.heightPx)
}

export const pictures: Pictures = {
  likeness: (bytes, mediaType) =>
    withDecoded(bytes, mediaType, async (decoded) => {
      const own = { widthPx: decoded.width, heightPx: decoded.height }
      // What does not fit the message's field is shown as any other file.
      if (own.widthPx > 65_535 || own.heightPx > 65_535) return undefined
      for (const side of likenessSides) {
        for (const quality of likenessQualities) {
          const blob = await drawn(decoded, reduction(own, { widthPx: side, heightPx: side }), quality)
          const data = toBase64(new Uint8Array(await blob.arrayBuffer()))
          // An engine without WebP answers PNG.
          if (data.length <= limits.thumbnailChars && blob.type === 'image/webp')
            return { mediaType: 'image/webp', data, ...own }
        }
      }
      return undefined
    }),
  reduced: (bytes, mediaType, most) =>
    withDecoded(bytes, mediaType, (decoded) => {
      const own = { widthPx: decoded.width, heightPx: decoded.height }
      const dense = { widthPx: most.widthPx * density, heightPx: most.heightPx * density }
      return drawn(decoded, reduction(own, dense), 0.85)
    }),
}

async function withDecoded<T>(
  bytes: Uint8Array<ArrayBuffer>,
  mediaType: string,
  use: (decoded: ImageBitmap) => Promise<T>,
): Promise<T | undefined> {
  if (!isDecodable(bytes)) return undefined
  let decoded: ImageBitmap | undefined
  try {
    decoded = await createImageBitmap(new Blob([bytes], { type: mediaType }), { imageOrientation: 'from-image' })
    return await use(decoded)
  } catch {
    // A picture in name only, or a canvas that could not be had.
    return undefined
  } finally {
    decoded?.close()
  }
}

async function drawn(decoded: ImageBitmap, factor: number, quality: number): Promise<Blob> {
  const width = Math.max(1, Math.round(decoded.width * factor))
  const height = Math.max(1, Math.round(decoded.height * factor))
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('no canvas to draw on')
  context.imageSmoothingQuality = 'high'
  context.drawImage(decoded, 0, 0, width, height)
  return canvas.convertToBlob({ type: 'image/webp', quality })
}
