import { startSampler } from '../measure/sampler.ts'
import type { Run } from '../report/schema.ts'
import type { Stage } from '../stage/stage.ts'
import type { MixFacts } from '../world/routes.ts'

/** How much of everything. */
export interface Sizes {
  readonly subscribers: number
  readonly campaign: number
  readonly requestsPerSecond: number
  readonly alertsPerSecond: number
  /** Of a run that no campaign bounds. */
  readonly seconds: number
  readonly alerts: number
  /** Between two of them. */
  readonly alertEverySeconds: number
  /** Letters opened and links followed before analytics are asked. */
  readonly reads: number
  readonly warmUpSeconds: number
}

/** What a run is given. */
export interface Scene {
  readonly stage: Stage
  readonly sizes: Sizes
  readonly signal: AbortSignal
  /** First names of those who get the newsletters, by address. */
  readonly names: { readonly [address: string]: string }
  readonly facts: MixFacts
  /** Where the letters of the last newsletter lead; empty where none was sent. */
  readonly addresses: string[]
  /** A line that the next one takes the place of: what is going on now. */
  say(what: string): void
}

export type RunResult = Pick<Run, 'checks'> &
  Partial<Pick<Run, 'figures' | 'counts' | 'latencies' | 'throughput' | 'driver'>>

/** One run: what it does, and what came of it. */
export interface RunDefinition {
  readonly title: string
  readonly what: (sizes: Sizes) => string
  /** People it needs on the list of the crowd. */
  readonly needsCrowd: boolean
  readonly run: (scene: Scene) => Promise<RunResult>
}

/** Runs it, with memory and processor time of all parts meanwhile. Rejects only when `signal` fires: what else goes wrong is said
 *  in the run, and the next one can go on. */
export async function performRun(name: string, definition: RunDefinition, scene: Scene): Promise<Run> {
  const begun = performance.now()
  const sampler = startSampler(scene.stage.parts)
  const { signal } = scene
  const interrupted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
  const result = await Promise.race([definition.run(scene), interrupted]).catch((error: unknown) => {
    if (signal.aborted) {
      sampler.stop()
      throw error
    }
    return { checks: [], error: error instanceof Error ? error.message : String(error) }
  })
  return {
    name,
    title: definition.title,
    what: definition.what(scene.sizes),
    seconds: (performance.now() - begun) / 1000,
    error: null,
    figures: [],
    counts: {},
    latencies: [],
    throughput: [],
    driver: null,
    ...result,
    ...sampler.stop(),
  }
}
