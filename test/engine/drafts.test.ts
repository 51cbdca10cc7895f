import { afterEach, beforeEach, expect, test } from 'vitest'
import { campaignInputSchema } from '../../engine/model/campaign.ts'
import type { PublicationId } from '../../engine/model/ids.ts'
import { templateInputSchema } from '../../engine/model/template.ts'
import { type House, openHouse } from './support/house.ts'

let house: House
const address = 'reader1@example.org'

beforeEach(async () => {
  house = await openHouse({ people: 3 })
})
afterEach(() => house[Symbol.asyncDispose]())

test('a preview shows what is being written, and keeps nothing of it', async () => {
  const { id, name } = await house.campaign()
  const draft = {
    campaign: campaignInputSchema.parse({
      name,
      title: 'Anew',
      template: 'daily',
      sender: { address: 'news@example.org' },
      lists: ['news'],
      selection: { count: 1 },
      data: { greeting: 'Ahoy' },
    }),
    template: templateInputSchema.parse({
      name: 'daily',
      subject: '{{ campaign.title }}',
      body: '<p>{{ campaign.data.greeting }}, {{ subscriber.name }}: {{ items.size }}</p>',
    }),
  }
  const shown = await house.engine.campaigns.preview(id, address, draft)
  expect(shown.subject).toBe('Anew')
  expect(shown.html).toContain('Ahoy, Reader 1: 1')
  const kept = await house.engine.campaigns.preview(id, address)
  expect(kept.subject).toBe('News for Reader 1')
  expect(kept.picks).toHaveLength(3)
})

test('a letter that went out is shown as it went out, whatever became of its template and items', async () => {
  const campaign = await house.campaign()
  await house.engine.campaigns.start(campaign.id)
  const { publicationId } = await house.until(campaign, 'finished')
  const [template] = await house.store.templates.byName(['daily'])
  await house.store.templates.update(
    template!.id,
    template!.version,
    { ...templateInputSchema.parse({ name: 'daily', body: 'Other' }) },
    house.clock.now(),
  )
  const shown = await house.engine.campaigns.previewOf(publicationId!, address)
  expect(shown?.html).toContain('Hello Reader 1')
  const titles = shown!.picks.map(({ title }) => title)
  const { rows } = await house.engine.campaigns.deliveries(campaign.id, { after: 0, limit: 10 })
  expect(rows.find((row) => row.address === address)?.picks.map(({ title }) => title)).toEqual(titles)
  expect(await house.engine.campaigns.previewOf(999 as PublicationId, address)).toBeNull()
})
