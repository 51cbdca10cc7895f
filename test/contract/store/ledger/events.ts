import { describe, expect, test } from 'vitest'
import type { EventType } from '../../../../engine/model/event.ts'
import { fresh, newPeople, now, type OpenStore, startRun, useStore } from '../fixtures.ts'

export function testEvents(open: OpenStore): void {
  describe('events', () => {
    const store = useStore(open)
    const scene = async () => {
      const publicationId = await startRun(store(), {})
      const [subscriberId] = await newPeople(store(), 1, [])
      if (subscriberId === undefined) throw new Error('nobody')
      const event = (type: EventType, at = now) => ({
        publicationId,
        subscriberId,
        channel: 'smtp',
        type,
        at,
        code: null,
        detail: fresh('detail'),
      })
      return { publicationId, subscriberId, event }
    }

    test('keeps them in the order they were written, with rising ids', async () => {
      const { publicationId, event } = await scene()
      const events = [event('opened', now + 9), event('clicked', now), event('opened', now)]
      const ids = await store().events.append(events)
      expect(ids).toEqual([...ids].sort((a, b) => Number(a) - Number(b)))
      const { rows, next } = await store().events.page({ after: 0, limit: 10, publicationId })
      const plain = { class: null, was: null, link: null, key: null }
      expect(rows).toEqual(events.map((one, i) => ({ id: ids[i], ...one, ...plain })))
      expect(next).toBeNull()
      expect(await store().events.append([])).toEqual([])
    })

    test('says of opens and clicks who it was, which link, and what turned out later', async () => {
      const { publicationId, event } = await scene()
      const clicked = { ...event('clicked'), class: 'human', link: 3 } as const
      const corrected = { ...clicked, class: 'scanner', was: 'human', key: fresh('key') } as const
      await store().events.append([clicked, corrected])
      const { rows } = await store().events.page({ after: 0, limit: 10, publicationId })
      expect(rows).toMatchObject([{ ...clicked, was: null, key: null }, corrected])
    })

    test('pages what was read without what was sent, also of all publications', async () => {
      const { publicationId, event } = await scene()
      const read = { ...event('opened'), class: 'human' } as const
      const events = [
        event('sent'),
        read,
        event('failed'),
        { ...read, class: 'scanner', was: 'human' } as const,
      ]
      const ids = await store().events.append(events)
      const reads = ids.filter((_, i) => i % 2 === 1)
      const after = Number(ids[0]) - 1
      const own = await store().events.page({ after, limit: 10, publicationId, reads: true })
      expect(own.rows.map(({ id }) => id)).toEqual(reads)
      const all = await store().events.page({ after, limit: 1, reads: true })
      expect(all).toMatchObject({ rows: [{ id: reads[0] }], next: reads[0] })
      const rest = await store().events.page({ after: all.next ?? 0, limit: 1, reads: true })
      expect(rest).toMatchObject({ rows: [{ id: reads[1] }], next: null })
    })

    test('writes what is told twice once, in one call or in two', async () => {
      const { publicationId, event } = await scene()
      const [one, other] = [fresh('key'), fresh('key')]
      const told = (key: string | null, at = now) => ({ ...event('bounced', at), key })
      const first = await store().events.append([told(one), told(null), told(one), told(other)])
      expect(first.map((id) => id === null)).toEqual([false, false, true, false])
      const second = await store().events.append([told(other), told(null), told(one), told(one, now + 1)])
      expect(second.map((id) => id === null)).toEqual([true, false, true, false])
      const { rows } = await store().events.page({ after: 0, limit: 10, publicationId })
      expect(rows.map(({ id }) => id)).toEqual([...first, ...second].filter((id) => id !== null))
      expect(rows.map(({ key }) => key)).toEqual([one, null, other, null, one])
    })

    test('pages by publication, person and type', async () => {
      const [a, b] = [await scene(), await scene()]
      const types = ['opened', 'clicked', 'opened', 'bounced'] as const
      await store().events.append([...types.map((type) => a.event(type)), b.event('opened')])
      await store().events.append([{ ...b.event('clicked'), subscriberId: a.subscriberId }])
      const query = { after: 0, limit: 3, publicationId: a.publicationId }
      const page = await store().events.page(query)
      expect(page.rows.map((row) => row.type)).toEqual(types.slice(0, 3))
      expect(page.next).toBe(page.rows[2]?.id)
      const rest = await store().events.page({ ...query, after: page.next ?? 0 })
      expect(rest).toMatchObject({ rows: [{ type: 'bounced' }], next: null })
      const opened = await store().events.page({ ...query, type: 'opened' })
      expect(opened.rows).toHaveLength(2)
      const person = { after: 0, limit: 10, subscriberId: a.subscriberId }
      expect((await store().events.page(person)).rows).toHaveLength(5)
      const both = await store().events.page({ ...person, publicationId: b.publicationId })
      expect(both.rows.map((row) => row.type)).toEqual(['clicked'])
    })
  })
}
