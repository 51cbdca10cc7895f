import type { TimelineRow } from '../../engine/analytics/queries/numbers.ts'
import type { Unit } from '../../engine/analytics/queries/spans.ts'
import type { Breakdown, BreakdownRow, Funnel, LinkClicks } from '../../engine/analytics/queries/views.ts'
import type { Campaign } from '../../engine/model/campaign.ts'
import type { EpochMs } from '../../engine/model/ids.ts'
import type { Comparison } from '../../engine/personalise/compare.ts'
import type { Client } from '../cli/daemon/client.ts'
import { pathTo } from '../cli/daemon/find.ts'
import { CliError } from '../cli/exit.ts'

export type TimelineView = Omit<TimelineRow, 'wall'> & { readonly local: string }

/** All that a report shows of one run of a campaign. */
export interface CampaignReport {
  readonly campaign: Pick<Campaign, 'id' | 'name' | 'title'>
  readonly run: Funnel
  /** Newest first, at most `maxEarlier`. */
  readonly earlier: readonly Funnel[]
  readonly timeline: {
    readonly unit: Unit
    readonly timeZone: string
    readonly data: readonly TimelineView[]
  }
  readonly links: readonly LinkClicks[]
  readonly by: { readonly [dimension in Breakdown]: readonly BreakdownRow[] }
  readonly experiment: Comparison | null
  readonly madeAt: EpochMs
}

const maxEarlier = 11
/** Hours of the first week: enough to see each, few enough for a page. */
const weekMs = 7 * 86_400_000

/** Ask a daemon for it. `run`: the id of a publication; default: the last one. */
export async function collectReport(
  client: Client,
  campaign: Campaign,
  options: { readonly run: number | null; readonly timeZone: string; readonly now: EpochMs },
): Promise<CampaignReport> {
  const { data: runs } = await client.get<{ data: readonly Funnel[] }>(
    pathTo('analytics/campaigns', campaign.id),
    { limit: 1000 },
  )
  const index =
    options.run === null ? 0 : runs.findIndex(({ publicationId }) => publicationId === options.run)
  const run = runs[index]
  if (run === undefined)
    throw new CliError(
      'refused',
      options.run === null
        ? `Campaign "${campaign.name}" was never started, so there is nothing to report.`
        : `Campaign "${campaign.name}" has no run ${options.run}. Its last: ${
            runs
              .slice(0, 5)
              .map(({ publicationId }) => publicationId)
              .join(', ') || 'none'
          }.`,
    )
  const path = pathTo('analytics/publications', run.publicationId)
  const broken = (by: Breakdown) =>
    client.get<{ data: readonly BreakdownRow[]; experiment: Comparison | null }>(`${path}/by/${by}`, {
      limit: 1000,
    })
  const [timeline, links, domain, provider, language, variant, topic] = await Promise.all([
    client.get<CampaignReport['timeline']>(`${path}/timeline`, {
      unit: 'hour',
      timeZone: options.timeZone,
      from: run.startedAt,
      to: Math.max(run.startedAt + 1, Math.min(options.now, run.startedAt + weekMs)),
    }),
    client.all<LinkClicks>(`${path}/links`),
    ...(['domain', 'provider', 'language', 'variant', 'topic'] as const).map(broken),
  ] as const)
  return {
    campaign: { id: campaign.id, name: campaign.name, title: campaign.title },
    run,
    earlier: runs.slice(index + 1, index + 1 + maxEarlier),
    timeline,
    links,
    by: {
      domain: domain!.data,
      provider: provider!.data,
      language: language!.data,
      variant: variant!.data,
      topic: topic!.data,
    },
    experiment: variant!.experiment,
    madeAt: options.now,
  }
}
