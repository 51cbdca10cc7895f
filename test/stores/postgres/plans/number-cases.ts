import { hourOf } from '../../../../engine/model/audience-flow.ts'
import type { ListId, PublicationId, SubscriberId } from '../../../../engine/model/ids.ts'
import { dayOf, quarterOf } from '../../../../engine/model/rollup.ts'
import type { PlanCase } from './cases.ts'
import { crowdStart } from './crowd.ts'

const all = { publicationIds: null, byPublication: false } as const
const one = { publicationIds: [3 as PublicationId], byPublication: true }
const month = { from: dayOf(crowdStart), to: dayOf(crowdStart) + 30 }
const somebody = 13 as SubscriberId
const hours = { from: hourOf(crowdStart), to: hourOf(crowdStart) + 720 }
const few = 3 as ListId
const counts = 'rollup_count_pkey'
const sizes = 'rollup_domain_size'

/** What analytics ask of numbers. */
export const numberCases: readonly PlanCase[] = [
  {
    name: 'the days of a month are counted along the key',
    ask: (store) => store.analytics.counts({ ...all, ...month, dimension: 'all', byDay: true }),
    uses: [counts],
  },
  {
    name: 'topics of a month are counted along the key',
    ask: (store) => store.analytics.counts({ ...all, ...month, dimension: 'topic', byDay: true }),
    uses: [counts],
  },
  {
    name: 'the largest domains of a month are found by their sizes, and looked up by day',
    ask: (store) => store.analytics.counts({ ...all, ...month, dimension: 'domain', byDay: true, top: 20 }),
    uses: [sizes, counts],
  },
  {
    name: 'the largest domains of a publication are found by their sizes',
    ask: (store) => store.analytics.counts({ ...one, dimension: 'domain', byDay: false, top: 20 }),
    uses: [sizes, counts],
  },
  {
    name: 'people of the largest domains are looked up',
    ask: (store) => store.analytics.people({ ...one, dimension: 'domain', top: 20 }),
    uses: [sizes, 'rollup_people_pkey'],
  },
  {
    name: 'people are counted along the key',
    ask: (store) => store.analytics.people({ ...one, dimension: 'link' }),
    uses: ['rollup_people_pkey'],
  },
  {
    name: 'quarters of a month are counted along the key',
    ask: (store) =>
      store.analytics.quarters({
        ...all,
        from: quarterOf(crowdStart),
        to: quarterOf(crowdStart) + 30 * 96,
      }),
    uses: ['rollup_quarter_pkey'],
  },
  {
    name: 'the last event is the last of its key',
    ask: (store) => store.analytics.cursor(),
    uses: [/^event_\w+_pkey/],
  },
  {
    name: 'events are counted on from the cursor',
    ask: (store) => store.rollups.next(1000),
    uses: [/^event_\w+_pkey/],
  },
  {
    name: 'what is known of those that are counted is looked up',
    ask: (store) =>
      store.rollups.known({
        subscribers: [somebody],
        touches: [[3 as PublicationId, somebody]],
        scores: [somebody],
        active: [[somebody, 202603]],
      }),
    uses: ['subscriber_pkey', 'touch_pkey', 'score_pkey', 'active_month_pkey'],
  },
  {
    name: 'a step looks up what it takes away, and whom it may not keep',
    async ask(store) {
      const { cursor } = await store.rollups.next(1)
      const none = { counts: [], people: [], quarters: [], bins: [], cohorts: [] }
      const applied = await store.rollups.apply({
        ...none,
        from: cursor,
        to: cursor,
        touches: [{ publicationId: 3 as PublicationId, subscriberId: somebody, counts: [] }],
        scores: [{ subscriberId: somebody, log2: null }],
        active: [{ subscriberId: somebody, month: 202603, n: 0 }],
      })
      if (!applied) throw new Error('refused')
    },
    uses: ['touch_pkey', 'score_pkey', 'active_month_pkey', /^subscriber_(pkey|status)$/],
  },
  {
    name: 'who came and went in a month is told along the key',
    ask: (store) => store.audienceFlow.flow({ ...hours, every: 24 }),
    uses: ['audience_flow_pkey'],
  },
  {
    name: 'the sizes of a list are looked up by hour',
    ask: (store) => store.audienceFlow.sizes({ ...hours, every: 24, listId: few }),
    uses: ['audience_size_pkey'],
  },
  {
    name: 'how long alerts took is told along the key',
    ask: (store) => store.audienceFlow.alertTimes({ ...hours, every: 24 }),
    uses: ['alert_time_pkey'],
  },
]
