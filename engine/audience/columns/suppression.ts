import { parseAddress } from '../../model/address.ts'
import { type SuppressionReason, suppressionReasons } from '../../ports/subscribers.ts'
import { unguardFormula } from '../files/formula.ts'
import { type Columns, useColumns } from './columns.ts'

const known = {
  address: 'address',
  email: 'address',
  mail: 'address',
  emailaddress: 'address',
  emailadresse: 'address',
  domain: 'address',
  reason: 'reason',
  grund: 'reason',
  status: 'reason',
  detail: 'detail',
  details: 'detail',
  note: 'detail',
  comment: 'detail',
}
const domainName = /^@?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/i

/** `someone@example.org` normalised, or `@example.org` for a domain, or what is wrong with it. */
export function suppressedAddress(text: string): { readonly ok: string } | { readonly error: string } {
  const trimmed = text.trim()
  if (trimmed.length <= 254 && domainName.test(trimmed))
    return { ok: `@${trimmed.toLowerCase().replace(/^@/, '')}` }
  return parseAddress(trimmed)
}

/** `hard bounce`, `spam complaint` and the like as one of ours; what is neither was imported. */
function reasonOf(cell: string): SuppressionReason {
  const word = cell.toLowerCase().slice(0, 60)
  if ((suppressionReasons as readonly string[]).includes(word)) return word as SuppressionReason
  if (/bounce|invalid|clean|unzustellbar/.test(word)) return 'bounce'
  return /complain|spam|abuse|beschwerde/.test(word) ? 'complaint' : 'import'
}

/** A suppression file: an address or a domain a line, without a header; or a CSV with `address`, `reason`, `detail`. */
export function suppressionColumns(header: readonly string[]): Columns {
  const headerless = header.some((cell) => 'ok' in suppressedAddress(cell))
  const at = header.findIndex((cell) => 'ok' in suppressedAddress(cell))
  const names = headerless
    ? header.map((_, index) => (index === at ? 'address' : `column ${index + 1}`))
    : header
  const uses = useColumns(names, {
    known: headerless ? { ...known, [`column${at === 0 ? 2 : 1}`]: 'reason' } : known,
    otherwise: () => null,
    required: ['address'],
  })
  return {
    uses,
    headerless,
    read(cells) {
      const row: Record<string, unknown> = {}
      for (let index = 0; index < uses.length; index++) {
        const { field } = uses[index]!
        const cell = unguardFormula(cells[index]!).trim()
        if (field === 'ignored' || (cell === '' && field !== 'address')) continue
        if (field !== 'reason') row[field] = cell
        else {
          row.reason = reasonOf(cell)
          // Their own word stays to be read.
          if (row.reason !== cell) row.detail ??= cell.slice(0, 500)
        }
      }
      return row
    },
  }
}
