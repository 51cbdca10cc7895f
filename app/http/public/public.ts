import { randomBytes } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { type PagesConfig, pagesSchema } from '../../config/pages.ts'
import type { Api, Parts } from '../api.ts'
import { isShed } from '../reply/log-refusal.ts'
import { refusalOf, retryAfterSeconds } from '../reply/problem.ts'
import { acknowledgeRoutes } from './alert/acknowledge.ts'
import { archiveRoutes } from './archive.ts'
import { createFormTokens } from './form.ts'
import { createGate } from './gate.ts'
import { letterRoutes } from './letters.ts'
import { show } from './page/frame.ts'
import { badLink, busy, failed } from './page/plain-pages.ts'
import { createTheme } from './page/theme.ts'
import { maxFormBytes, type PageParts, type Visit, wordsFor } from './parts.ts'
import { confirmRoutes } from './subscription/confirm.ts'
import { ownLinkRoutes } from './subscription/own-link.ts'
import { preferencesRoutes } from './subscription/preferences.ts'
import { signUpRoutes } from './subscription/sign-up.ts'
import { unsubscribeRoutes } from './subscription/unsubscribe.ts'
import { trackingRoutes } from './tracking/tracking.ts'

export interface PublicOptions {
  /** Default: as an empty `pages:` in the settings. */
  readonly config?: PagesConfig | undefined
  readonly publicUrl: string | null
  /** Sign forms. Default: one of this process, so that forms do not outlive it. */
  readonly secrets?: readonly string[] | undefined
}

/** All that people see who have no key: pages, their forms, letters and the archive. */
export function publicRoutes(app: Api, { engine, clock, log }: Parts, options: PublicOptions): void {
  const config = options.config ?? pagesSchema.parse({})
  const parts: PageParts = {
    engine,
    clock,
    log,
    config,
    theme: createTheme(config, options.publicUrl ?? 'http://localhost'),
    tokens: createFormTokens({
      secrets: options.secrets ?? [randomBytes(32).toString('hex')],
      clock,
      minFillMs: config.minFillMs,
      maxAgeMs: config.formMaxAgeMs,
    }),
    gate: createGate(config.limits, engine.store.buckets, clock),
  }
  // Mail programs send forms of either kind, some without a type: all are read as text.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: maxFormBytes }, (_request, body, done) =>
    done(null, body),
  )

  // People read these answers: a page, where the API would give a problem.
  app.setErrorHandler(async (error, request, reply) => {
    const refusal = refusalOf(error, maxFormBytes)
    if (refusal.status >= 500 && !isShed(error))
      log.error(
        { requestId: request.id, route: request.routeOptions.url ?? null, code: refusal.code },
        'http.page_failed',
      )
    const words = wordsFor(parts, request as unknown as Visit)
    const answer = (() => {
      if (refusal.status === 404) return badLink(words)
      // Only the path is checked by a schema.
      if (refusal.code === 'E_INPUT') return badLink(words)
      if (refusal.code === 'E_LIMIT') return busy(words, Number(reply.getHeader('retry-after')) || 60)
      return failed(words, refusal.status)
    })()
    const retryAfter = retryAfterSeconds(refusal) ?? answer.retryAfter
    if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
    return show(reply as unknown as FastifyReply, answer.page, parts.theme, words)
  })

  for (const routes of [
    signUpRoutes,
    confirmRoutes,
    unsubscribeRoutes,
    ownLinkRoutes,
    preferencesRoutes,
    letterRoutes,
    archiveRoutes,
    acknowledgeRoutes,
    trackingRoutes,
  ])
    routes(app, parts)
}
