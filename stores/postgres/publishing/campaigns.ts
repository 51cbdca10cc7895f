import { audienceOf, isOfLists } from '../../../engine/model/audience.ts'
import type { Campaign, CampaignInput, CampaignState } from '../../../engine/model/campaign.ts'
import type { CampaignId, EpochMs, PublicationId } from '../../../engine/model/ids.ts'
import type { PublicationSpec } from '../../../engine/model/publication.ts'
import { foldText } from '../../../engine/model/segment.ts'
import type { CampaignChange, CampaignStore } from '../../../engine/ports/campaigns.ts'
import { wholeInput } from '../../rules/campaign.ts'
import { pageOf } from '../../rules/page.ts'
import { editionTaken, nameTaken, noSuch, versionMoved } from '../../rules/refusals.ts'
import { lockNumber } from '../database/advisory.ts'
import { isUnique } from '../database/failure.ts'
import { createValues, type Database, type Sql, type Tx, where } from '../database/sql.ts'
import { beginCounts } from '../ledger/counts.ts'
import { beginEdition, skipEditions } from './editions.ts'
import { publicationOf } from './publications.ts'

interface Row {
  readonly id: CampaignId
  readonly state: CampaignState
  readonly reason: string | null
  readonly scheduled_at: EpochMs | null
  readonly publication_id: PublicationId | null
  readonly version: number
  readonly created_at: EpochMs
  readonly updated_at: EpochMs
  readonly input: CampaignInput
}
const columns = 'id, state, reason, scheduled_at, publication_id, version, created_at, updated_at, input'
const view = (row: Row): Campaign => ({
  ...wholeInput(row.input),
  id: row.id,
  state: row.state,
  reason: row.reason,
  scheduledAt: row.scheduled_at,
  publicationId: row.publication_id,
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

const refuseTaken = (name: string) => (error: unknown) => {
  throw isUnique(error) ? nameTaken('campaign', name) : error
}

/** Why a write that named `version` found no row. */
async function refusal(sql: Sql, id: CampaignId, version: number): Promise<Error> {
  const present = await sql.one<{ version: number }>('SELECT version FROM campaign WHERE id = $1', [id])
  return present === undefined
    ? noSuch('campaign', id)
    : versionMoved('campaign', id, version, present.version)
}

/** A campaign's row is locked before its publication's, here and in plan.ts. */
export function createCampaigns(db: Database): CampaignStore {
  return {
    async insert(input, now) {
      // Asked first, so that a refused name does not use up an id.
      if ((await db.one('SELECT id FROM campaign WHERE name = $1', [input.name])) !== undefined)
        throw nameTaken('campaign', input.name)
      const row = await db
        .one<Row>(
          `INSERT INTO campaign (name, state, version, created_at, updated_at, input)
           VALUES ($1, 'draft', 1, $2, $2, $3)
           RETURNING ${columns}`,
          [input.name, now, JSON.stringify(input)],
        )
        .catch(refuseTaken(input.name))
      return view(row as Row)
    },
    async update(id, version, input, now) {
      const row = await db
        .one<Row>(
          `UPDATE campaign SET name = $3, input = $4, version = version + 1, updated_at = $5
           WHERE id = $1 AND version = $2
           RETURNING ${columns}`,
          [id, version, input.name, JSON.stringify(input), now],
        )
        .catch(refuseTaken(input.name))
      if (row === undefined) throw await refusal(db, id, version)
      return view(row)
    },
    change(id, version, { state, reason, scheduledAt, trace, excused, publication, skipped = [] }, now) {
      return db.tx(async (tx) => {
        const row = await tx.one<Row>(
          `UPDATE campaign
           SET state = $3, reason = $4, scheduled_at = $5, version = version + 1, updated_at = $6,
             input = CASE
               WHEN $7::jsonb = '{}' THEN input
               ELSE (input::jsonb || $7::jsonb)::json
             END
           WHERE id = $1 AND version = $2
           RETURNING ${columns}`,
          [id, version, state, reason, scheduledAt, now, JSON.stringify({ trace, excused })],
        )
        if (row === undefined) throw await refusal(tx, id, version)
        await skipEditions(tx, id, skipped, now)
        if (publication !== undefined && row.publication_id !== null)
          await movePublication(tx, row.publication_id, publication)
        return view(row)
      })
    },
    start(id, version, { spec, month, edition }, now) {
      return db.tx(async (tx) => {
        const present = await tx.one<{ name: string; scheduled_at: EpochMs | null }>(
          'SELECT name, scheduled_at FROM campaign WHERE id = $1 AND version = $2 FOR NO KEY UPDATE',
          [id, version],
        )
        if (present === undefined) throw await refusal(tx, id, version)
        const publicationId = await insertPublication(tx, { id, spec, month, now })
        if (edition !== undefined) {
          const { dueAt, skipped } = edition
          if (!(await beginEdition(tx, { campaignId: id, dueAt, publicationId, now })))
            throw editionTaken(present.name, dueAt)
          await skipEditions(tx, id, skipped, now)
        }
        const row = await tx.one<Row>(
          `UPDATE campaign
           SET state = 'running', reason = NULL, publication_id = $2, scheduled_at = $3, version = version + 1,
             updated_at = $4
           WHERE id = $1
           RETURNING ${columns}`,
          [id, publicationId, edition === undefined ? present.scheduled_at : edition.next, now],
        )
        const publication = await publicationOf(tx, publicationId)
        if (row === undefined || publication === null) throw noSuch('publication', publicationId)
        return { campaign: view(row), publication }
      })
    },
    async get(id) {
      const row = await db.one<Row>(`SELECT ${columns} FROM campaign WHERE id = $1`, [id])
      return row === undefined ? null : view(row)
    },
    async byName(name) {
      const row = await db.one<Row>(`SELECT ${columns} FROM campaign WHERE name = $1`, [name])
      return row === undefined ? null : view(row)
    },
    async page({ after, limit, newestFirst = false, state, search }) {
      const values = createValues()
      const part = search === undefined ? '' : values(foldText(search))
      const rows = await db.all<Row>(
        `SELECT ${columns} FROM campaign
         ${where(
           newestFirst ? after !== 0 && `id < ${values(after)}` : `id > ${values(after)}`,
           state !== undefined && `state = ${values(state)}`,
           search !== undefined &&
             `(
                strpos(lower(name), ${part}) > 0 OR
                strpos(lower(input ->> 'title'), ${part}) > 0 OR
                EXISTS (
                  SELECT 1 FROM json_array_elements_text(input -> 'lists') AS list
                  WHERE strpos(lower(list), ${part}) > 0
                )
              )`,
         )}
         ORDER BY id ${newestFirst ? 'DESC' : 'ASC'}
         LIMIT ${values(limit + 1)}`,
        values.list,
      )
      return pageOf(rows.map(view), limit, (row) => row.id)
    },
    async remove(id) {
      return (await db.run("DELETE FROM campaign WHERE id = $1 AND state = 'draft'", [id])) > 0
    },
  }
}

async function insertPublication(
  tx: Tx,
  run: {
    readonly id: CampaignId
    readonly spec: PublicationSpec
    readonly month: number
    readonly now: EpochMs
  },
): Promise<PublicationId> {
  const { spec } = run
  const audience = audienceOf(spec)
  const { lists, excludeLists, ...rules } = audience
  const row = (await tx.one<{ id: PublicationId }>(
    `INSERT INTO publication (campaign_id, month, state, created_at, channel, uncertain, once_key, list_ids,
       exclude_ids, rules, spec)
     VALUES ($1, $2, 'planning', $3, $4, $5, $6, $7, $8, $9, $10)
     RETURNING id`,
    [
      run.id,
      run.month,
      run.now,
      spec.channel,
      spec.uncertain,
      spec.onceKey,
      lists,
      excludeLists,
      isOfLists(audience) ? null : JSON.stringify(rules),
      JSON.stringify(spec),
    ],
  )) as { id: PublicationId }
  await beginCounts(tx, row.id)
  return row.id
}

/** Waits for those who take permission just now (intend.ts). Once this is committed nobody gets any under the old state. */
async function movePublication(
  tx: Tx,
  id: PublicationId,
  { state, finishedAt }: NonNullable<CampaignChange['publication']>,
): Promise<void> {
  await tx.run(`SELECT pg_advisory_xact_lock(${lockNumber('publication', '$1')})`, [id])
  // `waitsForPlan` of the rules.
  await tx.run(
    `UPDATE publication SET state = $2, finished_at = $3
     WHERE id = $1 AND NOT (state = 'planning' AND $2 IN ('running', 'paused'))`,
    [id, state, finishedAt],
  )
}
