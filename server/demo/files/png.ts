// Owns writing a canvas as a PNG file (W3C PNG, third edition), and a picture's likeness within limits.thumbnailChars.
// Always holds: eight bits a channel, no transparency, no interlacing, no metadata.

import { crc32, deflateSync } from 'node:zlib'
import { limits } from '../../../shared/limits.ts'
import type { Thumbnail } from '../../../shared/model.ts'
import { type Canvas, shrunk } from './canvas.ts'

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** Bytes a pixel. */
const stride = 3

/** The canvas as a PNG. */
export function encodePng({ width, height, pixels }: Canvas): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  // Eight bits a channel, three channels (§11.2.1); compression, filter and interlace method 0.
  header.set([8, 2, 0, 0, 0], 8)
  const lines = Buffer.alloc(height * (1 + width * stride))
  for (let y = 0; y < height; y++) {
    const line = y * (1 + width * stride)
    // Filter type 2, Up (§9.2): what differs from the row above, which in drawn pictures is little.
    lines[line] = 2
    for (let i = 0; i < width * stride; i++) {
      const at = y * width * stride + i
      lines[line + 1 + i] = (pixels[at] ?? 0) - (y === 0 ? 0 : (pixels[at - width * stride] ?? 0))
    }
  }
  const data = deflateSync(lines, { level: 6 })
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  framed.set(body, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}

/** The largest likeness that fits: fewer pixels and fewer shades until it does. */
export function likeness(canvas: Canvas): Thumbnail {
  const half = shrunk(canvas, 320)
  for (let width = 160; width >= 16; width -= 16) {
    const small = shrunk(half, width)
    for (const step of [3, 6]) {
      const data = encodePng(posterised(small, step)).toString('base64')
      if (data.length > limits.thumbnailChars) continue
      return { mediaType: 'image/png', data, widthPx: canvas.width, heightPx: canvas.height }
    }
  }
  throw new Error('a demo picture has no likeness that fits')
}

/** Shades `step` apart. */
function posterised({ width, height, pixels }: Canvas, step: number): Canvas {
  return { width, height, pixels: pixels.map((value) => Math.min(255, Math.round(value / step) * step)) }
}
