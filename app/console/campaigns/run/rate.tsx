import { Card, Text, useComputedColorScheme } from '@mantine/core'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { useFact } from '../../api/live.tsx'
import { useFormat, useWords } from '../../words/index.tsx'
import type { openPlot, Point } from './plot.ts'
import style from './run.module.css'

const height = 170
const kept = 900

/** Letters a second since the page has been looking on. */
export function RateChart({ publicationId }: { readonly publicationId: number }): ReactNode {
  const words = useWords().campaigns.run
  const format = useFormat()
  const scheme = useComputedColorScheme('light')
  const clock = useMemo(
    () => new Intl.DateTimeFormat(format.locale, { timeStyle: 'medium' }),
    [format.locale],
  )
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<ReturnType<typeof openPlot> | null>(null)
  const points = useRef<readonly Point[]>([])
  const [last, setLast] = useState<number | null>(null)
  useFact('publication.progress', ({ progress }) => {
    if (progress.publicationId !== publicationId) return
    points.current = [...points.current.slice(-kept), { at: Date.now(), perSecond: progress.perSecond }]
    plot.current?.put(points.current)
    setLast(progress.perSecond)
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read anew with another scheme
  useEffect(() => {
    let here = true
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) plot.current?.size(entry.contentRect.width)
    })
    void import('./plot.ts').then((library) => {
      if (!here || place.current === null) return
      plot.current = library.openPlot(
        place.current,
        { time: words.time, rate: words.perSecond, clock: clock.format },
        height,
      )
      plot.current.put(points.current)
      observer.observe(place.current)
    })
    return () => {
      here = false
      observer.disconnect()
      plot.current?.close()
      plot.current = null
    }
  }, [scheme, words, clock])
  return (
    <Card padding="sm">
      <Text component="h2" fz="sm" fw={600} mb={4}>
        {words.perSecond}
        {last !== null && (
          <Text span c="dimmed" fw={450} ml={8} data-numbers>
            {format.count(Math.round(last))}
          </Text>
        )}
      </Text>
      <div ref={place} className={style.plot} role="img" aria-label={words.rateChart} />
    </Card>
  )
}
