import type { LetterSource, TemplateBundle } from '../model/template.ts'
import { type CompileOptions, type LetterData, type PartName, type RenderedLetter, raise } from './letter.ts'
import { createLibrary } from './library.ts'
import { trackHtml } from './links/rewrite.ts'
import { createPart, type Part } from './part.ts'
import { FindingError, type Place, RenderError, type TemplateProblem } from './problem.ts'
import { lineAndColumn, type Source, writtenSource } from './source.ts'
import { type Typeset, typeset } from './typeset.ts'
import { bodyRootNames, rootNames, type Workshop } from './workshop.ts'

/** A letter in one language. */
export interface Edition {
  /** Null: the template itself. */
  readonly language: string | null
  readonly problems: readonly TemplateProblem[]
  readonly interpreted: readonly { readonly part: string; readonly why: string }[]
  /** Compile what is not compiled yet; before the run is reset, whose clock is for rendering. */
  prepare(): void
  /** Throws RenderError. The caller has prepared it and reset the run. */
  render(data: LetterData, language: string): Omit<RenderedLetter, 'language'>
}

export async function createEdition(
  workshop: Workshop,
  bundle: TemplateBundle,
  options: CompileOptions,
  language: string | null,
  letter: LetterSource,
): Promise<Edition> {
  const problems: TemplateProblem[] = []
  const sources = new Map<PartName, Typeset>()

  const locate =
    (part: PartName) =>
    (place: Place): Omit<TemplateProblem, 'variable' | 'message'> => {
      const set = sources.get(part)
      const source = place.file === null ? set?.source : set?.partials.get(place.file)
      const at = source?.origin(place.begin) ?? { file: place.file, offset: place.begin }
      const original =
        at.file === null
          ? partText(letter, options, part)
          : (bundle.partials[at.file]?.body ?? source?.original ?? '')
      return {
        template: at.file ?? bundle.template.name,
        part,
        language,
        ...lineAndColumn(original, at.offset),
      }
    }

  const report = (part: PartName, error: FindingError): void => {
    const { place, variable, message } = error.finding
    problems.push({ ...locate(part)(place), variable, message })
  }

  const part = (name: PartName, set: Typeset): Part | null => {
    sources.set(name, set)
    const inBody = name === 'body' || name === 'text'
    const tracked = name === 'body' && Boolean(options.tracking)
    try {
      const made = createPart(workshop, {
        source: set.source,
        library: createLibrary(
          tracked ? workshop.linkLiquid : workshop.liquid,
          set.partials,
          Object.keys(bundle.partials),
        ),
        tracked,
        dialect: name === 'body' ? 'html' : set.stripped ? 'stripped' : 'text',
        encoding: inBody ? options.encoding : 'plain',
        roots: inBody ? bodyRootNames : rootNames,
      })
      for (const finding of made.findings) report(name, new FindingError(finding))
      return made
    } catch (error) {
      report(name, asFinding(error))
      return null
    }
  }

  const plain = (text: string): Typeset => ({
    source: writtenSource(text, null),
    partials: new Map(
      Object.entries(bundle.partials).map(([file, { body }]) => [file, writtenSource(body, file)]),
    ),
    stripped: false,
  })
  const subject = part('subject', plain(options.subject ?? letter.subject))
  const preheader = part('preheader', plain(letter.preheader))
  let body: Part | null = null
  let text: Part | null = null
  try {
    const set = await typeset(workshop, bundle, letter)
    const { html } = set
    body = part('body', options.tracking ? trackHtml(workshop.linkLiquid, html, options.tracking.own) : html)
    const before = problems.length
    text = part('text', set.text)
    // A text made from the HTML repeats what is wrong with the HTML.
    if (letter.text === null) problems.length = before
  } catch (error) {
    report('body', asFinding(error))
  }

  const parts = { subject, preheader, body, text }
  const interpreted = Object.entries(parts).flatMap(([name, made]) =>
    made === null || made.interpreted === null
      ? []
      : [{ part: language === null ? name : `${name} (${language})`, why: made.interpreted }],
  )

  function write(name: PartName, data: object): string {
    const made = parts[name]
    if (made === null)
      throw new RenderError(problems.find((problem) => problem.part === name) ?? problems[0]!)
    try {
      return made.render(data)
    } catch (error) {
      return raise(error, locate(name))
    }
  }

  return {
    language,
    problems,
    interpreted,
    prepare() {
      for (const [name, made] of Object.entries(parts)) {
        try {
          made?.prepare()
        } catch (error) {
          raise(error, locate(name as PartName))
        }
      }
    },
    render(data, spoken) {
      const roots = {
        subscriber: data.subscriber,
        items: data.items,
        campaign: data.campaign,
        list: data.list,
        links: data.links,
        now: data.now,
        language: spoken,
      }
      const heading = {
        subject: oneLine(write('subject', roots)),
        preheader: oneLine(write('preheader', roots)),
      }
      const inBody = { ...roots, ...heading }
      return { ...heading, html: write('body', inBody), text: write('text', inBody) }
    },
  }
}

function asFinding(error: unknown): FindingError {
  if (error instanceof FindingError) return error
  if (!(error instanceof RangeError)) throw error
  // The only expected one: thousands of tags or elements inside each other.
  return new FindingError({
    place: { file: null, begin: 0 },
    variable: null,
    message: 'It is nested too deep',
  })
}

function partText(letter: LetterSource, options: CompileOptions, part: PartName): string {
  if (part === 'subject') return options.subject ?? letter.subject
  if (part === 'text') return letter.text ?? letter.body
  return letter[part]
}

/** Headers hold one line: breaks, controls and runs of blanks become one blank. */
function oneLine(text: string): string {
  return /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text)
    ? text.replace(/[\s\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim()
    : text.trim()
}

export type { Source }
