import { Eta } from 'eta'
import { Liquid } from 'liquidjs'
import { letter, makeSpec, templates } from './sample.ts'

const now = Date.now()
const spec = makeSpec(now)
const data = {
  subscriber: {
    id: 1,
    address: 'ada@example.org',
    name: 'Ada Byron',
    language: 'en',
    timeZone: 'UTC',
    attributes: { city: 'London', plan: 'free' },
    topics: { science: 0.9 },
  },
  items: spec.candidates.slice(0, 10).map((item) => ({ ...item, reason: 'because you follow Science' })),
  campaign: { name: spec.campaign.name, title: spec.campaign.title, data: spec.data },
  list: spec.list,
  links: {
    unsubscribe: 'https://letters.harbour-courier.example/u/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789',
    preferences: 'https://letters.harbour-courier.example/p/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789',
    web: 'https://letters.harbour-courier.example/v/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789',
  },
  preheader: 'The fog lifted late this morning',
  now,
}

/** The sample letter for one reader, rendered anew a call as the peer's users would. */
export function peerRenderer(kind: 'liquidjs' | 'eta'): () => string {
  const partials = Object.fromEntries(
    templates.filter(({ kind }) => kind !== 'letter').map((one) => [one.name, one.body]),
  )
  const liquid = new Liquid({
    templates: partials,
    outputEscape: 'escape',
    ownPropertyOnly: true,
    cache: true,
  })
  if (kind === 'liquidjs') {
    const parsed = liquid.parse(letter.body)
    return () => liquid.renderSync(parsed, data) as string
  }
  // Eta has no Liquid: the same letter as its own output, with the variable parts as Eta tags.
  const html = liquid.parseAndRenderSync(letter.body, data) as string
  let source = html.replaceAll('<%', '&lt;%')
  for (const item of data.items)
    for (const field of ['title', 'summary', 'url'] as const) {
      const value = liquid.parseAndRenderSync('{{ v }}', { v: item[field] }) as string
      source = source.replaceAll(value, `<%= it.items[${data.items.indexOf(item)}].${field} %>`)
    }
  const template = new Eta({ autoEscape: true }).compile(source)
  const eta = new Eta({ autoEscape: true })
  return () => template.call(eta, data)
}

const text = data.items.map(({ title, summary, url }) => `${title}\n${summary}\n${url}\n`).join('\n')

/** What nodemailer is given for it. */
export const peerMail = (html: string) => ({
  from: 'The Harbour Courier <letters@harbour-courier.example>',
  to: 'Ada Byron <ada@example.org>',
  subject: 'Your morning letter',
  text,
  html,
  textEncoding: 'quoted-printable' as const,
  list: { unsubscribe: data.links.unsubscribe },
})
