import { BarChart, FunnelChart, HeatmapChart, LineChart } from 'echarts/charts'
import {
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components'
import { type EChartsCoreOption, type EChartsType, init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

use([
  BarChart,
  FunnelChart,
  HeatmapChart,
  LineChart,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
  CanvasRenderer,
])

/** Told apart by people who see colours otherwise, too (Okabe and Ito, 2008, with our ink first). */
const palette = {
  light: ['#2c53b4', '#c2570c', '#00795c', '#a0397c', '#8a6d00', '#0072b2'],
  dark: ['#8aa5e2', '#f0a35e', '#4fc3a1', '#e08cc0', '#e3cc5c', '#6cc0f0'],
}

/** An empty chart in the page's colours. */
export function draw(place: HTMLElement, scheme: 'light' | 'dark'): EChartsType {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  const [line, ink, soft, surface] = [
    colour('--line'),
    colour('--ink'),
    colour('--ink-soft'),
    colour('--surface'),
  ]
  const axis = {
    axisLine: { lineStyle: { color: line } },
    axisTick: { show: false },
    axisLabel: { color: soft, fontSize: 11 },
    splitLine: { lineStyle: { color: line } },
  }
  const font = "'Inter Variable', system-ui, sans-serif"
  return init(place, {
    color: palette[scheme],
    textStyle: { fontFamily: font, color: ink },
    categoryAxis: { ...axis, splitLine: { show: false } },
    valueAxis: { ...axis, axisLine: { show: false } },
    timeAxis: { ...axis, splitLine: { show: false } },
    logAxis: axis,
    legend: {
      textStyle: { color: soft, fontSize: 12 },
      pageIconSize: 11,
      pageIconColor: ink,
      pageIconInactiveColor: line,
      pageTextStyle: { color: soft },
    },
    tooltip: {
      backgroundColor: surface,
      borderColor: line,
      textStyle: { color: ink, fontSize: 12, fontFamily: font },
    },
  })
}

/** In place of what the chart shows now. */
export function show(chart: EChartsType, option: EChartsCoreOption): void {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  const whole = {
    animation: !still,
    animationDuration: 250,
    grid: {
      left: 8,
      right: 12,
      top: 24,
      bottom: 8,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    ...option,
  }
  chart.setOption(whole, { notMerge: true })
}
