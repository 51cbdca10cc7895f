import type { EpochMs } from '../model/ids.ts'
import type { LetterSource, TemplateBundle } from '../model/template.ts'
import { createEdition, type Edition } from './edition.ts'
import type { LetterTracking, Tracker } from './links/tracker.ts'
import type { Place, TemplateProblem } from './problem.ts'
import { FindingError, RenderError } from './problem.ts'
import { createWorkshop } from './workshop.ts'

/** What a hostile or careless template may cost. */
export interface Budgets {
  /** Loop turns a letter, over all its loops and parts. */
  readonly maxLoops: number
  /** Length of one rendered part. */
  readonly maxOutputBytes: number
  /** Nesting of partials. */
  readonly maxDepth: number
  /** Looked at in loops and partials. */
  readonly maxMs: number
}

export interface CompileOptions {
  /** Of RenderedLetter.html and .text. Quoted-printable text is pure ASCII, has CRLF line ends, no line that is
   *  longer than 76 characters, begins with a dot or ends in a blank. */
  readonly encoding: 'plain' | 'quoted-printable'
  /** Instead of the template's subject, in every language. */
  readonly subject: string | null
  /** What the addresses of the bundle's assets begin with, without a slash at its end. */
  readonly assetsUrl?: string
  readonly budgets: Budgets
  /** Where the subscriber has none. */
  readonly language: string
  readonly timeZone: string
  /** Letters may be tracked. `own`: what our public addresses begin with, without a trailing slash. */
  readonly tracking?: { readonly own: string } | null
}

/** What templates see. */
export interface LetterData {
  readonly subscriber: {
    readonly id: number
    readonly address: string
    readonly name: string | null
    readonly language: string | null
    readonly timeZone: string | null
    readonly attributes: object
    readonly topics: object
  }
  readonly items: readonly {
    readonly id: number
    readonly title: string
    readonly url: string
    readonly summary: string
    readonly imageUrl: string | null
    readonly author: string | null
    readonly language: string | null
    readonly topics: readonly string[]
    readonly publishedAt: EpochMs
    readonly reason: string
  }[]
  readonly campaign: { readonly name: string; readonly title: string; readonly data: object }
  readonly list: { readonly name: string; readonly title: string }
  /** `confirm` and `manage` in mails that no campaign sends. */
  readonly links: {
    readonly unsubscribe: string
    readonly preferences: string
    readonly web: string
    readonly confirm?: string
    readonly manage?: string
  }
  readonly now: EpochMs
  /** Not seen by templates. Null, or left out: this letter is not tracked. */
  readonly tracking?: LetterTracking | null
}

export interface RenderedLetter {
  /** One line, not encoded. */
  readonly subject: string
  /** One line, not encoded. */
  readonly preheader: string
  readonly html: string
  readonly text: string
  /** Of the variant that was used; the default language where the template itself was. */
  readonly language: string
}

/** Parts of a template in one of its languages. */
export type PartName = TemplateProblem['part']

export interface CompiledLetter {
  /** All that is wrong; a letter with problems may not render. */
  readonly problems: readonly TemplateProblem[]
  /** Parts that LiquidJS itself renders, and why. */
  readonly interpreted: readonly { readonly part: string; readonly why: string }[]
  /** The links of tracked letters; null where none is tracked. */
  readonly links: Pick<Tracker, 'take' | 'restrict'> | null
  /** Throws RenderError. Calls must not overlap (they cannot: it is synchronous). */
  render(data: LetterData): RenderedLetter
}

/** Compile a template, all its languages, for one publication. Never rejects for what is wrong with the
 *  template: that is in `problems`. */
export async function compileLetter(
  bundle: TemplateBundle,
  options: CompileOptions,
): Promise<CompiledLetter> {
  const { assetsUrl = '' } = options
  const assets = new Map(Object.entries(bundle.assets ?? {}).map(([name, path]) => [name, assetsUrl + path]))
  const workshop = createWorkshop(options.budgets, options.language, options.tracking?.own, assets)
  const { template } = bundle
  const editions = new Map<string | null, Edition>()
  editions.set(null, await createEdition(workshop, bundle, options, null, template))
  for (const [language, source] of Object.entries(template.variants) as [string, LetterSource][]) {
    editions.set(language.toLowerCase(), await createEdition(workshop, bundle, options, language, source))
  }
  const all = [...editions.values()]
  const problems = all.flatMap((edition) => edition.problems)
  const { run, tracker } = workshop
  const { locales } = run

  function editionFor(language: string | null): Edition {
    const tag = language?.toLowerCase()
    return (
      (tag === undefined ? undefined : (editions.get(tag) ?? editions.get(primary(tag)))) ??
      editions.get(null)!
    )
  }

  function calendarOf(language: string, zone: string | null) {
    const locale = locales.locale(language)
    try {
      return locales.calendar(locale, zone ?? options.timeZone)
    } catch {
      // A zone that this machine does not know is no reason to send nothing.
      return locales.calendar(locale, 'UTC')
    }
  }

  return {
    problems,
    interpreted: all.flatMap((edition) => edition.interpreted),
    links: options.tracking ? tracker : null,
    render(data) {
      const edition = editionFor(data.subscriber.language)
      const language = edition.language ?? options.language
      const spoken = data.subscriber.language
      // `pt` written for a reader of `pt-BR` has the dates and numbers of Brazil.
      const localeName =
        spoken !== null && primary(spoken.toLowerCase()) === primary(language.toLowerCase())
          ? spoken
          : language
      const calendar = calendarOf(localeName, data.subscriber.timeZone)
      edition.prepare()
      tracker.begin(data.tracking ?? null)
      run.reset({
        locale: locales.locale(localeName),
        calendar,
        now: data.now,
        seed: data.subscriber.id,
      })
      return { ...edition.render(data, language), language }
    },
  }
}

const primary = (tag: string): string => tag.split('-', 1)[0]!

/** Throw what a part threw as a RenderError that says where. */
export function raise(
  error: unknown,
  locate: (place: Place) => Omit<TemplateProblem, 'variable' | 'message'>,
): never {
  if (!(error instanceof FindingError)) throw error
  const { place, variable, message } = error.finding
  throw new RenderError({ ...locate(place), variable, message })
}
