import { createInhibitor } from '../alerts/inhibitor.ts'
import { createRouter, isMuted } from '../alerts/router.ts'
import type { AlertRules } from '../alerts/rules.ts'
import { createSilencer, type Silencer } from '../alerts/silencer.ts'
import type { Clock } from '../clock.ts'
import type { Alert, Labels } from '../model/alert.ts'
import type { AlertSettings } from '../model/alert-settings.ts'
import type { EpochMs, Page, SilenceId } from '../model/ids.ts'
import type { Silence } from '../model/silence.ts'
import type { SilenceStore } from '../ports/alerts.ts'
import { routingLabels } from './board.ts'

/** Where an alert with these labels would go. */
export interface RouteView {
  /** `{} > {team="db"}`: the matchers from the root down. */
  readonly route: string
  readonly receiver: string
  readonly groupBy: readonly string[] | null
  readonly groupWaitMs: number
  readonly groupIntervalMs: number
  readonly repeatIntervalMs: number
  /** `channel/room`. */
  readonly rooms: readonly string[]
  readonly people: boolean
  /** Of those who follow it, only members of one of these lists; empty: all, where `people` says so. */
  readonly lists: readonly string[]
  /** A time interval mutes it now. */
  readonly muted: boolean
  readonly silencedBy: readonly SilenceId[]
}

/** Where an open alert goes, and what holds it back. */
export interface Standing {
  /** What rules and silences see of it. */
  readonly labels: Labels
  readonly routes: readonly RouteView[]
  readonly silencedBy: readonly SilenceId[]
  readonly inhibitedBy: readonly Alert[]
}

/** Says where alerts go and what holds them back, to whoever asks on any node. It decides nothing: the desk does, by its
 *  board. */
export function createDirections(parts: {
  readonly rules: AlertRules
  readonly settings: AlertSettings
  readonly silences: Pick<SilenceStore, 'page'>
  readonly clock: Clock
}) {
  const { rules, settings, silences, clock } = parts
  const router = createRouter(rules)

  const routesOf = (labels: Labels, silencer: Silencer, now: EpochMs): readonly RouteView[] => {
    const silencedBy = silencer.silencedBy(labels, now)
    return router.route(labels).map((route) => ({
      route: route.id,
      receiver: route.receiver,
      groupBy: route.groupBy,
      groupWaitMs: route.groupWaitMs,
      groupIntervalMs: route.groupIntervalMs,
      repeatIntervalMs: route.repeatIntervalMs,
      rooms: settings.receivers[route.receiver]?.rooms ?? [],
      people: settings.receivers[route.receiver]?.people ?? false,
      lists: settings.receivers[route.receiver]?.lists ?? [],
      muted: isMuted(route, now),
      silencedBy,
    }))
  }

  async function silencerAt(now: EpochMs): Promise<Silencer> {
    const found: Silence[] = []
    for (let after: number | null = 0; after !== null; ) {
      const page: Page<Silence> = await silences.page({ after, limit: 1000, endsAfter: now })
      found.push(...page.rows)
      after = page.next
    }
    return createSilencer(found)
  }

  return {
    async routes(labels: Labels): Promise<readonly RouteView[]> {
      const now = clock.now()
      return routesOf(labels, await silencerAt(now), now)
    },
    async standing(open: readonly Alert[]): Promise<readonly Standing[]> {
      const now = clock.now()
      const silencer = await silencerAt(now)
      const inhibitor = createInhibitor(rules)
      const byId = new Map(open.map((alert) => [String(alert.id), alert]))
      for (const [id, alert] of byId) inhibitor.fire(id, routingLabels(alert))
      return open.map((alert) => {
        const labels = routingLabels(alert)
        const routes = routesOf(labels, silencer, now)
        const holding = byId.get(inhibitor.inhibitedBy(labels) ?? '')
        return {
          labels,
          routes,
          silencedBy: silencer.silencedBy(labels, now),
          inhibitedBy: holding === undefined ? [] : [holding],
        }
      })
    },
    receivers: (): readonly string[] => [
      ...new Set([...router.routes.values()].map(({ receiver }) => receiver)),
    ],
  }
}
