import { SegmentedControl, Select, Stack, useMantineColorScheme } from '@mantine/core'
import type { ReactNode } from 'react'
import { Time, useNow } from '../parts/time.tsx'
import { type Language, languages, useLanguage, useTimeZone, useWords } from '../words/index.tsx'
import { Section } from './section.tsx'
import { SettingsPage } from './settings-page.tsx'

const schemes = ['light', 'dark', 'auto'] as const
const zones = Intl.supportedValuesOf('timeZone')

/** How this browser shows the console. */
export function Display(): ReactNode {
  const { shell, settings } = useWords()
  const words = settings.display
  const [language, choose] = useLanguage()
  const [timeZone, chooseZone] = useTimeZone()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const now = useNow()
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  return (
    <SettingsPage tab="display" about={words.about}>
      <div>
        <Section title={shell.theme.label} about={words.themeAbout}>
          <SegmentedControl
            aria-label={shell.theme.label}
            value={colorScheme}
            onChange={(value) => setColorScheme(value as (typeof schemes)[number])}
            data={schemes.map((value) => ({ value, label: shell.theme[value] }))}
          />
        </Section>
        <Section title={shell.language}>
          <SegmentedControl
            aria-label={shell.language}
            value={language}
            onChange={(value) => choose(value as Language)}
            data={(Object.keys(languages) as Language[]).map((value) => ({ value, label: languages[value] }))}
          />
        </Section>
        <Section title={words.timeZone} about={words.timeZoneAbout}>
          <Stack gap={6} maw={320}>
            <Select
              aria-label={words.timeZone}
              data={zones}
              value={timeZone}
              onChange={chooseZone}
              placeholder={words.browserZone(own)}
              searchable
              clearable
              clearButtonProps={{ 'aria-label': words.browserZone(own) }}
              limit={60}
            />
            <Time key={timeZone} at={now} exact fz="xs" c="dimmed" />
          </Stack>
        </Section>
      </div>
    </SettingsPage>
  )
}
