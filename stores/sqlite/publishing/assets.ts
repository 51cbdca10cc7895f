import type { Asset } from '../../../engine/model/asset.ts'
import type { AssetId, ItemId, PublicationId } from '../../../engine/model/ids.ts'
import type { AssetStore, AssetUploads } from '../../../engine/ports/assets.ts'
import { checkRoom } from '../../rules/asset.ts'
import { pageOf } from '../../rules/page.ts'
import { noSuch } from '../../rules/refusals.ts'
import type { Sql } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

type Row = Omit<Asset, 'names'> & { readonly names: string }
// Names by code point, as in the other stores.
const columns = `a.id, a.hash, a.name, a.type, a.bytes, a.width, a.height, a.created_at AS createdAt,
  (SELECT json_group_array(n.name ORDER BY n.name) FROM asset_name n WHERE n.asset_id = a.id) AS names`
const view = (row: Row): Asset => ({ ...row, names: JSON.parse(row.names) as string[] })

export function createAssets(sql: Sql): Sync<AssetStore> {
  return {
    get(hash) {
      const row = sql<[string], Row>(`SELECT ${columns} FROM asset a WHERE a.hash = ?`).get(hash)
      return row === undefined ? null : view(row)
    },
    byName(names) {
      return sql<[string], Row & { readonly called: string }>(
        `SELECT j.value AS called, ${columns}
         FROM json_each(?) j
         JOIN asset_name m ON m.name = j.value
         JOIN asset a ON a.id = m.asset_id
         ORDER BY j.key`,
      )
        .all(JSON.stringify(names))
        .map(({ called, ...row }) => ({ name: called, asset: view(row) }))
    },
    page({ after, limit }) {
      const rows = sql<[number, number], Row>(
        `SELECT ${columns} FROM asset a WHERE a.id > ? AND a.hash IS NOT NULL ORDER BY a.id LIMIT ?`,
      ).all(after, limit + 1)
      return pageOf(rows.map(view), limit, ({ id }) => id)
    },
    piece: (id, seq) =>
      sql<[number, number], Uint8Array>('SELECT bytes FROM asset_piece WHERE asset_id = ? AND seq = ?')
        .pluck()
        .get(id, seq) ?? null,
    mentions(hash, limit) {
      const ids = <T>(text: string) => sql<[object], T>(text).pluck().all({ hash, limit })
      return {
        items: ids<ItemId>(
          `SELECT id FROM item
           WHERE instr(image_url, :hash) > 0 OR instr(body, :hash) > 0
           ORDER BY id
           LIMIT :limit`,
        ),
        publications: ids<PublicationId>(
          'SELECT id FROM publication WHERE instr(spec, :hash) > 0 ORDER BY id LIMIT :limit',
        ),
      }
    },
    remove(id) {
      if (sql<[number]>('DELETE FROM asset WHERE id = ? AND hash IS NOT NULL').run(id).changes === 0)
        return false
      sql<[number]>('DELETE FROM asset_name WHERE asset_id = ?').run(id)
      sql<[number]>('DELETE FROM asset_piece WHERE asset_id = ?').run(id)
      return true
    },
  }
}

export function createAssetUploads(sql: Sql, assets: Sync<AssetStore>): Sync<AssetUploads> {
  const isOpen = (id: AssetId): boolean =>
    sql<[number]>('SELECT 1 FROM asset WHERE id = ? AND hash IS NULL').get(id) !== undefined

  function drop(id: AssetId): void {
    if (sql<[number]>('DELETE FROM asset WHERE id = ? AND hash IS NULL').run(id).changes > 0)
      sql<[number]>('DELETE FROM asset_piece WHERE asset_id = ?').run(id)
  }

  return {
    begin(now) {
      const { lastInsertRowid } = sql<[number]>('INSERT INTO asset (created_at) VALUES (?)').run(now)
      return Number(lastInsertRowid) as AssetId
    },
    append(id, seq, bytes) {
      if (!isOpen(id)) return false
      sql<[number, number, Uint8Array]>(
        'INSERT INTO asset_piece (asset_id, seq, bytes) VALUES (?, ?, ?)',
      ).run(id, seq, bytes)
      return true
    },
    seal(id, { hash, name, type, bytes, width, height }, { maxTotalBytes, now }) {
      if (!isOpen(id)) throw noSuch('upload', id)
      const known = assets.get(hash)
      if (known === null) {
        const kept = sql<[], number>('SELECT coalesce(sum(bytes), 0) FROM asset').pluck().get() ?? 0
        checkRoom(kept, bytes, maxTotalBytes)
        sql<[object]>(
          `UPDATE asset
           SET hash = :hash, name = :name, type = :type, bytes = :bytes, width = :width, height = :height,
             created_at = :now
           WHERE id = :id`,
        ).run({ id, hash, name, type, bytes, width, height, now })
      } else drop(id)
      sql<[object]>(
        `INSERT INTO asset_name (name, asset_id, at) VALUES (:name, :id, :now)
         ON CONFLICT (name) DO UPDATE SET asset_id = :id, at = :now`,
      ).run({ name, id: known?.id ?? id, now })
      return { asset: assets.get(hash)!, created: known === null }
    },
    drop,
    sweep({ before, limit }) {
      const old = sql<[number, number], AssetId>(
        'SELECT id FROM asset WHERE hash IS NULL AND created_at < ? LIMIT ?',
      )
        .pluck()
        .all(before, limit)
      for (const id of old) drop(id)
      return old.length
    },
  }
}
