import { createDesk } from './actors/alerts/desk.ts'
import { type AlertCourier, createPostman, type Postman } from './actors/alerts/postman.ts'
import { type Alerts, type AlertWay, createAlerts } from './alerts.ts'
import type { Clock } from './clock.ts'
import { createAlertTokens } from './compose/alert-token.ts'
import type { Links } from './compose/links.ts'
import type { PersonTokens } from './compose/person-token.ts'
import type { EngineConfig } from './config.ts'
import { createAlertPress } from './delivery/alert-press.ts'
import type { Limiter } from './delivery/limits/limiter.ts'
import { mailSender } from './delivery/mail-spec.ts'
import { createAudience } from './desk/audience.ts'
import { createReaders } from './desk/readers.ts'
import { readAlertSettings } from './desk/settings.ts'
import type { Log } from './log.ts'
import type { Fact } from './model/progress.ts'
import type { Meter } from './ports/meter.ts'
import type { Store } from './ports/store.ts'
import type { Tracer } from './ports/tracer.ts'
import type { RenderPool } from './render/pool.ts'

/** Everything that alerts need, put together. */
export interface AlertOffice {
  readonly alerts: Alerts
  start(): void
  /** Another node has accepted or changed something. */
  lookAtAlerts(): void
  /** Another node has posts that it left to others. */
  lookForPosts(): void
  /** Messages in this process's hands, and since when it has the oldest. */
  underWay: Postman['underWay']
  /** As the postman's. */
  stop(deadlineMs: number): Promise<void>
}

export function createAlertOffice(parts: {
  readonly config: EngineConfig
  readonly store: Store
  readonly channels: ReadonlyMap<string, AlertWay & AlertCourier>
  readonly limiter: Limiter
  readonly pool: Pick<RenderPool, 'alerts'>
  readonly links: Links
  readonly persons: PersonTokens
  /** Whoever has the desk is another node: tell it to look. */
  readonly wakeDesk: () => void
  readonly tell: (fact: Fact) => void
  readonly meter: Meter
  readonly tracer: Tracer
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  readonly owner: string
}): AlertOffice {
  const { store, channels, limiter, pool, links, persons, wakeDesk, tell, meter, tracer } = parts
  const { clock, random, log, owner } = parts
  const { rules, settings } = readAlertSettings(parts.config.alerts, channels)
  const config = { ...parts.config, alerts: settings }
  const { secrets, publicUrl } = config
  const tokens = createAlertTokens({ secrets, publicUrl })
  const postman = createPostman({
    config,
    store,
    courier: (name) => channels.get(name),
    limiter,
    sender: () => senderOf(config),
    press: createAlertPress({ config, store, pool, links, tokens, persons, clock, log }),
    links,
    tokens,
    meter,
    tracer,
    clock,
    random,
    log,
  })
  const { watch, ...alerts } = createAlerts({
    config,
    rules,
    store,
    tokens,
    channels,
    tracer,
    clock,
    // One transaction for both, where one thread writes.
    writing: postman.settleNow,
    heard(changed) {
      if (desk.view() === null) wakeDesk()
      else desk.hear(changed)
    },
    async look() {
      if (desk.view() === null) wakeDesk()
      else await desk.look()
    },
    tell,
    desk: () => desk.view(),
    followers: async (alert, lists) => (desk.view() === null ? null : readers.count(alert, lists)),
  })
  const readers = createReaders({ store, timeZone: config.subscriptions.timeZone })
  const desk = createDesk({
    config,
    rules,
    store,
    readers,
    audience: createAudience({
      settings,
      readers,
      publicUrl,
      edits: (channel) => channels.get(channel)?.capabilities.edits === true,
    }),
    postman,
    watch,
    tell,
    meter,
    tracer,
    clock,
    log,
    owner,
  })
  return {
    alerts,
    start() {
      postman.start()
      desk.start()
    },
    lookAtAlerts: desk.kick,
    lookForPosts: postman.kick,
    underWay: postman.underWay,
    async stop(deadlineMs) {
      await desk.stop()
      await postman.stop(deadlineMs)
    },
  }
}

function senderOf(config: EngineConfig): string | null {
  try {
    const said = config.alerts.sender ?? config.subscriptions.sender
    return mailSender(config, said, 'alerts.sender').address
  } catch {
    return null
  }
}
