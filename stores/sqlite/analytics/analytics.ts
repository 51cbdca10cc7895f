import type { EventId, PublicationId } from '../../../engine/model/ids.ts'
import type { CohortRow, CountRow, PeopleRow, QuarterRow, ScoreBin } from '../../../engine/model/rollup.ts'
import type { AnalyticsStore } from '../../../engine/ports/rollups.ts'
import { classOfCode, dimensionCodes, everyPublication, largest, typeOfCode } from '../../rules/rollup.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

interface Coded {
  readonly type: number
  readonly class: number
}
type Named = { readonly [name: string]: string | number }
const decoded = <Row extends Coded>(row: Row) => {
  const { type, class: by, ...rest } = row
  return { ...rest, type: typeOfCode[type]!, class: classOfCode[by]! }
}

// Publications are bound as a JSON list, so that there are few statements to prepare.
const asked = 'SELECT value FROM json_each(:ids)'

export function createAnalytics(sql: Sql): Sync<AnalyticsStore> {
  /** Those whose rows are read: the ones of all publications where nobody asks for single ones. */
  const idsOf = (ids: readonly PublicationId[] | null, byPublication: boolean): string => {
    if (ids !== null) return JSON.stringify(ids)
    if (!byPublication) return JSON.stringify([everyPublication])
    return JSON.stringify(sql<[], number>('SELECT id FROM publication').pluck().all())
  }
  /** The domains to which those publications sent most. */
  const topDomains = (ids: readonly PublicationId[] | null, top: number): string[] => {
    // Of one, nothing has to be added up, and only so many are kept while 50,000 go by: a third of the time.
    const [one, ...more] = ids ?? [everyPublication]
    if (one !== undefined && more.length === 0)
      return sql<[number, number], string>(
        `SELECT domain FROM rollup_domain WHERE publication_id = ?
         ORDER BY sent DESC, domain LIMIT ?`,
      )
        .pluck()
        .all(one, top)
    return sql<[Named], string>(
      `SELECT domain FROM rollup_domain WHERE publication_id IN (${asked})
       GROUP BY domain ORDER BY sum(sent) DESC, domain LIMIT :top`,
    )
      .pluck()
      .all({ ids: JSON.stringify(ids), top })
  }

  return {
    counts({ publicationIds, dimension, from = 0, to = 1e9, byDay, byPublication, top }) {
      const values =
        top === undefined || dimension !== 'domain' ? null : JSON.stringify(topDomains(publicationIds, top))
      // By value every day is looked at: which days there are is told by the few rows that are not broken down.
      const source =
        values === null
          ? `rollup_count AS c WHERE c.publication_id IN (${asked}) AND c.dimension = :dimension
             AND c.day BETWEEN :from AND :to`
          : `(
               SELECT DISTINCT publication_id, day FROM rollup_count
               WHERE publication_id IN (${asked}) AND dimension = 0 AND day BETWEEN :from AND :to
             ) AS d
             CROSS JOIN json_each(:values) AS v
             CROSS JOIN rollup_count AS c ON c.publication_id = d.publication_id AND c.dimension = :dimension
               AND c.day = d.day AND c.value = v.value`
      const key = `${byPublication ? 'c.publication_id, ' : ''}${byDay ? 'c.day, ' : ''}c.value`
      const found = sql<[Named], Omit<CountRow, 'type' | 'class' | 'dimension'> & Coded>(
        `SELECT ${byPublication ? 'c.publication_id' : everyPublication} AS publicationId, c.value, min(c.day) AS day,
           c.type, c.class, sum(c.n) AS n
         FROM ${source}
         GROUP BY ${key}, c.type, c.class
         HAVING sum(c.n) <> 0
         ORDER BY ${key}, c.type, c.class`,
      ).all({
        ids: idsOf(publicationIds, byPublication),
        dimension: dimensionCodes[dimension],
        from,
        to,
        ...(values === null ? {} : { values }),
      })
      const rows = found.map((row): CountRow => ({ ...decoded(row), dimension }))
      return values === null && top !== undefined ? cut(rows, (row) => row.n, top) : rows
    },
    people({ publicationIds, dimension, top }) {
      const values =
        top === undefined || dimension !== 'domain' ? null : JSON.stringify(topDomains(publicationIds, top))
      const found = sql<[Named], Omit<PeopleRow, 'type' | 'class' | 'dimension'> & Coded>(
        `SELECT publication_id AS publicationId, value, type, class, people
         FROM rollup_people
         WHERE publication_id IN (${asked}) AND dimension = :dimension AND people <> 0
           ${values === null ? '' : 'AND value IN (SELECT value FROM json_each(:values))'}
         ORDER BY publication_id, value, type, class`,
      ).all({
        ids: JSON.stringify(publicationIds),
        dimension: dimensionCodes[dimension],
        ...(values === null ? {} : { values }),
      })
      const rows = found.map((row): PeopleRow => ({ ...decoded(row), dimension }))
      return values === null && top !== undefined ? cut(rows, (row) => row.people, top) : rows
    },
    quarters({ publicationIds, from, to, byPublication }) {
      const key = `${byPublication ? 'publication_id, ' : ''}quarter, type, class`
      return sql<[Named], Omit<QuarterRow, 'type' | 'class'> & Coded>(
        `SELECT ${byPublication ? 'publication_id' : everyPublication} AS publicationId, quarter, type, class, sum(n) AS n
         FROM rollup_quarter
         WHERE publication_id IN (${asked}) AND quarter >= :from AND quarter < :to
         GROUP BY ${key}
         HAVING sum(n) <> 0
         ORDER BY ${key}`,
      )
        .all({ ids: idsOf(publicationIds, byPublication), from, to })
        .map((row): QuarterRow => decoded(row))
    },
    scores: () => sql<[], ScoreBin>('SELECT bin, people FROM score_bin WHERE people <> 0 ORDER BY bin').all(),
    score: (subscriberId) => {
      const log2 = sql<[number], number>('SELECT log2 FROM score WHERE subscriber_id = ?')
        .pluck()
        .get(subscriberId)
      return log2 === undefined ? null : { subscriberId, log2 }
    },
    cohorts: ({ from, to }) =>
      sql<[number, number], CohortRow>(
        `SELECT cohort, month, people FROM cohort
         WHERE cohort BETWEEN ? AND ? AND people <> 0 ORDER BY cohort, month`,
      ).all(from, to),
    cursor() {
      const rolledTo = sql<[], number>('SELECT rolled_to FROM rollup_cursor WHERE id = 1').pluck().get() ?? 0
      const last = sql<[], EventId | null>('SELECT max(id) FROM event').pluck().get() ?? 0
      return { rolledTo, last }
    },
  }
}

function cut<Row extends { readonly value: string }>(
  rows: readonly Row[],
  numberOf: (row: Row) => number,
  top: number,
): readonly Row[] {
  const values = largest(
    rows.map((row) => [row.value, numberOf(row)]),
    top,
  )
  return rows.filter(({ value }) => values.has(value))
}
