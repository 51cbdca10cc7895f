import { randomUUID } from 'node:crypto'
import fastify, { type FastifyInstance } from 'fastify'
import { serializerCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Passwords } from '../../engine/access/password.ts'
import type { Vault } from '../../engine/access/vault.ts'
import { createAddressChecker } from '../../engine/audience/address-check.ts'
import { createImporter } from '../../engine/audience/import/importer.ts'
import { type Clock, systemClock } from '../../engine/clock.ts'
import type { Engine } from '../../engine/engine.ts'
import { BroadsheetError } from '../../engine/errors.ts'
import type { Log } from '../../engine/log.ts'
import { type AlertSettings, alertSettingsSchema } from '../../engine/model/alert-settings.ts'
import type { BucketStore } from '../../engine/ports/buckets.ts'
import { noTracer, type Tracer } from '../../engine/ports/tracer.ts'
import { createAccess } from '../access/access.ts'
import { type ChannelDesk, createChannelDesk } from '../channels/desk.ts'
import { type AccessConfig, accessSchema } from '../config/access.ts'
import { channelTypes } from '../config/channel-types.ts'
import {
  type HttpLimits,
  type HttpPressure,
  type HttpTimes,
  httpLimitsSchema,
  httpPressureSchema,
  httpTimesSchema,
} from '../config/http.ts'
import type { PagesConfig } from '../config/pages.ts'
import { createGuard } from '../fetch/guard.ts'
import type { ProviderHooks } from '../hooks/provider.ts'
import type { SesHook } from '../hooks/ses-hook.ts'
import { createMetrics, type Metrics } from '../metrics/metrics.ts'
import type { Api, Parts } from './api.ts'
import { useAudit } from './audit.ts'
import { consoleRoutes } from './console/console.ts'
import { providerHookRoutes } from './hooks/providers.ts'
import { sesHookRoutes } from './hooks/ses.ts'
import { useGathering } from './limits/gathered.ts'
import { createLimiter } from './limits/limiter.ts'
import { createPressure, loopDelay, type PressureGauges } from './limits/pressure.ts'
import { useRates } from './limits/rates.ts'
import { useShedding } from './limits/shed.ts'
import { limitAnswers, limitConnections, timesOf, useTimes } from './limits/times.ts'
import { useOpenApi } from './openapi.ts'
import { publicAssetRoutes } from './public/assets.ts'
import { publicRoutes } from './public/public.ts'
import { sessionSchema, userSchema } from './reply/access-views.ts'
import {
  alertSchema,
  followSchema,
  heartbeatSchema,
  notificationSchema,
  postingSchema,
  silenceSchema,
} from './reply/alert-views.ts'
import { campaignSchema, deliverySchema, progressSchema } from './reply/campaign-views.ts'
import { answerClientErrors } from './reply/client-error.ts'
import { useCutOff } from './reply/cut-off.ts'
import { linger } from './reply/linger.ts'
import { logRefusal } from './reply/log-refusal.ts'
import { problemSchema, refusalOf } from './reply/problem.ts'
import { pathOfRequest, refuse } from './reply/refuse.ts'
import { secureHeaders } from './reply/secure-headers.ts'
import { createLive } from './reply/sse.ts'
import { createAuth } from './request/auth.ts'
import { useAuthorisation } from './request/authorise.ts'
import { useIdempotency } from './request/idempotency.ts'
import { useJsonBodies } from './request/json.ts'
import { measureRequests } from './request/measured.ts'
import { createMethods } from './request/methods.ts'
import { traceIdOfRequest, useTraces } from './request/trace.ts'
import { validatorCompiler } from './request/validate.ts'
import { auditEntrySchema, auditRoutes } from './routes/access/audit.ts'
import { keyRoutes } from './routes/access/keys.ts'
import { ownRoutes } from './routes/access/me.ts'
import { secondFactorRoutes } from './routes/access/second-factor.ts'
import { signInRoutes } from './routes/access/sign-in.ts'
import { userRoutes } from './routes/access/users.ts'
import { addressRoutes } from './routes/addresses.ts'
import { alertmanagerRoutes } from './routes/alertmanager/alertmanager.ts'
import { alertRoutes } from './routes/alerts/alerts.ts'
import { followRoutes } from './routes/alerts/follows.ts'
import { heartbeatRoutes } from './routes/alerts/heartbeats.ts'
import { notificationRoutes } from './routes/alerts/notifications.ts'
import { silenceRoutes } from './routes/alerts/silences.ts'
import { accountAnalyticsRoutes } from './routes/analytics/account.ts'
import { countingRoutes } from './routes/analytics/counting.ts'
import { publicationAnalyticsRoutes } from './routes/analytics/publications.ts'
import { timelineRoutes } from './routes/analytics/timeline.ts'
import { assetRoutes, assetSchema } from './routes/assets.ts'
import { bounceReportSchema, bounceRoutes } from './routes/bounces.ts'
import { campaignCommandRoutes } from './routes/campaign-commands.ts'
import { campaignReportRoutes } from './routes/campaign-reports.ts'
import { campaignRoutes } from './routes/campaigns.ts'
import { channelRoutes } from './routes/channels.ts'
import { eventRoutes, eventSchema } from './routes/events.ts'
import { exportRoutes } from './routes/exports.ts'
import { feedRoutes, feedSchema } from './routes/feeds.ts'
import { healthRoutes } from './routes/health.ts'
import { importJobSchema, importResultSchema, importRoutes } from './routes/imports.ts'
import { itemRoutes, itemSchema } from './routes/items.ts'
import { listRoutes, listSchema } from './routes/lists.ts'
import { memberRoutes } from './routes/members.ts'
import { publicationRoutes, publicationSchema } from './routes/publications.ts'
import { rankingRoutes } from './routes/ranking.ts'
import { segmentRoutes, segmentSchema } from './routes/segments.ts'
import { streamRoutes } from './routes/stream.ts'
import { subscriberRoutes, subscriberSchema } from './routes/subscribers.ts'
import { consentSchema, subscriptionRoutes } from './routes/subscriptions.ts'
import { suppressionRoutes, suppressionSchema } from './routes/suppressions.ts'
import { systemRoutes } from './routes/system.ts'
import { templateProblemSchema, templateRoutes, templateSchema } from './routes/templates.ts'
import { topicRoutes, topicSchema } from './routes/topics.ts'

export interface HttpConfig {
  /** Keys that are accepted besides the stored ones; for this machine's own commands. */
  readonly apiTokens?: readonly string[]
  /** Nothing but /livez, /readyz and /metrics. Default: false. */
  readonly probesOnly?: boolean
  /** Of a JSON body, where a route has no limit of its own. Default: 1 MB. */
  readonly bodyLimitBytes?: number
  /** Default: as the settings have it where they say nothing. */
  readonly limits?: HttpLimits
  /** That nodes share, to count requests over all of them. Default: each counts alone. */
  readonly buckets?: BucketStore | null
  readonly times?: HttpTimes
  readonly pressure?: HttpPressure
  /** Default: those of this process and its store. */
  readonly gauges?: PressureGauges
  /** Open at once. Default: as many as the system allows. */
  readonly maxConnections?: number
  /** Where clients reach this daemon, for the API's description. With https: they are told to stay on it. */
  readonly publicUrl?: string
  /** Addresses of proxies whose X-Forwarded-For is believed. Default: none. */
  readonly trustProxy?: readonly string[]
  /** Who signs in, and for how long. Default: as the settings have it where they say nothing. */
  readonly access?: AccessConfig
  /** Keeps second factors. Default: there are none. */
  readonly vault?: () => Promise<Vault>
  /** Hashes passwords. Default: at the cost that is due today. */
  readonly passwords?: Passwords
  /** The public pages. Default: as the settings have it where they say nothing. */
  readonly pages?: PagesConfig
  /** Sign the forms of public pages. Default: one of this process, so that forms do not outlive it. */
  readonly formSecrets?: readonly string[]
  /** What sources of alerts leave out, and by which rules they go. Default: as the settings have it where they say nothing. */
  readonly alerts?: AlertSettings
  /** For address checks: domains that the operator knows better than the lists. */
  readonly addresses?: { readonly disposable: readonly string[]; readonly trusted: readonly string[] }
  /** Whoever asks for /metrics must say it. Default: anybody may. */
  readonly metricsToken?: string | null
  /** Hears what SES says of letters. Default: nobody does. */
  readonly sesHook?: SesHook
  /** Hear what other providers say of them. Default: nobody does. */
  readonly providerHooks?: ProviderHooks
  /** Which channels can be set up. Default: those that come with Broadsheet. */
  readonly channelDesk?: ChannelDesk
}

export interface HttpOptions {
  readonly engine: Engine
  readonly log: Log
  readonly version: string
  readonly clock?: Clock
  /** Default: nobody writes down what took how long. */
  readonly tracer?: Tracer
  readonly config?: HttpConfig
  /** Shown at /metrics, with what this engine and server do. Default: its own. */
  readonly metrics?: Metrics
}

const sweepMs = 3_600_000
const api = '/api/v1'
const alertmanagerApi = '/api/v2'

/** The HTTP server, ready to listen. `drain()` refuses new requests and ends live streams; `close()` does that too,
 *  and waits for what is under way. Neither touches the engine. */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { engine, log, version, clock = systemClock, config = {} } = options
  const { publicUrl = null } = config
  const browserHeaders = secureHeaders({ staysOnHttps: publicUrl?.startsWith('https:') === true })
  const metrics = options.metrics ?? createMetrics({ version, role: 'all', store: engine.store.kind }, clock)
  const access = createAccess({
    store: engine.store,
    config: config.access ?? accessSchema.parse({}),
    vault: config.vault ?? noVault,
    ...(config.passwords !== undefined && { passwords: config.passwords }),
    onSignIn: metrics.signIn,
    clock,
    log,
  })
  const auth = createAuth({ keys: access.keys, sessions: access.sessions, tokens: config.apiTokens ?? [] })
  const live = createLive({ engine, clock, log })
  const checker = createAddressChecker(config.addresses)
  const channelDesk =
    config.channelDesk ??
    createChannelDesk({
      types: channelTypes,
      egress: createGuard({ allow: [], ports: [80, 443] }),
      known: [],
      clock,
      log,
    })
  const importer = createImporter({ store: engine.store, clock, checker, meter: metrics.meter })
  const limits = config.limits ?? httpLimitsSchema.parse({})
  const times = config.times ?? httpTimesSchema.parse({})
  const limiter = createLimiter({ clock, buckets: config.buckets ?? null })
  let stopping = false
  const parts: Parts = {
    engine,
    auth,
    limiter,
    access,
    publicUrl,
    clock,
    log,
    version,
    alerting: config.alerts ?? alertSettingsSchema.parse({}),
    stopping: () => stopping,
  }

  const app = fastify({
    ...timesOf(times),
    // Said here and not by setters, Fastify does not load its own two with their libraries: 3 MB.
    schemaController: {
      compilersFactory: {
        buildValidator: () => validatorCompiler as never,
        buildSerializer: () => serializerCompiler as never,
      },
    },
    bodyLimit: config.bodyLimitBytes ?? 1_048_576,
    // Tokens and addresses are longer than the 100 characters of the default.
    routerOptions: { maxParamLength: 1024 },
    requestIdHeader: false,
    genReqId: (request) => {
      const given = request.headers['x-request-id']
      return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID()
    },
    trustProxy: config.trustProxy === undefined ? false : [...config.trustProxy],
    // Requests while closing get our own 503, with a problem in it.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      // Such a request meets no hook, and so not the one that sets these.
      reply.headers(browserHeaders)
      void refuse(request, reply, refusalOf(error, 0))
    },
    clientErrorHandler: answerClientErrors,
  }).withTypeProvider<ZodTypeProvider>()

  const methods = createMethods()
  app.addHook('onRoute', methods.add)

  useGathering(app, engine.alerts.turn)
  useTraces(app, options.tracer ?? noTracer, isApi)
  limitAnswers(app, { times, clock })
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(browserHeaders)
    done()
  })
  if (config.maxConnections !== undefined) limitConnections(app.server, config.maxConnections)
  useRates(app, { limits, limiter, auth })
  // After the rates: a flood of one caller is no pressure on the others.
  const loop = loopDelay()
  const pressure = createPressure({
    limits: config.pressure ?? httpPressureSchema.parse({}),
    gauges: config.gauges ?? { delayMs: loop.delayMs, storeMs: metrics.waitingMs },
    clock,
    log,
  })
  useShedding(app, pressure)
  // After the limit, so that guesses are counted: a route's hooks run in the order of these calls.
  useAuthorisation(app, auth, publicUrl)
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith(api)) route.config = { idempotent: true, ...route.config }
  })
  measureRequests(app, metrics)
  const unwatch = metrics.watch(engine)
  const unwatchPressure = metrics.watchPressure(pressure.figures)
  useTimes(app, { times, clock })
  const idempotency = useIdempotency(app, { replies: engine.store.replies, auth, clock, log })
  useJsonBodies(app, idempotency.onBody)
  useAudit(app, { auth, audit: access.audit, clock })
  useCutOff(app, { auth, clock, log })

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    // Answers hold people's data and change with every request.
    if (isApi(request.url)) reply.header('cache-control', 'no-store')
    if (stopping && request.routeOptions.config.whileStopping !== true)
      throw new BroadsheetError('E_STOPPING', 'The daemon is stopping. Ask again in a few seconds.')
    const encoding = request.headers['content-encoding']
    if (encoding !== undefined && encoding !== 'identity')
      throw new BroadsheetError(
        'E_MEDIA_TYPE',
        `Send the body as it is: Content-Encoding "${encoding.slice(0, 40)}" is not taken.`,
      )
  })
  app.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode === 408) reply.header('connection', 'close')
    else if (lingering.has(reply.statusCode) && !request.raw.complete) {
      reply.removeHeader('connection')
      linger(request.raw, clock)
    }
    // A kept connection would make close() wait for its idle time.
    if (stopping) reply.header('connection', 'close')
    return payload
  })
  app.addHook('onResponse', async (request, reply) => {
    log.debug(
      {
        requestId: request.id,
        traceId: traceIdOfRequest(request),
        method: request.method,
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      },
      'http.request',
    )
  })

  app.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error, request.routeOptions.bodyLimit ?? 0)
    logRefusal(log, request, refusal, error)
    return refuse(request, reply, refusal)
  })
  app.setNotFoundHandler((request, reply) => {
    const path = pathOfRequest(request)
    const allowed = methods.of(path)
    if (allowed.length === 0)
      return refuse(
        request,
        reply,
        new BroadsheetError(
          'E_NOT_FOUND',
          `There is no route ${request.method} ${path.slice(0, 200)}. /openapi.json lists those there are.`,
        ),
      )
    reply.header('allow', allowed.join(', '))
    return refuse(
      request,
      reply,
      new BroadsheetError(
        'E_METHOD',
        `${request.method} is not possible here; ${allowed.join(', ')} ${allowed.length === 1 ? 'is' : 'are'}.`,
      ),
    )
  })

  app.decorate('drain', () => {
    stopping = true
    live.close()
  })
  let cancelSweep = () => {}
  const sweep = (): void => {
    cancelSweep = clock.after(sweepMs, () => {
      engine.store.replies.sweep(clock.now()).catch((error: unknown) => {
        log.warn({ error: String(error) }, 'http.replies_not_swept')
      })
      sweep()
    })
  }
  app.addHook('onReady', async () => sweep())
  app.addHook('preClose', async () => app.drain())
  app.addHook('onClose', async () => {
    cancelSweep()
    unwatch()
    unwatchPressure()
    loop.close()
  })

  await useOpenApi(app, { version, publicUrl, schemas: namedSchemas })
  await app.register(async (scope) =>
    healthRoutes(scope as unknown as Api, parts, metrics, config.metricsToken ?? null),
  )
  if (config.probesOnly === true) {
    await app.ready()
    return app as unknown as FastifyInstance
  }
  await app.register(async (scope) =>
    publicRoutes(scope as unknown as Api, parts, {
      config: config.pages,
      publicUrl,
      secrets: config.formSecrets,
    }),
  )
  await app.register(async (scope) => publicAssetRoutes(scope as unknown as Api, parts))
  await app.register(async (scope) => consoleRoutes(scope as unknown as Api))
  await app.register(async (scope) => sesHookRoutes(scope as unknown as Api, config.sesHook ?? null))
  await app.register(async (scope) =>
    providerHookRoutes(scope as unknown as Api, config.providerHooks ?? null),
  )
  await app.register(
    async (scope) => {
      const typed = scope as unknown as Api
      for (const routes of apiRoutes) routes(typed, parts)
      channelRoutes(typed, parts, channelDesk)
      systemRoutes(typed, parts, metrics)
      streamRoutes(typed, parts, live)
      addressRoutes(typed, checker)
      await scope.register(async (inner) => importRoutes(inner as unknown as Api, importer))
      await scope.register(async (inner) => bounceRoutes(inner as unknown as Api, parts))
      await scope.register(async (inner) => assetRoutes(inner as unknown as Api, parts))
    },
    { prefix: api },
  )
  await app.register(async (scope) => alertmanagerRoutes(scope as unknown as Api, parts), {
    prefix: alertmanagerApi,
  })
  await app.ready()
  return app as unknown as FastifyInstance
}

/** Refusals that may come while the body still does. */
const lingering: ReadonlySet<number> = new Set([413, 422, 507])

const isApi = (path: string): boolean => path.startsWith(api) || path.startsWith(alertmanagerApi)

const apiRoutes = [
  subscriberRoutes,
  subscriptionRoutes,
  listRoutes,
  memberRoutes,
  topicRoutes,
  segmentRoutes,
  templateRoutes,
  itemRoutes,
  feedRoutes,
  suppressionRoutes,
  exportRoutes,
  campaignRoutes,
  campaignCommandRoutes,
  campaignReportRoutes,
  publicationRoutes,
  rankingRoutes,
  eventRoutes,
  publicationAnalyticsRoutes,
  timelineRoutes,
  accountAnalyticsRoutes,
  countingRoutes,
  alertRoutes,
  notificationRoutes,
  silenceRoutes,
  followRoutes,
  heartbeatRoutes,
  keyRoutes,
  signInRoutes,
  ownRoutes,
  secondFactorRoutes,
  userRoutes,
  auditRoutes,
]

const noVault = (): Promise<never> =>
  Promise.reject(new BroadsheetError('E_VAULT', 'There is no vault here to keep secrets in.'))

/** Those that the API's description names. */
const namedSchemas = {
  Problem: problemSchema,
  Subscriber: subscriberSchema,
  Consent: consentSchema,
  List: listSchema,
  Topic: topicSchema,
  Segment: segmentSchema,
  Template: templateSchema,
  TemplateProblem: templateProblemSchema,
  Item: itemSchema,
  Asset: assetSchema,
  Feed: feedSchema,
  Suppression: suppressionSchema,
  BounceReport: bounceReportSchema,
  Campaign: campaignSchema,
  Progress: progressSchema,
  Delivery: deliverySchema,
  Publication: publicationSchema,
  Event: eventSchema,
  Alert: alertSchema,
  Notification: notificationSchema,
  Posting: postingSchema,
  Silence: silenceSchema,
  Follow: followSchema,
  Heartbeat: heartbeatSchema,
  Import: importJobSchema,
  ImportResult: importResultSchema,
  User: userSchema,
  Session: sessionSchema,
  AuditEntry: auditEntrySchema,
}
