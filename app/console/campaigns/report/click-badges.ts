import type { ClickedLink } from './click-map.tsx'

const badge =
  'display:inline-block;margin:0 0 0 4px;padding:0 6px;border-radius:9px;color:#fff;' +
  'font:650 11px/18px system-ui,sans-serif;vertical-align:middle;text-decoration:none;letter-spacing:0;white-space:nowrap'

/** The letter with the place of each link in the table and how many people clicked it, beside the link. Nothing of it runs: it is for a frame
 *  with `sandbox=""`. */
export function withCounts(html: string, rows: readonly ClickedLink[], whose: 'people' | 'all'): string {
  const page = new DOMParser().parseFromString(html, 'text/html')
  const placeOf = new Map(rows.map((row, index) => [plain(row.url), { place: index + 1, row }]))
  for (const link of page.querySelectorAll('a[href]')) {
    const found = placeOf.get(plain(link.getAttribute('href') ?? ''))
    if (found === undefined) continue
    const mark = page.createElement('span')
    const { recipients } = found.row.clicked[whose]
    mark.setAttribute('style', `${badge};background:${recipients === 0 ? '#5f6673' : '#b3261e'}`)
    mark.textContent = `${found.place} · ${recipients}`
    link.append(mark)
  }
  return `<!doctype html>${page.documentElement.outerHTML}`
}

/** Two spellings of one address are one. */
const plain = (url: string): string => URL.parse(url)?.href ?? url
