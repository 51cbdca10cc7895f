import { z } from 'zod'
import { featureCount, prior } from './features.ts'
import { createModel, kept, type Model } from './model.ts'
import { createRegression } from './regression.ts'
import type { Tally } from './tally.ts'

/** A model as it is kept: JSON. Numbers have six digits, which is far below what is known of any of them. */
const finite = z.number().refine(Number.isFinite)
const amount = finite.min(0).max(1e9)
const tally = z.tuple([amount, amount, z.number().int().min(0)])
const snapshotSchema = z.strictObject({
  format: z.literal(1),
  at: z.int().min(0),
  seen: z.int(),
  clicked: z.int(),
  mean: z.array(finite).length(featureCount),
  covariance: z.array(finite).length(featureCount ** 2),
  items: z.array(z.tuple([z.int(), ...tally.def.items])).max(2 * kept.items),
  trends: z.array(z.tuple([z.int(), ...tally.def.items])).max(2 * kept.items),
  topics: z.array(z.tuple([z.string(), ...tally.def.items])).max(2 * kept.topics),
})
export type Snapshot = z.infer<typeof snapshotSchema>

const short = (value: number): number => Number(value.toPrecision(6))

export function snapshotOf(model: Model): Snapshot {
  const rows = <K>(tallies: ReadonlyMap<K, Tally>) =>
    [...tallies].map(([key, { clicks, expected, at }]): [K, number, number, number] => [
      key,
      short(clicks),
      short(expected),
      at,
    ])
  return {
    format: 1,
    at: model.at,
    ...model.observations,
    mean: [...model.regression.mean],
    covariance: [...model.regression.covariance],
    items: rows(model.items),
    trends: rows(model.trends),
    topics: rows(model.topics),
  }
}

export function modelOf(snapshot: Snapshot, settings: Parameters<typeof createModel>[0]): Model {
  const map = <K>(rows: readonly [K, number, number, number][]) =>
    new Map(rows.map(([key, clicks, expected, at]): [K, Tally] => [key, { clicks, expected, at }]))
  const { at, seen, clicked, mean, covariance, items, trends, topics } = snapshot
  return createModel(settings, {
    regression: createRegression(Float64Array.from(mean), Float64Array.from(covariance)),
    items: map(items),
    trends: map(trends),
    topics: map(topics),
    observations: { seen, clicked },
    at,
  })
}

/** Parse and judge: what no letter may be chosen by. Never throws; `problem` says what is wrong, in words. */
export function readSnapshot(text: string): { readonly snapshot: Snapshot } | { readonly problem: string } {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return { problem: 'it is no JSON' }
  }
  const parsed = snapshotSchema.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return { problem: `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'is not valid'}` }
  }
  const snapshot = parsed.data
  for (const [i, { low, high }] of prior.entries()) {
    const weight = snapshot.mean[i]!
    if (weight < low || weight > high) return { problem: `mean.${i}: ${weight} is outside ${low} to ${high}` }
    const variance = snapshot.covariance[i * featureCount + i]!
    if (variance < -1e-9 || variance > 1e3) return { problem: `covariance.${i}: ${variance} is no variance` }
  }
  if (snapshot.clicked > snapshot.seen) return { problem: 'more was clicked than was seen' }
  return { snapshot }
}
