import { Alert, Button, Card, Group, Modal, Stack, Text } from '@mantine/core'
import { IconCalendarCheck, IconInfoCircle, IconSend } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import type { Campaign } from '../../api/operations.ts'
import { type ReadName, useWrite } from '../../api/queries.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { notifyDone, useLater } from '../../parts/undo.tsx'
import { CountText, useCount } from '../../rules/count.tsx'
import { useCan } from '../../shell/session.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { inputOf, isForNobody } from '../campaign-input.ts'
import { browserZone } from '../edit/fields.tsx'
import type { EditorProps } from '../edit/letter.tsx'
import { useCampaignPlace } from '../place.ts'
import { Preflight, RefusedRules } from './preflight.tsx'
import style from './send.module.css'
import { TestLetter } from './test-letter.tsx'
import { type Moment, When } from './when.tsx'

const stale: readonly ReadName[] = [
  'GET /campaigns',
  'GET /campaigns/{idOrName}',
  'GET /calendar',
  'GET /publications',
]
/** To so many at least a second look is asked for. */
const many = 1000

/** The last look before it goes, and the word that it may. */
export function Send({
  campaign,
  dirty,
  ...editor
}: EditorProps & { readonly campaign: Campaign; readonly dirty: boolean }): ReactNode {
  const { input, set } = editor
  const [moment, setMoment] = useState<Moment>(
    campaign.repeat !== null ? 'again' : campaign.scheduledAt !== null ? 'later' : 'now',
  )
  const [at, setAt] = useState(() => localText(campaign.scheduledAt ?? tomorrow()))
  const choose = (next: Moment): void => {
    setMoment(next)
    if (next === 'again' && input.repeat === null)
      set({ repeat: { cron: '0 8 * * MON', timeZone: browserZone, until: null, count: null } })
    if (next !== 'again' && input.repeat !== null) set({ repeat: null })
  }
  return (
    <div className={style.columns}>
      <Stack gap="md">
        <When {...editor} moment={moment} onMoment={choose} at={at} onAt={setAt} />
        <Preflight key={campaign.version} campaign={campaign} />
      </Stack>
      <Stack gap="md">
        <Go
          campaign={campaign}
          moment={moment}
          at={at === '' ? null : new Date(at).getTime()}
          dirty={dirty}
        />
        <TestLetter campaign={campaign} dirty={dirty} />
      </Stack>
    </div>
  )
}

function Go({
  campaign,
  moment,
  at,
  dirty,
}: {
  readonly campaign: Campaign
  readonly moment: Moment
  readonly at: number | null
  readonly dirty: boolean
}): ReactNode {
  const words = useWords().campaigns.send
  const format = useFormat()
  const can = useCan()
  const { go: goTo } = useCampaignPlace()
  const later = useLater()
  const [asking, setAsking] = useState(false)
  const start = useWrite('POST /campaigns/{idOrName}/start', ...stale)
  const schedule = useWrite('POST /campaigns/{idOrName}/schedule', ...stale)
  const cancel = useWrite('POST /campaigns/{idOrName}/cancel', ...stale)
  const pause = useWrite('POST /campaigns/{idOrName}/pause', ...stale)
  const { lists, excludeLists, segments, excludeSegments, campaigns, excludeCampaigns, where } =
    inputOf(campaign)
  const nobody = isForNobody(campaign)
  const count = useCount(
    {
      lists,
      excludeLists,
      segments,
      excludeSegments,
      campaigns,
      excludeCampaigns,
      ...(where !== null && { rule: where }),
    },
    !nobody,
  )
  const people = count.data?.count ?? 0
  const path = { idOrName: campaign.id }
  const act = async (force: boolean): Promise<void> => {
    if (moment === 'now') {
      await start.mutateAsync({ path, body: { force } })
      setAsking(false)
      notifyDone(words.started, { label: words.pause, act: () => pause.mutate({ path }) })
      goTo({ tab: 'run' })
    } else {
      await schedule.mutateAsync({ path, body: { ...(moment === 'later' && { at: at! }), force } })
      setAsking(false)
      notifyDone(words.scheduled)
    }
  }
  // What is refused stands below.
  const go = (force = false): void => void act(force).catch(() => undefined)
  const error = moment === 'now' ? start.error : schedule.error
  const refused = error?.code === 'E_PREFLIGHT'
  const label =
    moment === 'now'
      ? count.data === undefined
        ? words.start
        : words.startTo(people, format.count(people))
      : moment === 'later'
        ? at === null
          ? words.schedule
          : words.scheduleAt(format.dateTime(at))
        : campaign.state === 'scheduled'
          ? words.startSeriesAnew
          : words.startSeries
  const ready = !dirty && !nobody && (moment !== 'later' || at !== null)
  const trouble = (
    <>
      {refused ? (
        <Alert color="red" title={words.refused} role="alert">
          <Stack gap="xs">
            <RefusedRules issues={error.issues} />
            {can('system:write') && (
              <Button variant="outline" color="red" onClick={() => go(true)} style={{ alignSelf: 'start' }}>
                {words.force}
              </Button>
            )}
          </Stack>
        </Alert>
      ) : (
        error !== null && <FailedNote error={error} />
      )}
    </>
  )
  return (
    <Card>
      <Text component="h2" fz="sm" fw={600} mb={4}>
        {words.title}
      </Text>
      <Stack gap="sm">
        <Text size="sm" mih={19} data-numbers>
          {nobody ? words.nobody : count.data !== undefined && <CountText counted={count.data} />}
        </Text>
        {campaign.state === 'scheduled' && (
          <Alert color="violet" icon={<IconCalendarCheck size={16} />} py={8}>
            {campaign.scheduledAt !== null && words.isScheduled(format.dateTime(campaign.scheduledAt))}
            {campaign.reason !== null && <Text size="xs">{campaign.reason}</Text>}
          </Alert>
        )}
        {!asking && trouble}
        {can('campaigns:send') ? (
          <Group gap="xs">
            <Button
              size="sm"
              leftSection={moment === 'now' ? <IconSend size={16} /> : <IconCalendarCheck size={16} />}
              disabled={!ready}
              loading={start.isPending || schedule.isPending}
              onClick={() => (moment === 'now' && people >= many ? setAsking(true) : go())}
              data-go
            >
              {label}
            </Button>
            {campaign.state === 'scheduled' && (
              <Button
                variant="outline"
                color="red"
                size="sm"
                onClick={() => later({ says: words.unscheduling, act: () => cancel.mutateAsync({ path }) })}
              >
                {words.unschedule}
              </Button>
            )}
          </Group>
        ) : (
          <Alert color="gray" icon={<IconInfoCircle size={16} />} py={8}>
            {words.notYours}
          </Alert>
        )}
        {dirty && (
          <Text size="xs" c="dimmed">
            {words.saveFirst}
          </Text>
        )}
      </Stack>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={words.ask(campaign.title)}
        closeButtonProps={{ 'aria-label': words.back }}
      >
        <Stack gap="sm">
          <Text size="sm">{words.askText}</Text>
          {trouble}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => setAsking(false)}>
              {words.back}
            </Button>
            <Button
              data-autofocus
              loading={start.isPending}
              leftSection={<IconSend size={15} />}
              onClick={() => go()}
            >
              {label}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Card>
  )
}

/** As a field of date and time has it: local, to the minute. */
function localText(at: number): string {
  const offset = new Date(at).getTimezoneOffset() * 60_000
  return new Date(at - offset).toISOString().slice(0, 16)
}

/** Tomorrow at eight: when most letters go. */
function tomorrow(): number {
  const date = new Date()
  date.setDate(date.getDate() + 1)
  date.setHours(8, 0, 0, 0)
  return date.getTime()
}
