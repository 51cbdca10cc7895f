/** A value as the tier keeps it, with the times that go with it: another node goes on with its life, not with a new one. */
export interface Parcel {
  readonly loadedAt: number
  readonly readAt: number
  /** Null: it is known that there is none. */
  readonly text: string | null
}

export const wrap = ({ loadedAt, readAt, text }: Parcel): string =>
  `${loadedAt} ${readAt}${text === null ? '' : ` ${text}`}`

/** Null for what a later version may have written. */
export function unwrap(kept: string): Parcel | null {
  const found = /^(\d{1,16}) (\d{1,16})(?: (.*))?$/s.exec(kept)
  return found === null
    ? null
    : { loadedAt: Number(found[1]), readAt: Number(found[2]), text: found[3] ?? null }
}
