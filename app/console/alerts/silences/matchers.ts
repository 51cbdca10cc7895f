import type { Silence } from '../../api/operations.ts'

export type Matcher = Silence['matchers'][number]
export const operators = ['=', '!=', '=~', '!~'] as const

/** Of an address. */
export function matchersOf(value: unknown): readonly Matcher[] | undefined {
  if (!Array.isArray(value)) return undefined
  const found = value.flatMap((each: unknown): Matcher[] => {
    if (typeof each !== 'object' || each === null) return []
    const { name, operator, value: text } = each as { readonly [key in keyof Matcher]?: unknown }
    const known = operators.find((one) => one === operator)
    return typeof name === 'string' && known !== undefined && typeof text === 'string'
      ? [{ name, operator: known, value: text }]
      : []
  })
  return found.length === 0 ? undefined : found
}

/** `site="north"`. */
export const matcherText = ({ name, operator, value }: Matcher): string =>
  `${name}${operator}${JSON.stringify(value)}`

/** A silence on all alerts that have these labels. */
export const matchersFor = (labels: { readonly [name: string]: string }): readonly Matcher[] =>
  Object.entries(labels).map(([name, value]) => ({ name, operator: '=', value }))
