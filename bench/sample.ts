import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { makeItems } from '../app/demo/content/items.ts'
import { makePeople } from '../app/demo/content/people.ts'
import { campaignData, list, paper, topics } from '../app/demo/content/publication.ts'
import { seeded } from '../app/demo/content/seeded.ts'
import { readTemplates } from '../app/templates/files.ts'
import type { DkimKey, EngineConfig } from '../engine/config.ts'
import { engineConfigSchema } from '../engine/config.ts'
import { domainOf } from '../engine/model/address.ts'
import { selectionSchema } from '../engine/model/campaign.ts'
import type { CampaignId, ItemId, ListId } from '../engine/model/ids.ts'
import type { PublicationSpec } from '../engine/model/publication.ts'
import type { TemplateInput } from '../engine/model/template.ts'
import type { RecipientsJson } from '../engine/ports/ledger.ts'

/** The newsletter that all benches send: the demo's HTML set with ten items, about 20 KB. */
export const templates = readTemplates(join(import.meta.dirname, '../app/templates/letter'))
export const letter: TemplateInput = templates.find(({ kind }) => kind === 'letter')!
export const domain = domainOf(paper.sender.address)

export function makeConfig(overrides: object = {}): EngineConfig {
  return engineConfigSchema.parse({
    publicUrl: 'https://letters.harbour-courier.example',
    secrets: ['a secret for benches only'],
    ...overrides,
  })
}

export function makeDkim(algorithm: 'rsa' | 'ed25519'): DkimKey {
  const { privateKey } =
    algorithm === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519')
  return {
    domain,
    selector: algorithm,
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
}

export function makeSpec(now: number): PublicationSpec {
  const { name, format, variants, subject, preheader, body, text } = letter
  return {
    campaign: { id: 1 as CampaignId, name: 'bench', title: 'Bench' },
    bundle: {
      template: { name, format, variants, subject, preheader, body, text },
      partials: Object.fromEntries(
        templates
          .filter(({ kind }) => kind !== 'letter')
          .map((one) => [one.name, { format: one.format, body: one.body }]),
      ),
    },
    subject: null,
    sender: { ...paper.sender, replyTo: null },
    channel: 'smtp',
    listIds: [1 as ListId],
    excludeListIds: [],
    segments: [],
    excludeSegments: [],
    publications: [],
    excludePublications: [],
    list: { name: list.name, title: list.title },
    selection: selectionSchema.parse({ count: 10 }),
    candidates: makeItems(now).map((item, index) => ({
      ...item,
      id: (index + 1) as ItemId,
      key: item.key!,
      publishedAt: item.publishedAt!,
    })),
    topics: Object.fromEntries(topics.map((topic) => [topic.name, topic.title])),
    data: campaignData,
    uncertain: 'hold',
    onceKey: null,
    retryUntil: now + 86_400_000,
    autoPauseShare: 0.1,
    autoPauseAfter: 200,
    language: 'en',
    timeZone: 'UTC',
    earlier: [],
    startedAt: now,
  }
}

/** Batches as the store hands them to the lanes. */
export function makeRecipients(batches: number, size: number): readonly RecipientsJson[] {
  const people = makePeople(batches * size, seeded(1))
  return Array.from({ length: batches }, (_, batch) =>
    JSON.stringify(
      people
        .slice(batch * size, (batch + 1) * size)
        .map((person, i) => [
          batch * size + i + 1,
          person.address,
          person.name ?? null,
          person.language ?? null,
          person.timeZone ?? null,
          person.attributes ?? {},
          person.topics ?? {},
          'unknown',
          null,
        ]),
    ),
  )
}
