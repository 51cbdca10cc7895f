import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { read } from '../api/queries.ts'
import { Time } from '../parts/time.tsx'
import { useWords } from '../words/index.tsx'
import style from './home.module.css'
import { Panel } from './panel.tsx'

const shown = 6

/** What is scheduled next. */
export function Next(): ReactNode {
  const words = useWords().home.next
  const calendar = useQuery(read('GET /calendar'))
  const entries = calendar.data?.entries.slice(0, shown) ?? []
  return (
    <Panel
      title={words.title}
      to="/calendar"
      more={words.all}
      error={calendar.error}
      retry={() => void calendar.refetch()}
      minHeight={84}
    >
      {entries.length === 0 && !calendar.isPending && (
        <Text size="sm" c="dimmed">
          {words.nothing}
        </Text>
      )}
      <ul className={style.lines}>
        {entries.map(({ campaignId, name, title, dueAt, beginsAt }) => (
          <li key={`${campaignId} ${dueAt}`}>
            <span className={style.grow}>
              <Link to={`/campaigns/${encodeURIComponent(name)}` as '/'} className={style.link}>
                {title}
              </Link>
            </span>
            <Time at={beginsAt} exact size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }} />
          </li>
        ))}
      </ul>
    </Panel>
  )
}
