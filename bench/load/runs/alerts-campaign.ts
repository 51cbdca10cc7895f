import { merge, quantile } from '../measure/histogram.ts'
import { machineMs } from '../measure/machine-clock.ts'
import { startCampaign, type Told } from '../stage/campaign.ts'
import { alertTopics, crowd, makeCampaign } from '../stage/furnish.ts'
import { check, latencies } from '../targets.ts'
import type { AlertsDriven } from '../world/driver.ts'
import { alertsTask, rouse } from './alerts.ts'
import { allOf, answersOverTime } from './answers.ts'
import { toldOverTime } from './letters.ts'
import type { RunDefinition } from './run.ts'

const forever = 86_400
// The campaign in tenths: without alerts and with them in turn, so that what changes over its time is in both. Neither its
// beginning, while threads and caches fill, nor its end, when lanes run out of work.
const stretches = [
  { from: 0.1, to: 0.2, alerts: false },
  { from: 0.2, to: 0.3, alerts: true },
  { from: 0.3, to: 0.4, alerts: false },
  { from: 0.4, to: 0.5, alerts: true },
  { from: 0.5, to: 0.6, alerts: false },
  { from: 0.6, to: 0.7, alerts: true },
  { from: 0.7, to: 0.8, alerts: false },
  { from: 0.8, to: 0.9, alerts: true },
] as const
// Fewer words of the campaign, and its rate is not told.
const leastSeconds = 1

export const alertsCampaign: RunDefinition = {
  title: 'Alerts during a campaign',
  what: ({ alertsPerSecond, campaign }) =>
    `${alertsPerSecond} alerts a second, each to a room, on and off during a campaign to ${campaign.toLocaleString('en-US')}`,
  needsCrowd: true,
  async run({ stage, sizes, signal, say }) {
    const { client, driver, bulk } = stage
    const begun = machineMs()
    await rouse(stage, 'second')
    const before = bulk.letters()
    const campaign = await makeCampaign(client, { name: 'crowd-alerts', list: crowd.name, channel: 'bulk' })
    const underway = await startCampaign(client, campaign, signal)
    const reaches = (share: number) =>
      underway.until(({ audience, sent, others }) => audience > 0 && sent + others >= share * audience)
    const raise = (n: number, seconds: number) =>
      driver.ask(
        'alerts',
        alertsTask(stage, {
          perSecond: sizes.alertsPerSecond,
          seconds,
          prefix: `c${n}`,
          topic: alertTopics.room,
          pattern: 'constant',
        }),
      )
    const alone: Stretch[] = []
    const beside: Stretch[] = []
    const driven: AlertsDriven[] = []
    const pieces: { readonly atMs: number; readonly driven: AlertsDriven }[] = []
    const perform = async (n: number, to: number): Promise<Told> => {
      const atMs = machineMs()
      const raising = raise(n, forever)
      const end = await reaches(to)
      await driver.ask('stop', null)
      const done = await raising
      driven.push(done)
      pieces.push({ atMs, driven: done })
      return end
    }
    let from = await reaches(stretches[0].from)
    for (const [n, stretch] of stretches.entries()) {
      say(`${from.sent} of ${from.audience} letters, ${stretch.alerts ? 'with' : 'without'} alerts`)
      const end = stretch.alerts ? await perform(n, stretch.to) : await reaches(stretch.to)
      ;(stretch.alerts ? beside : alone).push({ from, to: end })
      // The alerts' last ones were waited for: the next stretch begins where the campaign is now.
      from = underway.latest() ?? end
    }
    // Where the campaign was over before anything could be seen: the alerts are still to be counted.
    if (driven.every(({ sent }) => sent < 5)) driven.push(await raise(99, sizes.warmUpSeconds))
    const last = await underway.finished
    const received = bulk.letters() - before
    const toRoom = merge(driven.map((one) => one.toRoom))
    const kept = ratio(rateOf(beside), rateOf(alone))
    const refused = driven.reduce((sum, one) => sum + one.broken + one.sent - accepted(one), 0)
    return {
      checks: [
        check('Alert to its room, p50', quantile(toRoom, 0.5)),
        check('Alert to its room, p99', quantile(toRoom, 0.99)),
        check('Alert to its room, longest', toRoom.count === 0 ? null : toRoom.max),
        check(
          'Alerts missing',
          refused + driven.reduce((sum, one) => sum + one.missing, 0),
          `of ${driven.reduce((sum, one) => sum + one.sent, 0)}`,
        ),
        check(
          'Rate that the campaign keeps',
          kept,
          kept === null
            ? 'the campaign was over too soon'
            : `${Math.round(rateOf(beside)!)} letters/s beside ${Math.round(rateOf(alone)!)} without alerts`,
        ),
        check('Letters missing', Math.max(0, last.audience - received), `of ${last.audience}`),
        check('Letters doubled', Math.max(0, received - last.audience)),
      ],
      counts: {
        audience: last.audience,
        sent: last.sent,
        others: last.others,
        received,
        alerts: driven.reduce((sum, one) => sum + one.sent, 0),
        accepted: driven.reduce((sum, one) => sum + accepted(one), 0),
      },
      latencies: [
        { name: latencies.room, main: true, histogram: toRoom },
        { name: 'alert to its 202', main: false, histogram: merge(driven.map(allOf)) },
      ],
      throughput: [
        toldOverTime(underway.told, underway.startedMs, (underway.startedMs - begun) / 1000),
        {
          name: 'alerts',
          unit: 'alerts/s',
          points: pieces.flatMap((piece) =>
            answersOverTime(piece.driven, '', (piece.atMs - begun) / 1000).flatMap(({ points }) => points),
          ),
        },
      ],
      driver: {
        late: merge(driven.map(({ self }) => self.late)),
        lagP99Ms: Math.max(...driven.map(({ self }) => self.lagP99Ms)),
        lagMaxMs: Math.max(...driven.map(({ self }) => self.lagMaxMs)),
        cores: Math.max(...driven.map(({ self }) => self.cores)),
      },
    }
  },
}

interface Stretch {
  readonly from: Told
  readonly to: Told
}

const accepted = ({ statuses }: AlertsDriven): number => statuses['202'] ?? 0

/** Letters a second; null where there was too little of it to tell. */
function rateOf(some: readonly Stretch[]): number | null {
  const seconds = some.reduce((sum, { from, to }) => sum + (to.atMs - from.atMs), 0) / 1000
  const letters = some.reduce((sum, { from, to }) => sum + (to.sent - from.sent), 0)
  return seconds < leastSeconds || letters <= 0 ? null : letters / seconds
}

const ratio = (here: number | null, there: number | null): number | null =>
  here === null || there === null ? null : here / there
