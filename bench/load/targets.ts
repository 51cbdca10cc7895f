import type { Check, Verdict } from './report/schema.ts'

export interface Limit {
  readonly is: '<' | '<=' | '>=' | '='
  readonly value: number
}

/** What is asked of one figure: by those who first asked for Broadsheet, and by Broadsheet itself. */
interface Target {
  readonly unit: string
  readonly target: Limit | null
  readonly promise: Limit | null
  /** The latency that it is a figure of. */
  readonly of?: keyof typeof latencies
}

/** Names of what runs measure the time of. */
export const latencies = {
  api: 'all routes',
  analytics: 'all questions',
  person: 'alert to each person',
  room: 'alert to its room',
} as const

const under = (value: number): Limit => ({ is: '<', value })
const atMost = (value: number): Limit => ({ is: '<=', value })
const atLeast = (value: number): Limit => ({ is: '>=', value })
const none: Limit = { is: '=', value: 0 }

const exactly = (what: string): Target => ({ unit: what, target: none, promise: none })

/** The one place for what is good enough. */
export const targets = {
  'API p95': { unit: 'ms', target: under(150), promise: atMost(50), of: 'api' },
  'API answers 5xx': { unit: 'answers', target: null, promise: none },
  'API requests refused or broken': { unit: 'requests', target: null, promise: none },
  'Letters a minute': { unit: 'letters/min', target: atLeast(1000), promise: null },
  'Letters missing': exactly('letters'),
  'Letters doubled': exactly('letters'),
  'Letters not personal': exactly('letters'),
  'Alert to the last person': { unit: 's', target: under(30), promise: null, of: 'person' },
  'Alerts missing': exactly('alerts'),
  'Alert mails missing': exactly('mails'),
  'Alert mails doubled': exactly('mails'),
  'Alert to its room, p50': { unit: 'ms', target: null, promise: atMost(100), of: 'room' },
  'Alert to its room, p99': { unit: 'ms', target: null, promise: atMost(250), of: 'room' },
  'Alert to its room, longest': { unit: 'ms', target: under(30_000), promise: atMost(2000), of: 'room' },
  'Rate that the campaign keeps': { unit: 'of its rate', target: null, promise: atLeast(0.9) },
  'Longest answer': { unit: 'ms', target: under(500), promise: null, of: 'analytics' },
} as const satisfies { readonly [name: string]: Target }

/** A figure beside what is asked of it; null where it could not be measured. */
export function check(name: keyof typeof targets, value: number | null, note: string | null = null): Check {
  const { unit, target, promise, of } = targets[name] as Target
  const judged = (limit: Limit | null) =>
    limit === null ? null : { ...limit, verdict: verdictOn(value, limit) }
  return {
    name,
    value,
    unit,
    target: judged(target),
    promise: judged(promise),
    of: of === undefined ? null : latencies[of],
    note,
  }
}

function verdictOn(value: number | null, limit: Limit): Verdict {
  if (value === null || !Number.isFinite(value)) return 'untold'
  return holds(value, limit) ? 'pass' : 'fail'
}

function holds(value: number, { is, value: bound }: Limit): boolean {
  switch (is) {
    case '<':
      return value < bound
    case '<=':
      return value <= bound
    case '>=':
      return value >= bound
    case '=':
      return value === bound
  }
}
