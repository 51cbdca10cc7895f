import { z } from 'zod'
import { modes } from '../stage/stage.ts'

/** Raised when a field changes its meaning or goes; more fields do not raise it. */
export const schemaVersion = 1

const verdictSchema = z
  .enum(['pass', 'fail', 'untold'])
  .describe('`untold`: there was nothing to tell it from.')
export type Verdict = z.output<typeof verdictSchema>

const limitSchema = z.strictObject({
  is: z.enum(['<', '<=', '>=', '=']),
  value: z.number(),
  verdict: verdictSchema,
})

const checkSchema = z.strictObject({
  name: z.string(),
  value: z.number().nullable().describe('Null: not measured.'),
  unit: z.string(),
  target: limitSchema.nullable().describe('The original one; null where there is none.'),
  promise: limitSchema.nullable().describe("Broadsheet's own, stricter one."),
  of: z.string().nullable().describe('The name of the latency that it is a figure of.'),
  note: z.string().nullable(),
})
export type Check = z.output<typeof checkSchema>

const histogramSchema = z.strictObject({
  buckets: z
    .array(z.tuple([z.number().int(), z.number().int()]).readonly())
    .readonly()
    .describe('Bucket and how many it holds. Bucket i ends at 0.01 ms * 2^(i / 32).'),
  count: z.number().int(),
  min: z.number(),
  max: z.number(),
  mean: z.number(),
})
const pointsSchema = z
  .array(z.tuple([z.number(), z.number()]).readonly())
  .readonly()
  .describe('Seconds since the run began, and a value.')
const seriesOf = (unit: string) =>
  z
    .array(z.strictObject({ part: z.string(), points: pointsSchema }))
    .readonly()
    .describe(unit)

const runSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  what: z.string().describe('What was done, in a sentence.'),
  seconds: z.number(),
  error: z.string().nullable().describe('Why it did not come to its end.'),
  checks: z.array(checkSchema).readonly(),
  figures: z.array(z.strictObject({ name: z.string(), value: z.number(), unit: z.string() })).readonly(),
  counts: z.record(z.string(), z.number()).describe('What was counted at both ends, by name.'),
  latencies: z
    .array(
      z.strictObject({
        name: z.string(),
        main: z.boolean().describe('What the run is about.'),
        histogram: histogramSchema.describe('Milliseconds.'),
      }),
    )
    .readonly(),
  throughput: z
    .array(z.strictObject({ name: z.string(), unit: z.string(), points: pointsSchema }))
    .readonly(),
  memory: seriesOf('Bytes.'),
  cores: seriesOf('Cores in use.'),
  threads: z
    .array(z.strictObject({ part: z.string(), thread: z.string(), cores: z.number() }))
    .readonly()
    .describe('Cores in use over the whole run, the most first.'),
  others: z
    .number()
    .nullable()
    .describe('Cores that programs took that have nothing to do with the run; null where it is not known.'),
  driver: z
    .strictObject({
      late: histogramSchema.describe('Milliseconds from the moment meant to the request.'),
      lagP99Ms: z.number(),
      lagMaxMs: z.number(),
      cores: z.number(),
    })
    .nullable(),
})
export type Run = z.output<typeof runSchema>

export const reportSchema = z.strictObject({
  schema: z.literal(schemaVersion),
  madeAt: z.iso.datetime(),
  broadsheet: z.strictObject({ version: z.string(), commit: z.string().nullable() }),
  machine: z.strictObject({
    cpu: z.string(),
    cores: z.number().int(),
    memoryBytes: z.number().int(),
    system: z.string(),
    node: z.string(),
    loadBefore: z.number().describe('What waited for a core in the minute before; 0 is a quiet machine.'),
  }),
  options: z.strictObject({
    quick: z.boolean(),
    runs: z.array(z.string()).readonly(),
    subscribers: z.number().int(),
    campaign: z.number().int(),
    built: z.boolean(),
  }),
  modes: z
    .array(
      z.strictObject({
        mode: z.enum(modes),
        made: z.record(z.string(), z.string()).describe('What it ran on, for people.'),
        runs: z.array(runSchema).readonly(),
      }),
    )
    .readonly(),
})
export type LoadReport = z.output<typeof reportSchema>
