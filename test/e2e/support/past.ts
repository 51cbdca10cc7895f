import { vi } from 'vitest'
import type { NewDeliveryEvent } from '../../../engine/model/event.ts'
import type { PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import type { Desk } from './desk.ts'

const dayMs = 86_400_000
const hourMs = 3_600_000
const domains = ['gmail.com', 'firm.example', 'outlook.com', 'paper.example']

/** What a campaign is made from that goes out through files. */
export const letter = {
  template: 'daily',
  channel: 'file',
  sender: { address: 'news@paper.example', name: 'The Paper' },
  lists: ['readers'],
  selection: { count: 0, minimum: 0 },
} as const

/** A list of `people` readers in four domains, a template, and a campaign that has gone out to all of them. Its publication. */
export async function sendLetter(desk: Desk, people: number): Promise<PublicationId> {
  await desk.ask('POST', '/lists', { name: 'readers', title: 'Readers' })
  await desk.ask('POST', '/templates', {
    name: 'daily',
    format: 'html',
    subject: 'The day',
    body: '<p>Good morning. <a href="{{ links.unsubscribe }}">Leave</a></p>',
  })
  const rows = Array.from(
    { length: people },
    (_, index) => `reader${index}@${domains[index % domains.length]},readers`,
  )
  await desk.ask('POST', '/subscribers/import', ['address,lists', ...rows].join('\n'), {
    'content-type': 'text/csv',
  })
  const { id } = await desk.ask<{ id: number }>('POST', '/campaigns', {
    ...letter,
    name: 'the-day',
    title: 'The day',
  })
  await desk.ask('POST', `/campaigns/${id}/start`, {})
  const progress = () =>
    desk.ask<{ state: string; publicationId: PublicationId }>('GET', `/campaigns/${id}/progress`)
  await vi.waitFor(async () => {
    if ((await progress()).state !== 'finished') throw new Error('It still goes out.')
  }, waiting)
  return (await progress()).publicationId
}

/** Eight weeks in which letters went out each day at seven and were read through the day, of the publication and its readers; the
 *  numbers hold them when it resolves. */
export async function fillPast(desk: Desk, publicationId: PublicationId, now: number): Promise<void> {
  const { store } = desk.daemon.engine
  const { data } = await desk.ask<{ data: { id: SubscriberId }[] }>('GET', '/subscribers?limit=500')
  const events: NewDeliveryEvent[] = []
  const midnight = Math.floor(now / dayMs) * dayMs
  for (let day = 1; day <= 56; day++) {
    const at = midnight - day * dayMs + 7 * hourMs
    for (const [index, { id: subscriberId }] of data.entries()) {
      const event = (
        type: NewDeliveryEvent['type'],
        hours: number,
        more: Partial<NewDeliveryEvent> = {},
      ): void =>
        void events.push({
          publicationId,
          subscriberId,
          channel: 'file',
          type,
          at: at + hours * hourMs,
          code: null,
          detail: null,
          ...more,
        })
      event('sent', 0)
      const luck = (index * 7 + day * 3) % 20
      if (luck < 7) event('opened', 1 + (luck % 12), { class: luck === 0 ? 'scanner' : 'human' })
      if (luck < 2) event('clicked', 2 + luck, { class: 'human' })
      if (luck === 19 && day % 5 === 0) event('bounced', 0.2, { code: 'soft' })
      if (luck === 18 && day % 9 === 0) event('unsubscribed', 3)
    }
  }
  for (let first = 0; first < events.length; first += 1000)
    await store.events.append(events.slice(first, first + 1000))
  await vi.waitFor(async () => {
    const { rolledTo, last } = await desk.ask<{ rolledTo: number; last: number }>('GET', '/analytics/status')
    if (rolledTo < last) throw new Error(`Counted up to ${rolledTo} of ${last}.`)
  }, waiting)
}

export const waiting = { timeout: 60_000, interval: 5 } as const
