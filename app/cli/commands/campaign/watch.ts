import type { Fact, Progress as RunProgress } from '../../../../engine/engine.ts'
import { BroadsheetError } from '../../../../engine/errors.ts'
import type { Campaign, CampaignState } from '../../../../engine/model/campaign.ts'
import type { DeliveryCounts } from '../../../../engine/model/delivery.ts'
import type { Cli } from '../../cli.ts'
import type { Client } from '../../daemon/client.ts'
import { pathTo } from '../../daemon/find.ts'
import type { DaemonAccess } from '../../daemon/with-daemon.ts'
import { CliError } from '../../exit.ts'
import { count, duration } from '../../terminal/format.ts'
import { createProgress, type ProgressState } from '../../terminal/progress.ts'

// Events tell at once; asking now and then covers a stream that broke and facts of other daemons.
const askMs = 2000

const resting: readonly CampaignState[] = ['draft', 'paused', 'finished', 'cancelled', 'failed']

/** Show a campaign live until it rests: finished, paused, cancelled or failed. Sets the exit code by what
 *  became of it. With Ctrl+C says what goes on without us, and rejects with `interrupted`. */
export async function watchCampaign(cli: Cli, access: DaemonAccess, campaign: Campaign): Promise<void> {
  const { client } = access
  const begun = performance.now()
  const bar = createProgress(cli.stdout, { json: cli.options.json, label: campaign.name })
  const end = new AbortController()
  const until = AbortSignal.any([end.signal, cli.signal])
  let last: RunProgress | null = null
  let ran = campaign.state === 'running'

  const hear = (progress: RunProgress): void => {
    last = progress
    bar.update(barOf(progress))
  }
  const ended = Promise.withResolvers<Campaign>()
  const ask = async (): Promise<void> => {
    const present = await client.get<Campaign>(pathTo('campaigns', campaign.id))
    const progress = await progressOf(client, campaign.id)
    if (progress !== null) hear(progress)
    ran ||= present.state === 'running'
    // A recurring one is scheduled again when its edition is through.
    if (resting.includes(present.state) || (ran && present.state === 'scheduled')) ended.resolve(present)
  }
  const listen = async (): Promise<void> => {
    const events = await client.events('/stream', {}, until)
    await ask()
    for await (const { data } of events) {
      const fact = JSON.parse(data) as Fact
      if (fact.type === 'publication.progress' && fact.progress.campaignId === campaign.id)
        hear(fact.progress)
      if (fact.type === 'campaign.changed' && fact.campaign.id === campaign.id) await ask()
    }
  }
  const interrupted = () => ended.reject(new CliError('interrupted', 'Interrupted.'))
  cli.signal.addEventListener('abort', interrupted, { once: true })
  if (cli.signal.aborted) interrupted()
  // A broken stream is no end: asking goes on, and tells when the daemon itself is gone.
  listen().catch(() => {})
  let asking = false
  const timer = setInterval(() => {
    if (asking) return
    asking = true
    ask()
      .catch((error: unknown) => ended.reject(error))
      .finally(() => {
        asking = false
      })
  }, askMs)

  try {
    const final = await ended.promise
    bar.finish()
    conclude(cli, final, last, performance.now() - begun)
  } catch (error) {
    bar.finish()
    if (error instanceof CliError && error.exit === 'interrupted')
      explainInterrupt(cli, access, campaign.name, last)
    throw error
  } finally {
    clearInterval(timer)
    cli.signal.removeEventListener('abort', interrupted)
    end.abort()
  }
}

/** Null before the first start. */
export async function progressOf(client: Client, id: number): Promise<RunProgress | null> {
  try {
    return await client.get<RunProgress>(pathTo('campaigns', id, '/progress'))
  } catch (error) {
    if (error instanceof BroadsheetError && error.code === 'E_NOT_FOUND') return null
    throw error
  }
}

const settled = (counts: DeliveryCounts): number =>
  counts.audience - counts.queued - counts.handing - counts.retry

function barOf({ state, counts, perSecond, remainingMs, ...rest }: RunProgress): ProgressState {
  const passed = counts.skipped + counts.suppressed
  return {
    done: settled(counts),
    total: state === 'planning' ? null : counts.audience,
    perSecond,
    remainingMs,
    parts: [
      { value: passed, style: 'yellow' },
      { value: counts.unknown, style: 'magenta' },
      { value: counts.failed, style: 'red' },
    ],
    note: state === 'planning' ? 'gathering the audience' : words(counts),
    fields: { state, counts, p95LetterMs: rest.p95LetterMs },
  }
}

/** `1,220 sent, 3 failed`: what there is none of is left out, but never "sent" and "failed". */
export function words(counts: DeliveryCounts): string {
  const rest: readonly (readonly [number, string])[] = [
    [counts.unknown, 'unknown'],
    [counts.skipped, 'skipped'],
    [counts.suppressed, 'suppressed'],
    [counts.retry, 'to retry'],
  ]
  return [
    `${count(counts.sent)} sent`,
    `${count(counts.failed)} failed`,
    ...rest.filter(([value]) => value > 0).map(([value, name]) => `${count(value)} ${name}`),
  ].join(', ')
}

function conclude(cli: Cli, campaign: Campaign, progress: RunProgress | null, tookMs: number): void {
  const { name, state, reason } = campaign
  const counts = progress?.counts ?? null
  const open = counts === null ? 0 : counts.failed + counts.unknown
  if (state === 'failed') cli.exit('refused')
  else if ((state !== 'finished' && state !== 'scheduled') || open > 0) cli.exit('partial')
  if (cli.options.json) {
    cli.result(
      { type: 'result', campaign: name, state, reason, counts, durationMs: Math.round(tookMs) },
      () => '',
    )
    return
  }
  const why = reason === null ? '' : ` (${reason})`
  const sums = counts === null ? 'it has not run yet' : words(counts)
  const done = counts === null ? 0 : settled(counts)
  const pace = state === 'finished' && tookMs > 500 && done > 0 ? `, in ${duration(tookMs)}` : ''
  const style = state === 'finished' || state === 'scheduled' ? (open === 0 ? 'green' : 'yellow') : 'yellow'
  cli.say(
    `${cli.style(style, `${name} ${state === 'draft' ? 'is a draft' : `is ${state}`}`)}${why}: ${sums}${pace}`,
  )
  if (state === 'paused') cli.remark(`Go on with: broadsheet campaign resume ${name}`)
  if (state === 'draft') cli.remark(`Start it with: broadsheet campaign start ${name}`)
  if (counts !== null && counts.failed > 0)
    cli.remark(
      `Which and why: broadsheet export deliveries ${name} --state failed. Again: broadsheet campaign retry ${name}`,
    )
  if (counts !== null && counts.skipped > 0)
    cli.remark(
      `Skipped are those for whom there were too few items that they had not had before, and the like. Who and why: broadsheet export deliveries ${name} --state skipped`,
    )
  if (counts !== null && counts.unknown > 0)
    cli.remark(
      `Unknown means that it may have arrived: broadsheet export unknown ${name}. Send those again with: broadsheet campaign retry ${name} --unknown`,
    )
}

function explainInterrupt(cli: Cli, access: DaemonAccess, name: string, progress: RunProgress | null): void {
  const left =
    progress === null ? '' : ` ${count(progress.counts.audience - settled(progress.counts))} are left.`
  cli.remark(
    access.kind === 'own'
      ? `\nStopping: what is on its way is finished first.${left} Go on any time, nobody gets it twice: broadsheet serve, or broadsheet campaign watch ${name}`
      : `\nThe campaign goes on in the daemon. See it again: broadsheet campaign watch ${name}. Stop it: broadsheet campaign pause ${name}`,
  )
}
