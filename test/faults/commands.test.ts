import { expect, test } from 'vitest'
import type { BroadsheetError } from '../../engine/errors.ts'
import type { Subscriber } from '../../engine/model/subscriber.ts'
import type { Fault } from '../servers/faults.ts'
import type { Sink } from '../servers/smtp-sink.ts'
import { audit } from './support/audit.ts'
import { booksOf } from './support/books.ts'
import type { Daemon } from './support/daemon.ts'
import { addressOf, publicUrl } from './support/house.ts'
import { auditOf, openOffice } from './support/office.ts'
import { until } from './support/until.ts'

const people = 200
const lanes = 2
const batch = 5
// Some 200 letters a second: time to say something while it runs.
const slow: Fault = { do: 'delay', ms: 20 }
const office = () =>
  openOffice({
    people,
    settings: { delivery: { lanes, batch, chunk: 50, sweepMs: 20 } },
    smtp: { connections: 4 },
    sink: { keep: true, faults: ({ phase }) => (phase === 'dot' ? slow : undefined) },
  })

/** Waits for the batches under way; the letters taken by then. */
async function quiet(daemon: Daemon, sink: Sink): Promise<number> {
  await until('the batches under way', async () => (await daemon.progress('weekly')).counts.handing === 0)
  return sink.count()
}

const headerOf = (letter: string, name: string) =>
  new RegExp(`^${name}:((?:[^\\r]|\\r\\n[ \\t])*)`, 'im')
    .exec(letter)?.[1]
    ?.replaceAll(/\r\n[ \t]+/g, ' ')
    .trim()

/** What a mail program does with a letter's one-click header (RFC 8058). */
async function clickUnsubscribe(daemon: Daemon, letter: string): Promise<number> {
  expect(headerOf(letter, 'List-Unsubscribe-Post')).toBe('List-Unsubscribe=One-Click')
  const link = /<(https:[^>]+)>/.exec(headerOf(letter, 'List-Unsubscribe') ?? '')![1]!
  // In place of the proxy that would answer for the public address.
  const answer = await fetch(link.replace(publicUrl, daemon.url), {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
  })
  return answer.status
}

test('who unsubscribes by one click during a campaign is not mailed by it any more', async () => {
  const { sink, daemon, send } = await office()
  await send({ name: 'before' })
  await daemon.reaches('before', 'finished')
  const earlier = sink.count()
  const last = addressOf(people - 1)
  const letter = sink.bodies()[sink.received().findIndex(({ to }) => to === last)]!.toString('utf8')

  await send({ name: 'weekly' })
  await until('the campaign to be under way', () => sink.count() >= earlier + 10)
  expect(await clickUnsubscribe(daemon, letter)).toBe(200)
  expect((await daemon.progress('weekly')).counts.queued, 'they must still be in the queue').toBeGreaterThan(
    0,
  )
  await daemon.reaches('weekly', 'finished')

  const { counts, rows } = audit(await booksOf(daemon.client, 'weekly'), sink.received().slice(earlier))
  expect(counts).toMatchObject({ audience: people, sent: people - 1, suppressed: 1 })
  const [left] = rows.filter(({ address }) => address === last)
  expect(left).toMatchObject({ state: 'suppressed', code: 'left_list', copies: 0 })
  const { id } = await daemon.client.get<Subscriber>('/subscribers/by-address', { address: last })
  const { data } = await daemon.client.get<{ data: object[] }>(`/subscribers/${id}/memberships`)
  expect(data).toMatchObject([{ list: 'news', membership: 'unsubscribed' }])
})

test('pause holds from the next batch on, and resume goes on without a copy', async () => {
  const { sink, daemon, send } = await office()
  await send()
  await until('the campaign to be under way', () => sink.count() >= 20)
  await daemon.client.post('/campaigns/weekly/pause', { reason: 'a typo' })
  const told = sink.count()
  const paused = await quiet(daemon, sink)
  expect(paused - told).toBeLessThanOrEqual(lanes * batch)
  const { counts } = await daemon.progress('weekly')
  expect(counts).toMatchObject({ sent: paused, unknown: 0 })
  expect(counts.queued).toBeGreaterThan(0)
  // As many sweeps as it takes to answer these, and not a letter among them.
  for (let asked = 0; asked < 30; asked++) await daemon.client.get('/campaigns/weekly')
  expect(sink.count()).toBe(paused)

  await daemon.client.post('/campaigns/weekly/resume')
  await daemon.reaches('weekly', 'finished')
  const { doubled, missing } = await auditOf(daemon, sink)
  expect({ doubled, missing }).toEqual({ doubled: [], missing: 0 })
})

test('cancel holds from the next batch on, for good', async () => {
  const { sink, daemon, send } = await office()
  await send()
  await until('the campaign to be under way', () => sink.count() >= 20)
  await daemon.client.post('/campaigns/weekly/cancel')
  const told = sink.count()
  const cancelled = await quiet(daemon, sink)
  expect(cancelled - told).toBeLessThanOrEqual(lanes * batch)
  const { counts, doubled, missing } = await auditOf(daemon, sink)
  expect(counts).toMatchObject({ sent: cancelled, queued: people - cancelled, unknown: 0, handing: 0 })
  expect({ doubled, missing }).toEqual({ doubled: [], missing: people - cancelled })
  const refused = await daemon.client
    .post('/campaigns/weekly/resume')
    .catch((error: BroadsheetError) => error.code)
  expect(refused).toBe('E_STATE')
})
