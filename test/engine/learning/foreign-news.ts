import { createReplayLog, type ReplayLog } from '../../../engine/learning/replay/log.ts'
import { seeded } from '../personalise/newsroom.ts'

/** Logs of a news site that knows nothing of Broadsheet, in the manner of public data sets such as MIND: nobody declared anything, items
 *  live for a day or two and are not dated, some carry no topic, most readers come a few times, and impressions are shown
 *  in no order. */
export function foreignNews(options: {
  readonly seed: number
  readonly impressions: number
  /** Clicks fall at random, not by taste. */
  readonly noise?: boolean
}): { readonly items: readonly string[]; readonly events: readonly string[] } {
  const random = seeded(options.seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const hour = 3_600_000
  const start = Date.UTC(2026, 0, 5)
  const hours = 14 * 24
  const categories = Array.from({ length: 16 }, (_, i) => ({ name: `category-${i}`, weight: 0.5 * normal() }))
  const news = Array.from({ length: 40 * 24 }, (_, i) => ({
    key: `N${i}`,
    born: Math.floor((i / (40 * 24)) * hours),
    quality: 0.9 * normal(),
    category: Math.floor(random() * categories.length),
    bare: random() < 0.1,
  }))
  const readers = Array.from({ length: Math.ceil(options.impressions / 8) }, (_, i) => ({
    key: `U${i}`,
    level: 0.7 * normal(),
    taste: categories.map(() => normal()),
  }))
  const items = news.map(({ key, category, bare }) =>
    JSON.stringify({
      key,
      title: key,
      topics: bare ? [] : [categories[category]!.name, `sub-${category}-${key.length % 3}`],
    }),
  )
  const events: string[] = []
  for (let i = 0; i < options.impressions; i++) {
    const moment = Math.floor((i / options.impressions) * hours * hour)
    const now = moment / hour
    // A few readers come often.
    const reader = readers[Math.floor(random() ** 2 * readers.length)]!
    const open = news.filter(({ born }) => born <= now && born > now - 36)
    const count = Math.min(open.length, 5 + Math.floor(random() * 25))
    const shown = new Set<(typeof news)[number]>()
    while (shown.size < count) shown.add(open[Math.floor(random() * open.length)]!)
    const clicked = [...shown].filter(({ born, quality, category }) => {
      const liking = reader.taste[category]! + categories[category]!.weight
      const odds = -3.2 + reader.level + liking + quality - 0.04 * (now - born)
      return random() < (options.noise ? 0.06 : 1 / (1 + Math.exp(-odds)))
    })
    events.push(
      JSON.stringify({
        type: 'impression',
        at: new Date(start + moment).toISOString(),
        reader: reader.key,
        items: [...shown].map(({ key }) => key),
        clicked: clicked.map(({ key }) => key),
      }),
    )
  }
  return { items, events }
}

export function logOf({
  items,
  events,
}: {
  readonly items: readonly string[]
  readonly events: readonly string[]
}): ReplayLog {
  const log = createReplayLog()
  for (const line of items) log.item(line)
  for (const line of events) log.event(line)
  return log.finish()
}
