import { ActionIcon, Autocomplete, Fieldset, Group, Slider, Stack, Text } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { read } from '../../api/queries.ts'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'

type Topics = { readonly [topic: string]: number }
const newWeight = 0.5

/** Interests by weight, each with a slider. */
export function TopicRows({
  topics,
  onChange,
}: {
  readonly topics: Topics
  readonly onChange: (topics: Topics) => void
}): ReactNode {
  const words = useWords().subscribers.person.edit
  const format = useFormat()
  const can = useCan()
  const [typed, setTyped] = useState('')
  const known = useQuery({
    ...read('GET /topics', { query: { limit: 1000 } }),
    enabled: can('content:read'),
  })
  const add = (topic: string): void => {
    const name = topic.trim()
    if (name === '') return
    setTyped('')
    onChange({ ...topics, [name]: topics[name] ?? newWeight })
  }
  return (
    <Fieldset legend={words.topics} p="sm">
      <Stack gap={6}>
        {Object.entries(topics).map(([topic, weight]) => (
          <Group key={topic} gap="sm" wrap="nowrap">
            <Text size="sm" w={130} truncate>
              {topic}
            </Text>
            <Slider
              style={{ flex: 1 }}
              size="sm"
              min={0}
              max={1}
              step={0.05}
              label={(value) => format.percent(value)}
              thumbLabel={words.weightOf(topic)}
              value={weight}
              onChange={(value) => onChange({ ...topics, [topic]: value })}
            />
            <Text size="xs" c="dimmed" w={42} ta="right" data-numbers>
              {format.percent(weight)}
            </Text>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={words.removeTopic(topic)}
              onClick={() => {
                const { [topic]: _gone, ...rest } = topics
                onChange(rest)
              }}
            >
              <IconX size={14} />
            </ActionIcon>
          </Group>
        ))}
        <Autocomplete
          aria-label={words.addTopic}
          placeholder={words.addTopic}
          data={(known.data?.data ?? []).map(({ name }) => name).filter((name) => !(name in topics))}
          value={typed}
          onChange={setTyped}
          onOptionSubmit={add}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return
            event.preventDefault()
            add(typed)
          }}
          limit={8}
        />
      </Stack>
    </Fieldset>
  )
}
