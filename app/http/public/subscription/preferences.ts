import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { BroadsheetError } from '../../../../engine/errors.ts'
import type { Topic } from '../../../../engine/model/list.ts'
import type { PersonView } from '../../../../engine/subscriptions.ts'
import type { Api } from '../../api.ts'
import { readForm } from '../form.ts'
import { choice, errorOf, errorSummary, hidden, isTrapped } from '../page/fields.ts'
import { show } from '../page/frame.ts'
import { html } from '../page/html.ts'
import { badLink, elsewhere } from '../page/plain-pages.ts'
import type { Words } from '../page/words.ts'
import {
  type Answer,
  fromElsewhere,
  htmlAnswer,
  maskAddress,
  openLists,
  type PageParts,
  pageRoute,
  proofOf,
  tokenParams,
  type Visit,
  wordsFor,
} from '../parts.ts'
import { channelTitles, followsOf, stoppedFollows } from './own-alerts.ts'
import { changeOf, type Offer, offeredLists, presentFields, sentFields } from './preferences-form.ts'
import { type PreferencesView, preferencesPage } from './preferences-page.ts'

const maxTopics = 100
const timeZones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')]

/** A person's own page: what they receive, and what is known of them. The link's token is the permission; forms carry
 *  a token of their own, and are not taken from other sites. */
export function preferencesRoutes(app: Api, parts: PageParts): void {
  const { engine, tokens, clock, log, config, theme } = parts
  const saving = (token: string) => `preferences ${token}`
  const erasing = (token: string) => `erase ${token}`

  /** `shown`: nothing is decided on it. */
  const find = async (token: string, as?: 'shown'): Promise<PersonView | null> => {
    const read = engine.subscriptions.readToken(token)
    if (read?.purpose !== 'manage') return null
    const person = await engine.subscriptions[as ?? 'person'](read.subscriberId)
    return person?.subscriber.status === 'erased' ? null : person
  }

  /** Topics of theirs first: where there are very many, the others may be left out. */
  async function topicsFor({ subscriber }: PersonView): Promise<readonly Topic[]> {
    const own = await engine.store.topics.byName(Object.keys(subscriber.topics))
    const { rows } = await engine.store.topics.page({ after: 0, limit: maxTopics })
    const known = new Map([...own, ...rows].map((topic) => [topic.id, topic]))
    return [...known.values()].slice(0, maxTopics).sort((a, b) => a.title.localeCompare(b.title))
  }
  const offerFor = async (person: PersonView): Promise<Offer> => ({
    lists: offeredLists(person, await openLists(parts)),
    topics: await topicsFor(person),
    languages: config.languages,
    timeZones,
  })

  const page = async (
    words: Words,
    token: string,
    person: PersonView,
    offer: Offer,
    more: Partial<Pick<PreferencesView, 'fields' | 'errors' | 'note'>> = {},
  ): Promise<Answer> =>
    preferencesPage(
      {
        person,
        offer,
        follows: await followsOf(parts, person.subscriber.id),
        channels: channelTitles(parts, words),
        fields: presentFields(person, offer),
        token: tokens.issue(saving(token)),
        path: `${theme.base}/p/${token}`,
        leavePath: `${theme.base}/u/${token}`,
        now: clock.now(),
        ...more,
      },
      words,
    )

  pageRoute(app, parts, {
    method: 'GET',
    url: '/p/:token',
    summary: 'A person’s own page',
    description: 'Lists, topics, frequency, language, time zone, consent to tracking, pause, and their data.',
    done: 'The settings as they are.',
    params: tokenParams,
    handler: async (visit) => {
      const { token } = visit.params
      const person = await find(token, 'shown')
      const words = wordsFor(parts, visit, person?.subscriber.language)
      return person === null ? badLink(words) : page(words, token, person, await offerFor(person))
    },
  })

  pageRoute(app, parts, {
    method: 'POST',
    url: '/p/:token',
    summary: 'Change a person’s own settings',
    description: 'Only what differs from the present settings is changed, each change with its proof.',
    done: 'The settings as they are now.',
    params: tokenParams,
    fields: {
      form: { type: 'string', description: 'The form’s own token.' },
      list: { type: 'array', items: { type: 'string' }, description: 'Lists to be on.' },
      'topic-*': { type: 'string', enum: ['none', 'little', 'some', 'much'] },
      maxPerWeek: { type: 'string', description: 'A number; empty: no limit.' },
      pausedUntil: { type: 'string', format: 'date' },
      name: { type: 'string' },
      language: { type: 'string' },
      timeZone: { type: 'string' },
      tracking: { type: 'string', enum: ['granted', 'denied'] },
      follow: { type: 'array', items: { type: 'string' }, description: 'Alerts to go on with.' },
      shownFollow: { type: 'array', items: { type: 'string' }, description: 'Those that the page showed.' },
    },
    handler: async (visit) => {
      const { token } = visit.params
      const person = await find(token)
      const words = wordsFor(parts, visit, person?.subscriber.language)
      if (person === null) return badLink(words)
      if (fromElsewhere(visit)) return elsewhere(words)
      const offer = await offerFor(person)
      const said = readForm(visit.body)
      const fields = sentFields(said, offer)
      const age = tokens.age(said.get('form'), saving(token))
      if (isTrapped(said) || age === 'none' || age === 'old')
        return page(words, token, person, offer, { fields, note: { text: words.formOld, bad: true } })
      const before = presentFields(person, offer)
      const outcome = changeOf(before, fields, person, offer, clock.now(), words)
      if ('errors' in outcome) return page(words, token, person, offer, { fields, errors: outcome.errors })
      const { id } = person.subscriber
      const stopped = stoppedFollows(said, await followsOf(parts, id))
      for (const follow of stopped) await engine.alerts.unfollow(follow)
      if (stopped.length > 0) log.info({ subscriberId: id, follows: stopped.length }, 'pages.alerts_stopped')
      try {
        const after = await engine.subscriptions.change(
          id,
          outcome.change,
          proofOf(parts, visit, 'page', wordsOfConsent(outcome.change, words)),
        )
        log.info({ subscriberId: id, fields: Object.keys(outcome.change) }, 'pages.preferences_changed')
        // The language may be another one now.
        const now = wordsFor(parts, visit, after.subscriber.language)
        return page(now, token, after, await offerFor(after), {
          note: { text: now.preferences.saved, bad: false },
        })
      } catch (error) {
        if (!(error instanceof BroadsheetError) || error.code !== 'E_STATE') throw error
        return page(words, token, person, offer, { note: { text: words.preferences.refused, bad: true } })
      }
    },
  })
  ;(app as unknown as FastifyInstance).route({
    method: 'GET',
    url: '/p/:token/data.json',
    config: { scope: 'public' },
    schema: {
      tags: ['Public'],
      summary: 'All that is known of a person, for themselves',
      params: tokenParams,
      response: {
        200: { description: 'As a file.', content: { 'application/json': { schema: z.unknown() } } },
        404: htmlAnswer('E_TOKEN: The link is not valid.'),
        429: htmlAnswer('E_LIMIT: Too many requests.'),
        503: htmlAnswer('E_STORE, E_STORE_BUSY, E_OVERLOAD, E_STOPPING: Not just now.'),
      },
    } as object,
    handler: async (request: FastifyRequest, reply: FastifyReply) => {
      const visit = request as unknown as Visit<{ token: string }>
      const person = await find(visit.params.token)
      const data = person === null ? null : await engine.subscriptions.dataOf(person.subscriber.id)
      if (data === null) {
        const { page: bad, words } = badLink(wordsFor(parts, visit, person?.subscriber.language))
        return show(reply, bad, theme, words)
      }
      return reply
        .headers({
          'cache-control': 'no-store',
          'content-disposition': 'attachment; filename="my-data.json"',
          'x-robots-tag': 'noindex, nofollow',
        })
        .type('application/json; charset=utf-8')
        .serializer((text: string) => text)
        .send(`${JSON.stringify(data, null, 2)}\n`)
    },
  })

  const erasePage = (words: Words, token: string, person: PersonView, error?: string): Answer => ({
    words,
    page: {
      title: words.erase.title,
      status: error === undefined ? 200 : 400,
      body: html`${errorSummary(error === undefined ? {} : { understood: error }, words)}<p class="lead">${words.erase.what(maskAddress(person.subscriber.address))}</p>
<p class="soft">${words.erase.stays}</p>
<form method="post">
${hidden(tokens.issue(erasing(token)), words)}${choice({
  type: 'checkbox',
  id: 'understood',
  name: 'understood',
  value: 'yes',
  checked: false,
  label: words.erase.understood,
  error,
})}${errorOf('understood', error)}
<div class="actions"><button type="submit" class="grave">${words.erase.button}</button> <a href="${theme.base}/p/${token}">${words.erase.keep}</a></div>
</form>`,
    },
  })

  pageRoute(app, parts, {
    method: 'GET',
    url: '/p/:token/erase',
    summary: 'The page that erases a person',
    description: 'Changes nothing.',
    done: 'What would be erased, and the form that does it.',
    params: tokenParams,
    handler: async (visit) => {
      const { token } = visit.params
      const person = await find(token, 'shown')
      const words = wordsFor(parts, visit, person?.subscriber.language)
      return person === null ? badLink(words) : erasePage(words, token, person)
    },
  })

  pageRoute(app, parts, {
    method: 'POST',
    url: '/p/:token/erase',
    summary: 'Erase a person',
    description: 'For good. Only with `understood=yes`.',
    done: 'Done.',
    params: tokenParams,
    fields: {
      form: { type: 'string', description: 'The form’s own token.' },
      understood: { type: 'string', const: 'yes' },
    },
    handler: async (visit) => {
      const { token } = visit.params
      const person = await find(token)
      const words = wordsFor(parts, visit, person?.subscriber.language)
      if (person === null) return badLink(words)
      if (fromElsewhere(visit)) return elsewhere(words)
      const said = readForm(visit.body)
      const age = tokens.age(said.get('form'), erasing(token))
      if (isTrapped(said) || age === 'none' || age === 'old')
        return erasePage(words, token, person, words.formOld)
      if (said.get('understood') !== 'yes') return erasePage(words, token, person, words.erase.notUnderstood)
      const { id } = person.subscriber
      await engine.subscriptions.erase(id, proofOf(parts, visit, 'page', null))
      log.info({ subscriberId: id }, 'pages.erased')
      return {
        words,
        page: {
          title: words.erase.doneTitle,
          body: html`<p class="lead" role="status">${words.erase.done}</p>`,
        },
      }
    },
  })
}

/** Consent to tracking is kept with the question that was answered. */
const wordsOfConsent = (change: { readonly tracking?: string }, words: Words): string | null =>
  change.tracking === undefined
    ? null
    : `${words.preferences.trackingHint} ${change.tracking === 'granted' ? words.preferences.granted : words.preferences.denied}`
