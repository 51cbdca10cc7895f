import { z } from 'zod'
import { resolveAudience, segmentRule } from '../../../engine/audience/segment/audience.ts'
import { checkRule } from '../../../engine/audience/segment/check.ts'
import { showProblem } from '../../../engine/audience/segment/problem.ts'
import { ruleTextSchema, segmentInputSchema } from '../../../engine/audience/segment/schema.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { ResolvedRule, Rule, Segment } from '../../../engine/model/segment.ts'
import { slugSchema } from '../../../engine/model/values.ts'
import type { Collection, Unkept } from '../../../engine/ports/collection.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { collectionRoutes } from '../collection.ts'
import { keptShape } from '../reply/kept.ts'
import { byIdOrName, idOrNameParams } from '../reply/page.ts'
import { problems } from '../reply/problem.ts'

const treeSchema = z
  .custom<Rule>((value) => typeof value === 'object' && value !== null)
  .meta({ type: 'object' })
  .describe('The rule as data; docs/audience.md describes it.')

export const segmentSchema = z.object({
  ...keptShape<number>(),
  title: z.string(),
  description: z.string(),
  rule: z.string().describe('The rule as text, in its canonical form.'),
  tree: treeSchema,
})

const countSchema = z.object({
  count: z.number().int(),
  exact: z.boolean().describe('Counted, not estimated.'),
  margin: z
    .number()
    .int()
    .describe('The true number is within `count` ± this with 95 % confidence; 0 when exact.'),
})

const problemSchema = z.object({
  line: z.number().int(),
  column: z.number().int(),
  length: z.number().int().describe('Of what is meant, in characters.'),
  message: z.string(),
  shown: z.string().describe('For a terminal: the message, the line and a caret under the place.'),
})

const names = z.array(slugSchema).max(100).default([])
// A count keeps a thread that reads busy.
const budgetQuery = z.strictObject({
  budgetMs: z
    .string()
    .regex(/^\d{1,4}$/, 'must be a number of milliseconds from 1 to 5000')
    .transform(Number)
    .refine((ms) => ms >= 1 && ms <= 5000, 'must be a number of milliseconds from 1 to 5000')
    .default(100)
    .describe('Counting ends after so long, and what is left is estimated. 1 to 5000.'),
})
const tag = 'Segments'

export function segmentRoutes(app: Api, parts: Parts): void {
  const { clock } = parts
  const { store } = parts.engine

  /** Refuses a rule that names what is not there. */
  const mustResolve = async ({ rule }: Unkept<Segment>): Promise<void> => {
    const checked = await checkRule(store, rule, clock.now())
    if ('ok' in checked) return
    const issues = checked.problems.map((problem) => ({ path: 'rule', message: showProblem(problem, rule) }))
    throw new BroadsheetError('E_INPUT', checked.problems.map(({ message }) => message).join(' '), { issues })
  }
  const collection: Collection<Segment> = {
    ...store.segments,
    async insert(doc, now) {
      await mustResolve(doc)
      return store.segments.insert(doc, now)
    },
    async update(id, version, doc, now) {
      await mustResolve(doc)
      return store.segments.update(id, version, doc, now)
    },
  }
  collectionRoutes<Segment, Unkept<Segment>>(app, parts, {
    noun: 'segment',
    tag,
    scopes: { read: 'subscribers:read', write: 'subscribers:write' },
    collection,
    input: segmentInputSchema,
    view: segmentSchema,
    removal: 'Campaigns that name it are refused when they start; those that run go on.',
  })

  const countRule = (rule: ResolvedRule, budgetMs: number) =>
    store.deliveries.count({ lists: [], excludeLists: [], segments: [rule] }, { budgetMs })

  app.route({
    method: 'GET',
    url: '/segments/:idOrName/count',
    config: { scope: 'subscribers:read' },
    schema: {
      ...operation(tag, 'Count a segment', 'Active subscribers who fit it now.'),
      params: idOrNameParams,
      querystring: budgetQuery,
      response: { 200: countSchema, ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const { name } = await byIdOrName('segment', request.params.idOrName, {
        get: (id) => store.segments.get(id),
        byName: async (name) => (await store.segments.byName([name]))[0] ?? null,
      })
      return countRule(await segmentRule(store, name, clock.now()), request.query.budgetMs)
    },
  })

  app.route({
    method: 'POST',
    url: '/segments/count',
    config: { scope: 'subscribers:read', idempotent: false },
    schema: {
      ...operation(
        tag,
        'Count an audience',
        'Whom a campaign with these settings would reach now; `rule` is its `where`. A rule alone is counted over all ' +
          'active subscribers.',
      ),
      querystring: budgetQuery,
      body: z
        .strictObject({
          rule: ruleTextSchema.optional(),
          lists: names,
          excludeLists: names,
          segments: names,
          excludeSegments: names,
          campaigns: names,
          excludeCampaigns: names,
        })
        .refine(
          ({ rule, lists, segments, campaigns }) =>
            rule !== undefined || lists.length + segments.length + campaigns.length > 0,
          { path: ['rule'], message: 'is missing: say `rule`, or name `lists`, `segments` or `campaigns`' },
        ),
      response: { 200: countSchema, ...problems('write') },
    },
    handler: async (request) => {
      const { rule = null, ...audience } = request.body
      const resolution = await resolveAudience(store, { ...audience, where: rule }, clock.now())
      if ('ok' in resolution)
        return store.deliveries.count(resolution.ok, { budgetMs: request.query.budgetMs })
      const issues = resolution.issues.map(({ path, message }) => ({
        path: path === 'where' ? 'rule' : path,
        message,
      }))
      throw new BroadsheetError('E_INPUT', issues.map(({ message }) => message).join('\n'), { issues })
    },
  })

  app.route({
    method: 'POST',
    url: '/segments/check',
    config: { scope: 'subscribers:read', idempotent: false },
    schema: {
      ...operation(tag, 'Check a rule', 'Says what is wrong with it and where, or how it is understood.'),
      body: z.strictObject({ rule: ruleTextSchema }),
      response: {
        200: z.object({
          ok: z.boolean(),
          rule: z.string().nullable().describe('In its canonical form; null when it is wrong.'),
          tree: treeSchema.nullable(),
          problems: z.array(problemSchema),
        }),
        ...problems('write'),
      },
    },
    handler: async (request) => {
      const { rule } = request.body
      const checked = await checkRule(store, rule, clock.now())
      if ('ok' in checked) return { ok: true, rule: checked.rule, tree: checked.tree, problems: [] }
      return {
        ok: false,
        rule: null,
        tree: null,
        problems: checked.problems.map((problem) => ({ ...problem, shown: showProblem(problem, rule) })),
      }
    },
  })
}
