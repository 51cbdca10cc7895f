import { createHmac } from 'node:crypto'
import { createFeedbackDesk } from '../../../engine/actors/feedback/desk.ts'
import { createFeedActor, noFetcher } from '../../../engine/actors/feeds.ts'
import { createSubscriptionActors } from '../../../engine/actors/subscription.ts'
import { type Alerts, createAlerts } from '../../../engine/alerts.ts'
import { type Analytics, createAnalytics } from '../../../engine/analytics/analytics.ts'
import { createCounter } from '../../../engine/analytics/counter.ts'
import { createReadClassifier } from '../../../engine/analytics/read/classify.ts'
import { createReads } from '../../../engine/analytics/reads.ts'
import { type Assets, createAssets } from '../../../engine/assets/assets.ts'
import { createCaches } from '../../../engine/cache/caches.ts'
import type { Clock } from '../../../engine/clock.ts'
import { createAlertTokens } from '../../../engine/compose/alert-token.ts'
import { createLinks } from '../../../engine/compose/links.ts'
import { createPersonTokens } from '../../../engine/compose/person-token.ts'
import { engineConfigSchema } from '../../../engine/config.ts'
import { createModels } from '../../../engine/delivery/ranking.ts'
import { todaysPicks } from '../../../engine/delivery/todays-picks.ts'
import { readAlertSettings } from '../../../engine/desk/settings.ts'
import type { Campaigns, DeliveryView, Engine, Fact } from '../../../engine/engine.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import { silentLog } from '../../../engine/log.ts'
import type { Campaign } from '../../../engine/model/campaign.ts'
import type { CampaignId, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { Store } from '../../../engine/ports/store.ts'
import { noTracer } from '../../../engine/ports/tracer.ts'
import { trackingOf } from '../../../engine/remembered.ts'
import { viewOf } from '../../../engine/subscriptions/person.ts'
import { createSubscriptions, type Subscriptions } from '../../../engine/subscriptions.ts'

export interface EngineDouble extends Engine {
  tell(fact: Fact): void
  linkToken(publicationId: PublicationId, subscriberId: SubscriberId): string
  /** Rows that `deliveries` answers. */
  rows: DeliveryView[]
  listening(): number
}

/** An engine over a real store that sends nothing: campaign commands only move states. */
export function engineDouble(store: Store, clock: Clock): EngineDouble {
  const listeners = new Set<(fact: Fact) => void>()
  const sign = (text: string) =>
    createHmac('sha256', 'a secret of the test').update(text).digest('base64url').slice(0, 22)
  const double: EngineDouble = {
    store,
    depth: async () => ({ queued: 3, running: 1, waitingMs: 2000 }),
    load: () => ({
      threads: { threads: 1, maxThreads: 1, queued: 0, busySeconds: 0.5 },
      posts: { messages: 0, since: null },
      ledger: { queued: 0, handing: 0, sent: 0, failed: 0, retry: 0, unknown: 0, skipped: 0, suppressed: 0 },
    }),
    feeds: createFeedActor({
      config: engineConfigSchema.shape.feeds.parse(undefined),
      store,
      fetcher: noFetcher,
      clock,
      random: () => 0.5,
      log: silentLog,
    }),
    feedback: feedbackOf(store, clock),
    reads: createReads({
      settings: engineConfigSchema.shape.reads.parse(undefined),
      classifier: createReadClassifier(),
      store,
      links: store.links,
      tracking: { get: async (id) => (await trackingOf(store, [id])).get(id) ?? null },
      subjectOf: (token) => double.readLinkToken(token),
      clock,
      log: silentLog,
    }),
    caches: { figures: () => new Map() },
    assets: assetsOf(store, clock),
    analytics: analyticsOf(store, clock),
    picksFor: async (id) =>
      (
        await todaysPicks(
          {
            config: engineConfigSchema.shape.ranking.parse(undefined),
            store,
            items: store.items,
            models: createModels(store, silentLog),
            now: clock.now(),
          },
          [id],
        )
      ).get(id) ?? null,
    rows: [],
    alerts: alertsOf(store, clock),
    campaigns: campaignsOf(store, clock, () => double.rows),
    async agenda({ from, until }) {
      const blackouts = [{ from, until: from + 1, reason: 'a holiday' }]
      const rows = (await store.campaigns.page({ after: 0, limit: 100, state: 'scheduled' })).rows
      const entries = rows.flatMap(({ id, name, title, scheduledAt, reason }) =>
        scheduledAt === null || scheduledAt < from || scheduledAt > until
          ? []
          : [
              {
                campaignId: id,
                name,
                title,
                dueAt: scheduledAt,
                beginsAt: scheduledAt,
                number: null,
                localTime: false,
                reason,
              },
            ],
      )
      return { entries, more: false, blackouts }
    },
    subscriptions: subscriptionsOf(store, clock),
    renditions: { ofReader: async () => null, ofStranger: async () => null },
    async previewTemplate({ body: html, subject, preheader }, { address: to }) {
      return { to, subject, preheader, html, text: '', language: 'en', picks: [], mime: '', interpreted: [] }
    },
    async checkTemplate(input) {
      const at = input.body.indexOf('{% nope')
      if (at < 0) return []
      const line = input.body.slice(0, at).split('\n').length
      return [
        {
          template: input.name,
          part: 'body',
          language: null,
          line,
          column: 1,
          variable: null,
          message: 'unknown tag "nope"',
        },
      ]
    },
    readLinkToken(token) {
      const [ids = '', mac] = token.split('~')
      if (sign(ids) !== mac) return null
      const [publicationId, subscriberId] = ids.split('.').map(Number)
      return { publicationId: publicationId as PublicationId, subscriberId: subscriberId as SubscriberId }
    },
    linkToken: (publicationId, subscriberId) =>
      `${publicationId}.${subscriberId}~${sign(`${publicationId}.${subscriberId}`)}`,
    channelStates: () => [
      {
        name: 'smtp',
        type: 'smtp',
        state: 'closed',
        detail: null,
        content: 'mime',
        rooms: [],
        people: 'address',
        maxInFlight: 8,
        perSecond: null,
        standIns: [],
        slowed: [],
      },
    ],
    probeChannel: async () => ({ ok: true, detail: '220 ready' }),
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tell(fact) {
      for (const listener of listeners) listener(fact)
    },
    listening: () => listeners.size,
    async start() {},
    async stop() {},
  }
  return double
}

function assetsOf(store: Store, clock: Clock): Assets {
  const config = engineConfigSchema.parse({ secrets: ['a secret of the test'] })
  return createAssets({ config, store, caches: cachesOf(clock), clock })
}

/** The real ones; only their mails stay where they are due. */
function subscriptionsOf(store: Store, clock: Clock): Subscriptions {
  const config = engineConfigSchema.parse({ secrets: ['a secret of the test'] })
  const keys = { secrets: config.secrets, publicUrl: config.publicUrl }
  return createSubscriptions({
    config,
    store,
    actors: createSubscriptionActors({ store, log: silentLog }),
    notices: { kick() {} },
    press: {
      sender: () => ({ address: 'news@example.org', name: '', replyTo: null }),
      press: () => Promise.reject(new Error('nothing is sent here')),
    },
    links: createLinks(keys),
    tokens: createPersonTokens(keys),
    people: { get: (id) => viewOf(store, id) },
    clock,
    log: silentLog,
  })
}

/** The real ones; nobody counts but `rebuild`. */
function analyticsOf(store: Store, clock: Clock): Analytics {
  return createAnalytics({ store, caches: cachesOf(clock), counter: createCounter(store), clock })
}

const cachesOf = (clock: Clock) =>
  createCaches({
    tier: null,
    bus: null,
    alone: true,
    owner: 'double',
    clock,
    random: () => 0.5,
    log: silentLog,
  })

function feedbackOf(store: Store, clock: Clock) {
  const config = engineConfigSchema.parse({ secrets: ['a secret of the test'] })
  return createFeedbackDesk({
    config: { ...config.bounces, address: 'bounce@example.org' },
    store,
    actors: createSubscriptionActors({ store, log: silentLog }),
    links: createLinks({ secrets: config.secrets, publicUrl: config.publicUrl }),
    returned() {},
    clock,
    log: silentLog,
  })
}

function campaignsOf(store: Store, clock: Clock, rows: () => DeliveryView[]): Campaigns {
  const present = async (id: CampaignId): Promise<Campaign> => {
    const campaign = await store.campaigns.get(id)
    if (campaign === null) throw new BroadsheetError('E_NOT_FOUND', `There is no campaign ${id}.`)
    return campaign
  }
  const change = async (
    id: CampaignId,
    state: Campaign['state'],
    reason: string | null = null,
    at: number | null = null,
  ) => {
    const { version } = await present(id)
    return store.campaigns.change(id, version, { state, reason, scheduledAt: at }, clock.now())
  }
  return {
    create: (input) => store.campaigns.insert(input, clock.now()),
    update: (id, version, input) => store.campaigns.update(id, version, input, clock.now()),
    schedule: (id, at) => change(id, 'scheduled', null, at ?? clock.now()),
    start: (id) => change(id, 'running'),
    fire: (id) => change(id, 'running'),
    whenDue: async () => null,
    async skip(id) {
      const { state, scheduledAt, version } = await present(id)
      const skipped = [{ dueAt: scheduledAt ?? clock.now(), reason: 'skipped by hand' }]
      const next = (scheduledAt ?? clock.now()) + 86_400_000
      return store.campaigns.change(
        id,
        version,
        { state, reason: null, scheduledAt: next, skipped },
        clock.now(),
      )
    },
    async editions(id, query) {
      return store.editions.page({ campaignId: id, ...query })
    },
    pause: (id, reason) => change(id, 'paused', reason ?? null),
    async resume(id) {
      const { state, name } = await present(id)
      if (state !== 'paused')
        throw new BroadsheetError('E_STATE', `Campaign "${name}" is ${state}, not paused.`)
      return change(id, 'running')
    },
    cancel: (id) => change(id, 'cancelled'),
    async retryFailed(_id, options) {
      return { retried: options?.alsoUnknown === true ? 2 : 1 }
    },
    async preflight(_id, options) {
      for (let done = 0; done <= 3; done++) {
        options?.signal?.throwIfAborted()
        options?.onProgress?.(done, 3)
        clock.now()
      }
      return { audience: 3, ok: 3, skipped: 0, failed: 0, failures: [], lines: [] }
    },
    previewOf: async () => null,
    async preview(_id, address, draft) {
      return {
        to: address,
        subject: draft?.campaign?.subject ?? 'Hello',
        preheader: '',
        html: '<p>Hello</p>',
        text: 'Hello',
        language: 'en',
        picks: [],
        mime: 'Subject: Hello\r\n\r\nHello',
        interpreted: [],
      }
    },
    test: async (_id, addresses) =>
      addresses.map((address) => ({ address, status: 'sent', code: '250', detail: null })),
    progress: async () => null,
    async reasons(_id, state, limit) {
      const codes = Map.groupBy(
        rows().filter((row) => row.state === state),
        ({ code }) => code,
      )
      return [...codes]
        .map(([code, all]) => ({ code, count: all.length, example: all[0]!.detail }))
        .slice(0, limit)
    },
    async deliveries(_id, { state, after, limit }) {
      const matching = rows().filter(
        (row) => row.subscriberId > after && (state === undefined || row.state === state),
      )
      const page = matching.slice(0, limit)
      return { rows: page, next: matching.length > limit ? page.at(-1)!.subscriberId : null }
    },
  }
}

/** All that people do about alerts, over the store; nobody has the desk. */
function alertsOf(store: Store, clock: Clock): Alerts {
  const config = engineConfigSchema.parse({ secrets: ['a secret of the test'], alerts: { gatherMs: 0 } })
  const { rules } = readAlertSettings(config.alerts, new Map())
  const { watch: _, ...alerts } = createAlerts({
    config,
    rules,
    store: store,
    tokens: createAlertTokens({ secrets: config.secrets, publicUrl: 'http://localhost:8025' }),
    channels: new Map(),
    tracer: noTracer,
    clock,
    writing() {},
    heard() {},
    async look() {},
    tell() {},
    desk: () => null,
    followers: async () => null,
  })
  return alerts
}
