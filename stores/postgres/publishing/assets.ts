import type { Asset } from '../../../engine/model/asset.ts'
import type { AssetId, ItemId, PublicationId } from '../../../engine/model/ids.ts'
import type { AssetStore, AssetUploads } from '../../../engine/ports/assets.ts'
import { checkRoom } from '../../rules/asset.ts'
import { pageOf } from '../../rules/page.ts'
import { noSuch } from '../../rules/refusals.ts'
import { lockNumber } from '../database/advisory.ts'
import type { Database, Sql } from '../database/sql.ts'

const columns = `a.id, a.hash, a.name, a.type, a.bytes, a.width, a.height, a.created_at AS "createdAt",
  ARRAY(SELECT n.name FROM asset_name n WHERE n.asset_id = a.id ORDER BY n.name) AS names`

const byHash = (sql: Sql, hash: string): Promise<Asset | undefined> =>
  sql.one<Asset>(`SELECT ${columns} FROM asset a WHERE a.hash = $1`, [hash])

export function createAssets(db: Database): AssetStore {
  return {
    get: async (hash) => (await byHash(db, hash)) ?? null,
    async byName(names) {
      const rows = await db.all<Asset & { called: string }>(
        `SELECT j.name AS called, ${columns}
         FROM unnest($1::text[]) WITH ORDINALITY AS j (name, place)
         JOIN asset_name m ON m.name = j.name
         JOIN asset a ON a.id = m.asset_id
         ORDER BY j.place`,
        [names],
      )
      return rows.map(({ called, ...asset }) => ({ name: called, asset }))
    },
    async page({ after, limit }) {
      const rows = await db.all<Asset>(
        `SELECT ${columns} FROM asset a WHERE a.id > $1 AND a.hash IS NOT NULL ORDER BY a.id LIMIT $2`,
        [after, limit + 1],
      )
      return pageOf(rows, limit, ({ id }) => id)
    },
    async piece(id, seq) {
      const row = await db.one<{ bytes: Uint8Array }>(
        'SELECT bytes FROM asset_piece WHERE asset_id = $1 AND seq = $2',
        [id, seq],
      )
      return row?.bytes ?? null
    },
    async mentions(hash, limit) {
      const [items, publications] = await Promise.all([
        db.all<{ id: ItemId }>(
          `SELECT id FROM item
           WHERE strpos(image_url, $1) > 0 OR strpos(body, $1) > 0
           ORDER BY id
           LIMIT $2`,
          [hash, limit],
        ),
        db.all<{ id: PublicationId }>(
          'SELECT id FROM publication WHERE strpos(spec::text, $1) > 0 ORDER BY id LIMIT $2',
          [hash, limit],
        ),
      ])
      return { items: items.map(({ id }) => id), publications: publications.map(({ id }) => id) }
    },
    remove(id) {
      return db.tx(async (tx) => {
        // First the row: whoever gives it a name (seal) holds it meanwhile.
        if ((await tx.run('DELETE FROM asset WHERE id = $1 AND hash IS NOT NULL', [id])) === 0) return false
        await tx.run('DELETE FROM asset_name WHERE asset_id = $1', [id])
        await tx.run('DELETE FROM asset_piece WHERE asset_id = $1', [id])
        return true
      })
    },
  }
}

export function createAssetUploads(db: Database): AssetUploads {
  async function dropIn(sql: Sql, id: AssetId): Promise<void> {
    if ((await sql.run('DELETE FROM asset WHERE id = $1 AND hash IS NULL', [id])) > 0)
      await sql.run('DELETE FROM asset_piece WHERE asset_id = $1', [id])
  }

  return {
    async begin(now) {
      const row = await db.one<{ id: AssetId }>('INSERT INTO asset (created_at) VALUES ($1) RETURNING id', [
        now,
      ])
      return row!.id
    },
    async append(id, seq, bytes) {
      const rows = await db.run(
        `INSERT INTO asset_piece (asset_id, seq, bytes)
         SELECT id, $2, $3 FROM asset WHERE id = $1 AND hash IS NULL FOR KEY SHARE`,
        [id, seq, bytes],
      )
      return rows > 0
    },
    seal(id, { hash, name, type, bytes, width, height }, { maxTotalBytes, now }) {
      return db.tx(async (tx) => {
        const open = await tx.one('SELECT 1 FROM asset WHERE id = $1 AND hash IS NULL FOR UPDATE', [id])
        if (open === undefined) throw noSuch('upload', id)
        // Two who bring the same bytes: the second waits here, and finds them then.
        await tx.run(`SELECT pg_advisory_xact_lock(${lockNumber('asset', '$1::bigint')})`, [
          Number.parseInt(hash.slice(0, 12), 16),
        ])
        const known = await tx.one<{ id: AssetId }>('SELECT id FROM asset WHERE hash = $1 FOR UPDATE', [hash])
        if (known === undefined) {
          const sum = await tx.one<{ kept: number }>(
            'SELECT coalesce(sum(bytes), 0)::bigint AS kept FROM asset',
          )
          checkRoom(sum!.kept, bytes, maxTotalBytes)
          await tx.run(
            `UPDATE asset
             SET hash = $2, name = $3, type = $4, bytes = $5, width = $6, height = $7, created_at = $8
             WHERE id = $1`,
            [id, hash, name, type, bytes, width, height, now],
          )
        } else await dropIn(tx, id)
        await tx.run(
          `INSERT INTO asset_name (name, asset_id, at) VALUES ($1, $2, $3)
           ON CONFLICT (name) DO UPDATE SET asset_id = excluded.asset_id, at = excluded.at`,
          [name, known?.id ?? id, now],
        )
        return { asset: (await byHash(tx, hash))!, created: known === undefined }
      })
    },
    drop: (id) => db.tx((tx) => dropIn(tx, id)),
    sweep({ before, limit }) {
      return db.tx(async (tx) => {
        const old = await tx.all<{ id: AssetId }>(
          `SELECT id FROM asset
           WHERE hash IS NULL AND created_at < $1
           LIMIT $2
           FOR UPDATE SKIP LOCKED`,
          [before, limit],
        )
        for (const { id } of old) await dropIn(tx, id)
        return old.length
      })
    },
  }
}
