import { expect } from 'vitest'
import type { Posting, PostingState } from '../../../../engine/model/notification.ts'
import type { Receipt } from '../../../servers/smtp-sink.ts'
import type { AlertBooks, Telling } from './books.ts'

export interface AuditedPosting extends Posting {
  /** Mails that the sink took for it. */
  readonly copies: number
}

export interface AlertAudit extends AlertBooks {
  readonly rows: readonly AuditedPosting[]
  in(state: PostingState): readonly AuditedPosting[]
  readonly doubled: readonly AuditedPosting[]
  /** How often an outcome was lost, of all rows. */
  readonly doubts: number
}

/** Compare the books of alerts with the mails that the sink took, and hold what is true after every fault: identity I of
 *  every notification; no mail without a row that permitted it; a mail for every row that says `sent`; none for one that
 *  says it never left; a second one only where the row admits a doubt; nothing told twice, by the books and by the
 *  Message-IDs. Tells mails apart by their subject and address: titles of alerts must be nobody else's. */
export function auditAlerts({ alerts, tellings }: AlertBooks, receipts: readonly Receipt[]): AlertAudit {
  expect(
    tellings.flatMap(({ id, counts: { audience, ...states } }) => {
      const sum = Object.values(states).reduce((total, n) => total + n, 0)
      return sum === audience && states.queued >= 0 ? [] : [{ id, audience, states }]
    }),
    'identity I: audience = the sum of the states',
  ).toEqual([])
  expect(
    tellings.filter(({ counts, postings }) => counts.audience - counts.queued !== postings.length),
    'one row for everybody who is not queued',
  ).toEqual([])

  const mails = Map.groupBy(receipts, ({ subject, to }) => nameOf(subject, to))
  const named = tellings.flatMap((telling) =>
    telling.postings.map((posting) => {
      const name = nameOf(telling.summary, posting.to)
      return { name, row: { ...posting, copies: mails.get(name)?.length ?? 0 } }
    }),
  )
  const known = new Set(named.map(({ name }) => name))
  const where = (wrong: (row: AuditedPosting) => boolean) =>
    named.flatMap(({ name, row }) => (wrong(row) ? [name] : []))
  const broken = {
    'told twice': repeated(tellings.flatMap(factsOf)),
    'mails without a row': [...mails.keys()].filter((name) => !known.has(name)),
    'sent, but no mail': where(({ state, copies }) => state === 'sent' && copies === 0),
    'a mail, though it never left': where(
      ({ state, copies, uncertain }) => copies > 0 && uncertain === 0 && !mayHaveLeft.has(state),
    ),
    'more copies than doubts': where(({ copies, uncertain }) => copies > 1 + uncertain),
    'Message-IDs that changed': [...mails].flatMap(([name, copies]) =>
      new Set(copies.map(({ messageId }) => messageId)).size > 1 ? [name] : [],
    ),
  }
  expect(broken).toEqual(Object.fromEntries(Object.keys(broken).map((what) => [what, []])))
  expect(new Set(receipts.map(({ messageId }) => messageId)).size, 'Message-IDs are nobody else’s').toBe(
    mails.size,
  )

  const rows = named.map(({ row }) => row)
  return {
    alerts,
    tellings,
    rows,
    in: (state) => rows.filter((row) => row.state === state),
    doubled: rows.filter(({ copies }) => copies > 1),
    doubts: rows.reduce((sum, { uncertain }) => sum + uncertain, 0),
  }
}

/** Every alert of the books was told to all of them: that it fires, once, and its end, once, where it is over. */
export function expectAllTold({ alerts, tellings }: AlertAudit, followers: readonly string[]): void {
  const told = new Map(tellings.flatMap((telling) => factsOf(telling).map((fact) => [fact, telling])))
  const everybody = [...followers].sort()
  const missed = alerts.flatMap(({ id, state }) =>
    (state === 'resolved' ? (['firing', 'resolved'] as const) : (['firing'] as const)).filter((reason) => {
      const reached = told
        .get(`${id} ${reason}`)
        ?.postings.flatMap((posting) => (posting.state === 'sent' ? [posting.to] : []))
      return JSON.stringify(reached?.sort()) !== JSON.stringify(everybody)
    }),
  )
  expect(missed, 'told to everybody').toEqual([])
  const due = alerts.reduce((sum, { state }) => sum + (state === 'resolved' ? 2 : 1), 0)
  expect(tellings.length, 'and nothing else').toBe(due)
}

const mayHaveLeft: ReadonlySet<PostingState> = new Set(['sent', 'unknown', 'handing'])
const nameOf = (subject: string, to: string) => `${subject} > ${to}`
const factsOf = ({ alertIds, reason }: Telling) => alertIds.map((id) => `${id} ${reason}`)

function repeated(names: readonly string[]): readonly string[] {
  const seen = new Set<string>()
  return names.filter((name) => seen.size === seen.add(name).size)
}
