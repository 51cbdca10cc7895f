import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ListId, PublicationId, SubscriberId } from '../../../engine/model/ids.ts'
import { departedStatuses, type Subscriber } from '../../../engine/model/subscriber.ts'
import type { Api, Parts } from '../api.ts'
import { refusalOf, retryAfterSeconds } from '../problem.ts'
import { maskAddress, styleHash, type UnsubscribeView, unsubscribePage } from '../unsubscribe-page.ts'
import { chooseWords } from '../unsubscribe-words.ts'

interface Asked {
  readonly subscriber: Subscriber
  readonly publicationId: PublicationId
  readonly listIds: readonly ListId[]
}

// `List-Unsubscribe=One-Click` with its multipart wrapping.
const bodyLimitBytes = 16_384
const params = z.strictObject({ token: z.string().min(1).max(512) })
// Read by hand, since some mail programs send no type or a wrong one: it describes, and refuses nothing.
const formSchema = z.unknown().meta({
  type: 'object',
  properties: {
    'List-Unsubscribe': { type: 'string', const: 'One-Click' },
    choice: { type: 'string', enum: ['list', 'all'] },
  },
  'x-optional': true,
})
const page = (description: string) => ({ description, content: { 'text/html': { schema: z.string() } } })
const contentSecurityPolicy = `default-src 'none'; style-src ${styleHash}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`

/** The way out, for people (a page) and for mail programs (RFC 8058). The token is the permission; a GET changes
 *  nothing, since scanners of mail open every link; a POST does, and repeating it changes nothing more. */
export function unsubscribeRoutes(app: Api, { engine, clock, log }: Parts): void {
  const { store } = engine
  // Mail programs send forms of either kind, some without a type: all are read as text.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: bodyLimitBytes }, (_request, body, done) =>
    done(null, body),
  )

  // People read these answers: a page, where the API would give a problem.
  app.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error, bodyLimitBytes)
    if (refusal.status >= 500)
      log.error({ requestId: request.id, code: refusal.code }, 'http.unsubscribe_failed')
    const retryAfter = retryAfterSeconds(refusal)
    if (retryAfter !== null) reply.header('retry-after', retryAfter)
    return show(
      request,
      reply,
      null,
      { kind: refusal.status === 404 || refusal.code === 'E_INPUT' ? 'bad' : 'failed' },
      refusal.status,
    )
  })

  const find = async (token: string): Promise<Asked | null> => {
    const ids = engine.readLinkToken(token)
    if (ids === null) return null
    const [subscriber] = await store.subscribers.get([ids.subscriberId as SubscriberId])
    if (subscriber === undefined) return null
    // A publication that is gone names no list; leaving everything still works.
    const publication = await store.publications.get(ids.publicationId)
    // Whom a segment brought has nothing to do with the publication's lists: there is only everything to leave.
    const known = new Set((await store.subscribers.memberships(subscriber.id)).map((row) => row.listId))
    const listIds = (publication?.spec.listIds ?? []).filter((id) => known.has(id))
    return { subscriber, publicationId: ids.publicationId, listIds }
  }

  /** Titles of the publication's lists, and which lists this person is still on. */
  const standing = async ({ subscriber, listIds }: Asked) => {
    const active = (await store.subscribers.memberships(subscriber.id))
      .filter((row) => row.membership === 'active')
      .map((row) => row.listId)
    const lists = await Promise.all(listIds.map((id) => store.lists.get(id)))
    const departed = departedStatuses.includes(subscriber.status)
    const titles = (ids: readonly ListId[]): string[] =>
      lists.flatMap((list) => (list !== null && ids.includes(list.id) ? [list.title] : []))
    return {
      on: departed ? [] : titles(active),
      titles: titles(listIds),
      others: !departed && active.some((id) => !listIds.includes(id)),
      departed,
    }
  }

  app.route({
    method: 'GET',
    url: '/u/:token',
    schema: {
      tags: ['Public'],
      summary: 'The unsubscribe page',
      description: 'Changes nothing.',
      params,
      response: {
        200: page('What would be left, and the buttons that do it.'),
        404: page('E_TOKEN: The link is not valid.'),
        429: page('E_LIMIT: Too many requests.'),
        503: page('E_STORE, E_STORE_BUSY, E_STOPPING: Not just now.'),
      },
    },
    handler: async (request, reply) => {
      const asked = await find(request.params.token)
      if (asked === null) return show(request, reply, null, { kind: 'bad' }, 404)
      const who = maskAddress(asked.subscriber.address)
      const { on, titles, others, departed } = await standing(asked)
      if (departed) return show(request, reply, asked, { kind: 'left-all', who })
      // On none of them any more, unless the publication had none that is left to name.
      if (on.length === 0 && titles.length > 0)
        return show(request, reply, asked, { kind: 'gone', who, lists: titles, others })
      return show(request, reply, asked, { kind: 'ask', who, lists: on })
    },
  })

  app.route({
    method: 'POST',
    url: '/u/:token',
    schema: {
      tags: ['Public'],
      summary: 'Unsubscribe',
      description:
        'One-click by a mail program (RFC 8058: `List-Unsubscribe=One-Click`) or the page’s own form: leaves the lists ' +
        'of the publication, or everything with `choice=all`. Repeating it changes nothing.',
      consumes: ['application/x-www-form-urlencoded', 'multipart/form-data'],
      body: formSchema,
      params,
      response: {
        200: page('Done.'),
        404: page('E_TOKEN: The link is not valid.'),
        413: page('E_TOO_LARGE: The body is too large.'),
        429: page('E_LIMIT: Too many requests.'),
        503: page('E_STORE, E_STORE_BUSY, E_STOPPING: Not just now; nothing was changed.'),
        507: page('E_STORE_FULL: The disk is full; nothing was changed.'),
      },
    },
    handler: async (request, reply) => {
      const asked = await find(request.params.token)
      if (asked === null) return show(request, reply, null, { kind: 'bad' }, 404)
      const { subscriber, publicationId, listIds } = asked
      const everything = choiceOf(request as FastifyRequest) === 'all' || listIds.length === 0
      const { changed } = await store.subscribers.leave({
        id: subscriber.id,
        lists: everything ? 'all' : listIds,
        publicationId,
        now: clock.now(),
      })
      log.info({ subscriberId: subscriber.id, publicationId, everything, changed }, 'subscriber.left')
      const who = maskAddress(subscriber.address)
      if (everything) return show(request, reply, asked, { kind: 'left-all', who })
      const { titles, others } = await standing(asked)
      return show(request, reply, asked, { kind: 'left', who, lists: titles, others })
    },
  })
}

async function show(
  request: unknown,
  reply: unknown,
  asked: Asked | null,
  view: UnsubscribeView,
  status = 200,
): Promise<undefined> {
  const words = chooseWords(
    asked?.subscriber.language ?? null,
    (request as FastifyRequest).headers['accept-language'],
  )
  await (reply as FastifyReply)
    .code(status)
    .headers({
      'content-security-policy': contentSecurityPolicy,
      'cache-control': 'no-store',
      'content-language': words.language,
      'x-robots-tag': 'noindex, nofollow',
      vary: 'accept-language',
    })
    .type('text/html; charset=utf-8')
    .send(unsubscribePage(view, words))
  return undefined
}

/** What the form says. A multipart body is a mail program's one-click: our own form never sends one. */
function choiceOf(request: FastifyRequest): 'list' | 'all' {
  const { body } = request
  if (typeof body !== 'string') return 'list'
  return new URLSearchParams(body).get('choice') === 'all' ? 'all' : 'list'
}
