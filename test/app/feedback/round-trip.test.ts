import { expect, onTestFinished, test } from 'vitest'
import type { ChannelDefinition } from '../../../engine/channel/index.ts'
import { engineConfigSchema } from '../../../engine/config.ts'
import { createEngine } from '../../../engine/engine.ts'
import { campaignInputSchema } from '../../../engine/model/campaign.ts'
import { smtp } from '../../../plugins/smtp/index.ts'
import { createMemoryQueue } from '../../../stores/memory/nodes/queue.ts'
import { openStore } from '../../../stores/open.ts'
import { campaignInput, furnish } from '../../faults/support/house.ts'
import { startSink } from '../../servers/smtp-sink.ts'

test('letters by a real SMTP server come back to the address that they were sent from', async () => {
  const sink = await startSink({ keep: true })
  onTestFinished(() => sink.close())
  const store = await openStore('memory:')
  onTestFinished(() => store.close())
  await furnish(store, { people: 20 })
  const engine = await createEngine(
    engineConfigSchema.parse({
      secrets: ['a secret only for the tests'],
      bounces: { address: 'Bounce@example.org' },
      delivery: { chunk: 20, batch: 10, lanes: 2, sweepMs: 20 },
    }),
    {
      store,
      queue: createMemoryQueue(),
      channels: {
        smtp: {
          definition: smtp as unknown as ChannelDefinition<never>,
          config: smtp.config.parse({ host: '127.0.0.1', port: sink.port, security: 'none' }),
        },
      },
    },
  )
  onTestFinished(() => engine.stop({ deadlineMs: 0 }))
  await engine.start()
  const input = campaignInputSchema.parse(campaignInput({ name: 'back', channel: 'smtp' }))
  const { id } = await engine.campaigns.create(input)
  await engine.campaigns.start(id)
  const stateOf = async () => (await store.campaigns.get(id))!.state
  await expect.poll(stateOf, { interval: 5, timeout: 30_000 }).toBe('finished')

  const receipts = sink.received()
  expect(new Set(receipts.map(({ from }) => from)).size).toBe(20)
  for (const [n, { from, to }] of receipts.entries()) {
    const { heard } = await engine.feedback.take(
      Buffer.from(
        `Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.com\r\nTo: ${from.toLowerCase()}\r\nSubject: failure notice\r\n` +
          `Message-ID: <${n}@mx.example.com>\r\n\r\nHi. This is the qmail-send program at mx.example.com.\r\n` +
          `I'm afraid I wasn't able to deliver your message to the following addresses.\r\n\r\n<${to}>:\r\n` +
          'Sorry, no mailbox here by that name. (#5.1.1)\r\n\r\n--- Below this line is a copy of the message.\r\n\r\n',
      ),
      'mail',
    )
    expect(heard, to).toMatchObject([{ outcome: 'suppressed', class: 'hard' }])
  }
  expect(await store.subscribers.count({ status: 'bounced' })).toBe(20)
  const { rows } = await store.events.page({ type: 'bounced', after: 0, limit: 100 })
  expect(rows).toHaveLength(20)
  expect(new Set(rows.map(({ channel, code }) => `${channel} ${code}`))).toEqual(new Set(['smtp 5.1.1']))
})
