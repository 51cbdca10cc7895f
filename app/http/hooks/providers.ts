import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { ProviderHooks } from '../../hooks/provider.ts'
import type { Api } from '../api.ts'
import { problemSchema, problemType } from '../reply/problem.ts'

// SendGrid posts up to thousands of events at once; Postmark may add the bounce itself.
const maxBodyBytes = 4_000_000

const problem = (description: string) => ({
  description,
  content: { [problemType]: { schema: problemSchema } },
})

const titles = {
  mailgun: ['Mailgun', 'Believed when signed with `feedback.mailgun.key`; a token is good for one request.'],
  sendgrid: ['SendGrid', 'Believed when signed for `feedback.sendgrid.publicKey` (signed event webhook).'],
  postmark: ['Postmark', 'Believed with the user and password of `feedback.postmark` (HTTP Basic).'],
} as const

/** Where providers post what became of letters. Nobody has a key here: each has a proof of its own. */
export function providerHookRoutes(app: Api, hooks: ProviderHooks | null): void {
  // Signatures cover bytes.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: maxBodyBytes }, (_request, body, done) =>
    done(null, body),
  )
  for (const [provider, [name, proof]] of Object.entries(titles))
    (app as unknown as FastifyInstance).route({
      method: 'POST',
      url: `/hooks/${provider}`,
      config: { scope: 'public' },
      bodyLimit: maxBodyBytes,
      schema: {
        tags: ['Hooks'],
        summary: `Bounces and complaints of ${name}`,
        description: `${proof} Opens, clicks and deliveries are passed over.`,
        body: z.unknown().meta({ type: 'object', description: `As ${name} writes it.` }),
        response: {
          204: z.undefined().describe('It was heard, now or before.'),
          400: problem('E_INPUT: It does not prove to be theirs, or is too old.'),
          404: problem('E_NOT_FOUND: It is not configured.'),
          408: problem('E_TIMEOUT: It did not arrive in time.'),
          413: problem('E_TOO_LARGE: It is larger than they send.'),
          429: problem('E_LIMIT: Too many requests.'),
          503: problem(
            'E_STORE, E_STORE_BUSY, E_OVERLOAD, E_STOPPING: Not just now; it shall be sent again.',
          ),
        },
      } as object,
      handler: async (request: FastifyRequest, reply: FastifyReply) => {
        if (hooks === null)
          throw new BroadsheetError('E_NOT_FOUND', `"feedback.${provider}" is not configured.`)
        await hooks.receive(provider, {
          body: typeof request.body === 'string' ? request.body : '',
          header(name) {
            const value = request.headers[name]
            return (Array.isArray(value) ? value[0] : value) ?? null
          },
        })
        return reply.code(204).send()
      },
    })
}
