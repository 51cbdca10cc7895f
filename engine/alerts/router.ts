import { hash } from 'node:crypto'
import { type Labels, labelOf } from '../model/alert.ts'
import type { EpochMs } from '../model/ids.ts'
import { holdsAt, type NamedInterval } from './interval.ts'
import { matchesAll } from './matchers/matcher.ts'
import type { Route } from './route.ts'
import type { AlertRules } from './rules.ts'

export interface Router {
  /** The deepest nodes that match, in the order of the tree; the root where no child does. Never empty. */
  route(labels: Labels): readonly Route[]
  /** Of all nodes, by id. */
  readonly routes: ReadonlyMap<string, Route>
}

/** Alertmanager's walk (dispatch.Route.Match): a child that matches ends the search among its brothers unless it says
 *  `continue`. */
export function createRouter({ root }: AlertRules): Router {
  const routes = new Map<string, Route>()
  const note = (route: Route) => {
    routes.set(route.id, route)
    route.routes.forEach(note)
  }
  note(root)
  return { routes, route: (labels) => collect(root, labels, []) }
}

function collect(route: Route, labels: Labels, into: Route[]): Route[] {
  const before = into.length
  for (const child of route.routes) {
    if (!matchesAll(child.matchers, labels)) continue
    collect(child, labels, into)
    if (!child.continue) break
  }
  if (into.length === before) into.push(route)
  return into
}

/** The labels that all alerts of a group have in common by definition: those of `groupBy` that the alert has. */
export function groupLabelsOf({ groupBy }: Pick<Route, 'groupBy'>, labels: Labels): Labels {
  const names = (groupBy ?? Object.keys(labels).sort()).filter((name) => labelOf(labels, name) !== '')
  return Object.fromEntries(names.map((name) => [name, labelOf(labels, name)]))
}

/** Which group an alert belongs to on a route: 32 hexadecimal digits. A route that gets another receiver gets new groups, so
 *  that who is new is told of what fires. */
export function groupKeyOf(route: Pick<Route, 'id' | 'receiver' | 'groupBy'>, labels: Labels): string {
  const text = JSON.stringify([route.receiver, route.id, Object.entries(groupLabelsOf(route, labels))])
  return hash('sha256', text).slice(0, 32)
}

/** Which time interval keeps a route from telling anything now: the first of `mute` that holds, or all of `active` when
 *  there are some and none holds. Null when it may tell. */
export function mutedBy(route: Pick<Route, 'mute' | 'active'>, now: EpochMs): readonly string[] | null {
  const holds = ({ intervals }: NamedInterval) => intervals.some((interval) => holdsAt(interval, now))
  const muting = route.mute.find(holds)
  if (muting !== undefined) return [muting.name]
  if (route.active.length === 0 || route.active.some(holds)) return null
  return route.active.map(({ name }) => name)
}

export const isMuted = (route: Pick<Route, 'mute' | 'active'>, now: EpochMs): boolean =>
  mutedBy(route, now) !== null
