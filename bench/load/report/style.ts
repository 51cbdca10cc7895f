import { lightColours, pageStyle } from '../../../app/report/style.ts'

// By part, the same everywhere on the page; each has enough contrast with the paper in both lights.
const light =
  '--part0:#0b6e69;--part1:#b4530a;--part2:#4655a8;--part3:#8b3f80;--part4:#6b7480;--part5:#a08a1c;--part6:#2f7fae;--good:#1c7a3d;--goodpaper:#e4f4e8;--badpaper:#fce8e6;--debug:#4655a8;--production:#0b6e69'
const dark =
  '--part0:#3fb8ae;--part1:#e8954a;--part2:#93a0f0;--part3:#d68ccb;--part4:#9aa7b0;--part5:#d3bd52;--part6:#6fb7e0;--good:#6fcf8d;--goodpaper:#173522;--badpaper:#40201d;--debug:#93a0f0;--production:#3fb8ae'

export const loadStyle = `${pageStyle}
:root{${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}
main{max-width:66rem}
.headline{display:flex;flex-wrap:wrap;gap:.4rem 1rem;align-items:baseline}
.verdict{display:inline-block;font-weight:650;font-size:.8rem;letter-spacing:.02em;padding:.05rem .5rem;border-radius:99px;white-space:nowrap}
.verdict.pass{color:var(--good);background:var(--goodpaper)}
.verdict.fail{color:var(--bad);background:var(--badpaper)}
.verdict.short{color:var(--second);background:var(--mark)}
.verdict.untold{color:var(--soft);background:var(--track)}
.verdicts td,.verdicts th{text-align:left;white-space:normal}
.verdicts td.n,.verdicts thead th.n{text-align:right;white-space:nowrap}
.verdicts thead th{white-space:nowrap}
.verdicts td.name{min-width:15rem}
.verdicts th.run{font-weight:650;border-bottom:1px solid var(--soft);padding-top:1.1rem;font-size:1rem}
.verdicts th.run a{color:inherit;text-decoration:none}.verdicts th.run a:hover{text-decoration:underline}
.verdicts small{display:block;color:var(--soft);font-size:.82rem;line-height:1.35}
.verdicts td.n small{max-width:15rem;margin-left:auto;white-space:normal;text-wrap:balance}
.measured .verdict{margin-left:.35rem;min-width:3.4rem;text-align:center}
.of{font-size:.85rem;font-weight:400;color:var(--soft)}.of .verdict{margin-left:.25rem}
.side{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1.5rem 2rem;align-items:start}
.side figure{margin:0}
.mode{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.35em;vertical-align:-.06em}
h3 .mode{margin-right:.5em}
.keys{display:flex;flex-wrap:wrap;gap:.15rem 1rem;font-size:.85rem;color:var(--soft);margin:.4rem 0 0;padding:0;list-style:none}
.keys i{display:inline-block;width:.9em;height:.25em;border-radius:2px;margin-right:.45em;vertical-align:.22em}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.2rem;margin:.5rem 0 1rem;font-size:.92rem}
.facts dt{color:var(--soft)}.facts dd{margin:0;overflow-wrap:anywhere}
.plot{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.limit{stroke:var(--bad);stroke-width:1;stroke-dasharray:5 4;opacity:.75}.limit.own{stroke:var(--good)}
.limitname{font-size:11px;fill:var(--bad)}.limitname.own{fill:var(--good)}
.warning{background:var(--mark);border-radius:8px;padding:.7rem 1.1rem;max-width:none}
section.run{break-before:auto}
@media (max-width:34rem){.facts{grid-template-columns:1fr;gap:0}.facts dd{margin-bottom:.4rem}.verdicts,.verdicts tbody{display:block}.verdicts thead{display:none}
.verdicts tr{display:grid;grid-template-columns:1fr auto;column-gap:1rem;padding:.5rem 0;border-bottom:1px solid var(--line)}
.verdicts tr>*{border:0;padding:.1rem 0}.verdicts td.name{grid-column:1/-1;font-weight:600}.verdicts th.run,.verdicts td[colspan]{grid-column:1/-1;padding-top:.9rem}
.verdicts td.n{grid-column:1/-1;display:flex;flex-wrap:wrap;justify-content:space-between;column-gap:1rem}.verdicts td.n::before{content:attr(data-of);color:var(--soft)}.verdicts td.n.empty{display:none}.verdicts td.n small{flex-basis:100%;max-width:none;text-align:right}}
@media print{:root{${lightColours};${light}}.verdict,.mode,.keys i{print-color-adjust:exact;-webkit-print-color-adjust:exact}.side{grid-template-columns:1fr 1fr}section.run{break-inside:auto}h3{break-after:avoid}}
`

const partsKnown = [
  'daemon',
  'API node',
  'worker node',
  'PostgreSQL',
  'Redis',
  'driver',
  'letter sink',
  'bulk sink',
]
// The one daemon, and the node that answers, are never on one chart.
const partColours = [0, 0, 1, 2, 3, 4, 5, 6]

/** Of a part, a mode, or the nth of others. */
export function colourOf(name: string, nth: number): string {
  if (name === 'debug' || name === 'production') return `var(--${name})`
  const known = partsKnown.indexOf(name)
  return `var(--part${(known === -1 ? nth : partColours[known]!) % 7})`
}
