import { Counter, Gauge, type Registry } from 'prom-client'
import type { Clock } from '../../engine/clock.ts'
import type { EngineMetrics } from './metrics.ts'

const chunkStates = ['queued', 'running'] as const
const breakerStates = ['closed', 'open', 'half-open'] as const

/** What there is to do, and who does it: queue, alerts on their way, ledger, render threads, breakers. */
export function loadMetrics(registry: Registry, clock: Clock): EngineMetrics {
  const registers = [registry]
  const chunks = new Gauge({
    name: 'broadsheet_queue_chunks',
    help: 'Chunks of up to 1,000 recipients that wait or are worked, on all nodes that share the queue.',
    labelNames: ['state'] as const,
    registers,
  })
  const posts = new Gauge({
    name: 'broadsheet_alert_messages_in_hand',
    help: 'Messages of alerts that this process has taken and not yet settled.',
    registers,
  })
  const age = new Gauge({
    name: 'broadsheet_queue_age_seconds',
    help: 'How long the work that waits longest has waited. lane: campaign (a chunk in the queue), alert (messages in hand).',
    labelNames: ['lane'] as const,
    registers,
  })
  const ledger = new Gauge({
    name: 'broadsheet_ledger_deliveries',
    help: 'Deliveries of the running campaigns that this node works, by state, as of their last batch. Nodes say the same of a campaign: take the max.',
    labelNames: ['state'] as const,
    registers,
  })
  const threads = new Gauge({
    name: 'broadsheet_render_threads',
    help: 'Render threads there are.',
    registers,
  })
  const mostThreads = new Gauge({
    name: 'broadsheet_render_threads_max',
    help: 'Render threads at most (render.maxThreads).',
    registers,
  })
  const tasks = new Gauge({
    name: 'broadsheet_render_queued',
    help: 'Batches that wait for a render thread.',
    registers,
  })
  const busy = new Counter({
    name: 'broadsheet_render_busy_seconds_total',
    help: 'Time in which render threads worked, of all of them together.',
    registers,
  })
  const breakers = new Gauge({
    name: 'broadsheet_channel_state',
    help: 'Breaker of a channel on this node: 1 for the state it is in, 0 for the others.',
    labelNames: ['channel', 'state'] as const,
    registers,
  })

  return (engine) => ({
    async look() {
      const load = engine.load()
      threads.set(load.threads.threads)
      mostThreads.set(load.threads.maxThreads)
      tasks.set(load.threads.queued)
      busy.reset()
      busy.inc(load.threads.busySeconds)
      posts.set(load.posts.messages)
      const { since } = load.posts
      age.set({ lane: 'alert' }, since === null ? 0 : Math.max(0, clock.now() - since) / 1000)
      for (const [state, count] of Object.entries(load.ledger)) ledger.set({ state }, count)
      for (const { name: channel, state: is } of engine.channelStates())
        for (const state of breakerStates) breakers.set({ channel, state }, state === is ? 1 : 0)
      // Without its queue a node has other metrics to show.
      const depth = await engine.depth().catch(() => null)
      if (depth === null) {
        chunks.reset()
        age.remove({ lane: 'campaign' })
        return
      }
      for (const state of chunkStates) chunks.set({ state }, depth[state])
      age.set({ lane: 'campaign' }, depth.waitingMs / 1000)
    },
  })
}
