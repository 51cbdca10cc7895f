import { Eta } from 'eta'
import { Liquid } from 'liquidjs'
import { compileLetter, type LetterData } from '../engine/template/index.ts'
import { median, type Report, round } from './figure.ts'

const rounds = 7
const roundMs = 250

// One newsletter in two dialects: `out` writes a value, `each` goes through the items. Some 20 KB with ten
// items, fifteen different variables, a condition and a filter in each item.
interface Dialect {
  readonly out: (path: string) => string
  readonly truncated: (path: string, length: number) => string
  readonly each: (body: string) => string
  readonly when: (path: string, body: string) => string
}

const liquidDialect: Dialect = {
  out: (path) => `{{ ${path} }}`,
  truncated: (path, length) => `{{ ${path} | truncate: ${length} }}`,
  each: (body) => `{% for item in items %}${body}{% endfor %}`,
  when: (path, body) => `{% if ${path} %}${body}{% endif %}`,
}
const etaDialect: Dialect = {
  out: (path) => `<%= it.${path} %>`.replace('it.item.', 'item.'),
  truncated: (path, length) => `<%= it.truncate(it.${path}, ${length}) %>`.replace('it.item.', 'item.'),
  each: (body) => `<% for (const item of it.items) { %>${body}<% } %>`,
  when: (path, body) => `<% if (it.${path}) { %>${body}<% } %>`.replace('it.item.', 'item.'),
}

const font = "font-family:Georgia,'Times New Roman',serif;color:#1d1b18"

function newsletter({ out, truncated, each, when }: Dialect): string {
  const rule = `<tr><td style="padding:0 32px"><div style="border-top:1px solid #d9d4c8;font-size:0;line-height:0">&nbsp;</div></td></tr>`
  const item = `<tr><td class="story" style="padding:24px 32px;${font};background-color:#fbf9f4">
${when('item.imageUrl', `<a href="${out('item.url')}"><img src="${out('item.imageUrl')}" width="536" alt="" style="display:block;width:100%;max-width:536px;height:auto;border:0;margin:0 0 16px"></a>`)}
<p style="margin:0 0 6px;font-size:12px;letter-spacing:1px;text-transform:uppercase;color:#0b5a68">${out('item.reason')}</p>
<h2 style="margin:0 0 8px;font-size:22px;line-height:28px;font-weight:700"><a href="${out('item.url')}" style="color:#1d1b18;text-decoration:none">${out('item.title')}</a></h2>
<p style="margin:0 0 12px;font-size:16px;line-height:25px">${truncated('item.summary', 160)}</p>
<p style="margin:0;font-size:13px;line-height:20px;color:#6d675d">By ${out('item.author')}, <a href="${out('item.url')}" style="color:#0b5a68">read on →</a></p>
</td></tr>
<!-- ${'set apart from the next story by a rule and by air, in every client and at every width; '.repeat(6)}-->
${rule}
`
  return `<!doctype html>
<html lang="${out('language')}"><head><meta charset="utf-8"><title>${out('subject')}</title>
<style>${'.story a:hover { text-decoration: underline !important; } @media (max-width: 600px) { .story { padding: 20px 16px !important; } }\n'.repeat(12)}</style></head>
<body style="margin:0;padding:0;background-color:#fbf9f4"><div style="display:none">${out('preheader')}</div>
<table role="presentation" width="600" align="center" cellpadding="0" cellspacing="0">
<tr><td style="padding:40px 32px;${font}"><h1 style="margin:0">${out('list.title')}</h1>
<p>Good morning ${out('subscriber.name')}. ${out('campaign.title')}: ten stories for readers in ${out('subscriber.attributes.city')}.</p></td></tr>
${each(item)}
<tr><td style="padding:32px;${font};font-size:13px;color:#6d675d">You receive this at ${out('subscriber.address')} as a reader of ${out('list.title')}
(${out('campaign.name')}). <a href="${out('links.unsubscribe')}" style="color:#0b5a68">Unsubscribe</a></td></tr>
</table></body></html>
`
}

export const benchBudgets = { maxLoops: 10_000, maxOutputBytes: 2_000_000, maxDepth: 16, maxMs: 1000 }
const stories = Array.from({ length: 10 }, (_, index) => ({
  id: index + 1,
  title: `The harbour after the storm, part ${index + 1}: what the tide left & who came for it`,
  url: `https://courier.example/stories/the-harbour-after-the-storm-${index + 1}?from=letter&edition=morning`,
  summary: `${'Nobody had counted the boats before, and so nobody could say how many were gone. '.repeat(3)}Zoë did.`,
  imageUrl: index % 2 === 0 ? `https://courier.example/images/harbour-${index + 1}.jpg` : null,
  author: 'Márta Kovács',
  language: 'en',
  topics: ['harbour', 'weather'],
  publishedAt: 1_795_000_000_000 + index * 3_600_000,
  reason: 'because you follow Harbour',
}))

export const benchLetters: readonly LetterData[] = Array.from({ length: 500 }, (_, index) => ({
  subscriber: {
    id: index + 1,
    address: `reader.${index}@example.net`,
    name: index % 4 === 0 ? `Jürgen ${index}` : `Alex ${index}`,
    language: 'en',
    timeZone: 'Europe/London',
    attributes: { city: index % 3 === 0 ? 'Århus' : 'Whitby', first_name: 'Alex' },
    topics: { harbour: 0.8 },
  },
  items: stories.map((_, at) => stories[(at + index) % stories.length]!),
  campaign: { name: 'morning', title: 'The morning letter', data: {} },
  list: { name: 'courier', title: 'The Harbour Courier' },
  links: {
    unsubscribe: `https://courier.example/u/${String(index).padStart(43, 'x')}`,
    preferences: `https://courier.example/p/${String(index).padStart(43, 'x')}`,
    web: `https://courier.example/v/${String(index).padStart(43, 'x')}`,
  },
  now: 1_795_100_000_000,
}))

/** In Liquid. */
export const benchNewsletter = newsletter(liquidDialect)

interface Contestant {
  readonly name: string
  /** Letters written; returns the last one's length, so that it was really made. */
  readonly render: (data: LetterData) => string
  readonly rates: number[]
}

/** Letters a second on one core: compiled to quoted-printable and to plain text, Eta, and LiquidJS's own
 *  renderSync, in turns so that none has the quiet minute for itself. */
export async function benchTemplate(report: Report): Promise<void> {
  const subject = '{{ items[0].title }}'
  const compile = (encoding: 'plain' | 'quoted-printable') =>
    compileLetter(
      {
        template: {
          name: 'bench',
          format: 'html',
          subject,
          preheader: '{{ campaign.title }}',
          body: benchNewsletter,
          text: '',
          variants: {},
        },
        partials: {},
      },
      { encoding, subject: null, budgets: benchBudgets, language: 'en', timeZone: 'UTC' },
    )
  const quoted = await compile('quoted-printable')
  const plain = await compile('plain')
  const liquid = new Liquid({ ownPropertyOnly: true, outputEscape: 'escape' })
  const parsed = liquid.parse(benchNewsletter)
  const eta = new Eta({ autoEscape: true, autoTrim: false })
  const compiled = eta.compile(newsletter(etaDialect))
  const truncate = (text: string, length: number): string =>
    text.length <= length ? text : `${text.slice(0, length - 3)}...`
  const withHeading = (data: LetterData): object => ({
    ...data,
    language: 'en',
    subject: data.items[0]!.title,
    preheader: data.campaign.title,
  })

  const contestants: readonly Contestant[] = [
    { name: 'quoted', render: (data) => quoted.render(data).html, rates: [] },
    { name: 'plain', render: (data) => plain.render(data).html, rates: [] },
    { name: 'eta', render: (data) => compiled.call(eta, { ...withHeading(data), truncate }), rates: [] },
    { name: 'liquidjs', render: (data) => liquid.renderSync(parsed, withHeading(data)) as string, rates: [] },
  ]
  const first = benchLetters[0]!
  if (plain.render(first).html !== liquid.renderSync(parsed, withHeading(first))) {
    throw new Error('The compiled letter is not the one LiquidJS renders')
  }
  const bytes = Buffer.byteLength(plain.render(first).html)

  const race = ({ render }: Contestant, forMs: number): number => {
    let done = 0
    let check = 0
    const start = performance.now()
    while (performance.now() - start < forMs) {
      // A rope of pieces is no letter yet: reading a character makes it one.
      for (let n = 0; n < 20; n++)
        check += render(benchLetters[done++ % benchLetters.length]!).charCodeAt(bytes >> 1)
    }
    if (Number.isNaN(check)) throw new Error('A letter was too short')
    return (done * 1000) / (performance.now() - start)
  }
  for (const contestant of contestants) race(contestant, roundMs)
  for (let round = 0; round < rounds; round++) {
    for (const contestant of contestants) contestant.rates.push(race(contestant, roundMs))
  }
  const rate = (name: string): number =>
    median(contestants.find((contestant) => contestant.name === name)!.rates)
  const size = `${round(bytes / 1024)} KB, ten items`
  const liquidRate = rate('liquidjs')
  const figure = (name: string, value: number, peer: string, ratio: number): void =>
    report({ name, value: round(value), unit: 'letters/s a core', peer, ratio: round(ratio, 1) })
  figure(
    `template: ${size}, compiled, quoted-printable`,
    rate('quoted'),
    'LiquidJS renderSync (not encoded)',
    rate('quoted') / liquidRate,
  )
  figure(
    `template: ${size}, compiled, plain`,
    rate('plain'),
    'LiquidJS renderSync',
    rate('plain') / liquidRate,
  )
  figure(
    `template: ${size}, compiled, quoted-printable`,
    rate('quoted'),
    'Eta (not encoded)',
    rate('quoted') / rate('eta'),
  )
}

if (import.meta.main) await benchTemplate((figure) => console.log(JSON.stringify(figure)))
