import { withAssets } from '../assets/references.ts'
import { type AudienceResolution, resolveAudience } from '../audience/segment/audience.ts'
import type { EngineConfig } from '../config.ts'
import { BroadsheetError, type Issue } from '../errors.ts'
import type { Campaign, CampaignInput } from '../model/campaign.ts'
import type { EpochMs, PublicationId } from '../model/ids.ts'
import type { Item } from '../model/item.ts'
import type { Candidate, PublicationSpec } from '../model/publication.ts'
import type { Template, TemplateBundle, TemplateFormat } from '../model/template.ts'
import type { WallMs } from '../model/wall-clock.ts'
import type { Store } from '../ports/store.ts'
import { waveSpan } from '../schedule/waves.ts'

/** Publications looked through for what a recipient already had. Each costs one range read a batch. */
const maxEarlier = 50
const pageSize = 1000

/** Names in a campaign that do not exist, each with the field it stands in. */
export async function missingNames(
  store: Store,
  channels: readonly string[],
  input: CampaignInput,
  now: EpochMs,
): Promise<readonly Issue[]> {
  return issuesOf(store, channels, input, await resolveAudience(store, input, now))
}

async function issuesOf(
  store: Store,
  channels: readonly string[],
  input: CampaignInput,
  audience: AudienceResolution,
): Promise<readonly Issue[]> {
  const [template] = await store.templates.byName([input.template])
  const issues: Issue[] = []
  if (!template) issues.push({ path: 'template', message: `There is no template named "${input.template}".` })
  else if (template.kind !== 'letter')
    issues.push({
      path: 'template',
      message: `"${input.template}" is a ${template.kind}; a campaign needs a template of kind "letter".`,
    })
  if (input.lists.length + input.segments.length + input.campaigns.length === 0 && input.where === null)
    issues.push({
      path: 'lists',
      message:
        'Nobody would get it: name at least one of `lists`, `segments` or `campaigns`, or say `where` (`where: everyone` is every active subscriber).',
    })
  if ('issues' in audience) issues.push(...audience.issues)
  if (!channels.includes(input.channel))
    issues.push({
      path: 'channel',
      message: `There is no channel for letters named "${input.channel}". Configured: ${channels.join(', ') || 'none'}.`,
    })
  return issues
}

/** Layouts and partials that a letter may take in. */
export async function partialsOf(store: Pick<Store, 'templates'>): Promise<TemplateBundle['partials']> {
  const partials: { [name: string]: { format: TemplateFormat; body: string } } = {}
  for (let after: number | null = 0; after !== null; ) {
    const page: { rows: readonly Template[]; next: number | null } = await store.templates.page({
      after,
      limit: pageSize,
    })
    for (const { name, kind, format, body } of page.rows)
      if (kind !== 'letter') partials[name] = { format, body }
    after = page.next
  }
  return partials
}

/** Freeze all that the letters of a campaign are made from. Refuses with E_INPUT where a name is gone. */
export async function specOf(
  store: Store,
  channels: readonly string[],
  tracking: Pick<EngineConfig['tracking'], 'links' | 'opens'>,
  campaign: Campaign,
  now: EpochMs,
  wall: WallMs | null = null,
): Promise<PublicationSpec> {
  const resolution = await resolveAudience(store, campaign, now)
  const issues = await issuesOf(store, channels, campaign, resolution)
  if (issues.length > 0 || 'issues' in resolution)
    throw new BroadsheetError('E_INPUT', `Campaign "${campaign.name}" names what is not there.`, { issues })
  const audience = resolution.ok
  const [template] = await store.templates.byName([campaign.template])
  const [firstId] = audience.lists
  const list = firstId === undefined ? null : await store.lists.get(firstId)
  const { selection } = campaign
  const items = await candidateItems(store, campaign, now)
  const topicNames = [...new Set(items.flatMap(({ topics }) => topics))]
  const topics = await store.topics.byName(topicNames)
  const { name, format, variants, subject, preheader, body, text } = template!
  return {
    campaign: { id: campaign.id, name: campaign.name, title: campaign.title },
    bundle: await withAssets(store.assets, {
      template: { name, format, variants, subject, preheader, body, text },
      partials: await partialsOf(store),
    }),
    subject: campaign.subject,
    sender: campaign.sender,
    channel: campaign.channel,
    listIds: audience.lists,
    excludeListIds: audience.excludeLists,
    segments: audience.segments,
    excludeSegments: audience.excludeSegments,
    publications: audience.publications,
    excludePublications: audience.excludePublications,
    list: { name: (list ?? campaign).name, title: (list ?? campaign).title },
    selection,
    candidates: items.map(candidateOf),
    topics: Object.fromEntries(topics.map((topic) => [topic.name, topic.title])),
    data: campaign.data as PublicationSpec['data'],
    uncertain: campaign.uncertain,
    onceKey: campaign.onceKey,
    retryUntil: (await lastWave(store, campaign, wall, now)) + campaign.retryForMs,
    autoPauseShare: campaign.autoPauseShare,
    autoPauseAfter: campaign.autoPauseAfter,
    language: campaign.language,
    timeZone: campaign.timeZone,
    localTime: wall,
    ignoreCaps: campaign.ignoreCaps,
    tracking: {
      links: campaign.tracking.links ?? tracking.links,
      opens: campaign.tracking.opens ?? tracking.opens,
    },
    earlier: selection.onlyNew && items.length > 0 ? await earlierThan(store, items) : [],
    startedAt: now,
  }
}

async function candidateItems(store: Store, campaign: Campaign, now: EpochMs): Promise<readonly Item[]> {
  const { selection } = campaign
  if (selection.count === 0) return []
  const pinned = selection.pinned.length === 0 ? [] : await store.items.byKey(selection.pinned)
  const gone = selection.pinned.filter((key) => !pinned.some((item) => item.key === key))
  if (gone.length > 0)
    throw new BroadsheetError('E_INPUT', `Campaign "${campaign.name}" pins items that are not there.`, {
      issues: gone.map((key) => ({
        path: `selection.pinned[${selection.pinned.indexOf(key)}]`,
        message: `There is no item with key "${key}".`,
      })),
    })
  const newest = await store.items.candidates({
    topics: selection.topics,
    since: selection.maxAgeMs === null ? 0 : now - selection.maxAgeMs,
    until: now,
    ...(selection.sinceLast && (await sinceLast(store, campaign))),
    limit: selection.pool,
  })
  const pinnedIds = new Set(pinned.map(({ id }) => id))
  return [...pinned, ...newest.filter(({ id }) => !pinnedIds.has(id))]
}

/** When the run before began: what came later is new. */
async function sinceLast(store: Store, { id }: Campaign): Promise<{ readonly newSince?: EpochMs }> {
  const [last] = (await store.publications.page({ after: 0, limit: 1, campaignId: id })).rows
  const run = last === undefined ? null : await store.publications.get(last.id)
  return run === null ? {} : { newSince: run.spec.startedAt }
}

/** Retries are counted from the last zone's moment. */
async function lastWave(
  store: Store,
  campaign: Campaign,
  wall: WallMs | null,
  now: EpochMs,
): Promise<EpochMs> {
  if (wall === null) return now
  return Math.max(now, waveSpan(wall, await store.deliveries.timeZones(), campaign.timeZone).last)
}

/** Why an edition of this would not be worth sending; null when it is. */
export function tooFew(spec: PublicationSpec): string | null {
  const { minimumNew, pinned } = spec.selection
  const found = spec.candidates.filter(({ key }) => !pinned.includes(key)).length
  return found >= minimumNew
    ? null
    : `${found} new ${found === 1 ? 'item' : 'items'} of at least ${minimumNew}`
}

export function candidateOf(item: Item): Candidate {
  const { id, key, title, url, summary, imageUrl, author, language, topics, popularity, publishedAt } = item
  return { id, key, title, url, summary, imageUrl, author, language, topics, popularity, publishedAt }
}

/** Publications that may have held one of these items: those begun since the first of them was known. */
export async function earlierThan(
  store: Pick<Store, 'publications'>,
  items: readonly Item[],
): Promise<readonly PublicationId[]> {
  const since = Math.min(...items.map(({ createdAt }) => createdAt))
  const page = await store.publications.page({ after: 0, limit: maxEarlier })
  return page.rows.filter(({ createdAt }) => createdAt >= since).map(({ id }) => id)
}
