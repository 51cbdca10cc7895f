/** What the public pages are coloured with; each `#rgb` or `#rrggbb`. */
export interface Colours {
  readonly paper: string
  /** Behind what is written into a field. */
  readonly field: string
  readonly ink: string
  /** Hints and small print. */
  readonly soft: string
  readonly line: string
  readonly accent: string
  readonly onAccent: string
  readonly alert: string
}

export const colourNames = [
  'paper',
  'field',
  'ink',
  'soft',
  'line',
  'accent',
  'onAccent',
  'alert',
] as const satisfies readonly (keyof Colours)[]

export const defaultColours: { readonly light: Colours; readonly dark: Colours } = {
  light: {
    paper: '#faf8f3',
    field: '#ffffff',
    ink: '#1d1b16',
    soft: '#625d52',
    line: '#d9d4c7',
    accent: '#7a2e1d',
    onAccent: '#ffffff',
    alert: '#a3201a',
  },
  dark: {
    paper: '#171613',
    field: '#211f1b',
    ink: '#f1ede3',
    soft: '#aca593',
    line: '#3d3a31',
    accent: '#e9a48f',
    onAccent: '#2a120b',
    alert: '#ff9d92',
  },
}

/** From 1 (the same) to 21 (black on white); WCAG 2.2, "contrast ratio". */
export function contrastOf(one: string, other: string): number {
  const [light, dark] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

function luminanceOf(colour: string): number {
  const digits = colour.slice(1)
  const long = digits.length === 3 ? Array.from(digits, (digit) => digit + digit).join('') : digits
  const [red, green, blue] = [0, 2, 4].map((at) => {
    const share = Number.parseInt(long.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
