import { describe, expect, test } from 'vitest'
import type { AlertId } from '../../../../engine/model/ids.ts'
import { fresh, now, type OpenStore, useStore } from '../fixtures.ts'
import { commit, hour, reopenMs, reportOf } from './scene.ts'

export function testAlerts(open: OpenStore): void {
  describe('alerts', () => {
    const store = useStore(open)
    const accept = (reports: Parameters<typeof reportOf>[0][], at = now) =>
      store().alerts.accept(reports.map(reportOf), { now: at, reopenMs })
    const unheard = async () => new Set((await store().alerts.unheard(10_000)).map(({ id }) => id))

    test('keep all that a source says, and count what it repeats', async () => {
      const key = fresh('key')
      const report = reportOf({ key, topic: 'db', severity: 'critical' })
      const [first] = await store().alerts.accept([report], { now, reopenMs })
      expect(first).toMatchObject({
        hearing: 'opened',
        alert: { ...report, state: 'firing', reports: 1, version: 1 },
      })
      const [again] = await store().alerts.accept([{ ...report, endsAt: now + 2 * hour }], {
        now: now + 5,
        reopenMs,
      })
      expect(again).toMatchObject({
        hearing: 'repeated',
        alert: { id: first?.alert?.id, reports: 2, reportedAt: now + 5, endsAt: now + 2 * hour, version: 2 },
      })
      expect(await store().alerts.get([first?.alert?.id as AlertId])).toEqual([again?.alert])
    })

    test('are taken in the order given, several of one key in one call', async () => {
      const key = fresh('key')
      const heard = await accept([
        { key },
        { key },
        { key, title: 'Worse' },
        { key, endsAt: now - 1 },
        { key, endsAt: now - 1 },
      ])
      expect(heard.map(({ hearing }) => hearing)).toEqual([
        'opened',
        'repeated',
        'changed',
        'resolved',
        'ignored',
      ])
      const { rows } = await store().alerts.page({ after: 0, limit: 10, key })
      expect(rows).toHaveLength(1)
      expect(rows[0]).toMatchObject({ state: 'resolved', endedAt: now, title: 'Worse' })
    })

    test('the same labels in another order are no other words', async () => {
      const one = reportOf({ labels: { a: '1', bb: '2' }, annotations: { x: 'X', y: 'Y' } })
      const turned = { ...one, labels: { bb: '2', a: '1' }, annotations: { y: 'Y', x: 'X' } }
      const heard = async (report: typeof one) =>
        (await store().alerts.accept([report], { now, reopenMs }))[0]?.hearing
      expect(await heard(one)).toBe('opened')
      expect(await heard(turned)).toBe('repeated')
      expect(await heard({ ...one, labels: { a: '1', cc: '2' } })).toBe('changed')
      expect(await heard({ ...one, labels: { a: '1' } })).toBe('changed')
      expect(await heard({ ...one, labels: { a: '1' }, annotations: {} })).toBe('changed')
    })

    test('are given in the order asked for, without those there are not', async () => {
      const [a, b, c] = (await accept([{}, {}, {}])).map(({ alert }) => alert?.id) as [
        AlertId,
        AlertId,
        AlertId,
      ]
      const got = await store().alerts.get([c, (10 ** 9) as AlertId, a, b])
      expect(got.map(({ id }) => id)).toEqual([c, a, b])
    })

    test('the end of what is not open is ignored', async () => {
      const key = fresh('key')
      expect(await accept([{ key, endsAt: now }])).toEqual([{ hearing: 'ignored', alert: null }])
      expect((await store().alerts.page({ after: 0, limit: 1, key })).rows).toEqual([])
    })

    test('one that comes back soon is the same one, later another', async () => {
      const key = fresh('key')
      const [first] = await accept([{ key }])
      await accept([{ key, endsAt: now }], now)
      const [soon] = await accept([{ key }], now + reopenMs - 1)
      expect(soon).toMatchObject({
        hearing: 'reopened',
        alert: { id: first?.alert?.id, state: 'firing', endedAt: null },
      })
      await accept([{ key, endsAt: now }], now + reopenMs)
      const [later] = await accept([{ key, endsAt: now + hour }], now + 2 * reopenMs)
      expect(later?.hearing).toBe('opened')
      expect(later?.alert?.id).toBeGreaterThan(first?.alert?.id as AlertId)
    })

    test('at most one of a key is open, whoever reports it at the same time', async () => {
      const key = fresh('key')
      await Promise.all(Array.from({ length: 20 }, () => accept([{ key }, {}])))
      const { rows } = await store().alerts.page({ after: 0, limit: 100, key })
      expect(rows).toHaveLength(1)
      expect(rows[0]?.reports).toBe(20)
    })

    test('are unheard until a commit has taken in that very version', async () => {
      const key = fresh('key')
      const [first] = await accept([{ key }])
      const { id } = first?.alert ?? { id: 0 as AlertId }
      expect(await unheard()).toContain(id)
      await accept([{ key, title: 'Other' }])
      await commit(store(), { heard: [{ id, version: 1 }] })
      expect(await unheard()).toContain(id)
      await commit(store(), { heard: [{ id, version: 2 }] })
      expect(await unheard()).not.toContain(id)
      // That it goes on changes nothing for whoever heard of it; anything else does.
      await accept([{ key, title: 'Other' }])
      expect(await unheard()).not.toContain(id)
      await accept([{ key, title: 'Other', endsAt: now }])
      expect(await unheard()).toContain(id)
    })

    test('are changed by hand by version, and unheard then', async () => {
      const [first] = await accept([{}])
      const { id } = first?.alert ?? { id: 0 as AlertId }
      await commit(store(), { heard: [{ id, version: 1 }] })
      const acknowledged = { at: now, by: 'Ann', comment: 'on it' }
      const changed = await store().alerts.change(id, 1, { state: 'acknowledged', acknowledged }, now + 1)
      expect(changed).toMatchObject({ state: 'acknowledged', acknowledged, version: 2, updatedAt: now + 1 })
      expect(await unheard()).toContain(id)
      await expect(store().alerts.change(id, 1, { state: 'firing' }, now)).rejects.toMatchObject({
        code: 'E_CONFLICT',
      })
      await expect(store().alerts.change((10 ** 9) as AlertId, 1, {}, now)).rejects.toMatchObject({
        code: 'E_NOT_FOUND',
      })
    })

    test('that are over are not opened beside another of their key, by hand or by a desk', async () => {
      const key = fresh('key')
      const [first] = await accept([{ key }])
      const { id } = first?.alert ?? { id: 0 as AlertId }
      await accept([{ key, endsAt: now }])
      const [second] = await accept([{ key }], now + reopenMs)
      expect(second?.hearing).toBe('opened')
      const open = { state: 'firing', endedAt: null } as const
      await expect(store().alerts.change(id, 2, open, now)).rejects.toMatchObject({ code: 'E_CONFLICT' })
      expect(await commit(store(), { moves: [{ id, version: 2, change: open }] })).toEqual({
        status: 'conflict',
      })
      const ended = { state: 'expired', endedAt: now } as const
      const { id: other, version } = second?.alert ?? { id, version: 0 }
      await store().alerts.change(other, version, ended, now)
      expect(await store().alerts.change(id, 2, open, now)).toMatchObject({ state: 'firing', version: 3 })
    })

    test('are listed newest first, by what they are', async () => {
      const topic = fresh('topic')
      await accept([{ topic }, { topic, severity: 'critical' }, { topic, key: 'over' }, { topic: 'else' }])
      await accept([{ topic, key: 'over', endsAt: now }])
      const page = (query: object, after = 0, limit = 10) =>
        store().alerts.page({ after, limit, topic, ...query })
      const all = await page({})
      expect(all.rows).toHaveLength(3)
      expect(all.rows.map(({ id }) => id)).toEqual(all.rows.map(({ id }) => id).toSorted((a, b) => b - a))
      expect((await page({ open: true })).rows).toHaveLength(2)
      expect((await page({ open: false })).rows.map(({ state }) => state)).toEqual(['resolved'])
      expect((await page({ severity: 'critical' })).rows).toHaveLength(1)
      expect((await page({ state: 'firing' })).rows).toHaveLength(2)
      const first = await page({}, 0, 2)
      const second = await page({}, first.next ?? -1, 2)
      expect([...first.rows, ...second.rows]).toEqual(all.rows)
      expect(second.next).toBeNull()
    })

    test('are found by words of theirs, in any case', async () => {
      const topic = fresh('topic')
      const labels = { host: 'DB-7', note: 'Zürich rack 4' }
      await accept([
        { topic, title: 'Lag on the Ärger', text: 'Behind by 90%', labels },
        { topic, title: 'Disk full', text: '', labels: {} },
      ])
      const titles = async (...words: string[]) =>
        (await store().alerts.page({ after: 0, limit: 10, topic, words })).rows.map(({ title }) => title)
      const both = ['Disk full', 'Lag on the Ärger']
      expect(await titles()).toEqual(both)
      expect(await titles(topic.toUpperCase())).toEqual(both)
      for (const word of ['ÄRGER', 'host=db-7', 'note=zürich', 'rack', '90%', 'DB-'])
        expect(await titles(word), word).toEqual(['Lag on the Ärger'])
      expect(await titles('disk', 'FULL')).toEqual(['Disk full'])
      for (const words of [['disk', 'lag'], ['host=7'], ['%'.repeat(2)], ['l_g'], ['fullhost']])
        expect(await titles(...words), words.join(' ')).toEqual([])
      const { alerts } = store()
      const [first] = (await alerts.page({ after: 0, limit: 1, topic, words: [topic] })).rows
      const rest = await alerts.page({ after: first?.id ?? 0, limit: 1, topic, words: [topic], open: true })
      expect(rest).toMatchObject({ rows: [{ title: 'Lag on the Ärger' }], next: null })
    })

    test('retention takes those that ended long ago, so many at a time', async () => {
      const old = now - 1000 * hour
      const keys = [fresh('old'), fresh('old'), fresh('old')]
      await accept(
        keys.map((key) => ({ key, startsAt: old, endsAt: old + hour })),
        old,
      )
      await accept(
        keys.map((key) => ({ key, endsAt: old })),
        old + 1,
      )
      await accept([{ key: 'still open' }], old)
      expect(await store().alerts.remove({ before: old + hour, limit: 2 })).toBe(2)
      expect(await store().alerts.remove({ before: old + hour, limit: 2 })).toBe(1)
      for (const key of keys)
        expect((await store().alerts.page({ after: 0, limit: 9, key })).rows).toEqual([])
    })
  })
}
