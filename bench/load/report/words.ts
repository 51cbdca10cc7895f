import { bytes } from '../../../app/cli/terminal/format.ts'
import type { Check } from './schema.ts'

/** A number as its size deserves: `1,234`, `12.3`, `0.95`. */
export function figure(value: number): string {
  const size = Math.abs(value)
  const digits = Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : 2
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** With its unit; a dash where nothing was measured. */
export function amount(value: number | null, unit: string): string {
  if (value === null) return '–'
  if (unit === 'bytes') return bytes(value)
  if (unit === 'ms' && value >= 10_000) return `${figure(value / 1000)} s`
  return unit === 'of its rate' ? `${Math.round(value * 100)} %` : `${figure(value)} ${unit}`
}

const signs = { '<': '<', '<=': '≤', '>=': '≥', '=': '' } as const

/** `< 150 ms`, `≥ 1,000 letters/min`, `none`. */
export const limitText = ({ is, value }: NonNullable<Check['target']>, unit: string): string =>
  is === '=' && value === 0 ? 'none' : `${signs[is]} ${amount(value, unit)}`.trim()
