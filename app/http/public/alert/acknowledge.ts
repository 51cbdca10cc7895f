import { BroadsheetError } from '../../../../engine/errors.ts'
import { type Alert, isOpen } from '../../../../engine/model/alert.ts'
import type { Api } from '../../api.ts'
import { lineOf, readForm } from '../form.ts'
import { isTrapped } from '../page/fields.ts'
import { html } from '../page/html.ts'
import { elsewhere } from '../page/plain-pages.ts'
import type { Words } from '../page/words.ts'
import { type Answer, fromElsewhere, type PageParts, pageRoute, tokenParams, wordsFor } from '../parts.ts'
import { acknowledgePage, maxComment, maxName } from './acknowledge-page.ts'

/** Taking care of an alert by the link in its message. The token is the permission, so the form carries none of its own. A
 *  GET changes nothing: programs that look through mail and chats open every link. */
export function acknowledgeRoutes(app: Api, parts: PageParts): void {
  const { engine, clock, log } = parts
  const { alerts } = engine

  const badLink = (words: Words): Answer => ({
    words,
    page: { title: words.alert.badTitle, status: 404, body: html`<p class="lead">${words.alert.bad}</p>` },
  })
  const page = (
    found: readonly Alert[],
    person: string | null,
    words: Words,
    note: { readonly text: string; readonly kind: 'done' | 'again' } | null,
  ): Answer => {
    // An address is no name to put before somebody who was sent the link.
    const name = person === null || person.includes('@') ? '' : person
    return acknowledgePage({ alerts: found, now: clock.now(), name, note }, words)
  }

  pageRoute(app, parts, {
    method: 'GET',
    url: '/k/:token',
    summary: 'The page that acknowledges alerts',
    description: 'Changes nothing: the button on it does.',
    done: 'What the message told of and how that stands, with the button while something of it is open.',
    params: tokenParams,
    handler: async (visit) => {
      const words = wordsFor(parts, visit)
      const found = await alerts.linked(visit.params.token)
      return found === null ? badLink(words) : page(found.alerts, found.person, words, null)
    },
  })

  pageRoute(app, parts, {
    method: 'POST',
    url: '/k/:token',
    summary: 'Acknowledge alerts',
    description:
      'All that are open of those the message told of: they are neither repeated nor escalated until they are over. Repeating ' +
      'it changes who takes care of them.',
    done: 'Done, or why not.',
    params: tokenParams,
    fields: {
      name: { type: 'string', maxLength: maxName, description: 'Default: whom the message was sent to.' },
      comment: { type: 'string', maxLength: maxComment },
    },
    handler: async (visit) => {
      const { token } = visit.params
      const words = wordsFor(parts, visit)
      const found = await alerts.linked(token)
      if (found === null) return badLink(words)
      if (fromElsewhere(visit)) return elsewhere(words)
      const said = readForm(visit.body)
      const { person } = found
      if (isTrapped(said)) return page(found.alerts, person, words, null)
      const by = clip(lineOf(said, 'name'), maxName) || person || words.alert.somebody
      const comment = clip(lineOf(said, 'comment'), maxComment)
      try {
        const changed = await alerts.acknowledgeLinked(token, { by, comment })
        if (changed === null) return badLink(words)
        const taken = changed.some(({ state }) => isOpen(state))
        log.info({ notificationId: found.notification.id, taken }, 'pages.acknowledged')
        const text = taken ? words.alert.thanks : words.alert.tooLate
        return page(changed, person, words, { text, kind: 'done' })
      } catch (error) {
        // Somebody or its source was quicker.
        if (!(error instanceof BroadsheetError) || error.code !== 'E_CONFLICT') throw error
        const present = await alerts.linked(token)
        if (present === null) return badLink(words)
        return page(present.alerts, person, words, { text: words.alert.meanwhile, kind: 'again' })
      }
    },
  })
}

const clip = (text: string, length: number): string => text.slice(0, length).toWellFormed()
