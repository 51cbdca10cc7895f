import { latencies } from '../targets.ts'
import { answerChecks, answerLatencies, answersOverTime } from './answers.ts'
import type { RunDefinition, Scene } from './run.ts'

/** What the driver is told for the mix of the main routes. */
export const mixTask = ({ stage: { api }, sizes, facts }: Scene, seconds: number) => ({
  url: api.url,
  token: api.token,
  perSecond: sizes.requestsPerSecond,
  pattern: 'poisson' as const,
  seed: 2026,
  seconds,
  mix: 'main' as const,
  facts,
})

export const api: RunDefinition = {
  title: 'The API',
  what: ({ requestsPerSecond, seconds, subscribers }) =>
    `The main routes, one in six a write, at ${requestsPerSecond} requests a second for ${seconds} s, with ${subscribers.toLocaleString('en-US')} subscribers`,
  needsCrowd: false,
  async run(scene) {
    const { stage, sizes } = scene
    scene.say('warming up')
    await stage.driver.ask('requests', mixTask(scene, sizes.warmUpSeconds))
    scene.say(`${sizes.requestsPerSecond} requests a second for ${sizes.seconds} s`)
    const driven = await stage.driver.ask('requests', mixTask(scene, sizes.seconds))
    return {
      checks: answerChecks(driven),
      counts: { requests: driven.sent, ...driven.statuses, broken: driven.broken },
      latencies: answerLatencies(driven, latencies.api),
      throughput: answersOverTime(driven, 'answers', sizes.warmUpSeconds),
      driver: driven.self,
    }
  },
}
