import { z } from 'zod'
import { listIds } from '../../../engine/audience/list-ids.ts'
import { segmentRule } from '../../../engine/audience/segment/audience.ts'
import { checkRule } from '../../../engine/audience/segment/check.ts'
import { showProblem } from '../../../engine/audience/segment/problem.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { ListId, SubscriberId } from '../../../engine/model/ids.ts'
import { memberships } from '../../../engine/model/list.ts'
import type { ResolvedRule } from '../../../engine/model/segment.ts'
import {
  type Subscriber,
  subscriberInputSchema,
  subscriberStatuses,
} from '../../../engine/model/subscriber.ts'
import { addressSchema, slugSchema, textSchema } from '../../../engine/model/values.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { idOf, timeOf } from '../reply/kept.ts'
import { idParams, notFound, pageOf, pageQuery, toPage } from '../reply/page.ts'
import { ok, problems } from '../reply/problem.ts'
import { operatorProof } from '../request/operator-proof.ts'

export const subscriberSchema = z.object({
  id: idOf<SubscriberId>(),
  address: z.string(),
  name: z.string().nullable(),
  language: z.string().nullable(),
  timeZone: z.string().nullable(),
  status: z.enum(subscriberStatuses),
  attributes: z.record(z.string(), z.unknown()),
  topics: z.record(z.string(), z.number()).describe('Interest by topic, 0 to 1.'),
  createdAt: timeOf(),
  updatedAt: timeOf(),
})

const membershipSchema = z.object({
  listId: idOf<ListId>(),
  list: z.string().nullable().describe('Its name; null when it was removed.'),
  membership: z.enum(memberships),
  at: timeOf(),
})

const names = z.array(slugSchema).max(100)
const tag = 'Subscribers'

const pickSchema = z.object({
  itemId: z.number().int(),
  title: z.string(),
  url: z.string(),
  reason: z.string().describe('As it is said to them: `because you follow Security`.'),
})

export function subscriberRoutes(app: Api, { engine, clock }: Parts): void {
  const { store, subscriptions } = engine
  const byId = async (id: number): Promise<Subscriber> => {
    const [found] = await store.subscribers.get([id as SubscriberId])
    if (found === undefined) throw notFound('subscriber', id)
    return found
  }
  const ruleOf = async (text: string): Promise<ResolvedRule> => {
    const checked = await checkRule(store, text, clock.now())
    if ('ok' in checked) return checked.ok
    const issues = checked.problems.map((problem) => ({ path: 'rule', message: showProblem(problem, text) }))
    throw new BroadsheetError('E_INPUT', checked.problems.map(({ message }) => message).join(' '), { issues })
  }

  app.route({
    method: 'GET',
    url: '/subscribers',
    config: { scope: 'subscribers:read' },
    schema: {
      ...operation(tag, 'List subscribers'),
      querystring: z.strictObject({
        ...pageQuery,
        status: z.enum(subscriberStatuses).optional(),
        list: slugSchema.optional().describe('Active members of the list of this name.'),
        segment: slugSchema
          .optional()
          .describe(
            'Only who fits the segment of this name. A page may then be short, or empty, while `next` says there is more.',
          ),
        rule: textSchema
          .min(1)
          .max(4000)
          .optional()
          .describe(
            'Only of whom this rule, as text, is true. Pages are short as those of a segment may be.',
          ),
        search: textSchema.min(1).max(200).optional().describe('Part of the address or the name.'),
      }),
      response: { 200: pageOf(subscriberSchema), ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const { list, status, segment, rule, search, ...page } = request.query
      const rules = [
        ...(segment === undefined ? [] : [await segmentRule(store, segment, clock.now())]),
        ...(rule === undefined ? [] : [await ruleOf(rule)]),
      ]
      const [listId] = await listIds(store, list === undefined ? [] : [list])
      const found = await store.subscribers.page({
        ...page,
        ...(status !== undefined && { status }),
        ...(search !== undefined && { search }),
        ...(listId !== undefined && { list: listId }),
        ...(rules.length > 0 && { segment: rules.length === 1 ? rules[0]! : { is: 'and', rules } }),
      })
      return toPage(found, (row) => row)
    },
  })

  app.route({
    method: 'POST',
    url: '/subscribers',
    config: { scope: 'subscribers:write' },
    schema: {
      ...operation(
        tag,
        'Create or update a subscriber',
        'Known by its address. Fields that are left out keep their value, attributes and topics are merged. ' +
          'Nobody who left comes back this way: that takes a PATCH of the status.',
      ),
      body: subscriberInputSchema.extend({
        lists: names.default([]).describe('Names of lists to join, unless the person left them.'),
      }),
      response: {
        200: ok(subscriberSchema, 'It was there.'),
        201: ok(subscriberSchema, 'It is new.'),
        ...problems('write', 'E_NOT_FOUND', 'E_STATE'),
      },
    },
    handler: async (request, reply) => {
      const { lists, ...input } = request.body
      const ids = await listIds(store, lists)
      const now = clock.now()
      const options = { lists: ids, now, proof: operatorProof(request, now) }
      const [outcome] = await store.subscribers.upsert([input], options)
      if (outcome!.outcome === 'erased')
        throw new BroadsheetError(
          'E_STATE',
          `${input.address} was erased: only the person’s own sign-up with a confirmation (POST /subscriptions) brings them back.`,
        )
      const subscriber = await byId(outcome!.id)
      return reply.code(outcome!.outcome === 'created' ? 201 : 200).send(subscriber)
    },
  })

  app.route({
    method: 'GET',
    url: '/subscribers/by-address',
    config: { scope: 'subscribers:read' },
    schema: {
      ...operation(tag, 'Find a subscriber by address'),
      querystring: z.strictObject({ address: addressSchema }),
      response: { 200: subscriberSchema, ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const found = await store.subscribers.byAddress(request.query.address)
      if (found === null) throw notFound('subscriber', request.query.address)
      return found
    },
  })

  app.route({
    method: 'GET',
    url: '/subscribers/:id',
    config: { scope: 'subscribers:read' },
    schema: {
      ...operation(tag, 'Read a subscriber'),
      params: idParams,
      response: { 200: subscriberSchema, ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => byId(request.params.id),
  })

  app.route({
    method: 'PATCH',
    url: '/subscribers/:id',
    config: { scope: 'subscribers:write' },
    schema: {
      ...operation(
        tag,
        'Change a subscriber',
        'Attributes and topics are merged. `status` is the operator’s word and is set whatever it was.',
      ),
      params: idParams,
      body: subscriberInputSchema
        .omit({ address: true })
        .extend({ status: z.enum(subscriberStatuses).exclude(['erased']).optional() }),
      response: { 200: subscriberSchema, ...problems('write', 'E_NOT_FOUND', 'E_STATE') },
    },
    handler: async (request) => {
      const { address, id, status: before } = await byId(request.params.id)
      if (before === 'erased')
        throw new BroadsheetError('E_STATE', `Subscriber ${id} was erased: there is nothing left to change.`)
      const { status, ...fields } = request.body
      const now = clock.now()
      const proof = operatorProof(request, now)
      if (Object.keys(fields).length > 0)
        await store.subscribers.upsert([{ address, ...fields }], { lists: [], now, proof })
      if (status !== undefined) await store.subscribers.setStatus([id], status, now, proof)
      return byId(id)
    },
  })

  app.route({
    method: 'GET',
    url: '/subscribers/:id/memberships',
    config: { scope: 'subscribers:read' },
    schema: {
      ...operation(tag, 'List memberships of a subscriber'),
      params: idParams,
      response: { 200: z.object({ data: z.array(membershipSchema) }), ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const { id } = await byId(request.params.id)
      const rows = await store.subscribers.memberships(id)
      const lists = await Promise.all(rows.map((row) => store.lists.get(row.listId)))
      return { data: rows.map((row, index) => ({ ...row, list: lists[index]?.name ?? null })) }
    },
  })

  app.route({
    method: 'GET',
    url: '/subscribers/:id/picks',
    config: { scope: 'subscribers:read' },
    schema: {
      ...operation(
        tag,
        'Choose items for a subscriber',
        'What a letter with the usual settings would hold for them now, best first, without what they were sent before. Remembered for ' +
          'five minutes, or until their interests change.',
      ),
      params: idParams,
      response: {
        200: z.object({ data: z.array(pickSchema).readonly() }),
        ...problems('read', 'E_NOT_FOUND'),
      },
    },
    handler: async (request) => {
      const picks = await engine.picksFor(request.params.id as SubscriberId)
      if (picks === null) throw notFound('subscriber', request.params.id)
      return { data: picks }
    },
  })

  app.route({
    method: 'POST',
    url: '/subscribers/:id/leave',
    config: { scope: 'subscribers:write' },
    schema: {
      ...operation(tag, 'Leave lists, or everything', 'The person’s own word. Repeating it changes nothing.'),
      params: idParams,
      body: z.union([z.strictObject({ lists: names.min(1) }), z.strictObject({ all: z.literal(true) })]),
      response: { 200: z.object({ changed: z.boolean() }), ...problems('write', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const { id } = await byId(request.params.id)
      const lists = 'all' in request.body ? 'all' : await listIds(store, request.body.lists)
      return subscriptions.leave(id, lists, null, operatorProof(request, clock.now()))
    },
  })
}
