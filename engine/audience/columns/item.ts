import { unguardFormula } from '../files/formula.ts'
import { CellError, type Columns, jsonCell, useColumns } from './columns.ts'

const known = {
  key: 'key',
  guid: 'key',
  title: 'title',
  url: 'url',
  link: 'url',
  summary: 'summary',
  description: 'summary',
  body: 'body',
  imageurl: 'imageUrl',
  image: 'imageUrl',
  author: 'author',
  language: 'language',
  locale: 'language',
  topics: 'topics',
  popularity: 'popularity',
  publishedat: 'publishedAt',
  published: 'publishedAt',
}

/** Columns of an item file. `topics` is `slug;slug` or a JSON array, `publishedAt` an ISO 8601 time or
 *  milliseconds since 1970. Columns that are not known are ignored. */
export function itemColumns(header: readonly string[], map?: { readonly [column: string]: string }): Columns {
  const uses = useColumns(header, { known, otherwise: () => null, required: ['title', 'url'], map })
  return {
    uses,
    read(cells) {
      const row: Record<string, unknown> = {}
      for (let index = 0; index < uses.length; index++) {
        const { field } = uses[index]!
        const cell = unguardFormula(cells[index]!).trim()
        if (cell === '' || field === 'ignored') continue
        row[field] = value(field, cell)
      }
      return row
    },
  }
}

function value(field: string, cell: string): unknown {
  switch (field) {
    case 'topics':
      return (
        jsonCell(field, cell) ??
        cell
          .split(';')
          .map((slug) => slug.trim())
          .filter((slug) => slug !== '')
      )
    case 'popularity': {
      const number = Number(cell)
      if (!Number.isFinite(number)) throw new CellError(field, cell, 'is not a number')
      return number
    }
    case 'publishedAt': {
      const at = /^\d+$/.test(cell) ? Number(cell) : Date.parse(cell)
      if (!Number.isFinite(at)) throw new CellError(field, cell, 'is not a time, e.g. "2026-05-01T08:00:00Z"')
      return at
    }
    default:
      return cell
  }
}
