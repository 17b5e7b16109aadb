// Owns the two small pictures that a host draws for itself: the tray's mark and the badge over a taskbar button.
// Always holds: drawn from numbers, so that no image file has to be found at run time.

const SIZE_PX = 32
const colours = {
  /** The accent, harbour teal; a ring, so that it differs from a status light. */
  accent: { red: 0x0b, green: 0x7a, blue: 0x75, innerRadius: 7 },
  unread: { red: 0xd9, green: 0x2d, blue: 0x20, innerRadius: 0 },
} as const

/** BGRA pixels, premultiplied, of a disc or ring 32 px across; meant for a scale factor of 2. */
export function dotPixels(kind: keyof typeof colours): { readonly pixels: Buffer; readonly sizePx: number } {
  const { red, green, blue, innerRadius } = colours[kind]
  const pixels = Buffer.alloc(SIZE_PX * SIZE_PX * 4)
  const centre = (SIZE_PX - 1) / 2
  for (let y = 0; y < SIZE_PX; y++) {
    for (let x = 0; x < SIZE_PX; x++) {
      const distance = Math.hypot(x - centre, y - centre)
      const cover = Math.min(clamp(14.5 - distance), innerRadius === 0 ? 1 : clamp(distance - innerRadius))
      pixels.set(
        [blue, green, red, 255].map((part) => Math.round(part * cover)),
        (y * SIZE_PX + x) * 4,
      )
    }
  }
  return { pixels, sizePx: SIZE_PX }
}

function clamp(cover: number): number {
  return Math.min(1, Math.max(0, cover))
}
