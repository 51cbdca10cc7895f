import { expect } from 'vitest'
import type { DeliveryState } from '../../../engine/model/delivery.ts'
import type { Receipt } from '../../servers/smtp-sink.ts'
import type { Books, Row } from './books.ts'

export interface AuditedRow extends Row {
  /** Letters that the sink took for this recipient. */
  readonly copies: number
}

export interface Audit extends Books {
  readonly rows: readonly AuditedRow[]
  in(state: DeliveryState): readonly AuditedRow[]
  /** Recipients with more than one letter. */
  readonly doubled: readonly AuditedRow[]
  /** Recipients of the audience without a letter. */
  readonly missing: number
  /** Rows whose outcome was lost at least once. */
  readonly uncertain: readonly AuditedRow[]
}

/** Compare the ledger with what the sink received, row by row, and hold what is true after every fault:
 *  identity I; no letter without a row that permitted it; a letter for every row that says `sent`; none for a
 *  row that says it never left; a second one only where the row admits a doubt; one Message-ID a person. */
export function audit({ counts, rows }: Books, receipts: readonly Receipt[]): Audit {
  const { audience, queued, ...written } = counts
  const sum = Object.values(written).reduce((total, n) => total + n, queued)
  expect(sum, 'identity I: audience = the sum of the states').toBe(audience)
  expect(queued).toBeGreaterThanOrEqual(0)
  expect(Object.fromEntries(tally(rows)), 'the counters say what the rows say').toEqual(
    Object.fromEntries(Object.entries(written).filter(([, n]) => n > 0)),
  )

  const letters = new Map<string, Receipt[]>()
  for (const receipt of receipts) letters.set(receipt.to, [...(letters.get(receipt.to) ?? []), receipt])
  const audited = rows.map((row) => ({ ...row, copies: letters.get(row.address)?.length ?? 0 }))
  const known = new Set(rows.map(({ address }) => address))
  expect(known.size, 'one row a person').toBe(rows.length)

  const broken = {
    'letters without a row': [...letters.keys()].filter((address) => !known.has(address)),
    'sent, but no letter': namesOf(audited.filter(({ state, copies }) => state === 'sent' && copies === 0)),
    'a letter, though it never left': namesOf(
      audited.filter(
        ({ state, copies, uncertain }) => copies > 0 && uncertain === 0 && !mayHaveLeft.has(state),
      ),
    ),
    'a copy, though nothing was in doubt': namesOf(
      audited.filter(({ copies, uncertain }) => copies > 1 && uncertain === 0),
    ),
    'more copies than doubts': namesOf(audited.filter(({ copies, uncertain }) => copies > 1 + uncertain)),
    'Message-IDs that changed': [...letters].flatMap(([address, copies]) =>
      new Set(copies.map(({ messageId }) => messageId)).size > 1 ? [address] : [],
    ),
  }
  expect(broken).toEqual(Object.fromEntries(Object.keys(broken).map((what) => [what, []])))
  expect(new Set(receipts.map(({ messageId }) => messageId)).size, 'Message-IDs are nobody else’s').toBe(
    letters.size,
  )

  return {
    counts,
    rows: audited,
    in: (state) => audited.filter((row) => row.state === state),
    doubled: audited.filter(({ copies }) => copies > 1),
    missing: audience - letters.size,
    uncertain: audited.filter(({ uncertain }) => uncertain > 0),
  }
}

const mayHaveLeft: ReadonlySet<DeliveryState> = new Set(['sent', 'unknown', 'handing'])

const namesOf = (rows: readonly Row[]): readonly string[] => rows.map(({ address }) => address)

function tally(rows: readonly Row[]): ReadonlyMap<DeliveryState, number> {
  const counts = new Map<DeliveryState, number>()
  for (const { state } of rows) counts.set(state, (counts.get(state) ?? 0) + 1)
  return counts
}
