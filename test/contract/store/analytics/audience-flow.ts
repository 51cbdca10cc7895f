import { describe, expect, test } from 'vitest'
import type { Alert } from '../../../../engine/model/alert.ts'
import { hourMs, hourOf } from '../../../../engine/model/audience-flow.ts'
import { bareProof, type ConsentKind, type NewConsent } from '../../../../engine/model/consent.ts'
import type { EpochMs, SubscriberId } from '../../../../engine/model/ids.ts'
import { binOf } from '../../../../engine/model/rollup.ts'
import type { SubscriberStatus } from '../../../../engine/model/subscriber.ts'
import type { AudienceFlowStore, AudienceLook } from '../../../../engine/ports/audience-flow.ts'
import { leaseMs, notificationOf, reopenMs, reportOf } from '../alerts/scene.ts'
import { fresh, newList, newPeople, now, type OpenStore, useStore } from '../fixtures.ts'
import { sorted } from './numbers.ts'

const empty = { flow: [], sizes: [], cohorts: [], alertTimes: [] }

export function testAudienceFlow(open: OpenStore): void {
  describe('the flow of the audience', () => {
    const store = useStore(open)
    const flow = (): AudienceFlowStore => store().audienceFlow
    // Each test has days of its own.
    let day = hourOf(now) - (hourOf(now) % 24) + 24_000
    const newDay = () => (day += 240)
    const consent = (
      subscriberId: SubscriberId,
      at: EpochMs,
      kind: ConsentKind,
      from: SubscriberStatus | null,
      to: SubscriberStatus,
    ): NewConsent => ({ ...bareProof('page', at), subscriberId, kind, from, to, lists: [] })

    test('is what people said, by the hour, from which they came and to which they went', async () => {
      const hour = newDay()
      const at = hour * hourMs
      const [one, two, three] = (await newPeople(store(), 3, [])) as [
        SubscriberId,
        SubscriberId,
        SubscriberId,
      ]
      await store().consents.append([
        consent(one, at - 1, 'signUp', null, 'active'),
        consent(one, at, 'signUp', null, 'active'),
        consent(two, at + hourMs - 1, 'signUp', null, 'active'),
        consent(three, at + 5, 'signUp', null, 'unconfirmed'),
        consent(three, at + hourMs, 'confirm', 'unconfirmed', 'active'),
        consent(two, at + 2 * hourMs, 'unsubscribe', 'active', 'unsubscribed'),
      ])
      const look = await flow().look({ from: hour, to: hour + 2 })
      expect(look).toMatchObject({ from: hour, to: hour + 2 })
      expect(sorted(look.flow)).toEqual(
        sorted([
          { hour, kind: 'signUp', from: null, to: 'active', n: 2 },
          { hour, kind: 'signUp', from: null, to: 'unconfirmed', n: 1 },
          { hour: hour + 1, kind: 'confirm', from: 'unconfirmed', to: 'active', n: 1 },
        ]),
      )
    })

    test('is kept until it is looked at again, hour by hour', async () => {
      const hour = newDay()
      const row = { kind: 'bounce', from: 'active', to: 'bounced', n: 1 } as const
      const rows = [0, 1, 2, 25].map((by) => ({ ...row, hour: hour + by }))
      await flow().keep({ ...empty, from: hour, to: hour + 48, flow: rows })
      const ask = (every: number, to = 48) => flow().flow({ from: hour, to: hour + to, every })
      expect(await ask(1)).toEqual(rows)
      expect(await ask(1, 2)).toEqual(rows.slice(0, 2))
      expect(await ask(24)).toEqual([
        { ...row, hour, n: 3 },
        { ...row, hour: hour + 24, n: 1 },
      ])
      // What was there of those hours goes, also where nothing is found any more.
      const later = { ...row, from: null, n: 7, hour: hour + 1 } as const
      await flow().keep({ ...empty, from: hour + 1, to: hour + 3, flow: [later] })
      expect(await ask(1)).toEqual([rows[0], later, rows[3]])
    })

    test('tells how many people there are, by status and list, and when they joined', async () => {
      const hour = newDay()
      const before = await flow().look({ from: hour, to: hour })
      const list = await newList(store())
      const joined = Date.UTC(2011, 3, 30, 23, 59)
      const rows = Array.from({ length: 5 }, () => ({ address: `${fresh('p')}@example.org` }))
      const people = (await store().subscribers.upsert(rows, { lists: [list], now: joined })).map(
        ({ id }) => id,
      )
      const late = [{ address: `${fresh('p')}@example.org` }]
      await store().subscribers.upsert(late, { lists: [], now: joined + 60_000 })
      await store().subscribers.setStatus(people.slice(0, 2), 'bounced', now)
      await store().subscribers.leave({ id: people[2]!, lists: [list], publicationId: null, now })
      await store().subscriptions.erase({
        id: people[3]!,
        remember: false,
        proof: bareProof('system', now),
        now,
      })
      const look = await flow().look({ from: hour, to: hour })
      const inAll = ({ sizes }: AudienceLook, status: SubscriberStatus) =>
        sizes.find((row) => row.listId === null && row.status === status)?.people ?? 0
      const more = (status: SubscriberStatus) => inAll(look, status) - inAll(before, status)
      expect([more('active'), more('bounced'), more('erased')]).toEqual([3, 2, 1])
      expect(sorted(look.sizes.filter(({ listId }) => listId === list))).toEqual(
        sorted([
          { hour, listId: list, status: 'active', people: 1 },
          { hour, listId: list, status: 'bounced', people: 2 },
        ]),
      )
      const old = look.cohorts.filter(({ cohort }) => cohort < 201_200)
      expect(sorted(old)).toEqual([
        { cohort: 201_104, people: 5 },
        { cohort: 201_105, people: 1 },
      ])

      await flow().keep(look)
      expect(await flow().cohorts({ from: 201_101, to: 201_104 })).toEqual([{ cohort: 201_104, people: 5 }])
      expect(await flow().cohorts({ from: 0, to: 999_999 })).toEqual(
        look.cohorts.toSorted((a, b) => a.cohort - b.cohort),
      )
      expect(await flow().kept()).toBeGreaterThanOrEqual(hour)
    })

    test('keeps the sizes of each hour, and tells the last of so many', async () => {
      const hour = newDay()
      const list = await newList(store())
      const sizeOf = (at: number, people: number, listId: typeof list | null = list) =>
        ({ hour: at, listId, status: 'active', people }) as const
      for (const [by, people] of [
        [0, 10],
        [1, 11],
        [25, 12],
      ] as const)
        await flow().keep({
          ...empty,
          from: hour + by,
          to: hour + by,
          sizes: [sizeOf(hour + by, people), sizeOf(hour + by, 100, null)],
        })
      await flow().keep({ ...empty, from: hour, to: hour + 1, sizes: [sizeOf(hour + 1, 20)] })
      const ask = (every: number, listId: typeof list | null = list) =>
        flow().sizes({ from: hour, to: hour + 48, every, listId })
      expect(await ask(1)).toEqual([sizeOf(hour, 10), sizeOf(hour + 1, 20), sizeOf(hour + 25, 12)])
      expect(await ask(24)).toEqual([sizeOf(hour + 1, 20), sizeOf(hour + 25, 12)])
      expect(await ask(24, null)).toEqual([sizeOf(hour, 100, null), sizeOf(hour + 25, 100, null)])
      expect(await flow().sizes({ from: hour + 1, to: hour + 2, every: 24, listId: list })).toEqual([
        sizeOf(hour + 1, 20),
      ])
    })

    test('tells how long alerts took to be told and acknowledged', async () => {
      const hour = hourOf(now)
      const ofAlerts = async (severity: string) => {
        const { alertTimes } = await flow().look({ from: hour, to: hour + 1 })
        return sorted(alertTimes.filter((row) => row.severity === severity))
      }
      const reports = Array.from({ length: 2 }, () =>
        reportOf({ severity: 'critical', startsAt: now - 60_000 }),
      )
      const accepted = await store().alerts.accept(reports, { now, reopenMs })
      const [told, untold] = accepted.map(({ alert }) => alert!) as [Alert, Alert]
      const rooms = [1, 2, 3].map((n) => ({ channel: 'slack', room: `ops${n}` }))
      const done = await store().desk.commit(
        {
          heard: [],
          moves: [],
          groups: [],
          digested: [],
          notifications: [notificationOf({ severity: 'critical', alertIds: [told.id], rooms })],
        },
        { now, take: { limit: 10, leaseMs } },
      )
      if (done.status !== 'done') throw new Error(done.status)
      const [first, second, third] = done.notifications[0]!.postings
      const settle = (posting: typeof first, state: 'sent' | 'failed', at: EpochMs) =>
        store().postings.settle(
          [{ ...posting!, state, code: null, detail: null, dueAt: null, receipt: null, suppress: false }],
          at,
        )
      await settle(first, 'failed', now + 100)
      expect(await ofAlerts('critical')).toEqual([])
      await settle(second, 'sent', now + 900)
      await settle(third, 'sent', now + 500)
      const acknowledged = { at: now + 4000, by: 'eva', comment: '' }
      await store().alerts.change(
        untold.id,
        untold.version,
        { state: 'acknowledged', acknowledged },
        acknowledged.at,
      )
      const row = (timing: string, ms: number) => ({
        hour,
        severity: 'critical',
        timing,
        bin: binOf(Math.log2(ms)),
        alerts: 1,
      })
      const expected = sorted([row('started', 60_500), row('accepted', 500), row('acknowledged', 4000)])
      expect(await ofAlerts('critical')).toEqual(expected)
      // Of other hours it says nothing.
      for (const from of [hour - 1, hour + 1])
        expect((await flow().look({ from, to: from + 1 })).alertTimes).toEqual([])
      await flow().keep(await flow().look({ from: hour, to: hour + 1 }))
      const kept = await flow().alertTimes({ from: hour, to: hour + 1, every: 1 })
      expect(sorted(kept.filter(({ severity }) => severity === 'critical'))).toEqual(expected)
      const days = await flow().alertTimes({ from: hour, to: hour + 1, every: 24 })
      expect(days).toHaveLength(kept.length)
      expect(days[0]?.hour).toBe(hour - (hour % 24))
    })

    test('says of a store in which nobody looked that it knows nothing', async () => {
      const { store: other, close } = await open()
      try {
        expect(await other.audienceFlow.kept()).toBeNull()
        const all = { from: 0, to: 1_000_000, every: 24 }
        expect(await other.audienceFlow.flow(all)).toEqual([])
        expect(await other.audienceFlow.sizes({ ...all, listId: null })).toEqual([])
        expect(await other.audienceFlow.alertTimes(all)).toEqual([])
        expect(await other.audienceFlow.look({ from: 0, to: 9 })).toEqual({ ...empty, from: 0, to: 9 })
      } finally {
        await close()
      }
    })
  })
}
