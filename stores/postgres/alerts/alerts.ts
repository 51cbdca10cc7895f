import { foldText } from '../../../engine/model/segment.ts'
import type { AlertStore } from '../../../engine/ports/alerts.ts'
import { openAlready } from '../../rules/alert.ts'
import { pageOf } from '../../rules/page.ts'
import { noSuch, versionMoved } from '../../rules/refusals.ts'
import { isUnique } from '../database/failure.ts'
import { createValues, type Database, where } from '../database/sql.ts'
import { createAccept } from './accept.ts'
import { type AlertRow, alertColumns, alertRows, changedAlert, viewAlert } from './alert-rows.ts'

/** `hasWords` of the rules. */
const saysAll = (words: string): string => `
  NOT EXISTS (
    SELECT 1
    FROM unnest(${words}::text[]) AS word
    WHERE strpos(lower(concat_ws(
      E'\\n', doc ->> 'title', alert.key, topic, doc ->> 'text',
      (SELECT string_agg(label.key || '=' || label.value, E'\\n') FROM json_each_text(doc -> 'labels') AS label)
    )), word) = 0
  )`

export function createAlerts(db: Database): AlertStore {
  return {
    accept: createAccept(db),
    get: async (ids) => (await alertRows(db, ids)).map(viewAlert),
    async page({ after, limit, open, state, severity, topic, key, words = [] }) {
      const values = createValues()
      const rows = await db.all<AlertRow>(
        `SELECT ${alertColumns} FROM alert
         ${where(
           after > 0 && `id < ${values(after)}`,
           open !== undefined && `ended_at IS ${open ? 'NULL' : 'NOT NULL'}`,
           state !== undefined && `state = ${values(state)}`,
           severity !== undefined && `severity = ${values(severity)}`,
           topic !== undefined && `topic = ${values(topic)}`,
           key !== undefined && `key = ${values(key)}`,
           words.length > 0 && saysAll(values(words.map(foldText))),
         )}
         ORDER BY id DESC
         LIMIT ${values(limit + 1)}`,
        values.list,
      )
      return pageOf(rows.map(viewAlert), limit, ({ id }) => id)
    },
    async unheard(limit) {
      const rows = await db.all<AlertRow>(
        `SELECT ${alertColumns} FROM alert WHERE unheard ORDER BY id LIMIT $1`,
        [limit],
      )
      return rows.map(viewAlert)
    },
    async change(id, version, change, now) {
      const [row] = await alertRows(db, [id])
      if (row === undefined) throw noSuch('alert', id)
      if (row.version !== version) throw versionMoved('alert', id, version, row.version)
      const alert = changedAlert(row, change, now)
      const changed = await db
        .run(
          `UPDATE alert SET state = $3, version = $4, ended_at = $5, doc = $6 WHERE id = $1 AND version = $2`,
          [id, version, alert.state, alert.version, alert.endedAt, JSON.stringify(alert)],
        )
        .catch((error: unknown) => {
          if (!isUnique(error)) throw error
          throw openAlready(id)
        })
      if (changed === 0) {
        const [present] = await alertRows(db, [id])
        throw present === undefined
          ? noSuch('alert', id)
          : versionMoved('alert', id, version, present.version)
      }
      return { ...alert, id }
    },
    remove({ before, limit }) {
      return db.run(
        `DELETE FROM alert WHERE id = ANY(ARRAY(
           SELECT id FROM alert WHERE ended_at < $1 ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED
         ))`,
        [before, limit],
      )
    },
  }
}
