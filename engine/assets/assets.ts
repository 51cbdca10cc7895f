import { createHash } from 'node:crypto'
import { type Caches, policies } from '../cache/caches.ts'
import type { Clock } from '../clock.ts'
import { assetsUrl } from '../compose/asset-urls.ts'
import type { EngineConfig } from '../config.ts'
import { BroadsheetError } from '../errors.ts'
import { type Asset, type AssetFacts, type AssetHash, assetNameSchema, assetPath } from '../model/asset.ts'
import type { Page } from '../model/ids.ts'
import type { Store } from '../ports/store.ts'
import { piecesOf, readPieces, tooLarge } from './pieces.ts'
import { namesIn, textsOf } from './references.ts'

/** What refers to an asset. `name`: of a template; the number of an item or a publication. */
export interface AssetUse {
  readonly kind: 'template' | 'item' | 'publication'
  readonly name: string
}

/** An asset to be served: `read` gives bytes `from` up to and with `to`. */
export interface OpenAsset {
  readonly asset: Asset
  /** All of a small one. */
  readonly whole: Buffer | null
  read(from: number, to: number): AsyncIterable<Uint8Array>
}

/** Files that templates, items and letters refer to. */
export interface Assets {
  /** Keep what comes, under a name that means these bytes from now on; publications that have begun keep theirs. Refuses with E_INPUT
   *  (name), E_TOO_LARGE, E_ASSET and E_QUOTA, and keeps nothing then; a source that breaks off rejects as it does. `bytes`: how many
   *  there will be, where that is said: too many are refused before any is read. */
  add(
    source: AsyncIterable<Uint8Array>,
    name: string,
    bytes?: number,
  ): Promise<{ readonly asset: Asset; readonly created: boolean }>
  get(hash: AssetHash): Promise<Asset | null>
  page(query: { readonly after: number; readonly limit: number }): Promise<Page<Asset>>
  /** Some of what refers to it; reads all templates, items and publications. */
  uses(asset: Asset): Promise<readonly AssetUse[]>
  /** Refuses with E_IN_USE while something refers to it, unless it is forced; with E_NOT_FOUND where there is none. What begins to refer
   *  to it at the same time does so in vain. */
  remove(hash: AssetHash, options: { readonly force: boolean }): Promise<void>
  /** For its readers. Null: there is none. */
  open(hash: AssetHash): Promise<OpenAsset | null>
  /** Where readers find it. */
  urlOf(asset: Asset): string
}

/** Served from memory as a whole. */
const smallBytes = 262_144
const maxCacheBytes = 16 * 2 ** 20
const maxUses = 20

export function createAssets(parts: {
  readonly config: Pick<EngineConfig, 'assets' | 'publicUrl' | 'cdnBaseUrl'>
  readonly store: Pick<Store, 'assets' | 'assetUploads' | 'templates'>
  readonly caches: Caches
  readonly clock: Clock
}): Assets {
  const { config, caches, clock } = parts
  const { assets, assetUploads, templates } = parts.store
  const { maxFileBytes, maxTotalBytes, maxPixels } = config.assets
  const base = assetsUrl(config)

  // In this process alone: bytes are text in Redis, and nothing is won by fetching them from there.
  const served = caches.space<AssetHash, { readonly asset: Asset; readonly whole: Buffer | null }>({
    name: 'content.assets',
    policy: policies.content,
    shared: false,
    maxBytes: maxCacheBytes,
    maxBatch: 1,
    // It is measured only, at two bytes a character.
    encode: ({ whole }) => ' '.repeat((whole?.length ?? 0) / 2),
    async load([hash]) {
      const asset = hash === undefined ? null : await assets.get(hash)
      if (hash === undefined || asset === null) return new Map()
      const whole = asset.bytes > smallBytes ? null : Buffer.concat(await Array.fromAsync(bytesOf(asset)))
      return new Map([[hash, { asset, whole }]])
    },
  })
  const bytesOf = (asset: Asset, from = 0, to = asset.bytes - 1) => readPieces(assets, asset, from, to)

  async function uses(asset: Asset): Promise<readonly AssetUse[]> {
    const found: AssetUse[] = []
    for (let after: number | null = 0; after !== null && found.length < maxUses; ) {
      const page: Awaited<ReturnType<typeof templates.page>> = await templates.page({ after, limit: 200 })
      for (const template of page.rows) {
        const refers = textsOf(template).some(
          (text) => text.includes(asset.hash) || namesIn(text).some((name) => asset.names.includes(name)),
        )
        if (refers) found.push({ kind: 'template', name: template.name })
      }
      after = page.next
    }
    const { items, publications } = await assets.mentions(asset.hash, maxUses)
    return [
      ...found,
      ...items.map((id) => ({ kind: 'item', name: String(id) }) as const),
      ...publications.map((id) => ({ kind: 'publication', name: String(id) }) as const),
    ].slice(0, maxUses)
  }

  async function write(
    name: string,
    facts: AssetFacts,
    head: readonly Buffer[],
    rest: AsyncIterable<Buffer>,
  ): Promise<{ readonly asset: Asset; readonly created: boolean }> {
    const hash = createHash('sha256')
    const id = await assetUploads.begin(clock.now())
    try {
      let bytes = 0
      let seq = 0
      const append = async (piece: Buffer): Promise<void> => {
        hash.update(piece)
        if (!(await assetUploads.append(id, seq, piece)))
          throw new BroadsheetError('E_STATE', `The upload of "${name}" was given up: send it again.`)
        bytes += piece.length
        seq += 1
      }
      for (const piece of head) await append(piece)
      for await (const piece of rest) await append(piece)
      const whole = { ...facts, hash: hash.digest('hex'), bytes, name }
      return await assetUploads.seal(id, whole, { maxTotalBytes, now: clock.now() })
    } catch (error) {
      // Where even this fails it is swept tomorrow.
      await assetUploads.drop(id).catch(() => {})
      throw error
    }
  }

  return {
    async add(source, given, announced = 0) {
      const name = nameOf(given)
      if (announced > maxFileBytes) throw tooLarge(name, maxFileBytes)
      const pieces = piecesOf(source, name, maxFileBytes)
      try {
        // A daemon that only sends needs none of it.
        const { headBytes, judge } = await import('./judge.ts')
        // Nothing is written of what is refused.
        const head: Buffer[] = []
        for (let bytes = 0; bytes < headBytes; ) {
          const { done, value } = await pieces.next()
          if (done) break
          head.push(value)
          bytes += value.length
        }
        const facts = judge(Buffer.concat(head), name, { maxPixels })
        return await write(name, facts, head, pieces)
      } finally {
        await pieces.return(undefined)
      }
    },
    get: (hash) => assets.get(hash),
    page: (query) => assets.page(query),
    uses,
    async remove(hash, { force }) {
      const asset = await assets.get(hash)
      if (asset === null) throw new BroadsheetError('E_NOT_FOUND', `There is no asset ${hash}.`)
      const found = force ? [] : await uses(asset)
      if (found.length > 0)
        throw new BroadsheetError(
          'E_IN_USE',
          `"${asset.name}" is referred to, and would be missing there. Change what issues name first, or force it.`,
          { issues: found.map(({ kind, name }) => ({ path: `${kind} ${name}`, message: 'refers to it' })) },
        )
      await assets.remove(asset.id)
      await served.drop([hash])
    },
    async open(hash) {
      const found = await served.get(hash)
      return found && { ...found, read: (from, to) => bytesOf(found.asset, from, to) }
    },
    urlOf: (asset) => base + assetPath(asset, asset.names[0] ?? asset.name),
  }
}

function nameOf(given: string): string {
  const parsed = assetNameSchema.safeParse(given)
  if (parsed.success) return parsed.data
  throw new BroadsheetError('E_INPUT', 'The name of an asset is a label, and no path.', {
    issues: [{ path: 'name', message: parsed.error.issues[0]?.message ?? 'is not valid' }],
  })
}
