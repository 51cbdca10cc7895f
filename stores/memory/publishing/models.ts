import type { ModelDraft, ModelHead, ModelStore } from '../../../engine/ports/models.ts'
import type { MemoryState } from '../state.ts'

export function createModels(state: MemoryState): ModelStore {
  const models = new Map<number, ModelHead & { readonly state: string }>()
  let draft: ModelDraft = { revision: 0, cursor: 0, state: null }

  const point = (version: number) => {
    for (const [key, model] of models) models.set(key, { ...model, active: key === version })
  }
  const newestFirst = () => [...models.values()].sort((a, b) => b.version - a.version)

  return {
    async draft() {
      return draft
    },
    async letters(which, upTo) {
      return which.flatMap(({ publicationId, subscriberId }) => {
        const person = state.subscribers[subscriberId - 1]
        if (person === undefined || person.status === 'erased') return []
        const { language, topics } = person
        return [
          {
            publicationId,
            subscriberId,
            picks: state.publications.get(publicationId)?.deliveries.get(subscriberId)?.picks ?? null,
            language,
            topics,
            tracking: state.settings.get(subscriberId)?.tracking ?? 'unknown',
            tallies: state.affinities.get(subscriberId)?.tallies ?? null,
            reads: state.events
              .filter(
                (event) =>
                  event.subscriberId === subscriberId &&
                  event.publicationId === publicationId &&
                  event.id <= upTo &&
                  (event.type === 'opened' || event.type === 'clicked'),
              )
              .map(({ id, at, type, class: by, was, link }) => ({ id, at, type, class: by, was, link })),
          },
        ]
      })
    },
    async commit({ revision, cursor, state: text, affinities, snapshot, now }) {
      if (revision !== draft.revision) return false
      draft = { revision: revision + 1, cursor, state: text ?? draft.state }
      for (const affinity of affinities) {
        const person = state.subscribers[affinity.subscriberId - 1]
        if (person === undefined || person.status === 'erased') continue
        if (state.settings.get(person.id)?.tracking === 'denied') continue
        state.affinities.set(person.id, { ...affinity, updatedAt: now })
      }
      if (snapshot !== null && text !== null) {
        const version = Math.max(0, ...models.keys()) + 1
        models.set(version, { version, at: now, note: snapshot.note, active: true, state: text })
        point(version)
      }
      return true
    },
    async get(version) {
      if (version !== 'active') return models.get(version) ?? null
      return newestFirst().find(({ active }) => active) ?? null
    },
    async list() {
      return newestFirst().map(({ version, at, note, active }) => ({ version, at, note, active }))
    },
    async activate(version, _now) {
      const model = models.get(version)
      if (model === undefined) return false
      draft = { ...draft, revision: draft.revision + 1, state: model.state }
      point(version)
      return true
    },
    async prune({ keep, except }) {
      const gone = newestFirst()
        .slice(keep)
        .filter(({ version, active }) => !active && !except.includes(version))
      for (const { version } of gone) models.delete(version)
      return gone.length
    },
    async forget({ before, limit }) {
      const old = [...state.affinities].filter(([, { updatedAt }]) => updatedAt < before).slice(0, limit)
      for (const [id] of old) state.affinities.delete(id)
      return old.length
    },
  }
}
