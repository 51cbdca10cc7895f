import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { SesHook } from '../../hooks/ses-hook.ts'
import type { Api } from '../api.ts'
import { problemSchema, problemType } from '../reply/problem.ts'

// SNS: 256 KB of message, escaped once more in its envelope.
const maxBodyBytes = 600_000

const problem = (description: string) => ({
  description,
  content: { [problemType]: { schema: problemSchema } },
})

/** Where SNS posts what SES says. Nobody has a key here: the message's signature is the proof. */
export function sesHookRoutes(app: Api, hook: SesHook | null): void {
  // SNS sends JSON as text/plain.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: maxBodyBytes }, (_request, body, done) =>
    done(null, body),
  )
  ;(app as unknown as FastifyInstance).route({
    method: 'POST',
    url: '/hooks/ses/:channel',
    config: { scope: 'public' },
    bodyLimit: maxBodyBytes,
    schema: {
      tags: ['Hooks'],
      summary: 'Bounces and complaints of Amazon SES',
      description:
        'Subscribe this address to the SNS topic of a configuration set or an identity (plugins/ses/README.md). Messages are believed when SNS signed them for a topic in `topicArns` of that channel; a subscription of such a topic is confirmed at once.',
      params: z.strictObject({ channel: z.string().min(1).max(64) }),
      body: z.unknown().meta({ type: 'object', description: 'As SNS writes it.' }),
      response: {
        204: z.undefined().describe('It was heard, now or before.'),
        400: problem('E_INPUT: SNS did not sign it for one of the topics, or it is too old.'),
        404: problem('E_NOT_FOUND: There is no such channel.'),
        408: problem('E_TIMEOUT: It did not arrive in time.'),
        413: problem('E_TOO_LARGE: It is larger than SNS sends.'),
        429: problem('E_LIMIT: Too many requests.'),
        502: problem('E_FETCH: SNS could not be asked for its certificate, or to confirm.'),
        503: problem('E_STORE, E_STORE_BUSY, E_OVERLOAD, E_STOPPING: Not just now; SNS sends it again.'),
      },
    } as object,
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const { channel } = request.params as { channel: string }
      if (hook === null)
        throw new BroadsheetError('E_NOT_FOUND', 'No SES channel with "topicArns" is configured.')
      await hook.receive(channel, typeof request.body === 'string' ? request.body : '')
      return reply.code(204).send()
    },
  })
}
