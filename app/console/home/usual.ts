import { useQuery } from '@tanstack/react-query'
import { addDays, browserZone, dayIn } from '../analytics/range.ts'
import { type Answer, call } from '../api/client.ts'
import { read } from '../api/queries.ts'

type Hour = Answer<'GET /analytics/timeline'>['data'][number]
export const measures = ['sent', 'opened', 'clicked', 'failed'] as const
export type Measure = (typeof measures)[number]

const numberOf: { readonly [M in Measure]: (hour: Hour) => number } = {
  sent: ({ sent }) => sent,
  opened: ({ opened }) => opened.people,
  clicked: ({ clicked }) => clicked.people,
  failed: ({ failed }) => failed,
}
const weeks = [1, 2, 3, 4]
const hourMs = 3_600_000

/** So far today; and what had come by this time of the same weekday, in the middle of the last four weeks. Of weeks in which nothing
 *  happened all day nothing is said: null where there was no other. */
export function useToday(now: number) {
  const timeZone = browserZone()
  const today = dayIn(timeZone, now)
  const common = { timeZone, unit: 'hour' } as const
  const sofar = useQuery(
    read('GET /analytics/timeline', { query: { ...common, from: today, to: addDays(today, 1) } }),
  )
  // What is over hardly changes: asked once a day, whatever is counted meanwhile.
  const before = useQuery({
    queryKey: ['home, usual', today, timeZone],
    queryFn: ({ signal }) =>
      Promise.all(
        weeks.map((week) => {
          const day = addDays(today, -7 * week)
          return call('GET /analytics/timeline', {
            query: { ...common, from: day, to: addDays(day, 1) },
            signal,
          })
        }),
      ),
    staleTime: hourMs,
  })
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(now)
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  const byNow = (day: readonly Hour[], of: (hour: Hour) => number): number =>
    day.reduce((sum, hour) => {
      const at = Number(hour.local.slice(11, 13))
      // Of the hour that is not over, its part.
      return sum + (at < hours ? of(hour) : at === hours ? (of(hour) * minutes) / 60 : 0)
    }, 0)
  const days = before.data?.map(({ data }) => data) ?? []
  const lively = days.filter((day) =>
    day.some(({ sent, opened, clicked }) => sent + opened.all + clicked.all > 0),
  )
  return {
    error: sofar.error,
    retry: () => void sofar.refetch(),
    of: (measure: Measure): { readonly value: number | null; readonly usual: number | null } => ({
      value:
        sofar.data === undefined
          ? null
          : sofar.data.data.reduce((sum, hour) => sum + numberOf[measure](hour), 0),
      usual:
        lively.length === 0 ? null : Math.round(median(lively.map((day) => byNow(day, numberOf[measure])))),
    }),
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
