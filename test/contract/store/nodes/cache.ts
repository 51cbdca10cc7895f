import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Cache } from '../../../../engine/ports/cache.ts'
import { fresh } from '../fixtures.ts'

const longMs = 600_000

/** Set what nobody drops meanwhile. */
export async function put(
  cache: Cache,
  space: string,
  entries: readonly (readonly [key: string, value: string])[],
  ttlMs: number,
): Promise<void> {
  const found = await cache.get(
    space,
    entries.map(([key]) => key),
  )
  await cache.set(
    space,
    entries.map(([key, value], i) => [key, value, found[i]!.seen]),
    ttlMs,
  )
}
export const valuesOf = async (
  cache: Cache,
  space: string,
  keys: readonly string[],
): Promise<(string | null)[]> => (await cache.get(space, keys)).map(({ value }) => value)

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
      await put(
        here,
        space,
        [
          ['a', 'one'],
          ['b', 'two'],
        ],
        longMs,
      )
      expect(await valuesOf(there, space, ['b', 'never', 'a', 'b'])).toEqual(['two', null, 'one', 'two'])
      expect(await valuesOf(there, fresh('space'), ['a'])).toEqual([null])
      expect(await valuesOf(there, space, [])).toEqual([])
      await put(there, space, [['a', 'three']], longMs)
      expect(await valuesOf(here, space, ['a'])).toEqual(['three'])
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
      await put(here, space, entries, longMs)
      expect(
        await valuesOf(
          there,
          space,
          entries.map(([key]) => key),
        ),
      ).toEqual(entries.map(([, value]) => value))
    })

    test('a value ends with its time', async () => {
      const { here, there } = nodes
      const space = fresh('space')
      await put(here, space, [['short', 'x']], 20)
      await put(here, space, [['long', 'x']], longMs)
      await expect.poll(() => valuesOf(there, space, ['short', 'long'])).toEqual([null, 'x'])
    })

    test('what is dropped is gone on every node, and nothing else', async () => {
      const { here, there } = nodes
      const [space, other] = [fresh('space'), fresh('space')]
      for (const one of [space, other])
        await put(
          here,
          one,
          [
            ['a', '1'],
            ['b', '2'],
          ],
          longMs,
        )
      await there.drop(space, ['a', 'never'])
      await there.drop(space, [])
      expect(await valuesOf(here, space, ['a', 'b'])).toEqual([null, '2'])
      expect(await valuesOf(here, other, ['a', 'b'])).toEqual(['1', '2'])
    })

    test('a namespace that is cleared is empty on every node, and fills again', async () => {
      const { here, there } = nodes
      const [space, other] = [fresh('space'), fresh('space')]
      const keys = Array.from({ length: 200 }, (_, i) => `key ${i}`)
      const set = (cache: Cache, one: string, value: string) =>
        put(
          cache,
          one,
          keys.map((key): [string, string] => [key, value]),
          longMs,
        )
      await set(here, space, 'old')
      await set(here, other, 'old')
      expect(await valuesOf(there, space, keys)).toEqual(keys.map(() => 'old'))
      await there.clear(space)
      expect(await valuesOf(here, space, keys)).toEqual(keys.map(() => null))
      expect(await valuesOf(here, other, keys)).toEqual(keys.map(() => 'old'))
      await set(here, space, 'new')
      expect(await valuesOf(there, space, keys)).toEqual(keys.map(() => 'new'))
      await here.clear(space)
      await here.clear(space)
      expect(await valuesOf(there, space, keys)).toEqual(keys.map(() => null))
    })

    test('what was read before it was dropped or its namespace cleared is not kept; what is read after it is', async () => {
      const { here, there } = nodes
      const space = fresh('space')
      await put(there, space, [['a', 'old']], longMs)
      const undo = [() => there.drop(space, ['a', 'b']), () => there.clear(space)]
      for (const drop of undo) {
        const before = await here.get(space, ['a', 'b'])
        await drop()
        const set = (found: typeof before, value: string) =>
          here.set(
            space,
            found.map(({ seen }, i) => [['a', 'b'][i]!, value, seen]),
            longMs,
          )
        await set(before, 'late')
        expect(await valuesOf(there, space, ['a', 'b'])).toEqual([null, null])
        await set(await here.get(space, ['a', 'b']), 'new')
        expect(await valuesOf(there, space, ['a', 'b'])).toEqual(['new', 'new'])
      }
    })

    test('of two that are read at once both are kept, the later one over the earlier', async () => {
      const { here, there } = nodes
      const space = fresh('space')
      const [[one], [two]] = await Promise.all([here.get(space, ['a']), there.get(space, ['a'])])
      await here.set(space, [['a', 'one', one!.seen]], longMs)
      await there.set(space, [['a', 'two', two!.seen]], longMs)
      expect(await valuesOf(here, space, ['a'])).toEqual(['two'])
    })

    test('what nobody has seen is not set', async () => {
      const { here, there } = nodes
      const space = fresh('space')
      await here.set(space, [['a', 'x', null]], longMs)
      expect(await valuesOf(there, space, ['a'])).toEqual([null])
    })

    test('nothing of this has failed', () => {
      expect(nodes.here.failures() + nodes.there.failures()).toBe(0)
    })
  })
}
