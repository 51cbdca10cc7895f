import type { Campaign } from '../../model/campaign.ts'
import type { CampaignId, EpochMs, ListId } from '../../model/ids.ts'
import type { List } from '../../model/list.ts'
import {
  dayMs,
  isDay,
  isoTime,
  type ResolvedRule,
  type Rule,
  type Span,
  type SpanUnit,
  type When,
  walkRule,
} from '../../model/segment.ts'
import type { Store } from '../../ports/store.ts'
import { nearest } from '../../template/nearest.ts'

/** A name in a rule that nothing has. */
export interface Unresolved {
  /** The node that has it. */
  readonly rule: Rule
  readonly message: string
}
export type Resolution = { readonly ok: ResolvedRule } | { readonly missing: readonly Unresolved[] }

type NamedIn = Pick<Store, 'lists' | 'campaigns'>

const unitMs: { readonly [unit in SpanUnit]: number } = { hours: 3_600_000, days: dayMs, weeks: 7 * dayMs }

function spanOf(when: When, now: EpochMs): Span {
  // The end is not part of a span: what happens at `now` itself is.
  if ('within' in when) return { from: now - when.within * unitMs[when.unit], to: now + 1 }
  if ('before' in when) return { from: null, to: isoTime(when.before)! }
  if ('since' in when) return { from: isoTime(when.since)!, to: null }
  const start = isoTime(when.after)!
  return { from: isDay(when.after) ? start + dayMs : start + 1, to: null }
}

/** Put ids in the place of names, and points in time in the place of "within 90 days": stores answer these.
 *  Every name that nothing has is told, with the one that was probably meant. */
export async function resolveRule(store: NamedIn, rule: Rule, now: EpochMs): Promise<Resolution> {
  const listNames = new Set<string>()
  const campaignNames = new Set<string>()
  walkRule(rule, (node) => {
    if (node.is === 'member') listNames.add(node.list)
    if (node.is === 'event' && node.campaign !== null) campaignNames.add(node.campaign)
  })
  const lists = new Map(
    (listNames.size === 0 ? [] : await store.lists.byName([...listNames])).map(({ name, id }) => [name, id]),
  )
  const campaigns = new Map<string, CampaignId>()
  for (const name of campaignNames) {
    const found = await store.campaigns.byName(name)
    if (found !== null) campaigns.set(name, found.id)
  }
  const missing: Unresolved[] = []
  const gone: { node: Rule; what: 'list' | 'campaign'; name: string }[] = []
  walkRule(rule, (node) => {
    if (node.is === 'member' && !lists.has(node.list)) gone.push({ node, what: 'list', name: node.list })
    if (node.is === 'event' && node.campaign !== null && !campaigns.has(node.campaign))
      gone.push({ node, what: 'campaign', name: node.campaign })
  })
  if (gone.length > 0) {
    const known = { list: await allNames(store, 'lists'), campaign: await allNames(store, 'campaigns') }
    for (const { node, what, name } of gone)
      missing.push({ rule: node, message: noneNamed(what, name, known[what]) })
    return { missing }
  }
  return { ok: resolved(rule, lists, campaigns, now) }
}

function resolved(
  rule: Rule,
  lists: ReadonlyMap<string, ListId>,
  campaigns: ReadonlyMap<string, CampaignId>,
  now: EpochMs,
): ResolvedRule {
  const inner = (one: Rule) => resolved(one, lists, campaigns, now)
  switch (rule.is) {
    case 'and':
    case 'or':
      return { is: rule.is, rules: rule.rules.map(inner) }
    case 'not':
      return { is: 'not', rule: inner(rule.rule) }
    case 'time':
      return { ...rule, when: spanOf(rule.when, now) }
    case 'member':
      return { ...rule, list: lists.get(rule.list)! }
    case 'event':
      return {
        ...rule,
        campaign: rule.campaign === null ? null : campaigns.get(rule.campaign)!,
        when: rule.when === null ? null : spanOf(rule.when, now),
      }
    case 'everyone':
    case 'compare':
    case 'in':
    case 'match':
    case 'missing':
    case 'topic':
      return rule
  }
}

/** `There is no list named "vpi". Did you mean "vip"?` */
export function noneNamed(what: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  return `There is no ${what} named "${name}".${near === null ? '' : ` Did you mean "${near}"?`}`
}

/** Names to choose the nearest from; the first thousand are plenty. */
export async function allNames(
  store: Pick<Store, 'lists' | 'campaigns' | 'segments'> | NamedIn,
  what: 'lists' | 'campaigns' | 'segments',
): Promise<readonly string[]> {
  const page: { readonly rows: readonly Pick<List | Campaign, 'name'>[] } = await (
    store as Pick<Store, 'lists' | 'campaigns' | 'segments'>
  )[what].page({ after: 0, limit: 1000 })
  return page.rows.map(({ name }) => name)
}
