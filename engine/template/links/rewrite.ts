import type { Liquid } from 'liquidjs'
import { Placeholders } from '../markup/placeholders.ts'
import { parseTree } from '../parse.ts'
import { FindingError } from '../problem.ts'
import type { Source } from '../source.ts'
import type { Node } from '../tree.ts'
import { bodiesOf } from '../tree.ts'
import type { Typeset } from '../typeset.ts'
import { personalLinks } from './personal.ts'
import { filler, type Href, scanHtml } from './scan.ts'
import { hrefTag, pixelTag } from './tags.ts'
import { webTarget } from './target.ts'

const open = ({ quote }: Href): string => `{% ${hrefTag} ${quote} %}`
const close = `{% end${hrefTag} %}`
const pixel = `{% ${pixelTag} %}`

interface Insertion {
  readonly at: number
  readonly text: string
}

/** The HTML with its links between tags that write the tracked address where a letter is tracked, and with a tag for the
 *  pixel. `liquid` knows those tags. Left alone are links that lead nowhere on the web, those of our own (`own`, and
 *  `links.*`), those whose address is a reader's own, and those that say `data-track="false"`. */
export function trackHtml(liquid: Liquid, html: Typeset, own: string): Typeset {
  const files: (readonly [string | null, Source])[] = [[null, html.source], ...html.partials]
  const found = files.map(([file, source]) => {
    const { hrefs, bodyEnds } = scanHtml(masked(liquid, source.text))
    return {
      file,
      source,
      bodyEnds,
      hrefs: hrefs.filter((href) => mayTrack(liquid, source, file, href, own)),
    }
  })
  // Which addresses are personal shows in the tree: its links are told apart by their tags' places.
  const trees = new Map<string | null, readonly Node[]>()
  const placeKey = ({ file, begin }: { file: string | null; begin: number }): string =>
    `${file ?? ''}\n${begin}`
  for (const { file, source, hrefs } of found)
    trees.set(file, parseTree(liquid, wrap(source, hrefs).text, file))
  const personal = personalLinks(trees, placeKey)
  const made = found.map(({ file, source, hrefs, bodyEnds }): [string | null, Source] => {
    const places = tagPlaces(hrefs)
    const kept = hrefs.filter(
      (href, index) =>
        isFixed(source, href) ||
        (personal !== null && !personal.has(placeKey({ file, begin: places[index]! }))),
    )
    return [file, wrap(source, kept, bodyEnds)]
  })
  const [[, source], ...partials] = made as [[null, Source], ...[string, Source][]]
  return { ...html, source, partials: new Map(partials) }
}

/** The text with every piece of Liquid written over, so that what is left is HTML at the same places. */
function masked(liquid: Liquid, text: string): string {
  return new Placeholders(liquid, [])
    .split(text, null)
    .map((part) => (typeof part === 'string' ? part : filler.repeat(part.code.length)))
    .join('')
}

/** No Liquid in it. */
const isFixed = ({ text }: Source, { begin, end }: Href): boolean => !/\{[{%]/.test(text.slice(begin, end))

function mayTrack(liquid: Liquid, source: Source, file: string | null, href: Href, own: string): boolean {
  const { begin, end, quote } = href
  const value = source.text.slice(begin, end)
  if (isFixed(source, href)) return webTarget(value, own) !== null
  const [, scheme] = /^\s*([a-z][a-z0-9+.-]*:|#|\/)/i.exec(value) ?? []
  if (scheme !== undefined && !/^https?:$/i.test(scheme)) return false
  // Dashes would trim what is beyond the attribute: no longer, with a tag in between.
  if (quote === 'none' && (/^\{[{%]-/.test(value) || /-[%}]\}$/.test(value))) return false
  try {
    return isWhole(parseTree(liquid, value, file))
  } catch (error) {
    // A branch that begins or ends in the middle of it.
    if (error instanceof FindingError) return false
    throw error
  }
}

/** Nothing in it leads elsewhere. */
const isWhole = (nodes: readonly Node[]): boolean =>
  nodes.every(
    (node) =>
      !['break', 'continue', 'block', 'layout', 'href', 'pixel'].includes(node.kind) &&
      bodiesOf(node).every(isWhole),
  )

/** Where their tags stand, with tags around all of them. */
function tagPlaces(hrefs: readonly Href[]): readonly number[] {
  let shift = 0
  return hrefs.map((href) => {
    const place = href.begin + shift
    shift += open(href).length + close.length
    return place
  })
}

function wrap(source: Source, hrefs: readonly Href[], pixels: readonly number[] = []): Source {
  return insert(
    source,
    [
      ...hrefs.flatMap((href) => [
        { at: href.begin, text: open(href) },
        { at: href.end, text: close },
      ]),
      ...pixels.map((at) => ({ at, text: pixel })),
    ].sort((a, b) => a.at - b.at),
  )
}

/** `insertions` in their order. */
function insert(source: Source, insertions: readonly Insertion[]): Source {
  const { text } = source
  let out = ''
  let from = 0
  /** Ends of what was inserted, in the new text. */
  const ends: { readonly end: number; readonly shift: number }[] = []
  let shift = 0
  for (const { at, text: inserted } of insertions) {
    out += text.slice(from, at) + inserted
    from = at
    shift += inserted.length
    ends.push({ end: out.length, shift })
  }
  return {
    text: out + text.slice(from),
    original: source.original,
    origin(offset) {
      // A problem within a tag of ours is the attribute's.
      const behind = ends.findLast(({ end }) => end <= offset)
      return source.origin(offset - (behind?.shift ?? 0))
    },
  }
}
