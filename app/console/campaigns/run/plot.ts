import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

export interface Point {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly perSecond: number
}

const leastSeconds = 60

/** A line of letters a second, in the colours of the page; `put` replaces its points. */
export function openPlot(
  place: HTMLElement,
  texts: { readonly time: string; readonly rate: string; readonly clock: (at: number) => string },
  height: number,
): {
  readonly put: (points: readonly Point[]) => void
  readonly size: (width: number) => void
  readonly close: () => void
} {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  const line = colour('--mantine-color-anchor')
  const axis: UPlot.Axis = {
    stroke: colour('--ink-soft'),
    font: "11px 'Inter Variable', system-ui, sans-serif",
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  }
  const plot = new UPlot(
    {
      width: place.clientWidth,
      height,
      legend: { show: false },
      cursor: { y: false, points: { size: 6 } },
      padding: [10, 12, 0, 0],
      // A minute at least: before there are points, and while there are few.
      scales: {
        x: {
          range: (_plot, min, max) => {
            const end = max > 0 ? max : Date.now() / 1000
            return [Math.min(min > 0 ? min : end, end - leastSeconds), end]
          },
        },
        y: { range: (_plot, _min, max) => [0, Math.max(1, max * 1.15)] },
      },
      axes: [
        {
          ...axis,
          size: 26,
          space: 90,
          grid: { show: false },
          values: (_plot, ticks) => ticks.map((at) => texts.clock(at * 1000)),
        },
        { ...axis, size: 44 },
      ],
      series: [
        { label: texts.time },
        { label: texts.rate, stroke: line, width: 2, fill: `${line}22`, points: { show: false } },
      ],
    },
    [[], []],
    place,
  )
  return {
    put: (points) =>
      plot.setData([points.map(({ at }) => at / 1000), points.map(({ perSecond }) => perSecond)]),
    size: (width) => plot.setSize({ width, height }),
    close: () => plot.destroy(),
  }
}
