// Owns how the wipe certificate looks, on A4 and on a screen.
// Always holds: no image, font or address of elsewhere; what must not be torn apart stays on one page.

/** The style sheet; `foot` stands at the foot of each page and must be letters, digits, blanks and . _ - alone. */
export function certificateStyle(foot: string): string {
  if (!/^[\w .-]*$/.test(foot)) throw new TypeError('the foot of the page would leave its quotes')
  return `
@page {
  size: A4;
  margin: 17mm 17mm 19mm;
  @bottom-left { content: "${foot}"; font: 7.5pt/1 ui-monospace, Menlo, Consolas, monospace; color: #5a6773; }
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt/1 system-ui, sans-serif; color: #5a6773; }
}
:root {
  --ink: #14202b; --quiet: #55626e; --line: #cfd6dc; --accent: #0b746f; --tint: #eef6f5; --warn: #7a4b00; --warn-tint: #fdf4e3;
  --latin: "Segoe UI", -apple-system, BlinkMacSystemFont, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, "DejaVu Sans";
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace;
}
:root, :lang(zh-Hant-HK) { --han: "PingFang HK", "Microsoft JhengHei UI", "Noto Sans HK", "Noto Sans CJK HK"; }
:lang(zh-Hans) { --han: "PingFang SC", "Microsoft YaHei UI", "Noto Sans SC", "Noto Sans CJK SC"; }
* { box-sizing: border-box; }
html { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
body {
  margin: 0 auto; max-width: 176mm; color: var(--ink); background: #fff;
  font: 9pt/1.42 var(--latin), var(--han), sans-serif; overflow-wrap: anywhere;
}
body:lang(zh) { line-height: 1.55; }
@media screen { body { padding: 17mm 0; } }
header { display: flex; justify-content: space-between; align-items: flex-end; gap: 8mm; padding-bottom: 3.5mm; border-bottom: 2pt solid var(--accent); }
header p { margin: 0; }
.organisation { font-size: 10pt; font-weight: 600; color: var(--accent); }
h1 { margin: 0.6mm 0 0.4mm; font-size: 21pt; line-height: 1.2; font-weight: 650; letter-spacing: -0.005em; }
.subtitle { color: var(--quiet); font-size: 9.5pt; }
.made { flex: none; text-align: right; color: var(--quiet); font-size: 8pt; }
h2 { margin: 4.6mm 0 1.5mm; font-size: 10.5pt; font-weight: 650; color: var(--accent); break-after: avoid; }
h3 { margin: 3mm 0 1mm; font-size: 9.25pt; font-weight: 600; break-after: avoid; }
p { margin: 0 0 1.6mm; orphans: 3; widows: 3; }
section { break-inside: auto; }
.whole { break-inside: avoid; }
.verdict { display: grid; grid-template-columns: auto 1fr; gap: 0 3.5mm; align-items: center; margin: 4mm 0 0; padding: 2.4mm 4mm; background: var(--tint); border: 0.75pt solid var(--accent); border-radius: 1.5mm; break-inside: avoid; }
.verdict .mark { grid-row: 1 / 3; width: 8mm; height: 8mm; border-radius: 50%; background: var(--accent); color: #fff; font: 700 13pt/8mm system-ui, sans-serif; text-align: center; }
.verdict strong { font-size: 11.5pt; }
.verdict p { margin: 0; }
.remarks { margin: 2.5mm 0 0; padding: 2.2mm 4mm; background: var(--warn-tint); border: 0.75pt solid #c98a1b; border-radius: 1.5mm; color: var(--warn); break-inside: avoid; }
.remarks strong { display: block; }
ul { margin: 0; padding-left: 4.2mm; }
li { margin: 0 0 0.9mm; break-inside: avoid; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 8mm; }
.pair > * { min-width: 0; }
dl { display: grid; grid-template-columns: 23mm 1fr; gap: 0; margin: 0; border-top: 0.5pt solid var(--line); }
.pair + dl { border-top: 0; }
dt, dd { margin: 0; padding: 1mm 0; border-bottom: 0.5pt solid var(--line); }
dt { color: var(--quiet); padding-right: 2mm; }
dd { min-width: 0; white-space: pre-wrap; }
.id { font: 7.3pt/1.5 var(--mono); white-space: nowrap; }
.short { white-space: nowrap; }
.mark-unsigned { color: var(--warn); font-weight: 700; }
.note { color: var(--quiet); font-size: 8pt; margin: 1.6mm 0 0; }
.figures { display: grid; grid-template-columns: repeat(4, 1fr); border: 0.5pt solid var(--line); border-radius: 1.5mm; margin-top: 2mm; break-inside: avoid; }
.figures div { padding: 2mm 3mm; border-left: 0.5pt solid var(--line); min-width: 0; }
.figures div:first-child { border-left: 0; }
.figures b { display: block; font-size: 14pt; line-height: 1.3; font-weight: 600; font-variant-numeric: tabular-nums; }
.figures span { color: var(--quiet); font-size: 8pt; display: block; line-height: 1.4; }
table { width: 100%; border-collapse: collapse; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th { text-align: left; font-weight: 600; font-size: 8pt; color: var(--quiet); padding: 0 2.5mm 1mm 0; border-bottom: 0.75pt solid var(--quiet); vertical-align: bottom; }
td { padding: 1.1mm 2.5mm 1.1mm 0; border-bottom: 0.5pt solid var(--line); vertical-align: top; }
td:last-child, th:last-child { padding-right: 0; }
.time { font-variant-numeric: tabular-nums; white-space: nowrap; }
.small { color: var(--quiet); font-size: 8pt; }
pre { margin: 1mm 0 2.4mm; padding: 2mm 2.6mm; background: #f4f6f8; border-radius: 1mm; font: 7.4pt/1.5 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; break-inside: avoid; }
pre.document { break-inside: auto; font-size: 6.8pt; word-break: break-all; orphans: 4; widows: 4; }
.lines { display: grid; grid-template-columns: 1fr 1fr; gap: 7.5mm 8mm; padding-top: 6mm; }
.lines div { border-top: 0.5pt solid var(--quiet); padding-top: 0.8mm; color: var(--quiet); font-size: 8pt; }
.annex { break-before: auto; }
`
}
