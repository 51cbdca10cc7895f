import { BroadsheetError, type Issue } from '../../errors.ts'
import type { Audience } from '../../model/audience.ts'
import type { EpochMs, ListId, PublicationId } from '../../model/ids.ts'
import { type ResolvedRule, type Segment, segmentLimits, walkRule } from '../../model/segment.ts'
import type { Store } from '../../ports/store.ts'
import { checkRule } from './check.ts'
import { showProblem } from './problem.ts'
import { allNames, noneNamed, resolveRule } from './resolve.ts'

/** Who is meant, by names: the fields of a campaign. */
export interface AudienceNames {
  readonly lists: readonly string[]
  readonly excludeLists: readonly string[]
  readonly segments: readonly string[]
  readonly excludeSegments: readonly string[]
  /** Who was sent an earlier letter of these. */
  readonly campaigns: readonly string[]
  readonly excludeCampaigns: readonly string[]
  /** Only people of whom this rule is true. */
  readonly where: string | null
}

export type AudienceResolution = { readonly ok: Required<Audience> } | { readonly issues: readonly Issue[] }

type NamedIn = Pick<Store, 'lists' | 'segments' | 'campaigns' | 'publications'>

const pageSize = 1000

/** The audience that these names mean now. `where` narrows what is included: where nothing else is, it narrows
 *  everyone. Every name that is not there, and every wrong rule, is an issue at its field. */
export async function resolveAudience(
  store: NamedIn,
  names: AudienceNames,
  now: EpochMs,
): Promise<AudienceResolution> {
  const issues: Issue[] = []
  const lists = await listIds('lists')
  const excludeLists = await listIds('excludeLists')
  const segments = await rules('segments')
  const excludeSegments = await rules('excludeSegments')
  const publications = await runs('campaigns')
  const excludePublications = await runs('excludeCampaigns')
  const where = names.where === null ? null : await whereRule(names.where)
  const size = [...segments, ...excludeSegments, ...(where === null ? [] : [where])].map(conditionsIn)
  if (size.reduce((sum, one) => sum + one, 0) > segmentLimits.together)
    issues.push({
      path: 'segments',
      message: `All segments of an audience have at most ${segmentLimits.together} conditions together. Put who is meant on a list instead.`,
    })
  if (issues.length > 0) return { issues }
  const nobodyNamed = names.lists.length + names.segments.length + names.campaigns.length === 0
  return {
    ok: {
      lists,
      excludeLists,
      segments: where !== null && nobodyNamed ? [where] : segments,
      // Narrowing is leaving out everyone else: stores need no third kind of rule for it.
      excludeSegments:
        where !== null && !nobodyNamed ? [...excludeSegments, { is: 'not', rule: where }] : excludeSegments,
      publications,
      excludePublications,
    },
  }

  async function listIds(field: 'lists' | 'excludeLists'): Promise<readonly ListId[]> {
    if (names[field].length === 0) return []
    const found = new Map((await store.lists.byName(names[field])).map(({ name, id }) => [name, id]))
    await tellMissing(field, 'list', 'lists', (name) => found.has(name))
    return names[field].flatMap((name) => found.get(name) ?? [])
  }

  async function rules(field: 'segments' | 'excludeSegments'): Promise<readonly ResolvedRule[]> {
    if (names[field].length === 0) return []
    const found = new Map((await store.segments.byName(names[field])).map((one) => [one.name, one]))
    await tellMissing(field, 'segment', 'segments', (name) => found.has(name))
    const resolved: ResolvedRule[] = []
    for (const [i, name] of names[field].entries()) {
      const segment = found.get(name)
      if (segment !== undefined) resolved.push(...(await segmentRule(segment, `${field}[${i}]`)))
    }
    return resolved
  }

  async function segmentRule(segment: Segment, path: string): Promise<readonly ResolvedRule[]> {
    const result = await resolveRule(store, segment.tree, now)
    if ('ok' in result) return [result.ok]
    for (const { message } of result.missing)
      issues.push({ path, message: `Segment "${segment.name}" asks for what is not there: ${message}` })
    return []
  }

  async function runs(field: 'campaigns' | 'excludeCampaigns'): Promise<readonly PublicationId[]> {
    const ids: PublicationId[] = []
    const known = new Set<string>()
    for (const name of names[field]) {
      const campaign = await store.campaigns.byName(name)
      if (campaign === null) continue
      known.add(name)
      for (let after: number | null = 0; after !== null; ) {
        const page: { rows: readonly { id: PublicationId }[]; next: number | null } =
          await store.publications.page({ after, limit: pageSize, campaignId: campaign.id })
        ids.push(...page.rows.map(({ id }) => id))
        after = page.next
      }
    }
    await tellMissing(field, 'campaign', 'campaigns', (name) => known.has(name))
    return ids
  }

  async function whereRule(where: string): Promise<ResolvedRule | null> {
    const checked = await checkRule(store, where, now)
    if ('ok' in checked) return checked.ok
    for (const problem of checked.problems)
      issues.push({ path: 'where', message: showProblem(problem, where) })
    return null
  }

  async function tellMissing(
    field: 'lists' | 'excludeLists' | 'segments' | 'excludeSegments' | 'campaigns' | 'excludeCampaigns',
    what: string,
    collection: 'lists' | 'segments' | 'campaigns',
    isThere: (name: string) => boolean,
  ): Promise<void> {
    if (names[field].every(isThere)) return
    const known = await allNames(store, collection)
    for (const [i, name] of names[field].entries())
      if (!isThere(name)) issues.push({ path: `${field}[${i}]`, message: noneNamed(what, name, known) })
  }
}

function conditionsIn(rule: ResolvedRule): number {
  let count = 0
  walkRule(rule, () => {
    count += 1
  })
  return count
}

/** The rule of a saved segment, resolved. Rejects with E_NOT_FOUND when there is none of that name, with E_INPUT
 *  when it asks for a list or a campaign that is gone. */
export async function segmentRule(
  store: Pick<Store, 'segments' | 'lists' | 'campaigns'>,
  name: string,
  now: EpochMs,
): Promise<ResolvedRule> {
  const [segment] = await store.segments.byName([name])
  if (segment === undefined)
    throw new BroadsheetError('E_NOT_FOUND', noneNamed('segment', name, await allNames(store, 'segments')))
  const result = await resolveRule(store, segment.tree, now)
  if ('ok' in result) return result.ok
  throw new BroadsheetError(
    'E_INPUT',
    `Segment "${name}" asks for what is not there: ${result.missing.map(({ message }) => message).join(' ')}`,
  )
}
