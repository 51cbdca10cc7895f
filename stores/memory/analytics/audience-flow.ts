import {
  type AlertTimeRow,
  type CohortSize,
  type FlowRow,
  hourOf,
  type SizeRow,
} from '../../../engine/model/audience-flow.ts'
import type { AlertId, ListId } from '../../../engine/model/ids.ts'
import { dayOf } from '../../../engine/model/rollup.ts'
import type { AudienceFlowStore, HourRange } from '../../../engine/ports/audience-flow.ts'
import { alertTimesOf, cohortsOf, maxNotifications, maxPostings } from '../../rules/audience-flow.ts'
import type { AlertState } from '../alerts/state.ts'
import type { MemoryState } from '../state.ts'

export function createAudienceFlow(state: MemoryState, alerts: AlertState): AudienceFlowStore {
  let flow: readonly FlowRow[] = []
  let sizes: readonly SizeRow[] = []
  let cohorts: readonly CohortSize[] = []
  let times: readonly AlertTimeRow[] = []

  return {
    async look(hours) {
      return {
        ...hours,
        flow: flowOf(state, hours),
        sizes: sizesOf(state, hours.to),
        cohorts: cohortsOf(state.subscribers.map(({ createdAt }) => ({ day: dayOf(createdAt), people: 1 }))),
        alertTimes: alertTimesIn(alerts, hours),
      }
    },
    async keep(look) {
      const outside = ({ hour }: { readonly hour: number }) => hour < look.from || hour >= look.to
      flow = [...flow.filter(outside), ...look.flow]
      times = [...times.filter(outside), ...look.alertTimes]
      sizes = [...sizes.filter(({ hour }) => hour !== look.to), ...look.sizes]
      cohorts = look.cohorts
    },
    async kept() {
      const hours = sizes.flatMap(({ hour, listId }) => (listId === null ? [hour] : []))
      return hours.length === 0 ? null : Math.max(...hours)
    },
    async flow({ every, ...hours }) {
      return spans(flow.filter(within(hours)), every, 'n')
    },
    async sizes({ listId, every, ...hours }) {
      const rows = sizes.filter((row) => row.listId === listId && within(hours)(row))
      const last = new Map<number, number>()
      for (const { hour } of rows)
        last.set(Math.floor(hour / every), Math.max(hour, last.get(Math.floor(hour / every)) ?? hour))
      return rows.filter(({ hour }) => last.get(Math.floor(hour / every)) === hour).sort(byHour)
    },
    async cohorts({ from, to }) {
      return cohorts
        .filter(({ cohort }) => cohort >= from && cohort <= to)
        .toSorted((a, b) => a.cohort - b.cohort)
    },
    async alertTimes({ every, ...hours }) {
      return spans(times.filter(within(hours)), every, 'alerts')
    },
  }
}

interface InHour {
  readonly hour: number
}
const within =
  ({ from, to }: HourRange) =>
  ({ hour }: InHour): boolean =>
    hour >= from && hour < to
const byHour = (a: InHour, b: InHour) => a.hour - b.hour

function flowOf(state: MemoryState, hours: HourRange): readonly FlowRow[] {
  const rows = [...state.consents.values()]
    .flat()
    .map(({ at, kind, from, to }): FlowRow => ({ hour: hourOf(at), kind, from, to, n: 1 }))
  return spans(rows.filter(within(hours)), 1, 'n')
}

function sizesOf(state: MemoryState, hour: number): readonly SizeRow[] {
  const rows: SizeRow[] = state.subscribers.map(({ status }) => ({ hour, listId: null, status, people: 1 }))
  for (const [listId, members] of state.memberships)
    for (const [id, { membership }] of members) {
      const person = state.subscribers[id - 1]
      if (membership === 'active' && person !== undefined)
        rows.push({ hour, listId: listId as ListId, status: person.status, people: 1 })
    }
  return spans(rows, 1, 'people')
}

function alertTimesIn(state: AlertState, hours: HourRange): readonly AlertTimeRow[] {
  const toldAt = (id: AlertId): number | null => {
    const told = [...state.notifications.values()]
      .filter(({ notification }) => notification.alertIds.includes(id))
      .slice(0, maxNotifications)
      .flatMap(({ postings }) =>
        [...postings.values()].sort((a, b) => a.target - b.target).slice(0, maxPostings),
      )
      .filter((posting) => posting.state === 'sent')
      .map(({ updatedAt }) => updatedAt)
    return told.length === 0 ? null : Math.min(...told)
  }
  const alerts = [...state.alerts.values()].filter(({ createdAt }) =>
    within(hours)({ hour: hourOf(createdAt) }),
  )
  return alertTimesOf(
    alerts.map(({ id, severity, startsAt, createdAt, acknowledged }) => ({
      severity,
      startsAt,
      createdAt,
      acknowledgedAt: acknowledged?.at ?? null,
      toldAt: toldAt(id),
    })),
  )
}

/** Rows that say the same of the same hours, added up. */
function spans<Row extends InHour>(
  rows: readonly Row[],
  every: number,
  number: { [K in keyof Row]: Row[K] extends number ? K : never }[keyof Row],
): readonly Row[] {
  const sums = new Map<string, Row>()
  for (const row of rows) {
    const hour = Math.floor(row.hour / every) * every
    const key = JSON.stringify({ ...row, hour, [number]: null })
    const n = Number(row[number]) + Number(sums.get(key)?.[number] ?? 0)
    sums.set(key, { ...row, hour, [number]: n })
  }
  return [...sums.values()].sort(byHour)
}
