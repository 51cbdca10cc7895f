import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Rendition } from '../../../engine/engine.ts'
import { BroadsheetError } from '../../../engine/errors.ts'
import type { PublicationId } from '../../../engine/model/ids.ts'
import type { Api } from '../api.ts'
import { show } from './page/frame.ts'
import { html } from './page/html.ts'
import type { Words } from './page/words.ts'
import { type Answer, htmlAnswer, type PageParts, tokenParams, type Visit, wordsFor } from './parts.ts'

/** A letter is somebody's template with somebody's texts in it, on the host that people's settings are on. It gets an
 *  origin of its own (`sandbox` without `allow-same-origin`), runs no script, sends no form and loads nothing but
 *  images and fonts; links open as they would in a mail program. */
export const letterPolicy = [
  'sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation',
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src https: http: data:',
  'font-src https: data:',
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Letters as their readers got them. */
export function letterRoutes(app: Api, parts: PageParts): void {
  const { engine } = parts
  ;(app as unknown as FastifyInstance).route({
    method: 'GET',
    url: '/v/:token',
    config: { scope: 'public' },
    schema: {
      tags: ['Public'],
      summary: 'A letter on the web',
      description:
        'As its reader got it, by the token in it: the same template and items, name and attributes as they are now.',
      params: tokenParams,
      response: letterAnswers,
    } as object,
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const visit = request as unknown as Visit<{ token: string }>
      const read = engine.subscriptions.readToken(visit.params.token)
      const { publicationId = null } = read?.purpose === 'manage' ? read : {}
      const letter =
        read === null || publicationId === null
          ? null
          : await shownOrNull(() => engine.renditions.ofReader(publicationId, read.subscriberId))
      return sendLetter(visit, reply, parts, letter, {
        'cache-control': 'private, no-store',
        'x-robots-tag': 'noindex, nofollow',
      })
    },
  })
}

export const letterAnswers = {
  200: htmlAnswer('The letter, in a sandbox.'),
  404: htmlAnswer('E_TOKEN, E_NOT_FOUND: There is no such letter, or it can no longer be shown.'),
  429: htmlAnswer('E_LIMIT: Too many requests.'),
  503: htmlAnswer('E_STORE, E_STORE_BUSY, E_OVERLOAD, E_STOPPING: Not just now.'),
}

/** Null also where it can be made no more: its publisher's trouble, and the log's. */
export async function shownOrNull(make: () => Promise<Rendition | null>): Promise<Rendition | null> {
  try {
    return await make()
  } catch (error) {
    if (error instanceof BroadsheetError && error.code === 'E_RENDER') return null
    throw error
  }
}

export const strangerLetter = ({ engine }: PageParts, id: PublicationId): Promise<Rendition | null> =>
  shownOrNull(() => engine.renditions.ofStranger(id))

/** Answer with a letter, in its sandbox; one of text alone as a page of ours. */
export async function sendLetter(
  visit: Pick<Visit, 'headers' | 'query'>,
  reply: FastifyReply,
  parts: PageParts,
  letter: Rendition | null,
  headers: { readonly [name: string]: string },
): Promise<undefined> {
  const words = wordsFor(parts, visit)
  if (letter === null) {
    const { page } = letterGone(words)
    return show(reply, page, parts.theme, words)
  }
  if (letter.html === '') {
    const page = { title: letter.subject, body: html`<pre lang="${letter.language}">${letter.text}</pre>` }
    return show(reply, page, parts.theme, words)
  }
  await reply
    .headers({
      ...headers,
      'content-security-policy': letterPolicy,
      'content-language': letter.language,
      // A page in a sandbox is of no origin: `same-origin` would keep its own images away.
      'cross-origin-opener-policy': 'unsafe-none',
    })
    .type('text/html; charset=utf-8')
    .send(letter.html)
  return undefined
}

export const letterGone = (words: Words): Answer => ({
  words,
  page: {
    title: words.archive.goneTitle,
    status: 404,
    body: html`<p class="lead">${words.archive.gone}</p>`,
  },
})
