import type { Subscriber } from '../../engine/model/subscriber.ts'
import type { Client, Query } from './client.ts'

const pageSize = 1000

/** Subscribers in the form that an import reads, chunk by chunk. A CSV needs its columns first, so that it
 *  reads everything twice: once for the names of the attributes. */
export async function* exportSubscribers(
  client: Client,
  query: Query,
  format: 'csv' | 'ndjson',
): AsyncGenerator<string> {
  const all = () => client.rows<Subscriber>('/subscribers', { ...query, limit: pageSize })
  if (format === 'ndjson') {
    for await (const { address, name, language, timeZone, status, attributes, topics } of all())
      yield `${JSON.stringify({ address, name, language, timeZone, status, attributes, topics })}\n`
    return
  }
  const names = new Set<string>()
  for await (const { attributes } of all()) for (const name of Object.keys(attributes)) names.add(name)
  const columns = [...names].sort()
  yield csvLine([
    'address',
    'name',
    'language',
    'timeZone',
    'status',
    'topics',
    ...columns.map((name) => `attributes.${name}`),
  ])
  for await (const { address, name, language, timeZone, status, attributes, topics } of all()) {
    const interests = Object.entries(topics).map(([slug, weight]) => `${slug}:${weight}`)
    const values = columns.map((column) =>
      textOf(Object.hasOwn(attributes, column) ? attributes[column] : null),
    )
    yield csvLine([
      address,
      name ?? '',
      language ?? '',
      timeZone ?? '',
      status,
      interests.join(';'),
      ...values,
    ])
  }
}

const textOf = (value: unknown): string =>
  value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)

/** RFC 4180; a cell that a spreadsheet would take for a formula gets a leading "'" (OWASP, CSV injection). */
function csvLine(cells: readonly string[]): string {
  const safe = cells.map((cell) => (/^\s*[=+\-@|\t\r\n]/.test(cell) ? `'${cell}` : cell))
  return `${safe.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`
}
