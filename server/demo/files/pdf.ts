// Owns writing a PDF (ISO 32000-1, version 1.4) of text in a standard font.
// Always holds: A4, Helvetica, so nothing is embedded; Latin text only; the same lines give the same bytes.

const width = 595
const height = 842
const margin = 56

/** A line of a page: a heading where it begins with `# `, a rule where it is `---`. */
export type PdfPage = readonly string[]

export function encodePdf(title: string, pages: readonly PdfPage[]): Buffer {
  const objects: string[] = []
  const add = (body: string) => objects.push(body)
  const pageNumber = (index: number) => 5 + index * 2
  add('<< /Type /Catalog /Pages 2 0 R >>')
  const kids = pages.map((_, index) => `${pageNumber(index)} 0 R`).join(' ')
  add(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`)
  add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>')
  add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>')
  for (const [index, page] of pages.entries()) {
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Contents ${pageNumber(index) + 1} 0 R ` +
        '/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>',
    )
    const content = contentOf(page, `${title}  -  ${index + 1}/${pages.length}`)
    add(`<< /Length ${content.length} >>\nstream\n${content}\nendstream`)
  }
  add(`<< /Title ${literal(title)} >>`)

  let file = '%PDF-1.4\n'
  const offsets = objects.map((body, index) => {
    const offset = file.length
    file += `${index + 1} 0 obj\n${body}\nendobj\n`
    return offset
  })
  const xref = file.length
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}`
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info ${objects.length} 0 R >>\n`
  file += `startxref\n${xref}\n%%EOF\n`
  return Buffer.from(file, 'latin1')
}

function contentOf(page: PdfPage, footer: string): string {
  let y = height - margin - 20
  const parts = page.map((line) => {
    if (line === '---') {
      y -= 22
      return `0.6 G ${margin} ${y + 10} m ${width - margin} ${y + 10} l S`
    }
    const isHeading = line.startsWith('# ')
    y -= isHeading ? 28 : 18
    return text(isHeading ? 'F2' : 'F1', isHeading ? 16 : 11, y, isHeading ? line.slice(2) : line)
  })
  return [...parts, text('F1', 8, margin - 16, footer)].join('\n')
}

function text(font: string, size: number, y: number, words: string): string {
  return `BT /${font} ${size} Tf ${margin} ${y} Td ${literal(words)} Tj ET`
}

function literal(words: string): string {
  if (/[^\x20-\x7e]/.test(words)) throw new Error('a demo PDF holds ASCII text only')
  return `(${words.replace(/[\\()]/g, '\\$&')})`
}
