import { createHash } from 'node:crypto'
import { type RequestOptions, request } from 'node:http'
import { campaignInputSchema } from '../../../../engine/model/campaign.ts'
import type { DeliveryEvent } from '../../../../engine/model/event.ts'
import type { EpochMs, PublicationId, SubscriberId } from '../../../../engine/model/ids.ts'
import type { Store } from '../../../../engine/ports/store.ts'
import { specOf } from '../../../contract/store/scene.ts'
import { type Office, openOffice } from '../pages/office.ts'

export const targets = [
  'https://news.example.net/harbour?from=letter&n=1#top',
  'http://weather.example/',
  'https://münchen.example/straße?q=a b',
  'https://shop.example/4',
  'https://shop.example/5',
]
export const keyOf = (url: string): string => createHash('sha256').update(url).digest('base64url').slice(0, 8)

/** What a mail program or a browser says of itself. */
export const browser = {
  'user-agent':
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36',
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'accept-language': 'en-GB,en;q=0.7',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
  'sec-fetch-user': '?1',
}

/** A request, with headers on top of a browser's. */
export interface Ask {
  readonly method?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An office whose letters are out. */
export interface TrackingDesk extends AsyncDisposable {
  readonly office: Office
  readonly store: Store
  readonly publicationId: PublicationId
  readonly people: readonly SubscriberId[]
  token(person?: number): string
  /** Redirects are not followed. */
  ask(path: string, init?: Ask): Promise<Response>
  click(target?: string, init?: Ask & { readonly person?: number }): Promise<Response>
  open(init?: Ask & { readonly person?: number }): Promise<Response>
  events(): Promise<readonly DeliveryEvent[]>
}

export async function openTrackingDesk(
  options: NonNullable<Parameters<typeof openOffice>[0]> & {
    readonly links?: readonly string[]
    /** How long its letters are out. Default: an hour. */
    readonly freshMs?: number
  } = {},
): Promise<TrackingDesk> {
  const office = await openOffice({ people: 3, ...options })
  const { store } = office
  const publicationId = await sendOut(store, office.house.clock.now(), options.links ?? targets)
  office.house.clock.jump(options.freshMs ?? 3_600_000)
  const people = (await store.subscribers.page({ after: 0, limit: 100 })).rows.map(({ id }) => id)
  const token = (person = 0) => office.token(publicationId, people[person]!)
  const ask: TrackingDesk['ask'] = (path, { headers, method = 'GET', body } = {}) =>
    answerTo(office.url + path, { method, headers: { ...browser, ...headers } }, body)
  return {
    office,
    store,
    publicationId,
    people,
    token,
    ask,
    click: (target = targets[0]!, { person, ...init } = {}) =>
      ask(`/c/${token(person)}/${keyOf(target)}`, init),
    open: ({ person, ...init } = {}) => ask(`/t/${token(person)}.gif`, init),
    events: async () => (await store.events.page({ after: 0, limit: 10_000 })).rows,
    [Symbol.asyncDispose]: () => office[Symbol.asyncDispose](),
  }
}

/** A publication that ended at `at`, with its links. */
export async function sendOut(
  store: Store,
  at: EpochMs,
  links: readonly string[],
  name = 'sent',
): Promise<PublicationId> {
  const input = campaignInputSchema.parse({
    name,
    title: name,
    template: 'daily',
    sender: { address: 'news@example.org', name: 'The News' },
    lists: ['news'],
  })
  const { id, version } = await store.campaigns.insert(input, at)
  const spec = specOf({ campaign: { id, name, title: name }, channel: 'smtp' })
  const { publication, campaign } = await store.campaigns.start(id, version, { spec, month: 202611 }, at)
  const over = { state: 'finished', finishedAt: at } as const
  await store.campaigns.change(
    id,
    campaign.version,
    { state: 'finished', reason: null, scheduledAt: null, publication: over },
    at,
  )
  await store.links.put(
    publication.id,
    links.map((url) => ({ key: keyOf(url), url, itemId: null })),
  )
  return publication.id
}

/** `fetch` says of itself that it is no navigation, whatever it is told to say. */
const answerTo = (url: string, options: RequestOptions, body?: string): Promise<Response> =>
  new Promise((resolve, reject) => {
    request(url, options, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => {
        const headers = Object.entries(answer.headers).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, [value].flat().join(', ')] as [string, string]],
        )
        resolve(new Response(Buffer.concat(chunks), { status: answer.statusCode!, headers }))
      })
    })
      .on('error', reject)
      .end(body)
  })
