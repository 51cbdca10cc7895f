import type { ItemId } from '../../../engine/model/ids.ts'
import type { Item } from '../../../engine/model/item.ts'
import { foldText } from '../../../engine/model/segment.ts'
import type { ItemStore } from '../../../engine/ports/items.ts'
import { itemFields, keyOf, sameItem } from '../../rules/item.ts'
import { pageOf } from '../../rules/page.ts'
import type { MemoryState } from '../state.ts'

export function createItems({ items }: Pick<MemoryState, 'items'>): ItemStore {
  const byKey = new Map<string, ItemId>()
  let lastId = 0
  return {
    async upsert(rows, now) {
      return rows.map((input) => {
        const key = keyOf(input)
        const knownId = byKey.get(key)
        const known = knownId === undefined ? undefined : items.get(knownId)
        const fields = itemFields(input, known ?? null, now)
        if (known !== undefined && sameItem(known, fields)) return { id: known.id, outcome: 'unchanged' }
        if (known !== undefined) {
          items.set(known.id, { ...known, ...fields, updatedAt: now })
          return { id: known.id, outcome: 'updated' }
        }
        lastId += 1
        const id = lastId as ItemId
        byKey.set(key, id)
        items.set(id, { id, key, ...fields, createdAt: now, updatedAt: now })
        return { id, outcome: 'created' }
      })
    },
    async get(ids) {
      return ids.map((id) => items.get(id)).filter((item) => item !== undefined)
    },
    async byKey(keys) {
      return keys
        .map((key) => byKey.get(key))
        .map((id) => (id === undefined ? undefined : items.get(id)))
        .filter((item) => item !== undefined)
    },
    async byUrl(urls) {
      const newest = new Map([...items.values()].map((item) => [item.url, item]))
      return [...new Set(urls)].map((url) => newest.get(url)).filter((item) => item !== undefined)
    },
    async page({ after, limit, newestFirst = false, topic, search }) {
      const part = foldText(search ?? '')
      const fits = (item: Item) =>
        (newestFirst ? after === 0 || item.id < after : item.id > after) &&
        (topic === undefined || item.topics.includes(topic)) &&
        (foldText(item.title).includes(part) || foldText(item.url).includes(part))
      const rows = [...items.values()].filter(fits)
      if (newestFirst) rows.reverse()
      return pageOf(rows.slice(0, limit + 1), limit, (item) => item.id)
    },
    async topics() {
      const counts = new Map<string, number>()
      for (const item of items.values())
        for (const topic of new Set(item.topics)) counts.set(topic, (counts.get(topic) ?? 0) + 1)
      return [...counts]
        .map(([topic, count]) => ({ topic, items: count }))
        .sort((a, b) => (a.topic < b.topic ? -1 : 1))
    },
    async candidates({ topics, since, until, newSince, limit }) {
      const wanted = new Set(topics)
      const fits = (item: Item) =>
        item.publishedAt >= since &&
        item.publishedAt <= until &&
        (newSince === undefined || item.publishedAt > newSince || item.createdAt > newSince) &&
        (wanted.size === 0 || item.topics.some((topic) => wanted.has(topic)))
      return [...items.values()]
        .filter(fits)
        .sort((a, b) => b.publishedAt - a.publishedAt || b.id - a.id)
        .slice(0, limit)
    },
    async remove(id) {
      const item = items.get(id)
      if (item === undefined) return false
      byKey.delete(item.key)
      return items.delete(id)
    },
  }
}
