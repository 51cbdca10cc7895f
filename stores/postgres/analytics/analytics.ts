import type { PublicationId } from '../../../engine/model/ids.ts'
import type { CohortRow, CountRow, PeopleRow, QuarterRow, ScoreBin } from '../../../engine/model/rollup.ts'
import type { AnalyticsStore } from '../../../engine/ports/rollups.ts'
import { classOfCode, dimensionCodes, everyPublication, largest, typeOfCode } from '../../rules/rollup.ts'
import type { Database, Sql } from '../database/sql.ts'
import { topDomains } from './top-domains.ts'

interface Coded {
  readonly type: number
  readonly class: number
}
const decoded = <Row extends Coded>({ type, class: by, ...rest }: Row) => ({
  ...rest,
  type: typeOfCode[type]!,
  class: classOfCode[by]!,
})
type Raw<Row> = Omit<Row, 'type' | 'class' | 'dimension'> & Coded

/** Each statement is planned for its values: of all publications there are a thousand times as many rows as of one. */
export function createAnalytics(db: Database): AnalyticsStore {
  // In a transaction, where nothing is compiled.
  const ask = <T>(work: (sql: Sql) => Promise<T>): Promise<T> => db.tx(work)

  return {
    counts: ({ publicationIds, dimension, from = 0, to = 1e9, byDay, byPublication, top }) =>
      ask(async (sql) => {
        const ids = await idsOf(sql, publicationIds, byPublication)
        const values =
          top === undefined || dimension !== 'domain'
            ? null
            : await topDomains(sql, await idsOf(sql, publicationIds, false), top)
        const key = [...(byPublication ? ['c.publication_id'] : []), ...(byDay ? ['c.day'] : []), 'c.value']
        const found = await sql.adHoc<Raw<CountRow>>(
          `SELECT ${byPublication ? 'c.publication_id' : everyPublication} AS "publicationId", c.value,
             min(c.day) AS day, c.type, c.class, sum(c.n)::bigint AS n
           FROM ${values === null ? countsOf : countsOfValues}
           GROUP BY ${key.join(', ')}, c.type, c.class
           HAVING sum(c.n) <> 0
           ORDER BY ${key.join(', ')}, c.type, c.class`,
          [ids, dimensionCodes[dimension], from, to, ...(values === null ? [] : [values])],
        )
        const rows = found.map((row): CountRow => ({ ...decoded(row), dimension }))
        return values === null ? cut(rows, top, (row) => row.n) : rows
      }),
    people: ({ publicationIds, dimension, top }) =>
      ask(async (sql) => {
        const values =
          top === undefined || dimension !== 'domain' ? null : await topDomains(sql, publicationIds, top)
        const found = await sql.adHoc<Raw<PeopleRow>>(
          `SELECT publication_id AS "publicationId", value, type, class, people
           FROM rollup_people
           WHERE publication_id = ANY($1) AND dimension = $2 AND people <> 0
             ${values === null ? '' : 'AND value = ANY($3)'}
           ORDER BY publication_id, value, type, class`,
          [publicationIds, dimensionCodes[dimension], ...(values === null ? [] : [values])],
        )
        const rows = found.map((row): PeopleRow => ({ ...decoded(row), dimension }))
        return values === null ? cut(rows, top, (row) => row.people) : rows
      }),
    quarters: ({ publicationIds, from, to, byPublication }) =>
      ask(async (sql) => {
        const key = `${byPublication ? 'publication_id, ' : ''}quarter, type, class`
        const found = await sql.adHoc<Raw<QuarterRow>>(
          `SELECT ${byPublication ? 'publication_id' : everyPublication} AS "publicationId", quarter, type, class,
             sum(n)::bigint AS n
           FROM rollup_quarter
           WHERE publication_id = ANY($1) AND quarter >= $2 AND quarter < $3
           GROUP BY ${key}
           HAVING sum(n) <> 0
           ORDER BY ${key}`,
          [await idsOf(sql, publicationIds, byPublication), from, to],
        )
        return found.map((row): QuarterRow => decoded(row))
      }),
    scores: () => db.all<ScoreBin>('SELECT bin, people FROM score_bin WHERE people <> 0 ORDER BY bin'),
    async score(subscriberId) {
      const row = await db.one<{ log2: number }>('SELECT log2 FROM score WHERE subscriber_id = $1', [
        subscriberId,
      ])
      return row === undefined ? null : { subscriberId, log2: row.log2 }
    },
    cohorts: ({ from, to }) =>
      db.all<CohortRow>(
        `SELECT cohort, month, people FROM cohort
         WHERE cohort BETWEEN $1 AND $2 AND people <> 0
         ORDER BY cohort, month`,
        [from, to],
      ),
    async cursor() {
      // By the rows: a replica does not know how far the sequence is.
      const row = await db.one<{ rolledTo: number; last: number }>(
        `SELECT rolled_to AS "rolledTo", coalesce((SELECT id FROM event ORDER BY id DESC LIMIT 1), 0) AS last
         FROM rollup_cursor WHERE id = 1`,
      )
      return row ?? { rolledTo: 0, last: 0 }
    },
  }
}

const countsOf = `rollup_count c
           WHERE c.publication_id = ANY($1) AND c.dimension = $2 AND c.day BETWEEN $3 AND $4`
// A value is looked up in each day: which days there are is told by the few rows that are not broken down.
const countsOfValues = `(
             SELECT DISTINCT publication_id, day FROM rollup_count
             WHERE publication_id = ANY($1) AND dimension = 0 AND day BETWEEN $3 AND $4
           ) d
           CROSS JOIN unnest($5::text[]) AS v (value)
           CROSS JOIN LATERAL (
             SELECT d.publication_id, d.day, v.value, type, class, n FROM rollup_count
             WHERE publication_id = d.publication_id AND dimension = $2 AND day = d.day AND value = v.value
             OFFSET 0
           ) c`

/** Those whose rows are read: the ones of all publications where nobody asks for single ones. */
async function idsOf(
  sql: Sql,
  ids: readonly PublicationId[] | null,
  byPublication: boolean,
): Promise<readonly PublicationId[]> {
  if (ids !== null) return ids
  if (!byPublication) return [everyPublication]
  return (await sql.all<{ id: PublicationId }>('SELECT id FROM publication')).map(({ id }) => id)
}

function cut<Row extends { readonly value: string }>(
  rows: readonly Row[],
  top: number | undefined,
  numberOf: (row: Row) => number,
): readonly Row[] {
  if (top === undefined) return rows
  const values = largest(
    rows.map((row) => [row.value, numberOf(row)]),
    top,
  )
  return rows.filter(({ value }) => values.has(value))
}
