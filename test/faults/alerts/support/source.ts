import { CliError } from '../../../../app/cli/exit.ts'
import { BroadsheetError } from '../../../../engine/errors.ts'
import type { Daemon } from '../../support/daemon.ts'
import { until } from '../../support/until.ts'
import type { Telling } from './books.ts'

export const topic = 'ops'

/** What posts alerts, all the time, to whichever node is there. */
export interface Source {
  /** Keys of alerts whose report was answered with 202. */
  readonly accepted: ReadonlySet<string>
  /** Keys of alerts whose end was. */
  readonly ended: ReadonlySet<string>
  /** Post there from now on; null: nobody is there. */
  turnTo(node: Daemon | null): void
  /** Resolves when all is posted. */
  readonly done: Promise<void>
}

export interface SourceOptions {
  readonly alerts: number
  /** Reports under way at a time. */
  readonly lanes: number
  /** Number of the first: another source's are others. */
  readonly from?: number
  /** May there be one more after so many? */
  readonly room: (accepted: number) => boolean
}

/** Each alert has its own key. A third is ended once everybody has heard of it; a third is reported again until that is
 *  answered, as good sources do; of a third an answer that does not come is lost for ever. */
export function startSource({ alerts, lanes, from = 0, room }: SourceOptions): Source {
  const accepted = new Set<string>()
  const ended = new Set<string>()
  const toEnd: { readonly id: number; readonly report: { readonly key: string } }[] = []
  let node: Daemon | null = null
  let begun = 0

  /** Null: not answered. */
  async function ask<T>(call: (node: Daemon) => Promise<T>): Promise<T | null> {
    const asked = await until('a node to post to', () => node)
    try {
      return await call(asked)
    } catch (error) {
      if (!isAway(error)) throw error
      return null
    }
  }
  const insist = <T>(call: (node: Daemon) => Promise<T>): Promise<T> => until('an answer', () => ask(call))

  async function lane(): Promise<void> {
    while (begun < alerts) {
      const no = from + begun++
      await until('room for one more', () => room(accepted.size), { everyMs: 5 })
      const key = `alert-${no}`
      const report = { key, topic, severity: 'warning', title: `Alert ${no} of the test` }
      const post = ({ client }: Daemon) => client.post<{ alerts: [{ id: number }] }>('/alerts', report)
      const answer = await (no % 3 === 0 ? ask(post) : insist(post))
      if (answer === null) continue
      accepted.add(key)
      if (no % 3 === 1) toEnd.push({ id: answer.alerts[0].id, report })
      await endOne()
    }
  }

  /** The one that waits the longest, if everybody has heard of it. */
  async function endOne(): Promise<void> {
    const oldest = toEnd.shift()
    if (oldest === undefined) return
    const { id, report } = oldest
    const known = await ask(({ client }) => client.get<{ notifications: Telling[] }>(`/alerts/${id}`))
    const [told] = known?.notifications ?? []
    if (told === undefined || told.counts.sent < told.counts.audience) toEnd.push(oldest)
    else {
      await insist(({ client }) => client.post('/alerts', { ...report, status: 'resolved' }))
      ended.add(report.key)
    }
  }

  return {
    accepted,
    ended,
    turnTo(next) {
      node = next
    },
    done: Promise.all(Array.from({ length: lanes }, lane)).then(() => {}),
  }
}

/** Gone, going, or without its store: it may have done what it was asked all the same. */
const isAway = (error: unknown): boolean =>
  (error instanceof CliError && error.exit === 'unreachable') ||
  (error instanceof BroadsheetError && error.status === 503)
