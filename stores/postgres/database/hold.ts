/** A row of a batch, which the transaction has until it ends. */
export interface Held<Id, Fields> {
  readonly id: Id
  /** There before this transaction. */
  readonly known: boolean
  fields: Fields
  /** No row of the batch has spoken of it yet. */
  fresh: boolean
  changed: boolean
}

/** The row of every key, made where there is none: `rows` are those to make. New ones are made first, in the order of
 *  their keys, then known ones are taken in the order of their ids. So whoever waits for another transaction waits for a row
 *  that comes later in this order, and nobody waits in a circle. */
export async function holdRows<Id, Fields, Row extends Fields>(
  rows: ReadonlyMap<string, Row>,
  ways: {
    /** Those of these keys that have a row. */
    present(keys: readonly string[]): Promise<readonly string[]>
    /** The ids of those whose key nobody had; written in the order of the keys. */
    insert(rows: readonly Row[]): Promise<ReadonlyMap<string, Id>>
    /** `FOR UPDATE`, in the order of the ids. */
    take(keys: readonly string[]): Promise<readonly (Fields & { readonly id: Id; readonly key: string })[]>
  },
): Promise<Map<string, Held<Id, Fields>>> {
  const held = new Map<string, Held<Id, Fields>>()
  const hold = (key: string, id: Id, fields: Fields, known: boolean) =>
    held.set(key, { id, fields, known, fresh: !known, changed: false })
  let missing = [...rows]
  while (missing.length > 0) {
    const present = new Set(await ways.present(missing.map(([key]) => key)))
    const absent = missing.filter(([key]) => !present.has(key)).map(([, row]) => row)
    const made = absent.length === 0 ? new Map<string, Id>() : await ways.insert(absent)
    for (const [key, row] of missing) {
      const id = made.get(key)
      if (id !== undefined) hold(key, id, row, false)
    }
    const others = missing.filter(([key]) => !held.has(key)).map(([key]) => key)
    if (others.length > 0) for (const row of await ways.take(others)) hold(row.key, row.id, row, true)
    // One that went while this waited for it has left its key.
    missing = missing.filter(([key]) => !held.has(key))
  }
  return held
}
