import { Skeleton, useComputedColorScheme } from '@mantine/core'
import type { EChartsCoreOption } from 'echarts/core'
import { type ReactNode, useEffect, useRef, useState } from 'react'

type Library = typeof import('./echarts.ts')

/** A chart of ECharts, in the colours of the page. `label` says for whoever does not see it what it shows; its numbers should be near as
 *  text. */
export function Chart({
  label,
  option,
  height = 220,
}: {
  readonly label: string
  readonly option: EChartsCoreOption
  readonly height?: number
}): ReactNode {
  const place = useRef<HTMLDivElement>(null)
  const [library, setLibrary] = useState<Library | null>(null)
  const scheme = useComputedColorScheme('light')
  useEffect(() => {
    let here = true
    void import('./echarts.ts').then((loaded) => here && setLibrary(loaded))
    return () => {
      here = false
    }
  }, [])
  const [chart, setChart] = useState<ReturnType<Library['draw']> | null>(null)
  useEffect(() => {
    if (library === null || place.current === null) return
    const drawn = library.draw(place.current, scheme)
    const observer = new ResizeObserver(() => drawn.resize())
    observer.observe(place.current)
    setChart(drawn)
    return () => {
      observer.disconnect()
      drawn.dispose()
      setChart(null)
    }
  }, [library, scheme])
  // New numbers move what is there, instead of drawing it again.
  useEffect(() => {
    if (library !== null && chart !== null && !chart.isDisposed()) library.show(chart, option)
  }, [library, chart, option])
  return (
    <div role="img" aria-label={label} style={{ height, position: 'relative' }}>
      {library === null ? <Skeleton h={height} /> : <div ref={place} style={{ height }} />}
    </div>
  )
}
