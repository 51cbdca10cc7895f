import { hash } from 'node:crypto'
import { z } from 'zod'
import { type AlertReport, type Labels, labelOf, severities } from './alert.ts'
import { labelsSchema } from './heartbeat.ts'
import type { EpochMs } from './ids.ts'
import { epochMsSchema, slugSchema, textSchema } from './values.ts'

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
