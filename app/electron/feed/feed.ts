import { type Clock, pause } from '../../../engine/clock.ts'
import type { Log } from '../../../engine/log.ts'
import type { Fact, Progress } from '../../../engine/model/progress.ts'
import { serverSentEvents } from '../../cli/daemon/streams.ts'
import type { FiringAlert, Present, RunningCampaign } from './picture.ts'

/** `signed-out`: the daemon wants somebody who signed in. */
export type FeedState = 'off' | 'on' | 'signed-out'

export interface Feed {
  /** Ask again now: somebody may have signed in. */
  poke(): void
  /** Idempotent; nothing is heard after it. */
  stop(): void
}

export interface FeedOptions {
  /** Of the daemon; the session adds who asks. */
  readonly ask: (path: string, signal: AbortSignal) => Promise<Response>
  readonly clock: Clock
  readonly log: Log
  readonly onState: (state: FeedState) => void
  readonly onPresent: (present: Present) => void
  readonly onFact: (fact: Fact) => void
}

const firstWaitMs = 1000
const longestWaitMs = 30_000
const types = 'campaign.changed,publication.progress,alert.changed'

/** Listen to a daemon for as long as it is wanted: first the stream, then the present state, then what the stream brought meanwhile,
 *  so that nothing falls between. A stream that ends is opened again, after 1 s and then longer, up to 30 s. */
export function listen({ ask, clock, log, onState, onPresent, onFact }: FeedOptions): Feed {
  const stopped = new AbortController()
  let poked = new AbortController()
  let waitMs = firstWaitMs

  const once = async (signal: AbortSignal): Promise<void> => {
    const stream = await ask(`/api/v1/stream?types=${types}`, signal)
    if (stream.status === 401) return onState('signed-out')
    if (!stream.ok || stream.body === null) throw new Error(`The stream was answered with ${stream.status}`)
    const early: Fact[] = []
    let present = false
    const heard = (async () => {
      for await (const { data } of serverSentEvents(stream.body!)) {
        const fact = JSON.parse(data) as Fact
        if (present) onFact(fact)
        else early.push(fact)
      }
    })()
    // It may end before the state is read; it is waited for below.
    heard.catch(() => {})
    onPresent(await presentState(ask, signal))
    onState('on')
    present = true
    waitMs = firstWaitMs
    for (const fact of early) onFact(fact)
    await heard
    onState('off')
  }

  void (async () => {
    while (!stopped.signal.aborted) {
      const trial = new AbortController()
      const signal = AbortSignal.any([trial.signal, stopped.signal])
      try {
        await once(signal)
      } catch (error) {
        if (stopped.signal.aborted) return
        log.debug({ error: String(error) }, 'desktop.feed_lost')
        onState('off')
      } finally {
        trial.abort()
      }
      await pause(clock, waitMs, AbortSignal.any([poked.signal, stopped.signal]))
      waitMs = Math.min(waitMs * 2, longestWaitMs)
      if (poked.signal.aborted) poked = new AbortController()
    }
  })()

  return {
    poke() {
      waitMs = firstWaitMs
      poked.abort()
    },
    stop: () => stopped.abort(),
  }
}

async function presentState(ask: FeedOptions['ask'], signal: AbortSignal): Promise<Present> {
  const read = async <T>(path: string): Promise<T> => {
    const response = await ask(`/api/v1${path}`, signal)
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}`)
    return (await response.json()) as T
  }
  const [running, ...alerts] = await Promise.all([
    read<{ data: RunningCampaign[] }>('/campaigns?state=running&limit=100'),
    read<{ data: FiringAlert[] }>('/alerts?state=firing&limit=500'),
    read<{ data: FiringAlert[] }>('/alerts?state=escalated&limit=500'),
  ])
  const campaigns = await Promise.all(
    running.data.map(async (campaign) => ({
      campaign,
      progress: await read<Progress>(`/campaigns/${campaign.id}/progress`).catch(() => null),
    })),
  )
  return { campaigns, firing: alerts.flatMap(({ data }) => data) }
}
