import { Anchor, Divider, Paper, Stack, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Fragment, type ReactNode } from 'react'
import { read } from '../../api/queries.ts'
import { Failed } from '../../parts/failed.tsx'
import { useWords } from '../../words/index.tsx'
import { labelTexts, routingLabels } from '../labels.tsx'
import { HoldNotes, RouteCard } from '../rules/route-card.tsx'
import type { WholeAlert } from './one-alert.tsx'

/** Which way it takes by the rules as they are now, and what holds it back. */
export function Direction({ alert }: { readonly alert: WholeAlert }): ReactNode {
  const words = useWords().alerts.one
  const label = labelTexts(routingLabels(alert))
  const asked = useQuery(read('GET /alerts/routes', { query: { label } }))
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="direction" mih={180}>
      <Title order={2} size="h5" mb="sm" id="direction">
        {words.direction}
      </Title>
      {asked.isError && <Failed error={asked.error} retry={() => void asked.refetch()} />}
      {asked.data !== undefined && (
        <Stack gap="sm">
          {alert.endedAt === null && <HoldNotes preview={asked.data} self={alert.id} />}
          {asked.data.routes.map((route, index) => (
            <Fragment key={route.route}>
              {index > 0 && <Divider />}
              <RouteCard route={route} />
            </Fragment>
          ))}
          <Anchor component={Link} to="/alerts/rules" search={{ label } as never} size="sm">
            {words.inTree}
          </Anchor>
        </Stack>
      )}
    </Paper>
  )
}
