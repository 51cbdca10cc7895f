import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { startSinkProcess } from '../../servers/smtp-sink-process.ts'
import { audit } from '../support/audit.ts'
import { booksOf } from '../support/books.ts'
import { startDaemon } from '../support/daemon.ts'
import { addressOf, campaignInput, openHouse } from '../support/house.ts'

const body = `<html><body><h1>Hello {{ subscriber.name }}</h1>
<p>Your number is
  {{ subscriber.attributes.number | required }}.</p>
<a href="{{ links.unsubscribe }}">Unsubscribe</a></body></html>`

/** A campaign whose template needs something that one recipient has not. */
export async function failOneTemplate(people: number): Promise<void> {
  const unlucky = Math.floor(people * 0.618)
  const house = await openHouse({
    people,
    body,
    attributes: (index) => (index === unlucky ? {} : { number: index }),
    settings: {},
  })
  const sink = await startSinkProcess({ file: join(house.folder, 'receipts.tsv') })
  onTestFinished(() => sink.close())
  house.configure({ channels: { smtp: { host: '127.0.0.1', port: sink.port, security: 'none' } } })
  const daemon = await startDaemon(house)
  await daemon.client.post('/campaigns', campaignInput())
  await daemon.client.post('/campaigns/weekly/start')
  await daemon.reaches('weekly', 'finished', 10 * 60_000)

  const {
    counts,
    in: rowsIn,
    doubled,
    missing,
  } = audit(await booksOf(daemon.client, 'weekly'), sink.received())
  expect(counts).toMatchObject({ audience: people, sent: people - 1, failed: 1, unknown: 0 })
  expect({ doubled, missing }).toEqual({ doubled: [], missing: 1 })
  const [failed] = rowsIn('failed')
  expect(failed).toMatchObject({ address: addressOf(unlucky), code: 'render', copies: 0 })
  expect(failed!.detail).toMatch(/^daily body, line 3, column \d+: .*subscriber\.attributes\.number/)
}
