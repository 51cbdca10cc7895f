import { Liquid } from 'liquidjs'
import type { Dialect } from '../../../../engine/template/generate.ts'
import { createLibrary } from '../../../../engine/template/library.ts'
import { createPart, type Part } from '../../../../engine/template/part.ts'
import { writtenSource } from '../../../../engine/template/source.ts'
import {
  bodyRootNames,
  createWorkshop,
  type Roots,
  type Workshop,
} from '../../../../engine/template/workshop.ts'

export type Partials = { readonly [name: string]: string }

/** Far from every sensible letter: what is compared is the output. */
export const generous = { maxLoops: 100_000, maxOutputBytes: 20_000_000, maxDepth: 50, maxMs: 20_000 }

export const roots = {
  subscriber: {
    id: 7,
    address: 'ada@example.org',
    name: 'Ada <Byron> & "Co"',
    language: 'en',
    timeZone: 'Europe/Berlin',
    attributes: {} as object,
    topics: { science: 0.9, sea: 0.1 },
  },
  items: [
    {
      id: 1,
      title: 'First & foremost',
      url: 'https://example.org/1?a=b&c=d',
      topics: ['sea', 'ships'],
      price: 3,
    },
    { id: 2, title: "It's <b>second</b>", url: 'https://example.org/2', topics: [], price: 10.5 },
    { id: 3, title: 'Thírd 🎉 = last', url: 'https://example.org/3', topics: ['science'], price: null },
  ],
  campaign: { name: 'spring', title: 'Spring', data: {} as object },
  list: { name: 'daily', title: 'Daily' },
  links: {
    unsubscribe: 'https://example.org/u/abc',
    preferences: 'https://example.org/p/abc',
    web: 'https://example.org/v/abc',
  },
  now: 1_700_000_000_000,
  language: 'en',
  subject: 'The subject',
  preheader: 'The preheader',
} satisfies Roots

/** LiquidJS as its authors ship it, with the letter's data where Shopify has its global objects. */
export function renderPeer(
  source: string,
  partials: Partials,
  dialect: Dialect,
  data: Roots = roots,
): string {
  const globals = structuredClone(data) as object
  return peerOf(partials, dialect).parseAndRenderSync(source, {}, { globals }) as string
}

const peers = new Map<Partials, Map<Dialect, Liquid>>()

function peerOf(partials: Partials, dialect: Dialect): Liquid {
  const known = peers.get(partials)?.get(dialect)
  if (known !== undefined) return known
  const liquid = new Liquid({
    ownPropertyOnly: true,
    relativeReference: false,
    // A range up to 1e21 must end somewhere.
    memoryLimit: 1_000_000,
    renderLimit: 5000,
    ...(dialect === 'html' ? { outputEscape: 'escape' as const } : {}),
    fs: {
      existsSync: (file) => Object.hasOwn(partials, file),
      exists: async (file) => Object.hasOwn(partials, file),
      readFileSync: (file) => partials[file]!,
      readFile: async (file) => partials[file]!,
      resolve: (_root, file) => file,
      containsSync: () => true,
      contains: async () => true,
      dirname: () => '',
      sep: '/',
    },
  })
  peers.set(partials, (peers.get(partials) ?? new Map()).set(dialect, liquid))
  return liquid
}

const workshops = new Map<object, Workshop>()

export function makePart(
  source: string,
  partials: Partials,
  dialect: Dialect,
  encoding: 'plain' | 'quoted-printable' = 'plain',
  budgets = generous,
): Part & { renderLetter(data?: Roots): string } {
  const workshop = workshops.get(budgets) ?? createWorkshop(budgets, 'en')
  workshops.set(budgets, workshop)
  const { locales } = workshop.run
  const sources = new Map(Object.entries(partials).map(([name, body]) => [name, writtenSource(body, name)]))
  const part = createPart(workshop, {
    source: writtenSource(source, null),
    library: createLibrary(workshop.liquid, sources),
    dialect,
    encoding,
    roots: bodyRootNames,
  })
  return {
    ...part,
    renderLetter(data = roots) {
      const locale = locales.locale('en')
      workshop.run.reset({
        locale,
        calendar: locales.calendar(locale, 'UTC'),
        now: 1_700_000_000_000,
        seed: 7,
      })
      return part.render(data)
    },
  }
}

/** What both make of a template: their text, or `failed` where they throw. */
export function compare(
  source: string,
  partials: Partials,
  dialect: Dialect,
  data: Roots = roots,
): {
  readonly ours: string
  readonly theirs: string
  readonly interpreted: string | null
  readonly error: unknown
} {
  let theirs: string
  let failure: unknown = null
  try {
    theirs = renderPeer(source, partials, dialect, data)
  } catch (error) {
    theirs = 'failed'
    failure = error
  }
  const part = makePart(source, partials, dialect)
  try {
    return { ours: part.renderLetter(data), theirs, interpreted: part.interpreted, error: failure }
  } catch (error) {
    return { ours: 'failed', theirs, interpreted: part.interpreted, error: failure ?? error }
  }
}
