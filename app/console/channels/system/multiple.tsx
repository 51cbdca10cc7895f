import { Group, Paper, Text, useComputedColorScheme } from '@mantine/core'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useFormat } from '../../words/index.tsx'
import type { Line, openPlot } from './plot.ts'

const height = 92

/** One figure over time, with what it is now. */
export function Multiple({
  title,
  name,
  times,
  lines,
  value,
}: {
  readonly title: string
  /** Marks the number for tests. */
  readonly name: string
  readonly times: readonly number[]
  readonly lines: readonly Line[]
  readonly value: (value: number) => string
}): ReactNode {
  const format = useFormat()
  const scheme = useComputedColorScheme('light')
  const place = useRef<HTMLDivElement>(null)
  const [plot, setPlot] = useState<ReturnType<typeof openPlot> | null>(null)
  const labels = lines.map(({ label }) => label).join('|')
  const texts = useRef({ value, clock: format.time })
  useEffect(() => {
    texts.current = { value, clock: format.time }
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: its colours are read anew when the scheme changes
  useEffect(() => {
    let open: ReturnType<typeof openPlot> | null = null
    let over = false
    const observer = new ResizeObserver(([entry]) => open?.size(entry!.contentRect.width))
    void import('./plot.ts').then((library) => {
      if (over || place.current === null) return
      open = library.openPlot(
        place.current,
        labels.split('|'),
        { value: (one) => texts.current.value(one), clock: (at) => texts.current.clock(at) },
        height,
      )
      observer.observe(place.current)
      setPlot(open)
    })
    return () => {
      over = true
      observer.disconnect()
      open?.close()
      setPlot(null)
    }
  }, [labels, scheme])
  useEffect(() => plot?.put(times, lines), [plot, times, lines])
  const last = (line: Line | undefined): string => {
    const now = line?.values.at(-1)
    return now === null || now === undefined ? '–' : value(now)
  }
  return (
    <Paper withBorder p="sm" component="section" aria-label={title} miw={0}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="xs" c="dimmed" truncate>
          {title}
        </Text>
        <Text fz={15} fw={600} data-numbers data-stat={`system.${name}`}>
          {last(lines[0])}
        </Text>
      </Group>
      <div ref={place} style={{ height, marginTop: 4 }} aria-hidden />
      {lines.length > 1 && (
        <Group gap="sm" mt={2}>
          {lines.map((line, index) => (
            <Text key={line.label} size="xs" c="dimmed" data-numbers>
              {index === 0 ? '—' : '┄'} {line.label} {last(line)}
            </Text>
          ))}
        </Group>
      )}
    </Paper>
  )
}
