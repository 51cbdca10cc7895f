import type { PublicationId } from '../../../engine/model/ids.ts'
import type {
  ActiveRow,
  CohortRow,
  CountRow,
  PeopleRow,
  QuarterRow,
  ScoreBin,
  ScoreRow,
  Touch,
} from '../../../engine/model/rollup.ts'
import type { CountStep } from '../../../engine/ports/rollups.ts'
import { classCodes, countsOfAll, dimensionCodes, quartersOfAll, typeCodes } from '../../rules/rollup.ts'
import { type Batch, createBatch } from '../database/batch.ts'
import type { Tx } from '../database/sql.ts'

/** Rows of a table of which each has its key, and what is kept under it. */
interface Keyed<T> {
  readonly table: string
  readonly key: readonly string[]
  readonly batch: Batch<T>
  /** `SET`: what becomes of a row that is there. */
  readonly set: string
}

const touches: Keyed<Touch> = {
  table: 'touch',
  key: ['publication_id', 'subscriber_id'],
  batch: createBatch<Touch>({
    publication_id: ['bigint', (row) => row.publicationId],
    subscriber_id: ['bigint', (row) => row.subscriberId],
    counts: ['integer[]', (row) => row.counts],
  }),
  set: 'counts = excluded.counts',
}
const scores: Keyed<ScoreRow> = {
  table: 'score',
  key: ['subscriber_id'],
  batch: createBatch<ScoreRow>({
    subscriber_id: ['bigint', (row) => row.subscriberId],
    log2: ['double precision', (row) => row.log2],
  }),
  set: 'log2 = excluded.log2',
}
const active: Keyed<ActiveRow> = {
  table: 'active_month',
  key: ['month', 'subscriber_id'],
  batch: createBatch<ActiveRow>({
    month: ['integer', (row) => row.month],
    subscriber_id: ['bigint', (row) => row.subscriberId],
    n: ['integer', (row) => row.n],
  }),
  set: 'n = excluded.n',
}

const counts: Keyed<CountRow> = {
  table: 'rollup_count',
  key: ['publication_id', 'dimension', 'day', 'value', 'type', 'class'],
  batch: createBatch<CountRow>({
    publication_id: ['bigint', (row) => row.publicationId],
    dimension: ['smallint', (row) => dimensionCodes[row.dimension]],
    day: ['integer', (row) => row.day],
    value: ['text', (row) => row.value],
    type: ['smallint', (row) => typeCodes[row.type]],
    class: ['smallint', (row) => classCodes[row.class]],
    n: ['integer', (row) => row.n],
  }),
  set: 'n = rollup_count.n + excluded.n',
}
const domains: Keyed<Sent> = {
  table: 'rollup_domain',
  key: ['publication_id', 'domain'],
  batch: createBatch<Sent>({
    publication_id: ['bigint', (row) => row.publicationId],
    domain: ['text', (row) => row.domain],
    sent: ['integer', (row) => row.sent],
  }),
  set: 'sent = rollup_domain.sent + excluded.sent',
}
const people: Keyed<PeopleRow> = {
  table: 'rollup_people',
  key: ['publication_id', 'dimension', 'value', 'type', 'class'],
  batch: createBatch<PeopleRow>({
    publication_id: ['bigint', (row) => row.publicationId],
    dimension: ['smallint', (row) => dimensionCodes[row.dimension]],
    value: ['text', (row) => row.value],
    type: ['smallint', (row) => typeCodes[row.type]],
    class: ['smallint', (row) => classCodes[row.class]],
    people: ['integer', (row) => row.people],
  }),
  set: 'people = rollup_people.people + excluded.people',
}
const quarters: Keyed<QuarterRow> = {
  table: 'rollup_quarter',
  key: ['publication_id', 'quarter', 'type', 'class'],
  batch: createBatch<QuarterRow>({
    publication_id: ['bigint', (row) => row.publicationId],
    quarter: ['integer', (row) => row.quarter],
    type: ['smallint', (row) => typeCodes[row.type]],
    class: ['smallint', (row) => classCodes[row.class]],
    n: ['integer', (row) => row.n],
  }),
  set: 'n = rollup_quarter.n + excluded.n',
}
const bins: Keyed<ScoreBin> = {
  table: 'score_bin',
  key: ['bin'],
  batch: createBatch<ScoreBin>({
    bin: ['integer', (row) => row.bin],
    people: ['integer', (row) => row.people],
  }),
  set: 'people = score_bin.people + excluded.people',
}
const cohorts: Keyed<CohortRow> = {
  table: 'cohort',
  key: ['cohort', 'month'],
  batch: createBatch<CohortRow>({
    cohort: ['integer', (row) => row.cohort],
    month: ['integer', (row) => row.month],
    people: ['integer', (row) => row.people],
  }),
  set: 'people = cohort.people + excluded.people',
}

/** A statement a table. The transaction holds the cursor. */
export async function writeStep(tx: Tx, step: CountStep): Promise<void> {
  const [kept, gone] = parted(step.touches, (row) => row.counts.length > 0)
  await put(tx, touches, kept)
  await drop(tx, touches, gone)
  const [scored, unscored] = parted(step.scores, (row) => row.log2 !== null)
  await put(tx, scores, scored)
  await drop(tx, scores, unscored)
  const [active_, inactive] = parted(step.active, (row) => row.n > 0)
  await put(tx, active, active_)
  await drop(tx, active, inactive)

  const all = [...step.counts, ...countsOfAll(step.counts)]
  await put(tx, counts, all)
  await put(tx, domains, sentOf(all))
  await put(tx, people, step.people)
  await put(tx, quarters, [...step.quarters, ...quartersOfAll(step.quarters)])
  await put(tx, bins, step.bins)
  await put(tx, cohorts, step.cohorts)
}

interface Sent {
  readonly publicationId: PublicationId
  readonly domain: string
  sent: number
}

/** What was sent to each domain, on whatever days. */
function sentOf(rows: readonly CountRow[]): readonly Sent[] {
  const sums = new Map<string, Sent>()
  for (const { publicationId, dimension, value, type, n } of rows) {
    if (dimension !== 'domain' || type !== 'sent') continue
    const key = `${publicationId} ${value}`
    const sum = sums.get(key)
    if (sum === undefined) sums.set(key, { publicationId, domain: value, sent: n })
    else sum.sent += n
  }
  return [...sums.values()]
}

/** In the order of the key: neighbours are on the same page of its index. */
async function put<T>(tx: Tx, { table, key, batch, set }: Keyed<T>, rows: readonly T[]): Promise<void> {
  if (rows.length === 0) return
  await tx.run(
    `INSERT INTO ${table} (${batch.columns})
     SELECT ${batch.columns} FROM ${batch.from}
     ORDER BY ${key.join(', ')}
     ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${set}`,
    batch.values(rows),
  )
}

/** Seldom: only what turned out to be nobody's. Each is looked up by its key; nobody else moves it meanwhile. */
async function drop<T>(tx: Tx, { table, key, batch }: Keyed<T>, rows: readonly T[]): Promise<void> {
  if (rows.length === 0) return
  await tx.run(
    `DELETE FROM ${table} WHERE ctid = ANY(ARRAY(
       SELECT t.ctid FROM ${batch.from}
       CROSS JOIN LATERAL (
         SELECT ctid FROM ${table} WHERE ${key.map((name) => `${name} = r.${name}`).join(' AND ')} LIMIT 1
       ) t
     ))`,
    batch.values(rows),
  )
}

function parted<T>(rows: readonly T[], isKept: (row: T) => boolean): readonly [T[], T[]] {
  const [kept, gone]: [T[], T[]] = [[], []]
  for (const row of rows) (isKept(row) ? kept : gone).push(row)
  return [kept, gone]
}
