import { Card, NumberInput, SegmentedControl, Select, SimpleGrid, Stack, Switch, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../../words/index.tsx'
import { NullableText, ZoneSelect } from './fields.tsx'
import type { EditorProps } from './letter.tsx'

const minuteMs = 60_000
const hourMs = 3_600_000
const choices = ['null', 'true', 'false'] as const

/** How it is sent, and what is done when something goes wrong. */
export function SettingsEditor({ input, set, troubles }: EditorProps): ReactNode {
  const words = useWords().campaigns.settings
  const choice = (
    label: string,
    description: string,
    value: boolean | null,
    put: (value: boolean | null) => void,
  ) => (
    <div>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      <Text size="xs" c="dimmed" mb={4}>
        {description}
      </Text>
      <SegmentedControl
        size="xs"
        aria-label={label}
        data={choices.map((one) => ({ value: one, label: words.tracking[one] }))}
        value={String(value)}
        onChange={(next) => put(next === 'null' ? null : next === 'true')}
      />
    </div>
  )
  return (
    <Stack gap="md">
      <Card>
        <Text component="h2" fz="sm" fw={600} mb="xs">
          {words.sending}
        </Text>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <Select
            label={words.uncertain}
            description={words.uncertainHint}
            data={(['hold', 'resend'] as const).map((value) => ({ value, label: words.policies[value] }))}
            value={input.uncertain}
            allowDeselect={false}
            onChange={(next) => next !== null && set({ uncertain: next as typeof input.uncertain })}
          />
          <NullableText
            label={words.onceKey}
            description={words.onceKeyHint}
            value={input.onceKey}
            error={troubles('onceKey')}
            onValue={(onceKey) => set({ onceKey })}
          />
          <NumberInput
            label={words.retryFor}
            description={words.retryForHint}
            min={0}
            max={168}
            value={input.retryForMs / hourMs}
            error={troubles('retryForMs')}
            onChange={(next) => typeof next === 'number' && set({ retryForMs: Math.round(next * hourMs) })}
          />
          <NumberInput
            label={words.grace}
            description={words.graceHint}
            min={0}
            value={input.graceMs / minuteMs}
            error={troubles('graceMs')}
            onChange={(next) => typeof next === 'number' && set({ graceMs: Math.round(next * minuteMs) })}
          />
          <NumberInput
            label={words.autoPause}
            description={words.autoPauseHint}
            min={0}
            max={100}
            suffix=" %"
            value={Math.round(input.autoPauseShare * 1000) / 10}
            error={troubles('autoPauseShare')}
            onChange={(next) => typeof next === 'number' && set({ autoPauseShare: next / 100 })}
          />
          <NumberInput
            label={words.autoPauseAfter}
            description={words.autoPauseAfterHint}
            min={1}
            allowDecimal={false}
            value={input.autoPauseAfter}
            error={troubles('autoPauseAfter')}
            onChange={(next) => typeof next === 'number' && set({ autoPauseAfter: next })}
          />
        </SimpleGrid>
      </Card>
      <Card>
        <Text component="h2" fz="sm" fw={600} mb="xs">
          {words.letter}
        </Text>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <NullableText
            label={words.language}
            description={words.languageHint}
            value={input.language}
            error={troubles('language')}
            onValue={(language) => set({ language: language ?? '' })}
          />
          <ZoneSelect
            label={words.timeZone}
            description={words.timeZoneHint}
            value={input.timeZone}
            error={troubles('timeZone')}
            onChange={(timeZone) => set({ timeZone })}
          />
          {choice(words.links, words.linksHint, input.tracking.links, (links) =>
            set({ tracking: { ...input.tracking, links } }),
          )}
          {choice(words.opens, words.opensHint, input.tracking.opens, (opens) =>
            set({ tracking: { ...input.tracking, opens } }),
          )}
          <Switch
            label={words.archive}
            description={words.archiveHint}
            checked={input.archive}
            onChange={({ currentTarget }) => set({ archive: currentTarget.checked })}
          />
          <Switch
            label={words.ignoreCaps}
            description={words.ignoreCapsHint}
            checked={input.ignoreCaps}
            onChange={({ currentTarget }) => set({ ignoreCaps: currentTarget.checked })}
          />
        </SimpleGrid>
      </Card>
    </Stack>
  )
}
