/** Round steps (1, 2 or 5 times a power of ten) from 0 to at least `max`: `count` of them or a few less. */
export function ticksTo(max: number, count: number, whole: boolean): readonly number[] {
  if (!(max > 0)) return [0, 1]
  const rough = max / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough * (1 - 1e-9))!
  const size = whole ? Math.max(1, step) : step
  const ticks: number[] = []
  for (let n = 0; n === 0 || ticks.at(-1)! < max * (1 - 1e-9); n += 1)
    ticks.push(Number((n * size).toPrecision(12)))
  return ticks
}

/** `1,200`, `45k`, `1.2M`: what an axis has room for. */
export function shortCount(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`
  if (value >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`
  return value.toLocaleString('en-US')
}

/** A coordinate, as few digits as the eye needs. */
export const at = (value: number): string => String(Math.round(value * 10) / 10)

/** At most so many characters of a label. SVG cuts nothing by itself. */
export const cut = (text: string, characters: number): string =>
  text.length <= characters ? text : `${text.slice(0, characters - 1)}…`
