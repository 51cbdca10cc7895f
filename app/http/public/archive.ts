import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Campaign } from '../../../engine/model/campaign.ts'
import type { CampaignId, EpochMs, PublicationId } from '../../../engine/model/ids.ts'
import type { Publication, PublicationState } from '../../../engine/model/publication.ts'
import { slugSchema } from '../../../engine/model/values.ts'
import type { Api } from '../api.ts'
import { atomFeed } from './feed.ts'
import { letterAnswers, sendLetter, strangerLetter } from './letters.ts'
import { html, type Piece } from './page/html.ts'
import { missing } from './page/plain-pages.ts'
import type { Words } from './page/words.ts'
import { type Answer, type PageParts, pageRoute, type Visit, wordsFor } from './parts.ts'

/** A letter that anybody may read. */
export interface Issue {
  readonly id: PublicationId
  readonly campaign: Pick<Campaign, 'name' | 'title' | 'timeZone'>
  /** The letter's subject; the campaign's title where it cannot be made any more. */
  readonly title: string
  readonly summary: string
  readonly at: EpochMs
}

const pageSize = 20
// Publications that are looked through for one page: the archived may be few among many.
const maxLookedAt = 500
const maxAgeSeconds = 60
/** A letter is public once it goes out to its readers; a run that was called off is not. */
const shownStates: readonly PublicationState[] = ['running', 'paused', 'finished']

/** Letters of campaigns with `archive`, as somebody without interests gets them. */
export function archiveRoutes(app: Api, parts: PageParts): void {
  const { engine, theme, config } = parts
  const { store } = engine
  const typed = app as unknown as FastifyInstance

  async function issueOf(publication: Omit<Publication, 'spec'>, campaign: Campaign): Promise<Issue> {
    const letter = await strangerLetter(parts, publication.id)
    return {
      id: publication.id,
      campaign,
      title: letter?.subject || campaign.title,
      summary: letter?.preheader ?? '',
      at: publication.createdAt,
    }
  }

  /** Newest first, of one campaign or of all; `next` is the `after` of the following page. */
  async function issues(
    after: number,
    campaign: Campaign | null,
  ): Promise<{ readonly rows: readonly Issue[]; readonly next: number | null }> {
    const campaigns = new Map<CampaignId, Campaign | null>(campaign === null ? [] : [[campaign.id, campaign]])
    const found: { publication: Omit<Publication, 'spec'>; of: Campaign }[] = []
    let next: number | null = after
    for (let looked = 0; next !== null && looked < maxLookedAt && found.length < pageSize; ) {
      const page: Awaited<ReturnType<typeof store.publications.page>> = await store.publications.page({
        after: next,
        limit: 100,
        ...(campaign !== null && { campaignId: campaign.id }),
      })
      looked += page.rows.length
      next = page.next
      for (const publication of page.rows) {
        if (found.length === pageSize) {
          next = found.at(-1)!.publication.id
          break
        }
        const { campaignId } = publication
        if (!campaigns.has(campaignId)) campaigns.set(campaignId, await store.campaigns.get(campaignId))
        const of = campaigns.get(campaignId) ?? null
        if (of?.archive === true && shownStates.includes(publication.state)) found.push({ publication, of })
      }
    }
    const rows: Issue[] = []
    // One after the other: letters that are sent come before letters that are looked at.
    for (const { publication, of } of found) rows.push(await issueOf(publication, of))
    return { rows, next }
  }

  async function campaignOf(name: string): Promise<Campaign | null> {
    const campaign = await store.campaigns.byName(name)
    return campaign?.archive === true ? campaign : null
  }

  const listing = (
    words: Words,
    title: string,
    page: { readonly rows: readonly Issue[]; readonly next: number | null },
    more: { readonly path: string; readonly after: number; readonly all: boolean },
  ): Answer => ({
    words,
    page: {
      title,
      open: true,
      maxAgeSeconds,
      head: html`<link rel="alternate" type="application/atom+xml" href="${theme.base}/a/feed.xml" title="${theme.title}">`,
      body: html`${page.rows.length === 0 ? html`<p class="lead">${words.archive.empty}</p>` : html`<ol class="issues">${page.rows.map((issue) => entry(issue, words, theme.base))}</ol>`}
<nav class="actions">${[
        more.after > 0 && html`<a href="${more.path}">${words.archive.newer}</a>`,
        page.next !== null && html`<a href="${more.path}?after=${page.next}">${words.archive.older}</a>`,
        more.all
          ? html`<a href="${theme.base}/a/">${words.archive.all}</a>`
          : html`<a href="${theme.base}/a/feed.xml">${words.archive.feed}</a>`,
        config.lists.length > 0 && html`<a href="${theme.base}/s">${words.signUp.titleMany}</a>`,
      ]}</nav>`,
    },
  })

  pageRoute(app, parts, {
    method: 'GET',
    priority: 'usual',
    url: '/a/',
    summary: 'The archive',
    description: 'Letters of campaigns with `archive`, newest first, twenty a page (`?after=`).',
    done: 'A page of letters.',
    params: z.strictObject({}),
    handler: async (visit) => {
      const words = wordsFor(parts, visit)
      const after = afterOf(visit)
      const page = await issues(after, null)
      return listing(words, words.archive.title, page, { path: `${theme.base}/a/`, after, all: false })
    },
  })
  typed.get(
    '/a',
    { config: { scope: 'public' }, schema: { hide: true } as object },
    async (_request, reply) => reply.redirect(`${theme.base}/a/`, 308),
  )

  pageRoute(app, parts, {
    method: 'GET',
    priority: 'usual',
    url: '/a/:campaign',
    summary: 'A campaign in the archive',
    description: 'Its letters, newest first, twenty a page (`?after=`).',
    done: 'A page of letters.',
    params: z.strictObject({ campaign: slugSchema }),
    handler: async (visit) => {
      const words = wordsFor(parts, visit)
      const campaign = await campaignOf(visit.params.campaign)
      if (campaign === null) return missing(words)
      const after = afterOf(visit)
      return listing(words, campaign.title, await issues(after, campaign), {
        path: `${theme.base}/a/${campaign.name}`,
        after,
        all: true,
      })
    },
  })

  typed.route({
    method: 'GET',
    url: '/a/:campaign/:publication',
    config: { scope: 'public' },
    schema: {
      tags: ['Public'],
      summary: 'A letter in the archive',
      description: 'As somebody without name, address and interests gets it.',
      params: z.strictObject({
        campaign: slugSchema,
        publication: z.coerce.number().int().positive(),
      }),
      response: letterAnswers,
    } as object,
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const visit = request as unknown as Visit<{ campaign: string; publication: number }>
      const campaign = await campaignOf(visit.params.campaign)
      const publication =
        campaign === null ? null : await store.publications.get(visit.params.publication as PublicationId)
      const shown =
        publication !== null &&
        publication.campaignId === campaign?.id &&
        shownStates.includes(publication.state)
      const letter = shown ? await strangerLetter(parts, publication.id) : null
      return sendLetter(visit, reply, parts, letter, {
        'cache-control': `public, max-age=${maxAgeSeconds}`,
        vary: 'accept-language',
      })
    },
  })

  typed.route({
    method: 'GET',
    url: '/a/feed.xml',
    config: { scope: 'public' },
    schema: {
      tags: ['Public'],
      summary: 'The archive as an Atom feed',
      description: 'RFC 4287, the newest twenty letters. With `If-None-Match`: 304 while nothing is new.',
      response: {
        200: { description: 'The feed.', content: { 'application/atom+xml': { schema: z.string() } } },
        429: letterAnswers[429],
        503: letterAnswers[503],
      },
    } as object,
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const { rows } = await issues(0, null)
      const text = atomFeed({ title: theme.title, origin: theme.origin, issues: rows })
      const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
      reply.headers({ etag, 'cache-control': `public, max-age=${5 * maxAgeSeconds}` })
      if (request.headers['if-none-match']?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag))
        return reply.code(304).send()
      return reply.type('application/atom+xml; charset=utf-8').send(text)
    },
  })
}

const entry = ({ id, campaign, title, summary, at }: Issue, words: Words, base: string): Piece => {
  const date = new Date(at)
  return html`<li><time datetime="${date.toISOString()}">${words.date(date, campaign.timeZone)}</time>
<h2><a href="${base}/a/${campaign.name}/${id}">${title}</a></h2>
${summary === '' ? null : html`<p>${summary}</p>`}</li>
`
}

function afterOf({ query }: Pick<Visit, 'query'>): number {
  const said = typeof query === 'object' && query !== null && 'after' in query ? Number(query.after) : 0
  return Number.isSafeInteger(said) && said > 0 ? said : 0
}
