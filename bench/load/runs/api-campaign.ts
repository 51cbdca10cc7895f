import { machineMs } from '../measure/machine-clock.ts'
import { startCampaign } from '../stage/campaign.ts'
import { crowd, makeCampaign } from '../stage/furnish.ts'
import { check, latencies } from '../targets.ts'
import { answerChecks, answerLatencies, answersOverTime } from './answers.ts'
import { mixTask } from './api.ts'
import { toldOverTime } from './letters.ts'
import type { RunDefinition } from './run.ts'

// A day: the campaign ends it.
const forever = 86_400

export const apiCampaign: RunDefinition = {
  title: 'The API during a campaign',
  what: ({ requestsPerSecond, campaign }) =>
    `The main routes at ${requestsPerSecond} requests a second, from the first letter of a campaign to ${campaign.toLocaleString('en-US')} to its last`,
  needsCrowd: true,
  async run(scene) {
    const { stage, sizes, signal, say } = scene
    const { client, driver, bulk } = stage
    const begun = machineMs()
    const before = bulk.letters()
    const campaign = await makeCampaign(client, { name: 'crowd-api', list: crowd.name, channel: 'bulk' })
    const underway = await startCampaign(client, campaign, signal)
    await underway.until(({ sent }) => sent > 0)
    const driving = driver.ask('requests', {
      ...mixTask(scene, forever),
      facts: { ...scene.facts, campaign: campaign.name },
    })
    const beganAsking = machineMs()
    const telling = setInterval(() => {
      const { sent = 0, audience = sizes.campaign } = underway.latest() ?? {}
      say(`${sent} of ${audience} letters`)
    }, 250)
    // A campaign to few is over before anything can be seen.
    const least = new Promise((resolve) => setTimeout(resolve, sizes.warmUpSeconds * 1000))
    const end = await Promise.all([underway.finished, least]).finally(() => clearInterval(telling))
    await driver.ask('stop', null)
    const driven = await driving
    const [last] = end
    const received = bulk.letters() - before
    const seconds = (last.atMs - underway.startedMs) / 1000
    return {
      checks: [
        ...answerChecks(driven),
        check('Letters missing', Math.max(0, last.audience - received), `of ${last.audience}`),
        check('Letters doubled', Math.max(0, received - last.audience)),
      ],
      figures: [{ name: 'the campaign', value: last.sent / seconds, unit: 'letters/s' }],
      counts: {
        audience: last.audience,
        sent: last.sent,
        others: last.others,
        received,
        requests: driven.sent,
        ...driven.statuses,
        broken: driven.broken,
      },
      latencies: answerLatencies(driven, latencies.api),
      throughput: [
        toldOverTime(underway.told, underway.startedMs, (underway.startedMs - begun) / 1000),
        ...answersOverTime(driven, 'answers', (beganAsking - begun) / 1000),
      ],
      driver: driven.self,
    }
  },
}
