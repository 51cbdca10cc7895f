import { type Log, silentLog } from '../../../engine/log.ts'
import type { EpochMs } from '../../../engine/model/ids.ts'
import type { Database, Sql, Tx } from './sql.ts'

/** A month of the calendar, UTC. */
interface Month {
  readonly year: number
  /** From 0. */
  readonly month: number
}

// "BShp".
const lockKey = 0x42536870
const lockMs = 500

const monthAt = (at: EpochMs): Month => {
  const date = new Date(at)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() }
}
const later = ({ year, month }: Month, by: number): Month => monthAt(Date.UTC(year, month + by))
/** `YYYYMM`, as `Publication.month`. */
const numberOf = ({ year, month }: Month): number => year * 100 + month + 1
const startOf = ({ year, month }: Month): EpochMs => Date.UTC(year, month)

interface Partition {
  readonly name: string
  readonly of: 'delivery' | 'event'
  readonly from: number
  readonly to: number
  /** Of what the parent is parted by. */
  readonly column: 'month' | 'at'
  /** Half of a page is left for what becomes of its rows: that stays on the page then, and touches no index. */
  readonly fill: 50 | 100
}

const partitionsOf = (month: Month): readonly Partition[] => {
  const next = later(month, 1)
  const name = numberOf(month)
  return [
    { name: `delivery_${name}`, of: 'delivery', column: 'month', from: name, to: numberOf(next), fill: 50 },
    { name: `event_${name}`, of: 'event', column: 'at', from: startOf(month), to: startOf(next), fill: 100 },
  ]
}

/** Partitions of deliveries and events for the month of `now` and those after it. Any number of nodes may do so at once.
 *  Where rows of a month went to the partition for the rest, because nobody came by in time, they stay there, and the
 *  month with them: nothing is lost by it, but forgetting that month takes longer. */
export async function ensurePartitions(
  db: Database,
  now: EpochMs,
  aheadMonths: number,
  log: Log = silentLog,
): Promise<void> {
  const present = monthAt(now)
  const wanted = Array.from({ length: aheadMonths + 1 }, (_, by) => partitionsOf(later(present, by))).flat()
  const missing = await missingOf(db, wanted)
  for (const partition of missing) {
    const made = await make(db, partition)
    if (made === 'made') log.info({ partition: partition.name }, 'partition.made')
    if (made === 'occupied')
      log.warn({ partition: partition.name, rowsIn: `${partition.of}_rest` }, 'partition.not_made')
  }
}

async function missingOf(sql: Sql, wanted: readonly Partition[]): Promise<readonly Partition[]> {
  const there = new Set([...(await namesOf(sql, 'delivery')), ...(await namesOf(sql, 'event'))])
  return wanted.filter(({ name }) => !there.has(name))
}

/** From the catalogue's own rows: what `to_regclass` knows may be older than the lock that was waited for. */
async function namesOf(sql: Sql, parent: Partition['of']): Promise<readonly string[]> {
  const rows = await sql.all<{ name: string }>(
    `SELECT c.relname::text AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = '${parent}'::regclass`,
  )
  return rows.map(({ name }) => name)
}

const make = (db: Database, partition: Partition): Promise<'made' | 'occupied' | 'there'> =>
  alter(db, async (tx) => {
    if ((await missingOf(tx, [partition])).length === 0) return 'there'
    const { name, of, column, from, to, fill } = partition
    // Nobody may write a row of this month in between; creating it would take the same lock.
    await tx.run(`LOCK TABLE ${of}_rest IN ACCESS EXCLUSIVE MODE`)
    const found = await tx.one(
      `SELECT 1 AS found FROM ${of}_rest WHERE ${column} >= ${from} AND ${column} < ${to} LIMIT 1`,
    )
    if (found !== undefined) return 'occupied'
    await tx.run(
      `CREATE TABLE ${name} PARTITION OF ${of} FOR VALUES FROM (${from}) TO (${to}) WITH (fillfactor = ${fill})`,
    )
    return 'made'
  })

/** Drop the partitions of whole months before that time. Resolves with how many rows they held. Deliveries of a month stay
 *  while a publication of it is not over. */
export async function dropBefore(db: Database, of: Partition['of'], before: EpochMs): Promise<number> {
  let rows = 0
  for (const name of await namesOf(db, of)) {
    const [, year, month] = /_(\d{4})(\d{2})$/.exec(name) ?? []
    if (year === undefined || Date.UTC(Number(year), Number(month)) > before) continue
    rows += await alter(db, async (tx) => {
      if (!(await namesOf(tx, of)).includes(name)) return 0
      if (of === 'delivery' && !(await isOver(tx, Number(`${year}${month}`)))) return 0
      await tx.run('SET LOCAL statement_timeout = 0')
      const held = await tx.one<{ rows: number }>(`SELECT count(*) AS rows FROM ${name}`)
      await tx.run(`DROP TABLE ${name}`)
      return held?.rows ?? 0
    })
  }
  return rows
}

/** Nobody takes up one of its publications meanwhile. */
async function isOver(tx: Tx, month: number): Promise<boolean> {
  const found = await tx.all<{ state: string }>('SELECT state FROM publication WHERE month = $1 FOR SHARE', [
    month,
  ])
  return found.every(({ state }) => state === 'finished' || state === 'cancelled')
}

/** One node at a time alters what the tables are made of. Everybody else waits behind a lock on a table that is waited
 *  for: so not for long, and rather again. */
const alter = <T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> =>
  db.tx(async (tx) => {
    await tx.run('SELECT pg_advisory_xact_lock($1)', [lockKey])
    await tx.run(`SET LOCAL lock_timeout = ${lockMs}`)
    return work(tx)
  })
