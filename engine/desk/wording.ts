import { type Alert, isOpen, type Labels, type Severity, severities } from '../model/alert.ts'
import type { EpochMs, Json } from '../model/ids.ts'
import type { Block, Note, PostReason, RichText, Tone } from '../model/note.ts'

/** What a notification tells of. */
export interface Telling {
  readonly reason: PostReason
  /** Of the group, those that hold. */
  readonly firing: readonly Alert[]
  /** Those that are over. */
  readonly over: readonly Alert[]
  /** The labels that the group's alerts share by its rule. */
  readonly groupLabels: Labels
  readonly group: string
  readonly receiver: string
  readonly publicUrl: string
}

const maxListed = 20
const maxInData = 100
const maxFields = 12
/** What the note says elsewhere. */
const saidElsewhere: ReadonlySet<string> = new Set(['severity', 'topic', 'alertname'])

/** `2026-11-28 07:20 UTC`. */
export const momentText = (at: EpochMs): string =>
  `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`

export const worst = (alerts: readonly Alert[]): Severity =>
  severities[Math.max(0, ...alerts.map(({ severity }) => severities.indexOf(severity)))] ?? 'info'

/** A notification in the neutral form. */
export function noteOf(telling: Telling): Note {
  const { reason, firing, over } = telling
  const all = [...firing, ...over]
  const [only] = all
  const name = all.length === 1 && only !== undefined ? only.title : groupName(telling)
  const title = titled(telling, name)
  const severity = worst(firing.length > 0 ? firing : over)
  const single = all.length === 1 && only !== undefined
  return {
    title,
    url: single ? (only.links[0]?.url ?? null) : null,
    tone: toneOf(reason, firing, severity),
    summary: firing.length > 0 && reason !== 'acknowledged' ? `${severity.toUpperCase()}: ${title}` : title,
    blocks: single ? blocksOfOne(only) : blocksOfMany(telling),
  }
}

function titled({ reason, firing, over }: Telling, name: string): string {
  switch (reason) {
    case 'firing':
    case 'changed':
      return firing.length > 1 ? `${firing.length} firing: ${name}` : name
    case 'repeat':
      return `Still firing: ${name}`
    case 'escalated':
      return `Nobody has acknowledged this: ${name}`
    case 'acknowledged': {
      const by = firing.find(({ acknowledged }) => acknowledged !== null)?.acknowledged?.by
      return `Acknowledged${by ? ` by ${by}` : ''}: ${name}`
    }
    case 'resolved':
      return `Resolved: ${name}`
    case 'expired':
      return `Over: ${name}`
    case 'digest':
      return `${firing.length + over.length} alerts`
  }
}

/** What the alerts of a group have in common, in words. */
function groupName({ groupLabels, firing, over }: Telling): string {
  const said = Object.entries(groupLabels).filter(([name]) => name !== 'alertname')
  const alertname = groupLabels.alertname
  const labels = said.map(([name, value]) => `${name}=${value}`).join(' ')
  if (alertname !== undefined) return labels === '' ? alertname : `${alertname} (${labels})`
  if (labels !== '') return labels
  const titles = new Set([...firing, ...over].map(({ title }) => title))
  const [first = 'alerts'] = titles
  return titles.size > 1 ? `${first} and ${titles.size - 1} more` : first
}

function toneOf(reason: PostReason, firing: readonly Alert[], severity: Severity): Tone {
  if (reason === 'acknowledged') return 'muted'
  return firing.length === 0 ? 'good' : severity
}

function blocksOfOne(alert: Alert): readonly Block[] {
  const { text, links } = alert
  const blocks: Block[] = []
  if (text !== '') blocks.push({ type: 'text', text })
  const fields = [
    ['Severity', alert.severity],
    ...(alert.topic === null ? [] : [['Topic', alert.topic]]),
    ['Since', momentText(alert.startsAt)],
    ...(isOpen(alert.state) || alert.endedAt === null ? [] : [['Until', momentText(alert.endedAt)]]),
    ...labelFields(alert.labels),
  ] as [string, string][]
  blocks.push({
    type: 'fields',
    fields: fields.slice(0, maxFields).map(([name, value]) => ({ name, value, short: value.length <= 40 })),
  })
  if (links.length > 0)
    blocks.push({
      type: 'links',
      links: links.map(({ title, url }) => ({ title: title === '' ? hostOf(url) : title, url })),
    })
  return blocks
}

function blocksOfMany({ firing, over }: Telling): readonly Block[] {
  const blocks: Block[] = []
  const list = (alerts: readonly Alert[], heading: string) => {
    if (alerts.length === 0) return
    blocks.push({ type: 'text', text: [{ text: heading, bold: true }] })
    blocks.push({ type: 'list', items: alerts.slice(0, maxListed).map(lineOf) })
    if (alerts.length > maxListed)
      blocks.push({ type: 'context', text: `… and ${alerts.length - maxListed} more` })
  }
  list(firing, over.length > 0 ? `${firing.length} firing` : 'Firing')
  list(over, firing.length > 0 ? `${over.length} over` : 'Over')
  return blocks
}

function lineOf(alert: Alert): RichText {
  const url = alert.links[0]?.url
  const labels = labelFields(alert.labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
  const since = isOpen(alert.state) ? ` since ${momentText(alert.startsAt)}` : ''
  const taken = alert.acknowledged === null ? '' : `, acknowledged by ${alert.acknowledged.by}`
  return [
    { text: alert.title, bold: true, ...(url === undefined ? {} : { url }) },
    `${labels === '' ? '' : ` (${labels})`}${since}${taken}`,
  ]
}

const labelFields = (labels: Labels): [string, string][] =>
  Object.entries(labels).filter(([name]) => !saidElsewhere.has(name))

function hostOf(url: string): string {
  return URL.parse(url)?.hostname ?? 'Open'
}

/** The same facts for programs, as Alertmanager's webhooks lay them out (version 4), with what it does not know beside. */
export function dataOf(telling: Telling): { readonly [key: string]: Json } {
  const { reason, firing, over, groupLabels, group, receiver, publicUrl } = telling
  const all = [...firing, ...over]
  return {
    version: '4',
    groupKey: group,
    truncatedAlerts: Math.max(0, all.length - maxInData),
    status: firing.length > 0 ? 'firing' : 'resolved',
    reason,
    receiver,
    groupLabels: { ...groupLabels },
    commonLabels: common(all.map(({ labels }) => labels)),
    commonAnnotations: common(all.map(({ annotations }) => annotations)),
    externalURL: publicUrl,
    alerts: all.slice(0, maxInData).map((alert) => ({
      id: alert.id,
      key: alert.key,
      status: isOpen(alert.state) ? 'firing' : 'resolved',
      state: alert.state,
      severity: alert.severity,
      topic: alert.topic,
      title: alert.title,
      text: alert.text.slice(0, 2000),
      labels: { ...alert.labels },
      annotations: { ...alert.annotations },
      startsAt: new Date(alert.startsAt).toISOString(),
      // Alertmanager's way to say "not over".
      endsAt: alert.endedAt === null ? '0001-01-01T00:00:00Z' : new Date(alert.endedAt).toISOString(),
      generatorURL: alert.links[0]?.url ?? '',
      links: alert.links.map(({ title, url }) => ({ title, url })),
      acknowledgedBy: alert.acknowledged?.by ?? null,
    })),
  }
}

function common(maps: readonly Labels[]): { [name: string]: Json } {
  const [first = {}, ...rest] = maps
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) =>
      rest.every((map) => Object.hasOwn(map, name) && map[name] === value),
    ),
  )
}
