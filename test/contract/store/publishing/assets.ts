import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { AssetId } from '../../../../engine/model/ids.ts'
import { assetPieceBytes } from '../../../../engine/ports/assets.ts'
import { fresh, itemInput, now, type OpenStore, putAsset, specOf, startRun, useStore } from '../fixtures.ts'

const roomy = { maxTotalBytes: 1e9, now }
const missing = 'f'.repeat(64)

/** Files that are kept once. */
export function testAssets(open: OpenStore): void {
  describe('assets', () => {
    const store = useStore(open)
    const put = (bytes: Uint8Array, name: string, options = roomy) => putAsset(store(), bytes, name, options)

    async function bytesOf(id: AssetId): Promise<Buffer> {
      const pieces: Uint8Array[] = []
      for (let seq = 0; ; seq += 1) {
        const piece = await store().assets.piece(id, seq)
        if (piece === null) return Buffer.concat(pieces)
        pieces.push(piece)
      }
    }

    test('come back as they were brought, piece by piece', async () => {
      const bytes = randomBytes(2 * assetPieceBytes + 77)
      const { asset, created } = await put(bytes, 'large.png')
      expect(created).toBe(true)
      expect(asset).toEqual({
        id: asset.id,
        hash: createHash('sha256').update(bytes).digest('hex'),
        name: 'large.png',
        names: ['large.png'],
        type: 'image/png',
        bytes: bytes.length,
        width: 3,
        height: null,
        createdAt: now,
      })
      expect(await store().assets.get(asset.hash)).toEqual(asset)
      expect((await bytesOf(asset.id)).equals(bytes)).toBe(true)
      expect(await store().assets.piece(asset.id, 3)).toBe(null)
      expect(await store().assets.get(missing)).toBe(null)
    })

    test('with the same bytes are one, under all their names', async () => {
      const bytes = randomBytes(100)
      const [one, two] = [fresh('one'), fresh('Two')]
      const first = await put(bytes, one)
      const again = await put(bytes, two, { ...roomy, now: now + 5 })
      expect(again.created).toBe(false)
      expect(again.asset).toEqual({ ...first.asset, names: [two, one] })
      expect(await bytesOf(first.asset.id)).toHaveLength(100)
    })

    test('brought at the same time are one', async () => {
      const bytes = randomBytes(100)
      const both = await Promise.all([put(bytes, fresh('a')), put(bytes, fresh('b'))])
      expect(both.filter(({ created }) => created)).toHaveLength(1)
      expect(both[0].asset.id).toBe(both[1].asset.id)
      expect((await store().assets.get(both[0].asset.hash))?.names).toHaveLength(2)
    })

    test('a name means what was brought last under it, and the one before stays', async () => {
      const name = fresh('logo')
      const old = await put(randomBytes(10), name)
      const next = await put(randomBytes(10), name)
      expect(await store().assets.byName(['nothing', name])).toEqual([{ name, asset: next.asset }])
      expect(await store().assets.get(old.asset.hash)).toEqual({ ...old.asset, names: [] })
    })

    test('are listed in the order they began, without what is still coming', async () => {
      const { asset } = await put(randomBytes(10), fresh('first'))
      await store().assetUploads.begin(now)
      const { asset: next } = await put(randomBytes(10), fresh('second'))
      const page = await store().assets.page({ after: asset.id - 1, limit: 1 })
      expect(page).toEqual({ rows: [asset], next: asset.id })
      expect(await store().assets.page({ after: asset.id, limit: 5 })).toEqual({ rows: [next], next: null })
    })

    test('more than there is room for are refused, and leave nothing', async () => {
      const held = async () => {
        const { rows } = await store().assets.page({ after: 0, limit: 1000 })
        return rows.reduce((sum, { bytes }) => sum + bytes, 0)
      }
      const bytes = randomBytes(1000)
      const before = await held()
      const name = fresh('much')
      await expect(put(bytes, name, { now, maxTotalBytes: before + 999 })).rejects.toMatchObject({
        code: 'E_QUOTA',
      })
      expect(await held()).toBe(before)
      expect(await store().assets.byName([name])).toEqual([])
      await put(bytes, name, { now, maxTotalBytes: before + 1000 })
      // Of what is there already nothing more is kept.
      expect((await put(bytes, name, { now, maxTotalBytes: 0 })).created).toBe(false)
    })

    test('an upload that was given up is gone', async () => {
      const { assetUploads } = store()
      const id = await assetUploads.begin(now)
      expect(await assetUploads.append(id, 0, randomBytes(5))).toBe(true)
      await assetUploads.drop(id)
      expect(await assetUploads.append(id, 1, randomBytes(5))).toBe(false)
      const facts = {
        hash: missing,
        name: 'x',
        type: 'image/png',
        bytes: 5,
        width: null,
        height: null,
      } as const
      await expect(assetUploads.seal(id, facts, roomy)).rejects.toMatchObject({ code: 'E_NOT_FOUND' })
      expect(await store().assets.piece(id, 0)).toBe(null)
    })

    test('dropping what is sealed changes nothing', async () => {
      const { asset } = await put(randomBytes(10), fresh('kept'))
      await store().assetUploads.drop(asset.id)
      expect(await bytesOf(asset.id)).toHaveLength(10)
    })

    test('uploads that nobody finished are swept, and nothing else', async () => {
      const { assetUploads } = store()
      const early = now - 1_000_000
      const old = [
        await assetUploads.begin(early),
        await assetUploads.begin(early),
        await assetUploads.begin(early),
      ]
      const young = await assetUploads.begin(early + 2)
      const { asset } = await put(randomBytes(10), fresh('old'), { ...roomy, now: early })
      expect(await assetUploads.sweep({ before: early + 1, limit: 2 })).toBe(2)
      expect(await assetUploads.sweep({ before: early + 1, limit: 2 })).toBe(1)
      for (const id of old) expect(await assetUploads.append(id, 0, randomBytes(1))).toBe(false)
      expect(await assetUploads.append(young, 0, randomBytes(1))).toBe(true)
      expect(await store().assets.get(asset.hash)).toEqual(asset)
    })

    test('are removed with their names and bytes', async () => {
      const name = fresh('gone')
      const bytes = randomBytes(10)
      const { asset } = await put(bytes, name)
      expect(await store().assets.remove(asset.id)).toBe(true)
      expect(await store().assets.remove(asset.id)).toBe(false)
      expect(await store().assets.get(asset.hash)).toBe(null)
      expect(await store().assets.byName([name])).toEqual([])
      expect(await store().assets.piece(asset.id, 0)).toBe(null)
      expect((await put(bytes, name)).created).toBe(true)
    })

    test('tell which items and publications hold their hash', async () => {
      const { asset } = await put(randomBytes(10), fresh('used'))
      const { hash } = asset
      expect(await store().assets.mentions(hash, 10)).toEqual({ items: [], publications: [] })
      const url = `https://news.example/i/${hash}/used.png`
      const [shown, told] = await store().items.upsert(
        [itemInput({ imageUrl: url }), itemInput({ body: `<img src="${url}">` }), itemInput()],
        now,
      )
      const { bundle } = specOf({ campaign: { id: 0 as never, name: '', title: '' } })
      const id = await startRun(store(), {
        bundle: { ...bundle, assets: { 'used.png': `/i/${hash}/used.png` } },
      })
      await startRun(store(), {})
      expect(await store().assets.mentions(hash, 10)).toEqual({
        items: [shown!.id, told!.id],
        publications: [id],
      })
      expect((await store().assets.mentions(hash, 1)).items).toEqual([shown!.id])
    })
  })
}
