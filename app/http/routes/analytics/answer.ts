import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ReadTally, Tally } from '../../../../engine/analytics/queries/tally.ts'
import { readClasses } from '../../../../engine/model/event.ts'
import type { Page } from '../../../../engine/model/ids.ts'
import { sendStream } from '../../api.ts'
import { csvLine } from '../../reply/csv.ts'
import { accepts } from '../../request/accept.ts'

const csv = 'text/csv'

/** The query of every list that can be had as a table. */
export const formatQuery = {
  format: z.enum(['json', 'csv']).optional().describe('Default: as `Accept` says (`text/csv`), else JSON.'),
}

export type Column<Row> = readonly [title: string, of: (row: Row) => string | number | null]

/** A route's answer: JSON, or all rows as CSV, no cell of which starts a formula. */
export const tableResponse = <T extends z.ZodType>(schema: T, description: string) => ({
  200: {
    description,
    content: { 'application/json': { schema }, [csv]: { schema: z.string() } },
  },
})

export const wantsCsv = (request: {
  readonly headers: FastifyRequest['headers']
  readonly query: unknown
}): boolean => {
  const { format } = request.query as { format?: 'json' | 'csv' | undefined }
  return format === undefined ? accepts(request.headers.accept, [csv]) !== null : format === 'csv'
}

export async function sendCsv<Row>(
  reply: unknown,
  name: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Promise<void> {
  ;(reply as FastifyReply).header('content-disposition', `attachment; filename="${name}.csv"`)
  ;(reply as FastifyReply).header('vary', 'accept')
  const lines = [
    csvLine(columns.map(([title]) => title)),
    ...rows.map((row) => csvLine(columns.map(([, of]) => of(row)))),
  ]
  await sendStream(reply, `${csv}; charset=utf-8`, Readable.from([lines.join('')]))
}

/** Part of what is all there: `after` is a place in it. */
export function pageAt<Row>(
  rows: readonly Row[],
  { after, limit }: { readonly after: number; readonly limit: number },
): Page<Row> {
  const first = Math.max(0, after)
  const next = first + limit
  return { rows: rows.slice(first, next), next: next < rows.length ? next : null }
}

export const tallyColumns = <Row>(name: string, of: (row: Row) => Tally): readonly Column<Row>[] => [
  [`${name} recipients`, (row) => of(row).recipients],
  [`${name} events`, (row) => of(row).events],
  [`${name} share`, (row) => of(row).share?.value ?? null],
  [`${name} share low`, (row) => of(row).share?.low ?? null],
  [`${name} share high`, (row) => of(row).share?.high ?? null],
]

export const readColumns = <Row>(name: string, of: (row: Row) => ReadTally): readonly Column<Row>[] => [
  ...tallyColumns<Row>(`${name} people`, (row) => of(row).people),
  ...tallyColumns<Row>(`${name} all`, (row) => of(row).all),
  ...readClasses.map(
    (read): Column<Row> => [`${name} ${read} events`, (row) => of(row).classes[read].events],
  ),
]

export const isoTime = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())
