import type { PublicationId } from '../../../engine/model/ids.ts'
import type { Sql } from '../database/sql.ts'

interface Sum {
  readonly domain: string
  readonly sent: number
}
// Beyond that they are all added up.
const maxLooks = 20_000

/** The domains to which those publications sent most, the largest first; of equal ones the first by name.
 *  Of 50,000 domains a publication only the first of each are looked at, by the index of sizes: what is not among them got no
 *  more than the least of those from any publication, and so from all of them no more than these together. When the last one
 *  of the answer got more than that, nothing is missing (Fagin, Lotem, Naor: Optimal aggregation algorithms, 2001). */
export async function topDomains(
  sql: Sql,
  ids: readonly PublicationId[],
  top: number,
): Promise<readonly string[]> {
  for (let depth = 4 * top; depth * ids.length <= maxLooks; depth *= 4) {
    const { domains, rest } = await firstOf(sql, ids, depth)
    const found = await largest(sql, ids, { top, among: domains })
    if (rest === 0 || (found[top - 1]?.sent ?? 0) > rest) return found.map(({ domain }) => domain)
  }
  return (await largest(sql, ids, { top })).map(({ domain }) => domain)
}

/** `rest`: more than that no other domain got. */
async function firstOf(
  sql: Sql,
  ids: readonly PublicationId[],
  depth: number,
): Promise<{ readonly domains: readonly string[]; readonly rest: number }> {
  const rows = await sql.adHoc<{ domains: readonly string[]; size: number }>(
    `SELECT f.domains, f.size
     FROM unnest($1::bigint[]) AS p (id)
     CROSS JOIN LATERAL (
       SELECT array_agg(domain) AS domains, min(size) AS size
       FROM (
         SELECT domain, size FROM rollup_domain WHERE publication_id = p.id ORDER BY size DESC LIMIT $2
       ) AS first
     ) AS f
     WHERE f.domains IS NOT NULL`,
    [ids, depth],
  )
  // `size` is a whole logarithm: the next one begins at twice as many.
  const rests = rows.map(({ domains, size }) => (domains.length < depth ? 0 : 2 ** (size + 1) - 1))
  return {
    domains: [...new Set(rows.flatMap(({ domains }) => domains))],
    rest: rests.reduce((sum, rest) => sum + rest, 0),
  }
}

function largest(
  sql: Sql,
  ids: readonly PublicationId[],
  { top, among }: { readonly top: number; readonly among?: readonly string[] },
): Promise<Sum[]> {
  return sql.adHoc<Sum>(
    `SELECT domain, sum(sent)::bigint AS sent
     FROM rollup_domain
     WHERE publication_id = ANY($1) ${among === undefined ? '' : 'AND domain = ANY($3)'}
     GROUP BY domain
     HAVING sum(sent) > 0
     ORDER BY sum(sent) DESC, domain
     LIMIT $2`,
    [ids, top, ...(among === undefined ? [] : [among])],
  )
}
