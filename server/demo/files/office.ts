// Owns writing the smallest workbook and document that Office programs open (ECMA-376), in a ZIP of its own.
// Always holds: text cells and plain paragraphs only; dates inside the ZIP are fixed, so the same text gives the same bytes.

import { crc32, deflateRawSync } from 'node:zlib'

interface Entry {
  readonly name: string
  readonly text: string
}

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const openXml = 'http://schemas.openxmlformats.org'
const relations = `${openXml}/package/2006/relationships`
const officeRelations = `${openXml}/officeDocument/2006/relationships`
const types = 'application/vnd.openxmlformats-officedocument'

/** A workbook of one sheet, row by row. */
export function encodeWorkbook(sheetName: string, rows: readonly (readonly (string | number)[])[]): Buffer {
  const main = `${openXml}/spreadsheetml/2006/main`
  const cells = rows.map((row, index) => {
    const content = row.map((value) =>
      typeof value === 'number' ? `<c><v>${value}</v></c>` : `<c t="inlineStr"><is><t>${escaped(value)}</t></is></c>`,
    )
    return `<row r="${index + 1}">${content.join('')}</row>`
  })
  return encodeZip([
    contentTypes([
      ['/xl/workbook.xml', `${types}.spreadsheetml.sheet.main+xml`],
      ['/xl/worksheets/sheet1.xml', `${types}.spreadsheetml.worksheet+xml`],
    ]),
    relationsOf('_rels/.rels', 'officeDocument', 'xl/workbook.xml'),
    {
      name: 'xl/workbook.xml',
      text: `<workbook xmlns="${main}" xmlns:r="${officeRelations}"><sheets><sheet name="${escaped(sheetName)}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    },
    relationsOf('xl/_rels/workbook.xml.rels', 'worksheet', 'worksheets/sheet1.xml'),
    {
      name: 'xl/worksheets/sheet1.xml',
      text: `<worksheet xmlns="${main}"><sheetData>${cells.join('')}</sheetData></worksheet>`,
    },
  ])
}

/** A document of plain paragraphs. */
export function encodeDocument(paragraphs: readonly string[]): Buffer {
  const body = paragraphs.map((words) => `<w:p><w:r><w:t xml:space="preserve">${escaped(words)}</w:t></w:r></w:p>`)
  return encodeZip([
    contentTypes([['/word/document.xml', `${types}.wordprocessingml.document.main+xml`]]),
    relationsOf('_rels/.rels', 'officeDocument', 'word/document.xml'),
    {
      name: 'word/document.xml',
      text: `<w:document xmlns:w="${openXml}/wordprocessingml/2006/main"><w:body>${body.join('')}</w:body></w:document>`,
    },
  ])
}

function contentTypes(parts: readonly (readonly [name: string, type: string])[]): Entry {
  const overrides = parts.map(([name, type]) => `<Override PartName="${name}" ContentType="${type}"/>`).join('')
  return {
    name: '[Content_Types].xml',
    text:
      `<Types xmlns="${openXml}/package/2006/content-types">` +
      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
      `<Default Extension="xml" ContentType="application/xml"/>${overrides}</Types>`,
  }
}

function relationsOf(name: string, kind: string, target: string): Entry {
  const relation = `<Relationship Id="rId1" Type="${officeRelations}/${kind}" Target="${target}"/>`
  return { name, text: `<Relationships xmlns="${relations}">${relation}</Relationships>` }
}

function escaped(words: string): string {
  return words.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}

/** A ZIP (PKWARE APPNOTE 4.5) of XML parts. */
function encodeZip(entries: readonly Entry[]): Buffer {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, text } of entries) {
    const plain = Buffer.from(declaration + text, 'utf8')
    const packed = deflateRawSync(plain)
    const shared = Buffer.alloc(26)
    // Version 2.0, no flags, deflate, 1 January 1980.
    shared.writeUInt16LE(20, 0)
    shared.writeUInt16LE(8, 4)
    shared.writeUInt16LE(0x21, 8)
    shared.writeUInt32LE(crc32(plain), 10)
    shared.writeUInt32LE(packed.length, 14)
    shared.writeUInt32LE(plain.length, 18)
    shared.writeUInt16LE(name.length, 22)
    files.push(Buffer.from('PK\x03\x04', 'latin1'), shared, Buffer.from(name), packed)
    const place = Buffer.alloc(14)
    place.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), shared, place, Buffer.from(name))
    offset += 30 + name.length + packed.length
  }
  const entriesBytes = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(entriesBytes.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...files, entriesBytes, Buffer.from('PK\x05\x06', 'latin1'), end])
}
