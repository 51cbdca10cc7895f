import { type Alert, hear, isOpen } from '../../../engine/model/alert.ts'
import type { AlertId } from '../../../engine/model/ids.ts'
import { foldText } from '../../../engine/model/segment.ts'
import type { AlertStore } from '../../../engine/ports/alerts.ts'
import { openAlready } from '../../rules/alert.ts'
import { inOrderOf, pageOf } from '../../rules/page.ts'
import { noSuch, versionMoved } from '../../rules/refusals.ts'
import { type Sql, where } from '../database/statements.ts'
import type { Sync } from '../threads/methods.ts'

interface Row {
  readonly id: AlertId
  readonly version: number
  readonly heard: number
  readonly doc: string
}

/** `hasWords` of the rules. 100,000 alerts of which none has the word take 250 ms. */
const saysAll = `
  NOT EXISTS (
    SELECT 1
    FROM json_each(:words) AS word
    WHERE instr(folded(concat_ws(
      char(10), doc ->> 'title', alert.key, topic, doc ->> 'text',
      (SELECT group_concat(label.key || '=' || label.value, char(10)) FROM json_each(doc, '$.labels') AS label)
    )), word.value) = 0
  )`

const view = ({ id, doc }: Row): Alert => ({ ...(JSON.parse(doc) as Omit<Alert, 'id'>), id })

export interface AlertRows {
  get(id: AlertId): Alert | null
  /** `heard`: the desk knows this version. */
  replace(alert: Alert, heard: boolean): void
  /** Where it has not moved on. */
  hear(id: AlertId, version: number): void
  /** Would there be two of its key that are open? */
  isTwice(alert: Alert): boolean
}

export function createAlertRows(sql: Sql): AlertRows {
  return {
    get(id) {
      const row = sql<[number], Row>('SELECT id, version, heard, doc FROM alert WHERE id = ?').get(id)
      return row === undefined ? null : view(row)
    },
    replace({ id, ...alert }, heard) {
      sql<[object]>(
        `UPDATE alert SET state = :state, severity = :severity, topic = :topic, version = :version,
           heard = iif(:heard, :version, heard), ended_at = :endedAt, doc = :doc
         WHERE id = :id`,
      ).run({
        id,
        state: alert.state,
        severity: alert.severity,
        topic: alert.topic,
        version: alert.version,
        heard: heard ? 1 : 0,
        endedAt: alert.endedAt,
        doc: JSON.stringify(alert),
      })
    },
    hear(id, version) {
      sql<[number, number]>('UPDATE alert SET heard = version WHERE id = ? AND version = ?').run(id, version)
    },
    isTwice: ({ id, key, state }) =>
      isOpen(state) &&
      sql<[string, number]>('SELECT 1 FROM alert WHERE key = ? AND id <> ? AND ended_at IS NULL').get(
        key,
        id,
      ) !== undefined,
  }
}

export function createAlerts(sql: Sql, rows: AlertRows): Sync<AlertStore> {
  const newestOf = (key: string) =>
    sql<[string], Row>(
      'SELECT id, version, heard, doc FROM alert WHERE key = ? ORDER BY id DESC LIMIT 1',
    ).get(key)

  function insert(alert: Omit<Alert, 'id'>): Alert {
    const { lastInsertRowid } = sql<[object]>(
      `INSERT INTO alert (key, state, severity, topic, version, heard, ended_at, doc)
       VALUES (:key, :state, :severity, :topic, :version, 0, :endedAt, :doc)`,
    ).run({
      key: alert.key,
      state: alert.state,
      severity: alert.severity,
      topic: alert.topic,
      version: alert.version,
      endedAt: alert.endedAt,
      doc: JSON.stringify(alert),
    })
    return { ...alert, id: Number(lastInsertRowid) as AlertId }
  }

  return {
    accept(reports, { now, reopenMs }) {
      return reports.map((report) => {
        const row = newestOf(report.key)
        const { hearing, alert } = hear(row === undefined ? null : view(row), report, now, reopenMs)
        if (alert === null) return { hearing, alert }
        if (hearing === 'opened' || row === undefined) return { hearing, alert: insert(alert) }
        const whole = { ...alert, id: row.id }
        rows.replace(whole, hearing === 'repeated' && row.heard === row.version)
        return { hearing, alert: whole }
      })
    },
    get(ids) {
      const rows = sql<[string], Row>(
        'SELECT id, version, heard, doc FROM alert WHERE id IN (SELECT value FROM json_each(?))',
      ).all(JSON.stringify(ids))
      return inOrderOf(ids, rows).map(view)
    },
    page({ after, limit, open, state, severity, topic, key, words = [] }) {
      const conditions = where(
        after > 0 && 'id < :after',
        open === true && 'ended_at IS NULL',
        open === false && 'ended_at IS NOT NULL',
        state !== undefined && 'state = :state',
        severity !== undefined && 'severity = :severity',
        topic !== undefined && 'topic = :topic',
        key !== undefined && 'key = :key',
        words.length > 0 && saysAll,
      )
      const found = sql<[object], Row>(
        `SELECT id, version, heard, doc FROM alert ${conditions} ORDER BY id DESC LIMIT :limit`,
      ).all({
        limit: limit + 1,
        ...(after > 0 && { after }),
        ...(state !== undefined && { state }),
        ...(severity !== undefined && { severity }),
        ...(topic !== undefined && { topic }),
        ...(key !== undefined && { key }),
        ...(words.length > 0 && { words: JSON.stringify(words.map(foldText)) }),
      })
      return pageOf(found.map(view), limit, ({ id }) => id)
    },
    unheard(limit) {
      return sql<[number], Row>(
        'SELECT id, version, heard, doc FROM alert WHERE heard <> version ORDER BY id LIMIT ?',
      )
        .all(limit)
        .map(view)
    },
    change(id, version, change, now) {
      const alert = rows.get(id)
      if (alert === null) throw noSuch('alert', id)
      if (alert.version !== version) throw versionMoved('alert', id, version, alert.version)
      const next = { ...alert, ...change, version: version + 1, updatedAt: now }
      if (rows.isTwice(next)) throw openAlready(id)
      rows.replace(next, false)
      return next
    },
    remove({ before, limit }) {
      const gone = sql<[number, number], AlertId>('SELECT id FROM alert WHERE ended_at < ? LIMIT ?')
        .pluck()
        .all(before, limit) as AlertId[]
      const ids = JSON.stringify(gone)
      sql<[string]>('DELETE FROM notification_alert WHERE alert_id IN (SELECT value FROM json_each(?))').run(
        ids,
      )
      return sql<[string]>('DELETE FROM alert WHERE id IN (SELECT value FROM json_each(?))').run(ids).changes
    },
  }
}
