import sanitizeHtml, { type IOptions } from 'sanitize-html'
import { maxOpen } from './html-depth.ts'

export interface SanitiseOptions {
  /** Relative addresses are against this; without it they go. */
  readonly base?: string | null
  /** Of the result. Longer HTML is cut, its tags closed. */
  readonly maxChars?: number
  /** Width of the letter that pictures must fit in, in pixels. */
  readonly imageWidth?: number
}

export const bodyLimits = { maxChars: 200_000, imageWidth: 600 } as const

/** What mail programs show alike and what cannot do anything: no scripts, styles, forms, frames, objects, handlers. */
const allowedTags = (
  'p br hr h1 h2 h3 h4 h5 h6 blockquote pre div span a b strong i em u s del ins small sub sup mark code kbd samp ' +
  'var abbr cite dfn q time bdi bdo ul ol li dl dt dd figure figcaption img table caption thead tbody tfoot tr th td'
).split(' ')
/** Gone with all that is in them; of other tags the text stays. */
const withContent = [
  'script',
  'style',
  'textarea',
  'option',
  'select',
  'button',
  'noscript',
  'noembed',
  'noframes',
  'template',
  'title',
  'svg',
  'math',
  'object',
  'applet',
  'canvas',
  'dialog',
  'xmp',
  'plaintext',
]
const frames = ['iframe', 'embed', 'video', 'audio', 'frame']
const maxDepth = 64
const maxAddress = 2048

type Attributes = { [name: string]: string }

/** HTML for mail, from anybody: only what the lists above name stays, every address is absolute `http`, `https` or
 *  (links) `mailto`, pictures fit the letter, frames and players become links. Of HTML with more than 200 elements open
 *  within each other, the beginning. Never throws. */
export function sanitiseHtml(html: string, options: SanitiseOptions = {}): string {
  const { base = null, maxChars = bodyLimits.maxChars, imageWidth = bodyLimits.imageWidth } = options
  let take = Math.min(html.length, maxChars)
  // Each turn has at most half of the one before, so that all of them together cost no more than two.
  while (take > 0) {
    const clean = within(cut(html, take), rules(base, imageWidth))
    if (clean !== null && clean.length <= maxChars) return clean
    const fits = clean === null ? take : take * (maxChars / clean.length)
    take = Math.floor(Math.min(take / 2, fits))
  }
  return ''
}

/** A picture of which nothing may stay. Not by `exclusiveFilter`, which copies all that was written so far for each; nor
 *  by another name for it, which sanitize-html then gives to the end of the next tag (2.18). */
const noPicture = '<img />'

class TooDeep extends Error {}

/** Null where more than `maxOpen` elements are open somewhere. */
function within(html: string, options: IOptions): string | null {
  let open = 0
  const counted = {
    ...options,
    onOpenTag() {
      if (++open > maxOpen) throw new TooDeep()
    },
    onCloseTag() {
      open--
    },
  }
  try {
    return sanitizeHtml(html, counted).replaceAll(noPicture, '').trim()
  } catch (error) {
    if (error instanceof TooDeep) return null
    throw error
  }
}

const cut = (html: string, at: number): string =>
  html.length <= at ? html : html.slice(0, Math.max(html.lastIndexOf('>', at - 1) + 1, at - 2000))

/** An address that may stand in a letter. */
export function safeUrl(raw: string | undefined, base: string | null, schemes = /^https?:$/): string | null {
  if (raw === undefined || raw.trim() === '') return null
  const url = URL.parse(raw.trim(), base ?? undefined)
  if (url === null || !schemes.test(url.protocol) || url.href.length > maxAddress) return null
  return url.href
}

function rules(base: string | null, imageWidth: number): IOptions {
  const link = (attributes: Attributes): Attributes => {
    const href = attributes.href?.startsWith('#')
      ? null
      : safeUrl(attributes.href, base, /^(https?|mailto):$/)
    return { ...(href !== null && { href }), ...kept(attributes, ['title']) }
  }
  const image = (attributes: Attributes): Attributes => {
    const width = pixels(attributes.width)
    const height = pixels(attributes.height)
    // A picture of one pixel counts readers for somebody else.
    const counts = (width !== null && width <= 2) || (height !== null && height <= 2)
    const raw = [
      attributes.src,
      attributes['data-src'],
      attributes['data-original'],
      attributes['data-lazy-src'],
    ]
    const src = counts ? null : (raw.map((each) => safeUrl(each, base)).find((each) => each !== null) ?? null)
    if (src === null) return {}
    const shown = width === null ? null : Math.min(width, imageWidth)
    return {
      src,
      alt: attributes.alt?.slice(0, 500) ?? '',
      ...(shown !== null && { width: String(shown) }),
      ...(shown !== null && shown === width && height !== null && { height: String(height) }),
      style: 'max-width:100%;height:auto',
    }
  }
  const frame = (_tag: string, attributes: Attributes) => {
    const href = safeUrl(attributes.src ?? attributes['data-src'] ?? attributes.poster, base)
    return href === null
      ? { tagName: 'span', attribs: {} }
      : { tagName: 'a', attribs: { href }, text: attributes.title?.slice(0, 200) || new URL(href).hostname }
  }
  const only = (names: readonly string[]) => (tagName: string, attributes: Attributes) => ({
    tagName,
    attribs: kept(attributes, names),
  })
  return {
    allowedTags,
    nonTextTags: withContent,
    nestingLimit: maxDepth,
    // What each may carry is what its function below gives.
    allowedAttributes: {
      a: ['href', 'title'],
      img: ['src', 'alt', 'width', 'height', 'style'],
      abbr: ['title'],
      time: ['datetime'],
      bdo: ['dir'],
      ol: ['start', 'type'],
      td: ['colspan', 'rowspan', 'align', 'valign'],
      th: ['colspan', 'rowspan', 'align', 'valign'],
      '*': ['lang', 'dir'],
    },
    parseStyleAttributes: false,
    allowedSchemes: ['http', 'https', 'mailto'],
    allowProtocolRelative: false,
    enforceHtmlBoundary: false,
    transformTags: {
      a: (tagName, attributes) => ({ tagName, attribs: link(attributes) }),
      img: (tagName, attributes) => ({ tagName, attribs: image(attributes) }),
      strike: 'del',
      center: 'div',
      section: 'div',
      article: 'div',
      main: 'div',
      details: 'div',
      summary: 'p',
      tt: 'code',
      ol: only(['start', 'type']),
      ...Object.fromEntries(frames.map((tag) => [tag, frame])),
    },
  }
}

function kept(attributes: Attributes, names: readonly string[]): Attributes {
  const found = names
    .filter((name) => attributes[name] !== undefined)
    .map((name) => [name, attributes[name]!.slice(0, 500)] as const)
  return Object.fromEntries(found)
}

function pixels(value: string | undefined): number | null {
  const digits = /^\s{0,8}(\d{1,5})(?:px)?\s{0,8}$/i.exec(value ?? '')?.[1]
  return digits === undefined ? null : Number(digits)
}
