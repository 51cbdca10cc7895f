import {
  Alert,
  Anchor,
  Button,
  Card,
  Group,
  List,
  Progress,
  Stack,
  Table,
  Text,
  ThemeIcon,
} from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconCircleX, IconHelp, IconPlaneDeparture } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Campaign } from '../../api/operations.ts'
import { FailedNote } from '../../parts/failed.tsx'
import { safeLink } from '../../parts/safe-link.ts'
import { Stat } from '../../parts/stat.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { type PreflightReport, runPreflight } from './preflight-run.ts'
import style from './send.module.css'

type ReportLine = PreflightReport['lines'][number]

/** The last report of this version of the campaign, for whoever leaves and comes back. */
const keyOf = ({ id, version }: Campaign) => ['preflight', id, version]

/** Looks at the whole campaign before it goes: each letter is made, and each rule of large providers is held against it. */
export function Preflight({ campaign }: { readonly campaign: Campaign }): ReactNode {
  const words = useWords().campaigns.preflight
  const client = useQueryClient()
  const [report, setReport] = useState(() => client.getQueryData<PreflightReport>(keyOf(campaign)) ?? null)
  const [progress, setProgress] = useState<{ readonly done: number; readonly audience: number } | null>(null)
  const [error, setError] = useState<Error | null>(null)
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [])
  const run = async (): Promise<void> => {
    const controller = new AbortController()
    running.current = controller
    setError(null)
    setProgress({ done: 0, audience: 0 })
    try {
      const made = await runPreflight(
        campaign.id,
        (done, audience) => setProgress({ done, audience }),
        controller.signal,
      )
      client.setQueryData(keyOf(campaign), made)
      setReport(made)
    } catch (failure) {
      if (!controller.signal.aborted) setError(failure as Error)
    } finally {
      running.current = null
      setProgress(null)
    }
  }
  return (
    <Card>
      <Group justify="space-between" mb="xs">
        <div>
          <Text component="h2" fz="sm" fw={600}>
            {words.title}
          </Text>
          <Text size="xs" c="dimmed">
            {words.about}
          </Text>
        </div>
        {progress === null ? (
          <Button
            variant="default"
            leftSection={<IconPlaneDeparture size={15} />}
            onClick={() => void run()}
            data-preflight
          >
            {report === null ? words.run : words.again}
          </Button>
        ) : (
          <Button variant="default" onClick={() => running.current?.abort()}>
            {words.stop}
          </Button>
        )}
      </Group>
      <div aria-live="polite">
        {progress !== null && <Running {...progress} />}
        {error !== null && <FailedNote error={error} />}
        {report !== null && progress === null && <Report report={report} />}
      </div>
    </Card>
  )
}

function Running({ done, audience }: { readonly done: number; readonly audience: number }): ReactNode {
  const words = useWords().campaigns.preflight
  const format = useFormat()
  return (
    <>
      <Progress
        value={audience === 0 ? 0 : (100 * done) / audience}
        size="sm"
        aria-label={words.title}
        animated
      />
      <Text size="xs" c="dimmed" mt={4}>
        {audience === 0 ? words.beginning : words.progress(format.count(done), format.count(audience))}
      </Text>
    </>
  )
}

function Report({ report }: { readonly report: PreflightReport }): ReactNode {
  const words = useWords().campaigns.preflight
  const format = useFormat()
  const [all, setAll] = useState(false)
  const of = (status: ReportLine['status']) => report.lines.filter((line) => line.status === status)
  const [blocked, warnings, unknown, fine] = [of('blocked'), of('warning'), of('unknown'), of('ok')]
  return (
    <Stack gap="sm">
      <div className={style.stats}>
        <Stat label={words.audience} value={format.count(report.audience)} name="preflight.audience" />
        <Stat label={words.ok} value={format.count(report.ok)} name="preflight.ok" />
        <Stat label={words.skipped} value={format.count(report.skipped)} name="preflight.skipped" />
        <Stat label={words.failed} value={format.count(report.failed)} name="preflight.failed" />
      </div>
      {blocked.length + warnings.length + report.failed === 0 ? (
        <Alert color="teal" icon={<IconCheck size={16} />} py={8}>
          {words.allWell}
        </Alert>
      ) : (
        blocked.length > 0 && (
          <Alert color="red" icon={<IconCircleX size={16} />} py={8}>
            {words.blocked(blocked.length)}
          </Alert>
        )
      )}
      <Stack gap={0}>
        {[...blocked, ...warnings, ...unknown].map((line) => (
          <RuleLine key={`${line.id} ${line.where} ${line.found}`} line={line} />
        ))}
        {all && fine.map((line) => <RuleLine key={`${line.id} ${line.where} ${line.found}`} line={line} />)}
      </Stack>
      {fine.length > 0 && (
        <Anchor
          component="button"
          fz="xs"
          onClick={() => setAll(!all)}
          aria-expanded={all}
          style={{ alignSelf: 'start' }}
        >
          {all ? words.hideFine : words.showFine(fine.length)}
        </Anchor>
      )}
      {report.failures.length > 0 && <Failures failures={report.failures} failed={report.failed} />}
    </Stack>
  )
}

const signs = {
  blocked: { color: 'red', icon: IconCircleX },
  warning: { color: 'orange', icon: IconAlertTriangle },
  unknown: { color: 'gray', icon: IconHelp },
  ok: { color: 'teal', icon: IconCheck },
} as const

function RuleLine({ line }: { readonly line: ReportLine }): ReactNode {
  const words = useWords().campaigns.preflight
  const { color, icon: Sign } = signs[line.status]
  return (
    <div className={style.line} data-rule={line.id} data-status={line.status}>
      <ThemeIcon
        variant="light"
        color={color}
        size={22}
        radius="xl"
        role="img"
        aria-label={words.statuses[line.status]}
      >
        <Sign size={13} />
      </ThemeIcon>
      <div style={{ minWidth: 0 }}>
        <Text size="sm" fw={550}>
          {line.title}
        </Text>
        <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {line.found}
          {line.where !== null && ` · ${line.where}`}
        </Text>
        {line.remedy !== null && line.status !== 'ok' && (
          <Text size="sm" mt={2} style={{ overflowWrap: 'anywhere' }}>
            {line.remedy}
          </Text>
        )}
      </div>
      <Anchor {...safeLink(line.source.url)} fz="xs" ta="right">
        {line.source.name}
      </Anchor>
    </div>
  )
}

function Failures({
  failures,
  failed,
}: {
  readonly failures: PreflightReport['failures']
  readonly failed: number
}): ReactNode {
  const words = useWords().campaigns.preflight
  const format = useFormat()
  const shown = failures.slice(0, 20)
  return (
    <div>
      <Text component="h3" fz="sm" fw={600} mb={4}>
        {words.failures}
      </Text>
      <Table aria-label={words.failures}>
        <Table.Tbody>
          {shown.map(({ subscriberId, address, problem }) => (
            <Table.Tr key={subscriberId}>
              <Table.Td>{address}</Table.Td>
              <Table.Td>
                <Text span ff="monospace" size="xs" c="dimmed">
                  {problem.template}.{problem.part}:{problem.line}:{problem.column}
                </Text>{' '}
                {problem.message}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {failed > shown.length && (
        <Text size="xs" c="dimmed" mt={4}>
          {words.moreFailures(format.count(failed - shown.length))}
        </Text>
      )}
    </div>
  )
}

/** What a start was refused for, rule by rule. */
export const RefusedRules = ({
  issues,
}: {
  readonly issues: readonly { readonly path: string; readonly message: string }[]
}): ReactNode => (
  <List size="sm" spacing={4}>
    {issues.map(({ path, message }) => (
      <List.Item key={`${path} ${message}`}>
        <Text span ff="monospace" size="xs">
          {path}
        </Text>{' '}
        {message}
      </List.Item>
    ))}
  </List>
)
