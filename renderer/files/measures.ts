// Owns how large files are shown in a message, and which are looked at without being asked for. Pure.

import type { FileView } from '../../shared/bridge.ts'
import { decodedPixels, type PictureSize } from './picture-size.ts'
import { reduction } from './pictures.ts'

/** A picture alone, and one of several, at most, in CSS pixels. */
export const alone: PictureSize = { widthPx: 360, heightPx: 280 }
export const among: PictureSize = { widthPx: 240, heightPx: 180 }
/** Narrower or lower than this a picture could not be pressed; its tile is wider than it, and it stands in the middle. */
const least = 64

/** Pictures up to this size are fetched as they come into view: one part of a file. */
export const fetchedUnasked = 4 * 1024 * 1024

/** The place that a picture takes, known before it is there. Never larger than the picture itself, but for the least tile. */
export function tileOf(picture: PictureSize, most: PictureSize): PictureSize {
  const factor = reduction(picture, most)
  return {
    widthPx: Math.max(least, Math.round(picture.widthPx * factor)),
    heightPx: Math.max(least, Math.round(picture.heightPx * factor)),
  }
}

/** True where a file of a message is shown as a picture: it came with a likeness of a size that can be. */
export function isPicture({ thumbnail }: FileView): boolean {
  return thumbnail !== undefined && thumbnail.widthPx * thumbnail.heightPx <= decodedPixels
}
