import type { EpochMs, PublicationId } from '../model/ids.ts'
import { decodePicks } from '../personalise/picks.ts'
import type { ReadLetter } from '../ports/models.ts'
import type { Store } from '../ports/store.ts'
import type { LearnedRun } from './learn-letters.ts'
import { readingOf } from './reading.ts'

const pageEvents = 1000

/** What people saw and clicked, as a replay reads it (replay/log.ts): of each letter that somebody opened or clicked an `impression` line, and
 *  a `click` line for each of its items that they clicked; both without what turned out to be no person. Readers are told by their
 *  number alone. Nothing is told of the erased, nor of those who allow no tracking. By the first sign of each letter. */
export async function* exportImpressions(
  store: Pick<Store, 'events' | 'models' | 'publications' | 'links'>,
): AsyncGenerator<string> {
  const runs = new Map<PublicationId, LearnedRun | null>()
  const runOf = async (id: PublicationId): Promise<LearnedRun | null> => {
    const publication = await store.publications.get(id)
    return publication === null ? null : { spec: publication.spec, links: await store.links.get(id) }
  }
  for (let after: number | null = 0; after !== null; ) {
    const page: Awaited<ReturnType<typeof store.events.page>> = await store.events.page({
      after,
      limit: pageEvents,
    })
    const touched = new Map<string, Pick<ReadLetter, 'publicationId' | 'subscriberId'>>()
    for (const { publicationId, subscriberId, class: by } of page.rows)
      if (by === 'human') touched.set(`${publicationId}/${subscriberId}`, { publicationId, subscriberId })
    let text = ''
    if (touched.size > 0)
      for (const letter of await store.models.letters([...touched.values()], Number.MAX_SAFE_INTEGER)) {
        // Told with the page of its first sign, with all that followed; later pages leave it out.
        if ((letter.reads.find(({ class: by }) => by === 'human')?.id ?? 0) <= after) continue
        const { publicationId } = letter
        if (!runs.has(publicationId)) runs.set(publicationId, await runOf(publicationId))
        const run = runs.get(publicationId)
        if (run) text += linesOf(letter, run)
      }
    if (text !== '') yield text
    after = page.next
  }
}

function linesOf(
  { publicationId, subscriberId, picks, topics, language, tracking, reads }: ReadLetter,
  run: LearnedRun,
): string {
  if (tracking === 'denied' || picks === null || picks.length === 0) return ''
  const ids = decodePicks(picks).map(({ itemId }) => itemId)
  const keys = new Map(run.spec.candidates.map(({ id, key }) => [id as number, key]))
  const items = ids.map((id) => keys.get(id) ?? String(id))
  const placeOf = (link: number): number | undefined => {
    const place = ids.indexOf(run.links[link]?.itemId ?? -1)
    return place < 0 ? undefined : place
  }
  const { seen, clicked } = readingOf(reads, Number.MAX_SAFE_INTEGER, placeOf)
  if (!seen) return ''
  const people = reads.filter(({ class: by }) => by === 'human')
  const common = { reader: String(subscriberId), letter: String(publicationId) }
  const firstClick = (place: number): EpochMs =>
    people.find(({ link }) => link !== null && placeOf(link) === place)!.at
  const lines: object[] = [
    {
      type: 'impression',
      at: Math.min(...people.map(({ at }) => at)),
      ...common,
      items,
      interests: topics,
      language: language ?? run.spec.language,
    },
    ...[...clicked].map((place) => ({ type: 'click', at: firstClick(place), ...common, item: items[place] })),
  ]
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}
