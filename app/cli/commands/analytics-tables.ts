import type { Cohort, DomainRow, ScoreBand, TopicTrend } from '../../../engine/analytics/queries/account.ts'
import type { AlertDelay, AudienceSpan } from '../../../engine/analytics/queries/audience.ts'
import type { TimelineView } from '../../report/collect.ts'
import { percent } from '../../report/words.ts'
import { count, duration } from '../terminal/format.ts'
import type { Column } from '../terminal/table.ts'

export interface AnalyticsTable {
  readonly path: string
  readonly columns: readonly Column<never>[]
  readonly empty: string
}

const table = <Row>(path: string, empty: string, columns: readonly Column<Row>[]): AnalyticsTable => ({
  path: `/analytics/${path}`,
  empty,
  columns: columns as unknown as readonly Column<never>[],
})
const figure = <Row>(title: string, of: (row: Row) => string | number | null): Column<Row> => ({
  title,
  align: 'right',
  of: (row) => {
    const value = of(row)
    return typeof value === 'number' ? count(value) : value
  },
})

type AudienceView = Omit<AudienceSpan, 'wall'> & { readonly local: string }

/** What the command shows, by name. */
export const tables = {
  timeline: table<TimelineView>('timeline', 'Nothing happened.', [
    { title: 'FROM', of: ({ local }) => local.replace('T', ' ') },
    figure('SENT', ({ sent }) => sent),
    figure('FAILED', ({ failed }) => failed),
    figure('OPENS', ({ opened }) => opened.people),
    figure('ALL', ({ opened }) => opened.all),
    figure('CLICKS', ({ clicked }) => clicked.people),
    figure('ALL', ({ clicked }) => clicked.all),
    figure('BOUNCED', ({ bounced }) => bounced),
    figure('COMPLAINED', ({ complained }) => complained),
    figure('LEFT', ({ unsubscribed }) => unsubscribed),
  ]),
  audience: table<AudienceView>('audience', 'Nobody was counted yet: that is done once an hour.', [
    { title: 'FROM', of: ({ local }) => local.replace('T', ' ') },
    figure('JOINED', ({ joined }) => joined),
    figure('LEFT', ({ left }) => left),
    figure('ACTIVE', ({ active }) => active ?? '–'),
  ]),
  topics: table<TopicTrend>('topics', 'Nothing was clicked.', [
    { title: 'TOPIC', of: ({ topic }) => topic, flexible: true },
    figure('CLICKS', ({ clicks }) => clicks.people),
    figure('ALL', ({ clicks }) => clicks.all),
    figure('BEFORE', ({ before }) => before),
    figure('CHANGE', ({ change }) =>
      change === null ? '–' : `${change > 0 ? '+' : ''}${(change * 100).toFixed(0)} %`,
    ),
    figure('SHARE', ({ share }) => percent(share?.value)),
    { title: '', of: ({ significant }) => (significant ? 'moved' : '') },
  ]),
  domains: table<DomainRow>('domains', 'Nothing was sent.', [
    { title: 'DOMAIN', of: ({ domain }) => domain, flexible: true },
    figure('SENT', ({ sent }) => sent),
    figure('FAILED', ({ failedShare }) => percent(failedShare?.value)),
    figure('BOUNCED', ({ bounced }) => percent(bounced.share?.value)),
    figure('COMPLAINED', ({ complained }) => percent(complained.share?.value)),
    figure('OPENS A LETTER', ({ opensPerLetter }) => opensPerLetter?.people.toFixed(2) ?? '–'),
    figure('ALL', ({ opensPerLetter }) => opensPerLetter?.all.toFixed(2) ?? '–'),
  ]),
  engagement: table<ScoreBand>('engagement', 'There is nobody.', [
    { title: 'SCORE', of: ({ from, to }) => (to === null ? `${from} and more` : `${from} to ${to}`) },
    figure('PEOPLE', ({ people }) => people),
  ]),
  cohorts: table<Cohort>('cohorts', 'Nobody has read anything yet.', [
    { title: 'JOINED', of: ({ joined }) => joined },
    figure('PEOPLE', ({ people }) => people ?? '–'),
    {
      title: 'WHO READ, BY MONTH SINCE',
      of: ({ months }) =>
        months
          .map(({ age, people, share }) => `${age}: ${share === null ? count(people) : percent(share.value)}`)
          .join('   '),
      flexible: true,
    },
  ]),
  alerts: table<AlertDelay>('alerts', 'There were no alerts.', [
    { title: 'SEVERITY', of: ({ severity }) => severity ?? 'all' },
    { title: 'TIMING', of: ({ timing }) => timing },
    figure('ALERTS', ({ alerts }) => alerts),
    figure('P50', ({ p50Ms }) => duration(p50Ms)),
    figure('P95', ({ p95Ms }) => duration(p95Ms)),
    figure('P99', ({ p99Ms }) => duration(p99Ms)),
  ]),
} as const satisfies { readonly [what: string]: AnalyticsTable }

/** Those that come in pages. */
export const paged: ReadonlySet<string> = new Set(['topics', 'domains'])
