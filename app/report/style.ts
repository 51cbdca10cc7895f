/** Of the charts, also where one stands alone. */
export const chartStyle = `
svg{display:block;width:100%;height:auto;font:13px/1.2 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
.people{fill:var(--people)}.machines{fill:var(--machines)}.track{fill:var(--track)}
.grid{stroke:var(--line);stroke-width:1}.base{stroke:var(--soft);stroke-width:1}
.axis{fill:var(--soft);font-size:12px}.name,.value{fill:var(--ink)}.value{font-weight:600}
.whisker{stroke:var(--people);stroke-width:3;opacity:.38;stroke-linecap:round}
.average{stroke:var(--soft);stroke-width:1;stroke-dasharray:3 3}
.line{fill:none;stroke-width:2.5;stroke-linejoin:round}.line.first,.dot.first{stroke:var(--people)}.line.second,.dot.second{stroke:var(--second)}
.dot{fill:var(--paper);stroke-width:2.5}
`

export const lightColours = `--paper:#fff;--ink:#1c2127;--soft:#5f6b76;--line:#e3e7ea;--track:#f1f4f5;--people:#0b6e69;--machines:#a9d0cb;--second:#b4530a;--bad:#b3261e;--mark:#fff4d6`
const darkColours = `--paper:#14181b;--ink:#e8ecee;--soft:#9aa7b0;--line:#2b3338;--track:#1e2529;--people:#3fb8ae;--machines:#22544f;--second:#e8954a;--bad:#ff8a80;--mark:#3a3118`

/** Of the page: no script, nothing from elsewhere, light and dark as the reader has it, and plain on paper. */
export const pageStyle = `
:root{color-scheme:light dark;${lightColours}}
@media (prefers-color-scheme:dark){:root{${darkColours}}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:60rem;margin:0 auto;padding:3rem 1.5rem 4rem}
h1{font-size:2rem;line-height:1.2;letter-spacing:-.015em;margin:0 0 .35rem;overflow-wrap:anywhere;text-wrap:balance}
h2{font-size:1.25rem;line-height:1.3;margin:3.25rem 0 .35rem;letter-spacing:-.005em}
h3{font-size:1rem;margin:1.75rem 0 .35rem}
p{margin:.35rem 0 1rem;max-width:44rem}.soft,figcaption,caption{color:var(--soft)}
.when{color:var(--soft);margin-bottom:2rem}
a{color:var(--people)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(12.5rem,1fr));gap:1px;background:var(--line);border:1px solid var(--line);border-radius:8px;overflow:hidden;margin:0}
.tiles div{background:var(--paper);padding:1.1rem 1.25rem 1.2rem}
.tiles dt{color:var(--soft);font-size:.9rem}.tiles dd{margin:0}
.tiles .big{font-size:1.9rem;line-height:1.25;font-weight:650;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.tiles .note{color:var(--soft);font-size:.85rem;line-height:1.45}
figure{margin:1rem 0 1.25rem}figcaption{font-size:.9rem;margin-bottom:.6rem;max-width:44rem}
.key{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin:0 .35em 0 .1em;vertical-align:-.06em}
.key.p{background:var(--people)}.key.m{background:var(--machines);margin-left:.9em}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem;font-variant-numeric:tabular-nums;margin:.25rem 0 1rem}
caption{text-align:left;font-size:.9rem;padding-bottom:.4rem}
th,td{text-align:right;padding:.42rem .55rem;border-bottom:1px solid var(--line);vertical-align:top;white-space:nowrap}
thead th,thead td{font-weight:500;color:var(--soft);vertical-align:bottom;border-bottom-color:var(--soft);white-space:normal}
th[scope=row]{font-weight:400}
th:first-child,td:first-child{text-align:left;padding-left:0}th:last-child,td:last-child{padding-right:0}
td.url,th.url{text-align:left;white-space:normal;overflow-wrap:anywhere;min-width:16rem;line-height:1.35}
td.url small,th.url small{display:block;color:var(--soft);font-size:.82rem}
td.bar{min-width:7rem;width:20%;padding-top:.6rem}
td.bar svg{height:.85rem;width:100%}
.range{color:var(--soft);font-size:.82rem}
.bad{color:var(--bad)}
details{margin:.5rem 0 1rem}summary{cursor:pointer;color:var(--soft);font-size:.9rem}
.none{color:var(--soft);padding:1.1rem 1.25rem;background:var(--track);border-radius:8px;max-width:none}
.finding{background:var(--mark);border-radius:8px;padding:.8rem 1.1rem;max-width:none}
.notes{border-top:1px solid var(--line);margin-top:3.5rem;padding-top:.5rem;font-size:.9rem}
.notes dt{font-weight:600;margin-top:.7rem}.notes dd{margin:0;max-width:44rem}
footer{color:var(--soft);font-size:.85rem;margin-top:2rem}
${chartStyle}
@media (max-width:34rem){main{padding:1.5rem 1rem 3rem}h1{font-size:1.5rem}.wide{min-width:44rem}th[scope=row]{white-space:normal}.range{display:block}td,th{padding-left:.35rem;padding-right:.35rem}td.url,th.url{min-width:11rem}}
@media print{:root{${lightColours}}body{font-size:10.5pt}main{max-width:none;padding:0}details{display:none}h2{break-after:avoid;margin-top:2rem}figure,tr,.tiles{break-inside:avoid}a{color:inherit;text-decoration:none}.people,.machines,.track,.key,.tiles div,.finding,.none{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`
