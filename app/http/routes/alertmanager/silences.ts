import { z } from 'zod'
import type { Matcher } from '../../../../engine/alerts/matchers/matcher.ts'
import { BroadsheetError } from '../../../../engine/errors.ts'
import type { LabelMatcher } from '../../../../engine/model/follow.ts'
import type { Silence } from '../../../../engine/model/silence.ts'
import { textSchema } from '../../../../engine/model/values.ts'
import { type Api, operation, type Parts } from '../../api.ts'
import { said } from './answer.ts'
import { timeSchema } from './intake.ts'
import { filterSchema } from './selection.ts'
import { silenceIdOf, uuidOf } from './silence-id.ts'
import { gettableSilence, gettableSilenceSchema } from './views.ts'

const postableSilenceSchema = z.object({
  id: z.string().nullish().describe('Of the one that this replaces.'),
  matchers: z
    .array(
      z.object({
        name: textSchema.min(1).max(128),
        value: textSchema.max(2048),
        isRegex: z.boolean(),
        isEqual: z.boolean().nullish(),
      }),
    )
    .min(1, 'should have at least 1 items')
    .max(50),
  startsAt: timeSchema,
  endsAt: timeSchema,
  createdBy: textSchema.max(200),
  comment: textSchema.max(2000),
})

const tag = 'Alertmanager'
const silenceParams = z.object({ silenceID: z.string().min(1).max(64) })
const order = { active: 0, pending: 1, expired: 2 } as const
const pageSize = 1000

export function amSilenceRoutes(app: Api, { engine: { alerts, store }, clock }: Parts): void {
  const find = async (text: string): Promise<Silence> => {
    const id = silenceIdOf(text)
    const found = id === null ? null : await store.silences.get(id)
    if (found === null) throw new BroadsheetError('E_NOT_FOUND', 'silence not found')
    return found
  }

  app.route({
    method: 'GET',
    url: '/silences',
    config: { scope: 'alerts:read' },
    schema: {
      ...operation(
        tag,
        'List silences, as amtool does',
        'Alertmanager’s `getSilences`: also those that are over.',
      ),
      querystring: z.object({
        filter: filterSchema
          .describe('Matchers that a silence must have among its own.')
          .meta({ type: 'array', items: { type: 'string' } }),
      }),
      response: { 200: z.array(gettableSilenceSchema), ...said(400) },
    },
    handler: async (request) => {
      const { filter } = request.query
      const all: Silence[] = []
      for (let after = 0; ; ) {
        const page = await store.silences.page({ after, limit: pageSize })
        all.push(...page.rows)
        if (page.next === null) break
        after = page.next
      }
      const now = clock.now()
      return all
        .filter(({ matchers }) => filter.every((wanted) => matchers.some((own) => isSame(own, wanted))))
        .sort((a, b) => b.endsAt - a.endsAt)
        .map((silence) => gettableSilence(silence, now))
        .sort((a, b) => order[a.status.state] - order[b.status.state])
    },
  })

  app.route({
    method: 'POST',
    url: '/silences',
    config: { scope: 'alerts:write' },
    schema: {
      ...operation(
        tag,
        'Make or replace a silence, as amtool does',
        'Alertmanager’s `postSilences`. One that is replaced ends, and the new one has an id of its own.',
      ),
      body: postableSilenceSchema,
      response: { 200: z.object({ silenceID: z.string() }), ...said(400, 404) },
    },
    handler: async (request) => {
      const { id, matchers, startsAt, endsAt, createdBy, comment } = request.body
      const now = clock.now()
      const begins = Math.max(startsAt ?? now, now)
      if (endsAt === null || (startsAt ?? 0) >= endsAt)
        throw new BroadsheetError('E_INPUT', 'Failed to create silence: start time must be before end time')
      if (endsAt <= begins)
        throw new BroadsheetError('E_INPUT', "Failed to create silence: end time can't be in the past")
      const replaced = id === undefined || id === null || id === '' ? null : await find(id)
      const made = await alerts.silence({
        matchers: matchers.map(({ name, value, isRegex, isEqual }) => ({
          name,
          operator: operatorOf(isEqual !== false, isRegex),
          value,
        })),
        startsAt: begins,
        endsAt,
        createdBy,
        comment,
      })
      // After the new one is there: what is silenced stays so.
      if (replaced !== null) await alerts.unsilence(replaced.id)
      return { silenceID: uuidOf(made.id) }
    },
  })

  app.route({
    method: 'GET',
    url: '/silence/:silenceID',
    config: { scope: 'alerts:read' },
    schema: {
      ...operation(tag, 'Read a silence, as amtool does', 'Alertmanager’s `getSilence`.'),
      params: silenceParams,
      response: { 200: gettableSilenceSchema, ...said(404) },
    },
    handler: async (request) => gettableSilence(await find(request.params.silenceID), clock.now()),
  })

  app.route({
    method: 'DELETE',
    url: '/silence/:silenceID',
    config: { scope: 'alerts:write' },
    schema: {
      ...operation(tag, 'End a silence, as amtool does', 'Alertmanager’s `deleteSilence`.'),
      params: silenceParams,
      response: { 200: z.undefined().describe('It is over.'), ...said(404) },
    },
    handler: async (request, reply) => {
      await alerts.unsilence((await find(request.params.silenceID)).id)
      return reply.code(200).send()
    },
  })
}

const operatorOf = (isEqual: boolean, isRegex: boolean): LabelMatcher['operator'] =>
  isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!='

const isSame = (own: LabelMatcher, wanted: Matcher): boolean =>
  own.name === wanted.name && own.operator === wanted.operator && own.value === wanted.value
