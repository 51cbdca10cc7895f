import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { BroadsheetError } from '../../../../engine/errors.ts'
import type { Api } from '../../api.ts'
import { show } from '../page/frame.ts'
import { badLink } from '../page/plain-pages.ts'
import { htmlAnswer, type PageParts, tokenParams, type Visit, wordsFor } from '../parts.ts'
import { pixel } from './pixel.ts'

const clickParams = z.strictObject({ token: tokenParams.shape.token, key: z.string().min(1).max(64) })
const pixelParams = z.strictObject({ file: z.string().regex(/^[A-Za-z0-9_-]{1,512}\.gif$/) })

const gif = '.gif'

/** Nobody keeps an answer: the next one is asked for again, and counted. No cookie, no referrer: the token is in the path. */
const uncached = {
  'cache-control': 'no-store, max-age=0',
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
}

/** The pixel and the links of letters. They go on while the daemon stops: a link in a letter leads somewhere as long as
 *  anybody can answer. */
export function trackingRoutes(app: Api, parts: PageParts): void {
  const { engine, theme } = parts
  const typed = app as unknown as FastifyInstance
  // Proxies of Google and Apple stand for thousands of readers: who brings a letter's token is counted by that letter.
  const letterOf = (request: FastifyRequest): string | null => {
    const { token = '', file = '' } = request.params as { token?: string; file?: string }
    const subject = engine.readLinkToken(token || file.slice(0, -gif.length))
    return subject === null ? null : `${subject.publicationId} ${subject.subscriberId}`
  }
  const config = { scope: 'public' as const, priority: 'kept' as const, whileStopping: true, letterOf }

  typed.route({
    method: 'GET',
    url: '/t/:file',
    config,
    schema: {
      tags: ['Public'],
      summary: 'The pixel of a letter',
      description:
        '`/t/{token}.gif`: a transparent GIF of 43 bytes. Counts an open, by class; nothing is kept of who denied tracking.',
      params: pixelParams,
      response: {
        200: gifAnswer('The GIF. The open is kept, or nothing is to be kept of it.'),
        404: gifAnswer('E_TOKEN: The same; the token is none of ours.'),
        429: htmlAnswer('E_LIMIT: Too many requests.'),
        503: gifAnswer('The same; the open could not be kept just now.'),
      },
    } as object,
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const { file } = request.params as z.output<typeof pixelParams>
      const found = await engine.reads.opened(file.slice(0, -gif.length), visitOf(request, parts))
      const status = found === null ? 404 : found.kept === 'kept' || found.kept === 'silent' ? 200 : 503
      if (status === 503) reply.header('retry-after', 1)
      return reply
        .code(status)
        .headers({
          ...uncached,
          // Mail is read in pages of other origins.
          'cross-origin-resource-policy': 'cross-origin',
        })
        .type('image/gif')
        .send(pixel)
    },
  })

  typed.route({
    method: 'GET',
    url: '/c/:token/:key',
    config,
    schema: {
      tags: ['Public'],
      summary: 'A link of a letter',
      description:
        'Leads where the letter’s own publication says, and nowhere else. Counts a click, by class; nothing is kept of who ' +
        'denied tracking.',
      params: clickParams,
      response: {
        302: { description: 'There.', content: { 'text/plain': { schema: z.string() } } },
        404: htmlAnswer('E_TOKEN: The link is not valid.'),
        429: htmlAnswer('E_LIMIT: Too many requests.'),
        503: htmlAnswer('E_STORE, E_STORE_BUSY, E_OVERLOAD: Where it leads could not be read just now.'),
      },
    } as object,
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const { token, key } = request.params as z.output<typeof clickParams>
      const found = await engine.reads.clicked(token, key, visitOf(request, parts))
      if (found === null) {
        const { page, words } = badLink(wordsFor(parts, request as unknown as Visit))
        return show(reply, page, theme, words)
      }
      // The link that nobody sees: the letter itself, for the one who does.
      const target = found.url === null ? `${theme.base}/v/${token}` : locationOf(found.url)
      return reply.headers(uncached).code(302).header('location', target).type('text/plain').send('')
    },
  })
}

const gifAnswer = (description: string) => ({
  description,
  content: { 'image/gif': { schema: z.string().meta({ format: 'binary' }) } },
})

const visitOf = ({ method, ip, headers }: FastifyRequest, { clock }: PageParts) => ({
  at: clock.now(),
  method: method === 'HEAD' ? ('HEAD' as const) : ('GET' as const),
  ip,
  agent: headers['user-agent'] ?? '',
  headers,
})

/** In ASCII, as a header field takes it. What stands in a table was checked when it was put there; twice is cheap here. */
function locationOf(url: string): string {
  const target = URL.parse(url)
  if (target === null || (target.protocol !== 'http:' && target.protocol !== 'https:'))
    throw new BroadsheetError('E_INTERNAL', 'A link of a letter leads to no web address.')
  return target.href
}
