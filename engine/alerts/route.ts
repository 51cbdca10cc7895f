import type { Issue } from '../errors.ts'
import type { RouteInput } from '../model/alert-rules.ts'
import { parseDuration } from './duration.ts'
import type { NamedInterval } from './interval.ts'
import { readMatchers } from './matchers/fields.ts'
import { type Matcher, printMatchers } from './matchers/matcher.ts'

const maxRoutes = 10_000
const maxDepth = 32

/** Who is told when nobody acknowledged for so long. */
export interface EscalationStep {
  readonly afterMs: number
  readonly receiver: string
}

/** A node of the tree with all that it inherits. */
export interface Route {
  /** The matchers from the root down, and which one it is where brothers have the same: `{} > {team="db"} > {}#2`. It
   *  stays when other routes come, go or move. */
  readonly id: string
  readonly receiver: string
  /** Names of labels, each once and sorted; null: by all of them. */
  readonly groupBy: readonly string[] | null
  readonly groupWaitMs: number
  /** 0: told at once, which Alertmanager does not have. */
  readonly groupIntervalMs: number
  readonly repeatIntervalMs: number
  /** Of the node itself: these two are not inherited, as there. */
  readonly mute: readonly NamedInterval[]
  readonly active: readonly NamedInterval[]
  /** By rising `afterMs`. */
  readonly escalate: readonly EscalationStep[]
  readonly matchers: readonly Matcher[]
  readonly continue: boolean
  readonly routes: readonly Route[]
}

/** What a tree without a word about it has; Alertmanager's (dispatch.DefaultRouteOpts). */
const defaults = {
  receiver: '',
  groupBy: [],
  groupWaitMs: 30_000,
  groupIntervalMs: 300_000,
  repeatIntervalMs: 14_400_000,
  escalate: [],
} as const satisfies Partial<Route>

interface Context {
  readonly receivers: ReadonlySet<string>
  readonly intervals: ReadonlyMap<string, NamedInterval>
  readonly issues: Issue[]
}

/** What is wrong goes into `issues`; then the tree is not to be used. */
export function compileRoute(root: RouteInput, context: Context): Route {
  checkRoot(root, context.issues)
  return compileNode(root, null, 'route', context)
}

/** Counts without recursion, so that nothing deeper is ever walked. */
export function routeSizeIssue(input: unknown): Issue | null {
  let level: readonly unknown[] = [(input as { readonly route?: unknown } | null | undefined)?.route]
  let count = 0
  for (let depth = 0; level.length > 0; depth++) {
    count += level.length
    if (count > maxRoutes || depth > maxDepth)
      return { path: 'route', message: `There may be at most ${maxRoutes} routes, ${maxDepth} deep.` }
    level = level.flatMap((route) => {
      const inner = (route as { readonly routes?: unknown } | null | undefined)?.routes
      return Array.isArray(inner) ? inner : []
    })
  }
  return null
}

function checkRoot(root: RouteInput, issues: Issue[]): void {
  const wrong = (key: string, message: string) => issues.push({ path: `route.${key}`, message })
  if ((root.receiver ?? '') === '')
    wrong('receiver', 'The root must name a receiver: it takes what no other does.')
  const matching = [root.match, root.match_re].some((map) => Object.keys(map ?? {}).length > 0)
  if (matching || (root.matchers ?? []).length > 0)
    wrong('matchers', 'The root takes every alert: move its matchers into a route under it.')
  for (const key of ['mute_time_intervals', 'active_time_intervals'] as const)
    if ((root[key] ?? []).length > 0)
      wrong(key, 'The root is always active: move this into a route under it.')
}

function compileNode(
  input: RouteInput,
  above: { readonly route: Route; readonly ids: Map<string, number> } | null,
  path: string,
  context: Context,
): Route {
  const { receivers, intervals, issues } = context
  const wrong = (key: string, message: string) => issues.push({ path: `${path}.${key}`, message })

  function receiver(name: string, key: string): string {
    if (!receivers.has(name))
      wrong(key, `There is no receiver named "${name}". There are: ${[...receivers].join(', ') || 'none'}.`)
    return name
  }
  function duration(text: string | null | undefined, key: string, least: number): number | null {
    if (text === null || text === undefined) return null
    const ms = parseDuration(text)
    if (ms === null) wrong(key, `"${text}" must be a duration, e.g. "30s", "5m" or "1d12h".`)
    else if (ms < least) wrong(key, `"${text}" must be longer.`)
    return ms
  }
  function named(key: 'mute_time_intervals' | 'active_time_intervals'): readonly NamedInterval[] {
    return (input[key] ?? []).flatMap((name, i) => {
      const found = intervals.get(name)
      if (found !== undefined) return [found]
      wrong(`${key}[${i}]`, `There is no time interval named "${name}": define it in time_intervals.`)
      return []
    })
  }
  function steps(): readonly EscalationStep[] | null {
    let last = 0
    return (
      input.escalate?.map((step, i) => {
        const afterMs = duration(step.after, `escalate[${i}].after`, last + 1) ?? last
        last = Math.max(last, afterMs)
        return { afterMs, receiver: receiver(step.receiver, `escalate[${i}].receiver`) }
      }) ?? null
    )
  }
  function groupBy(): readonly string[] | null | undefined {
    const names = input.group_by ?? []
    if (new Set(names).size < names.length) wrong('group_by', 'Each label may be named once.')
    if (names.includes('...')) {
      if (names.length > 1) wrong('group_by', '"..." is all labels: it must stand alone.')
      return null
    }
    // An empty list says nothing, there as here.
    return names.length === 0 ? undefined : names.toSorted()
  }

  const matchers = readMatchers(
    { match: input.match, match_re: input.match_re, matchers: input.matchers },
    path,
    issues,
  )
  const inherited = above?.route ?? defaults
  const by = groupBy()
  const routes: Route[] = []
  const route: Route = {
    id: idOf(matchers, above),
    receiver: input.receiver ? receiver(input.receiver, 'receiver') : inherited.receiver,
    groupBy: by === undefined ? inherited.groupBy : by,
    groupWaitMs: duration(input.group_wait, 'group_wait', 0) ?? inherited.groupWaitMs,
    groupIntervalMs: duration(input.group_interval, 'group_interval', 0) ?? inherited.groupIntervalMs,
    repeatIntervalMs: duration(input.repeat_interval, 'repeat_interval', 1) ?? inherited.repeatIntervalMs,
    mute: named('mute_time_intervals'),
    active: named('active_time_intervals'),
    escalate: steps() ?? inherited.escalate,
    matchers,
    continue: input.continue ?? false,
    routes,
  }
  const ids = new Map<string, number>()
  for (const [i, child] of (input.routes ?? []).entries())
    routes.push(compileNode(child, { route, ids }, `${path}.routes[${i}]`, context))
  return route
}

function idOf(
  matchers: readonly Matcher[],
  above: { readonly route: Route; readonly ids: Map<string, number> } | null,
): string {
  const own = printMatchers(matchers)
  if (above === null) return own
  const nth = (above.ids.get(own) ?? 0) + 1
  above.ids.set(own, nth)
  return `${above.route.id} > ${own}${nth === 1 ? '' : `#${nth}`}`
}
