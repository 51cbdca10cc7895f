import { CliError } from '../../exit.ts'

/** A share by how much more: `+12.3 %`. */
export const percent = (value: number): string => `${value < 0 ? '' : '+'}${(value * 100).toFixed(1)} %`

/** An option's number from 0 to 1. */
export function share(text: string, option: string): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new CliError('usage', `${option} "${text}" must be a number from 0 to 1.`)
  return value
}
