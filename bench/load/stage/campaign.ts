import type { Client } from '../../../app/cli/daemon/client.ts'
import type { Progress } from '../../../engine/model/progress.ts'
import { machineMs } from '../measure/machine-clock.ts'

/** A campaign under way, and what it says of itself. */
export interface Underway {
  readonly startedMs: number
  /** As it was last told; null before the first word. */
  latest(): Told | null
  /** Every word so far. */
  readonly told: readonly Told[]
  /** Resolves with the first word that is so; with the last one when it ends before. */
  until(is: (told: Told) => boolean): Promise<Told>
  readonly finished: Promise<Told>
}

export interface Told {
  /** Of the machine's clock. */
  readonly atMs: number
  readonly publicationId: number
  readonly state: Progress['state']
  readonly audience: number
  readonly sent: number
  /** Neither sent nor waiting: failed, unknown, skipped or suppressed. */
  readonly others: number
}

/** Starts it and listens. Rejects when it ends otherwise than finished. */
export async function startCampaign(
  client: Client,
  campaign: { readonly id: number; readonly name: string },
  signal: AbortSignal,
): Promise<Underway> {
  const told: Told[] = []
  const listeners = new Set<() => void>()
  const over = new AbortController()
  const events = await client.events(
    '/stream',
    { types: 'publication.progress' },
    AbortSignal.any([signal, over.signal]),
  )
  const startedMs = machineMs()
  await client.post(`/campaigns/${campaign.name}/start`)
  const listen = async (): Promise<Told> => {
    for await (const { data } of events) {
      const { progress } = JSON.parse(data) as { progress: Progress }
      if (progress.campaignId !== campaign.id) continue
      const { audience, sent, failed, unknown, skipped, suppressed } = progress.counts
      const now: Told = {
        atMs: machineMs(),
        publicationId: progress.publicationId,
        state: progress.state,
        audience,
        sent,
        others: failed + unknown + skipped + suppressed,
      }
      told.push(now)
      for (const heard of listeners) heard()
      if (now.state === 'finished') {
        over.abort()
        return now
      }
      if (now.state !== 'running' && now.state !== 'planning')
        throw new Error(`The campaign ${campaign.name} is ${now.state}`)
    }
    throw new Error(`The daemon ended its stream before ${campaign.name} was finished`)
  }
  const finished = listen()
  // Whoever waits hears of it; until somebody does, it is not lost.
  finished.catch(() => {})
  return {
    startedMs,
    told,
    latest: () => told.at(-1) ?? null,
    until: (is) =>
      Promise.race([
        finished,
        new Promise<Told>((resolve) => {
          const look = () => {
            const last = told.at(-1)
            if (last === undefined || !is(last)) return
            listeners.delete(look)
            resolve(last)
          }
          listeners.add(look)
          look()
        }),
      ]),
    finished,
  }
}
