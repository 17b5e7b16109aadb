// Owns the made-up files of the development page: pictures drawn, a PDF written and texts typed here, as an office has them.
// Deterministic, so that screens can be compared. Nothing in it is anybody's.

import type { FileKind } from '../../shared/bridge.ts'
import type { Thumbnail } from '../../shared/model.ts'

export interface SampleFile {
  readonly name: string
  /** As its sender claims. */
  readonly mediaType: string
  /** What is shown as its size, where it has no contents here. */
  readonly bytes?: number
  readonly kind: FileKind
  /** What the bytes are. */
  readonly type: string
  readonly picture?: Drawing
  readonly contents?: () => Uint8Array<ArrayBuffer>
  readonly canOpen?: boolean
}

interface Drawing {
  readonly widthPx: number
  readonly heightPx: number
  readonly paint: (context: Painter, width: number, height: number) => void
}
type Painter = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D

function sky(context: Painter, width: number, height: number, stops: readonly string[]): void {
  const gradient = context.createLinearGradient(0, 0, 0, height)
  for (const [index, colour] of stops.entries()) gradient.addColorStop(index / (stops.length - 1), colour)
  context.fillStyle = gradient
  context.fillRect(0, 0, width, height)
}

/** The harbour at dusk: towers, their lights and the water. */
function harbour(context: Painter, width: number, height: number): void {
  sky(context, width, height, ['#16324f', '#4a5f83', '#c98a6d', '#e8b98b'])
  const shore = height * 0.66
  for (let index = 0; index < 34; index++) {
    const w = width * (0.018 + 0.016 * Math.abs(Math.sin(index * 3.1)))
    const h = height * (0.1 + 0.4 * Math.abs(Math.sin(index * 1.73 + 0.4)) * (0.6 + 0.4 * Math.cos(index / 9)))
    const x = (index / 34) * width
    context.fillStyle = `hsl(${210 + (index % 5) * 4} 30% ${13 + (index % 4) * 3}%)`
    context.fillRect(x, shore - h, w, h)
    context.fillStyle = '#ffd98a'
    for (let row = 0; row < h / (height * 0.018); row++)
      for (let column = 0; column < 4; column++)
        if ((row * 7 + column * 3 + index) % 5 < 2)
          context.fillRect(
            x + w * (0.14 + column * 0.21),
            shore - h + row * height * 0.018 + 2,
            w * 0.1,
            height * 0.006,
          )
  }
  sky(context, width, 0, ['#000000', '#000000'])
  const water = context.createLinearGradient(0, shore, 0, height)
  water.addColorStop(0, '#7c6a66')
  water.addColorStop(1, '#13283d')
  context.fillStyle = water
  context.fillRect(0, shore, width, height - shore)
  context.fillStyle = 'rgb(255 217 138 / 22%)'
  for (let index = 0; index < 90; index++) {
    const y = shore + ((index * 37) % 100) * 0.01 * (height - shore)
    context.fillRect(((index * 61) % 100) * 0.01 * width, y, width * 0.03, Math.max(1, height * 0.003))
  }
}

/** Tables of a hall, from above. */
function floorPlan(context: Painter, width: number, height: number): void {
  context.fillStyle = '#fbfaf6'
  context.fillRect(0, 0, width, height)
  context.strokeStyle = '#2d3b47'
  context.lineWidth = width * 0.004
  context.strokeRect(width * 0.05, height * 0.08, width * 0.9, height * 0.84)
  context.fillStyle = '#2d3b47'
  context.textAlign = 'center'
  context.font = `600 ${height * 0.045}px sans-serif`
  context.fillStyle = '#d8e7e5'
  context.fillRect(width * 0.36, height * 0.1, width * 0.28, height * 0.1)
  context.fillStyle = '#2d3b47'
  context.fillText('舞台 Stage', width * 0.5, height * 0.165)
  for (let index = 0; index < 24; index++) {
    const x = width * (0.14 + (index % 6) * 0.145)
    const y = height * (0.32 + Math.floor(index / 6) * 0.15)
    context.beginPath()
    context.arc(x, y, height * 0.045, 0, 7)
    context.fillStyle = index % 7 === 3 ? '#0b746f' : '#ffffff'
    context.fill()
    context.stroke()
    context.fillStyle = index % 7 === 3 ? '#ffffff' : '#2d3b47'
    context.font = `${height * 0.034}px sans-serif`
    context.fillText(String(index + 1), x, y + height * 0.012)
  }
}

/** A till receipt, photographed upright. */
function receipt(context: Painter, width: number, height: number): void {
  sky(context, width, height, ['#7d6a58', '#a08b74', '#6c5a49'])
  context.fillStyle = '#fdfcf8'
  context.fillRect(width * 0.2, height * 0.05, width * 0.6, height * 0.9)
  context.fillStyle = '#333333'
  context.textAlign = 'center'
  context.font = `600 ${width * 0.05}px sans-serif`
  context.fillText('翠華茶餐廳（中環）', width * 0.5, height * 0.11)
  context.font = `${width * 0.032}px monospace`
  context.textAlign = 'left'
  const lines = [
    '凍檸茶 x2        44.0',
    '沙嗲牛肉麵       52.0',
    '菠蘿油 x3        51.0',
    '加一服務費       14.7',
    '--------------------',
    'HK$            161.70',
  ]
  for (const [index, line] of lines.entries()) context.fillText(line, width * 0.25, height * (0.2 + index * 0.05))
}

/** A chart, as pasted from a screen. */
function chart(context: Painter, width: number, height: number): void {
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, width, height)
  context.strokeStyle = '#dee4e9'
  for (let row = 1; row < 6; row++) {
    context.beginPath()
    context.moveTo(width * 0.06, (height * row) / 6)
    context.lineTo(width * 0.97, (height * row) / 6)
    context.stroke()
  }
  context.strokeStyle = '#0b746f'
  context.lineWidth = Math.max(1, width * 0.004)
  context.beginPath()
  for (let x = 0; x <= 100; x++) {
    const y = 0.5 - 0.22 * Math.sin(x / 13) - 0.06 * Math.sin(x / 2.3) - x / 420
    context.lineTo(width * (0.06 + x * 0.0091), height * y)
  }
  context.stroke()
  context.fillStyle = '#485563'
  context.font = `600 ${height * 0.06}px sans-serif`
  context.fillText('USD/CNH 12M forward points', width * 0.06, height * 0.1)
}

const text = (content: string) => new TextEncoder().encode(content)

const hibor = Array.from(
  { length: 60 },
  (_, index) =>
    `2025-${String(9 + Math.floor(index / 25)).padStart(2, '0')}-${String((index % 25) + 1).padStart(2, '0')},${(3.2 + Math.sin(index / 7) * 0.4).toFixed(4)},${(3.5 + Math.cos(index / 9) * 0.3).toFixed(4)}`,
)

/** A PDF of three pages: English in a standard font, Chinese in one that the file names and does not carry. */
function pdf(): Uint8Array<ArrayBuffer> {
  const han = (line: string) =>
    [...line].map((character) => (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')).join('')
  const page = (number: number, title: string, lines: readonly string[]) =>
    [
      'BT /F2 20 Tf 64 760 Td',
      `<${han(title)}> Tj ET`,
      'BT /F1 11 Tf 64 724 Td 18 TL',
      ...lines.map((line) => `(${line}) Tj T*`),
      'ET',
      '0.04 0.45 0.43 rg 64 748 467 2 re f',
      `0.89 0.95 0.94 rg 64 120 467 260 re f 0.04 0.45 0.43 rg`,
      ...Array.from({ length: 9 }, (_, bar) => `${90 + bar * 48} 140 28 ${40 + ((bar * 53 + number * 31) % 180)} re f`),
      `BT 0.3 0.35 0.4 rg /F1 9 Tf 500 60 Td (${number} / 3) Tj ET`,
    ].join('\n')
  const pages = [
    page(1, '交易前溝通渠道：例外申請流程', [
      'Channel exceptions: how to apply',
      '',
      '1. The desk head files the form before the conversation takes place.',
      '2. Compliance answers within one business day.',
      '3. Approved channels are recorded for at least two years (SFC 18EC30).',
    ]),
    page(2, '附錄甲：批核權限', [
      'Appendix A: who approves what',
      '',
      'Level 1   Desk head',
      'Level 2   Head of Compliance',
    ]),
    page(3, '附錄乙：紀錄保存', ['Appendix B: keeping of records', '', 'All channels are archived centrally.']),
  ]
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count 3 /Kids [6 0 R 8 0 R 10 0 R] >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    '<< /Type /Font /Subtype /Type0 /BaseFont /MSungStd-Light /Encoding /UniCNS-UCS2-H /DescendantFonts [5 0 R] >>',
    '<< /Type /Font /Subtype /CIDFontType0 /BaseFont /MSungStd-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (CNS1) /Supplement 0 >> /FontDescriptor << /Type /FontDescriptor /FontName /MSungStd-Light /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >> >>',
    ...pages.flatMap((content, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${7 + index * 2} 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    ]),
  ]
  let body = '%PDF-1.7\n'
  const offsets = objects.map((object, index) => {
    const at = body.length
    body += `${index + 1} 0 obj\n${object}\nendobj\n`
    return at
  })
  const start = body.length
  body += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`
  for (const at of offsets) body += `${String(at).padStart(10, '0')} 00000 n \n`
  body += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`
  return text(body)
}

const png = { mediaType: 'image/png', kind: 'image', type: 'image/png' } as const
const sheetType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

export const sampleFiles = {
  harbour: { ...png, name: 'IMG_20251121_183402.png', picture: { widthPx: 1600, heightPx: 1000, paint: harbour } },
  plan: {
    ...png,
    name: '海港夜色_場地平面圖_final_FINAL(2).png',
    picture: { widthPx: 1400, heightPx: 900, paint: floorPlan },
  },
  receipt: {
    ...png,
    name: 'WhatsApp Image 2025-11-20 收據.png',
    picture: { widthPx: 900, heightPx: 1500, paint: receipt },
  },
  chart: { ...png, name: '圖片 2025-11-21 14.32.09.png', picture: { widthPx: 720, heightPx: 360, paint: chart } },
  pdf: {
    name: 'Channel-exception-flowchart-v7.pdf',
    mediaType: 'application/pdf',
    kind: 'pdf',
    type: 'application/pdf',
    contents: pdf,
    canOpen: true,
  },
  sheet: {
    name: '渠道例外表格（第三版）二〇二五年十一月修訂—供前線同事使用.xlsx',
    mediaType: sheetType,
    kind: 'other',
    type: sheetType,
    bytes: 31_744,
    canOpen: true,
  },
  video: { name: 'walkthrough.mp4', mediaType: 'video/mp4', kind: 'other', type: 'video/mp4', bytes: 148_200_000 },
  csv: {
    name: 'HIBOR-fixings-2025Q4.csv',
    mediaType: 'text/csv',
    kind: 'text',
    type: 'text/plain',
    contents: () => text(`date,overnight,1m\n${hibor.join('\n')}\n`),
    canOpen: true,
  },
  minutes: {
    name: '會議紀錄_2025-11-20.txt',
    mediaType: 'text/plain',
    kind: 'text',
    type: 'text/plain',
    contents: () =>
      text(
        '會議紀錄\n\n日期：二〇二五年十一月二十日\n地點：中環辦公室 18 樓 A 室\n\n一、通過上次會議紀錄。\n二、渠道例外：第三版表格即日起生效。\n三、晚宴場地已落訂，平面圖見附件。\n',
      ),
    canOpen: true,
  },
  /** Says that it is a picture, and is a program. */
  liar: {
    name: 'salary-review\u202Egpj.exe',
    mediaType: 'image/jpeg',
    kind: 'other',
    type: 'application/x-msdownload',
    bytes: 482_304,
  },
  zip: {
    name: 'closing-set-signed.zip',
    mediaType: 'application/zip',
    kind: 'other',
    type: 'application/zip',
    bytes: 18_412_000,
  },
  large: {
    name: '全體大會錄影_20251119.mov',
    mediaType: 'video/quicktime',
    kind: 'other',
    type: 'video/quicktime',
    bytes: 1_204_000_000,
  },
} satisfies Record<string, SampleFile>

/** The bytes of a sample. */
export async function bytesOf({ picture, contents, bytes = 0 }: SampleFile): Promise<Uint8Array<ArrayBuffer>> {
  if (contents !== undefined) return contents()
  if (picture === undefined) return new Uint8Array(Math.min(bytes, 1024))
  const canvas = new OffscreenCanvas(picture.widthPx, picture.heightPx)
  const context = canvas.getContext('2d')
  if (context !== null) picture.paint(context, picture.widthPx, picture.heightPx)
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())
}

/** The likeness of a sample that is a picture. */
export function likenessOf({ picture }: SampleFile): Thumbnail | undefined {
  if (picture === undefined) return undefined
  const { widthPx, heightPx, paint } = picture
  const factor = 128 / Math.max(widthPx, heightPx)
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(widthPx * factor)
  canvas.height = Math.round(heightPx * factor)
  const context = canvas.getContext('2d')
  if (context === null) return undefined
  paint(context, canvas.width, canvas.height)
  const data = canvas.toDataURL('image/webp', 0.6).split(',')[1] ?? ''
  return { mediaType: 'image/webp', data, widthPx, heightPx }
}
