import { randomUUID } from 'node:crypto'
import { createCampaignActors } from './actors/campaign.ts'
import { createCensus } from './actors/census.ts'
import { startChannelActor } from './actors/channel/channel.ts'
import { createFeedbackDesk, type FeedbackDesk } from './actors/feedback/desk.ts'
import { createFeedActor, type Feeds, noFetcher } from './actors/feeds.ts'
import { createLearner } from './actors/learner.ts'
import { startNoticeActor } from './actors/notices.ts'
import { createRelay } from './actors/relay.ts'
import { createRetention } from './actors/retention.ts'
import { createRoller } from './actors/roller.ts'
import { createSchedules } from './actors/schedules.ts'
import { createSubscriptionActors } from './actors/subscription.ts'
import { createSupervisor } from './actors/supervisor.ts'
import { createAlertOffice } from './alert-office.ts'
import type { Alerts } from './alerts.ts'
import { type Analytics, createAnalytics } from './analytics/analytics.ts'
import { createCounter } from './analytics/counter.ts'
import { createReadClassifier } from './analytics/read/classify.ts'
import { createReads, type Reads } from './analytics/reads.ts'
import { type Assets, createAssets } from './assets/assets.ts'
import { withAssets } from './assets/references.ts'
import { createBulkGate } from './bulk-gate.ts'
import { type Caches, createCaches } from './cache/caches.ts'
import { type Campaigns, createCampaigns } from './campaigns.ts'
import type { Carried, ChannelDefinition, Egress, ProbeResult } from './channel/index.ts'
import { type Clock, systemClock } from './clock.ts'
import { createLinks } from './compose/links.ts'
import { createPersonTokens } from './compose/person-token.ts'
import type { EngineConfig } from './config.ts'
import { draftSpec } from './delivery/draft-spec.ts'
import { chainCouriers } from './delivery/failover.ts'
import { createLimiter } from './delivery/limits/limiter.ts'
import { createNoticePress } from './delivery/notice-press.ts'
import { createModels, rankingNow } from './delivery/ranking.ts'
import { createRehearsal, type LetterPreview, type PickView } from './delivery/rehearsal.ts'
import { createRenditions, type Renditions } from './delivery/rendition.ts'
import { createRuns } from './delivery/runs.ts'
import { partialsOf } from './delivery/spec.ts'
import { createStumbles } from './delivery/stumbles.ts'
import { BroadsheetError } from './errors.ts'
import { type Log, silentLog } from './log.ts'
import type { DeliveryCounts } from './model/delivery.ts'
import type { EpochMs, Json, PublicationId, SubscriberId } from './model/ids.ts'
import type { ChannelFigures, Fact } from './model/progress.ts'
import type { TemplateInput } from './model/template.ts'
import type { Bus } from './ports/bus.ts'
import type { Cache } from './ports/cache.ts'
import type { Fetcher } from './ports/fetcher.ts'
import { type Meter, noMeter } from './ports/meter.ts'
import type { WorkQueue } from './ports/queue.ts'
import { noResolver, type Resolver } from './ports/resolver.ts'
import type { Store } from './ports/store.ts'
import { noTracer, type Tracer } from './ports/tracer.ts'
import { createRemembered } from './remembered.ts'
import { checkTemplate } from './render/check.ts'
import { createRenderPool, type RenderPool } from './render/pool.ts'
import { type Agenda, agendaOf } from './schedule/agenda.ts'
import { createCalendar } from './schedule/calendar.ts'
import { createSeries } from './schedule/series.ts'
import { createSubscriptions, type Subscriptions } from './subscriptions.ts'
import type { TemplateProblem } from './template/problem.ts'

export interface EngineParts {
  readonly store: Store
  readonly queue: WorkQueue
  /** Between nodes. Without one this engine is alone, or the others hear of it from the store, a sweep later. */
  readonly bus?: Bus
  /** Behind what this process remembers. Without one the process stands alone with it. */
  readonly cache?: Cache
  /** By the name that campaigns use: a definition and its parsed settings. */
  readonly channels: {
    readonly [name: string]: {
      readonly definition: ChannelDefinition<never, Carried>
      readonly config: unknown
    }
  }
  /** What channels may ask over HTTP. Without it: everything. */
  readonly egress?: Egress
  /** Reads feeds. Closed with the engine. Without one no feed can be read. */
  readonly fetcher?: Fetcher
  /** Asks DNS about senders. Without one nothing is known of them. */
  readonly resolver?: Resolver
  /** Hears what the engine does. Without one nothing is counted. */
  readonly meter?: Meter
  /** Writes down what took how long. Default: nobody does. */
  readonly tracer?: Tracer
  readonly clock?: Clock
  readonly random?: () => number
  readonly log?: Log
  /** Distinguishes this process among lease owners; a random one by default. */
  readonly node?: string
}

export type { FeedbackDesk, JudgedReading, TakenReport } from './actors/feedback/desk.ts'
export type { Clues } from './actors/feedback/finder.ts'
export type { Feedback, Heard, HeardFact } from './actors/feedback/intake.ts'
export type { FeedPreview, Feeds } from './actors/feeds.ts'
export type { Analytics, AnalyticsStatus } from './analytics/analytics.ts'
export type { Kept, Reads, ReadWatcher } from './analytics/reads.ts'
export type { Assets, AssetUse, OpenAsset } from './assets/assets.ts'
export type { PreflightReport } from './bulk-gate.ts'
export type { Campaigns, DeliveryView } from './campaigns.ts'
export type { FeedOutcome } from './content/fetch-feed.ts'
export type { PreflightLine } from './deliverability/line.ts'
export type { LetterPreview, PickView, TestOutcome } from './delivery/rehearsal.ts'
export type { Rendition, Renditions } from './delivery/rendition.ts'
export type { ChannelFigures, ChannelState, Fact, Progress } from './model/progress.ts'
export type { Agenda } from './schedule/agenda.ts'
export type {
  PersonToken,
  PersonView,
  PreferenceChange,
  Proof,
  SignUp,
  Subscriptions,
} from './subscriptions.ts'
export type { TemplateProblem } from './template/problem.ts'
export type { EngineConfig }

export interface EngineLoad {
  readonly threads: ReturnType<RenderPool['stats']>
  /** Of alerts, on their way to people and rooms. */
  readonly posts: { readonly messages: number; readonly since: EpochMs | null }
  /** Deliveries of the campaigns that this node has worked a batch of and that still run, as of their last batch. */
  readonly ledger: Omit<DeliveryCounts, 'audience'>
}

/** The engine. `start` and `stop` are idempotent. */
export interface Engine {
  readonly store: Store
  readonly campaigns: Campaigns
  readonly alerts: Alerts
  /** What people say about their own subscriptions. */
  readonly subscriptions: Subscriptions
  /** Files that templates, items and letters refer to. */
  readonly assets: Assets
  /** Letters that went out, for web pages. */
  readonly renditions: Renditions
  readonly feeds: Feeds
  /** Bounces and complaints. */
  readonly feedback: FeedbackDesk
  /** Opens and clicks. */
  readonly reads: Reads
  /** What happened to letters, as numbers. */
  readonly analytics: Analytics
  /** What this process remembers of the store. */
  readonly caches: Pick<Caches, 'figures'>
  /** What a letter with the usual settings would hold for a person now. Null for nobody, and for who was erased. */
  picksFor(id: SubscriberId): Promise<readonly PickView[] | null>
  /** What will go out when, by its beginning. Refuses with E_INPUT a span of more than 400 days. */
  agenda(query: { readonly from: EpochMs; readonly until: EpochMs }): Promise<Agenda>
  /** Problems of a template with the store's layouts and partials; empty when it compiles. */
  checkTemplate(input: TemplateInput): Promise<readonly TemplateProblem[]>
  /** A letter of a template that need not be kept, as this address would get it. `data` is `campaign.data`. Refuses with E_RENDER. */
  previewTemplate(
    input: TemplateInput,
    to: { readonly address: string; readonly data: { readonly [key: string]: Json } },
  ): Promise<LetterPreview>
  /** Who a link's token speaks of: null when it was not signed by us. Old secrets still verify. */
  readLinkToken(
    token: string,
  ): { readonly publicationId: PublicationId; readonly subscriberId: SubscriberId } | null
  channelStates(): readonly ChannelFigures[]
  probeChannel(name: string): Promise<ProbeResult>
  /** Returns the function that ends it. */
  listen(listener: (fact: Fact) => void): () => void
  /** How much there is to do, on all nodes that share the queue; `waitingMs`: how long the chunk that waits longest has waited. */
  depth(): Promise<{ readonly queued: number; readonly running: number; readonly waitingMs: number }>
  /** What this process has in hand, from memory. */
  load(): EngineLoad
  /** Begin sweeping, scheduling and working. Without it commands are taken, and other nodes work. */
  start(): Promise<void>
  /** Stop leasing, finish what is in flight until `deadlineMs` (at most 10 s), give the rest back. Does not close the store. */
  stop(options?: { readonly deadlineMs?: number }): Promise<void>
}

export async function createEngine(config: EngineConfig, parts: EngineParts): Promise<Engine> {
  const { queue, meter = noMeter, tracer = noTracer, clock = systemClock } = parts
  const { random = Math.random, log = silentLog } = parts
  const owner = parts.node ?? randomUUID()
  // Refuses what is no network before anything is open.
  const classifier = createReadClassifier(config.reads)
  const listeners = new Set<(fact: Fact) => void>()
  const relay = createRelay({
    bus: parts.bus ?? null,
    owner,
    log,
    hear(fact) {
      // Of our own it is known already.
      if (fact.type === 'letter.returned') actors.returned(fact.publicationId)
      if (fact.type === 'channel.slowed') limiter.follow(fact.channel, fact.domain, clock.now())
      for (const listener of listeners) listener(fact)
    },
  })
  const tell = relay.tell
  const caches = createCaches({
    tier: parts.cache ?? null,
    bus: parts.bus ?? null,
    alone: parts.store.kind !== 'postgres',
    owner,
    clock,
    random,
    log,
  })
  const models = createModels(parts.store, log)
  const remembered = createRemembered({ config, caches, store: parts.store, models, clock })
  const { store, people, tracking, items, picks } = remembered
  const links = createLinks({ secrets: config.secrets, publicUrl: config.publicUrl })
  const pool = createRenderPool(config.render, log)
  const limiter = createLimiter(
    config,
    store.buckets,
    (cut) => {
      log.warn({ ...cut }, 'channel.slowed')
      tell({ type: 'channel.slowed', ...cut })
    },
    store.kind !== 'postgres',
  )
  const opened = await Promise.all(
    Object.entries(parts.channels).map(async ([name, { definition, config: settings }]) =>
      startChannelActor({
        name,
        channel: await definition.open(settings as never, {
          clock,
          random,
          log: log.child({ channel: name }),
          meter: { phase: (phase, seconds) => meter.phase(name, phase, seconds) },
          ...(parts.egress === undefined ? {} : { egress: parts.egress }),
        }),
        settings: config.breaker,
        limiter,
        meter,
        clock,
        log,
        onChange(state, detail) {
          tell({ type: 'channel.changed', channel: name, state, detail })
          if (state === 'closed') supervisor.kick()
        },
      }),
    ),
  )
  const channels = new Map(opened.map((actor) => [actor.name, actor]))
  const runs = createRuns(config, store, models, log)
  let couriers: ReturnType<typeof chainCouriers>
  try {
    couriers = chainCouriers(opened, { failover: config.failover, limiter, clock, log })
  } catch (error) {
    await Promise.all([pool.close(), ...opened.map((actor) => actor.close())])
    throw error
  }
  const courier = (name: string) => couriers.get(name)
  const forLetters = opened.flatMap(({ name, capabilities }) =>
    capabilities.content === 'mime' ? [name] : [],
  )
  const calendar = createCalendar(config.calendar)
  const series = createSeries({ store, calendar, clock })
  const actors = createCampaignActors({ store, calendar, clock, log, tracer, tell })
  const rehearsal = createRehearsal({ config, store, pool, models, clock })
  const campaigns = createCampaigns({
    config,
    store,
    clock,
    pool,
    rehearsal,
    gate: createBulkGate({
      config,
      rehearsal,
      courier,
      resolver: parts.resolver ?? noResolver,
      fetcher: parts.fetcher ?? noFetcher,
      log,
      meter,
    }),
    actors,
    series,
    supervisor: {
      kick() {
        supervisor.kick()
        relay.wake('work')
      },
      plan(campaign) {
        supervisor.plan(campaign)
        relay.wake('work')
      },
    },
    channels: forLetters,
    courier,
    items,
    tracer,
  })
  const subscriptionActors = createSubscriptionActors({ store, log })
  const feedback = createFeedbackDesk({
    config: config.bounces,
    store,
    actors: subscriptionActors,
    links,
    returned(publicationId, bounce) {
      actors.returned(publicationId)
      tell({ type: 'letter.returned', publicationId, class: bounce })
    },
    clock,
    log,
  })
  const supervisor = createSupervisor({
    config: config.delivery,
    store,
    queue,
    campaigns: actors,
    schedules: createSchedules({
      campaigns: actors,
      series,
      calendar,
      calendarZone: config.calendar.timeZone,
      fire: (id) => campaigns.fire(id),
      rowOf: (id) => store.campaigns.get(id),
      whenDue: (campaign, signal) => campaigns.whenDue(campaign, signal),
      clock,
      log,
    }),
    calendar,
    lane: {
      config: config.delivery,
      caps: config.caps,
      calendar,
      store,
      runs,
      pool,
      limiter,
      stumbles: createStumbles(),
      judge: feedback.judge,
      returns: feedback.returns,
      countRefused: feedback.countRefused,
      courier,
      meter,
      clock,
      random,
      log,
      tracer,
      owner,
      report: (batch) => actors.hear(batch),
    },
    clock,
    log,
  })
  const feeds = createFeedActor({
    config: config.feeds,
    store,
    fetcher: parts.fetcher ?? noFetcher,
    clock,
    random,
    log,
  })
  const tokens = createPersonTokens({ secrets: config.secrets, publicUrl: config.publicUrl })
  const press = createNoticePress({ config, store, pool, tokens, log })
  const notices = startNoticeActor({
    config,
    store,
    press,
    actors: subscriptionActors,
    feedback,
    courier: () => courier(config.subscriptions.channel ?? forLetters[0] ?? ''),
    clock,
    random,
    log,
  })
  const learner = createLearner({ config: config.ranking, store, owner, meter, clock, log })
  const retention = createRetention({ config: config.retention, store, owner, clock, log })
  const subscriptions = createSubscriptions({
    config,
    store,
    actors: subscriptionActors,
    notices: {
      kick() {
        notices.kick()
        relay.wake('work')
      },
    },
    press,
    links,
    tokens,
    people,
    clock,
    log,
  })
  const census = createCensus({ store, owner, clock, log })
  const counter = createCounter(store)
  const analytics = createAnalytics({ store, caches, counter, clock })
  const roller = createRoller({
    leadership: store.leadership,
    counter,
    owner,
    clock,
    log,
    moved: analytics.moved,
    tell,
  })
  const reads = createReads({
    settings: config.reads,
    classifier,
    store,
    links: remembered.links,
    tracking,
    subjectOf: (token) => links.read(token),
    clock,
    log,
  })
  const office = createAlertOffice({
    config,
    store,
    channels: couriers,
    limiter,
    pool,
    links,
    persons: tokens,
    wakeDesk: () => relay.wake('alerts'),
    tell,
    meter,
    tracer,
    clock,
    random,
    log,
    owner,
  })
  relay.listen({
    work() {
      supervisor.kick()
      notices.kick()
      office.lookForPosts()
    },
    alerts: office.lookAtAlerts,
  })
  let stopped: Promise<void> | null = null

  async function stop(deadlineMs: number): Promise<void> {
    await Promise.all([
      feeds.stop(),
      supervisor.stop(deadlineMs),
      notices.stop(deadlineMs),
      office.stop(deadlineMs),
      retention.stop(),
      census.stop(),
      roller.stop(),
      learner.stop(),
      reads.settle(deadlineMs),
    ])
    await Promise.all([pool.close(), queue.close(), ...opened.map((actor) => actor.close())])
    relay.stop()
    analytics.stop()
    items.stop()
    caches.stop()
    listeners.clear()
  }

  return {
    store,
    campaigns,
    alerts: office.alerts,
    assets: createAssets({ config, store, caches, clock }),
    renditions: createRenditions({ publicUrl: config.publicUrl, store, pool, runs, caches }),
    subscriptions,
    feeds,
    feedback,
    reads,
    analytics,
    caches,
    picksFor: (id) => picks.get(id),
    agenda: (query) => agendaOf({ store, calendar, series }, query),
    async checkTemplate(input: TemplateInput) {
      const { name, format, subject, preheader, body, text, variants } = input
      const bundle = await withAssets(store.assets, {
        template: { name, format, subject, preheader, body, text, variants },
        partials: await partialsOf(store),
      })
      return checkTemplate(config, pool, bundle)
    },
    async previewTemplate(input, { address, data }) {
      const spec = await draftSpec(store, input, data, clock.now())
      return rehearsal.preview({ ...spec, ...(await rankingNow(config.ranking, store)) }, address)
    },
    readLinkToken: (token) => links.read(token),
    channelStates: () =>
      opened.map(({ name, capabilities, ...actor }) => ({
        name,
        type: parts.channels[name]!.definition.name,
        ...actor.state(),
        content: capabilities.content,
        rooms: capabilities.rooms ?? [],
        people: capabilities.content === 'mime' ? 'address' : actor.contact === undefined ? null : 'contact',
        maxInFlight: capabilities.maxInFlight,
        perSecond: ownOf(config.limits.channel, name)?.perSecond ?? null,
        standIns: ownOf(config.failover, name) ?? [],
        slowed: limiter.slowed(name, clock.now()),
      })),
    async probeChannel(name): Promise<ProbeResult> {
      const actor = channels.get(name)
      if (!actor)
        throw new BroadsheetError(
          'E_CHANNEL_UNKNOWN',
          `No channel named "${name}". Configured: ${[...channels.keys()].join(', ') || 'none'}.`,
        )
      return actor.probe(AbortSignal.timeout(15_000))
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async depth() {
      const [depth, waitingMs] = await Promise.all([queue.depth(), queue.waitingMs()])
      return { ...depth, waitingMs }
    },
    load: () => ({ threads: pool.stats(), posts: office.underWay(), ledger: actors.standing() }),
    async start() {
      if (config.ranking.module !== null) {
        const { problems } = await pool.checkRanker({ module: config.ranking.module })
        if (problems.length > 0)
          throw new BroadsheetError(
            'E_CONFIG',
            `The ranker ${config.ranking.module} (ranking.module) ${problems.join('; it ')}.`,
          )
      }
      await supervisor.start()
      office.start()
      notices.start()
      retention.start()
      census.start()
      roller.start()
      learner.start()
      feeds.start()
    },
    stop(options = {}) {
      stopped ??= stop(Math.min(options.deadlineMs ?? 10_000, 10_000))
      return stopped
    },
  }
}

/** Settings by names that come from outside: `constructor` is no channel. */
const ownOf = <T>(table: { readonly [key: string]: T }, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined
