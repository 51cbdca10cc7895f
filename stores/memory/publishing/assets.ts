import type { Asset } from '../../../engine/model/asset.ts'
import type { AssetId, EpochMs } from '../../../engine/model/ids.ts'
import type { AssetStore, AssetUploads } from '../../../engine/ports/assets.ts'
import { checkRoom } from '../../rules/asset.ts'
import { pageOf } from '../../rules/page.ts'
import { noSuch } from '../../rules/refusals.ts'
import type { MemoryState } from '../state.ts'

interface Upload {
  readonly at: EpochMs
  readonly pieces: Uint8Array[]
}

export function createAssets(state: Pick<MemoryState, 'items' | 'publications'>): {
  readonly assets: AssetStore
  readonly assetUploads: AssetUploads
} {
  const uploads = new Map<AssetId, Upload>()
  const kept = new Map<AssetId, { asset: Omit<Asset, 'names'>; pieces: readonly Uint8Array[] }>()
  const byHash = new Map<string, AssetId>()
  const names = new Map<string, AssetId>()
  let last = 0

  const view = (id: AssetId): Asset => ({
    ...kept.get(id)!.asset,
    names: [...names].flatMap(([name, named]) => (named === id ? [name] : [])).sort(),
  })

  return {
    assets: {
      async get(hash) {
        const id = byHash.get(hash)
        return id === undefined ? null : view(id)
      },
      async byName(asked) {
        return asked.flatMap((name) => {
          const id = names.get(name)
          return id === undefined ? [] : [{ name, asset: view(id) }]
        })
      },
      async page({ after, limit }) {
        const ids = [...kept.keys()].filter((id) => id > after).sort((a, b) => a - b)
        return pageOf(ids.slice(0, limit + 1).map(view), limit, ({ id }) => id)
      },
      async piece(id, seq) {
        return kept.get(id)?.pieces[seq] ?? null
      },
      async mentions(hash, limit) {
        const items = [...state.items.values()].filter(
          ({ imageUrl, body }) => imageUrl?.includes(hash) || body?.includes(hash),
        )
        const publications = [...state.publications.values()].filter(({ publication }) =>
          JSON.stringify(publication.spec).includes(hash),
        )
        return {
          items: items.slice(0, limit).map(({ id }) => id),
          publications: publications.slice(0, limit).map(({ publication }) => publication.id),
        }
      },
      async remove(id) {
        const found = kept.get(id)
        if (found === undefined) return false
        kept.delete(id)
        byHash.delete(found.asset.hash)
        for (const [name, named] of names) if (named === id) names.delete(name)
        return true
      },
    },
    assetUploads: {
      async begin(at) {
        last += 1
        const id = last as AssetId
        uploads.set(id, { at, pieces: [] })
        return id
      },
      async append(id, seq, bytes) {
        const upload = uploads.get(id)
        if (upload === undefined) return false
        upload.pieces[seq] = bytes.slice()
        return true
      },
      async seal(id, facts, { maxTotalBytes, now }) {
        const upload = uploads.get(id)
        if (upload === undefined) throw noSuch('upload', id)
        const known = byHash.get(facts.hash)
        if (known === undefined) {
          const total = [...kept.values()].reduce((sum, { asset }) => sum + asset.bytes, 0)
          checkRoom(total, facts.bytes, maxTotalBytes)
          kept.set(id, { asset: { ...facts, id, createdAt: now }, pieces: upload.pieces })
          byHash.set(facts.hash, id)
        }
        uploads.delete(id)
        names.set(facts.name, known ?? id)
        return { asset: view(known ?? id), created: known === undefined }
      },
      async drop(id) {
        uploads.delete(id)
      },
      async sweep({ before, limit }) {
        const old = [...uploads].filter(([, { at }]) => at < before).slice(0, limit)
        for (const [id] of old) uploads.delete(id)
        return old.length
      },
    },
  }
}
