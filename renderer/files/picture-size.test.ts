import { describe, expect, it } from 'vitest'
import { alone, tileOf } from './measures.ts'
import { isDecodable, pictureSize } from './picture-size.ts'

const ascii = (text: string) => [...text].map((character) => character.charCodeAt(0))
const u16 = (value: number) => [value >>> 8, value & 255]
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value & 0xffff)]
const u16le = (value: number) => u16(value).reverse()
const png = (width: number, height: number) =>
  Uint8Array.from([0x89, ...ascii('PNG\r\n\x1a\n'), ...u32(13), ...ascii('IHDR'), ...u32(width), ...u32(height)])
const gif = Uint8Array.from([...ascii('GIF89a'), ...u16le(320), ...u16le(200)])
const jpeg = Uint8Array.from([
  ...[0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc4, 0, 3, 9],
  ...[0xff, 0xff, 0xc2, 0, 11, 8, ...u16(480), ...u16(640)],
])
const webp = (chunk: string, rest: number[]) =>
  Uint8Array.from([...ascii('RIFF'), ...u32(0), ...ascii('WEBP'), ...ascii(chunk), ...u32(0), ...rest])

describe('how large a picture says it is', () => {
  it('[FIL102] is read from the first bytes of each kind that is shown', () => {
    expect(pictureSize(png(1600, 1000))).toEqual({ widthPx: 1600, heightPx: 1000 })
    expect(pictureSize(gif)).toEqual({ widthPx: 320, heightPx: 200 })
    expect(pictureSize(jpeg)).toEqual({ widthPx: 640, heightPx: 480 })
    expect(pictureSize(webp('VP8X', [0, 0, 0, 0, 0x7f, 2, 0, 0xdf, 1, 0]))).toEqual({ widthPx: 640, heightPx: 480 })
    expect(pictureSize(webp('VP8 ', [0, 0, 0, 0x9d, 1, 0x2a, ...u16le(640), ...u16le(480)]))).toEqual({
      widthPx: 640,
      heightPx: 480,
    })
    const bits = 639 | (479 << 14)
    expect(pictureSize(webp('VP8L', [0x2f, ...u32(bits).reverse()]))).toEqual({ widthPx: 640, heightPx: 480 })
  })

  it('[FIL102] of what is none, or breaks off, nothing is known; at no length does it throw', () => {
    expect(pictureSize(Uint8Array.from(ascii('<svg width="9">'.padEnd(40))))).toBeUndefined()
    for (const picture of [png(9, 9), gif, jpeg, webp('VP8X', [0, 0, 0, 0, 1, 0, 0, 1, 0, 0])])
      for (let length = 0; length < picture.length; length++)
        expect(pictureSize(picture.slice(0, length)), `${length}`).toBeUndefined()
  })

  it('[FIL102] one that would take too much memory is not decoded', () => {
    expect(isDecodable(png(8000, 6000))).toBe(true)
    expect(isDecodable(png(60_000, 60_000))).toBe(false)
    expect(isDecodable(png(0, 10))).toBe(false)
  })
})

describe('the place of a picture', () => {
  it('[FIL103] is known before it is there, at most 360 × 280, and never larger than the picture', () => {
    expect(tileOf({ widthPx: 1600, heightPx: 1000 }, alone)).toEqual({ widthPx: 360, heightPx: 225 })
    expect(tileOf({ widthPx: 900, heightPx: 1500 }, alone)).toEqual({ widthPx: 168, heightPx: 280 })
    expect(tileOf({ widthPx: 200, heightPx: 100 }, alone)).toEqual({ widthPx: 200, heightPx: 100 })
    // What nobody could press gets a tile to stand in.
    expect(tileOf({ widthPx: 1, heightPx: 60_000 }, alone)).toEqual({ widthPx: 64, heightPx: 280 })
  })
})
