import { describe, expect, test } from 'vitest'
import type { ItemId, PublicationId } from '../../../../engine/model/ids.ts'
import { type Link, maxLinks, type NewLink } from '../../../../engine/model/link.ts'
import { type OpenStore, startRun, useStore } from '../fixtures.ts'

const linkOf = (n: number): NewLink => ({ key: `key-${n}`, url: `https://example.org/${n}`, itemId: null })
const numbered = (links: readonly NewLink[]): Link[] => links.map((link, index) => ({ ...link, index }))

/** Where the links of letters lead. */
export function testLinks(open: OpenStore): void {
  describe('links', () => {
    const store = useStore(open)
    const newRun = () => startRun(store(), {})

    test('are numbered in the order in which they were told, each once', async () => {
      const id = await newRun()
      expect(await store().links.get(id)).toEqual([])
      const first = { ...linkOf(1), itemId: 12 as ItemId }
      expect(await store().links.put(id, [first, linkOf(2)])).toBe(true)
      expect(
        await store().links.put(id, [linkOf(3), linkOf(2), linkOf(3), { ...linkOf(1), itemId: null }]),
      ).toBe(true)
      expect(await store().links.put(id, [])).toBe(true)
      expect(await store().links.get(id)).toEqual(numbered([first, linkOf(2), linkOf(3)]))
    })

    test('are what was told: any character, any length', async () => {
      const id = await newRun()
      const urls = [
        'https://example.org/a b"c\'<&amp;>?x=%20\u00e9=ü&y=[1]{2}|\\#ends',
        'http://例え.テスト/🎉\u2028',
        `https://example.org/${'x'.repeat(5000)}`,
      ]
      const links = urls.map((url, n) => ({ ...linkOf(n), url }))
      expect(await store().links.put(id, links)).toBe(true)
      expect(await store().links.get(id)).toEqual(numbered(links))
    })

    test('of one publication are not those of another', async () => {
      const [one, other] = [await newRun(), await newRun()]
      await store().links.put(one, [linkOf(1), linkOf(2)])
      await store().links.put(other, [linkOf(2)])
      expect(await store().links.get(other)).toEqual(numbered([linkOf(2)]))
      expect(await store().links.get(one)).toHaveLength(2)
    })

    test('another address does not get the key of one that is there', async () => {
      const id = await newRun()
      await store().links.put(id, [linkOf(1)])
      const stranger = { ...linkOf(1), url: 'https://elsewhere.example/' }
      expect(await store().links.put(id, [stranger, linkOf(2)])).toBe(false)
      expect(await store().links.get(id)).toEqual(numbered([linkOf(1), linkOf(2)]))
    })

    test('there are no more than may be, and those that found room are kept', async () => {
      const id = await newRun()
      const links = Array.from({ length: maxLinks }, (_, n) => linkOf(n))
      expect(await store().links.put(id, links.slice(0, -1))).toBe(true)
      expect(await store().links.put(id, [links.at(-1)!, linkOf(-1)])).toBe(false)
      expect(await store().links.get(id)).toEqual(numbered(links))
      expect(await store().links.put(id, links.slice(100, 200))).toBe(true)
      expect(await store().links.put(id, [linkOf(-2)])).toBe(false)
    })

    test('there are none of a publication that is not there', async () => {
      const nobody = 987_654_321 as PublicationId
      expect(await store().links.put(nobody, [linkOf(1)])).toBe(false)
      expect(await store().links.get(nobody)).toEqual([])
    })

    test('told by several at once, each is numbered once', async () => {
      const id = await newRun()
      const told = Array.from({ length: 8 }, (_, by) => Array.from({ length: 10 }, (_, n) => linkOf(by + n)))
      const kept = await Promise.all(told.map((links) => store().links.put(id, links)))
      expect(kept).toEqual(told.map(() => true))
      const links = await store().links.get(id)
      expect(links.map(({ index }) => index)).toEqual(links.map((_, index) => index))
      expect(new Set(links.map(({ key }) => key)).size).toBe(17)
      expect(links).toHaveLength(17)
    })
  })
}
