// How calls cross between threads: as JSON text, which V8 writes, copies and reads several times faster than it
// clones objects, and with all picks of a message in one buffer that is handed over instead of copied: 100
// small arrays cost some 30 us each way a recipient otherwise.

export interface Parcel {
  /** Absent for `undefined`. */
  readonly json?: string
  readonly picks?: Uint8Array<ArrayBuffer>
}

/** Within a value, what `each` makes of every array of bytes: on one side a number in its place, on the other itself again. One copy
 *  of a row, with its properties in their order: a second one, or one by `rest`, costs more than the JSON. */
type Lens = (value: unknown, each: (bytes: unknown) => unknown) => unknown

interface Row {
  readonly picks?: unknown
}
interface Peopled {
  readonly people: Uint32Array | number
}

const pickedRow = (row: Row, each: (bytes: unknown) => unknown): Row =>
  row.picks === undefined ? row : { ...row, picks: each(row.picks) }

const rowsIn: Lens = (rows, each) => (rows as readonly Row[]).map((row) => pickedRow(row, each))

const rowsOfPage: Lens = (page, each) => {
  const { rows, next } = page as { readonly rows: readonly Row[]; readonly next: number | null }
  return { rows: rowsIn(rows, each), next }
}

/** Ids travel as the bytes they are, and arrive as a copy, since a view of four bytes each must begin at a multiple of four. */
function peopled(row: Peopled, each: (bytes: unknown) => unknown): unknown {
  const { people } = row
  if (typeof people === 'number')
    return { ...row, people: new Uint32Array((each(people) as Uint8Array).slice().buffer) }
  return { ...row, people: each(new Uint8Array(people.buffer, people.byteOffset, people.byteLength)) }
}

const bytesOnly: Lens = (bytes, each) => (bytes === null ? null : each(bytes))

/** The calls that carry picks. Those of any other would not survive. */
const lenses: { readonly [call: string]: { readonly args?: Lens; readonly result?: Lens } | undefined } = {
  'ledger.intend': {
    args(args, each) {
      const [lease, intents, options] = args as readonly unknown[]
      return [lease, rowsIn(intents, each), options]
    },
  },
  'desk.commit': {
    args(args, each) {
      const [commit, options] = args as readonly unknown[]
      const { notifications } = commit as { readonly notifications: readonly Peopled[] }
      return [
        { ...(commit as object), notifications: notifications.map((row) => peopled(row, each)) },
        options,
      ]
    },
  },
  'deliveries.seen': { result: rowsIn },
  'deliveries.get': { result: (row, each) => (row === null ? null : pickedRow(row as Row, each)) },
  'deliveries.page': { result: rowsOfPage },
  'deliveries.ofSubscriber': { result: rowsOfPage },
  'models.letters': { result: rowsIn },
  'assets.piece': { result: bytesOnly },
  'assetUploads.append': {
    args(args, each) {
      const [id, seq, bytes] = args as readonly unknown[]
      return [id, seq, bytesOnly(bytes, each)]
    },
  },
}

export function pack(call: string, part: 'args' | 'result', value: unknown): Parcel {
  if (value === undefined) return {}
  const lens = lenses[call]?.[part]
  if (lens === undefined) return { json: JSON.stringify(value) }
  const all: Uint8Array[] = []
  let bytes = 0
  const bare = lens(value, (one) => {
    if (!(one instanceof Uint8Array)) return one
    all.push(one)
    bytes += one.length
    return one.length
  })
  const picks = new Uint8Array(bytes)
  let at = 0
  for (const one of all) {
    picks.set(one, at)
    at += one.length
  }
  return { json: JSON.stringify(bare), picks }
}

export function unpack(call: string, part: 'args' | 'result', { json, picks }: Parcel): unknown {
  if (json === undefined) return undefined
  const value: unknown = JSON.parse(json)
  const lens = lenses[call]?.[part]
  if (lens === undefined || picks === undefined) return value
  let at = 0
  return lens(value, (length) => {
    if (typeof length !== 'number') return length
    const from = at
    at += length
    return picks.subarray(from, at)
  })
}

/** What `postMessage` may hand over instead of copying. */
export const transferOf = (parcel: Parcel): ArrayBuffer[] =>
  parcel.picks === undefined ? [] : [parcel.picks.buffer]
