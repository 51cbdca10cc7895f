import type { EscalationStep, Route } from '../alerts/route.ts'
import { mutedBy } from '../alerts/router.ts'
import type { AlertRules } from '../alerts/rules.ts'
import type { TimeIntervalInput } from '../model/alert-rules.ts'
import { alertRulesInputSchema } from '../model/alert-rules.ts'
import type { AlertSettings, Receiver } from '../model/alert-settings.ts'
import type { LabelMatcher } from '../model/follow.ts'
import type { EpochMs } from '../model/ids.ts'

/** A node of the tree, with all that it inherits. */
export interface RuleView {
  /** `{} > {team="db"}`: the matchers from the root down. */
  readonly route: string
  /** 0 is the root. */
  readonly depth: number
  readonly matchers: readonly LabelMatcher[]
  readonly receiver: string
  readonly groupBy: readonly string[] | null
  readonly groupWaitMs: number
  readonly groupIntervalMs: number
  readonly repeatIntervalMs: number
  readonly continue: boolean
  readonly escalate: readonly EscalationStep[]
  /** Names of time intervals: nothing is told while one of `mute` holds, or while none of `active` does. */
  readonly mute: readonly string[]
  readonly active: readonly string[]
  /** One of them mutes it now. */
  readonly muted: boolean
}

/** The rules of alerts as they are configured, for people who want to read them. */
export interface RuleBook {
  /** In the order in which they are asked: each before those under it. */
  readonly rules: readonly RuleView[]
  readonly receivers: readonly ({ readonly name: string } & Receiver)[]
  readonly inhibitions: readonly {
    readonly source: readonly LabelMatcher[]
    readonly target: readonly LabelMatcher[]
    readonly equal: readonly string[]
  }[]
  readonly intervals: readonly {
    readonly name: string
    /** As the settings write them. */
    readonly parts: readonly TimeIntervalInput[]
  }[]
}

export function ruleBookOf(rules: AlertRules, settings: AlertSettings, now: EpochMs): RuleBook {
  const views: RuleView[] = []
  const visit = (route: Route, depth: number): void => {
    views.push({
      route: route.id,
      depth,
      matchers: route.matchers.map(plain),
      receiver: route.receiver,
      groupBy: route.groupBy,
      groupWaitMs: route.groupWaitMs,
      groupIntervalMs: route.groupIntervalMs,
      repeatIntervalMs: route.repeatIntervalMs,
      continue: route.continue,
      escalate: route.escalate,
      mute: route.mute.map(({ name }) => name),
      active: route.active.map(({ name }) => name),
      muted: mutedBy(route, now) !== null,
    })
    for (const child of route.routes) visit(child, depth + 1)
  }
  visit(rules.root, 0)
  const written = settings.rules === null ? null : alertRulesInputSchema.parse(settings.rules)
  return {
    rules: views,
    receivers: Object.entries(settings.receivers).map(([name, receiver]) => ({ name, ...receiver })),
    inhibitions: rules.inhibitRules.map(({ source, target, equal }) => ({
      source: source.map(plain),
      target: target.map(plain),
      equal,
    })),
    intervals: [...(written?.mute_time_intervals ?? []), ...(written?.time_intervals ?? [])].map(
      ({ name, time_intervals }) => ({ name, parts: time_intervals }),
    ),
  }
}

const plain = ({ name, operator, value }: LabelMatcher): LabelMatcher => ({ name, operator, value })
