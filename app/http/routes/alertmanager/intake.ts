import { z } from 'zod'
import {
  type AlertLink,
  type AlertReport,
  type Labels,
  labelOf,
  type Severity,
} from '../../../../engine/model/alert.ts'
import { fingerprint } from '../../../../engine/model/alert-input.ts'
import { labelsSchema } from '../../../../engine/model/heartbeat.ts'
import type { EpochMs } from '../../../../engine/model/ids.ts'
import { isText, slugSchema } from '../../../../engine/model/values.ts'

const maxTitle = 300
const maxAnnotation = 8192
const maxAnnotations = 32
const maxUrl = 2048
const maxLinks = 10

/** A time as Alertmanager's clients write it. Go's zero time, the year 1, says nothing. */
export const timeSchema = z.string().transform((text, context): EpochMs | null => {
  const at = Date.parse(text)
  if (Number.isNaN(at)) {
    context.addIssue({ code: 'custom', message: 'must be a time such as "2026-11-28T07:16:34.972Z"' })
    return z.NEVER
  }
  return at <= 0 ? null : at
})

const texts = z.record(z.string(), z.string())

/** `postableAlert` of Alertmanager's API. What else is in it is not looked at, as there. */
export const postedAlertSchema = z.object({
  labels: texts,
  annotations: texts.nullish(),
  startsAt: timeSchema.nullish(),
  endsAt: timeSchema.nullish().describe('Without it: now and the resolve timeout.'),
  generatorURL: z.string().nullish(),
})
export type PostedAlert = z.output<typeof postedAlertSchema>

/** Of the link that is `generatorURL` there. */
export const sourceTitle = 'Source'

const severityOf: ReadonlyMap<string, Severity> = new Map([
  ['critical', 'critical'],
  ['page', 'critical'],
  ['error', 'error'],
  ['warning', 'warning'],
  ['info', 'info'],
  ['none', 'info'],
])

/** What Prometheus says, as a report of ours. Refuses what Alertmanager refuses, in its words, and labels that are too
 *  many or too long to be kept; annotations are shortened instead, since an alert that is refused is not said again. */
export function reportOfPosted(
  posted: PostedAlert,
  now: EpochMs,
  resolveTimeoutMs: number,
): { readonly ok: AlertReport } | { readonly error: string } {
  // An empty label is as good as none.
  const labels = Object.fromEntries(Object.entries(posted.labels).filter(([, value]) => value !== ''))
  if (Object.keys(labels).length === 0) return { error: 'at least one label pair required' }
  const checked = labelsSchema.safeParse(labels)
  if (!checked.success) {
    const [issue] = checked.error.issues
    return { error: `label ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}` }
  }
  const annotations = shortened(posted.annotations ?? {})
  const endsAt = posted.endsAt ?? now + resolveTimeoutMs
  const startsAt = posted.startsAt ?? Math.min(posted.endsAt ?? now, now)
  if (endsAt < startsAt) return { error: 'start time must be before end time' }
  const topic = slugSchema.safeParse(labelOf(labels, 'topic'))
  return {
    ok: {
      key: fingerprint(labels),
      topic: topic.success ? topic.data : null,
      severity: severityOf.get(labelOf(labels, 'severity').toLowerCase()) ?? 'warning',
      labels,
      annotations,
      title: titleOf(labels, annotations),
      text: labelOf(annotations, 'description') || labelOf(annotations, 'message'),
      links: linksOf(posted.generatorURL ?? '', annotations),
      startsAt,
      endsAt,
      ends: 'resolved',
    },
  }
}

const clip = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`

function shortened(annotations: Labels): Labels {
  const kept = Object.entries(annotations).filter(
    ([name]) => name !== '' && name.length <= 128 && name !== '__proto__' && isText(name),
  )
  return Object.fromEntries(
    kept
      .slice(0, maxAnnotations)
      .map(([name, value]) => [name, clip(value.replaceAll('\0', '').toWellFormed(), maxAnnotation)]),
  )
}

function titleOf(labels: Labels, annotations: Labels): string {
  const summary = labelOf(annotations, 'summary').replace(/\s+/g, ' ').trim()
  if (summary !== '') return clip(summary, maxTitle)
  const name = labelOf(labels, 'alertname')
  const rest = Object.keys(labels)
    .filter((label) => label !== 'alertname' && label !== 'severity')
    .sort()
    .map((label) => `${label}=${labelOf(labels, label)}`)
  const said = rest.length === 0 ? '' : name === '' ? rest.join(', ') : ` (${rest.join(', ')})`
  return clip(`${name}${said}`.replace(/\s+/g, ' ').trim() || 'Alert', maxTitle)
}

/** Where it came from first; `runbook_url` is a link "Runbook". */
function linksOf(generatorUrl: string, annotations: Labels): readonly AlertLink[] {
  const named = Object.entries(annotations)
    .filter(([name]) => name.endsWith('_url'))
    .map(([name, url]) => {
      const words = name.slice(0, -'_url'.length).replaceAll('_', ' ').trim()
      return { title: words.slice(0, 1).toUpperCase() + words.slice(1), url: url.trim() }
    })
  return [{ title: sourceTitle, url: generatorUrl }, ...named]
    .filter(({ url }) => url.length <= maxUrl && /^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    .slice(0, maxLinks)
}
