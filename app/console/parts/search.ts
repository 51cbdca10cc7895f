/** Reads of an address what it should hold: anything else in it is as if it were not there. */

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== ''
    ? value
    : // The router takes `?text=5` for a number.
      typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined

/** A whole number from 1. */
export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined

export const oneOf = <T extends string>(value: unknown, these: readonly T[]): T | undefined =>
  these.find((each) => each === value)

export const textsOf = (value: unknown): readonly string[] | undefined => {
  const found = Array.isArray(value) ? value.flatMap((each) => textOf(each) ?? []) : []
  return found.length === 0 ? undefined : found
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Without what is undefined: so that the address does not name it. */
export const defined = <T extends object>(search: T): Defined<T> =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as Defined<T>
