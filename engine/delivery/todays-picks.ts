import { selectionSchema } from '../model/campaign.ts'
import type { EpochMs, SubscriberId } from '../model/ids.ts'
import type { RankingConfig } from '../model/ranking.ts'
import { mix } from '../personalise/arm.ts'
import { pickedIds } from '../personalise/picks.ts'
import type { RankRequest } from '../personalise/ranker.ts'
import { reasonText } from '../personalise/reason.ts'
import type { ItemStore } from '../ports/items.ts'
import type { RecipientsJson } from '../ports/ledger.ts'
import type { Store } from '../ports/store.ts'
import { createChooser } from '../render/chooser.ts'
import { type Models, rankingNow } from './ranking.ts'
import type { PickView } from './rehearsal.ts'
import { candidateOf, earlierThan } from './spec.ts'

/** Of a person whose language is not known. */
const usualLanguage = 'en'

/** What a letter with the usual settings would hold for these people now, without what they were sent before, and why.
 *  Nobody is in the answer who is not there. By what was learned, where letters are ranked by it; a ranker of the operator's own runs in
 *  render threads alone, and the built-in ones stand in for it here. */
export async function todaysPicks(
  parts: {
    readonly config: RankingConfig
    readonly store: Pick<Store, 'subscribers' | 'deliveries' | 'publications' | 'topics' | 'models'>
    readonly models: Models
    readonly items: Pick<ItemStore, 'candidates'>
    readonly now: EpochMs
  },
  ids: readonly SubscriberId[],
): Promise<ReadonlyMap<SubscriberId, readonly PickView[]>> {
  const { config, store, items, models, now } = parts
  const selection = selectionSchema.parse({})
  const newest = await items.candidates({ topics: [], since: 0, until: now, limit: selection.pool })
  const candidates = newest.map(candidateOf)
  const [people, learned, earlier, topics] = await Promise.all([
    store.subscribers.get(ids),
    store.deliveries.recipients(ids).then(learnedOf),
    newest.length === 0 ? [] : earlierThan(store, newest),
    store.topics.byName([...new Set(candidates.flatMap((candidate) => candidate.topics))]),
  ])
  const had = new Map<SubscriberId, Set<number>>(ids.map((id) => [id, new Set()]))
  if (earlier.length > 0)
    for (const { subscriberId, picks } of await store.deliveries.seen(earlier, ids))
      pickedIds(picks, had.get(subscriberId)!)
  const titles = Object.fromEntries(topics.map((topic) => [topic.name, topic.title]))
  const rows = people.filter(({ status }) => status !== 'erased')
  const frozen = await rankingNow({ ...config, module: null }, store)
  const chooser = await createChooser(
    0,
    { candidates, selection, startedAt: now, ...frozen },
    await models.of(frozen),
  )
  const ranked = chooser.choose(
    rows.map(({ id, topics: interests, language }) => ({
      id,
      request: {
        interests,
        language: language ?? usualLanguage,
        seen: had.get(id)!,
        learned: learned.get(id) ?? null,
        // As a letter of no publication has it.
        seed: mix(0, id),
      },
    })),
  )
  return new Map(
    rows.map(({ id, language }, i) => [
      id,
      ranked[i]!.map(({ index, reason }) => {
        const { id: itemId, title, url } = candidates[index]!
        return { itemId, title, url, reason: reasonText(reason, titles, language) }
      }),
    ]),
  )
}

/** What is learned of each, of rows as render workers get them. */
function learnedOf(json: RecipientsJson): ReadonlyMap<SubscriberId, RankRequest['learned']> {
  const rows = JSON.parse(json) as readonly (readonly unknown[])[]
  return new Map(rows.map((row) => [row[0] as SubscriberId, (row[8] ?? null) as RankRequest['learned']]))
}
