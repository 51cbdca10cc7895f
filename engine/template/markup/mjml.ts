import { type Liquid, Tokenizer } from 'liquidjs'
import type { TemplateBundle } from '../../model/template.ts'
import { FindingError } from '../problem.ts'
import type { Source } from '../source.ts'
import { type Piece, Placeholders } from './placeholders.ts'

/** What becomes of an MJML file: its HTML, and the partials that were set inside it. */
export interface Mjml {
  readonly source: Source
  /** A partial written in MJML depends on where it stands (columns, attributes of the head), so each place that
   *  takes it in has its own. */
  readonly partials: ReadonlyMap<string, Source>
}

/** Elements whose content MJML leaves alone. */
const contentTags = new Set(
  `mj-text mj-button mj-table mj-raw mj-title mj-preview mj-style mj-accordion-text mj-accordion-title
   mj-navbar-link mj-social-element`.split(/\s+/),
)

/** MJML to HTML, the Liquid in it left in place. Layouts and partials in MJML are set together with it. A file
 *  without `<mjml>` is a fragment of a body. Rejects with FindingError for MJML that cannot be set. */
export async function mjmlToHtml(
  liquid: Liquid,
  bundle: TemplateBundle,
  source: string,
  file: string | null,
): Promise<Mjml> {
  const placeholders = new Placeholders(liquid, [
    source,
    ...Object.values(bundle.partials).map(({ body }) => body),
  ])
  const regions: Region[] = []
  const expanded = expand(placeholders, bundle, source, file, regions, file === null ? [] : [file])
  const isolated = isolate(expanded, placeholders)
  const whole = /<mjml[\s>]/i.test(isolated)
  const open = placeholders.word({ code: '', file, offset: 0, tag: null, control: true })
  const close = placeholders.word({ code: '', file, offset: 0, tag: null, control: true })
  const raw = (word: string): string => `<mj-raw>${word}</mj-raw>`
  const start = isolated.search(/<mjml[\s>]/i)
  const end = isolated.toLowerCase().lastIndexOf('</mjml>')
  const document = whole
    ? isolated.slice(start, end < 0 ? undefined : end + 7)
    : `<mjml><mj-body>${raw(open)}${isolated}${raw(close)}</mj-body></mjml>`
  let html = await set(document, placeholders, source, file)
  if (!whole) html = html.slice(html.indexOf(open) + open.length, html.indexOf(close))
  else {
    // Assignments before and after the document stay there.
    html = isolated.slice(0, start).replaceAll(/<\/?mj-raw>/g, '') + html
    if (end >= 0) html += isolated.slice(end + 7).replaceAll(/<\/?mj-raw>/g, '')
  }
  const partials = new Map<string, Source>()
  // Inner regions were opened later: cut them first, so that the outer ones hold their tags only.
  for (const region of regions.toReversed()) {
    const from = html.indexOf(region.open)
    const to = html.indexOf(region.close)
    if (from < 0 || to < 0) continue
    const body = html.slice(from + region.open.length, to)
    partials.set(region.name, placeholders.restore(body, bundle.partials[region.file]!.body, region.file))
    html = html.slice(0, from) + region.tag + html.slice(to + region.close.length)
  }
  return { source: placeholders.restore(html, source, file), partials }
}

interface Region {
  readonly file: string
  /** The partial's name with a number, which no store allows in a name of its own. */
  readonly name: string
  readonly open: string
  readonly close: string
  /** The word for the tag that takes it in. */
  readonly tag: string
}

interface MjmlFailure {
  readonly message: string
  readonly tagName?: string
}

async function set(
  document: string,
  placeholders: Placeholders,
  source: string,
  file: string | null,
): Promise<string> {
  // Hundreds of modules: loaded for those who use it.
  const { default: mjml2html } = await import('mjml')
  const fail = (message: string, offset: number): never => {
    throw new FindingError({ place: { file, begin: Math.max(offset, 0) }, variable: null, message })
  }
  let result: Awaited<ReturnType<typeof mjml2html>>
  try {
    result = await mjml2html(document, {
      validationLevel: 'soft',
      // No file is read, and no font of its own accord fetched from a third party: authors have mj-font.
      ignoreIncludes: true,
      fonts: {},
      keepComments: false,
    })
  } catch (error) {
    return fail(`The MJML cannot be set: ${error instanceof Error ? error.message : String(error)}`, 0)
  }
  for (const { message, tagName } of result.errors as readonly MjmlFailure[]) {
    // What MJML sets anyway (an attribute it does not know) is no reason to send nothing; what it drops is.
    if (!/doesn't exist|cannot be used inside/.test(message) || placeholders.mentionedIn(message)) continue
    fail(`MJML: ${message}`, tagName === undefined ? 0 : source.indexOf(`<${tagName}`))
  }
  return result.html
}

/** The source with its Liquid protected, its MJML layout around it and its MJML partials inside. */
function expand(
  placeholders: Placeholders,
  bundle: TemplateBundle,
  source: string,
  file: string | null,
  regions: Region[],
  stack: readonly string[],
): string {
  const parts = inLayout(placeholders, bundle, placeholders.split(source, file), stack)
  let text = ''
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part
      continue
    }
    const name = part.tag === 'render' || part.tag === 'include' ? fixedName(part) : null
    const partial = name === null ? undefined : own(bundle, name)
    if (name === null || partial?.format !== 'mjml') {
      text += placeholders.word(part)
      continue
    }
    if (stack.includes(name)) {
      throw new FindingError({
        place: { file: part.file, begin: part.offset },
        variable: null,
        message: `The MJML partial "${name}" takes in itself; partials in HTML may`,
      })
    }
    const unique = `${name}#${regions.length + 1}`
    const mark = (code: string): string => placeholders.word({ ...part, code, tag: null, control: true })
    const region: Region = {
      file: name,
      name: unique,
      open: mark(''),
      close: mark(''),
      tag: placeholders.word({ ...part, code: renamed(part, name, unique) }),
    }
    regions.push(region)
    text +=
      region.open + expand(placeholders, bundle, partial.body, name, regions, [...stack, name]) + region.close
  }
  return text
}

/** A letter in MJML whose layout is MJML: the layout, with the letter's blocks in place of its own. */
function inLayout(
  placeholders: Placeholders,
  bundle: TemplateBundle,
  parts: (string | Piece)[],
  stack: readonly string[],
): (string | Piece)[] {
  const tag = parts.find((part): part is Piece => typeof part !== 'string' && part.tag === 'layout')
  const name = tag === undefined ? null : fixedName(tag)
  const layout = name === null ? undefined : own(bundle, name)
  if (tag === undefined || name === null || layout?.format !== 'mjml' || stack.includes(name)) return parts
  const letter = readBlocks(parts.slice(parts.indexOf(tag) + 1))
  const outer = inLayout(placeholders, bundle, placeholders.split(layout.body, name), [...stack, name])
  const rest = letter.rest.filter((part): part is Piece => typeof part !== 'string')
  const before = [...parts.slice(0, parts.indexOf(tag)), ...layoutArguments(tag), ...rest]
  const { items } = readBlocks(outer)
  return [
    ...before,
    ...items.flatMap((item) => {
      if (!('block' in item)) return [item.part]
      const own = item.block === '' ? letter.rest : letter.blocks.get(item.block)
      return own ?? item.parts
    }),
  ]
}

type Item =
  | { readonly part: string | Piece }
  | { readonly block: string; readonly parts: readonly (string | Piece)[] }

interface Blocks {
  readonly items: readonly Item[]
  readonly blocks: ReadonlyMap<string, readonly (string | Piece)[]>
  /** What stands outside of blocks. */
  readonly rest: readonly (string | Piece)[]
}

function readBlocks(parts: readonly (string | Piece)[]): Blocks {
  const items: Item[] = []
  const blocks = new Map<string, (string | Piece)[]>()
  let depth = 0
  let inner: (string | Piece)[] = []
  let name = ''
  for (const part of parts) {
    const tag = typeof part === 'string' ? null : part.tag
    if (tag === 'block' && depth++ === 0) {
      name = /block\s+['"]?(\w+)/.exec((part as Piece).code)?.[1] ?? ''
      inner = []
      continue
    }
    if (tag === 'endblock' && --depth === 0) {
      blocks.set(name, inner)
      items.push({ block: name, parts: inner })
      continue
    }
    if (depth > 0) inner.push(part)
    else items.push({ part })
  }
  return { items, blocks, rest: items.flatMap((item) => ('part' in item ? [item.part] : [])) }
}

/** `{% layout 'frame', title: 'T' %}`: what the layout is given, as assignments. */
function layoutArguments(tag: Piece): Piece[] {
  const args = /^\{%-?\s*layout\s+(?:'[^']*'|"[^"]*")([\s\S]*?)-?%\}$/.exec(tag.code)?.[1] ?? ''
  return new Tokenizer(args).readHashes(':').map(({ name, value }) => ({
    ...tag,
    code: `{% assign ${name.content} = ${value === undefined ? 'true' : value.getText()} %}`,
    tag: 'assign',
  }))
}

const fixedName = (tag: Piece): string | null =>
  /^\{%-?\s*\w+\s+(?:'([^'{]+)'|"([^"{]+)")/
    .exec(tag.code)
    ?.slice(1)
    .find((name) => name !== undefined) ?? null

/** The tag with another name. What takes its variable from the name (`with`, no `as`) keeps it. */
function renamed({ code }: Piece, name: string, unique: string): string {
  const quoted = code.indexOf(name)
  const rest = code.slice(quoted + name.length + 1)
  const aliased =
    /^\s+(?:with|for)\s+\S+(?!\s+as\b)\s*(?:,|-?%\})/.test(rest) && !/^\s+(?:with|for)\s*:/.test(rest)
  const binding = aliased ? rest.replace(/^(\s+(?:with|for)\s+[^\s,%]+)/, `$1 as ${name}`) : rest
  return code.slice(0, quoted) + unique + code.charAt(quoted + name.length) + binding
}

const own = (bundle: TemplateBundle, name: string): TemplateBundle['partials'][string] | undefined =>
  Object.hasOwn(bundle.partials, name) ? bundle.partials[name] : undefined

/** Words between elements go into `mj-raw`, which MJML carries along; those in attributes and in content stay
 *  where they are. */
function isolate(text: string, placeholders: Placeholders): string {
  const scanner = new RegExp(`<!--|<(/?)([a-z][a-z0-9-]*)|((?:${placeholders.words().source}\\s*)+)`, 'gi')
  let out = ''
  let end = 0
  /** The element whose content is left alone, and how deep it is nested in itself. */
  let content = ''
  let depth = 0
  for (;;) {
    const match = scanner.exec(text)
    if (match === null) break
    if (match[3] !== undefined) {
      if (content !== '') continue
      out += `${text.slice(end, match.index)}<mj-raw>${match[3].trimEnd()}</mj-raw>`
      end = match.index + match[0].length
      continue
    }
    const closing = match[0] === '<!--' ? text.indexOf('-->', match.index) : tagEnd(text, scanner.lastIndex)
    if (closing < 0) break
    scanner.lastIndex = closing + 1
    if (match[0] === '<!--') continue
    const name = match[2]!.toLowerCase()
    if (text[closing - 1] === '/') continue
    if (content === '' && match[1] === '' && contentTags.has(name)) {
      content = name
      depth = 1
    } else if (name === content) {
      depth += match[1] === '' ? 1 : -1
      if (depth === 0) content = ''
    }
  }
  return out + text.slice(end)
}

/** The ">" that ends a tag, which may have others inside its quotes. */
function tagEnd(text: string, from: number): number {
  let quote = ''
  for (let index = from; index < text.length; index++) {
    const char = text[index]!
    if (quote !== '') {
      if (char === quote) quote = ''
    } else if (char === '"' || char === "'") quote = char
    else if (char === '>') return index
  }
  return -1
}
