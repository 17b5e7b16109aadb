// Owns the character tables of fonts that a PDF names and does not carry, as Chinese ones often are: one file of ours, loaded
// when a PDF first asks for one. Always holds: every encoding that PDF knows by name (ISO 32000-2, 9.7.5.2) is here; the
// UTF-8 and UTF-32 ones, which it does not know, are left out.

/** Data addresses by path. */
export const tables = import.meta.glob<string>(
  [
    '../../node_modules/pdfjs-dist/cmaps/*.bcmap',
    '!../../node_modules/pdfjs-dist/cmaps/*UTF8*.bcmap',
    '!../../node_modules/pdfjs-dist/cmaps/*UTF32*.bcmap',
  ],
  { query: '?url&inline', import: 'default', eager: true },
)
