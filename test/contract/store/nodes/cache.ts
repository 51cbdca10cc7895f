import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cache } from '../../../../engine/ports/cache.ts'
import { fresh } from '../fixtures.ts'

const longMs = 600_000

/** What every cache must do. `open` gives it at two nodes, the same twice where there is but one process. */
export function testCache(
  name: string,
  open: () => Promise<{ readonly here: Cache; readonly there: Cache; readonly close: () => Promise<void> }>,
): void {
  describe(`cache ${name}`, () => {
    let nodes: Awaited<ReturnType<typeof open>>
    beforeAll(async () => {
      nodes = await open()
    })
    afterAll(() => nodes.close())

    test('gives what was set, on every node, in the order that is asked for; null for the rest', async () => {
      const { here, there } = nodes
      const space = fresh('space')
      await here.set(
        space,
        [
          ['a', 'one'],
          ['b', 'two'],
        ],
        longMs,
      )
      expect(await there.get(space, ['b', 'never', 'a', 'b'])).toEqual(['two', null, 'one', 'two'])
      expect(await there.get(fresh('space'), ['a'])).toEqual([null])
      expect(await there.get(space, [])).toEqual([])
      await there.set(space, [['a', 'three']], longMs)
      expect(await here.get(space, ['a'])).toEqual(['three'])
    })

    test('any key and value, and a thousand at once', async () => {
      const { here, there } = nodes
      const space = fresh('space')
      const entries: [string, string][] = [
        ['', 'empty key'],
        ['empty value', ''],
        ['a:b {c} *', '12:3:x'],
        ['ü🦉', '🦉\u0000\r\n'],
        ...Array.from({ length: 1000 }, (_, i): [string, string] => [`key ${i}`, `value ${i}`]),
      ]
      await here.set(space, entries, longMs)
      expect(
        await there.get(
          space,
          entries.map(([key]) => key),
        ),
      ).toEqual(entries.map(([, value]) => value))
    })

    test('a value ends with its time', async () => {
      const { here, there } = nodes
      const space = fresh('space')
      await here.set(space, [['short', 'x']], 20)
      await here.set(space, [['long', 'x']], longMs)
      await expect.poll(() => there.get(space, ['short', 'long'])).toEqual([null, 'x'])
    })

    test('what is dropped is gone on every node, and nothing else', async () => {
      const { here, there } = nodes
      const [space, other] = [fresh('space'), fresh('space')]
      for (const one of [space, other])
        await here.set(
          one,
          [
            ['a', '1'],
            ['b', '2'],
          ],
          longMs,
        )
      await there.drop(space, ['a', 'never'])
      await there.drop(space, [])
      expect(await here.get(space, ['a', 'b'])).toEqual([null, '2'])
      expect(await here.get(other, ['a', 'b'])).toEqual(['1', '2'])
    })

    test('a namespace that is cleared is empty on every node, and fills again', async () => {
      const { here, there } = nodes
      const [space, other] = [fresh('space'), fresh('space')]
      const keys = Array.from({ length: 200 }, (_, i) => `key ${i}`)
      const set = (cache: Cache, one: string, value: string) =>
        cache.set(
          one,
          keys.map((key): [string, string] => [key, value]),
          longMs,
        )
      await set(here, space, 'old')
      await set(here, other, 'old')
      expect(await there.get(space, keys)).toEqual(keys.map(() => 'old'))
      await there.clear(space)
      expect(await here.get(space, keys)).toEqual(keys.map(() => null))
      expect(await here.get(other, keys)).toEqual(keys.map(() => 'old'))
      await set(here, space, 'new')
      expect(await there.get(space, keys)).toEqual(keys.map(() => 'new'))
      await here.clear(space)
      await here.clear(space)
      expect(await there.get(space, keys)).toEqual(keys.map(() => null))
    })

    test('nothing of this has failed', () => {
      expect(nodes.here.failures() + nodes.there.failures()).toBe(0)
    })
  })
}
