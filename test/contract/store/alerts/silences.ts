import { describe, expect, test } from 'vitest'
import type { SilenceId } from '../../../../engine/model/ids.ts'
import { fresh, now, type OpenStore, useStore } from '../fixtures.ts'
import { hour } from './scene.ts'

export function testSilences(open: OpenStore): void {
  describe('silences and heartbeats', () => {
    const store = useStore(open)
    const silence = (fields: object = {}) =>
      store().silences.insert(
        {
          matchers: [{ name: 'host', operator: '=', value: 'a "b"' }],
          startsAt: now,
          endsAt: now + hour,
          createdBy: 'Ann',
          comment: 'maintenance',
          ...fields,
        },
        now,
      )

    test('a silence is kept, listed while it lasts, and ended', async () => {
      const made = await silence()
      const later = await silence({ startsAt: now + hour, endsAt: now + 2 * hour })
      expect(await store().silences.get(made.id)).toEqual(made)
      expect(made).toMatchObject({ createdBy: 'Ann', comment: 'maintenance', startsAt: now, createdAt: now })
      const page = async (endsAfter: number) =>
        (await store().silences.page({ after: made.id - 1, limit: 10, endsAfter })).rows.map(({ id }) => id)
      expect(await page(now)).toEqual([made.id, later.id])
      expect(await page(now + hour)).toEqual([later.id])
      expect(await store().silences.end(made.id, now + 5)).toMatchObject({
        endsAt: now + 5,
        updatedAt: now + 5,
      })
      expect(await store().silences.end(made.id, now + 9)).toMatchObject({
        endsAt: now + 5,
        updatedAt: now + 5,
      })
      expect(await store().silences.end(later.id, now + 5)).toMatchObject({
        startsAt: now + hour,
        endsAt: now + hour,
      })
      expect(await store().silences.end((10 ** 9) as SilenceId, now)).toBeNull()
      expect(await store().silences.remove({ before: now + 6, limit: 10 })).toBe(1)
      expect(await store().silences.get(made.id)).toBeNull()
    })

    const heartbeat = (everyMs = 1000) =>
      store().heartbeats.insert(
        {
          name: fresh('beat'),
          title: 'Backup',
          everyMs,
          topic: null,
          severity: 'critical',
          labels: { a: 'b' },
        },
        now,
      )
    const late = async (at: number) =>
      (await store().beats.late(at)).map(({ heartbeat: { id }, beatAt }) => [id, beatAt])

    test('a heartbeat that is silent for too long is late, until its alarm is raised', async () => {
      const made = await heartbeat()
      expect(await late(now + 1000)).toEqual([])
      expect(await late(now + 1001)).toEqual([[made.id, now]])
      expect(await store().beats.beat(made.name, now + 500)).toEqual({ heartbeat: made, alarmed: false })
      expect(await late(now + 1500)).toEqual([])
      expect(await late(now + 1501)).toEqual([[made.id, now + 500]])
      await store().beats.alarm(made.id, true)
      expect(await late(now + 9000)).toEqual([])
      expect(await store().beats.beat(made.name, now + 9000)).toEqual({ heartbeat: made, alarmed: true })
      expect(await store().beats.beats([made.id])).toEqual([
        { id: made.id, beatAt: now + 9000, alarmed: true },
      ])
      await store().beats.alarm(made.id, false)
      expect(await late(now + 10_001)).toEqual([[made.id, now + 9000]])
      await store().heartbeats.update(made.id, 1, { ...made, everyMs: 5000 }, now)
      expect(await late(now + 10_001)).toEqual([])
      expect(await store().heartbeats.remove(made.id)).toBe(true)
      expect(await late(now + 99_000)).toEqual([])
      expect(await store().beats.beat(made.name, now)).toBeNull()
    })

    test('one with an alarm and no beat is not late again', async () => {
      const made = await heartbeat()
      await store().beats.alarm(made.id, true)
      expect(await store().beats.beats([made.id])).toEqual([{ id: made.id, beatAt: now, alarmed: true }])
      expect((await late(now + 5000)).map(([id]) => id)).not.toContain(made.id)
    })
  })
}
