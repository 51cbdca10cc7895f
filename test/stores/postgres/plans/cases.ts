import type {
  AlertId,
  ListId,
  NotificationId,
  PublicationId,
  SubscriberId,
} from '../../../../engine/model/ids.ts'
import type { ResolvedRule } from '../../../../engine/model/segment.ts'
import type { Store } from '../../../../engine/ports/store.ts'
import { crowdStart } from './crowd.ts'
import { numberCases } from './number-cases.ts'

/** Something asked of the crowd, and the indexes that have to answer it. */
export interface PlanCase {
  readonly name: string
  ask(store: Store): Promise<unknown>
  /** Each is in the plan of one of its statements. */
  readonly uses: readonly (string | RegExp)[]
  /** Of the partitions of deliveries and events, none but these are read; any where nothing is said. */
  readonly months?: readonly string[]
}

const after = { after: 0, limit: 100 }
const budget = { budgetMs: 100 }
const everyone = 1 as ListId
const few = 3 as ListId
const [march, may] = [3, 5] as [PublicationId, PublicationId]
const somebody = 13 as SubscriberId
const dayMs = 86_400_000

const opera: ResolvedRule = { is: 'topic', topic: 'opera', op: '>=', weight: 0.5 }
const country: ResolvedRule = { is: 'compare', field: { attribute: ['country'] }, op: '=', value: 'LI' }
const opened: ResolvedRule = {
  is: 'event',
  event: 'opened',
  campaign: null,
  when: { from: crowdStart + 310 * dayMs, to: null },
}
const of = (...segments: readonly ResolvedRule[]) => ({ lists: [], excludeLists: [], segments })
const onList = (list: ListId) => ({ lists: [list], excludeLists: [] })

const interest = 'subscriber_interest'
const attributes = 'subscriber_attributes'
const active = 'subscriber_active'
const member = /^membership_(pkey|subscriber)$/

export const planCases: readonly PlanCase[] = [
  {
    name: 'the index of interests counts those of active people',
    ask: (store) => store.deliveries.count(of(opera), budget),
    uses: [interest],
  },
  {
    name: 'the index of interests finds those of active people',
    ask: (store) => store.deliveries.audience({ ...of(opera), ...after }),
    uses: [interest],
  },
  {
    name: 'the index of attributes counts',
    ask: (store) => store.deliveries.count(of(country), budget),
    uses: [attributes],
  },
  {
    name: 'the index of attributes finds',
    ask: (store) => store.deliveries.audience({ ...of(country), ...after }),
    uses: [attributes],
  },
  {
    name: 'both together answer what is true of either',
    ask: (store) => store.deliveries.count(of({ is: 'or', rules: [opera, country] }), budget),
    uses: [interest, attributes],
  },
  {
    name: 'a small list is counted by its members, of whom the active are looked up',
    ask: (store) => store.deliveries.count(onList(few), budget),
    uses: ['membership_pkey', active],
  },
  {
    name: 'a page of a list walks along its members and the active',
    ask: (store) => store.deliveries.audience({ ...onList(everyone), ...after }),
    uses: [member, active],
  },
  {
    name: 'the active are paged by their own index',
    ask: (store) => store.subscribers.page({ ...after, status: 'active' }),
    uses: [active],
  },
  {
    name: 'everybody is paged by id',
    ask: (store) => store.subscribers.page(after),
    uses: ['subscriber_pkey'],
  },
  {
    name: 'the members of a list are paged by both',
    ask: (store) => store.subscribers.page({ ...after, list: few }),
    uses: [member, 'subscriber_pkey'],
  },
  {
    name: 'live publications have an index of their own',
    ask: (store) => store.publications.page({ ...after, state: 'running' }),
    uses: ['publication_live'],
  },
  {
    name: 'work that is due is looked for in live publications',
    ask: (store) => store.ledger.due({ now: crowdStart, limit: 10 }),
    uses: ['publication_live'],
  },
  {
    name: 'deliveries are paged in the month of their publication',
    ask: (store) => store.deliveries.page({ publicationId: march, ...after }),
    uses: ['delivery_202603_pkey'],
    months: ['202603'],
  },
  {
    name: 'what went wrong is found without what went well',
    ask: (store) => store.deliveries.page({ publicationId: may, state: 'failed', ...after }),
    uses: [/^delivery_202605_publication_id_noted/],
    months: ['202605'],
  },
  {
    name: 'reasons are counted among what went wrong',
    ask: (store) => store.deliveries.reasons({ publicationId: may, state: 'failed', limit: 10 }),
    uses: [/^delivery_202605_publication_id_noted/],
    months: ['202605'],
  },
  {
    name: 'one delivery is looked up',
    ask: (store) => store.deliveries.get(march, somebody),
    uses: ['delivery_202603_pkey'],
    months: ['202603'],
  },
  {
    name: 'who was sent a letter is looked up in its month',
    ask: (store) =>
      store.deliveries.audience({ lists: [], excludeLists: [], publications: [march], ...after }),
    uses: ['delivery_202603_pkey'],
    months: ['202603'],
  },
  {
    name: 'what happened lately is looked up in the last months',
    ask: (store) => store.deliveries.audience({ ...of({ is: 'and', rules: [country, opened] }), ...after }),
    uses: [attributes, /^event_2026(11|12)_subscriber_id/],
    months: ['202611', '202612'],
  },
  {
    name: 'events of a person are looked up',
    ask: (store) => store.events.page({ subscriberId: somebody, ...after }),
    uses: [/^event_202601_subscriber_id/],
  },
  {
    name: 'events of a publication are paged by id',
    ask: (store) => store.events.page({ publicationId: march, ...after }),
    uses: [/^event_2026\d\d_(pkey|publication_id)/],
  },
  {
    name: 'what was read is found without going through what was sent',
    ask: (store) => store.events.page({ ...after, reads: true }),
    uses: [/^event_2026\d\d_id_idx/],
  },
  {
    name: 'alerts that nobody heard of have an index of their own',
    ask: (store) => store.alerts.unheard(100),
    uses: ['alert_unheard'],
  },
  {
    name: 'the last alert of a key is looked up',
    ask: (store) => store.alerts.page({ ...after, key: 'key7' }),
    uses: ['alert_key'],
  },
  {
    name: 'alerts that ended long ago are found by their end',
    ask: (store) => store.alerts.remove({ before: crowdStart + 50, limit: 10 }),
    uses: ['alert_ended'],
  },
  {
    name: 'what was told of an alert is looked up',
    ask: (store) => store.notifications.page({ ...after, alertId: 7 as AlertId }),
    uses: ['notification_alerts'],
  },
  {
    name: 'what was told of a group is looked up',
    ask: (store) => store.notifications.page({ ...after, group: 'group7' }),
    uses: ['notification_group'],
  },
  {
    name: 'what is not finished has an index of its own',
    ask: (store) => store.postings.unfinished(10),
    uses: ['notification_unfinished'],
  },
  {
    name: 'what somebody was told of alerts is looked up',
    ask: (store) =>
      store.notifications.postings({ after: null, limit: 10, subscriberId: 10 as SubscriberId }),
    uses: ['posting_person'],
  },
  {
    name: 'what is held is found by when it is due, and of a follow as a whole',
    ask: (store) => store.desk.heldDue({ now: crowdStart + 2000, limit: 10 }),
    uses: ['posting_held_due', 'posting_held'],
  },
  {
    name: 'a notification is counted along its key',
    ask: (store) => store.notifications.counts(7 as NotificationId),
    uses: ['posting_pkey'],
  },
  {
    name: 'changes of follows are read on from the last',
    ask: (store) => store.follows.changes({ since: 500, limit: 10 }),
    uses: ['follow_changed_key'],
  },
  {
    name: 'what somebody follows is looked up',
    ask: (store) => store.follows.page({ ...after, subscriberId: 10 as SubscriberId }),
    uses: ['follow_person'],
  },
  {
    name: 'what readers made of letters is found by who they are',
    ask: (store) =>
      store.models.letters([{ publicationId: march, subscriberId: somebody }], Number.MAX_SAFE_INTEGER),
    uses: [
      'subscriber_pkey',
      'delivery_202603_pkey',
      /^event_2026\d\d_subscriber_id/,
      'subscription_pkey',
      'affinity_pkey',
    ],
  },
  ...numberCases,
]
