import { describe, expect, test } from 'vitest'
import type { Campaign } from '../../../../engine/model/campaign.ts'
import type { CampaignId } from '../../../../engine/model/ids.ts'
import { newTraceParent } from '../../../../engine/model/trace.ts'
import { campaignInput, fresh, now, type OpenStore, specOf, useStore } from '../fixtures.ts'

export function testCampaigns(open: OpenStore): void {
  describe('campaigns', () => {
    const store = useStore(open)
    const insert = () => store().campaigns.insert(campaignInput(), now)
    const start = (campaign: Awaited<ReturnType<typeof insert>>, at = now) => {
      const { id, name, title, version } = campaign
      const run = { spec: specOf({ campaign: { id, name, title } }), month: 202_701 }
      return store().campaigns.start(id, version, run, at)
    }
    const scheduled = { state: 'scheduled' as const, reason: 'because', scheduledAt: now + 60 }

    test('a new one is a draft with all that was said of it', async () => {
      const input = campaignInput({ data: { a: [1, { b: null }] }, onceKey: 'k' })
      const campaign = await store().campaigns.insert(input, now)
      expect(campaign).toEqual({
        ...input,
        id: expect.any(Number),
        state: 'draft',
        reason: null,
        scheduledAt: null,
        publicationId: null,
        version: 1,
        createdAt: now,
        updatedAt: now,
      })
      expect(await store().campaigns.get(campaign.id)).toEqual(campaign)
      expect(await store().campaigns.byName(input.name)).toEqual(campaign)
      expect(await store().campaigns.byName('no-such')).toBeNull()
      await expect(store().campaigns.insert(input, now)).rejects.toMatchObject({ code: 'E_EXISTS' })
    })

    test('every write names the version it read', async () => {
      const { id, name } = await insert()
      const other = await insert()
      const input = campaignInput({ name, title: 'New' })
      const updated = await store().campaigns.update(id, 1, input, now + 1)
      expect(updated).toMatchObject({
        ...input,
        state: 'draft',
        version: 2,
        createdAt: now,
        updatedAt: now + 1,
      })
      const conflict = { code: 'E_CONFLICT' }
      await expect(store().campaigns.update(id, 1, input, now)).rejects.toMatchObject(conflict)
      await expect(store().campaigns.change(id, 1, scheduled, now)).rejects.toMatchObject(conflict)
      await expect(start({ ...updated, version: 1 })).rejects.toMatchObject(conflict)
      const taken = campaignInput({ name: other.name })
      await expect(store().campaigns.update(id, 2, taken, now)).rejects.toMatchObject({ code: 'E_EXISTS' })
      expect(await store().campaigns.get(id)).toEqual(updated)
    })

    test('there is nothing to write where there is none', async () => {
      const none = 424_242 as CampaignId
      const missing = { code: 'E_NOT_FOUND' }
      expect(await store().campaigns.get(none)).toBeNull()
      await expect(store().campaigns.update(none, 1, campaignInput(), now)).rejects.toMatchObject(missing)
      await expect(store().campaigns.change(none, 1, scheduled, now)).rejects.toMatchObject(missing)
      await expect(start({ ...(await insert()), id: none })).rejects.toMatchObject(missing)
    })

    test('keeps the trace of who scheduled it and what they excused, until its settings are written anew', async () => {
      const { id } = await store().campaigns.insert(campaignInput({ name: 'traced' }), now)
      const trace = newTraceParent()
      const excused = ['dkim.key', 'address.postal']
      const first = await store().campaigns.change(id, 1, { ...scheduled, excused }, now + 2)
      expect(first).toMatchObject({ excused, title: campaignInput().title })
      const traced = await store().campaigns.change(id, 2, { ...scheduled, trace }, now + 2)
      expect(traced).toMatchObject({ trace, excused })
      const later = await store().campaigns.change(id, 3, { ...scheduled, excused: [] }, now + 3)
      expect(later).toEqual({ ...traced, excused: [], version: 4, updatedAt: now + 3 })
      const anew = await store().campaigns.update(id, 4, campaignInput({ name: 'traced' }), now + 4)
      expect(anew).not.toHaveProperty('trace')
      expect(anew).not.toHaveProperty('excused')
    })

    test('changes state, reason and time together', async () => {
      const { id } = await insert()
      const changed = await store().campaigns.change(id, 1, scheduled, now + 2)
      expect(changed).toMatchObject({ ...scheduled, version: 2, updatedAt: now + 2 })
      expect(await store().campaigns.get(id)).toEqual(changed)
    })

    test('starting makes a publication in planning and the campaign running on it', async () => {
      const { campaign, publication } = await start(await insert(), now + 3)
      expect(campaign).toMatchObject({ state: 'running', publicationId: publication.id, version: 2 })
      expect(publication).toMatchObject({
        campaignId: campaign.id,
        month: 202_701,
        state: 'planning',
        createdAt: now + 3,
        finishedAt: null,
        counts: { audience: 0, queued: 0, sent: 0 },
      })
      expect(publication.spec.campaign.name).toBe(campaign.name)
      expect(await store().publications.get(publication.id)).toEqual(publication)
      expect(await store().campaigns.get(campaign.id)).toEqual(campaign)
    })

    test('its present publication moves with it', async () => {
      const { campaign, publication } = await start(await insert())
      const finished = { state: 'finished' as const, finishedAt: now + 9 }
      const change = { state: 'finished' as const, reason: null, scheduledAt: null, publication: finished }
      await store().campaigns.change(campaign.id, campaign.version, change, now + 9)
      expect(await store().publications.get(publication.id)).toMatchObject(finished)
      const again = await store().campaigns.get(campaign.id)
      if (again === null) throw new Error('gone')
      const second = await start(again)
      expect(second.publication.id).toBeGreaterThan(publication.id)
      expect(await store().publications.get(publication.id)).toMatchObject(finished)
    })

    test('paused while it is being planned, it is paused when the plan ends, and runs when its campaign does', async () => {
      const { campaign, publication } = await start(await insert())
      const move = async (from: Campaign, state: 'paused' | 'running') =>
        store().campaigns.change(
          from.id,
          from.version,
          { state, reason: null, scheduledAt: null, publication: { state, finishedAt: null } },
          now,
        )
      const stateOf = async () => (await store().publications.get(publication.id))?.state
      const paused = await move(campaign, 'paused')
      expect(await stateOf()).toBe('planning')
      while (!(await store().ledger.plan(publication.id, { chunkSize: 10, maxChunks: 10 })).done);
      expect(await stateOf()).toBe('paused')
      await move(paused, 'running')
      expect(await stateOf()).toBe('running')
    })

    test('a refused change moves no publication', async () => {
      const { campaign, publication } = await start(await insert())
      const moved = { state: 'paused' as const, finishedAt: null }
      const change = { state: 'paused' as const, reason: null, scheduledAt: null, publication: moved }
      await expect(store().campaigns.change(campaign.id, 1, change, now)).rejects.toMatchObject({
        code: 'E_CONFLICT',
      })
      expect(await store().publications.get(publication.id)).toMatchObject({ state: 'planning' })
    })

    test('of two starts of one version, one makes a publication', async () => {
      const campaign = await insert()
      const both = await Promise.allSettled([start(campaign), start(campaign)])
      expect(both.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected'])
      const { rows } = await store().publications.page({ after: 0, limit: 10, campaignId: campaign.id })
      expect(rows).toHaveLength(1)
    })

    test('pages in id order, by state', async () => {
      const [a, b] = [await insert(), await insert()]
      await store().campaigns.change(b.id, 1, { ...scheduled, state: 'failed' }, now)
      const page = await store().campaigns.page({ after: a.id - 1, limit: 1 })
      expect(page).toMatchObject({ rows: [{ id: a.id }], next: a.id })
      const failed = await store().campaigns.page({ after: 0, limit: 10, state: 'failed' })
      expect(failed).toMatchObject({ rows: [{ id: b.id, state: 'failed' }], next: null })
    })

    test('pages newest first, by part of the name, the title or a list in any case', async () => {
      const word = fresh('harbour')
      const made = []
      for (const title of ['The Ärgernis %', 'The ärgernis _', 'Nothing of it'])
        made.push(
          await store().campaigns.insert(
            campaignInput({
              name: fresh(word),
              title,
              lists: title.includes('%') ? ['daily', 'Fog-List'] : [],
            }),
            now,
          ),
        )
      const [first, second, third] = made.map(({ id }) => id)
      const page = async (query: object, after = 0, limit = 10) => {
        const { rows, next } = await store().campaigns.page({ after, limit, newestFirst: true, ...query })
        return { ids: rows.map(({ id }) => id), next }
      }
      expect(await page({ search: word.toUpperCase() })).toEqual({ ids: [third, second, first], next: null })
      expect(await page({ search: word }, 0, 2)).toEqual({ ids: [third, second], next: second })
      expect(await page({ search: word }, second, 2)).toEqual({ ids: [first], next: null })
      expect((await page({}, 0, 1)).ids).toEqual([third])
      expect((await page({ search: word, newestFirst: false }, first)).ids).toEqual([second, third])
      const mine = async (search: string) =>
        (await page({ search }, 0, 1000)).ids.filter((id) => id >= (first ?? 0))
      expect(await mine('fog-')).toEqual([first])
      expect(await mine('ÄRGERNIS')).toEqual([second, first])
      // No pattern: each of these is a letter like others.
      expect(await mine('nis %')).toEqual([first])
      expect(await mine('nis _')).toEqual([second])
      expect(await mine('\\')).toEqual([])
      await store().campaigns.change(made[0]!.id, 1, scheduled, now)
      expect((await page({ search: word, state: 'scheduled' })).ids).toEqual([first])
    })

    test('only drafts can be removed', async () => {
      const [draft, other] = [await insert(), await insert()]
      await store().campaigns.change(other.id, 1, scheduled, now)
      expect(await store().campaigns.remove(draft.id)).toBe(true)
      expect(await store().campaigns.remove(draft.id)).toBe(false)
      expect(await store().campaigns.remove(other.id)).toBe(false)
      expect(await store().campaigns.get(draft.id)).toBeNull()
      expect((await store().campaigns.insert(campaignInput({ name: draft.name }), now)).id).not.toBe(draft.id)
    })
  })
}
