import { hash } from 'node:crypto'
import { z } from 'zod'
import { type AlertReport, type Labels, labelOf, severities } from './alert.ts'
import { labelsSchema } from './heartbeat.ts'
import type { EpochMs } from './ids.ts'
import { epochMsSchema, isText, slugSchema, textSchema } from './values.ts'

const linkSchema = z.strictObject({
  title: textSchema.max(200).default(''),
  url: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).max(2048),
})
const annotationsSchema = z
  .record(textSchema.min(1).max(128), textSchema.max(8192))
  .refine((map) => !Object.hasOwn(map, '__proto__'), 'must not have a key "__proto__"')
  .refine((map) => Object.keys(map).length <= 32, 'must have at most 32 annotations')

/** An alert as a source of our own API says it. */
export const alertInputSchema = z
  .strictObject({
    /** Two reports with the same key are one alert. Default: made from the labels and the topic; without labels also from the title. */
    key: textSchema.trim().min(1).max(200).optional(),
    status: z.enum(['firing', 'resolved']).default('firing'),
    topic: slugSchema.nullable().default(null),
    severity: z.enum(severities).default('warning'),
    title: textSchema.trim().min(1).max(300).optional(),
    text: textSchema.max(20_000).default(''),
    labels: labelsSchema.default({}),
    annotations: annotationsSchema.default({}),
    links: z.array(linkSchema).max(10).default([]),
    startsAt: epochMsSchema.optional(),
    /** When it is over by itself; not with `ttlMs`. */
    endsAt: epochMsSchema.optional(),
    /** It expires when nothing is heard of it for so long. */
    ttlMs: z
      .int()
      .min(1000)
      .max(365 * 86_400_000)
      .optional(),
  })
  .refine(({ endsAt, ttlMs }) => endsAt === undefined || ttlMs === undefined, {
    path: ['ttlMs'],
    error: 'must not stand beside endsAt: one of them says when it is over',
  })
  .refine(({ title, key }) => title !== undefined || key !== undefined, {
    path: ['title'],
    error: 'is needed, or a key: say in one line what happened',
  })
export type AlertInput = z.input<typeof alertInputSchema>
type Read = z.output<typeof alertInputSchema>

const fields = new Set(
  'key status topic severity title text labels annotations startsAt endsAt ttlMs'.split(' '),
)
const slug = /^[a-z0-9][a-z0-9._-]{0,63}$/

/** What `alertInputSchema` makes of an input that has nothing unusual in it, at a twentieth of its time: 200 alerts a second have a
 *  campaign beside them. Null: let the schema say what it is, or what is wrong. */
export function readPlainInput(value: unknown): Read | null {
  if (typeof value !== 'object' || value === null) return null
  for (const name in value) if (!fields.has(name)) return null
  const { key, status = 'firing', topic = null, severity = 'warning', title } = value as Partial<Read>
  const { text = '', labels = {}, annotations = {}, startsAt, endsAt, ttlMs } = value as Partial<Read>
  const isPlain =
    (key === undefined ? title !== undefined : isLine(key, 200)) &&
    (title === undefined || isLine(title, 300)) &&
    (status === 'firing' || status === 'resolved') &&
    (topic === null || (typeof topic === 'string' && slug.test(topic))) &&
    severities.includes(severity) &&
    typeof text === 'string' &&
    text.length <= 20_000 &&
    isText(text) &&
    isMap(labels, 64, 2048) &&
    isMap(annotations, 32, 8192) &&
    isWhole(startsAt, 0, 8.64e15) &&
    isWhole(endsAt, 0, 8.64e15) &&
    isWhole(ttlMs, 1000, 365 * 86_400_000) &&
    (endsAt === undefined || ttlMs === undefined)
  if (!isPlain) return null
  return {
    ...(key !== undefined && { key }),
    ...(title !== undefined && { title }),
    ...(startsAt !== undefined && { startsAt }),
    ...(endsAt !== undefined && { endsAt }),
    ...(ttlMs !== undefined && { ttlMs }),
    status,
    topic,
    severity,
    text,
    labels,
    annotations,
    links: [],
  }
}

const isLine = (text: unknown, most: number): boolean =>
  typeof text === 'string' && text.length > 0 && text.length <= most && text.trim() === text && isText(text)

const isWhole = (value: unknown, least: number, most: number): boolean =>
  value === undefined ||
  (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most)

function isMap(value: unknown, mostNames: number, mostText: number): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  let names = 0
  for (const name in value) {
    const text: unknown = (value as Labels)[name]
    if (name === '' || name === '__proto__' || name.length > 128 || !isText(name)) return false
    if (typeof text !== 'string' || text.length > mostText || !isText(text)) return false
    if (++names > mostNames) return false
  }
  return true
}

/** 32 hexadecimal digits; the same for equal labels in any order. */
export function fingerprint(labels: Labels, ...more: readonly string[]): string {
  let whole = ''
  // Neither a name nor a value has U+0000, so that no two sets are written alike.
  for (const name of Object.keys(labels).sort()) whole += `${name}\0${labelOf(labels, name)}\0`
  for (const text of more) whole += `\0${text}`
  return hash('sha256', whole).slice(0, 32)
}

/** What the input says, complete. */
export function reportOf(
  input: z.output<typeof alertInputSchema>,
  now: EpochMs,
  defaultTtlMs: number,
): AlertReport {
  const { key, status, topic, severity, text, labels, annotations, links, endsAt, ttlMs } = input
  const title = input.title ?? key ?? ''
  const own = () => fingerprint(labels, topic ?? '', ...(Object.keys(labels).length === 0 ? [title] : []))
  const over = status === 'resolved' ? now : (endsAt ?? now + (ttlMs ?? defaultTtlMs))
  return {
    key: key ?? own(),
    topic,
    severity,
    labels,
    annotations,
    title,
    text,
    links,
    startsAt: Math.min(input.startsAt ?? now, over),
    endsAt: over,
    ends: endsAt === undefined && status === 'firing' ? 'expired' : 'resolved',
  }
}
