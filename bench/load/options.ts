import { parseArgs } from 'node:util'
import { type RunName, runNames } from './runs/all.ts'
import type { Sizes } from './runs/run.ts'
import { type Mode, modes } from './stage/stage.ts'

export interface LoadOptions {
  readonly modes: readonly Mode[]
  readonly runs: readonly RunName[]
  readonly sizes: Sizes
  readonly quick: boolean
  /** Where report.json and report.html go. */
  readonly out: string
  /** Daemons from dist/, built anew. */
  readonly built: boolean
  /** Of a Redis that is empty, instead of one that is started here. */
  readonly redisUrl: string | null
}

const usual: Sizes = {
  subscribers: 2000,
  campaign: 100_000,
  requestsPerSecond: 200,
  alertsPerSecond: 200,
  seconds: 30,
  alerts: 5,
  alertEverySeconds: 3,
  reads: 50_000,
  warmUpSeconds: 5,
}
/** Everything once, in seconds: whether it works, not how fast it is. */
const few: Sizes = {
  subscribers: 40,
  campaign: 400,
  requestsPerSecond: 50,
  alertsPerSecond: 50,
  seconds: 2,
  alerts: 2,
  alertEverySeconds: 0.5,
  reads: 200,
  warmUpSeconds: 0.5,
}

export const usage = `npm run load [-- OPTIONS]

The original targets as runs against real daemons, with a verdict beside each figure.

  --mode debug|production|both   memory; Postgres, Redis and two nodes; or one after the other (default)
  --runs NAME,..                 ${runNames.join(', ')} (default: all)
  --subscribers N                who gets the newsletters and alerts (default ${usual.subscribers.toLocaleString('en-US')})
  --campaign N                   who gets the campaigns under load (default ${usual.campaign.toLocaleString('en-US')})
  --out DIR                      for report.json and report.html (default load-report)
  --quick                        everything once with ${few.subscribers} people, from source: whether it works, no figures

Ends with 1 when an original target is not met, with 2 when a part is missing.
`

/** Throws what is wrong with the arguments, in a sentence; null: help was asked for. */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv = {}): LoadOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      mode: { type: 'string', default: 'both' },
      runs: { type: 'string' },
      subscribers: { type: 'string' },
      campaign: { type: 'string' },
      out: { type: 'string', default: 'load-report' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return null
  const { mode, quick } = values
  const chosen = mode === 'both' ? modes : modes.filter((one) => one === mode)
  if (chosen.length === 0) throw new Error(`There is no mode "${mode}": debug, production or both.`)
  const asked = values.runs?.split(',') ?? runNames
  const unknown = asked.find((name) => !runNames.some((known) => known === name))
  if (unknown !== undefined)
    throw new Error(`There is no run "${unknown}". There are: ${runNames.join(', ')}.`)
  const sizes = quick ? few : usual
  return {
    modes: chosen,
    runs: runNames.filter((name) => asked.includes(name)),
    sizes: {
      ...sizes,
      subscribers: wholeNumber('subscribers', values.subscribers, sizes.subscribers),
      campaign: wholeNumber('campaign', values.campaign, sizes.campaign),
    },
    quick,
    out: values.out,
    built: !quick,
    redisUrl: env.REDIS_URL || null,
  }
}

function wholeNumber(name: string, text: string | undefined, usually: number): number {
  if (text === undefined) return usually
  const value = Number(text.replaceAll(/[_,]/g, ''))
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${name} is how many people, a whole number from 1 on, not "${text}".`)
  return value
}
