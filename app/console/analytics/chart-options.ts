/** Above the chart; where there is no room it scrolls instead of lying on it. */
export const legend = {
  type: 'scroll',
  top: 0,
  left: 0,
  itemHeight: 8,
  itemWidth: 14,
  textStyle: { lineHeight: 16 },
} as const

/** Below such a legend. */
export const grid = {
  left: 4,
  right: 16,
  top: 34,
  bottom: 4,
  outerBoundsMode: 'same',
  outerBoundsContain: 'axisLabel',
} as const
