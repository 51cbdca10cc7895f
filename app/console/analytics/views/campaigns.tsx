import { useQueries, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import type { Answer } from '../../api/client.ts'
import { read } from '../../api/queries.ts'
import type { Column } from '../../parts/data-table.tsx'
import { Time } from '../../parts/time.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import type { ViewProps } from '../analytics.tsx'
import { grid, legend } from '../chart-options.ts'
import { Figure } from '../figure.tsx'
import { Share } from '../share.tsx'

type Funnel = Answer<'GET /analytics/publications/{id}'>
interface Row {
  readonly funnel: Funnel
  readonly name: string
  readonly title: string
}
const most = 20

/** The runs of a range beside each other. */
export function Campaigns({ range }: ViewProps): ReactNode {
  const words = useWords().analytics
  const format = useFormat()
  const can = useCan()
  const enabled = can('campaigns:read')
  const publications = useQuery({ ...read('GET /publications', { query: { limit: 500 } }), enabled })
  const campaigns = useQuery({ ...read('GET /campaigns', { query: { limit: 500 } }), enabled })
  const [from, to] = [Date.parse(range.from), Date.parse(range.to)]
  const chosen = useMemo(
    () =>
      (publications.data?.data ?? [])
        .filter(({ createdAt }) => createdAt >= from && createdAt < to)
        .sort((one, other) => other.createdAt - one.createdAt)
        .slice(0, most),
    [publications.data, from, to],
  )
  const rows = useQueries({
    queries: chosen.map(({ id }) => read('GET /analytics/publications/{id}', { path: { id } })),
    combine: (results) =>
      results.flatMap(({ data }): readonly Row[] => {
        if (data === undefined) return []
        const campaign = campaigns.data?.data.find(({ id }) => id === data.campaignId)
        return [{ funnel: data, name: campaign?.name ?? '', title: campaign?.title ?? `#${data.campaignId}` }]
      }),
  })
  const option = useMemo(() => {
    const shown = rows.toReversed()
    const bar = (name: string, of: (funnel: Funnel) => number) => ({
      name,
      type: 'bar' as const,
      barMaxWidth: 18,
      data: shown.map(({ funnel }) => of(funnel)),
    })
    return {
      legend,
      tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => format.percent(Number(value)) },
      grid,
      xAxis: {
        type: 'category',
        data: shown.map(({ title, funnel }) => `${title}\n${format.date(funnel.startedAt)}`),
        axisLabel: { width: 110, overflow: 'truncate', lineHeight: 15 },
      },
      yAxis: { type: 'value', axisLabel: { formatter: (value: number) => format.percent(value) } },
      series: [
        bar(words.figures.opened, ({ opened }) => opened.people.share?.value ?? 0),
        bar(words.figures.clicked, ({ clicked }) => clicked.people.share?.value ?? 0),
        bar(words.figures.unsubscribed, ({ unsubscribed }) => unsubscribed.share?.value ?? 0),
      ],
    }
  }, [rows, words, format])
  const columns = useMemo((): readonly Column<Row>[] => {
    const share = (
      key: string,
      header: string,
      of: (funnel: Funnel) => Parameters<typeof Share>[0]['of'],
      width = '112px',
    ): Column<Row> => ({
      key,
      header,
      width,
      align: 'end',
      cell: ({ funnel }) => <Share of={of(funnel)} />,
    })
    return [
      {
        key: 'campaign',
        header: words.campaign,
        width: 'minmax(170px, 1fr)',
        cell: ({ name, title }) => (
          <Link to={`/campaigns/${encodeURIComponent(name)}` as '/'} style={{ color: 'inherit' }}>
            {title}
          </Link>
        ),
      },
      {
        key: 'when',
        header: words.when,
        width: '150px',
        cell: ({ funnel }) => <Time at={funnel.startedAt} exact />,
      },
      {
        key: 'sent',
        header: words.figures.sent,
        width: '90px',
        align: 'end',
        cell: ({ funnel }) => format.count(funnel.deliveries.sent),
      },
      share('opened', words.figures.opened, ({ opened }) => opened.people.share, '132px'),
      share('openedAll', words.openedAll, ({ opened }) => opened.all.share),
      share('clicked', words.figures.clicked, ({ clicked }) => clicked.people.share, '132px'),
      share('ofOpened', words.ofOpened, ({ clickedOfOpened }) => clickedOfOpened),
      share('bounced', words.figures.bounced, ({ bounced }) => bounced.share),
      share('unsubscribed', words.figures.unsubscribed, ({ unsubscribed }) => unsubscribed.share),
    ]
  }, [words, format])
  return (
    <Figure
      title={words.views.campaigns}
      about={words.campaignsAbout(format.count(most))}
      option={option}
      both
      height={280}
      rows={rows}
      columns={columns}
      rowKey={({ funnel }) => funnel.publicationId}
      query={publications}
    />
  )
}
