import type { Campaign } from '../../../engine/model/campaign.ts'
import type { CampaignId, EpochMs, PublicationId } from '../../../engine/model/ids.ts'
import type { SkippedEdition } from '../../../engine/model/schedule.ts'
import { foldText } from '../../../engine/model/segment.ts'
import type { CampaignStore } from '../../../engine/ports/campaigns.ts'
import { noRows, waitsForPlan } from '../../rules/ledger.ts'
import { pageOf } from '../../rules/page.ts'
import { editionTaken, nameTaken, noSuch, versionMoved } from '../../rules/refusals.ts'
import type { MemoryEdition, MemoryState } from '../state.ts'
import { viewOf } from './publications.ts'

export function createCampaigns({
  campaigns,
  publications,
  editions,
}: Pick<MemoryState, 'campaigns' | 'publications' | 'editions'>): CampaignStore {
  let lastId = 0
  const named = (name: string) => [...campaigns.values()].find((campaign) => campaign.name === name)
  const present = (id: CampaignId, version: number): Campaign => {
    const campaign = campaigns.get(id)
    if (campaign === undefined) throw noSuch('campaign', id)
    if (campaign.version !== version) throw versionMoved('campaign', id, version, campaign.version)
    return campaign
  }
  const put = (campaign: Campaign): Campaign => {
    campaigns.set(campaign.id, campaign)
    return campaign
  }

  const editionsOf = (id: CampaignId): Map<EpochMs, MemoryEdition> => {
    const known = editions.get(id) ?? new Map<EpochMs, MemoryEdition>()
    editions.set(id, known)
    return known
  }
  const skipAll = (id: CampaignId, skipped: readonly SkippedEdition[], now: EpochMs) => {
    const known = editionsOf(id)
    for (const { dueAt, reason } of skipped)
      if (!known.has(dueAt)) known.set(dueAt, { number: null, reason, publicationId: null, at: now })
  }

  return {
    async insert(input, now) {
      if (named(input.name) !== undefined) throw nameTaken('campaign', input.name)
      lastId += 1
      return put({
        ...structuredClone(input),
        id: lastId as CampaignId,
        state: 'draft',
        reason: null,
        scheduledAt: null,
        publicationId: null,
        version: 1,
        createdAt: now,
        updatedAt: now,
      })
    },
    async update(id, version, input, now) {
      const { trace: _, excused: __, ...campaign } = present(id, version)
      const holder = named(input.name)
      if (holder !== undefined && holder.id !== id) throw nameTaken('campaign', input.name)
      return put({ ...campaign, ...structuredClone(input), version: version + 1, updatedAt: now })
    },
    async change(
      id,
      version,
      { state, reason, scheduledAt, trace, excused, publication, skipped = [] },
      now,
    ) {
      const campaign = present(id, version)
      const run = campaign.publicationId === null ? undefined : publications.get(campaign.publicationId)
      if (
        publication !== undefined &&
        run !== undefined &&
        !waitsForPlan(run.publication.state, publication.state)
      )
        run.publication = { ...run.publication, ...structuredClone(publication) }
      skipAll(id, skipped, now)
      const kept = {
        ...campaign,
        ...(trace !== undefined && { trace }),
        ...(excused !== undefined && { excused: [...excused] }),
      }
      return put({ ...kept, state, reason, scheduledAt, version: version + 1, updatedAt: now })
    },
    async start(id, version, { spec, month, edition }, now) {
      const campaign = present(id, version)
      if (edition !== undefined && editionsOf(id).has(edition.dueAt))
        throw editionTaken(campaign.name, edition.dueAt)
      const publicationId = (publications.size + 1) as PublicationId
      const run = {
        publication: {
          id: publicationId,
          campaignId: id,
          month,
          state: 'planning' as const,
          spec: structuredClone(spec),
          createdAt: now,
          finishedAt: null,
        },
        audience: 0,
        rows: noRows(),
        chunks: [],
        deliveries: new Map(),
        links: [],
      }
      publications.set(publicationId, run)
      if (edition !== undefined) {
        const begun = [...editionsOf(id).values()].filter((one) => one.publicationId !== null).length
        editionsOf(id).set(edition.dueAt, { number: begun + 1, reason: null, publicationId, at: now })
        skipAll(id, edition.skipped, now)
      }
      return {
        campaign: put({
          ...campaign,
          state: 'running',
          reason: null,
          scheduledAt: edition === undefined ? campaign.scheduledAt : edition.next,
          publicationId,
          version: version + 1,
          updatedAt: now,
        }),
        publication: viewOf(run),
      }
    },
    async get(id) {
      return campaigns.get(id) ?? null
    },
    async byName(name) {
      return named(name) ?? null
    },
    async page({ after, limit, newestFirst = false, state, search }) {
      const part = foldText(search ?? '')
      const fits = ({ id, name, title, lists, state: present }: Campaign) =>
        (newestFirst ? after === 0 || id < after : id > after) &&
        (state === undefined || present === state) &&
        [name, title, ...lists].some((one) => foldText(one).includes(part))
      const rows = [...campaigns.values()].filter(fits)
      if (newestFirst) rows.reverse()
      return pageOf(rows.slice(0, limit + 1), limit, (campaign) => campaign.id)
    },
    async remove(id) {
      return campaigns.get(id)?.state === 'draft' && campaigns.delete(id)
    },
  }
}
