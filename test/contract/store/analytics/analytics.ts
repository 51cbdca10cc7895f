import { describe, expect, test } from 'vitest'
import type { NewDeliveryEvent } from '../../../../engine/model/event.ts'
import type { PublicationId, SubscriberId } from '../../../../engine/model/ids.ts'
import { type CountRow, dayMs, dayOf, dimensions, quarterOf } from '../../../../engine/model/rollup.ts'
import { fresh, now, type OpenStore, startRun, useStore } from '../fixtures.ts'
import { sorted } from './numbers.ts'
import { rawOf } from './raw.ts'
import { rollUp } from './roll.ts'
import { eventOf } from './rollups.ts'

export function testNumbers(open: OpenStore): void {
  describe('analytics', () => {
    const store = useStore(open)
    let scene: Promise<{ readonly publications: readonly PublicationId[] }> | undefined
    /** Three publications to thirty people of seven domains, read over five days. */
    const told = () => {
      scene ??= tell()
      return scene
    }
    async function tell() {
      const people: SubscriberId[] = []
      for (let i = 0; i < 30; i += 1) {
        // d0 has one person, d1 two ... and d6 has nine.
        const row = {
          address: `${fresh('p')}@d${Math.floor(Math.sqrt(i * 1.5))}.example`,
          language: i % 2 ? 'de' : 'en',
        }
        const [made] = await store().subscribers.upsert([row], { lists: [], now })
        people.push(made!.id)
      }
      const publications = [
        await startRun(store(), {}),
        await startRun(store(), {}),
        await startRun(store(), {}),
      ]
      const events: NewDeliveryEvent[] = []
      for (const [run, publicationId] of publications.entries())
        for (const [i, id] of people.entries()) {
          const at = now + run * dayMs
          if (i < 10 && run === 2) continue
          events.push(eventOf(publicationId, id, { type: 'sent', class: null, at }))
          if ((i + run) % 3 === 0) events.push(eventOf(publicationId, id, { at: at + i * 1e7 }))
          if ((i + run) % 5 === 0)
            events.push(eventOf(publicationId, id, { class: 'prefetch', at: at + i * 1e7 }))
          if ((i + run) % 4 === 0)
            events.push(eventOf(publicationId, id, { type: 'clicked', link: i % 3, at: at + i * 1e7 }))
        }
      await store().events.append(events)
      await rollUp(store(), 50)
      return { publications }
    }

    /** What `counts` must say, from rows by publication and day. */
    const summed = (
      rows: readonly CountRow[],
      by: { readonly byDay: boolean; readonly byPublication: boolean },
    ): readonly CountRow[] => {
      const sums = new Map<string, CountRow>()
      for (const row of rows.toSorted((a, b) => a.day - b.day)) {
        const publicationId = by.byPublication ? row.publicationId : (0 as PublicationId)
        const key = JSON.stringify([publicationId, by.byDay && row.day, row.value, row.type, row.class])
        const sum = sums.get(key)
        sums.set(key, sum === undefined ? { ...row, publicationId } : { ...sum, n: sum.n + row.n })
      }
      return [...sums.values()]
    }

    test('sum up events of any publications and days, by any dimension', async () => {
      const { publications } = await told()
      const { counts } = await rawOf(store())
      for (const dimension of dimensions)
        for (const publicationIds of [null, publications.slice(0, 2), publications.slice(2), []])
          for (const byDay of [true, false])
            for (const byPublication of [true, false])
              for (const days of [
                {},
                { from: dayOf(now) + 1, to: dayOf(now) + 2 },
                { from: dayOf(now) + 3 },
              ]) {
                const { from = 0, to = 1e9 } = days as { from?: number; to?: number }
                const wanted = counts.filter(
                  (row) =>
                    row.dimension === dimension &&
                    (publicationIds === null || publicationIds.includes(row.publicationId)) &&
                    row.day >= from &&
                    row.day <= to,
                )
                const query = { publicationIds, dimension, byDay, byPublication, ...days }
                const rows = await store().analytics.counts(query)
                expect(sorted(rows), JSON.stringify(query)).toEqual(sorted(summed(wanted, query)))
                const places = rows.map((row) => [row.publicationId, byDay ? row.day : 0, row.value] as const)
                expect(places, JSON.stringify(query)).toEqual(places.toSorted(inOrder))
              }
    })

    test('sum up quarters of an hour of any publications', async () => {
      const { publications } = await told()
      const { quarters } = await rawOf(store())
      const [from, to] = [quarterOf(now + dayMs), quarterOf(now + 2 * dayMs)]
      for (const publicationIds of [null, publications.slice(0, 2)])
        for (const byPublication of [true, false]) {
          const wanted = quarters
            .filter(({ quarter }) => quarter >= from && quarter < to)
            .filter((row) => publicationIds?.includes(row.publicationId) ?? true)
            .map(({ quarter, ...row }) => ({ ...row, day: quarter, dimension: 'all' as const, value: '' }))
          const expected = summed(wanted, { byDay: true, byPublication }).map(
            ({ publicationId, day, type, class: by, n }) => ({
              publicationId,
              quarter: day,
              type,
              class: by,
              n,
            }),
          )
          const rows = await store().analytics.quarters({ publicationIds, from, to, byPublication })
          expect(sorted(rows)).toEqual(sorted(expected))
        }
    })

    test('tell of the largest values only', async () => {
      const { publications } = await told()
      const [first, , third] = publications
      const domains = async (publicationIds: readonly PublicationId[] | null, top: number, from = 0) => {
        const query = { publicationIds, dimension: 'domain' as const, byPublication: false, byDay: false }
        const rows = await store().analytics.counts({ ...query, top, from })
        const whole = await store().analytics.counts({ ...query, from })
        const values = [...new Set(rows.map(({ value }) => value))]
        // All that there is of them.
        expect(rows).toEqual(whole.filter(({ value }) => values.includes(value)))
        return values
      }
      const sizes = (
        await store().analytics.counts({
          publicationIds: [first!],
          dimension: 'domain',
          byDay: false,
          byPublication: true,
        })
      )
        .filter(({ type }) => type === 'sent')
        .toSorted((a, b) => b.n - a.n || (a.value < b.value ? -1 : 1))
        .map(({ value }) => value)
      expect(await domains([first!], 3)).toEqual(sizes.slice(0, 3).toSorted())
      expect(await domains(null, 2)).toEqual(sizes.slice(0, 2).toSorted())
      expect(await domains(publications, 99)).toEqual(sizes.toSorted())
      // To the third nothing was sent in the small ones.
      expect(await domains([third!], 99)).not.toContain('d0.example')
      // The largest are those of all days, and say nothing of days on which they have nothing.
      expect(await domains([first!], 3, dayOf(now) + 4)).toEqual([])

      const people = await store().analytics.people({ publicationIds: [first!], dimension: 'domain', top: 2 })
      const every = await store().analytics.people({ publicationIds: [first!], dimension: 'domain' })
      expect(people).toEqual(every.filter(({ value }) => sizes.slice(0, 2).includes(value)))

      const query = {
        publicationIds: [first!],
        dimension: 'link' as const,
        byDay: false,
        byPublication: true,
      }
      const links = await store().analytics.counts(query)
      const most = Math.max(...links.map(({ n }) => n))
      const top = await store().analytics.counts({ ...query, top: 1 })
      expect(top).toEqual([links.find(({ n }) => n === most)])
    })
  })
}

type Place = readonly [publicationId: number, day: number, value: string]
const inOrder = (a: Place, b: Place) => a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : a[2] > b[2] ? 1 : 0)
