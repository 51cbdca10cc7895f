import { Alert, SimpleGrid, Skeleton, Stack } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'
import { read } from '../../api/queries.ts'
import { Failed } from '../../parts/failed.tsx'
import { Page } from '../../parts/page.tsx'
import { Stat } from '../../parts/stat.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import { keysOf, rate, remember, type Sample, series } from './history.ts'
import { Multiple } from './multiple.tsx'
import { Caches, Stores } from './tables.tsx'

// No fact tells how a process does: it is asked while this screen is open.
const everyMs = 5000

/** How the node that answers does. */
export function System(): ReactNode {
  const words = useWords().channels.system
  const format = useFormat()
  const query = useQuery({ ...read('GET /system'), refetchInterval: everyMs, staleTime: 0 })
  const system = query.data
  const samples = useMemo(() => (system === undefined ? [] : remember(system)), [system])
  if (query.isError && system === undefined)
    return (
      <Page title={words.title}>
        <Failed error={query.error} retry={() => void query.refetch()} />
      </Page>
    )
  if (system === undefined)
    return (
      <Page title={words.title}>
        <Skeleton h={480} />
      </Page>
    )
  return (
    <Page title={words.title} about={words.about(system.host, format.count(system.pid))}>
      {!system.ready && (
        <Alert color="red" icon={<IconAlertTriangle size={18} />} title={words.notReady} role="alert">
          {system.trouble}
        </Alert>
      )}
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="xs">
        <Stat name="system.ready" label={words.state} value={system.ready ? words.ready : words.notReady} />
        <Stat
          name="system.uptime"
          label={words.uptime}
          value={format.duration(system.at - system.startedAt)}
        />
        <Stat name="system.version" label={words.version} value={system.version} />
        <Stat
          label={words.role}
          value={words.roles[system.role as keyof typeof words.roles] ?? system.role}
        />
        <Stat label={words.store} value={system.store} />
        <Stat label="Node.js" value={system.node} />
      </SimpleGrid>
      <Multiples samples={samples} />
      <Stack gap="md">
        <Caches figures={system.figures} />
        <Stores figures={system.figures} />
      </Stack>
    </Page>
  )
}

function Multiples({ samples }: { readonly samples: readonly Sample[] }): ReactNode {
  const words = useWords().channels.system
  const format = useFormat()
  const times = useMemo(() => samples.map(({ at }) => at), [samples])
  const ms = (value: number): string => `${format.count(Math.round(value * 10) / 10)} ms`
  const perSecond = (value: number): string => words.perSecond(format.count(Math.round(value * 10) / 10))
  const seconds = (value: number): string => format.duration(value * 1000)
  const graphs = useMemo(() => {
    const line = (label: string, values: readonly (number | null)[]) => ({ label, values })
    const threads = series(samples, 'broadsheet_render_threads')
    const busy = rate(samples, 'broadsheet_render_busy_seconds_total')
    return {
      memory: [
        line(words.resident, series(samples, 'process_resident_memory_bytes')),
        line(words.heap, series(samples, 'nodejs_heap_size_used_bytes')),
      ],
      cpu: [line(words.cpu, rate(samples, 'process_cpu_seconds_total'))],
      lag: [
        line('p99', series(samples, 'nodejs_eventloop_lag_p99_seconds', 1000)),
        line(words.mean, series(samples, 'nodejs_eventloop_lag_mean_seconds', 1000)),
      ],
      queue: [
        line(words.queued, series(samples, 'broadsheet_queue_chunks queued')),
        line(words.running, series(samples, 'broadsheet_queue_chunks running')),
      ],
      age: [
        line(words.campaigns, series(samples, 'broadsheet_queue_age_seconds campaign')),
        line(words.alerts, series(samples, 'broadsheet_queue_age_seconds alert')),
      ],
      letters: [
        line(words.made, rate(samples, ...keysOf(samples, 'broadsheet_letters_made_total'))),
        line(words.settled, rate(samples, ...keysOf(samples, 'broadsheet_deliveries_settled_total'))),
      ],
      threads: [
        line(
          words.busy,
          busy.map((value, index) => {
            const there = threads[index]
            return value === null || !there ? null : Math.min(1, value / there)
          }),
        ),
      ],
      pressure: [
        line(
          words.pressure,
          samples.map(({ figures }) =>
            Math.max(
              0,
              ...keysOf(samples, 'broadsheet_http_pressure_ratio').map((key) => figures.get(key) ?? 0),
            ),
          ),
        ),
      ],
      rollup: [line(words.rollup, series(samples, 'broadsheet_rollup_lag_seconds'))],
    }
  }, [samples, words])
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="xs">
      <Multiple title={words.memory} name="memory" times={times} lines={graphs.memory} value={format.bytes} />
      <Multiple title={words.cpu} name="cpu" times={times} lines={graphs.cpu} value={format.percent} />
      <Multiple title={words.lag} name="lag" times={times} lines={graphs.lag} value={ms} />
      <Multiple title={words.queue} name="queue" times={times} lines={graphs.queue} value={format.count} />
      <Multiple title={words.age} name="age" times={times} lines={graphs.age} value={seconds} />
      <Multiple title={words.letters} name="letters" times={times} lines={graphs.letters} value={perSecond} />
      <Multiple
        title={words.threads}
        name="threads"
        times={times}
        lines={graphs.threads}
        value={format.percent}
      />
      <Multiple
        title={words.pressure}
        name="pressure"
        times={times}
        lines={graphs.pressure}
        value={format.percent}
      />
      <Multiple title={words.rollup} name="rollup" times={times} lines={graphs.rollup} value={seconds} />
    </SimpleGrid>
  )
}
