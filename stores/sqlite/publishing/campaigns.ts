import { audienceOf, isOfLists } from '../../../engine/model/audience.ts'
import type { Campaign, CampaignInput, CampaignState } from '../../../engine/model/campaign.ts'
import type { CampaignId, EpochMs, PublicationId } from '../../../engine/model/ids.ts'
import { foldText } from '../../../engine/model/segment.ts'
import type { CampaignStore, PublicationStore } from '../../../engine/ports/campaigns.ts'
import { wholeInput } from '../../rules/campaign.ts'
import { pageOf } from '../../rules/page.ts'
import { editionTaken, nameTaken, noSuch, versionMoved } from '../../rules/refusals.ts'
import { type Sql, where } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'
import type { EditionWriter } from './editions.ts'

interface Row {
  readonly id: CampaignId
  readonly state: CampaignState
  readonly reason: string | null
  readonly scheduled_at: EpochMs | null
  readonly publication_id: PublicationId | null
  readonly version: number
  readonly created_at: EpochMs
  readonly updated_at: EpochMs
  readonly input: string
}
const view = (row: Row): Campaign => ({
  ...wholeInput(JSON.parse(row.input) as CampaignInput),
  id: row.id,
  state: row.state,
  reason: row.reason,
  scheduledAt: row.scheduled_at,
  publicationId: row.publication_id,
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

export function createCampaigns(
  sql: Sql,
  publications: Pick<Sync<PublicationStore>, 'get'>,
  editions: EditionWriter,
): Sync<CampaignStore> {
  const get = (id: CampaignId): Campaign | null => {
    const row = sql<[number], Row>('SELECT * FROM campaign WHERE id = ?').get(id)
    return row === undefined ? null : view(row)
  }
  const existing = (id: CampaignId): Campaign => {
    const campaign = get(id)
    if (campaign === null) throw noSuch('campaign', id)
    return campaign
  }
  const present = (id: CampaignId, version: number): Campaign => {
    const campaign = existing(id)
    if (campaign.version !== version) throw versionMoved('campaign', id, version, campaign.version)
    return campaign
  }
  const refuseTaken = (name: string, except: number) => {
    const holder = sql<[string, number]>('SELECT id FROM campaign WHERE name = ? AND id <> ?')
    if (holder.get(name, except) !== undefined) throw nameTaken('campaign', name)
  }

  return {
    get,
    insert(input, now) {
      refuseTaken(input.name, 0)
      const { lastInsertRowid } = sql<[object]>(
        `INSERT INTO campaign (name, state, version, created_at, updated_at, input)
         VALUES (:name, 'draft', 1, :now, :now, :input)`,
      ).run({ name: input.name, now, input: JSON.stringify(input) })
      return existing(Number(lastInsertRowid) as CampaignId)
    },
    update(id, version, input, now) {
      present(id, version)
      refuseTaken(input.name, id)
      sql<[object]>(
        `UPDATE campaign SET name = :name, input = :input, version = version + 1, updated_at = :now
         WHERE id = :id`,
      ).run({ id, name: input.name, input: JSON.stringify(input), now })
      return existing(id)
    },
    change(id, version, { state, reason, scheduledAt, trace, excused, publication, skipped = [] }, now) {
      const { publicationId } = present(id, version)
      editions.skip(id, skipped, now)
      if (publication !== undefined)
        // `waitsForPlan` of the rules.
        sql<[object]>(
          `UPDATE publication SET state = :state, finished_at = :finishedAt
           WHERE id = :id AND NOT (state = 'planning' AND :state IN ('running', 'paused'))`,
        ).run({
          ...publication,
          id: publicationId,
        })
      sql<[object]>(
        `UPDATE campaign
         SET state = :state, reason = :reason, scheduled_at = :scheduledAt, version = version + 1, updated_at = :now,
           input = json_patch(input, :kept)
         WHERE id = :id`,
      ).run({ id, state, reason, scheduledAt, kept: JSON.stringify({ trace, excused }), now })
      return existing(id)
    },
    start(id, version, { spec, month, edition }, now) {
      const { name, scheduledAt } = present(id, version)
      if (edition !== undefined && editions.isNoted(id, edition.dueAt))
        throw editionTaken(name, edition.dueAt)
      const { lastInsertRowid } = sql<[object]>(
        `INSERT INTO publication (campaign_id, month, state, created_at, channel, uncertain, once_key, list_ids,
           exclude_ids, spec)
         VALUES (:id, :month, 'planning', :now, :channel, :uncertain, :onceKey, :lists, :excluded, :spec)`,
      ).run({
        id,
        month,
        now,
        channel: spec.channel,
        uncertain: spec.uncertain,
        onceKey: spec.onceKey,
        lists: JSON.stringify(spec.listIds),
        excluded: JSON.stringify(spec.excludeListIds),
        spec: JSON.stringify(spec),
      })
      const publicationId = Number(lastInsertRowid) as PublicationId
      const { lists: _, excludeLists: __, ...rules } = audienceOf(spec)
      if (!isOfLists(audienceOf(spec)))
        sql<[number, string]>('INSERT INTO publication_audience (publication_id, rules) VALUES (?, ?)').run(
          publicationId,
          JSON.stringify(rules),
        )
      sql<[number]>('INSERT INTO publication_count (publication_id) VALUES (?)').run(publicationId)
      if (edition !== undefined) {
        editions.begin(id, edition.dueAt, publicationId, now)
        editions.skip(id, edition.skipped, now)
      }
      sql<[object]>(
        `UPDATE campaign
         SET state = 'running', reason = NULL, publication_id = :publicationId, scheduled_at = :scheduledAt,
           version = version + 1, updated_at = :now
         WHERE id = :id`,
      ).run({ id, publicationId, scheduledAt: edition === undefined ? scheduledAt : edition.next, now })
      const publication = publications.get(publicationId)
      if (publication === null) throw noSuch('publication', publicationId)
      return { campaign: existing(id), publication }
    },
    byName(name) {
      const row = sql<[string], Row>('SELECT * FROM campaign WHERE name = ?').get(name)
      return row === undefined ? null : view(row)
    },
    page({ after, limit, newestFirst = false, state, search }) {
      const rows = sql<[object], Row>(
        `SELECT * FROM campaign
         ${where(
           newestFirst ? '(:after = 0 OR id < :after)' : 'id > :after',
           state !== undefined && 'state = :state',
           search !== undefined &&
             `(
                folded(name) LIKE :like ESCAPE '\\' OR
                folded(input ->> 'title') LIKE :like ESCAPE '\\' OR
                EXISTS (
                  SELECT 1 FROM json_each(input, '$.lists') AS list
                  WHERE folded(list.value) LIKE :like ESCAPE '\\'
                )
              )`,
         )}
         ORDER BY id ${newestFirst ? 'DESC' : 'ASC'}
         LIMIT :limit`,
      )
      const like = `%${foldText(search ?? '').replaceAll(/[\\%_]/g, '\\$&')}%`
      return pageOf(rows.all({ after, limit: limit + 1, state, like }).map(view), limit, (row) => row.id)
    },
    remove(id) {
      return sql<[number]>("DELETE FROM campaign WHERE id = ? AND state = 'draft'").run(id).changes > 0
    },
  }
}
