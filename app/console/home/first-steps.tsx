import { Anchor, Group, List, Paper, Text, ThemeIcon, Title } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { read } from '../api/queries.ts'
import { useCan } from '../shell/session.tsx'
import { useFormat, useWords } from '../words/index.tsx'

/** From nothing to a letter, and which of it is done. */
export function FirstSteps(): ReactNode {
  const words = useWords().home.steps
  const format = useFormat()
  const can = useCan()
  const one = { query: { limit: 1 } } as const
  const campaigns = useQuery({ ...read('GET /campaigns', one), enabled: can('campaigns:read') })
  const people = useQuery({ ...read('GET /subscribers', one), enabled: can('subscribers:read') })
  const templates = useQuery({ ...read('GET /templates', one), enabled: can('content:read') })
  const items = useQuery({ ...read('GET /items', one), enabled: can('content:read') })
  const runs = useQuery({ ...read('GET /publications', one), enabled: can('campaigns:read') })
  const steps = [
    { to: '/subscribers', done: people, ...words.people },
    { to: '/items', done: items, ...words.items },
    { to: '/templates', done: templates, ...words.template },
    { to: '/campaigns', done: campaigns, ...words.campaign },
    { to: '/campaigns', done: runs, ...words.send },
  ]
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="first-steps">
      <Title order={2} size="h4" id="first-steps" mb={2}>
        {words.title}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {words.about}
      </Text>
      <List listStyleType="none" spacing={8} styles={{ itemWrapper: { alignItems: 'flex-start' } }}>
        {steps.map(({ to, title, about, done }, index) => {
          const isDone = (done.data?.data.length ?? 0) > 0
          return (
            <List.Item
              key={title}
              icon={
                <ThemeIcon
                  size={22}
                  radius="xl"
                  variant="light"
                  color={isDone ? 'teal' : 'ink'}
                  fz={12}
                  fw={600}
                >
                  {isDone ? <IconCheck size={13} aria-label={words.done} /> : format.count(index + 1)}
                </ThemeIcon>
              }
            >
              <Group gap={8} data-done={isDone}>
                <Anchor component={Link} to={to as '/'} size="sm" fw={550}>
                  {title}
                </Anchor>
                <Text span size="sm" c="dimmed">
                  {about}
                </Text>
              </Group>
            </List.Item>
          )
        })}
      </List>
    </Paper>
  )
}
