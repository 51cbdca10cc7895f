import { Draft, Unsupported } from './draft.ts'
import { type Dialect, Generator } from './generate.ts'
import { interpretPart } from './interpret.ts'
import type { Library } from './library.ts'
import { collapseLines } from './markup/text.ts'
import { parseTree, parseValue } from './parse.ts'
import { type Finding, FindingError } from './problem.ts'
import { encodePart } from './quoted-printable.ts'
import type { Source } from './source.ts'
import type { Roots, Workshop } from './workshop.ts'

export interface PartOptions {
  readonly source: Source
  readonly library: Library
  readonly dialect: Dialect
  readonly encoding: 'plain' | 'quoted-printable'
  readonly roots: readonly string[]
  /** Its links and the place of its pixel are marked. */
  readonly tracked?: boolean
}

/** One part of a letter, checked. */
export interface Part {
  readonly findings: readonly Finding[]
  /** Why LiquidJS itself renders it; null where it is compiled. */
  readonly interpreted: string | null
  /** Compile, unless that is done. Otherwise the first letter that is rendered pays for it. */
  prepare(): void
  /** Throws FindingError. */
  render(data: Roots): string
}

export function createPart(workshop: Workshop, options: PartOptions): Part {
  const { source, library, dialect, encoding, tracked = false } = options
  const liquid = tracked ? workshop.linkLiquid : workshop.liquid
  const generate = (): Draft & { readonly code: string } => {
    const draft = new Draft()
    const generator = new Generator(draft, {
      dialect,
      tracked,
      maxDepth: workshop.run.budgets.maxDepth,
      roots: options.roots,
      filterKind: workshop.filterKind,
      filterNames: [...workshop.filters.keys()],
      assets: workshop.run.assets,
      parseValue: (text, place) => parseValue(workshop.liquid, text, place),
      lookUp: library.nodes,
      partialNames: library.names,
    })
    const { lines, result } = generator.part(parseTree(liquid, source.text, null), encoding)
    return Object.assign(draft, { code: draft.source(lines, result) })
  }

  const compiled = (draft: Draft & { readonly code: string }): ((data: Roots) => string) =>
    workshop.build(draft.code, draft.sites)
  const interpreted = (): ((data: Roots) => string) => {
    const texts = new Map([...library.sources].map(([name, { text }]) => [name, text]))
    const render = interpretPart(workshop, source, texts, { dialect, tracked })
    return encoding === 'plain' ? render : (data) => encodePart(render(data))
  }

  let findings: readonly Finding[] = []
  let why: string | null = null
  try {
    // Written once to find what is wrong, and again for those who get to use it: code of forty languages
    // that nobody reads would lie around for the whole run.
    findings = generate().findings
  } catch (error) {
    if (error instanceof Unsupported) why = error.message
    else if (error instanceof FindingError) findings = [error.finding]
    else throw error
  }

  let main: ((data: Roots) => string) | null = null
  const prepare = (): ((data: Roots) => string) => {
    if (why !== null) return interpreted()
    try {
      return compiled(generate())
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error
      return interpreted()
    }
  }
  return {
    findings,
    interpreted: why,
    prepare() {
      main ??= prepare()
    },
    render(data) {
      main ??= prepare()
      return dialect === 'stripped' ? collapseLines(main(data)) : main(data)
    },
  }
}
