/** What a request of the mix may ask for. */
export interface MixFacts {
  readonly firstId: number
  readonly subscribers: number
  readonly addresses: readonly string[]
  /** Behind which a page of 20 subscribers begins. */
  readonly cursors: readonly string[]
  readonly campaign: string
  readonly publication: number
}

interface Ask {
  readonly path: string
  /** With it, a POST. */
  readonly body?: object
}

export interface Route {
  readonly name: string
  /** Of 100 requests. */
  readonly weight: number
  readonly ask: (facts: MixFacts, chance: () => number, n: number) => Ask
}

const oneOf = <T>(values: readonly T[], chance: () => number): T =>
  values[Math.floor(chance() * values.length)]!
const anyId = ({ firstId, subscribers }: MixFacts, chance: () => number): number =>
  firstId + Math.floor(chance() * subscribers)

/** What consoles, forms and scripts ask a daemon for, a sixth of it writes. */
export const mainRoutes: readonly Route[] = [
  {
    name: 'GET /subscribers/{id}',
    weight: 20,
    ask: (facts, chance) => ({ path: `/subscribers/${anyId(facts, chance)}` }),
  },
  {
    name: 'GET /subscribers',
    weight: 12,
    ask: ({ cursors }, chance) => ({
      path: `/subscribers?limit=20${cursors.length === 0 ? '' : `&after=${oneOf(cursors, chance)}`}`,
    }),
  },
  {
    name: 'GET /subscribers/by-address',
    weight: 12,
    ask: ({ addresses }, chance) => ({
      path: `/subscribers/by-address?address=${encodeURIComponent(oneOf(addresses, chance))}`,
    }),
  },
  {
    name: 'POST /subscribers',
    weight: 12,
    ask: ({ addresses }, chance, n) => ({
      path: '/subscribers',
      // Half are new, half are known.
      body:
        n % 2 === 0
          ? { address: `new${n}.${Math.floor(chance() * 1e9)}@example.net`, name: 'A New Reader' }
          : { address: oneOf(addresses, chance), attributes: { seen: n } },
    }),
  },
  { name: 'GET /items', weight: 10, ask: () => ({ path: '/items?limit=20' }) },
  {
    name: 'POST /items',
    weight: 4,
    ask: (_facts, _chance, n) => ({
      path: '/items',
      body: { key: `load/${n % 50}`, title: `Story ${n}`, url: `https://paper.example/${n % 50}` },
    }),
  },
  {
    name: 'GET /campaigns/{name}/progress',
    weight: 10,
    ask: ({ campaign }) => ({ path: `/campaigns/${campaign}/progress` }),
  },
  { name: 'GET /campaigns', weight: 5, ask: () => ({ path: '/campaigns?limit=20' }) },
  {
    name: 'GET /publications/{id}',
    weight: 5,
    ask: ({ publication }) => ({ path: `/publications/${publication}` }),
  },
  { name: 'GET /lists', weight: 4, ask: () => ({ path: '/lists' }) },
  { name: 'GET /analytics/totals', weight: 3, ask: () => ({ path: '/analytics/totals' }) },
  {
    name: 'GET /analytics/publications/{id}',
    weight: 3,
    ask: ({ publication }) => ({ path: `/analytics/publications/${publication}` }),
  },
]

const equal = (name: string, path: (facts: MixFacts) => string): Route => ({
  name: `GET ${name}`,
  weight: 1,
  ask: (facts) => ({ path: path(facts) }),
})

/** Everything that a console shows of what became of letters, each as often. */
export const analyticsRoutes: readonly Route[] = [
  equal('/analytics/totals', () => '/analytics/totals'),
  equal('/analytics/timeline', () => '/analytics/timeline'),
  equal('/analytics/topics', () => '/analytics/topics'),
  equal('/analytics/domains', () => '/analytics/domains'),
  equal('/analytics/engagement', () => '/analytics/engagement'),
  equal('/analytics/cohorts', () => '/analytics/cohorts'),
  equal('/analytics/audience', () => '/analytics/audience'),
  equal('/analytics/campaigns/{name}', ({ campaign }) => `/analytics/campaigns/${campaign}`),
  equal('/analytics/publications/{id}', ({ publication }) => `/analytics/publications/${publication}`),
  ...(['links', 'timeline', 'by/domain', 'by/topic', 'by/provider', 'by/language'] as const).map((part) =>
    equal(
      `/analytics/publications/{id}/${part}`,
      ({ publication }) => `/analytics/publications/${publication}/${part}`,
    ),
  ),
]
