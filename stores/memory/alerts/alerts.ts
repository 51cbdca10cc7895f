import { type Alert, hear, isOpen } from '../../../engine/model/alert.ts'
import type { AlertId } from '../../../engine/model/ids.ts'
import type { AlertStore } from '../../../engine/ports/alerts.ts'
import { hasWords, openAlready } from '../../rules/alert.ts'
import { pageOf } from '../../rules/page.ts'
import { noSuch, versionMoved } from '../../rules/refusals.ts'
import { type AlertState, isTwice } from './state.ts'

export function createAlerts({ alerts, heard }: AlertState): AlertStore {
  let lastId = 0
  const newest = new Map<string, AlertId>()

  return {
    async accept(reports, { now, reopenMs }) {
      return structuredClone(reports).map((report) => {
        const known = alerts.get(newest.get(report.key) ?? (0 as AlertId)) ?? null
        const { hearing, alert } = hear(known, report, now, reopenMs)
        if (alert === null) return { hearing, alert }
        if (hearing === 'opened') lastId += 1
        const id = hearing === 'opened' || known === null ? (lastId as AlertId) : known.id
        const whole: Alert = { ...alert, id }
        alerts.set(id, whole)
        newest.set(report.key, id)
        if (hearing === 'repeated' && heard.get(id) === known?.version) heard.set(id, whole.version)
        return { hearing, alert: whole }
      })
    },
    async get(ids) {
      return ids.flatMap((id) => alerts.get(id) ?? [])
    },
    async page({ after, limit, open, state, severity, topic, key, words = [] }) {
      const rows = [...alerts.values()]
        .reverse()
        .filter(
          (alert) =>
            (after === 0 || alert.id < after) &&
            (open === undefined || isOpen(alert.state) === open) &&
            (state === undefined || alert.state === state) &&
            (severity === undefined || alert.severity === severity) &&
            (topic === undefined || alert.topic === topic) &&
            (key === undefined || alert.key === key) &&
            (words.length === 0 || hasWords(alert, words)),
        )
      return pageOf(rows, limit, ({ id }) => id)
    },
    async unheard(limit) {
      return [...alerts.values()].filter(({ id, version }) => heard.get(id) !== version).slice(0, limit)
    },
    async change(id, version, change, now) {
      const alert = alerts.get(id)
      if (alert === undefined) throw noSuch('alert', id)
      if (alert.version !== version) throw versionMoved('alert', id, version, alert.version)
      const next = { ...alert, ...structuredClone(change), version: version + 1, updatedAt: now }
      if (isTwice(alerts, next)) throw openAlready(id)
      alerts.set(id, next)
      return next
    },
    async remove({ before, limit }) {
      const gone = [...alerts.values()]
        .filter(({ endedAt }) => endedAt !== null && endedAt < before)
        .slice(0, limit)
      for (const { id, key } of gone) {
        alerts.delete(id)
        heard.delete(id)
        if (newest.get(key) === id) newest.delete(key)
      }
      return gone.length
    },
  }
}
