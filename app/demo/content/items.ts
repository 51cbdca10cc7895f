import type { EpochMs } from '../../../engine/model/ids.ts'
import type { ItemInput } from '../../../engine/model/item.ts'
import type { Article } from './article.ts'
import { backPages } from './back-pages.ts'
import { frontPages } from './front-pages.ts'
import { germanPages } from './german-pages.ts'
import { paper } from './publication.ts'

const hourMs = 3_600_000

/** The paper of the last week, as seen from `now`: some fifty pieces over ten topics, six of them in German. */
export function makeItems(now: EpochMs): ItemInput[] {
  const itemOf =
    (language: string) =>
    ({ slug, title, summary, author, topics, hoursAgo, popularity }: Article): ItemInput => ({
      key: `courier/${slug}`,
      title,
      url: `${paper.site}/${topics[0]}/${slug}`,
      summary,
      body: null,
      imageUrl: null,
      author,
      language,
      topics: [...topics],
      popularity,
      publishedAt: now - hoursAgo * hourMs,
    })
  return [...[...frontPages, ...backPages].map(itemOf('en')), ...germanPages.map(itemOf('de'))]
}
