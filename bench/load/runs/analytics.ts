import { list } from '../../../app/demo/content/publication.ts'
import { merge, quantile } from '../measure/histogram.ts'
import { startCampaign } from '../stage/campaign.ts'
import { makeCampaign } from '../stage/furnish.ts'
import { check, latencies } from '../targets.ts'
import { answerLatencies, answersOverTime } from './answers.ts'
import { mixTask } from './api.ts'
import type { RunDefinition, Scene } from './run.ts'

const readers = 32
const perSecond = 20

interface Counting {
  readonly rolledTo: number
  readonly last: number
}

export const analytics: RunDefinition = {
  title: 'Analytics',
  what: ({ reads, seconds }) =>
    `Every question that a console asks, ${perSecond} a second for ${seconds} s, after all letters of the runs before and ${reads.toLocaleString('en-US')} opens and clicks`,
  needsCrowd: false,
  async run(scene) {
    const { stage, sizes, say } = scene
    const { client, driver } = stage
    if (scene.addresses.length === 0) await publishOne(scene)
    say(`${sizes.reads} opens and clicks`)
    const { done } = await driver.ask('reads', {
      addresses: scene.addresses,
      total: sizes.reads,
      lanes: readers,
    })
    // The numbers follow events within a second; a machine with no core to spare takes longer.
    let counting = await client.get<Counting>('/analytics/status')
    while (counting.rolledTo < counting.last) {
      say(`counted ${counting.rolledTo} of ${counting.last} events`)
      await new Promise((resolve) => setTimeout(resolve, 100))
      counting = await client.get<Counting>('/analytics/status')
    }
    say(`${perSecond} questions a second`)
    const driven = await driver.ask('requests', {
      ...mixTask(scene, sizes.seconds),
      perSecond,
      mix: 'analytics',
      facts: { ...scene.facts, ...(await largest(scene)) },
    })
    const all = merge(Object.values(driven.latency))
    const failed = driven.sent - (driven.statuses['200'] ?? 0)
    return {
      checks: [
        check(
          'Longest answer',
          all.count === 0 ? null : all.max,
          `p50 ${Math.round(quantile(all, 0.5) ?? 0)} ms, p95 ${Math.round(quantile(all, 0.95) ?? 0)} ms, of ${counting.last.toLocaleString('en-US')} events`,
        ),
        check('API requests refused or broken', failed),
      ],
      counts: {
        events: counting.last,
        readsAsked: sizes.reads,
        readsDone: done,
        questions: driven.sent,
        failed,
      },
      latencies: answerLatencies(driven, latencies.analytics),
      throughput: answersOverTime(driven, 'answers'),
      driver: driven.self,
    }
  },
}

/** The publication that went to the most: what is asked for is not empty. */
async function largest({ stage: { client } }: Scene): Promise<{ campaign: string; publication: number }> {
  const publications = await client.all<{
    id: number
    campaignId: number
    counts: { audience: number }
  }>('/publications')
  const [most] = publications.toSorted((a, b) => b.counts.audience - a.counts.audience)
  const { name } = await client.get<{ name: string }>(`/campaigns/${most!.campaignId}`)
  return { campaign: name, publication: most!.id }
}

/** Where no run before sent letters. */
async function publishOne({ stage, signal, names, addresses }: Scene): Promise<void> {
  await stage.letters.ask('begin', { keep: 5000 })
  const campaign = await makeCampaign(stage.client, {
    name: 'for-analytics',
    list: list.name,
    channel: 'smtp',
  })
  await (await startCampaign(stage.client, campaign, signal)).finished
  const read = await stage.letters.ask('read', { names })
  for (const { pixel, clicks } of read.links)
    addresses.push(...(pixel === null ? [] : [pixel]), ...clicks.slice(0, 1))
}
