// Owns the shapes of the fourteen standard fonts, which a PDF need not carry and systems may lack: one file of ours, loaded
// when a PDF first asks for one. Always holds: the names are pdf.js's own.

/** Data addresses by path. */
export const fonts = import.meta.glob<string>('../../node_modules/pdfjs-dist/standard_fonts/Foxit*.pfb', {
  query: '?url&inline',
  import: 'default',
  eager: true,
})
