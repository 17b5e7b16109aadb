// Owns the files that come with the demo's messages: each made when it is asked for, from what stands here.
// Always holds: a file is what its name says, and the same at each start; names, figures and people are invented.

import { createHash } from 'node:crypto'
import type { FileInfo } from '../../../shared/model.ts'
import type { Canvas } from './canvas.ts'
import { encodeDocument, encodeWorkbook } from './office.ts'
import { encodePdf } from './pdf.ts'
import { damagedCup, drippingWindow, floorPlan, keyVisual, salesChart, tillPlan } from './pictures.ts'
import { encodePng, likeness } from './png.ts'

export interface DemoFile {
  readonly info: FileInfo
  readonly bytes: Uint8Array
}

interface Made {
  readonly mediaType: string
  readonly bytes: Buffer
  readonly picture?: Canvas
}

const officeType = 'application/vnd.openxmlformats-officedocument'
const picture = (draw: () => Canvas) => (): Made => {
  const canvas = draw()
  return { mediaType: 'image/png', bytes: encodePng(canvas), picture: canvas }
}
const workbook = (sheet: string, rows: readonly (readonly (string | number)[])[]) => (): Made => ({
  mediaType: `${officeType}.spreadsheetml.sheet`,
  bytes: encodeWorkbook(sheet, rows),
})
const text = (mediaType: string, lines: readonly string[]) => (): Made => ({
  mediaType,
  bytes: Buffer.from(`${lines.join('\n')}\n`, 'utf8'),
})

const makers: Readonly<Record<string, () => Made>> = {
  'HV40_KV_r3_A.png': picture(() => keyVisual(false)),
  'HV40_KV_r3_B.png': picture(() => keyVisual(true)),
  '茶杯 damage 01.png': picture(() => damagedCup('chip')),
  '茶杯 damage 02.png': picture(() => damagedCup('crack')),
  '冷氣滴水 櫥窗.png': picture(drippingWindow),
  '18樓 平面圖.png': picture(floorPlan),
  '沙田 收銀機位置圖.png': picture(tillPlan),
  'Sales vs budget.png': picture(salesChart),
  'POS-07 沙田 cut-over 計劃 v3.xlsx': workbook('Cut-over', [
    ['Step 步驟', 'Time 時間', 'Owner 負責人', 'Done'],
    ['1 收舖、點現金', '21:45', 'Maggie Yip', ''],
    ['2 Freeze the old terminals', '22:00', 'Jason Lau', ''],
    ['3 Print AND scan the Z-report', '22:10', 'Winnie Leung', ''],
    ['4 导出会员积分', '22:20', 'Li Siyu', ''],
    ['5 Swap switch, test both uplinks', '22:30', 'Arjun Mehta', ''],
    ['6 Rollback decision', '23:30', 'Karen Chan, Jason Lau', ''],
    ['7 積分對數', '00:00', 'Li Siyu', ''],
    ['8 Trial sales, three tills', '00:10', 'Iris Kwan', ''],
    ['9 店長簽名', '00:30', 'Maggie Yip', ''],
  ]),
  '样本收据-沙田-fw2.14.txt': text('text/plain', [
    '        海灣行 Harbour & Vale',
    '          沙田店 Sha Tin',
    '--------------------------------',
    '單號 TEST-0007        收銀機 2',
    '陳皮豆沙餅        2 @ 48    96.00',
    '蜂蜜禮盒          1 @142   142.00',
    '花茶罐            1 @ 68    68.00',
    '--------------------------------',
    '合計 HKD                   306.00',
    '八達通                     306.00',
    '',
    '字元測試：𨋢 㗎 啲 嗰 瞓 喺 咗 嘅',
    '多謝惠顧，行李唔該搭𨋢落一樓㗎',
  ]),
  'Trade promotion competition licence, checklist.docx': () => ({
    mediaType: `${officeType}.wordprocessingml.document`,
    bytes: encodeDocument([
      'Trade promotion competition licence: checklist',
      '1. Prize list with market value (Ivy)',
      '2. Rules of the draw, English and Chinese (Natalie)',
      '3. Places and dates of entry, and of the draw (Priya)',
      '4. How winners are told, and where the result is published',
      '5. Fee, by crossed cheque',
      'Nothing about the draw is published before the licence is here.',
    ]),
  }),
  'Damage form 骨瓷茶杯.pdf': () => ({
    mediaType: 'application/pdf',
    bytes: encodePdf('Goods damage form DF-1140', [
      [
        '# Goods damage form DF-1140',
        'Shop: Causeway Bay        Supplier: Northmoor',
        'Goods: bone china tea cup        Cartons received: 24',
        '---',
        'Carton 17: outer carton dented at one corner, photographed before it was opened.',
        'Inside: 2 cups damaged, 22 sound.',
        '    1. chip at the rim, 4 mm',
        '    2. crack from the rim to the foot',
        '---',
        'Reported by: Yan Tse        Seen by: Wing Ho',
        'Kept: both cups, in the stockroom, shelf R3, until the claim is settled.',
      ],
      [
        '# Claim',
        'Basis: supply agreement, section 9 (goods damaged in transit).',
        'Amount: 2 x HKD 58.00 at cost = HKD 116.00, as a credit note.',
        '---',
        'Claim handled by: Samuel Kan, Supply Chain',
      ],
    ]),
  }),
  'Sha Tin landlord offer, one page.pdf': () => ({
    mediaType: 'application/pdf',
    bytes: encodePdf('Sha Tin: second offer on one page', [
      [
        '# Sha Tin: second offer on one page',
        'Privileged and confidential. Prepared by Legal for the lease group.',
        '---',
        'Term: 3 + 3 years            First offer: the same',
        'Base rent: +9%               First offer: +14%',
        'Turnover rent: 11% above the breakpoint',
        'Rent-free for fit-out: two months',
        'Relocation: within the floor on six months of notice (to be deleted)',
        '---',
        'Four-wall margin at +9%: 11.4%. Walk-away: +5% with a break after year two.',
      ],
    ]),
  }),
  'truck count last week.csv': text('text/csv', [
    'date,lane,plate,po,grn,pallets',
    'Mon,SZ-KC,207,4871,7714,18',
    'Mon,SZ-KC,655,4871,7715,9',
    'Tue,SZ-KC,418,4873,7719,14',
    'Wed,SZ-KC,207,4874,7722,16',
    'Thu,SZ-KC,655,4877,7728,11',
    'Thu,SZ-KC,330,4879,7729,7',
  ]),
}

const made = new Map<string, DemoFile>()

/** The file of this name; throws for one that is not made here. Making a picture takes ~0.1 s, once. */
export function demoFile(name: string): DemoFile {
  let file = made.get(name)
  if (file === undefined) {
    const make = makers[name]
    if (make === undefined) throw new Error(`no such demo file: ${name}`)
    const { mediaType, bytes, picture: canvas } = make()
    const sha256 = createHash('sha256').update(bytes).digest('base64url')
    const thumbnail = canvas === undefined ? {} : { thumbnail: likeness(canvas) }
    file = { info: { sha256, name, mediaType, bytes: bytes.length, ...thumbnail }, bytes }
    made.set(name, file)
  }
  return file
}

export const demoFileNames: readonly string[] = Object.keys(makers)
