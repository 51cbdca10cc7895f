import { Parser } from 'htmlparser2'

export interface HtmlLink {
  readonly href: string
  /** What can be read of it: its text, and the words of its images. */
  readonly text: string
  readonly visible: boolean
}

/** What a letter's HTML shows, and what it holds besides. */
export interface HtmlLook {
  readonly text: string
  /** Not to be seen: by style, or by the attribute. */
  readonly hidden: string
  readonly links: readonly HtmlLink[]
  /** `alt` null: it says none; empty: it is for decoration. Pixels are left out. */
  readonly images: readonly { readonly src: string; readonly alt: string | null }[]
  readonly forms: number
  readonly scripts: number
  /** Images and links that begin with `data:`. */
  readonly dataUrls: number
}

const unseen =
  /display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|$)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)|mso-hide\s*:\s*all/i
const voids = new Set('area base br col embed hr img input link meta source track wbr'.split(' '))
const silent = new Set(['style', 'script', 'title', 'head', 'template', 'noscript'])
const blocks = new Set(
  'p div td th tr li h1 h2 h3 h4 h5 h6 br hr table section article footer header'.split(' '),
)

/** One pass over the tags; never throws, whatever the HTML is. */
export function lookAtHtml(html: string): HtmlLook {
  let text = ''
  let hidden = ''
  const links: HtmlLink[] = []
  const images: { src: string; alt: string | null }[] = []
  let forms = 0
  let scripts = 0
  let dataUrls = 0
  const open: { name: string; hidden: boolean; silent: boolean }[] = []
  let link: { href: string; text: string; visible: boolean } | null = null

  const parser = new Parser({
    onopentag(name, attributes) {
      const above = open.at(-1)
      const isHidden = above?.hidden === true || 'hidden' in attributes || unseen.test(attributes.style ?? '')
      const here = { name, hidden: isHidden, silent: above?.silent === true || silent.has(name) }
      if (!voids.has(name)) open.push(here)
      if (blocks.has(name)) text += ' '
      if (name === 'form') forms++
      if (name === 'script' || Object.keys(attributes).some((key) => /^on[a-z]/.test(key))) scripts++
      if (/^javascript:/i.test(attributes.href?.trim() ?? '')) scripts++
      if (/^data:/i.test((attributes.src ?? attributes.href ?? '').trim())) dataUrls++
      if ((name === 'a' || name === 'area') && attributes.href !== undefined) {
        link = { href: attributes.href.trim(), text: '', visible: !isHidden }
        if (name === 'area') finish()
      }
      if (name === 'img') {
        const pixel = Number(attributes.width) <= 1 || Number(attributes.height) <= 1
        if (!pixel && !isHidden) images.push({ src: attributes.src ?? '', alt: attributes.alt ?? null })
        if (link !== null) link.text += attributes.alt ?? ''
      }
    },
    ontext(chunk) {
      const here = open.at(-1)
      if (here?.silent === true) return
      if (here?.hidden === true) hidden += chunk
      else {
        text += chunk
        if (link !== null) link.text += chunk
      }
    },
    onclosetag(name) {
      if (name === 'a') finish()
      if (blocks.has(name)) text += ' '
      const at = open.findLastIndex((each) => each.name === name)
      if (at >= 0) open.length = at
    },
  })
  function finish(): void {
    if (link !== null) links.push({ ...link, text: link.text.replaceAll(/\s+/g, ' ').trim() })
    link = null
  }
  parser.end(html)
  finish()
  const flat = (raw: string) => raw.replaceAll(/(?:[\s\u00ad\u200b-\u200f\u2060\ufeff]|\u034f)+/g, ' ').trim()
  return { text: flat(text), hidden: flat(hidden), links, images, forms, scripts, dataUrls }
}
