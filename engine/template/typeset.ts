import type { LetterSource, TemplateBundle, TemplateFormat } from '../model/template.ts'
import { markdownShell, markdownToHtml } from './markup/markdown.ts'
import { mjmlToHtml } from './markup/mjml.ts'
import { preheaderFirst, withPreheader } from './markup/preheader.ts'
import { htmlToText } from './markup/text.ts'
import { parseTree } from './parse.ts'
import { FindingError } from './problem.ts'
import { type Source, writtenSource } from './source.ts'
import { bodiesOf, type Node } from './tree.ts'
import type { Workshop } from './workshop.ts'

/** A part's source with the layouts and partials it can take in, all in one medium. */
export interface Typeset {
  readonly source: Source
  readonly partials: ReadonlyMap<string, Source>
  /** Made from HTML: what `raw` writes is HTML still. */
  readonly stripped: boolean
}

/** Bring a letter's body to HTML, its text to text, and whatever they take in along with them. Rejects with
 *  FindingError where a source does not parse or cannot be set. */
export async function typeset(
  workshop: Workshop,
  bundle: TemplateBundle,
  letter: LetterSource,
): Promise<{ readonly html: Typeset; readonly text: Typeset }> {
  const html = await setHtml(workshop, bundle, letter.body)
  const text =
    letter.text === null ? await setStripped(workshop, html) : await setText(workshop, bundle, letter.text)
  return { html: showPreheader(workshop, letter, html), text }
}

async function setHtml(workshop: Workshop, bundle: TemplateBundle, body: string): Promise<Typeset> {
  const { liquid } = workshop
  const { format } = bundle.template
  const tree = parseTree(liquid, body, null)
  const partials = new Map<string, Source>()

  async function toHtml(format: TemplateFormat, source: string, file: string | null): Promise<Source> {
    if (format === 'html') return writtenSource(source, file)
    refuseTagSoup(source, file)
    if (format === 'markdown') return markdownToHtml(liquid, source, file)
    const set = await mjmlToHtml(liquid, bundle, source, file)
    for (const [name, partial] of set.partials) {
      partials.set(name, partial)
      await follow(parseTree(liquid, partial.text, name))
    }
    return set.source
  }

  /** Set what a tree takes in, and what that takes in. */
  async function follow(nodes: readonly Node[]): Promise<void> {
    for (const file of filesUsed(nodes) ?? Object.keys(bundle.partials)) {
      if (partials.has(file) || !Object.hasOwn(bundle.partials, file)) continue
      const { format, body } = bundle.partials[file]!
      // Mistakes are found in what the author wrote, before anything moves them about.
      parseTree(liquid, body, file)
      // Known from here on: partials may take in each other.
      partials.set(file, writtenSource(body, file))
      const source = await toHtml(format, body, file)
      partials.set(file, source)
      await follow(parseTree(liquid, source.text, file))
    }
  }

  let source = await toHtml(format, body, null)
  await follow(parseTree(liquid, source.text, null))
  if (format === 'markdown' && !tree.some((node) => node.kind === 'layout')) source = inShell(source)
  return { source, partials, stripped: false }
}

// The largest letters have some thousand tags. Parsers of HTML, MJML and Markdown take minutes for a hundred
// thousand that never close.
const maxTags = 20_000

function refuseTagSoup(text: string, file: string | null): void {
  let tags = 0
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    if (++tags > maxTags) {
      throw new FindingError({
        place: { file, begin: 0 },
        variable: null,
        message: `The source has more than ${maxTags} tags`,
      })
    }
  }
}

function inShell(source: Source): Source {
  const { before, after } = markdownShell
  return {
    text: before + source.text + after,
    original: source.original,
    origin: (offset) => source.origin(Math.max(offset - before.length, 0)),
  }
}

async function setStripped({ liquid }: Workshop, html: Typeset): Promise<Typeset> {
  const partials = new Map<string, Source>()
  refuseTagSoup(html.source.text, null)
  for (const [name, partial] of html.partials) refuseTagSoup(partial.text, name)
  for (const [name, partial] of html.partials) partials.set(name, await htmlToText(liquid, partial, name))
  return { source: await htmlToText(liquid, html.source, null), partials, stripped: true }
}

/** A text part of the author's own. Partials that are HTML are made text for it, others are text as they are. */
async function setText(workshop: Workshop, bundle: TemplateBundle, text: string): Promise<Typeset> {
  const { liquid } = workshop
  const partials = new Map<string, Source>()
  async function follow(nodes: readonly Node[]): Promise<void> {
    for (const file of filesUsed(nodes) ?? Object.keys(bundle.partials)) {
      if (partials.has(file) || !Object.hasOwn(bundle.partials, file)) continue
      const { format, body } = bundle.partials[file]!
      parseTree(liquid, body, file)
      const written = writtenSource(body, file)
      const markup = format === 'mjml' || (format === 'html' && /<[a-z!/]/i.test(body))
      partials.set(file, written)
      const source = markup ? await htmlToText(liquid, written, file) : written
      partials.set(file, source)
      await follow(parseTree(liquid, source.text, file))
    }
  }
  try {
    await follow(parseTree(liquid, text, null))
  } catch (error) {
    // The part itself reports it, as the text's.
    if (!(error instanceof FindingError)) throw error
  }
  return { source: writtenSource(text, null), partials, stripped: false }
}

/** A preheader that the body never mentions is put where clients look for it. */
function showPreheader({ liquid }: Workshop, letter: LetterSource, html: Typeset): Typeset {
  if (letter.preheader === '') return html
  const trees: [string | null, readonly Node[]][] = [[null, parseTree(liquid, html.source.text, null)]]
  for (const [file, source] of html.partials) trees.push([file, parseTree(liquid, source.text, file)])
  if (trees.some(([, nodes]) => JSON.stringify(nodes).includes('"root":"preheader"'))) return html
  const source = withPreheader(liquid, html.source, null)
  if (source !== null) return { ...html, source }
  const partials = new Map(html.partials)
  let placed = false
  for (const [file, partial] of html.partials) {
    const shown = withPreheader(liquid, partial, file)
    if (shown === null) continue
    partials.set(file, shown)
    placed = true
  }
  return placed ? { ...html, partials } : { ...html, source: preheaderFirst(liquid, html.source, null) }
}

/** Names of the layouts and partials a tree takes in; null where one is computed: it may be any. */
function filesUsed(nodes: readonly Node[]): string[] | null {
  const files: string[] = []
  for (const node of nodes) {
    if (node.kind === 'include' || node.kind === 'render' || node.kind === 'layout') {
      if (node.file === null) return null
      if (node.file !== undefined) files.push(node.file)
    }
    for (const body of bodiesOf(node)) {
      const inner = filesUsed(body)
      if (inner === null) return null
      files.push(...inner)
    }
  }
  return files
}
