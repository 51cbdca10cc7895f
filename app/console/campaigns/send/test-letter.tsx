import { Button, Card, Group, Stack, TagsInput, Text } from '@mantine/core'
import { IconMailForward } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { Campaign } from '../../api/operations.ts'
import { useWrite } from '../../api/queries.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { StateBadge, type StateName } from '../../parts/state.tsx'
import { useMe } from '../../shell/session.tsx'
import { useWords } from '../../words/index.tsx'

/** Letters to named addresses now, outside the books. */
export function TestLetter({
  campaign,
  dirty,
}: {
  readonly campaign: Campaign
  readonly dirty: boolean
}): ReactNode {
  const { campaigns, shell } = useWords()
  const words = campaigns.test
  const { name } = useMe()
  const [addresses, setAddresses] = useState<readonly string[]>(name.includes('@') ? [name] : [])
  const test = useWrite('POST /campaigns/{idOrName}/test')
  const send = (): void =>
    test.mutate({ path: { idOrName: campaign.id }, body: { addresses: [...addresses] } })
  return (
    <Card>
      <Text component="h2" fz="sm" fw={600}>
        {words.title}
      </Text>
      <Text size="xs" c="dimmed" mb="xs">
        {words.about}
      </Text>
      <Stack gap="xs">
        <TagsInput
          aria-label={words.addresses}
          placeholder={addresses.length === 0 ? words.addresses : ''}
          value={[...addresses]}
          splitChars={[',', ' ', ';']}
          acceptValueOnBlur
          maxTags={50}
          onChange={setAddresses}
        />
        <Group>
          <Button
            variant="default"
            leftSection={<IconMailForward size={15} />}
            loading={test.isPending}
            disabled={addresses.length === 0 || dirty}
            onClick={send}
          >
            {words.send(addresses.length)}
          </Button>
          {dirty && (
            <Text size="xs" c="dimmed">
              {campaigns.send.saveFirst}
            </Text>
          )}
        </Group>
        <div aria-live="polite">
          {test.isError && <FailedNote error={test.error} />}
          {test.data?.results.map(({ address, status, code, detail }) => (
            <Group key={address} gap="xs" wrap="nowrap" mt={4}>
              {Object.hasOwn(shell.states, status) && <StateBadge state={status as StateName} />}
              <Text size="sm" truncate>
                {address}
              </Text>
              {status !== 'sent' && (
                <Text size="xs" c="dimmed">
                  {[code, detail].filter((text) => text !== null).join(' ')}
                </Text>
              )}
            </Group>
          ))}
        </div>
      </Stack>
    </Card>
  )
}
