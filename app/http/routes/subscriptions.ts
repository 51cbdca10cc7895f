import { z } from 'zod'
import { consentKinds, proofLimits, proofSources } from '../../../engine/model/consent.ts'
import type { ListId, SubscriberId } from '../../../engine/model/ids.ts'
import { signUpSchema } from '../../../engine/model/sign-up.ts'
import { type Subscriber, subscriberStatuses } from '../../../engine/model/subscriber.ts'
import { epochMsSchema, textSchema } from '../../../engine/model/values.ts'
import { type Api, operation, type Parts } from '../api.ts'
import { idOf, timeOf } from '../reply/kept.ts'
import { idParams, notFound, pageOf, pageQuery, toPage } from '../reply/page.ts'
import { ok, problems } from '../reply/problem.ts'
import { definedOf } from '../request/defined.ts'
import { operatorProof } from '../request/operator-proof.ts'
import { subscriberSchema } from './subscribers.ts'

export const consentSchema = z.object({
  subscriberId: idOf<SubscriberId>(),
  seq: z.number().int().describe('Counts a person’s own from 1.'),
  kind: z.enum(consentKinds),
  from: z.enum(subscriberStatuses).nullable().describe('Null for who was not known before.'),
  to: z.enum(subscriberStatuses),
  lists: z.array(idOf<ListId>()).readonly().describe('The lists that it speaks of.'),
  source: z.enum(proofSources),
  at: timeOf(),
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
  origin: z.string().nullable().describe('The page, file or letter it came from.'),
  words: z.string().nullable().describe('The words agreed to, or a person’s own reason.'),
})

const proofSchema = z.strictObject({
  source: z.enum(['form', 'page', 'api', 'cli']).default('api'),
  at: epochMsSchema.optional().describe('Default: now.'),
  ip: z.union([z.ipv4(), z.ipv6()]).nullable().default(null),
  userAgent: textSchema.max(proofLimits.userAgent).nullable().default(null),
  origin: textSchema.max(proofLimits.origin).nullable().default(null),
  words: textSchema.max(proofLimits.words).nullable().default(null),
})

const noteSchema = z.strictObject({
  words: textSchema
    .max(proofLimits.words)
    .nullable()
    .default(null)
    .describe('Why; kept with the consent event.'),
})
const tag = 'Subscriptions'

/** What people say about their subscriptions, as an operator's program passes it on. */
export function subscriptionRoutes(app: Api, { engine, clock }: Parts): void {
  const { store, subscriptions } = engine
  const byId = async (id: number): Promise<Subscriber> => {
    const [found] = await store.subscribers.get([id as SubscriberId])
    if (found === undefined) throw notFound('subscriber', id)
    return found
  }

  app.route({
    method: 'POST',
    url: '/subscriptions',
    config: { scope: 'subscribers:write' },
    schema: {
      ...operation(
        tag,
        'Sign somebody up',
        'As a form of the daemon’s own would: lists with double opt-in, and people who left before, are asked by mail. ' +
          'The answer does not tell whether the address was known.',
      ),
      body: signUpSchema.extend({ proof: proofSchema.prefault({}) }),
      response: {
        200: ok(z.object({ status: z.literal('active') }), 'On all lists now.'),
        202: ok(z.object({ status: z.literal('pending') }), 'A confirmation mail is on its way.'),
        ...problems('write', 'E_CONFIG'),
      },
    },
    handler: async (request, reply) => {
      const { proof, ...input } = request.body
      const { status } = await subscriptions.signUp(definedOf(input), {
        ...proof,
        at: proof.at ?? clock.now(),
      })
      return status === 'pending' ? reply.code(202).send({ status }) : reply.code(200).send({ status })
    },
  })

  app.route({
    method: 'GET',
    url: '/subscribers/:id/data',
    config: { scope: 'subscribers:read' },
    schema: {
      ...operation(
        tag,
        'Export all that is known of one person',
        'Row and settings, memberships, consents with their proofs, deliveries with the titles of their campaigns, events, ' +
          'mails that no campaign sent, and suppressions.',
      ),
      params: idParams,
      response: {
        200: z.record(z.string(), z.unknown()),
        ...problems('read', 'E_NOT_FOUND'),
      },
    },
    handler: async (request) => {
      const { id } = await byId(request.params.id)
      return { ...(await subscriptions.dataOf(id)) }
    },
  })

  app.route({
    method: 'GET',
    url: '/subscribers/:id/consents',
    config: { scope: 'subscribers:read' },
    schema: {
      ...operation(
        tag,
        'List the ways in and out of one person, with their proofs',
        'In the order they happened.',
      ),
      params: idParams,
      querystring: z.strictObject(pageQuery),
      response: { 200: pageOf(consentSchema), ...problems('read', 'E_NOT_FOUND') },
    },
    handler: async (request) => {
      const { id } = await byId(request.params.id)
      return toPage(await store.consents.page({ subscriberId: id, ...request.query }), (row) => row)
    },
  })

  app.route({
    method: 'POST',
    url: '/subscribers/:id/erase',
    config: { scope: 'subscribers:write' },
    schema: {
      ...operation(
        tag,
        'Erase a person',
        'For good: their row, memberships and proofs are emptied and only a salted hash of the address stays, so that a later ' +
          'import does not bring them back. Counts stay as they are. Repeating it changes nothing.',
      ),
      params: idParams,
      response: {
        200: z.object({ erased: z.boolean().describe('False where they had been erased before.') }),
        ...problems('write', 'E_NOT_FOUND'),
      },
    },
    handler: async (request) => {
      const { id } = await byId(request.params.id)
      return { erased: await subscriptions.erase(id, operatorProof(request, clock.now())) }
    },
  })

  app.route({
    method: 'POST',
    url: '/subscribers/:id/pause',
    config: { scope: 'subscribers:write' },
    schema: {
      ...operation(tag, 'Pause a subscription', 'Nothing is sent, until `until` where that is said.'),
      params: idParams,
      body: noteSchema.extend({ until: epochMsSchema.nullable().default(null) }),
      response: { 200: subscriberSchema, ...problems('write', 'E_NOT_FOUND', 'E_STATE') },
    },
    handler: async (request) => {
      const { id } = await byId(request.params.id)
      const { until, words } = request.body
      await subscriptions.pause(id, until, operatorProof(request, clock.now(), words))
      return byId(id)
    },
  })

  app.route({
    method: 'POST',
    url: '/subscribers/:id/resume',
    config: { scope: 'subscribers:write' },
    schema: {
      ...operation(tag, 'End a pause'),
      params: idParams,
      body: noteSchema,
      response: { 200: subscriberSchema, ...problems('write', 'E_NOT_FOUND', 'E_STATE') },
    },
    handler: async (request) => {
      const { id } = await byId(request.params.id)
      await subscriptions.resume(id, operatorProof(request, clock.now(), request.body.words))
      return byId(id)
    },
  })
}
