import { histogramOf, quantile } from '../measure/histogram.ts'
import { alertTopics } from '../stage/furnish.ts'
import type { Stage } from '../stage/stage.ts'
import { check, latencies } from '../targets.ts'
import type { AlertsTask } from '../world/driver.ts'
import { lettersOverTime } from './letters.ts'
import type { RunDefinition } from './run.ts'

const patienceMs = 60_000

export const alertsTask = (
  { api }: Stage,
  more: Pick<AlertsTask, 'perSecond' | 'seconds' | 'prefix' | 'topic' | 'pattern'>,
): AlertsTask => ({ url: api.url, token: api.token, seed: 2026, patienceMs, ...more })

/** Raises one that only the room hears of, and waits until it has it: then whoever tells alerts is at work. */
export async function rouse({ driver, ...stage }: Stage, prefix: string): Promise<void> {
  const task = { perSecond: 1, seconds: 0.5, prefix, topic: alertTopics.room, pattern: 'constant' as const }
  const { missing } = await driver.ask('alerts', alertsTask({ driver, ...stage }, task))
  if (missing > 0) throw new Error(`The first alert did not reach its room in ${patienceMs / 1000} s`)
}

export const alerts: RunDefinition = {
  title: 'Alerts',
  what: ({ alerts: count, subscribers, alertEverySeconds }) =>
    `${count} alerts, one every ${alertEverySeconds} s, each by mail to ${subscribers.toLocaleString('en-US')} people who follow it, and to a room`,
  needsCrowd: false,
  async run({ stage, sizes, say }) {
    const { letters, driver } = stage
    await rouse(stage, 'first')
    await letters.ask('begin', { keep: 0 })
    const seconds = sizes.alerts * sizes.alertEverySeconds
    say(`${sizes.alerts} alerts to ${sizes.subscribers} people`)
    const driven = await driver.ask(
      'alerts',
      alertsTask(stage, {
        perSecond: 1 / sizes.alertEverySeconds,
        // Not one more at the very end.
        seconds: seconds - sizes.alertEverySeconds / 2,
        prefix: 'people',
        topic: alertTopics.people,
        pattern: 'constant',
      }),
    )
    const awaited = driven.sent * sizes.subscribers
    const until = performance.now() + patienceMs
    let counted = await letters.ask('count', null)
    while (counted.letters < awaited && performance.now() < until) {
      say(`${counted.letters} of ${awaited} mails`)
      await new Promise((resolve) => setTimeout(resolve, 20))
      counted = await letters.ask('count', null)
    }
    const arrivals = await letters.ask('arrivals', null)
    const delays = arrivals.flatMap(({ subject, atMs }) => {
      const meant = driven.meant[/load-people-\d+/.exec(subject)?.[0] ?? '']
      return meant === undefined ? [] : [atMs - meant]
    })
    const perPerson = histogramOf(delays)
    const startedMs = Math.min(...Object.values(driven.meant))
    const { missing, toRoom } = driven
    return {
      checks: [
        check(
          'Alert to the last person',
          delays.length === 0 ? null : perPerson.max / 1000,
          `p50 ${inSeconds(perPerson, 0.5)}, p95 ${inSeconds(perPerson, 0.95)}, p99 ${inSeconds(perPerson, 0.99)}`,
        ),
        check('Alert mails missing', awaited - counted.distinct, `of ${awaited}`),
        check('Alert mails doubled', counted.letters - counted.distinct),
        check('Alerts missing', missing, `in their room, of ${driven.sent}`),
        check('Alert to its room, longest', driven.sent === missing ? null : toRoom.max),
      ],
      counts: {
        alerts: driven.sent,
        awaited,
        received: counted.letters,
        distinct: counted.distinct,
        missing,
      },
      latencies: [
        { name: latencies.person, main: true, histogram: perPerson },
        { name: latencies.room, main: false, histogram: toRoom },
      ],
      throughput: [{ ...lettersOverTime(arrivals, startedMs), name: 'alert mails', unit: 'mails/s' }],
      driver: driven.self,
    }
  },
}

const inSeconds = (histogram: Parameters<typeof quantile>[0], share: number): string =>
  `${((quantile(histogram, share) ?? 0) / 1000).toFixed(2)} s`
