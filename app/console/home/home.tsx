import { Box } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { read } from '../api/queries.ts'
import { Page } from '../parts/page.tsx'
import { useCan } from '../shell/session.tsx'
import { useWords } from '../words/index.tsx'
import { AlertStream } from './alert-stream.tsx'
import { FirstSteps } from './first-steps.tsx'
import { GoingOut } from './going-out.tsx'
import { Health } from './health.tsx'
import style from './home.module.css'
import { Needs } from './needs.tsx'
import { Next } from './next.tsx'
import { Today } from './today.tsx'

/** What is happening now, against what is usual, and what wants somebody. */
export function Home(): ReactNode {
  const words = useWords().shell.nav
  const can = useCan()
  const [campaigns, people, alerts] = [can('campaigns:read'), can('subscribers:read'), can('alerts:read')]
  const anyone = useQuery({ ...read('GET /subscribers', { query: { limit: 1 } }), enabled: people })
  const anything = useQuery({ ...read('GET /campaigns', { query: { limit: 1 } }), enabled: campaigns })
  const isNew =
    (anyone.data !== undefined && anyone.data.data.length === 0) ||
    (anything.data !== undefined && anything.data.data.length === 0)
  return (
    <Page title={words.home}>
      {isNew && <FirstSteps />}
      {can('analytics:read') && <Today />}
      <div className={style.columns}>
        <Box className={style.column}>
          {campaigns && <GoingOut />}
          <Needs />
          {campaigns && <Next />}
        </Box>
        <Box className={style.column}>
          {alerts && <AlertStream />}
          <Health />
        </Box>
      </div>
    </Page>
  )
}
