import { Registry } from 'prom-client'
import { type Clock, systemClock } from '../../engine/clock.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Meter } from '../../engine/ports/meter.ts'
import type { SignInOutcome } from '../access/sign-in.ts'
import { cacheMetrics } from './caches.ts'
import { connectionMetrics, type PooledStore } from './connections.ts'
import { engineMeter } from './engine-meter.ts'
import { feedbackMetrics } from './feedback.ts'
import { loadMetrics } from './load.ts'
import { type PressureFigures, pressureMetrics } from './pressure.ts'
import { type BuildInfo, processMetrics } from './process.ts'
import { readMetrics } from './reads.ts'
import { requestMetrics } from './requests.ts'
import { rollupMetrics } from './rollups.ts'
import { signInMetrics } from './sign-ins.ts'
import { storeTimer, timePorts } from './timed-store.ts'

/** What of an engine is looked at when somebody asks. */
export type Measured = Pick<
  Engine,
  'depth' | 'load' | 'channelStates' | 'reads' | 'caches' | 'analytics' | 'feedback'
>

/** Metrics that begin with an engine. Returns what they look at before each answer, and how they end. */
export type EngineMetrics = (engine: Measured) => {
  readonly look?: () => Promise<void>
  readonly end?: () => void
}

/** All that one process counts, for Prometheus: names begin with `broadsheet_`, units are seconds and bytes, counters end in
 *  `_total`, and no label holds an id or an address. docs/metrics.md has the table. */
export interface Metrics {
  /** Every metric is in it from the beginning, also those that have no series yet. */
  readonly registry: Registry
  /** For the engine. */
  readonly meter: Meter
  /** The same store, each of its calls timed, its connections shown. */
  ofStore<S extends PooledStore>(store: S): S
  /** The same ports of another store, timed. */
  ofPorts<Ports extends object>(store: string, ports: Ports): Ports
  /** A request was answered. `route`: its pattern. */
  request(method: string, route: string, status: number, seconds: number): void
  /** Somebody tried to sign in. */
  signIn(outcome: SignInOutcome): void
  /** For how long a crowd of calls of the store has waited for answers; reports, which may take their time, apart. */
  waitingMs(): number
  /** Show what is admitted over HTTP from now on; one at a time. Returns the function that ends it. */
  watchPressure(figures: () => PressureFigures): () => void
  /** Show an engine from now on; one at a time. Returns the function that ends it. */
  watch(engine: Measured): () => void
  readonly build: BuildInfo
  /** Asks whatever is only looked at when somebody asks. At most a second. */
  look(): Promise<void>
  /** The text exposition format. What the store, Redis or a queue does not tell within a second is left out. */
  text(): Promise<string>
}

const lookMs = 1000

export function createMetrics(build: BuildInfo, clock: Clock = systemClock): Metrics {
  const registry = new Registry()
  const meter = engineMeter(registry)
  const timer = storeTimer(registry)
  const request = requestMetrics(registry)
  const signIn = signInMetrics(registry)
  const connections = connectionMetrics(registry)
  const watchPressure = pressureMetrics(registry)
  processMetrics(registry, build)
  const parts: readonly EngineMetrics[] = [
    loadMetrics(registry, clock),
    cacheMetrics(registry),
    readMetrics(registry),
    rollupMetrics(registry),
    feedbackMetrics(registry),
  ]
  let looks: readonly (() => Promise<void>)[] = []

  const look = async (): Promise<void> => {
    connections.look()
    let cancel = () => {}
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(lookMs, resolve)
    })
    await Promise.race([Promise.all(looks.map((each) => each())), late]).finally(cancel)
  }

  return {
    registry,
    meter,
    request,
    signIn,
    ofStore(store) {
      connections.of(store)
      return timePorts(store.kind, store, timer)
    },
    ofPorts: (store, ports) => timePorts(store, ports, timer),
    waitingMs: timer.waitingMs,
    watchPressure,
    watch(engine) {
      const begun = parts.map((part) => part(engine))
      looks = begun.flatMap(({ look }) => look ?? [])
      return () => {
        looks = []
        for (const { end } of begun) end?.()
      }
    },
    build,
    look,
    async text() {
      await look()
      return registry.metrics()
    },
  }
}
