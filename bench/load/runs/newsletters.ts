import { list } from '../../../app/demo/content/publication.ts'
import { histogramOf, quantile } from '../measure/histogram.ts'
import { startCampaign } from '../stage/campaign.ts'
import { makeCampaign } from '../stage/furnish.ts'
import { check } from '../targets.ts'
import { lettersOverTime } from './letters.ts'
import type { RunDefinition } from './run.ts'

// Their bytes, to be read afterwards: 25 KB each.
const keptLetters = 5000

export const newsletters: RunDefinition = {
  title: 'Newsletters',
  what: ({ subscribers }) =>
    `A newsletter to ${subscribers.toLocaleString('en-US')} subscribers, each with stories of their own, by mail`,
  needsCrowd: false,
  async run({ stage, signal, names, sizes, addresses, say }) {
    const { client, letters } = stage
    await letters.ask('begin', { keep: keptLetters })
    const campaign = await makeCampaign(client, { name: 'newsletter', list: list.name, channel: 'smtp' })
    const underway = await startCampaign(client, campaign, signal)
    say(`a newsletter to ${sizes.subscribers}`)
    const end = await underway.finished
    const { letters: received, distinct } = await letters.ask('count', null)
    const arrivals = await letters.ask('arrivals', null)
    const last = Math.max(underway.startedMs, ...arrivals.map(({ atMs }) => atMs))
    const minutes = (last - underway.startedMs) / 60_000
    say('reading the letters')
    const read = await letters.ask('read', { names })
    addresses.splice(0, addresses.length)
    for (const { pixel, clicks } of read.links) {
      if (pixel !== null) addresses.push(pixel)
      addresses.push(...clicks.slice(0, 1))
    }
    const afterStart = histogramOf(arrivals.map(({ atMs }) => atMs - underway.startedMs))
    const named = Object.values(names).filter((name) => name !== '').length
    return {
      checks: [
        check('Letters a minute', minutes > 0 ? distinct / minutes : null),
        check('Letters missing', end.audience - distinct, `of ${end.audience}`),
        check('Letters doubled', received - distinct),
        check(
          'Letters not personal',
          Math.min(named, read.letters) - read.byName,
          `${read.choices} different choices of stories in ${read.letters} letters`,
        ),
      ],
      figures: [
        { name: 'all of them after', value: (last - underway.startedMs) / 1000, unit: 's' },
        { name: 'the first one after', value: quantile(afterStart, 0) ?? 0, unit: 'ms' },
        {
          name: 'a letter',
          value: arrivals.reduce((sum, { bytes }) => sum + bytes, 0) / Math.max(1, arrivals.length),
          unit: 'bytes',
        },
      ],
      counts: { audience: end.audience, sent: end.sent, others: end.others, received, distinct },
      latencies: [{ name: 'start of the newsletter to each letter', main: true, histogram: afterStart }],
      throughput: [lettersOverTime(arrivals, underway.startedMs)],
    }
  },
}
