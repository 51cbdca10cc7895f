import { QuoteType, Tokenizer } from 'htmlparser2'
import { deaf, type Quote } from './target.ts'

/** Stands for every character of Liquid in what is scanned. Of no meaning to HTML (a private one), wherever it is. */
export const filler = '\ue000'

/** The value of an `href`, without its quotes. */
export interface Href {
  readonly begin: number
  readonly end: number
  readonly quote: Quote
}

export interface Places {
  /** Of `<a>` and `<area>` that do not say `data-track="false"`, in their order. */
  readonly hrefs: readonly Href[]
  /** Where `</body>` stands. */
  readonly bodyEnds: readonly number[]
}

/** Find links as a browser does: not in styles, scripts and comments, but in those comments that Outlook reads
 *  (`<!--[if mso]> ... <![endif]-->`). */
export function scanHtml(html: string): Places {
  const hrefs: Href[] = []
  const bodyEnds: number[] = []
  scan(html, 0, hrefs, bodyEnds)
  return { hrefs: hrefs.sort((a, b) => a.begin - b.begin), bodyEnds }
}

const quotes: { readonly [type in QuoteType]?: Quote } = {
  [QuoteType.Double]: 'double',
  [QuoteType.Single]: 'single',
}

function scan(html: string, offset: number, hrefs: Href[], bodyEnds: number[]): void {
  let isLink = false
  let tracked = true
  let found: Href[] = []
  let name = ''
  let data: readonly [begin: number, end: number] = [0, 0]
  const finish = (): void => {
    if (isLink && tracked) hrefs.push(...found)
    isLink = false
  }
  const tokenizer = new Tokenizer(
    { decodeEntities: false },
    {
      ...deaf,
      onopentagname(start, end) {
        // `<a{% if %} href="">`: Liquid is no part of a name.
        const [tag] = html.slice(start, end).toLowerCase().split(filler, 1)
        isLink = tag === 'a' || tag === 'area'
        tracked = true
        found = []
      },
      onattribname(start, end) {
        name = html.slice(start, end).replaceAll(filler, '').toLowerCase()
        data = [end, end]
      },
      onattribdata(start, end) {
        data = [start, end]
      },
      onattribend(quote) {
        if (!isLink) return
        const [begin, end] = data
        // All of them: of two in the branches of an `if`, one is there.
        if (name === 'href' && end > begin)
          found.push({ begin: begin + offset, end: end + offset, quote: quotes[quote] ?? 'none' })
        if (name !== 'data-track') return
        const value = html.slice(begin, end)
        // One that is made while rendering may say no.
        if (value.includes(filler) || value.trim().toLowerCase() === 'false') tracked = false
      },
      onopentagend: finish,
      onselfclosingtag: finish,
      onclosetag(start, end) {
        if (html.slice(start, end).toLowerCase() === 'body') bodyEnds.push(start - 2 + offset)
      },
      oncomment(start, end, endOffset) {
        const condition = /^\[if\b[^\]]*\]>/i.exec(html.slice(start, end - endOffset))
        if (condition === null) return
        const inner = start + condition[0].length
        // What Outlook alone reads does not end the body for others.
        scan(html.slice(inner, end - endOffset), inner + offset, hrefs, [])
      },
    },
  )
  tokenizer.write(html)
  tokenizer.end()
}
