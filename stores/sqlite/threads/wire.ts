// How calls cross between threads: as JSON text, which V8 writes, copies and reads several times faster than it
// clones objects, and with all picks of a message in one buffer that is handed over instead of copied: 100
// small arrays cost some 30 us each way a recipient otherwise.

export interface Parcel {
  /** Absent for `undefined`. */
  readonly json?: string
  readonly picks?: Uint8Array<ArrayBuffer>
}

interface Row {
  readonly picks: unknown
}
/** Replaces every row that has picks within a value. */
type Lens = (value: unknown, each: (row: Row) => Row) => unknown

const rowsIn: Lens = (rows, each) => (rows as readonly Row[]).map(each)

const rowsOfPage: Lens = (page, each) => {
  const { rows, next } = page as { readonly rows: readonly Row[]; readonly next: number | null }
  return { rows: rowsIn(rows, each), next }
}

/** A row whose `people` travel as picks do. */
interface Peopled {
  readonly people?: Uint32Array
  readonly picks?: unknown
}

function peopled(row: Peopled, each: (row: Row) => Row): unknown {
  const { people, picks, ...rest } = row
  if (people !== undefined)
    return each({
      ...rest,
      picks: new Uint8Array(people.buffer, people.byteOffset, people.byteLength),
    })
  const { picks: bytes, ...whole } = each({ ...rest, picks })
  // A copy, since a view of four bytes each must begin at a multiple of four.
  return { ...whole, people: new Uint32Array((bytes as Uint8Array).slice().buffer) }
}

const bytesOnly: Lens = (bytes, each) => (bytes === null ? null : each({ picks: bytes } satisfies Row).picks)

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
  'deliveries.get': { result: (row, each) => (row === null ? null : each(row as Row)) },
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
  const bare = lens(value, (row) => {
    if (!(row.picks instanceof Uint8Array)) return row
    all.push(row.picks)
    bytes += row.picks.length
    return { ...row, picks: row.picks.length }
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
  return lens(value, (row) => {
    if (typeof row.picks !== 'number') return row
    const from = at
    at += row.picks
    return { ...row, picks: picks.subarray(from, at) }
  })
}

/** What `postMessage` may hand over instead of copying. */
export const transferOf = (parcel: Parcel): ArrayBuffer[] =>
  parcel.picks === undefined ? [] : [parcel.picks.buffer]
