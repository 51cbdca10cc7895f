import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

export interface Line {
  readonly label: string
  readonly values: readonly (number | null)[]
}

/** Lines over the same times, in the colours of the page; `put` replaces their values. There are as many lines as there were. */
export function openPlot(
  place: HTMLElement,
  lines: readonly string[],
  texts: { readonly value: (value: number) => string; readonly clock: (at: number) => string },
  height: number,
): {
  readonly put: (times: readonly number[], lines: readonly Line[]) => void
  readonly size: (width: number) => void
  readonly close: () => void
} {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  const strokes = [colour('--accent'), colour('--error'), '#00795c', '#a0397c']
  const axis: UPlot.Axis = {
    stroke: colour('--ink-soft'),
    font: "10px 'Inter Variable', system-ui, sans-serif",
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  }
  const plot = new UPlot(
    {
      width: Math.max(80, place.clientWidth),
      height,
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 6, 0, 0],
      scales: { y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.2 : 1] } },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 22,
          space: 70,
          // Whole minutes: that is what the clock below shows.
          incrs: [60, 120, 300, 600, 900, 1800, 3600],
          values: (_plot, ticks) => ticks.map((at) => texts.clock(at * 1000)),
        },
        { ...axis, size: 52, values: (_plot, ticks) => ticks.map(texts.value) },
      ],
      series: [
        {},
        ...lines.map((label, index) => ({
          label,
          stroke: strokes[index % strokes.length]!,
          width: 1.5,
          ...(index === 0 && { fill: `${strokes[0]}1c` }),
          // A second line is told apart without its colour, too.
          ...(index > 0 && { dash: [4, 3] }),
          // A single value is no line yet.
          points: {
            size: 4,
            fill: strokes[index % strokes.length]!,
            show: ({ data }: UPlot, at: number) =>
              [...data[at]!].filter((value) => value != null).length === 1,
          },
        })),
      ],
    },
    [[], ...lines.map(() => [])],
    place,
  )
  return {
    put: (times, next) =>
      plot.setData([
        times.map((at) => at / 1000),
        ...next.map(({ values }) => [...values]),
      ] as UPlot.AlignedData),
    size: (width) => plot.setSize({ width: Math.max(80, width), height }),
    close: () => plot.destroy(),
  }
}
