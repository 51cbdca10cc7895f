import { z } from 'zod'

/** How letters' items are ranked, and how that is learned. */
export const rankingSchema = z.strictObject({
  kind: z
    .enum(['learned', 'interest'])
    .default('learned')
    .describe(
      '`learned`: by what readers click, beside what they say they like; as `interest` until something was learned. `interest`: by declared interest, recency and popularity alone; nothing is learned then',
    ),
  module: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe('A JavaScript module that ranks instead (docs/personalisation.md)'),
  holdoutShare: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.1)
    .describe(
      "This share of every publication's readers gets the ranker that does not learn, to know what learning is worth",
    ),
  exploration: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe('How far items of which little is known are tried: 0 not at all, 1 as unsure as the model is'),
  halfLifeDays: z
    .number()
    .min(1)
    .max(3650)
    .default(60)
    .describe('After this long what a reader clicked counts half'),
  snapshotMs: z
    .int()
    .min(1000)
    .default(900_000)
    .describe('A new version of the weights is made when there is something new, this often at most'),
  keep: z.int().min(1).max(1000).default(32).describe('Versions that are kept to go back to'),
  sweepMs: z.int().min(10).default(15_000).describe('How often new opens and clicks are looked for'),
})
export type RankingConfig = z.infer<typeof rankingSchema>

/** The ranking of one publication, frozen with it. */
export type FrozenRanking =
  | {
      readonly kind: 'learned'
      /** Of the weights, in `ModelStore`. */
      readonly version: number
      readonly exploration: number
      readonly holdoutShare: number
    }
  | {
      readonly kind: 'module'
      /** Absolute path or file URL. */
      readonly module: string
      readonly holdoutShare: number
    }
