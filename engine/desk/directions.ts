import { createInhibitor } from '../alerts/inhibitor.ts'
import { type Matcher, matchesAll } from '../alerts/matchers/matcher.ts'
import type { EscalationStep } from '../alerts/route.ts'
import { createRouter, groupLabelsOf, mutedBy } from '../alerts/router.ts'
import type { AlertRules } from '../alerts/rules.ts'
import { createSilencer, type Silencer } from '../alerts/silencer.ts'
import type { Clock } from '../clock.ts'
import { type Alert, type Labels, labelOf, severities } from '../model/alert.ts'
import type { AlertSettings } from '../model/alert-settings.ts'
import type { AlertId, EpochMs, Page, SilenceId } from '../model/ids.ts'
import type { Silence } from '../model/silence.ts'
import type { AlertStore, SilenceStore } from '../ports/alerts.ts'
import { routingLabels } from './board.ts'

/** Where an alert with these labels would go. */
export interface RouteView {
  /** `{} > {team="db"}`: the matchers from the root down. */
  readonly route: string
  readonly receiver: string
  readonly groupBy: readonly string[] | null
  /** What all alerts of its group have in common. */
  readonly group: Labels
  readonly groupWaitMs: number
  readonly groupIntervalMs: number
  readonly repeatIntervalMs: number
  readonly escalate: readonly EscalationStep[]
  /** `channel/room`. */
  readonly rooms: readonly string[]
  readonly people: boolean
  /** Of those who follow it, only members of one of these lists; empty: all, where `people` says so. */
  readonly lists: readonly string[]
  /** A time interval mutes it now. */
  readonly muted: boolean
  /** Which ones do. */
  readonly mutedBy: readonly string[]
  readonly silencedBy: readonly SilenceId[]
}

/** Where an alert would go, who would hear of it, and what would hold it back. */
export interface Preview {
  readonly routes: readonly (RouteView & {
    /** Follows that it would reach. Null: the node that knows them is another one. */
    readonly followers: number | null
  })[]
  readonly silencedBy: readonly SilenceId[]
  readonly inhibitedBy: readonly Alert[]
}

/** Where an open alert goes, and what holds it back. */
export interface Standing {
  /** What rules and silences see of it. */
  readonly labels: Labels
  readonly routes: readonly RouteView[]
  readonly silencedBy: readonly SilenceId[]
  readonly inhibitedBy: readonly Alert[]
}

/** An open alert that is taken in and shown, but not told. */
export interface Held {
  readonly alertId: AlertId
  readonly silencedBy: readonly SilenceId[]
  readonly inhibitedBy: readonly AlertId[]
}

const pageSize = 1000

/** Says where alerts go and what holds them back, to whoever asks on any node. It decides nothing: the desk does, by its
 *  board. */
export function createDirections(parts: {
  readonly rules: AlertRules
  readonly settings: AlertSettings
  readonly silences: Pick<SilenceStore, 'page'>
  readonly alerts: Pick<AlertStore, 'page'>
  /** How many follows an alert is for; with lists, only their members'. Null: not known on this node. */
  readonly followers: (
    alert: Pick<Alert, 'topic' | 'severity' | 'labels'>,
    lists: readonly string[],
  ) => Promise<number | null>
  readonly clock: Clock
}) {
  const { rules, settings, silences, alerts, followers, clock } = parts
  const router = createRouter(rules)

  const routesOf = (labels: Labels, silencer: Silencer, now: EpochMs): readonly RouteView[] => {
    const silencedBy = silencer.silencedBy(labels, now)
    return router.route(labels).map((route) => {
      const muting = mutedBy(route, now)
      return {
        route: route.id,
        receiver: route.receiver,
        groupBy: route.groupBy,
        group: groupLabelsOf(route, labels),
        groupWaitMs: route.groupWaitMs,
        groupIntervalMs: route.groupIntervalMs,
        repeatIntervalMs: route.repeatIntervalMs,
        escalate: route.escalate,
        rooms: settings.receivers[route.receiver]?.rooms ?? [],
        people: settings.receivers[route.receiver]?.people ?? false,
        lists: settings.receivers[route.receiver]?.lists ?? [],
        muted: muting !== null,
        mutedBy: muting ?? [],
        silencedBy,
      }
    })
  }

  async function silencerAt(now: EpochMs): Promise<Silencer> {
    const found: Silence[] = []
    for (let after: number | null = 0; after !== null; ) {
      const page: Page<Silence> = await silences.page({ after, limit: pageSize, endsAfter: now })
      found.push(...page.rows)
      after = page.next
    }
    return createSilencer(found)
  }

  async function openAlerts(): Promise<readonly Alert[]> {
    const found: Alert[] = []
    for (let after: number | null = 0; after !== null; ) {
      const page: Page<Alert> = await alerts.page({ after, limit: pageSize, open: true })
      found.push(...page.rows)
      after = page.next
    }
    return found
  }

  /** Of open alerts: which of them holds back one with these labels. */
  function holderIn(open: readonly Alert[]): (labels: Labels) => readonly Alert[] {
    const inhibitor = createInhibitor(rules)
    const byId = new Map(open.map((alert) => [String(alert.id), alert]))
    for (const [id, alert] of byId) inhibitor.fire(id, routingLabels(alert))
    return (labels) => {
      const holding = byId.get(inhibitor.inhibitedBy(labels) ?? '')
      return holding === undefined ? [] : [holding]
    }
  }
  const openForHolding = async () => (rules.inhibitRules.length === 0 ? [] : openAlerts())

  return {
    async preview(labels: Labels): Promise<Preview> {
      const now = clock.now()
      const [silencer, open] = await Promise.all([silencerAt(now), openForHolding()])
      const said = labelOf(labels, 'severity')
      const alert = {
        labels,
        topic: labelOf(labels, 'topic') || null,
        severity: severities.find((severity) => severity === said) ?? 'warning',
      }
      const routes = await Promise.all(
        routesOf(labels, silencer, now).map(async (route) => {
          const some = route.people || route.lists.length > 0
          return { ...route, followers: some ? await followers(alert, route.lists) : 0 }
        }),
      )
      return {
        routes,
        silencedBy: silencer.silencedBy(labels, now),
        inhibitedBy: holderIn(open)(labels),
      }
    },
    async standing(open: readonly Alert[]): Promise<readonly Standing[]> {
      const now = clock.now()
      const silencer = await silencerAt(now)
      const holderOf = holderIn(open)
      return open.map((alert) => {
        const labels = routingLabels(alert)
        return {
          labels,
          routes: routesOf(labels, silencer, now),
          silencedBy: silencer.silencedBy(labels, now),
          inhibitedBy: holderOf(labels),
        }
      })
    },
    async held(): Promise<readonly Held[]> {
      const now = clock.now()
      const [silencer, open] = await Promise.all([silencerAt(now), openAlerts()])
      const holderOf = holderIn(open)
      return open.flatMap((alert) => {
        const labels = routingLabels(alert)
        const silencedBy = silencer.silencedBy(labels, now)
        const inhibitedBy = holderOf(labels).map(({ id }) => id)
        return silencedBy.length + inhibitedBy.length === 0
          ? []
          : [{ alertId: alert.id, silencedBy, inhibitedBy }]
      })
    },
    async matching(matchers: readonly Matcher[]): Promise<readonly Alert[]> {
      return (await openAlerts()).filter((alert) => matchesAll(matchers, routingLabels(alert)))
    },
    receivers: (): readonly string[] => [
      ...new Set([...router.routes.values()].map(({ receiver }) => receiver)),
    ],
  }
}
