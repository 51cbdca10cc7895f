import { type ComposePlan, createComposer, createLetterBuffer, createLinks } from '../engine/compose/index.ts'
import type { PublicationId, SubscriberId } from '../engine/model/ids.ts'
import { type CompiledLetter, compileLetter } from '../engine/template/index.ts'
import { median, type Report, round } from './figure.ts'
import { benchBudgets, benchLetters, benchNewsletter } from './template.ts'

const rounds = 9
const roundMs = 250
const batch = 64
const publicationId = 7 as PublicationId
const publicUrl = 'https://letters.courier.example'

const plan: ComposePlan = {
  from: { address: 'news@courier.example', name: 'The Courier' },
  replyTo: null,
  list: { name: 'daily-news', title: 'Daily News' },
  feedbackId: '7:morning:daily-news:courier.example',
  messageIdDomain: 'courier.example',
  dkim: [],
}

interface Contestant {
  readonly letter: CompiledLetter
  readonly tracked: boolean
  rates: number[]
}

/** Letters a second on one core, rendered and composed in batches as a render thread does, unsigned: tracked (20 links of
 *  items and 5 around their pictures, and a pixel), beside the same ones not tracked, in turns. */
export async function benchTracking(report: Report): Promise<void> {
  const compile = (tracking: { readonly own: string } | null) =>
    compileLetter(
      {
        template: {
          name: 'bench',
          format: 'html',
          subject: '{{ items[0].title }}',
          preheader: '{{ campaign.title }}',
          body: benchNewsletter,
          text: null,
          variants: {},
        },
        partials: {},
      },
      {
        encoding: 'quoted-printable',
        subject: null,
        budgets: benchBudgets,
        language: 'en',
        timeZone: 'UTC',
        tracking,
      },
    )
  const links = createLinks({ secrets: ['a secret for the bench alone'], publicUrl })
  const composer = createComposer(plan)
  const buffer = createLetterBuffer()
  const contestants = {
    off: { letter: await compile(null), tracked: false, rates: [] },
    denied: { letter: await compile({ own: publicUrl }), tracked: false, rates: [] },
    on: { letter: await compile({ own: publicUrl }), tracked: true, rates: [] },
  } as { readonly [name in 'off' | 'denied' | 'on']: Contestant }

  const race = ({ letter, tracked }: Contestant, forMs: number): number => {
    let done = 0
    const start = performance.now()
    // Of this thread: whoever else wants the core makes nobody slower.
    const before = process.threadCpuUsage()
    while (performance.now() - start < forMs) {
      buffer.reset()
      for (let n = 0; n < batch; n++) {
        const data = benchLetters[done++ % benchLetters.length]!
        const id = data.subscriber.id as SubscriberId
        const { urls, click, pixel } = links.addresses(publicationId, id)
        const made = letter.render({
          ...data,
          links: urls,
          tracking: tracked ? { click, pixel, hidden: null } : null,
        })
        composer.compose(
          {
            to: data.subscriber.address,
            toName: data.subscriber.name,
            subject: made.subject,
            html: made.html,
            text: made.text,
            language: made.language,
            date: data.now,
            messageId: links.messageId(publicationId, id, 'smtp', 'courier.example'),
            unsubscribeUrl: urls.unsubscribe,
          },
          buffer,
        )
      }
      letter.links?.take()
    }
    const { user, system } = process.threadCpuUsage(before)
    return (done * 1_000_000) / (user + system)
  }
  const all = Object.values(contestants)
  for (const contestant of all) race(contestant, 2 * roundMs)
  for (let turn = 0; turn < rounds; turn++)
    for (const contestant of all) contestant.rates.push(race(contestant, roundMs))
  const { off, denied, on } = contestants
  for (const [name, { rates }] of [
    ['tracked, 25 links', on],
    ['may be tracked, reader denied it', denied],
  ] as const)
    report({
      name: `letter rendered and composed: ${name}`,
      value: round(median(rates)),
      unit: 'letters/s a core',
      peer: `not tracked: ${round(median(off.rates))}/s`,
      ratio: round(median(rates) / median(off.rates), 2),
    })
}

if (import.meta.main) await benchTracking((figure) => console.log(JSON.stringify(figure)))
