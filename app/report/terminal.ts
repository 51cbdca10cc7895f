import type { BreakdownRow } from '../../engine/analytics/queries/views.ts'
import type { Cli } from '../cli/cli.ts'
import { clip, count, plain, width } from '../cli/terminal/format.ts'
import { type Column, formatTable } from '../cli/terminal/table.ts'
import type { CampaignReport, TimelineView } from './collect.ts'
import { bounds, dayOfWall, dimensionTitles, momentOf, percent, timeOfWall, valueTitle } from './words.ts'

const shownRows = 10
const barWidth = 28

/** A report for a terminal: what people did, and behind it what machines added. */
export function describeReport(cli: Pick<Cli, 'style' | 'stdout'>, report: CampaignReport): string {
  const { campaign, run, timeline, links, by, experiment } = report
  const columns = cli.stdout.isTTY ? cli.stdout.columns : null
  const head = (text: string) => cli.style('dim', text)
  const table = <Row>(rows: readonly Row[], layout: readonly Column<Row>[]) =>
    formatTable(rows, layout, { columns, head })
  const title = (text: string) => `\n${cli.style('bold', text)}`
  const sections: string[] = [
    `${cli.style('bold', plain(campaign.title))}  ${campaign.name}, publication ${run.publicationId}`,
    head(`${momentOf(run.startedAt, timeline.timeZone)} (${timeline.timeZone}), ${run.state}`),
    '',
    funnel(cli, report),
  ]
  const hours = sparkline(timeline.data)
  if (hours !== null) sections.push(title('Opens and clicks, all, by hour'), hours.join('\n'))
  if (links.length > 0)
    sections.push(
      title('Links'),
      table(links.slice(0, shownRows), [
        { title: 'PEOPLE', align: 'right', of: ({ clicked }) => count(clicked.people.recipients) },
        { title: 'SHARE', align: 'right', of: ({ clicked }) => percent(clicked.people.share?.value) },
        { title: 'ALL', align: 'right', of: ({ clicked }) => count(clicked.all.recipients) },
        {
          title: 'LINK',
          of: ({ item, url }) => (item === null ? url : `${item.title}  ${url}`),
          flexible: true,
        },
      ]),
    )
  if (by.topic.length > 0)
    sections.push(
      title(dimensionTitles.topic),
      table(by.topic.slice(0, shownRows), [
        { title: 'TOPIC', of: ({ value }) => value, flexible: true },
        { title: 'PEOPLE', align: 'right', of: ({ clicked }) => count(clicked.people.recipients) },
        { title: 'SHARE', align: 'right', of: ({ clicked }) => percent(clicked.people.share?.value) },
        { title: '95 %', align: 'right', of: ({ clicked }) => bounds(clicked.people.share) },
      ]),
    )
  for (const dimension of ['provider', 'domain', 'language', 'variant'] as const) {
    const rows = by[dimension]
    if (rows.length < 2) continue
    sections.push(
      title(dimensionTitles[dimension]),
      table(rows.slice(0, shownRows), outcomeColumns(dimension)),
    )
    if (rows.length > shownRows)
      sections.push(head(`and ${count(rows.length - shownRows)} more: --csv, --html FILE`))
  }
  if (experiment !== null) {
    const { difference, significant } = experiment
    const points = (value: number) => (value * 100).toFixed(2)
    sections.push(
      `learned less hold-out: ${points(difference.value)} percentage points (${points(difference.low)} to ${points(difference.high)}), ${significant ? 'more than chance' : 'which may be chance'}`,
    )
  }
  return sections.join('\n')
}

function funnel(cli: Pick<Cli, 'style'>, { run }: CampaignReport): string {
  const { deliveries, opened, clicked, bounced, complained, unsubscribed } = run
  const { audience, sent } = deliveries
  const bar = (people: number, all: number, of: number) => {
    const cells = (n: number) => (of === 0 ? 0 : Math.min(barWidth, Math.round((n * barWidth) / of)))
    const solid = cells(people)
    // Some, and yet less than half a cell.
    const trace = people > 0 && solid === 0 ? '▏' : ''
    const faint = Math.max(0, cells(all) - solid - trace.length)
    const rest = barWidth - solid - trace.length - faint
    return `${cli.style('cyan', '█'.repeat(solid) + trace)}${cli.style('dim', '░'.repeat(faint))}${' '.repeat(rest)}`
  }
  const machines = (tally: typeof opened) =>
    tally.all.recipients > tally.people.recipients
      ? `${count(tally.all.recipients)} (${percent(tally.all.share?.value)}) with machines`
      : ''
  const lines: readonly (readonly [string, number, string, string, string])[] = [
    ['audience', audience, '', bar(audience, audience, audience), ''],
    ['sent', sent, audience === 0 ? '' : percent(sent / audience), bar(sent, sent, audience), ''],
    ...(['opened', 'clicked'] as const).map((type) => {
      const tally = { opened, clicked }[type]
      const { people, all } = tally
      return [
        type,
        people.recipients,
        percent(people.share?.value),
        bar(people.recipients, all.recipients, audience),
        machines(tally),
      ] as const
    }),
    ...(
      [
        ['bounced', bounced],
        ['complained', complained],
        ['unsubscribed', unsubscribed],
      ] as const
    ).map(
      ([name, { recipients, share }]) =>
        [name, recipients, percent(share?.value), bar(recipients, recipients, audience), ''] as const,
    ),
  ]
  const digits = Math.max(...lines.map(([, n]) => count(n).length))
  return lines
    .map(([name, n, share, drawn, note]) =>
      `  ${cli.style('dim', name.padEnd(12))} ${count(n).padStart(digits)}  ${share.padStart(8)}  ${drawn}  ${cli.style('dim', note)}`.trimEnd(),
    )
    .join('\n')
}

const outcomeColumns = (dimension: keyof typeof dimensionTitles): readonly Column<BreakdownRow>[] => [
  { title: dimension.toUpperCase(), of: ({ value }) => valueTitle(dimension, value), flexible: true },
  { title: 'SENT', align: 'right', of: ({ sent }) => count(sent) },
  { title: 'OPENED', align: 'right', of: ({ opened }) => percent(opened.people.share?.value) },
  { title: 'CLICKED', align: 'right', of: ({ clicked }) => percent(clicked.people.share?.value) },
  { title: '95 %', align: 'right', of: ({ clicked }) => bounds(clicked.people.share) },
  { title: 'BOUNCED', align: 'right', of: ({ bounced }) => count(bounced.recipients) },
  { title: 'LEFT', align: 'right', of: ({ unsubscribed }) => count(unsubscribed.recipients) },
]

const blocks = ' ▁▂▃▄▅▆▇█'
const sparkHours = 72

/** The first three days, an hour a letter. */
function sparkline(rows: readonly TimelineView[]): readonly string[] | null {
  const some = rows.slice(0, sparkHours)
  const values = some.map(({ opened, clicked }) => opened.all + clicked.all)
  const highest = Math.max(0, ...values)
  if (highest === 0) return null
  const line = values.map((n) => blocks[n === 0 ? 0 : Math.max(1, Math.round((n * 8) / highest))]).join('')
  let marks = ''
  for (const [i, { local }] of some.entries()) {
    if (i !== 0 && timeOfWall(local) !== '00:00') continue
    const text = `╵${dayOfWall(local)}`
    if (width(marks) <= i) marks = `${marks.padEnd(i)}${clip(text, sparkHours - i)}`
  }
  return [`  ${line}`, `  ${marks}`]
}
