import { randomBytes } from 'node:crypto'
import { type Clock, systemClock } from '../engine/clock.ts'
import type { Engine } from '../engine/engine.ts'
import { BroadsheetError } from '../engine/errors.ts'
import { parseStoreUrl } from '../stores/open.ts'
import { createChannelDesk } from './channels/desk.ts'
import { type ComposeOptions, compose } from './compose.ts'
import { channelTypes } from './config/channel-types.ts'
import type { AppConfig } from './config.ts'
import { removeDaemonFile, writeDaemonFile } from './daemon-file.ts'
import { providerHooksOf } from './feedback/hooks.ts'
import { createMailboxReader } from './feedback/mailbox.ts'
import { createGuard } from './fetch/guard.ts'
import { createSesHook, topicArnsOf } from './hooks/ses-hook.ts'
import { createHttp } from './http/server.ts'
import { createMetrics } from './metrics/metrics.ts'
import { pluginTypes } from './plugins/type.ts'

export interface DaemonOptions extends Omit<ComposeOptions, 'clock'> {
  readonly version: string
  readonly clock?: Clock
  /** False: answer requests, but send nothing and start no schedule. Default: as the role says. */
  readonly work?: boolean
  /** False: no `daemon.json`, so that other commands do not find it. Default: as the role says, since a worker answers none. */
  readonly publish?: boolean
}

export interface Daemon {
  /** Where it listens, e.g. `http://127.0.0.1:8025`. */
  readonly url: string
  /** A key to the API that ends with this daemon. */
  readonly token: string
  readonly engine: Engine
  /** Stop leasing, finish what is in flight, drain HTTP, close the store. Idempotent; at most 10 s. */
  stop(): Promise<void>
}

// A daemon is gone 10 s after SIGTERM: what is left over is for HTTP and the store.
const drainMs = 8000
const httpMs = 1000
// SQLite may have a large log to fold in; a stop without that loses nothing, the next start does it.
const closeMs = 1000

/** Start everything and listen. Rejects with E_CONFIG (a taken port names itself), E_STORE_LOCKED,
 *  E_STORE_CORRUPT ..., with nothing left open. */
export async function startDaemon(config: AppConfig, options: DaemonOptions): Promise<Daemon> {
  const { log, version, clock = systemClock } = options
  const { role } = config
  const { work = role !== 'api', publish = role !== 'worker' } = options
  const token = `launch_${randomBytes(32).toString('base64url')}`

  await using undo = new AsyncDisposableStack()
  const metrics =
    options.metrics ?? createMetrics({ version, role, store: parseStoreUrl(config.store).kind }, clock)
  const composed = await compose(config, { ...options, clock, metrics })
  const { engine } = composed
  undo.defer(() => composed.close({ deadlineMs: 0 }))

  const http = await createHttp({
    engine,
    log,
    clock,
    version,
    metrics,
    tracer: composed.tracing.tracer,
    config: {
      metricsToken: config.metrics.token,
      apiTokens: [token],
      probesOnly: role === 'worker',
      publicUrl: config.engine.publicUrl,
      trustProxy: config.http.trustProxy,
      limits: config.http.limits,
      buckets: composed.buckets,
      access: config.access,
      vault: composed.vault,
      times: config.http.times,
      pressure: config.http.pressure,
      maxConnections: config.http.maxConnections,
      pages: config.pages,
      formSecrets: composed.secrets,
      addresses: config.engine.addresses,
      sesHook: createSesHook({
        topicArns: topicArnsOf(config.channels),
        engine,
        fetcher: composed.fetcher,
        clock,
        log,
      }),
      providerHooks: providerHooksOf(config.feedback, { engine, clock, log }),
      alerts: config.engine.alerts,
      channelDesk: createChannelDesk({
        types: { ...(options.types ?? channelTypes), ...pluginTypes(config.plugins) },
        egress: createGuard(config.egress),
        known: Object.values(config.channels).map((channel) => channel.config),
        clock,
        log,
      }),
    },
  })
  undo.defer(() => http.close())
  try {
    await http.listen({ host: config.http.host, port: config.http.port })
  } catch (error) {
    throw listenError(error, config)
  }
  const [bound] = http.addresses().filter((address) => typeof address === 'object')
  const url = localUrl(bound ?? { address: config.http.host, port: config.http.port })
  composed.describe({ url })

  const { mailbox: settings } = config.feedback
  const mailbox = settings === null ? null : createMailboxReader({ settings, engine, clock, log })
  if (work) {
    await engine.start()
    mailbox?.start()
  }
  if (publish)
    writeDaemonFile(config.data, {
      pid: process.pid,
      url,
      token,
      startedAt: new Date(clock.now()).toISOString(),
    })
  log.info({ url, store: engine.store.kind, role, version }, 'daemon.started')
  undo.move()

  let stopping: Promise<void> | null = null
  const stop = async (): Promise<void> => {
    log.info({}, 'daemon.stopping')
    if (publish) removeDaemonFile(config.data, token)
    // Live streams end and new requests are refused now; those under way have until the drain is over.
    http.drain()
    await Promise.all([engine.stop({ deadlineMs: drainMs }), mailbox?.stop()])
    await within(http.close(), httpMs, clock)
    await within(Promise.all([composed.tracing.close(), composed.close()]), closeMs, clock)
    log.info({}, 'daemon.stopped')
  }
  return {
    url,
    token,
    engine,
    stop: () => (stopping ??= stop()),
  }
}

/** Waits for `work` at most `ms`; what is late goes on without us. */
async function within(work: Promise<unknown>, ms: number, clock: Clock): Promise<void> {
  let cancel = () => {}
  const late = new Promise<void>((resolve) => {
    cancel = clock.after(ms, resolve)
  })
  await Promise.race([work, late]).finally(cancel)
}

/** An address that a client on this machine can use: 0.0.0.0 and :: are no destinations everywhere. */
function localUrl({ address, port }: { address: string; port: number }): string {
  const host = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function listenError(error: unknown, { http: { host, port } }: AppConfig): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new BroadsheetError(
        'E_CONFIG',
        `Port ${port} on ${host} is taken by another program. Stop it, or choose another with --port or "http.port".`,
        { cause: error, issues: [{ path: 'http.port', message: 'is taken' }] },
      )
    case 'EACCES':
      return new BroadsheetError(
        'E_CONFIG',
        `Port ${port} needs rights that this user has not. Choose one above 1023 with --port or "http.port".`,
        { cause: error, issues: [{ path: 'http.port', message: 'is not permitted' }] },
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new BroadsheetError(
        'E_CONFIG',
        `This machine has no address ${host}: correct --host or "http.host".`,
        {
          cause: error,
          issues: [{ path: 'http.host', message: 'is not an address of this machine' }],
        },
      )
    default:
      return error
  }
}
