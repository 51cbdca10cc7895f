import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Vault } from '../engine/access/vault.ts'
import { type Clock, systemClock } from '../engine/clock.ts'
import type { Engine } from '../engine/engine.ts'
import { createEngine } from '../engine/engine.ts'
import type { Log } from '../engine/log.ts'
import type { BucketStore } from '../engine/ports/buckets.ts'
import type { Fetcher } from '../engine/ports/fetcher.ts'
import type { Resolver } from '../engine/ports/resolver.ts'
import type { Store } from '../engine/ports/store.ts'
import { createMemoryQueue } from '../stores/memory/nodes/queue.ts'
import { openStore } from '../stores/open.ts'
import { channelTypes } from './config/channel-types.ts'
import { makeDataFolder } from './config/key-file.ts'
import type { ChannelTypes } from './config/schema.ts'
import { ensureSecrets } from './config/secrets.ts'
import { createVaultDoor } from './config/vault.ts'
import type { AppConfig } from './config.ts'
import { createResolver } from './dns/resolver.ts'
import { createFetcher } from './fetch/fetcher.ts'
import { createGuard } from './fetch/guard.ts'
import type { Metrics } from './metrics/metrics.ts'
import { pluginTypes } from './plugins/type.ts'
import { openTracing, type Tracing } from './tracing/tracing.ts'

export interface ComposeOptions {
  readonly log: Log
  /** Told to the servers that feeds are read from. */
  readonly version?: string
  readonly clock?: Clock
  readonly random?: () => number
  /** Hear what store and engine do. Default: nobody does. */
  readonly metrics?: Metrics
  /** Default: the system's name servers. */
  readonly resolver?: Resolver
  /** For tests, and for programs that bring channels of their own. */
  readonly types?: ChannelTypes
}

export interface Composition {
  readonly engine: Engine
  /** Those that sign what leaves, newest first. */
  readonly secrets: readonly string[]
  /** Opened at the first call. Rejects with E_VAULT where it needs keys that nobody set. */
  readonly vault: () => Promise<Vault>
  /** Behind the guard. */
  readonly fetcher: Fetcher
  readonly tracing: Tracing
  /** In Redis, where nodes share limits of requests; they reject while it is away. */
  readonly buckets: BucketStore | null
  /** What a second process that is refused the store is told of this one. */
  describe(info: { readonly url: string }): void
  /** Gives back what was opened: engine, queue, store, in this order. Idempotent. */
  close(options?: { readonly deadlineMs?: number }): Promise<void>
}

const userAgentOf = ({ hasPublicUrl, engine }: AppConfig, version = 'dev'): string =>
  `Broadsheet/${version} (feed reader${hasPublicUrl ? `; +${engine.publicUrl}` : ''})`

/** Put an engine together from its settings: the store is open, nothing works yet (`engine.start`).
 *  Whatever was opened is closed again when a later part fails. */
export async function compose(config: AppConfig, options: ComposeOptions): Promise<Composition> {
  const { log, metrics } = options
  const types = { ...(options.types ?? channelTypes), ...pluginTypes(config.plugins) }
  makeDataFolder(config.data)
  const secrets = config.secrets ?? ensureSecrets(config.data).secrets
  if (config.store.startsWith('sqlite:'))
    mkdirSync(dirname(config.store.slice('sqlite:'.length)), { recursive: true, mode: 0o700 })

  for (const { plugin, trouble } of config.plugins)
    if (trouble !== null) log.error({ plugin: plugin.manifest.name, trouble }, 'plugin.trouble')
  const channels = Object.fromEntries(
    Object.entries(config.channels).map(([name, { type, config: settings }]) => [
      name,
      { definition: types[type]!.definition, config: settings },
    ]),
  )

  await using undo = new AsyncDisposableStack()
  const tracing = await openTracing(config.tracing, { version: options.version ?? 'dev', log })
  undo.defer(() => tracing.close())
  const kept = await openStore(config.store, { log, ...config.postgres })
  undo.defer(() => kept.close())
  const shared = await openShared(config, metrics?.ofStore(kept) ?? kept, options)
  undo.defer(() => shared.close())
  const fetcher = createFetcher({
    egress: config.egress,
    userAgent: userAgentOf(config, options.version),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  })
  undo.defer(() => fetcher.close())
  const engine = await createEngine(
    { ...config.engine, secrets: [...secrets] },
    {
      store: shared.store,
      queue: shared.queue,
      ...(shared.bus !== null && { bus: shared.bus }),
      ...(shared.cache !== null && { cache: shared.cache }),
      channels,
      fetcher,
      resolver: options.resolver ?? createResolver(config.dns),
      egress: createGuard(config.egress),
      ...(metrics !== undefined && { meter: metrics.meter }),
      tracer: tracing.tracer,
      log,
      clock: options.clock ?? systemClock,
      ...(options.random === undefined ? {} : { random: options.random }),
    },
  )
  const opened = undo.move()

  let closing: Promise<void> | null = null
  return {
    engine,
    secrets,
    vault: createVaultDoor(config),
    fetcher,
    tracing,
    buckets: shared.buckets,
    describe: (info) => kept.describe(info),
    close(stop = {}) {
      closing ??= (async () => {
        await using _rest = opened
        await engine.stop(stop)
      })()
      return closing
    },
  }
}

/** What nodes share beside the store: in Redis where there is one. */
async function openShared(
  config: AppConfig,
  store: Store,
  { log, metrics }: Pick<ComposeOptions, 'log' | 'metrics'>,
) {
  if (config.redis === null) {
    const queue = createMemoryQueue()
    return { store, queue, bus: null, cache: null, buckets: null, close: () => queue.close() }
  }
  const { openRedis } = await import('../stores/redis/open.ts')
  // While Redis is away each node works from a queue of its own: leases decide, whoever hands out the work.
  const meanwhile = { queue: createMemoryQueue(), buckets: store.buckets }
  const redis = await openRedis(config.redis, { log, meanwhile })
  return {
    store: {
      ...store,
      ...(metrics?.ofPorts('redis', { buckets: redis.buckets }) ?? { buckets: redis.buckets }),
    },
    queue: redis.queue,
    bus: redis.bus,
    cache: redis.cache,
    buckets: redis.shared,
    close: () => redis.close(),
  }
}
