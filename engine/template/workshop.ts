import { Context, Drop, Liquid, toValue } from 'liquidjs'
import { type Site, Unsupported } from './draft.ts'
import { blankDrop, emptyDrop, LoopDrop, nilDrop } from './drops.ts'
import { createExpressionFilters } from './filters/expression-filters.ts'
import { createFilters, type Filter, type FilterHost, requireValue, returnsText } from './filters/index.ts'
import type { Budgets } from './letter.ts'
import { registerLinkTags } from './links/tags.ts'
import { Tracker } from './links/tracker.ts'
import { Locales } from './locale.ts'
import { QuotedPrintable } from './quoted-printable.ts'
import { failureAt, Run } from './run.ts'
import { stripTags } from './strip-tags.ts'
import { createValues, escapeHtml } from './values.ts'

/** Variables that every part sees. */
export const rootNames = ['subscriber', 'items', 'campaign', 'list', 'links', 'now', 'language'] as const
/** Body and text also see what was rendered before them. */
export const bodyRootNames = [...rootNames, 'subject', 'preheader'] as const

export type Roots = { readonly [name in (typeof bodyRootNames)[number]]?: unknown }

/** What the parts of one letter share: filters, the run that counts what they spend, and the means to turn
 *  generated code into functions. */
export interface Workshop {
  readonly run: Run
  readonly filters: ReadonlyMap<string, Filter>
  /** Parses; renders nothing. */
  readonly liquid: Liquid
  /** The same, for HTML whose links were marked (links/rewrite.ts). */
  readonly linkLiquid: Liquid
  readonly tracker: Tracker
  readonly filterKind: (name: string) => 'string' | 'unknown' | null
  /** Make `main(d)` of generated code. Errors become FindingErrors at the sites that the code marked. */
  build(source: string, sites: readonly Site[]): (data: Roots) => string
}

/** `own`: what our public addresses begin with; they are never tracked. `assets`: addresses by name. */
export function createWorkshop(
  budgets: Budgets,
  language: string,
  own = '',
  assets: ReadonlyMap<string, string> = new Map(),
): Workshop {
  const run = new Run(budgets, new Locales(language), assets)
  const values = createValues(run)
  const filters = createFilters()
  const liquid = createLiquid(filters)
  const linkLiquid = createLiquid(filters)
  const tracker = new Tracker(own)
  // Parsed with it, never rendered.
  registerLinkTags(linkLiquid, tracker, () => ({ buffer: '' }))
  const host = createHost(liquid, run)
  const quoted = new QuotedPrintable((text) => {
    run.use(text.length)
    return escapeHtml(text)
  })
  const unbound = Symbol('unbound')

  const environment = {
    ...values,
    R: run,
    Q: quoted,
    T: tracker,
    H: host,
    U: unbound,
    LoopDrop,
    nil: nilDrop,
    empty: emptyDrop,
    blank: blankDrop,
    toValue,
    stripTags,
    required: requireValue,
    /** `default` with one argument. */
    otherwise(value: unknown, other: unknown): unknown {
      const inner: unknown = value instanceof Drop ? toValue(value) : value
      if (typeof inner === 'string' || Array.isArray(inner)) return inner.length > 0 ? inner : other
      return inner === false || inner === undefined || inner === null ? other : inner
    },
    /** `tablerow`'s share of a list, with JavaScript's conversions as in LiquidJS. */
    rows(all: readonly unknown[], offset: unknown, limit: unknown): readonly unknown[] {
      const from = (values.comparable(offset) || 0) as number
      const count = (limit === undefined ? all.length : values.comparable(limit)) as number
      return all.slice(from, from + count)
    },
    byExpression: createExpressionFilters(run, values.list),
  }
  const names = Object.keys(environment)
  const things = Object.values(environment)

  return {
    run,
    filters,
    liquid,
    linkLiquid,
    tracker,
    filterKind: (name) => (filters.has(name) ? (returnsText(name) ? 'string' : 'unknown') : null),
    build(source, sites) {
      const fail = (error: unknown, at: number): unknown =>
        failureAt(error, sites[at]?.place ?? { file: null, begin: 0 }, sites[at]?.variable ?? null)
      const filter = (name: string): Filter => filters.get(name)!
      let make: (...all: unknown[]) => (data: Roots) => string
      try {
        // The source is written by Draft: names and text of templates are in it as JSON strings only.
        // oxlint-disable-next-line typescript/no-implied-eval
        make = new Function(...names, 'filter', 'fail', source) as typeof make
      } catch (error) {
        // Nested some thousand deep, V8's parser gives up.
        throw new Unsupported(
          `its code is too deeply nested (${error instanceof Error ? error.name : 'error'})`,
        )
      }
      const main = make(...things, filter, fail)
      return (data) => {
        host.context.globals = data
        return main(data)
      }
    },
  }
}

/** LiquidJS as all of Broadsheet uses it: own properties only, no file system. */
export function createLiquid(
  filters: ReadonlyMap<string, Filter>,
  options: { readonly outputEscape?: 'escape'; readonly templates?: ReadonlyMap<string, string> } = {},
): Liquid {
  const { templates = new Map<string, string>(), outputEscape } = options
  const read = (file: string): string => {
    const text = templates.get(file)
    if (text === undefined) throw new Error(`No layout or partial named "${file}"`)
    return text
  }
  const liquid = new Liquid({
    ownPropertyOnly: true,
    jsTruthy: false,
    relativeReference: false,
    dynamicPartials: true,
    cache: true,
    parseLimit: 20_000_000,
    ...(outputEscape === undefined ? {} : { outputEscape }),
    fs: {
      exists: async (file) => templates.has(file),
      existsSync: (file) => templates.has(file),
      readFile: async (file) => read(file),
      readFileSync: read,
      resolve: (_directory, file) => file,
      contains: async () => true,
      containsSync: () => true,
      dirname: () => '',
      sep: '/',
    },
  })
  for (const [name, filter] of filters) {
    if (name === 'raw') continue
    liquid.registerFilter(name, filter as unknown as Parameters<Liquid['registerFilter']>[1])
  }
  return liquid
}

/** `this` for filters. The context is only read by the few that look at variables by name. */
export function createHost(liquid: Liquid, run: Run): FilterHost {
  const context = new Context(
    {},
    liquid.options,
    { sync: true },
    {
      liquid,
      memoryLimit: run as never,
      renderLimit: { check: () => run.clock(), use: () => undefined } as never,
    },
  )
  return { context, liquid, token: null }
}
