import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Clock } from '../../../engine/clock.ts'
import type { Engine } from '../../../engine/engine.ts'
import type { Log } from '../../../engine/log.ts'
import type { List } from '../../../engine/model/list.ts'
import type { Proof, ProofSource } from '../../../engine/subscriptions.ts'
import type { PagesConfig } from '../../config/pages.ts'
import type { Api } from '../api.ts'
import type { Priority } from '../limits/pressure.ts'
import type { FormTokens } from './form.ts'
import type { Gate } from './gate.ts'
import { type Page, show } from './page/frame.ts'
import type { Theme } from './page/theme.ts'
import { chooseWords, type Words } from './page/words.ts'

/** What public pages are made from. */
export interface PageParts {
  readonly engine: Engine
  readonly clock: Clock
  readonly log: Log
  readonly config: PagesConfig
  readonly theme: Theme
  readonly tokens: FormTokens
  readonly gate: Gate
}

/** A request, as pages look at it. */
export interface Visit<P = unknown> {
  readonly params: P
  readonly query: unknown
  readonly body: unknown
  readonly headers: IncomingHttpHeaders
  readonly ip: string
  readonly url: string
}

export interface Answer {
  readonly page: Page
  readonly words: Words
  /** `Retry-After`, seconds. */
  readonly retryAfter?: number
}

export const maxFormBytes = 32_768

export const tokenParams = z.strictObject({ token: z.string().min(1).max(512) })
export const htmlAnswer = (description: string) => ({
  description,
  content: { 'text/html': { schema: z.string() } },
})
const query = z.object({
  lang: z.unknown().optional().describe('Language of the page where its reader has none: `en` or `de`.'),
})

/** A page or a form's answer, with its place in the API's description. */
export function pageRoute<P extends z.ZodType>(
  app: Api,
  { theme }: PageParts,
  route: {
    readonly method: 'GET' | 'POST'
    readonly url: string
    readonly summary: string
    readonly description: string
    readonly done: string
    readonly params: P
    /** Fields of its form, for the description: they are read by hand, since people get a page and not a problem. */
    readonly fields?: { readonly [name: string]: object }
    readonly alsoMultipart?: boolean
    /** Default: `kept`: whoever wants to leave can, whatever else there is to do. */
    readonly priority?: Priority
    readonly handler: (visit: Visit<z.output<P>>) => Promise<Answer>
  },
): void {
  const {
    method,
    url,
    summary,
    description,
    done,
    params,
    fields,
    alsoMultipart,
    priority = 'kept',
    handler,
  } = route
  const form = 'application/x-www-form-urlencoded'
  ;(app as unknown as FastifyInstance).route({
    method,
    url,
    config: { scope: 'public', priority },
    schema: {
      tags: ['Public'],
      summary,
      description,
      params,
      querystring: query,
      ...(method === 'POST' && {
        consumes: alsoMultipart === true ? [form, 'multipart/form-data'] : [form],
        body: z
          .unknown()
          .meta({ type: 'object', ...(fields && { properties: { ...fields } }), 'x-optional': true }),
      }),
      response: {
        200: htmlAnswer(done),
        404: htmlAnswer('E_TOKEN, E_NOT_FOUND: The link is not valid, or there is no such thing.'),
        429: htmlAnswer('E_LIMIT: Too many requests.'),
        503: htmlAnswer('E_STORE, E_STORE_BUSY, E_OVERLOAD, E_STOPPING: Not just now; nothing was changed.'),
        ...(method === 'POST' && {
          400: htmlAnswer('E_INPUT: The form comes back and says what is wrong.'),
          408: htmlAnswer('E_TIMEOUT: The form did not arrive in time.'),
          413: htmlAnswer('E_TOO_LARGE: The form is too large.'),
          507: htmlAnswer('E_STORE_FULL: The disk is full; nothing was changed.'),
        }),
      },
    } as object,
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const { page, words, retryAfter } = await handler(request as unknown as Visit<z.output<P>>)
      if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
      return show(reply, page, theme, words)
    },
  })
}

/** The words for whoever asks; `reader`: the language a subscriber chose. */
export const wordsFor = (
  { config }: Pick<PageParts, 'config'>,
  { headers, query: asked }: Pick<Visit, 'headers' | 'query'>,
  reader: string | null = null,
): Words => {
  const lang =
    typeof asked === 'object' && asked !== null && 'lang' in asked && typeof asked.lang === 'string'
      ? asked.lang
      : undefined
  return chooseWords({ reader, query: lang, header: headers['accept-language'], otherwise: config.language })
}

/** Lists that anybody may see and join, in the order of the settings. */
export async function openLists({ config, engine }: PageParts): Promise<readonly List[]> {
  if (config.lists.length === 0) return []
  const found = new Map((await engine.store.lists.byName(config.lists)).map((list) => [list.name, list]))
  return config.lists.flatMap((name) => found.get(name) ?? [])
}

/** A browser says that another site sent this form. Ours carry no referrer, so `Origin` would not tell. */
export const fromElsewhere = ({ headers }: Pick<Visit, 'headers'>): boolean => {
  const site = headers['sec-fetch-site']
  return site === 'cross-site' || site === 'same-site'
}

export const proofOf = (
  { clock, theme }: PageParts,
  visit: Visit,
  source: ProofSource,
  words: string | null,
): Proof => {
  const from = fromElsewhere(visit) ? (visit.headers.referer ?? visit.headers.origin) : undefined
  return {
    source,
    at: clock.now(),
    ip: visit.ip.slice(0, 45),
    userAgent: visit.headers['user-agent']?.slice(0, 400) ?? null,
    // Not the token in the path: a proof is read by others.
    origin: (from ?? `${theme.origin}/${visit.url.split('/', 2)[1] ?? ''}`).slice(0, 500),
    words: words === null || words === '' ? null : words.slice(0, 2000),
  }
}

/** `m•••@example.org`: letters are forwarded, and whoever opens the link need not learn the address. Dots, since a
 *  line may break after an ellipsis. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@')
  // A whole character, not half of a surrogate pair.
  const first = String.fromCodePoint(address.codePointAt(0) ?? 0x3f)
  return `${first}•••${address.slice(at)}`
}
