// Owns the demo's pictures: what the made-up staff photographed and drew. Each is a function of nothing.
// Always holds: no picture shows a person, a real place or a real mark.

import { type Canvas, type Colour, createCanvas, fill, frame, letter, letterWidth, mix, shade } from './canvas.ts'

const teal: Colour = [15, 98, 112]
const deep: Colour = [8, 52, 66]
const brass: Colour = [201, 162, 84]
const cream: Colour = [246, 239, 224]
const ink: Colour = [38, 50, 56]

/** Math.hypot is many times slower, and nothing here overflows. */
function distance(x: number, y: number): number {
  return Math.sqrt(x * x + y * y)
}

/** A value in [0, 1) for each place, without pattern to the eye. */
function grain(x: number, y: number): number {
  const value = Math.imul(x * 374_761_393 + y * 668_265_263, 1_274_126_177)
  return ((value ^ (value >>> 15)) >>> 8) / 16_777_216
}

/** The key visual of the anniversary: waves, a sun of brass, the number. `large` is version B's lettering. */
export function keyVisual(large: boolean): Canvas {
  const canvas = createCanvas(960, 600)
  shade(canvas, [0, 0, 960, 600], (x, y) => {
    const sun = distance((x - 0.72) * 1.6, y - 0.36)
    const sky = mix(cream, [219, 196, 146], y * 1.4)
    let colour = sun < 0.2 ? mix(brass, [228, 196, 126], 1 - sun * 5) : mix(sky, [255, 244, 214], 0.3 - (sun - 0.2))
    for (let wave = 0; wave < 5; wave++) {
      const edge = 0.5 + wave * 0.1 + Math.sin(x * (9 - wave) + wave * 1.9) * 0.035
      if (y > edge) colour = mix(mix(teal, deep, wave / 5), [96, 168, 172], Math.max(0, 0.35 - (y - edge) * 9))
    }
    return colour
  })
  const [dot, left, top] = large ? [16, 70, 70] : [12, 76, 104]
  letter(canvas, '40', left, top, dot, deep)
  letter(canvas, 'YEARS', left, top + dot * 9, dot / 2, deep)
  letter(canvas, 'HARBOUR & VALE', 70, 530, large ? 5 : 4, cream)
  return canvas
}

/** A tea cup on a bench, photographed in the stockroom: chipped at its rim, or cracked down its side. */
export function damagedCup(damage: 'chip' | 'crack'): Canvas {
  const canvas = createCanvas(800, 600)
  const lean = damage === 'chip' ? -0.02 : 0.03
  shade(canvas, [0, 0, 800, 600], (x, y) => {
    const noise = (grain(Math.floor(x * 320), Math.floor(y * 240)) - 0.5) * 6
    const bench = y > 0.66
    const back = bench ? mix([150, 118, 84], [112, 84, 60], (y - 0.66) * 3) : mix([172, 178, 176], [134, 140, 140], y)
    let colour: Colour = [back[0] + noise, back[1] + noise, back[2] + noise]
    const cx = x - 0.5 - (y - 0.5) * lean
    const shadow = distance(cx - 0.08, (y - 0.8) * 3.2)
    if (bench && shadow < 0.34) colour = mix(colour, [60, 44, 32], (0.34 - shadow) * 2)
    const half = 0.21 - Math.max(0, y - 0.62) * 0.5
    const handle = distance((cx - 0.24) * 1.25, y - 0.52)
    if (handle > 0.075 && handle < 0.12) colour = mix([236, 234, 226], [176, 172, 162], (handle - 0.075) * 20)
    if (Math.abs(cx) < half && y > 0.34 && y < 0.82) {
      const light = Math.cos(((cx + 0.06) / half) * 1.35)
      colour = mix([168, 164, 156], [250, 248, 242], light)
      if (y > 0.55 && y < 0.565) colour = mix(teal, colour, 0.25)
      if (y > 0.575 && y < 0.58) colour = brass
    }
    const rim = distance(cx, (y - 0.34) * 4.4)
    if (rim < 0.21) colour = rim > 0.195 ? [252, 250, 244] : mix([204, 200, 190], [150, 146, 138], 0.5 - (y - 0.34) * 9)
    const chip = distance((cx + 0.1) * 1.2, (y - 0.385) * 1.5)
    if (damage === 'chip' && chip < 0.038 + grain(Math.floor(x * 90), Math.floor(y * 70)) * 0.008) {
      colour = mix([120, 112, 100], [186, 178, 164], chip * 20)
    }
    const path = 0.05 + Math.sin(y * 34) * 0.012 + Math.sin(y * 91) * 0.005
    if (damage === 'crack' && y > 0.36 && y < 0.74 && Math.abs(cx - path) < 0.0028) colour = [92, 82, 70]
    return colour
  })
  return canvas
}

/** The window display with drops falling from the air conditioner above it. */
export function drippingWindow(): Canvas {
  const canvas = createCanvas(720, 960)
  shade(canvas, [0, 0, 720, 960], (x, y) => mix([224, 210, 182], [158, 142, 118], y * 0.8 + Math.abs(x - 0.4) * 0.4))
  shade(canvas, [68, 45, 652, 218], (_, y) => mix([238, 240, 240], [188, 194, 196], y))
  for (let slat = 0; slat < 6; slat++) fill(canvas, [98, 135 + slat * 13, 622, 140 + slat * 13], [150, 158, 162])
  shade(canvas, [0, 758, 720, 960], (x, y) => mix([110, 80, 56], [70, 48, 34], y + Math.sin(x * 40) * 0.05))
  for (const [left, top, colour] of [
    [112, 600, teal],
    [248, 540, brass],
    [420, 585, [150, 52, 48]],
  ] as const) {
    shade(canvas, [left, top, left + 128, 780], (x) => mix(colour, [20, 20, 24], Math.abs(x - 0.35) * 0.6))
    fill(canvas, [left + 58, top, left + 69, 780], cream)
  }
  for (let drop = 0; drop < 14; drop++) {
    const x = 315 + grain(drop, 3) * 248
    const y = 240 + grain(drop, 7) * 465
    shade(canvas, [x, y, x + 7, y + 23], (_, down) => mix([206, 222, 228], [126, 158, 172], down))
  }
  shade(canvas, [270, 810, 638, 892], (x, y) => {
    const puddle = distance(x - 0.5, y - 0.5)
    return puddle < 0.48 ? mix([196, 210, 214], [118, 112, 104], puddle * 1.6) : [96, 70, 50]
  })
  return canvas
}

type Room = readonly [name: string, left: number, top: number, right: number, bottom: number, colour: Colour]

function plan(rooms: readonly Room[], title: string): Canvas {
  const canvas = createCanvas(1200, 820)
  fill(canvas, [0, 0, 1200, 820], [252, 252, 250])
  letter(canvas, title, 60, 36, 4, ink)
  for (const [name, left, top, right, bottom, colour] of rooms) {
    const box = [left, top, right, bottom] as const
    fill(canvas, box, colour)
    frame(canvas, box, 5, ink)
    letter(canvas, name, (left + right - letterWidth(name, 3)) / 2, (top + bottom) / 2 - 10, 3, ink)
  }
  frame(canvas, [60, 90, 1140, 770], 9, ink)
  return canvas
}

/** Where the departments sit after the move. */
export function floorPlan(): Canvas {
  const rooms: readonly Room[] = [
    ['FINANCE', 60, 90, 480, 380, [214, 232, 233]],
    ['TREASURY', 480, 90, 780, 380, [232, 224, 204]],
    ['BOARDROOM', 780, 90, 1140, 380, [226, 226, 230]],
    ['LIFTS', 480, 380, 640, 560, [206, 210, 212]],
    ['PANTRY', 640, 380, 860, 560, [240, 220, 208]],
    ['COMPLIANCE', 60, 560, 420, 770, [222, 226, 240]],
    ['IT DESK', 420, 560, 760, 770, [214, 236, 220]],
    ['PRINT', 760, 560, 900, 770, [236, 236, 232]],
    ['RECEPTION', 900, 560, 1140, 770, [246, 236, 216]],
  ]
  return plan(rooms, '18/F - NEW SEATING')
}

/** Where the tills of the Sha Tin shop will stand. */
export function tillPlan(): Canvas {
  const rooms: readonly Room[] = [
    ['STOCKROOM', 60, 90, 420, 300, [228, 228, 224]],
    ['TEA & HONEY', 420, 90, 800, 300, [232, 224, 204]],
    ['HOMEWARE', 800, 90, 1140, 420, [214, 232, 233]],
    ['TILL 1', 160, 500, 330, 600, [250, 214, 150]],
    ['TILL 2', 380, 500, 550, 600, [250, 214, 150]],
    ['TILL 3', 600, 500, 770, 600, [250, 214, 150]],
    ['SWITCH', 60, 300, 250, 400, [246, 190, 180]],
    ['ENTRANCE', 480, 690, 780, 770, [222, 238, 222]],
  ]
  return plan(rooms, 'SHA TIN - POS-07')
}

/** Sales of the week by shop, as bars against the budget. */
export function salesChart(): Canvas {
  const canvas = createCanvas(1000, 640)
  fill(canvas, [0, 0, 1000, 640], [255, 255, 255])
  letter(canvas, 'SALES VS BUDGET - HKD 000', 60, 30, 4, ink)
  for (let line = 0; line <= 5; line++) {
    const y = 550 - line * 88
    fill(canvas, [110, y, 960, y + 2], [224, 228, 230])
    letter(canvas, String(line * 150), 40, y - 8, 2, [110, 120, 126])
  }
  const shops = [
    ['CWB', 492, 469],
    ['MK', 641, 609],
    ['ST', 388, 352],
  ] as const
  for (const [index, [name, actual, budget]] of shops.entries()) {
    const left = 170 + index * 270
    const heightOf = (value: number) => (value / 150) * 88
    shade(canvas, [left, 550 - heightOf(actual), left + 100, 550], (_, y) => mix([26, 128, 142], teal, y))
    fill(canvas, [left + 110, 550 - heightOf(budget), left + 170, 550], [206, 212, 214])
    letter(canvas, name, left + 40, 575, 5, ink)
    letter(canvas, String(actual), left + 20, 520 - heightOf(actual), 3, ink)
  }
  return canvas
}
