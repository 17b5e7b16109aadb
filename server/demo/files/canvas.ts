// Owns a canvas of pixels for the demo's pictures: colours by a function of the place, rectangles, discs, lettering.
// Always holds: the same calls give the same pixels; what lies outside the canvas is cut off. No clock, no random.

/** Red, green, blue, 0 to 255. */
export type Colour = readonly [number, number, number]

export interface Canvas {
  readonly width: number
  readonly height: number
  /** Three bytes a pixel, row by row. */
  readonly pixels: Uint8ClampedArray
}

export function createCanvas(width: number, height: number): Canvas {
  return { width, height, pixels: new Uint8ClampedArray(width * height * 3) }
}

/** Colours every pixel of a rectangle; `x` and `y` given to `colour` run from 0 to 1 over it. */
export function shade(
  canvas: Canvas,
  [left, top, right, bottom]: readonly [number, number, number, number],
  colour: (x: number, y: number) => Colour,
): void {
  const { width, height, pixels } = canvas
  const [fromX, toX] = [Math.max(0, Math.round(left)), Math.min(width, Math.round(right))]
  const [fromY, toY] = [Math.max(0, Math.round(top)), Math.min(height, Math.round(bottom))]
  for (let y = fromY; y < toY; y++) {
    for (let x = fromX; x < toX; x++) {
      const [red, green, blue] = colour((x - left) / (right - left), (y - top) / (bottom - top))
      const at = (y * width + x) * 3
      pixels[at] = red
      pixels[at + 1] = green
      pixels[at + 2] = blue
    }
  }
}

export function fill(
  { width, height, pixels }: Canvas,
  [left, top, right, bottom]: readonly [number, number, number, number],
  colour: Colour,
): void {
  const [fromX, toX] = [Math.max(0, Math.round(left)), Math.min(width, Math.round(right))]
  const [fromY, toY] = [Math.max(0, Math.round(top)), Math.min(height, Math.round(bottom))]
  if (fromX >= toX || fromY >= toY) return
  const row = new Uint8ClampedArray((toX - fromX) * 3)
  for (let at = 0; at < row.length; at += 3) row.set(colour, at)
  for (let y = fromY; y < toY; y++) pixels.set(row, (y * width + fromX) * 3)
}

/** The outline of a rectangle, `thick` pixels inside it. */
export function frame(
  canvas: Canvas,
  [left, top, right, bottom]: readonly [number, number, number, number],
  thick: number,
  colour: Colour,
): void {
  fill(canvas, [left, top, right, top + thick], colour)
  fill(canvas, [left, bottom - thick, right, bottom], colour)
  fill(canvas, [left, top, left + thick, bottom], colour)
  fill(canvas, [right - thick, top, right, bottom], colour)
}

/** A colour between two: `share` 0 is the first, 1 the second. */
export function mix(from: Colour, to: Colour, share: number): Colour {
  const s = Math.max(0, Math.min(1, share))
  return [from[0] + (to[0] - from[0]) * s, from[1] + (to[1] - from[1]) * s, from[2] + (to[2] - from[2]) * s]
}

/** Five columns a letter, seven rows, the lowest bit on top. */
const letters: Readonly<Record<string, string>> = {
  ...{ '0': '3e5149453e', '1': '00427f4000', '2': '4261514946', '3': '2141454b31', '4': '1814127f10' },
  ...{ '5': '2745454539', '6': '3c4a494930', '7': '0171090503', '8': '3649494936', '9': '064949291e' },
  ...{ A: '7e1111117e', B: '7f49494936', C: '3e41414122', D: '7f4141221c', E: '7f49494941', F: '7f09090901' },
  ...{ G: '3e4149497a', H: '7f0808087f', I: '00417f4100', J: '2040413f01', K: '7f08142241', L: '7f40404040' },
  ...{ M: '7f020c027f', N: '7f0408107f', O: '3e4141413e', P: '7f09090906', Q: '3e4151215e', R: '7f09192946' },
  ...{ S: '4649494931', T: '01017f0101', U: '3f4040403f', V: '1f2040201f', W: '3f4038403f', X: '6314081463' },
  ...{ Y: '0708700807', Z: '6151494543', '-': '0808080808', '/': '2010080402', '.': '0060600000' },
  ...{ '%': '2313086462', '&': '3649552250', ':': '0036360000', ' ': '0000000000' },
}

/** Writes capitals, figures and `-/.%&:` from their upper left corner; `dot` is the size of one dot in pixels. */
export function letter(canvas: Canvas, text: string, left: number, top: number, dot: number, colour: Colour): void {
  for (const [index, character] of [...text].entries()) {
    const columns = letters[character]
    if (columns === undefined) throw new Error(`a demo picture cannot write ${character}`)
    for (let column = 0; column < 5; column++) {
      const bits = Number.parseInt(columns.slice(column * 2, column * 2 + 2), 16)
      for (let row = 0; row < 7; row++) {
        if ((bits & (1 << row)) === 0) continue
        const x = left + (index * 6 + column) * dot
        const y = top + row * dot
        fill(canvas, [x, y, x + dot, y + dot], colour)
      }
    }
  }
}

/** How wide `letter` writes a text. */
export function letterWidth(text: string, dot: number): number {
  return ([...text].length * 6 - 1) * dot
}

/** The canvas made smaller, each pixel the mean of those it stands for. */
export function shrunk(canvas: Canvas, width: number): Canvas {
  const height = Math.max(1, Math.round((canvas.height * width) / canvas.width))
  const small = createCanvas(width, height)
  for (let y = 0; y < height; y++) {
    const fromY = Math.floor((y * canvas.height) / height)
    const toY = Math.max(fromY + 1, Math.floor(((y + 1) * canvas.height) / height))
    for (let x = 0; x < width; x++) {
      const fromX = Math.floor((x * canvas.width) / width)
      const toX = Math.max(fromX + 1, Math.floor(((x + 1) * canvas.width) / width))
      const at = (y * width + x) * 3
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0
        for (let sy = fromY; sy < toY; sy++) {
          for (let sx = fromX; sx < toX; sx++) sum += canvas.pixels[(sy * canvas.width + sx) * 3 + channel] ?? 0
        }
        small.pixels[at + channel] = Math.round(sum / ((toX - fromX) * (toY - fromY)))
      }
    }
  }
  return small
}
